//! The suite on the SQLite adapter.

use std::process::ExitCode;

use drivetrain_conformance_tests::{builtin::SqliteHarness, shell};

fn main() -> ExitCode {
    shell::main(SqliteHarness::new(), drivetrain_env::default_runtime)
}
