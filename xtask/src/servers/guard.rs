//! Stops a server even if this process is killed outright.
//!
//! A small shell waits on a pipe that only this process holds; when the pipe closes, for whatever reason, it ends
//! the server if it still runs and removes the folder. An orderly stop leaves it nothing to do.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// `$1` is the folder, `$2...` the command that ends the server.
const SCRIPT: &str = r#"read -r _; folder=$1; shift; "$@"; rm -rf -- "$folder""#;

/// The waiting shell.
#[derive(Debug)]
pub(crate) struct Guard(Child);

impl Guard {
    /// Starts waiting: at this process's end, runs `stop` and removes the folder.
    pub(crate) fn set(folder: &Path, stop: &[&str]) -> Result<Self, String> {
        Command::new("sh")
            .args(["-c", SCRIPT, "guard"])
            .arg(folder)
            .args(stop)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map(Self)
            .map_err(|error| format!("cannot run sh to watch the server: {error}"))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // Orderly: whoever holds this has stopped the server already.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}
