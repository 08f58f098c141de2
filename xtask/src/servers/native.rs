//! A server that runs as a child of this process.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

use super::guard::Guard;
use crate::interrupt;

const READY_WITHIN: Duration = Duration::from_secs(60);
const STOP_WITHIN: Duration = Duration::from_secs(15);
const POLL: Duration = Duration::from_millis(20);

/// The child; dropping it stops the server.
#[derive(Debug)]
pub(crate) struct Native {
    child: Child,
    // After the child in drop order: by then there is nothing left for it to stop.
    _guard: Guard,
}

impl Native {
    /// Starts the program in a process group of its own (Ctrl-C is ours to answer), its output going to `log`, and
    /// waits until `ready` says so. The folder is removed if this process is killed.
    pub(crate) fn start(
        command: &mut Command,
        folder: &Path,
        log: &Path,
        ready: impl Fn() -> bool,
    ) -> Result<Self, String> {
        let output =
            fs::File::create(log).map_err(|error| format!("cannot write {}: {error}", log.display()))?;
        let errors =
            output.try_clone().map_err(|error| format!("cannot write {}: {error}", log.display()))?;
        let program = command.get_program().to_string_lossy().into_owned();
        let child = command
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .process_group(0)
            .spawn()
            .map_err(|error| format!("cannot run {program}: {error}"))?;
        let pid = child.id().to_string();
        let guard = Guard::set(folder, &["kill", "-s", "QUIT", &pid])?;
        let mut native = Self { child, _guard: guard };
        native.wait_until(ready).map_err(|error| format!("{program} {error}{}", tail(log)))?;
        Ok(native)
    }

    fn wait_until(&mut self, ready: impl Fn() -> bool) -> Result<(), String> {
        let since = Instant::now();
        loop {
            if ready() {
                return Ok(());
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(format!("ended while starting ({status})"));
            }
            if since.elapsed() > READY_WITHIN {
                return Err(format!("was not ready within {} s", READY_WITHIN.as_secs()));
            }
            if interrupt::requested() {
                return Err("was starting when interrupted".to_owned());
            }
            thread::sleep(POLL);
        }
    }

    /// Sends the signal; true when the server has ended in time.
    fn end_with(&mut self, signal: Signal) -> bool {
        if let Some(pid) = Pid::from_raw(self.child.id().cast_signed()) {
            rustix::process::kill_process(pid, signal).ok();
        }
        let since = Instant::now();
        while since.elapsed() < STOP_WITHIN {
            if matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                return true;
            }
            thread::sleep(POLL);
        }
        false
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        // To Postgres: INT ends it in order but at once, QUIT without order. To MySQL both mean the former.
        if !self.end_with(Signal::INT) && !self.end_with(Signal::QUIT) {
            self.child.kill().ok();
            self.child.wait().ok();
        }
    }
}

/// The last lines of a log, indented, to be put behind a message.
fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    let last = &lines[lines.len().saturating_sub(15)..];
    if last.is_empty() { String::new() } else { format!("; its log ends:\n  {}", last.join("\n  ")) }
}
