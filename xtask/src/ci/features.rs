//! Every package builds with no features and with each feature alone; neither the client's tree nor that of the
//! conformance suite, as authors of adapters take it, holds an adapter.

use super::checked;
use crate::process;
use crate::workspace;

/// The client: an application hands an adapter in, so none may come with it.
const CLIENT: &str = "drivetrain";
/// The conformance suite, as authors of adapters take it.
const SUITE: &str = "drivetrain-conformance-tests";
/// The package that has each adapter behind a feature of its name.
const CHOOSER: &str = "drivetrain-adapters";
/// What all adapters are written against.
const CONTRACT: [&str; 2] = ["drivetrain-adapter-api", "drivetrain-adapter-api-macros"];
/// Drivers that only adapters use.
const DRIVERS: [&str; 7] = [
    "rusqlite",
    "libsqlite3-sys",
    "tokio-postgres",
    "postgres-protocol",
    "tokio-rustls",
    "tokio-tungstenite",
    "reqwest",
];

pub(super) fn run() -> Result<(), String> {
    let packages = workspace::packages()?;
    if packages.iter().all(|package| package.name != CHOOSER || package.features.is_empty()) {
        return Err(format!("{CHOOSER} has no features, but each adapter should be one"));
    }
    for package in packages {
        if package.features.is_empty() {
            continue;
        }
        checked(["check", "-p", &package.name, "--no-default-features"], &[])?;
        for feature in &package.features {
            checked(["check", "-p", &package.name, "--no-default-features", "--features", feature], &[])?;
        }
    }
    without_adapters(CLIENT, "--all-features")?;
    without_adapters(SUITE, "--no-default-features")
}

/// Checks that the tree of a package with those features holds no adapter and no driver.
fn without_adapters(package: &str, features: &str) -> Result<(), String> {
    let shape = ["-e", "normal", "--target", "all", "--prefix", "none", "--format", "{p}"];
    let mut command = process::cargo(["tree", "-p", package, features]);
    let tree = process::capture(command.args(shape).env("CARGO_TERM_COLOR", "never"))?;
    match strangers(&tree).as_slice() {
        [] => Ok(()),
        found => Err(format!(
            "the tree of {package} holds {}; run `cargo tree -p {package} -e normal {features}`",
            found.join(", ")
        )),
    }
}

/// The adapters and drivers in a tree printed by cargo.
fn strangers(tree: &str) -> Vec<&str> {
    let mut found: Vec<&str> = tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| {
            let is_adapter = name.starts_with("drivetrain-adapter") && !CONTRACT.contains(name);
            is_adapter || DRIVERS.contains(name)
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adapters_and_drivers_are_strangers() {
        let tree = "drivetrain v0.1.0 (/x/client)\ndrivetrain-adapter-api v0.1.0 (/x/adapter-api)\nserde v1.0.0\n\
                    drivetrain-adapters v0.1.0 (/x)\nrusqlite v0.43.0\nrusqlite v0.43.0 (*)\n";
        assert_eq!(strangers(tree), ["drivetrain-adapters", "rusqlite"]);
    }
}
