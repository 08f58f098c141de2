//! What must build for wasm32-unknown-unknown does, each package by itself so that none borrows another's features.

use std::process::Command;

use super::checked;
use crate::process;

const TARGET: &str = "wasm32-unknown-unknown";

/// Packages, with the features to take instead of the default ones.
const PACKAGES: [(&str, Option<&str>); 13] = [
    ("drivetrain-adapter-api", None),
    ("drivetrain-adapter-memory", Some("schema")),
    ("drivetrain-adapter-neon-http", None),
    ("drivetrain-sql", None),
    ("drivetrain-postgres-core", None),
    ("drivetrain-pool", None),
    ("drivetrain-schema", None),
    ("drivetrain", None),
    ("drivetrain-conformance-tests", Some("")),
    ("drivetrain-env", Some("")),
    ("drivetrain-env", Some("http")),
    ("drivetrain-env", Some("http,websocket")),
    (THIRD_PARTY, None),
];

/// The example of an adapter as someone else would write it: checked here and on wasm.
const THIRD_PARTY: &str = "third-party-adapter";

pub(super) fn run() -> Result<(), String> {
    add_target()?;
    checked(["check", "-p", THIRD_PARTY, "--all-targets"], &[])?;
    for (package, features) in PACKAGES {
        let mut arguments = vec!["check", "--target", TARGET, "-p", package];
        if let Some(features) = features {
            arguments.extend(["--no-default-features", "--features", features]);
        }
        checked(arguments, &[])?;
    }
    Ok(())
}

/// Adds the target where rustup manages the toolchain; elsewhere it must be there already.
fn add_target() -> Result<(), String> {
    if process::capture(Command::new("rustup").arg("--version")).is_err() {
        return Ok(());
    }
    process::capture(Command::new("rustup").args(["target", "add", TARGET])).map(drop)
}
