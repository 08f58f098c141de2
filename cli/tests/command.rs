//! The command as people run it.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_drivetrain"));
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What it writes, and how it ends.
fn output(arguments: &[&str]) -> (String, String, Option<i32>) {
    let output = command(arguments).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.code())
}

#[test]
fn help_and_version_are_printed() {
    for arguments in [&["--help"][..], &["-h"]] {
        let (out, error, code) = output(arguments);
        assert!(out.contains("drivetrain <COMMAND>") && out.contains("gateway"), "{out}");
        assert_eq!((error.as_str(), code), ("", Some(0)));
    }
    let version = concat!("drivetrain ", env!("CARGO_PKG_VERSION"), "\n");
    assert_eq!(output(&["--version"]), (version.to_owned(), String::new(), Some(0)));
    let (out, _, code) = output(&["gateway", "neon", "--help"]);
    assert!(out.contains("--postgres URL") && code == Some(0), "{out}");
}

#[test]
fn mistakes_are_named() {
    for (arguments, named) in [
        (&[][..], "which command"),
        (&["migrat"], "`migrat`"),
        (&["--nonsense"], "`--nonsense`"),
        (&["gateway"], "which gateway"),
        (&["gateway", "oracle"], "oracle"),
        (&["gateway", "neon"], "--postgres"),
    ] {
        let (out, error, code) = output(arguments);
        assert_eq!((out.as_str(), code), ("", Some(2)), "{arguments:?}");
        assert!(error.starts_with("error: ") && error.contains(named), "{error}");
    }
}

#[test]
fn a_gateway_listens_until_it_is_asked_to_end() {
    let arguments = ["gateway", "neon", "--postgres", "postgres://127.0.0.1:1", "--listen", "127.0.0.1:0"];
    let mut child = command(&arguments).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let asked = Command::new("kill").arg(child.id().to_string()).status();
    let status = child.wait().unwrap();
    assert!(line.starts_with("listening on http://127.0.0.1:"), "{line}");
    assert!(asked.unwrap().success() && status.success(), "{status}");
}
