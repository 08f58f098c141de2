//! The command line of `drivetrain-gateway`, which `drivetrain gateway` is too.

mod neon;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use lexopt::prelude::*;

/// What a command line that cannot be used ends with.
const USAGE_ERROR: u8 = 2;

/// What `--help` prints.
const USAGE: &str = "\
Local stand-ins for serverless database endpoints, in front of an ordinary database.

Usage: drivetrain-gateway <GATEWAY> [OPTIONS]
       drivetrain gateway <GATEWAY> [OPTIONS]

Gateways:
  neon       Neon's SQL over HTTP and WebSockets, in front of any Postgres

Options:
  -h, --help     Print this; after a gateway, its options
  -V, --version  Print the version
";

/// Runs the command with these arguments, without the name of the program.
///
/// The process ends well on Ctrl-C and SIGTERM. A command line that cannot be used ends with 2, a gateway that cannot
/// be started with 1; what is wrong is on standard error.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let parser = lexopt::Parser::from_args(arguments);
    match command(parser) {
        Ok(Command::Print(text)) => print(text),
        Ok(Command::Neon(options)) => neon::run(&options),
        Err(error) => {
            eprintln!("error: {error}\nSee `--help`.");
            ExitCode::from(USAGE_ERROR)
        }
    }
}

/// A parsed command line.
#[derive(Debug)]
enum Command {
    Print(&'static str),
    Neon(neon::Options),
}

fn command(mut parser: lexopt::Parser) -> Result<Command, String> {
    let first = parser.next().map_err(|error| error.to_string())?;
    match first {
        Some(Short('h') | Long("help")) => Ok(Command::Print(USAGE)),
        Some(Short('V') | Long("version")) => {
            Ok(Command::Print(concat!("drivetrain-gateway ", env!("CARGO_PKG_VERSION"), "\n")))
        }
        Some(Value(name)) if name == "neon" => neon::parse(&mut parser).map(|options| match options {
            Some(options) => Command::Neon(options),
            None => Command::Print(neon::USAGE),
        }),
        Some(Value(name)) => Err(format!("there is no gateway {name:?}: there is neon")),
        Some(other) => Err(other.unexpected().to_string()),
        None => Err("which gateway? There is neon".to_owned()),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn of(arguments: &[&str]) -> Result<Command, String> {
        command(lexopt::Parser::from_args(arguments))
    }

    #[test]
    fn help_and_version_are_printed() {
        for arguments in [&["--help"][..], &["-h"], &["--version"], &["-V"], &["neon", "--help"]] {
            assert!(matches!(of(arguments), Ok(Command::Print(_))), "{arguments:?}");
        }
    }

    #[test]
    fn what_is_unknown_is_named() {
        for (arguments, named) in [
            (&[][..], "which gateway"),
            (&["oracle"], "\"oracle\""),
            (&["--nonsense"], "--nonsense"),
            (&["neon"], "--postgres"),
            (&["neon", "--postgres"], "--postgres"),
            (&["neon", "--postgres", "postgres://h", "--nonsense"], "--nonsense"),
            (&["neon", "--postgres", "postgres://h", "again"], "again"),
            (&["neon", "--postgres", "mysql://u:sesame@h"], "mysql://"),
            (&["neon", "--postgres", "postgres://h", "--listen", "example.org:1"], "example.org:1"),
            (&["neon", "--postgres", "postgres://h", "--listen", "0.0.0.0:1"], "--allow-remote"),
            (&["neon", "--postgres", "postgres://h", "--max-request-bytes", "10MB"], "10MB"),
            (&["neon", "--postgres", "postgres://h", "--tls-cert", "c.pem"], "--tls-key"),
            (&["neon", "--postgres", "postgres://h", "--tls-key", "k.pem"], "--tls-cert"),
            (
                &["neon", "--postgres", "postgres://h", "--tls-cert", "/no/c.pem", "--tls-key", "/no/k.pem"],
                "/no/c.pem",
            ),
        ] {
            let error = of(arguments).unwrap_err();
            assert!(error.contains(named), "{arguments:?}: {error}");
            assert!(!error.contains("sesame"), "{error}");
        }
    }

    #[test]
    fn a_gateway_for_neon_needs_the_database_alone() {
        assert!(matches!(of(&["neon", "--postgres", "postgres://localhost"]), Ok(Command::Neon(_))));
        assert!(matches!(
            of(&["neon", "--postgres=postgres://localhost", "--listen=0.0.0.0:0", "--allow-remote", "--log"]),
            Ok(Command::Neon(_))
        ));
    }
}
