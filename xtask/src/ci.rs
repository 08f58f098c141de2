//! `cargo xtask ci`: everything continuous integration checks. Every step runs, even after one has failed.

mod clippy;
mod conformance;
mod deny;
mod docs;
mod features;
mod fmt;
mod quickstart;
mod wasm;

use std::time::Instant;

use crate::args::TestOptions;
use crate::report::Report;
use crate::servers::{Kind, Servers};
use crate::{interrupt, process, test};

/// A step, quickest and most telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Fmt,
    Test,
    Quickstart,
    Conformance,
    Clippy,
    Docs,
    Wasm,
    Features,
    Deny,
}

impl Step {
    /// Every step, in order.
    pub(crate) const ALL: [Self; 9] = [
        Self::Fmt,
        Self::Test,
        Self::Quickstart,
        Self::Conformance,
        Self::Clippy,
        Self::Docs,
        Self::Wasm,
        Self::Features,
        Self::Deny,
    ];

    /// What the command line calls it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Fmt => "fmt",
            Self::Test => "test",
            Self::Quickstart => "quickstart",
            Self::Conformance => "conformance",
            Self::Clippy => "clippy",
            Self::Docs => "docs",
            Self::Wasm => "wasm",
            Self::Features => "features",
            Self::Deny => "deny",
        }
    }

    fn run(self, servers: &mut Servers, report: &mut Report) -> Result<(), String> {
        match self {
            Self::Fmt => fmt::run(),
            Self::Test => {
                test::run(&TestOptions::default(), servers, report)?;
                if report.succeeded() { Ok(()) } else { Err("see the report below".to_owned()) }
            }
            Self::Quickstart => {
                need(servers, Kind::Postgres)?;
                quickstart::run(servers)
            }
            Self::Conformance => {
                need(servers, Kind::Postgres)?;
                conformance::run(servers)
            }
            Self::Clippy => clippy::run(),
            Self::Docs => docs::run(),
            Self::Wasm => wasm::run(),
            Self::Features => features::run(),
            Self::Deny => deny::run(),
        }
    }
}

/// Starts a server of this kind, unless one is running.
fn need(servers: &mut Servers, kind: Kind) -> Result<(), String> {
    if servers.has(kind) { Ok(()) } else { servers.start(kind) }
}

/// Runs the steps, prints how each went, the test report and its closing line.
pub(crate) fn command(steps: &[Step]) -> Result<bool, String> {
    let mut servers = Servers::default();
    let mut report = Report::default();
    let mut outcomes = Vec::new();
    for step in steps {
        println!("\n== {}", step.name());
        let since = Instant::now();
        let outcome = step.run(&mut servers, &mut report);
        if interrupt::requested() {
            return Err("interrupted".to_owned());
        }
        if let Err(error) = &outcome {
            eprintln!("{} failed: {error}", step.name());
        }
        outcomes.push((step, since.elapsed(), outcome));
    }
    drop(servers);

    if steps.contains(&Step::Test) {
        print!("{}", report.text());
    }
    println!("\nSteps:");
    for (step, took, outcome) in &outcomes {
        let word = if outcome.is_ok() { "ok" } else { "FAILED" };
        println!("  {:<12} {word:<6} {:>5} s", step.name(), took.as_secs());
        if let Err(error) = outcome {
            println!("    {}", error.replace('\n', "\n    "));
        }
    }
    if steps.contains(&Step::Test) {
        println!("{}", report.counts());
    }
    Ok(outcomes.iter().all(|(_, _, outcome)| outcome.is_ok()))
}

/// Runs cargo and streams its output; failing is an error that shows the command.
fn checked<'a>(
    arguments: impl IntoIterator<Item = &'a str>,
    variables: &[(&str, &str)],
) -> Result<(), String> {
    let mut command = process::cargo(arguments);
    command.envs(variables.iter().copied());
    let shown = process::shown(&command);
    if process::stream(&mut command, |_| {})? { Ok(()) } else { Err(format!("`{shown}` failed")) }
}
