//! The tables of configuration name every key there is, and no other.

use drivetrain_adapter_neon_http::NeonConfig;
use drivetrain_adapter_postgres::PostgresConfig;
use drivetrain_adapter_sqlite::SqliteConfig;

use super::support::page;

/// The keys in the first column of the table in that section.
fn on_the_page(file: &str, section: &str) -> Vec<String> {
    let prose = page(file).prose();
    let (_, rest) = prose.split_once(&format!("## {section}\n")).expect("the page has the section");
    let rest = rest.split_once("\n## ").map_or(rest, |(section, _)| section);
    let rows = rest.lines().filter(|line| line.starts_with("| `"));
    let mut keys: Vec<String> = rows
        .filter_map(|row| row.split('|').nth(1))
        .flat_map(|cell| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>())
        .collect();
    keys.sort();
    keys
}

/// The keys that an adapter names when it is given one that is like none of them.
fn of(error: &drivetrain::Error, before: &str) -> Vec<String> {
    let hint = error.hint().and_then(|hint| hint.strip_prefix(before)).expect("the hint names the keys");
    let mut keys: Vec<String> = hint.split(", ").map(str::to_owned).collect();
    keys.sort();
    keys
}

#[test]
fn of_sqlite() {
    let error = SqliteConfig::from_url("sqlite:x?qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq=1")
        .expect_err("there is no such key");
    assert_eq!(on_the_page("configuration.md", "SQLite URLs"), of(&error, "it takes "));
}

#[test]
fn of_postgres() {
    let url = "postgres://u@h/d?qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq=1";
    let error = PostgresConfig::from_url(url).expect_err("there is no such key");
    assert_eq!(on_the_page("configuration.md", "Postgres URLs"), of(&error, "the known keys are "));
}

#[test]
fn of_neon() {
    let url = "postgres://u@h/d?qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq=1";
    let error = NeonConfig::from_url(url).expect_err("there is no such key");
    assert_eq!(on_the_page("neon.md", "Keys of the URL"), of(&error, "the known keys are "));
}
