//! `cargo xtask serve`: the servers that tests need, kept until Ctrl-C or while one program runs.

use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::interrupt;
use crate::servers::{Kind, Servers};

/// Starts every server; runs the program with their variables set, or prints them and waits.
pub(crate) fn command(program: &[String]) -> Result<bool, String> {
    let mut servers = Servers::default();
    for kind in Kind::ALL {
        servers.start(kind)?;
    }
    if let [name, arguments @ ..] = program {
        let status = Command::new(name).args(arguments).envs(servers.variables()).status();
        return status
            .map(|status| status.success())
            .map_err(|error| format!("cannot run `{name}`: {error}"));
    }
    for (name, value) in servers.variables() {
        println!("export {name}='{value}'");
    }
    eprintln!("Ctrl-C stops");
    while !interrupt::requested() {
        thread::sleep(Duration::from_millis(100));
    }
    Ok(true)
}
