//! The quickstart runs on the embedded database, on Postgres and through a gateway that speaks Neon's protocol, twice
//! each, and says the same but for the adapter.

use crate::gateway::Gateway;
use crate::process;
use crate::servers::{Servers, Variable};

/// The words one of which the differing line must hold.
const NAMES: [&str; 3] = ["sqlite", "postgres", "neon-http"];

pub(super) fn run(servers: &Servers) -> Result<(), String> {
    let variables = servers.variables();
    let (_, url) = variables
        .iter()
        .find(|(name, _)| name == "TEST_POSTGRES_URL")
        .ok_or("there is no Postgres server")?;
    let on_postgres = [("DATABASE_URL".to_owned(), url.clone())];
    let embedded = output(&[])?;
    same("two runs on SQLite", &embedded, &output(&[])?, 0)?;
    let server = output(&on_postgres)?;
    same("two runs on Postgres", &server, &output(&on_postgres)?, 0)?;
    same("SQLite and Postgres", &embedded, &server, 1)?;

    let gateway = Gateway::start(url)?;
    let [url] = on_postgres;
    let by_neon = [
        url,
        ("DRIVETRAIN_ADAPTER".to_owned(), "neon-http".to_owned()),
        ("DATABASE_ENDPOINT".to_owned(), gateway.endpoint()),
    ];
    let neon = output(&by_neon)?;
    same("two runs on Neon", &neon, &output(&by_neon)?, 0)?;
    same("Postgres and Neon", &server, &neon, 1)
}

/// Runs it as the README says, and returns what it prints.
fn output(variables: &[Variable]) -> Result<String, String> {
    let mut command = process::cargo(["run", "-q", "--example", "quickstart"]);
    for name in ["DATABASE_URL", "DATABASE_ENDPOINT", "DRIVETRAIN_ADAPTER"] {
        command.env_remove(name);
    }
    command.env("CARGO_TERM_COLOR", "never");
    let set = variables.iter().map(|(name, value)| match name.as_str() {
        "DATABASE_URL" => "DATABASE_URL=postgres://... ".to_owned(),
        _ => format!("{name}={value} "),
    });
    println!("$ {}{}", set.collect::<String>(), process::shown(&command));
    let printed = process::capture(command.envs(variables.iter().cloned()))?;
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
