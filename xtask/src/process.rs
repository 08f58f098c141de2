//! Runs other programs: captured, or with their output passed on line by line as it comes.
//!
//! A streamed program has a process group of its own, so that an interrupt ends it with all it started.

use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

use crate::{interrupt, workspace};

/// How long the output of a program that has ended is still waited for (something it left may hold the pipe).
const OUTPUT_GRACE: Duration = Duration::from_secs(2);
/// How long an interrupted program may take to end by itself.
const END_GRACE: Duration = Duration::from_secs(10);

/// Cargo, in the workspace's root, without the variables that the cargo running this program set.
pub(crate) fn cargo<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace::root()).args(arguments);
    for (name, _) in std::env::vars_os() {
        let leaks = name.to_str().is_some_and(|name| {
            ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"]
                .iter()
                .any(|p| name.starts_with(p))
        });
        if leaks {
            command.env_remove(name);
        }
    }
    if std::io::stdout().is_terminal() && std::env::var_os("CARGO_TERM_COLOR").is_none() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    command
}

/// The command as a person would type it.
pub(crate) fn shown(command: &Command) -> String {
    let program = command.get_program().to_string_lossy();
    let name = program.rsplit('/').next().unwrap_or_default().to_owned();
    let arguments = command.get_args().map(|argument| {
        let argument = argument.to_string_lossy();
        if argument.contains([' ', '|', '(', '&', '*']) {
            format!("'{argument}'")
        } else {
            argument.into_owned()
        }
    });
    std::iter::once(name).chain(arguments).collect::<Vec<_>>().join(" ")
}

/// Runs a program to its end and returns its standard output; failing is an error holding its standard error.
pub(crate) fn capture(command: &mut Command) -> Result<String, String> {
    let shown = shown(command);
    let output =
        command.stdin(Stdio::null()).output().map_err(|error| format!("cannot run `{shown}`: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let complaint = String::from_utf8_lossy(&output.stderr);
        Err(format!("`{shown}` failed ({}): {}", output.status, complaint.trim_end()))
    }
}

/// Runs a program to its end, passing its output on and showing each line to `observe`. True when it succeeded.
pub(crate) fn stream(command: &mut Command, mut observe: impl FnMut(&str)) -> Result<bool, String> {
    let shown = shown(command);
    println!("\n$ {shown}");
    let spawned = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(|error| format!("cannot run `{shown}`: {error}"))?;
    let status =
        pass_on(spawned, &mut observe).map_err(|error| format!("while running `{shown}`: {error}"))?;
    if interrupt::requested() {
        return Err(format!("interrupted while running `{shown}`"));
    }
    Ok(status.success())
}

enum Line {
    Out(Vec<u8>),
    Err(Vec<u8>),
}

fn pass_on(mut child: Child, observe: &mut dyn FnMut(&str)) -> std::io::Result<ExitStatus> {
    let (sender, lines) = mpsc::channel();
    if let Some(stdout) = child.stdout.take() {
        read_lines(stdout, sender.clone(), Line::Out);
    }
    if let Some(stderr) = child.stderr.take() {
        read_lines(stderr, sender, Line::Err);
    }
    let mut ended: Option<(ExitStatus, Instant)> = None;
    let mut signalled: Option<Instant> = None;
    loop {
        match lines.recv_timeout(Duration::from_millis(100)) {
            Ok(Line::Out(line)) => {
                std::io::stdout().write_all(&line)?;
                observe(String::from_utf8_lossy(&line).trim_end());
            }
            Ok(Line::Err(line)) => {
                std::io::stderr().write_all(&line)?;
                observe(String::from_utf8_lossy(&line).trim_end());
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout)
                if ended.is_some_and(|(_, since)| since.elapsed() > OUTPUT_GRACE) =>
            {
                break;
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
        if ended.is_none() {
            ended = child.try_wait()?.map(|status| (status, Instant::now()));
        }
        if interrupt::requested() && ended.is_none() {
            match signalled {
                None => {
                    signal_group(&child, Signal::TERM);
                    signalled = Some(Instant::now());
                }
                Some(since) if since.elapsed() > END_GRACE => signal_group(&child, Signal::KILL),
                Some(_) => {}
            }
        }
    }
    ended.map_or_else(|| child.wait(), |(status, _)| Ok(status))
}

fn read_lines(source: impl Read + Send + 'static, sender: Sender<Line>, wrap: fn(Vec<u8>) -> Line) {
    thread::spawn(move || {
        let mut source = BufReader::new(source);
        loop {
            let mut line = Vec::new();
            match source.read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) if sender.send(wrap(line)).is_err() => return,
                Ok(_) => {}
            }
        }
    });
}

/// Sends a signal to a child's whole process group; one that has ended already is no error.
fn signal_group(child: &Child, signal: Signal) {
    if let Some(pid) = Pid::from_raw(child.id().cast_signed()) {
        rustix::process::kill_process_group(pid, signal).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streaming_observes_both_outputs_and_the_exit_code() {
        let mut seen = Vec::new();
        let mut command = Command::new("sh");
        command.args(["-c", "echo one; echo two >&2; exit 3"]);
        assert_eq!(stream(&mut command, |line| seen.push(line.to_owned())), Ok(false));
        seen.sort();
        assert_eq!(seen, ["one", "two"]);
    }

    #[test]
    fn a_left_over_process_holding_the_pipe_does_not_hang_the_reader() {
        let mut command = Command::new("sh");
        command.args(["-c", "sleep 30 & echo $!"]);
        let mut pid = None;
        assert_eq!(stream(&mut command, |line| pid = line.parse().ok()), Ok(true));
        let pid = pid.and_then(Pid::from_raw).expect("the shell prints the process it left");
        rustix::process::kill_process(pid, Signal::KILL).expect("the process left is still running");
    }

    #[test]
    fn a_captured_failure_says_what_the_program_said() {
        let error = capture(Command::new("sh").args(["-c", "echo why >&2; exit 1"])).unwrap_err();
        assert!(error.contains("why") && error.contains("sh -c"), "{error}");
        let error = capture(&mut Command::new("no-such-program-here")).unwrap_err();
        assert!(error.contains("no-such-program-here"), "{error}");
    }
}
