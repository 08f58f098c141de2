//! The conformance suite certifies every adapter, and `docs/src/conformance.md` shows what it found.

use std::path::PathBuf;

use crate::gateway::Gateway;
use crate::process;
use crate::servers::{Servers, Variable};
use crate::workspace;

const PAGE: &str = "docs/src/conformance.md";
/// Set to write the page anew instead of comparing.
const UPDATE: &str = "DRIVETRAIN_UPDATE";

/// An adapter and the options of the command for it.
struct Subject {
    /// The folder of its report.
    folder: &'static str,
    adapter: &'static str,
    variables: Vec<Variable>,
}

pub(super) fn run(servers: &Servers) -> Result<(), String> {
    let folder = workspace::root().join("target/conformance");
    let mut reports = Vec::new();
    let gateway = Gateway::start(&variable(servers, "TEST_POSTGRES_URL")?)?;
    for subject in subjects(servers, &gateway)? {
        let reported = folder.join(subject.folder);
        let mut command = suite();
        command.args(["--adapter", subject.adapter, "--report"]).arg(&reported).envs(subject.variables);
        let shown = process::shown(&command);
        if !process::stream(&mut command, |_| {})? {
            return Err(format!("`{shown}` failed"));
        }
        reports.push(reported.join("conformance.json"));
    }
    let page = folder.join("conformance.md");
    let mut command = suite();
    command
        .arg("pages")
        .args(&reports)
        .arg("--markdown")
        .arg(&page)
        .arg("--html")
        .arg(folder.join("report.html"));
    process::capture(&mut command)?;
    let made = read(&page)?;
    if let Some(line) = made.lines().find(|line| line.contains("not certified")) {
        return Err(format!("an adapter is not certified: {line}"));
    }
    let kept = workspace::root().join(PAGE);
    if std::env::var_os(UPDATE).is_some() {
        return std::fs::write(&kept, made).map_err(|error| format!("{}: {error}", kept.display()));
    }
    match difference(&made, &read(&kept)?) {
        None => Ok(()),
        Some(line) => Err(format!(
            "{PAGE} is out of date: the suite found `{line}`; run `{UPDATE}=1 cargo xtask ci conformance`"
        )),
    }
}

fn suite() -> std::process::Command {
    process::cargo([
        "run",
        "-q",
        "-p",
        "drivetrain-conformance-tests",
        "--bin",
        "drivetrain-conformance",
        "--",
    ])
}

fn variable(servers: &Servers, name: &str) -> Result<String, String> {
    let found = servers.variables().into_iter().find(|(known, _)| known == name);
    found.map(|(_, value)| value).ok_or_else(|| format!("no server gives {name}"))
}

fn subjects(servers: &Servers, gateway: &Gateway) -> Result<Vec<Subject>, String> {
    let url = variable(servers, "TEST_POSTGRES_URL")?;
    let mut postgres = vec![own("CONFORMANCE_URL", &url), own("CONFORMANCE_ORACLE_URL", &url)];
    let neon = |transport| {
        let own = [own("CONFORMANCE_ENDPOINT", &gateway.endpoint()), own("CONFORMANCE_TRANSPORT", transport)];
        postgres.iter().cloned().chain(own).collect()
    };
    let (http, websocket, both) = (neon("http"), neon("websocket"), neon("auto"));
    postgres.extend(servers.variables());
    let sqlite = vec![own("CONFORMANCE_URL", "sqlite::memory:")];
    let mut subjects = vec![
        Subject { folder: "sqlite", adapter: "sqlite", variables: sqlite },
        Subject { folder: "postgres", adapter: "postgres", variables: postgres },
        Subject { folder: "neon-http", adapter: "neon-http", variables: http },
        Subject { folder: "neon-websocket", adapter: "neon-http", variables: websocket },
        Subject { folder: "neon-auto", adapter: "neon-http", variables: both },
    ];
    if let Some(folder) = workspace::chinook() {
        for subject in &mut subjects {
            subject.variables.push(own("CONFORMANCE_CHINOOK", &folder));
        }
    }
    Ok(subjects)
}

fn own(name: &str, value: &str) -> Variable {
    (name.to_owned(), value.to_owned())
}

fn read(path: &PathBuf) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The first line that differs, the headings of tables aside: those name the versions of servers.
fn difference<'a>(made: &'a str, kept: &str) -> Option<&'a str> {
    let telling =
        |line: &&str| !["| Level ", "| Group ", "| Status "].iter().any(|start| line.starts_with(start));
    let (made, kept): (Vec<_>, Vec<_>) =
        (made.lines().filter(telling).collect(), kept.lines().filter(telling).collect());
    let changed = made.iter().zip(&kept).find(|(made, kept)| made != kept).map(|(made, _)| *made);
    changed.or_else(|| (made.len() != kept.len()).then(|| made.last().copied().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_versions_of_servers_may_differ() {
        let page = "| Level | postgres (PostgreSql 15) |\n| L0 | certified (2 cases) |\n";
        assert_eq!(difference(page, &page.replace("15", "18")), None);
        assert_eq!(
            difference(page, &page.replace("2 cases", "3 cases")),
            Some("| L0 | certified (2 cases) |")
        );
        assert_eq!(difference(page, "| Level | x |\n"), Some("| L0 | certified (2 cases) |"));
    }
}
