//! Postgres's own traps: adapters that fall into them, each caught by the case that is named.

#[path = "sabotage/broken/mod.rs"]
mod broken;
#[path = "sabotage/runner.rs"]
mod runner;
#[path = "sabotage/table.rs"]
mod table;
#[path = "sabotage/twists/mod.rs"]
mod twists;

use std::process::ExitCode;

use drivetrain_conformance_tests::Harness as _;
use drivetrain_conformance_tests::builtin::PostgresHarness;

use self::table::{On, Surroundings};

fn main() -> ExitCode {
    let harness = std::env::var("TEST_POSTGRES_URL")
        .map_err(|_| "TEST_POSTGRES_URL is not set: run the tests by `cargo xtask test`".to_owned())
        .and_then(|url| {
            PostgresHarness::new(&url, Some(&url))
                .and_then(|harness| harness.with_variables(|name| std::env::var(name).ok()))
                .map_err(|error| error.to_string())
        });
    match harness {
        Ok(harness) => {
            let around = Surroundings { authority: harness.tls().map(|files| files.authority) };
            runner::conclude(On::Postgres, &around, &harness, vec![]).exit_code()
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}
