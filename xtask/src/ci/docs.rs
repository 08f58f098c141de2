//! The documentation builds without a warning: no broken link, nothing public without words.

use super::checked;

pub(super) fn run() -> Result<(), String> {
    checked(["doc", "--workspace", "--all-features", "--no-deps"], &[("RUSTDOCFLAGS", "-D warnings")])
}
