//! The quickstart runs on the embedded database and on Postgres, twice each, and says the same but for the adapter.

use crate::process;
use crate::servers::{Servers, Variable};

/// The words one of which the differing line must hold.
const NAMES: [&str; 2] = ["sqlite", "postgres"];

pub(super) fn run(servers: &Servers) -> Result<(), String> {
    let variables = servers.variables();
    let url = variables
        .iter()
        .find(|(name, _)| name == "TEST_POSTGRES_URL")
        .ok_or("there is no Postgres server")?;
    let url = ("DATABASE_URL".to_owned(), url.1.clone());
    let embedded = output(None)?;
    same("two runs on SQLite", &embedded, &output(None)?, 0)?;
    let server = output(Some(&url))?;
    same("two runs on Postgres", &server, &output(Some(&url))?, 0)?;
    same("SQLite and Postgres", &embedded, &server, 1)
}

/// Runs it as the README says, and returns what it prints.
fn output(variable: Option<&Variable>) -> Result<String, String> {
    let mut command = process::cargo(["run", "-q", "--example", "quickstart"]);
    command.env_remove("DATABASE_URL").env("CARGO_TERM_COLOR", "never");
    println!(
        "$ {}{}",
        if variable.is_some() { "DATABASE_URL=postgres://... " } else { "" },
        process::shown(&command)
    );
    let printed = process::capture(command.envs(variable.cloned()))?;
    if printed.lines().count() < 5 {
        return Err(format!("the quickstart printed next to nothing: {printed:?}"));
    }
    Ok(printed)
}

/// Checks that two outputs are the same, line by line, but for so many lines that name the adapter.
fn same(what: &str, left: &str, right: &str, may_differ: usize) -> Result<(), String> {
    let (lines, others): (Vec<&str>, Vec<&str>) = (left.lines().collect(), right.lines().collect());
    let differing: Vec<(&str, &str)> =
        lines.iter().zip(&others).filter(|(a, b)| a != b).map(|(a, b)| (*a, *b)).collect();
    let names = |line: &str| NAMES.iter().any(|name| line.to_lowercase().contains(name));
    let unexplained = differing.iter().find(|(a, b)| !(names(a) && names(b)));
    let first = unexplained.or_else(|| differing.get(may_differ));
    if let Some((a, b)) = first {
        return Err(format!("{what} differ: `{a}` and `{b}`"));
    }
    if lines.len() != others.len() {
        return Err(format!("{what} differ: {} lines and {} lines", lines.len(), others.len()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_adapters_line_may_differ() {
        assert_eq!(same("x", "on SQLite\na\n", "on Postgres\na\n", 1), Ok(()));
        assert!(same("x", "on SQLite\na\n", "on Postgres\nb\n", 1).unwrap_err().contains("`a` and `b`"));
        assert!(same("x", "on SQLite\nsqlite\n", "on Postgres\npostgres\n", 1).is_err());
        assert!(same("x", "a\n", "a\nb\n", 1).unwrap_err().contains("1 lines and 2 lines"));
        assert!(same("x", "on SQLite\n", "on Postgres\n", 0).is_err());
    }
}
