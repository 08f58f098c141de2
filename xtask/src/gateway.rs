//! The gateway that stands in for Neon, in front of the server that is running.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Stdio};

use crate::process;

/// What the gateway says before the URL it can be reached at.
const READY: &str = "listening on ";

/// The largest request and answer, as on hosted Neon and as the adapter takes for granted.
const LIMIT: &str = "67108864";

/// A gateway, until it is dropped.
#[derive(Debug)]
pub(crate) struct Gateway {
    child: Child,
    /// Kept open: it may have more to say, and ends where it cannot.
    output: Option<BufReader<ChildStdout>>,
    url: String,
}

impl Gateway {
    /// Builds the gateway and starts it on a free port, in front of the server of that URL.
    pub(crate) fn start(postgres: &str) -> Result<Self, String> {
        const PACKAGE: &str = "drivetrain-gateway";
        process::capture(&mut process::cargo(["build", "-q", "-p", PACKAGE, "--bin", PACKAGE]))?;
        // Of the URL only the place counts, and a command line can be read by everybody.
        let place = postgres.rsplit_once('@').map_or(postgres, |(_, place)| place);
        let place = format!("postgres://{}", place.trim_start_matches("postgres://"));
        let mut command = process::cargo(["run", "-q", "-p", PACKAGE, "--bin", PACKAGE, "--", "neon"]);
        command.args(["--postgres", &place, "--listen", "127.0.0.1:0"]);
        command.args(["--max-request-bytes", LIMIT, "--max-response-bytes", LIMIT]);
        let shown = process::shown(&command);
        // Cargo becomes the program that it runs: ending the one ends the other.
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("cannot run `{shown}`: {error}"))?;
        let mut gateway = Self { child, output: None, url: String::new() };
        gateway.output = gateway.child.stdout.take().map(BufReader::new);
        let mut line = String::new();
        let read = gateway.output.as_mut().map(|output| output.read_line(&mut line));
        match (read, line.strip_prefix(READY)) {
            (Some(Ok(_)), Some(url)) => url.trim().clone_into(&mut gateway.url),
            _ => return Err(format!("`{shown}` says {line:?}, and not where it listens")),
        }
        Ok(gateway)
    }

    /// Where requests go.
    pub(crate) fn endpoint(&self) -> String {
        format!("{}/sql", self.url)
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        // One that has ended already is no matter.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
