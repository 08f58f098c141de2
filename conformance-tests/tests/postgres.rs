//! The suite on the Postgres adapter, at the server of `TEST_POSTGRES_URL`.

use std::process::ExitCode;

use drivetrain_conformance_tests::{builtin::PostgresHarness, shell};

fn main() -> ExitCode {
    let harness = std::env::var("TEST_POSTGRES_URL")
        .map_err(|_| "TEST_POSTGRES_URL is not set: run the tests by `cargo xtask test`".to_owned())
        .and_then(|url| {
            PostgresHarness::new(&url, Some(&url))
                .and_then(|harness| harness.with_variables(|name| std::env::var(name).ok()))
                .map_err(|error| error.to_string())
        });
    match harness {
        Ok(harness) => shell::main(harness, drivetrain_env::default_runtime),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
