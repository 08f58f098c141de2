//! The command: runs the suite on an adapter that is built into Drivetrain, against any live database.

use std::process::ExitCode;

fn main() -> ExitCode {
    eprintln!("usage: drivetrain-conformance --adapter NAME --url URL");
    ExitCode::FAILURE
}
