//! Installs a server with the machine's own package manager.

use std::io::IsTerminal;
use std::process::Command;

use super::user;
use crate::process;

/// The names of a server's package.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Packages {
    pub(crate) apt: &'static str,
    pub(crate) homebrew: &'static str,
}

/// Installs the package, or says why it cannot.
pub(crate) fn install(packages: Packages) -> Result<(), String> {
    if works("apt-get") {
        eprintln!("installing {} with apt-get", packages.apt);
        return apt(packages.apt);
    }
    if works("brew") {
        eprintln!("installing {} with Homebrew", packages.homebrew);
        return succeeded(Command::new("brew").args(["install", packages.homebrew]));
    }
    Err("this machine has neither apt-get nor Homebrew to install one with".to_owned())
}

fn apt(package: &str) -> Result<(), String> {
    succeeded(&mut as_root(&["apt-get", "update", "-q"])?)?;
    succeeded(&mut as_root(&["apt-get", "install", "-q", "-y", "--no-install-recommends", package])?)
}

/// A command run as root: by itself, or through sudo (which may ask for a password only at a terminal).
fn as_root(arguments: &[&str]) -> Result<Command, String> {
    let mut command = if user::is_root() {
        Command::new("env")
    } else if works("sudo") {
        let mut sudo = Command::new("sudo");
        if !std::io::stdin().is_terminal() {
            sudo.arg("-n");
        }
        sudo.arg("env");
        sudo
    } else {
        return Err(format!("`{}` needs root, and there is no sudo here", arguments.join(" ")));
    };
    command.arg("DEBIAN_FRONTEND=noninteractive").args(arguments);
    Ok(command)
}

/// Runs a command on this terminal, its standard output on our standard error.
fn succeeded(command: &mut Command) -> Result<(), String> {
    let shown = process::shown(command);
    match command.stdout(std::io::stderr()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{shown}` failed ({status})")),
        Err(error) => Err(format!("cannot run `{shown}`: {error}")),
    }
}

fn works(program: &str) -> bool {
    process::capture(Command::new(program).arg("--version")).is_ok()
}
