//! What the client issues: a statement, the values for its slots, and how it is to be run.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::{DbType, Statement, Value};

/// A statement with the values for its slots.
///
/// Its `Debug` shows how many values there are and never the values.
#[derive(Clone)]
#[non_exhaustive]
pub struct Query {
    /// The statement: shared, and the key of the caches.
    pub statement: Arc<Statement>,
    /// One value for each slot of the statement.
    pub params: Vec<Value>,
    /// How to run it.
    pub options: QueryOptions,
}

/// How a query is to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueryOptions {
    /// Whether it writes. Abstract statements know it; raw SQL is [`Unknown`](Access::Unknown) unless told.
    pub access: Access,
    /// The limit from the call to the last row.
    pub timeout: Option<Duration>,
    /// A name for spans and logs, such as `User.find_many`.
    pub label: Option<Arc<str>>,
    /// Whether the statement is worth keeping prepared.
    pub prepare: Prepare,
}

/// Whether a statement writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Access {
    /// It reads only. It can be run twice without harm, and by a replica.
    Read,
    /// It writes.
    Write,
    /// It is not known: treated as a write.
    Unknown,
}

/// Whether a statement is worth keeping prepared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Prepare {
    /// The adapter decides.
    #[default]
    Auto,
    /// It is run once.
    Never,
}

impl Query {
    /// A query of that statement with those values.
    pub fn new(statement: impl Into<Arc<Statement>>, params: Vec<Value>) -> Self {
        let statement = statement.into();
        let options = QueryOptions {
            access: statement.access(),
            timeout: None,
            label: None,
            prepare: Prepare::default(),
        };
        Self { statement, params, options }
    }

    /// Raw SQL with the dialect's own placeholders (`$1` on Postgres, `?` or `?1` on SQLite, `?` on MySQL).
    pub fn raw(sql: impl Into<Arc<str>>, params: Vec<Value>) -> Self {
        let statement = Statement::raw(sql, params.len());
        Self::new(statement, params)
    }

    /// The same with an access other than the statement's own.
    #[must_use]
    pub fn with_access(mut self, access: Access) -> Self {
        self.options.access = access;
        self
    }

    /// The same with a limit of time.
    #[must_use]
    pub fn with_timeout(mut self, limit: Option<Duration>) -> Self {
        self.options.timeout = limit;
        self
    }

    /// The same with a name for spans and logs.
    #[must_use]
    pub fn with_label(mut self, label: impl Into<Arc<str>>) -> Self {
        self.options.label = Some(label.into());
        self
    }

    /// The same, kept prepared or not.
    #[must_use]
    pub fn with_prepare(mut self, prepare: Prepare) -> Self {
        self.options.prepare = prepare;
        self
    }
}

impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query")
            .field("statement", &self.statement)
            .field("params", &self.params.len())
            .field("options", &self.options)
            .finish()
    }
}

/// A query as the adapter would send it: for plans, `explain` and tracing.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lowered {
    /// The text, with placeholders.
    pub text: Arc<str>,
    /// The type of each placeholder, in order.
    pub parameters: Vec<DbType>,
}

impl Lowered {
    /// That text with placeholders of those types.
    pub fn new(text: impl Into<Arc<str>>, parameters: Vec<DbType>) -> Self {
        Self { text: text.into(), parameters }
    }
}
