//! Dispatches the parsed command and turns its outcome into an exit code.

use std::process::ExitCode;

use crate::args::{self, Command};
use crate::{ci, interrupt, serve, test};

/// Runs the command that the process arguments name.
pub(crate) fn main() -> ExitCode {
    let command = match args::parse(lexopt::Parser::from_env()) {
        Ok(command) => command,
        Err(message) => {
            eprintln!("xtask: {message}\n\n{}", args::USAGE);
            return ExitCode::from(2);
        }
    };
    let outcome = interrupt::listen().and_then(|()| match command {
        Command::Help => {
            println!("{}", args::USAGE);
            Ok(true)
        }
        Command::Test(options) => test::command(&options),
        Command::Serve(program) => serve::command(&program),
        Command::Ci(steps) => ci::command(&steps),
    });
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
