//! One line on standard error per request: never a connection string, never a statement, never a value.

use std::fmt;
use std::time::Instant;

use hyper::{Method, StatusCode};

use crate::backend::Login;

/// What is known of a request so far.
#[derive(Debug)]
pub(crate) struct Line {
    on: bool,
    start: Instant,
    method: Method,
    path: String,
    user: Option<String>,
    database: Option<String>,
}

impl Line {
    /// `path` is without the query, which can hold anything.
    pub(crate) fn new(on: bool, method: &Method, path: &str) -> Self {
        Self {
            on,
            start: Instant::now(),
            method: method.clone(),
            path: path.to_owned(),
            user: None,
            database: None,
        }
    }

    pub(crate) fn login(&mut self, login: &Login) {
        self.user = Some(login.user.clone());
        self.database = Some(login.database.clone());
    }

    /// Says what went wrong besides the answer.
    pub(crate) fn note(&self, note: fmt::Arguments<'_>) {
        if self.on {
            eprintln!("{self} {note}");
        }
    }

    /// Writes the line.
    pub(crate) fn finish(&self, status: StatusCode) {
        if self.on {
            eprintln!("{self} {} {} ms", status.as_u16(), self.start.elapsed().as_millis());
        }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named =
            |name: &Option<String>| name.as_deref().map_or("-".to_owned(), |name| format!("{name:?}"));
        let Self { method, path, user, database, .. } = self;
        write!(f, "{method} {path} user={} database={}", named(user), named(database))
    }
}
