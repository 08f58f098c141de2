//! The `drivetrain` command.

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

/// What `--help` prints.
const USAGE: &str = "\
The command of Drivetrain, a typed database client.

Usage: drivetrain <COMMAND> [ARGUMENTS]

Commands:
  gateway    Local stand-ins for serverless database endpoints; see `drivetrain gateway --help`

Options:
  -h, --help     Print this
  -V, --version  Print the version
";

fn main() -> ExitCode {
    run(std::env::args_os().skip(1))
}

fn run(mut arguments: impl Iterator<Item = OsString>) -> ExitCode {
    let first = arguments.next();
    match first.as_ref().map(|first| first.to_string_lossy()).as_deref() {
        Some("gateway") => drivetrain_gateway::command::main(arguments),
        Some("-h" | "--help") => print(USAGE),
        Some("-V" | "--version") => print(concat!("drivetrain ", env!("CARGO_PKG_VERSION"), "\n")),
        Some(other) => misused(&format!("there is no command `{other}`")),
        None => misused("which command?"),
    }
}

fn misused(complaint: &str) -> ExitCode {
    eprintln!("error: {complaint}\nSee `drivetrain --help`.");
    ExitCode::from(2)
}

fn print(text: &str) -> ExitCode {
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: standard output cannot be written to: {error}");
            ExitCode::FAILURE
        }
    }
}
