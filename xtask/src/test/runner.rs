//! Builds and runs the commands of a test run. Features are all on: they only add, and so do their tests.

use std::process::Command;

use super::selection;
use crate::args::TestOptions;
use crate::counts::{self, Counts};
use crate::process;
use crate::servers::{Kind, Variable};
use crate::workspace::Package;

/// One command of a test run.
pub(crate) struct Part {
    pub(crate) name: &'static str,
    pub(crate) command: Command,
    /// Whether tests that the runner counts as skipped were left out by something other than a name filter.
    pub(crate) skipped_are_excluded: bool,
}

/// The commands for these packages: the tests proper, then the doc tests.
pub(crate) fn parts(packages: &[Package], options: &TestOptions, excluded: &[Kind]) -> Vec<Part> {
    let skipped_are_excluded = options.filters.is_empty();
    let tests = if has_nextest() {
        let mut command =
            process::cargo(["nextest", "run", "--all-features", "--no-fail-fast", "--no-tests=pass"]);
        scope(&mut command, options);
        if let Some(filter) = selection::nextest_filter(excluded) {
            command.args(["-E", &filter]);
        }
        if !options.filters.is_empty() {
            command.arg("--").args(&options.filters);
        }
        Part { name: "unit, integration and compile-fail tests (nextest)", command, skipped_are_excluded }
    } else {
        let mut command = process::cargo(["test", "--all-features", "--no-fail-fast"]);
        scope(&mut command, options);
        command.args(selection::cargo_test_targets(packages, excluded));
        command.arg("--").args(&options.filters);
        Part { name: "unit, integration and compile-fail tests (cargo test)", command, skipped_are_excluded }
    };
    let mut parts = vec![tests];
    if packages.iter().any(|package| package.has_library) {
        let mut command = process::cargo(["test", "--all-features", "--no-fail-fast", "--doc"]);
        if options.packages.is_empty() {
            command.arg("--workspace");
        }
        // Named one by one, cargo refuses a package without a library.
        let named = packages.iter().filter(|package| !options.packages.is_empty() && package.has_library);
        named.for_each(|package| _ = command.args(["-p", &package.name]));
        command.arg("--").args(&options.filters);
        parts.push(Part { name: "doc tests", command, skipped_are_excluded });
    }
    parts
}

/// Runs a part; the counts are summed over all the lines that close a run of tests.
pub(crate) fn run(
    mut command: Command,
    variables: Vec<Variable>,
    skipped_are_excluded: bool,
) -> Result<(Counts, bool), String> {
    let mut sum = Counts::default();
    let succeeded = process::stream(command.envs(variables), |line| {
        if let Some(mut counts) = counts::of_line(line) {
            if !skipped_are_excluded {
                counts.skipped = 0;
            }
            sum += counts;
        }
    })?;
    Ok((sum, succeeded))
}

fn scope(command: &mut Command, options: &TestOptions) {
    if options.packages.is_empty() {
        command.arg("--workspace");
    }
    options.packages.iter().for_each(|package| _ = command.args(["-p", package]));
}

fn has_nextest() -> bool {
    process::capture(&mut process::cargo(["nextest", "--version"])).is_ok()
}
