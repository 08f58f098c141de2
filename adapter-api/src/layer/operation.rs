//! What passes through a layer.

use std::time::Duration;

use crate::{Access, Batch, Query, TransactionOptions};

/// A call on its way to the adapter.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Operation<'a> {
    /// A query, within a transaction or session or by itself.
    Query(&'a Query),
    /// A query whose rows are streamed.
    Stream(&'a Query),
    /// A batch.
    Batch(&'a Batch),
    /// A text of several statements.
    Script(&'a str),
    /// A transaction is begun.
    Begin(&'a TransactionOptions),
    /// A session is opened.
    Session,
    /// `COMMIT`
    Commit,
    /// `ROLLBACK`
    Rollback,
    /// A savepoint is set.
    Savepoint,
    /// A savepoint is kept.
    Release,
    /// A savepoint is undone.
    RollbackTo,
    /// A session is given back.
    CloseSession,
    /// A health check.
    HealthCheck,
    /// The adapter is closed.
    Close,
}

/// The sort of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs, reason = "each is the operation of the same name")]
pub enum OperationKind {
    Query,
    Stream,
    Batch,
    Script,
    Begin,
    Session,
    Commit,
    Rollback,
    Savepoint,
    Release,
    RollbackTo,
    CloseSession,
    HealthCheck,
    Close,
}

impl Operation<'_> {
    /// Its sort.
    pub fn kind(&self) -> OperationKind {
        match self {
            Self::Query(_) => OperationKind::Query,
            Self::Stream(_) => OperationKind::Stream,
            Self::Batch(_) => OperationKind::Batch,
            Self::Script(_) => OperationKind::Script,
            Self::Begin(_) => OperationKind::Begin,
            Self::Session => OperationKind::Session,
            Self::Commit => OperationKind::Commit,
            Self::Rollback => OperationKind::Rollback,
            Self::Savepoint => OperationKind::Savepoint,
            Self::Release => OperationKind::Release,
            Self::RollbackTo => OperationKind::RollbackTo,
            Self::CloseSession => OperationKind::CloseSession,
            Self::HealthCheck => OperationKind::HealthCheck,
            Self::Close => OperationKind::Close,
        }
    }

    /// Whether it writes: of a batch, whether any of its queries may.
    pub fn access(&self) -> Access {
        match self {
            Self::Query(query) | Self::Stream(query) => query.options.access,
            Self::Batch(batch) => {
                let reads = batch.queries.iter().all(|query| query.options.access == Access::Read);
                if reads { Access::Read } else { Access::Unknown }
            }
            Self::Begin(_) | Self::Session | Self::HealthCheck => Access::Read,
            _ => Access::Unknown,
        }
    }

    /// The caller's limit of time: of a batch, the shortest of its queries.
    pub fn timeout(&self) -> Option<Duration> {
        match self {
            Self::Query(query) | Self::Stream(query) => query.options.timeout,
            Self::Batch(batch) => batch.queries.iter().filter_map(|query| query.options.timeout).min(),
            _ => None,
        }
    }

    /// The caller's name for it.
    pub fn label(&self) -> Option<&str> {
        match self {
            Self::Query(query) | Self::Stream(query) => query.options.label.as_deref(),
            Self::Batch(batch) => batch.queries.first().and_then(|query| query.options.label.as_deref()),
            _ => None,
        }
    }
}
