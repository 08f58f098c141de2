//! Licences, sources and banned crates, by cargo-deny (installed when absent). Advisories are left out: their
//! database is fetched anew each time, so a build could fail without a change.

use super::checked;
use crate::process;

pub(super) fn run() -> Result<(), String> {
    if process::capture(&mut process::cargo(["deny", "--version"])).is_err() {
        checked(["install", "cargo-deny", "--locked"], &[])?;
    }
    checked(["deny", "--workspace", "--all-features", "check", "bans", "licenses", "sources"], &[])
}
