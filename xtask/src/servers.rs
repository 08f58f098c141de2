//! The database servers that tests run against: found or installed, started privately, always stopped.
//!
//! Each kind of server is one [`Kind`] with a module of its own. A private server lives in a temporary folder that
//! goes with it; dropping [`Servers`] stops every one, and a [`guard`] does so if this process is killed.

mod certificates;
mod docker;
mod folder;
mod guard;
mod install;
mod locate;
mod native;
mod port;
mod postgres;
mod user;

use std::fmt;

/// An environment variable handed to tests.
pub(crate) type Variable = (String, String);

/// A kind of server that tests may need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// PostgreSQL.
    Postgres,
}

impl Kind {
    /// Every kind.
    pub(crate) const ALL: [Self; 1] = [Self::Postgres];

    /// The start of the name of every test binary (`tests/NAME.rs`) that needs this server.
    pub(crate) fn test_prefix(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
        }
    }

    /// Whether a test binary of this name needs this server.
    pub(crate) fn is_needed_by(self, test_target: &str) -> bool {
        test_target.starts_with(self.test_prefix())
    }

    fn start(self) -> Result<Box<dyn Server>, String> {
        match self {
            Self::Postgres => postgres::start(),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postgres => "Postgres",
        })
    }
}

/// A server that tests can reach. Dropping a private one stops it and removes its folder.
trait Server {
    /// What it is and where it came from, for people.
    fn description(&self) -> String;

    /// What points the tests at it.
    fn variables(&self) -> Vec<Variable>;
}

/// The servers that were started.
#[derive(Default)]
pub(crate) struct Servers {
    running: Vec<(Kind, Box<dyn Server>)>,
}

impl Servers {
    /// Starts one more server.
    pub(crate) fn start(&mut self, kind: Kind) -> Result<(), String> {
        let server = kind.start().map_err(|error| format!("no {kind} server: {error}"))?;
        eprintln!("{}", server.description());
        self.running.push((kind, server));
        Ok(())
    }

    /// Whether one of this kind is running.
    pub(crate) fn has(&self, kind: Kind) -> bool {
        self.running.iter().any(|(running, _)| *running == kind)
    }

    /// What is running, for people.
    pub(crate) fn descriptions(&self) -> Vec<String> {
        self.running.iter().map(|(_, server)| server.description()).collect()
    }

    /// The variables of every server.
    pub(crate) fn variables(&self) -> Vec<Variable> {
        self.running.iter().flat_map(|(_, server)| server.variables()).collect()
    }
}
