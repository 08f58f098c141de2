//! No warnings from the compiler or clippy, in any target.

use super::checked;

pub(super) fn run() -> Result<(), String> {
    checked(["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"], &[])
}
