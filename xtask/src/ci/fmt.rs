//! Every file is formatted.

use super::checked;

pub(super) fn run() -> Result<(), String> {
    checked(["fmt", "--all", "--check"], &[])
}
