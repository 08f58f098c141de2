//! What was measured: which anomaly occurs on which server at which level.

use std::collections::BTreeMap;

use drivetrain_adapter_api::{Dialect, Error, Flavor, IsolationLevel, Version};
use serde::Deserialize;

use super::log::{Log, Place};
use super::script::Script;
use crate::outcome::ensure;
use crate::{Context, Outcome, Stop};

/// The data file.
const DATA: &str = include_str!("../../../data/isolation.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Data {
    code: Vec<Code>,
    row: Vec<Row>,
}

/// A way to fail.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Code {
    name: String,
    kind: String,
    sqlstate: Option<String>,
    number: Option<i64>,
}

/// What happens on one server at some levels.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    server: String,
    from: Option<String>,
    below: Option<String>,
    begins: Option<String>,
    journal: Option<String>,
    levels: Vec<String>,
    outcomes: BTreeMap<String, String>,
}

/// Which row is meant.
#[derive(Debug)]
pub(super) struct Key {
    server: Option<(&'static str, Version)>,
    level: IsolationLevel,
    /// On SQLite.
    begins: &'static str,
    journal: String,
}

impl Key {
    /// The row for the server of this case, and for what the log shows of it.
    pub(super) async fn of(cx: &Context, level: IsolationLevel, log: &Log) -> Outcome<Self> {
        let server = cx.capabilities().server().and_then(|server| {
            let name = match server.flavor {
                Flavor::PostgreSql => "postgresql",
                Flavor::MySql => "mysql",
                Flavor::MariaDb => "mariadb",
                Flavor::Sqlite => "sqlite",
                _ => return None,
            };
            Some((name, server.version))
        });
        let refused = log.errors().any(|(place, _)| place == Place::Begin);
        let journal = match cx.dialect() {
            Dialect::Sqlite => cx.oracle_cell("pragma journal_mode").await?.unwrap_or_default(),
            _ => String::new(),
        };
        Ok(Self { server, level, begins: if refused { "immediate" } else { "deferred" }, journal })
    }
}

impl Row {
    fn is_for(&self, key: &Key) -> Outcome<bool> {
        let Some((server, version)) = key.server else { return Ok(false) };
        let version_of = |text: &String| {
            text.parse::<Version>().map_err(|error| Stop::fail(format!("data/isolation.toml: {error}")))
        };
        let (from, below) = (self.from.as_ref().map(version_of), self.below.as_ref().map(version_of));
        let (from, below) = (from.transpose()?, below.transpose()?);
        Ok(self.server == server
            && from.is_none_or(|from| version >= from)
            && below.is_none_or(|below| version < below)
            && self.begins.as_ref().is_none_or(|begins| begins == key.begins)
            && self.journal.as_ref().is_none_or(|journal| *journal == key.journal)
            && self.has(key.level))
    }

    fn has(&self, level: IsolationLevel) -> bool {
        self.levels.iter().any(|name| name == level.sql())
    }
}

impl Code {
    fn is(&self, error: &Error) -> bool {
        let state = error.sqlstate().map(|state| state.to_string());
        format!("{:?}", error.kind()) == self.kind
            && (self.sqlstate.is_none() || self.sqlstate == state)
            && (self.number.is_none() || self.number == error.code())
    }
}

fn data() -> Outcome<Data> {
    toml::from_str(DATA).map_err(|error| Stop::fail(format!("data/isolation.toml: {error}")))
}

/// Checks that what happened is what was measured.
pub(super) fn judge(script: &Script, key: &Key, log: &Log) -> Outcome {
    let data = data()?;
    let mut found = None;
    for row in &data.row {
        if row.is_for(key)? {
            found = Some(row);
            break;
        }
    }
    let standard = || data.row.iter().find(|row| row.server == "standard" && row.has(key.level));
    let row = found.or_else(standard).ok_or_else(|| Stop::fail(format!("no row for {key:?}")))?;
    let expected = row.outcomes.get(script.name);
    let expected =
        expected.ok_or_else(|| Stop::fail(format!("the row for {key:?} lacks {}", script.name)))?;
    let occurred = log.shows(script);
    let errors: Vec<_> = log.errors().collect();
    let place = format!("{} on {} at {} is `{expected}`", script.name, row.server, key.level);
    let right = match expected.as_str() {
        "allowed" => true,
        "anomaly" => occurred,
        "prevented" => !occurred,
        "clean" => !occurred && errors.is_empty() && !log.has_waits(),
        "blocks" => !occurred && errors.is_empty() && log.has_waits(),
        code => {
            let (name, at) = code.split_once(" at ").map_or((code, None), |(name, at)| (name, Some(at)));
            let code = data.code.iter().find(|code| code.name == name);
            let code = code.ok_or_else(|| Stop::fail(format!("data/isolation.toml has no code {name}")))?;
            let fits =
                |(place, error): &(Place, &Error)| code.is(error) && at.is_none_or(|at| at == place.name());
            !occurred && !errors.is_empty() && errors.iter().all(fits)
        }
    };
    ensure!(right, "{place}, but the anomaly did {}occur: {log}", if occurred { "" } else { "not " });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::scripts::SCRIPTS;
    use super::*;

    #[test]
    fn every_row_says_something_of_every_script() {
        let data = data().unwrap();
        for row in &data.row {
            let names: Vec<_> = row.outcomes.keys().map(String::as_str).collect();
            let mut expected: Vec<_> = SCRIPTS.iter().map(|script| script.name).collect();
            expected.sort_unstable();
            assert_eq!(names, expected, "{row:?}");
            assert!(
                row.levels.iter().all(|name| IsolationLevel::ALL.iter().any(|level| level.sql() == name))
            );
        }
        let standard = |level| data.row.iter().any(|row| row.server == "standard" && row.has(level));
        assert!(IsolationLevel::ALL.into_iter().all(standard));
    }

    #[test]
    fn an_anomaly_where_none_may_be_is_a_failure() {
        let key = Key {
            server: Some(("postgresql", Version::new(15, 0, 0))),
            level: IsolationLevel::RepeatableRead,
            begins: "deferred",
            journal: String::new(),
        };
        let dirty = Log { events: vec![], left: vec![(1, 11), (2, 22)] };
        assert!(judge(&SCRIPTS[0], &key, &dirty).is_err());
        let unknown = Key { server: None, ..key };
        assert!(judge(&SCRIPTS[0], &unknown, &dirty).is_err());
        judge(&SCRIPTS[0], &unknown, &Log { events: vec![], left: vec![(1, 12), (2, 22)] }).unwrap();
    }
}
