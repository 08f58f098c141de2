//! The user a server runs as. Postgres refuses to run as root, so root lends it an unprivileged user.

use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::process;

/// Users that may serve, best first.
const CANDIDATES: [&str; 2] = ["postgres", "nobody"];

/// An unprivileged user of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) uid: u32,
    pub(crate) gid: u32,
}

/// The user to run servers as: `None` means as the present one, which is not root.
pub(crate) fn unprivileged() -> Result<Option<User>, String> {
    if !is_root() {
        return Ok(None);
    }
    let user = CANDIDATES.iter().find_map(|name| Some(User { uid: id("-u", name)?, gid: id("-g", name)? }));
    user.map(Some).ok_or_else(|| {
        format!(
            "a database server does not run as root, and this machine has no user called {}",
            CANDIDATES.join(" or ")
        )
    })
}

/// Whether this process is root's.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Makes the command run as the user.
pub(crate) fn run_as(command: &mut Command, user: Option<&User>) {
    if let Some(user) = user {
        command.uid(user.uid).gid(user.gid).env("HOME", "/");
    }
}

fn id(which: &str, name: &str) -> Option<u32> {
    process::capture(Command::new("id").args([which, name])).ok()?.trim().parse().ok().filter(|id| *id != 0)
}
