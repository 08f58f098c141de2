//! What calls, transactions and sessions share: the pool, and the way from a query to a statement.

use std::sync::Arc;
use std::time::Duration;

use drivetrain_adapter_api::runtime::{SharedRuntime, with_timeout};
use drivetrain_adapter_api::{
    Access, Batch, Error, ErrorKind, MaybeSend, Query, QueryResult, Result, RetryClass,
};
use drivetrain_pool::{ConnectFailure, Pool, PoolError, Pooled};
use drivetrain_sql::Lowerer;
use futures_util::FutureExt as _;
use tracing::{Instrument as _, debug_span, field};

use super::Connector;
use super::manager::SessionManager;
use crate::session::{Answer, Request};
use crate::statement::Statement;
use crate::text::Place;

/// What calls, transactions and sessions share.
#[derive(Debug)]
pub(super) struct Inner<C: Connector> {
    pub(super) pool: Pool<SessionManager<C>>,
    pub(super) connector: Arc<C>,
    pub(super) lowerer: Lowerer,
    pub(super) runtime: SharedRuntime,
}

impl<C: Connector> Inner<C> {
    pub(super) fn name(&self) -> &'static str {
        self.connector.name()
    }

    /// The error, as the adapter's.
    pub(super) fn named(&self, error: Error) -> Error {
        error.with_adapter(self.name())
    }

    /// A query, lowered, if it belongs at that place.
    pub(super) fn statement(&self, query: &Query, place: Place) -> Result<Statement> {
        Statement::new(&self.lowerer, query, place)
    }

    /// The statements of a batch.
    pub(super) fn statements(&self, batch: &Batch, place: Place) -> Result<Vec<Statement>> {
        let one =
            |(index, query)| self.statement(query, place).map_err(|error| error.with_batch_index(index));
        batch.queries.iter().enumerate().map(one).collect()
    }

    pub(super) async fn acquire(&self) -> Result<Pooled<SessionManager<C>>> {
        let span = debug_span!(
            target: "drivetrain",
            "db.acquire",
            adapter = self.name(),
            db.connection = field::Empty,
        );
        let acquired = self.pool.acquire().instrument(span.clone()).await;
        let connection = acquired.map_err(|error| self.not_acquired(error))?;
        let connection = self.prefer_started(connection);
        if let Some(key) = connection.session.cancel_key() {
            span.record("db.connection", key.process_id);
        }
        Ok(connection)
    }

    /// Instead of a connection whose session waits to be started with its first call, one that the server has taken
    /// already, if one is idle: a server that is full would refuse the other.
    fn prefer_started(&self, mut connection: Pooled<SessionManager<C>>) -> Pooled<SessionManager<C>> {
        let mut unstarted = Vec::new();
        while connection.session.is_starting() && self.pool.status().idle > 0 {
            match self.pool.acquire().now_or_never() {
                Some(Ok(other)) => unstarted.push(std::mem::replace(&mut connection, other)),
                Some(Err(_)) | None => break,
            }
        }
        connection
    }

    fn not_acquired(&self, error: PoolError<Error>) -> Error {
        match error {
            PoolError::Closed => Error::new(ErrorKind::Closed, "the adapter has been closed"),
            PoolError::Connect(failure) => self.not_connected(failure),
            PoolError::Timeout { waited, status, last_failure } => {
                let error = Error::new(
                    ErrorKind::PoolTimeout,
                    format!("no pooled connection became free within {waited:?} ({status})"),
                )
                .with_retry(RetryClass::SafeNow);
                match last_failure {
                    Some(failure) => error.with_source(self.not_connected(failure)),
                    None => {
                        error.with_hint("raise pool_max, or look for transactions that are held too long")
                    }
                }
            }
        }
    }

    fn not_connected(&self, failure: ConnectFailure<Error>) -> Error {
        match failure {
            ConnectFailure::Failed(error) => error,
            ConnectFailure::TimedOut(limit) => self.connector.timed_out(limit),
            ConnectFailure::Stopped => {
                Error::new(ErrorKind::Closed, "the runtime that was making the connection has ended")
            }
        }
    }

    /// Runs `work` within a query's own limit of time.
    pub(super) async fn within<T>(
        &self,
        limit: Option<Duration>,
        access: Access,
        work: impl Future<Output = Result<T>> + MaybeSend,
    ) -> Result<T> {
        let Some(limit) = limit else { return work.await };
        with_timeout(&*self.runtime, limit, work).await.unwrap_or_else(|| Err(out_of_time(limit, access)))
    }
}

/// The error for a query whose limit of time ran out.
pub(super) fn out_of_time(limit: Duration, access: Access) -> Error {
    let retry = match access {
        Access::Read => RetryClass::SafeNow,
        _ => RetryClass::OutcomeUnknown,
    };
    Error::new(ErrorKind::Timeout, format!("the limit of {limit:?} ran out")).with_retry(retry)
}

/// The shortest limit of time of a batch's queries, and whether it writes.
pub(super) fn batch_limit(batch: &Batch) -> (Option<Duration>, Access) {
    let limit = batch.queries.iter().filter_map(|query| query.options.timeout).min();
    let reads = batch.queries.iter().all(|query| query.options.access == Access::Read);
    (limit, if reads { Access::Read } else { Access::Unknown })
}

/// What is sent for the statements of a batch.
pub(super) fn requests(statements: &[Statement]) -> Result<Vec<Request<'_>>> {
    statements
        .iter()
        .enumerate()
        .map(|(index, statement)| statement.request().map_err(|error| error.with_batch_index(index)))
        .collect()
}

pub(super) fn results(answers: Vec<Answer>) -> Vec<QueryResult> {
    answers.into_iter().map(Answer::into_result).collect()
}
