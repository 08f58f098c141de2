//! A server in a container, where none is installed and none can be.

use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use super::guard::Guard;
use crate::{interrupt, process};

/// The image may have to be pulled and the database made first.
const READY_WITHIN: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(250);

/// A running container; dropping it stops and removes it.
#[derive(Debug)]
pub(crate) struct Container {
    id: String,
    _guard: Guard,
}

/// Runs a container with these arguments of `docker run` and waits until `ready` says so.
pub(crate) fn run(
    arguments: &[String],
    folder: &Path,
    ready: impl Fn(&Container) -> bool,
) -> Result<Container, String> {
    process::capture(Command::new("docker").args(["info", "--format", "{{.ServerVersion}}"]))
        .map_err(|error| format!("Docker cannot help either: {error}"))?;
    let id = process::capture(Command::new("docker").args(["run", "--rm", "-d"]).args(arguments))?;
    let id = id.trim().to_owned();
    let guard = Guard::set(folder, &["docker", "stop", "-t", "5", &id])?;
    let container = Container { id, _guard: guard };
    let since = Instant::now();
    while !ready(&container) {
        if since.elapsed() > READY_WITHIN || interrupt::requested() {
            let log = process::capture(Command::new("docker").args(["logs", "--tail", "15", &container.id]));
            return Err(format!("the container did not become ready: {}", log.unwrap_or_else(|error| error)));
        }
        thread::sleep(POLL);
    }
    Ok(container)
}

impl Container {
    /// Runs a program inside.
    pub(crate) fn exec(&self, program: &[&str]) -> Result<String, String> {
        process::capture(Command::new("docker").args(["exec", &self.id]).args(program))
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        if let Err(error) = process::capture(Command::new("docker").args(["stop", "-t", "5", &self.id])) {
            eprintln!("{error}");
        }
    }
}
