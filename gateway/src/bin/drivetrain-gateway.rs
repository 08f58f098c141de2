//! The gateway as a command of its own.

use std::process::ExitCode;

fn main() -> ExitCode {
    drivetrain_gateway::command::main(std::env::args_os().skip(1))
}
