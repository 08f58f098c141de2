//! A transaction on a connection of the pool, or on that of a session.

use std::sync::Arc;
use std::time::Duration;

use drivetrain_adapter_api::runtime::with_timeout;
use drivetrain_adapter_api::{
    Access, Batch, Connection as ConnectionTrait, Error, ErrorKind, MaybeSend, Query, QueryResult, Result,
    RetryClass, RowStream, Savepoint, StreamOptions, Transaction, TransactionOptions, async_trait,
};

use super::Connector;
use super::clock::Clock;
use super::connection::call;
use super::inner::{Inner, batch_limit, out_of_time, requests, results};
use super::slot::{Held, Slot, gone};
use super::stream::{self, Within};
use crate::session::{Answer, TransactionState, begin_sql};
use crate::text::{self, Place};

/// A transaction. BEGIN is sent with the first statement.
pub(super) struct PooledTransaction<C: Connector> {
    inner: Arc<Inner<C>>,
    slot: Arc<Slot<C>>,
    state: TransactionState,
    /// The connection is the transaction's own, and goes back to the pool with it.
    owns: bool,
    clock: Option<Clock>,
}

impl<C: Connector> PooledTransaction<C> {
    /// A transaction on a connection of its own.
    pub(super) fn owning(inner: Arc<Inner<C>>, slot: Arc<Slot<C>>, options: &TransactionOptions) -> Self {
        Self::new(inner, slot, options, true)
    }

    /// A transaction on the connection of a session.
    pub(super) fn borrowing(inner: Arc<Inner<C>>, slot: Arc<Slot<C>>, options: &TransactionOptions) -> Self {
        Self::new(inner, slot, options, false)
    }

    fn new(inner: Arc<Inner<C>>, slot: Arc<Slot<C>>, options: &TransactionOptions, owns: bool) -> Self {
        let clock = options.timeout.map(|limit| Clock::start(&inner.runtime, &slot, limit, owns));
        Self { inner, slot, state: TransactionState::new(begin_sql(options)), owns, clock }
    }

    /// The connection, for one call.
    async fn hold(&mut self) -> Result<Held<C>> {
        let held = self.slot.hold().await;
        if let Some(clock) = &self.clock
            && clock.is_over()
        {
            self.state.end();
            return Err(clock.error());
        }
        match held {
            Ok(Some(held)) => Ok(held),
            Ok(None) => {
                self.state.end();
                Err(ended())
            }
            Err(error) => {
                self.state.end();
                Err(error)
            }
        }
    }

    /// How long a call may take: its own limit, or what is left of the transaction's life.
    fn limit(&self, own: Option<Duration>) -> Option<Duration> {
        let left = self.clock.as_ref().map(Clock::left);
        own.into_iter().chain(left).min()
    }

    /// The error for a call that was ended by [`limit`](Self::limit). What it ran is stopped before it is returned.
    async fn stopped(&mut self, mut held: Held<C>, own: Option<Duration>, access: Access) -> Error {
        if let Some(clock) = &self.clock
            && clock.left().is_zero()
        {
            // The alarm, which waits for the connection, rolls back.
            self.state.end();
            return clock.error();
        }
        if let Some(connection) = held.connection()
            && let Err(error) = connection.ready().await
        {
            held.give_up();
            self.state.end();
            return error;
        }
        out_of_time(own.unwrap_or_default(), access)
    }

    async fn run_query(&mut self, query: Query) -> Result<QueryResult> {
        let statement = self.inner.statement(&query, Place::Transaction)?;
        let request = statement.request()?;
        let mut held = self.hold().await?;
        let limit = self.limit(query.options.timeout);
        let connection = held.connection().ok_or_else(gone)?;
        if statement.leaves_traces {
            connection.session.mark_traces();
        }
        let clean = !connection.session.has_traces();
        let state = &mut self.state;
        let work =
            async { call!(connection, state.query(&mut connection.session, &request), state.restart()) };
        match with_limit(&self.inner, limit, work).await {
            Some(outcome) => {
                if clean && statement.sets_locally {
                    held.session()?.clear_traces();
                }
                outcome.map(Answer::into_result)
            }
            None => Err(self.stopped(held, query.options.timeout, query.options.access).await),
        }
    }

    async fn run_batch(&mut self, batch: Batch) -> Result<Vec<QueryResult>> {
        if batch.atomic.is_some_and(|options| options != TransactionOptions::new()) {
            return Err(Error::misuse(
                "a batch within a transaction has the transaction's own isolation, access and time limit",
            )
            .with_hint("give those to begin"));
        }
        let statements = self.inner.statements(&batch, Place::Transaction)?;
        let requests = requests(&statements)?;
        let (own, access) = batch_limit(&batch);
        let mut held = self.hold().await?;
        let limit = self.limit(own);
        let connection = held.connection().ok_or_else(gone)?;
        if statements.iter().any(|statement| statement.leaves_traces) {
            connection.session.mark_traces();
        }
        let state = &mut self.state;
        let work =
            async { call!(connection, state.batch(&mut connection.session, &requests), state.restart()) };
        match with_limit(&self.inner, limit, work).await {
            Some(outcome) => outcome.map(results),
            None => Err(self.stopped(held, own, access).await),
        }
    }

    async fn run_stream(&mut self, query: Query, options: StreamOptions) -> Result<RowStream<'_>> {
        let statement = self.inner.statement(&query, Place::Transaction)?;
        let request = statement.request()?;
        let mut held = self.hold().await?;
        let limit = self.limit(query.options.timeout);
        let connection = held.connection().ok_or_else(gone)?;
        if statement.leaves_traces {
            connection.session.mark_traces();
        }
        let (rows, bytes) = (options.chunk_rows, options.chunk_bytes);
        let state = &mut self.state;
        let work = async {
            call!(connection, state.open(&mut connection.session, &request, rows, bytes), state.restart())
        };
        match with_limit(&self.inner, limit, work).await {
            Some(portal) => {
                let within = Within { state: &mut self.state, clock: self.clock.as_ref() };
                Ok(stream::borrowed(self.inner.name(), Arc::clone(&self.slot), held, portal?, Some(within)))
            }
            None => Err(self.stopped(held, query.options.timeout, query.options.access).await),
        }
    }

    async fn run_script(&mut self, sql: &str) -> Result<()> {
        for statement in drivetrain_sql::script::split(drivetrain_adapter_api::Dialect::Postgres, sql)? {
            text::check(statement.text, Place::Transaction)?;
        }
        let mut held = self.hold().await?;
        let limit = self.limit(None);
        let connection = held.connection().ok_or_else(gone)?;
        if text::leaves_traces(sql) {
            connection.session.mark_traces();
        }
        let state = &mut self.state;
        let work = async { call!(connection, state.simple(&mut connection.session, sql), state.restart()) };
        match with_limit(&self.inner, limit, work).await {
            Some(outcome) => outcome,
            None => Err(self.stopped(held, None, Access::Unknown).await),
        }
    }

    async fn run_savepoint(&mut self) -> Result<Savepoint> {
        let mut held = self.hold().await?;
        let limit = self.limit(None);
        let connection = held.connection().ok_or_else(gone)?;
        let state = &mut self.state;
        let work = async { call!(connection, state.savepoint(&mut connection.session), state.restart()) };
        match with_limit(&self.inner, limit, work).await {
            Some(outcome) => outcome,
            None => Err(self.stopped(held, None, Access::Unknown).await),
        }
    }

    /// Keeps what was done since the savepoint, or undoes it.
    async fn end_savepoint(&mut self, savepoint: Savepoint, keep: bool) -> Result<()> {
        let mut held = self.hold().await?;
        let limit = self.limit(None);
        let session = held.session()?;
        let state = &mut self.state;
        let work = async {
            if keep {
                state.release(session, savepoint).await
            } else {
                state.rollback_to(session, savepoint).await
            }
        };
        match with_limit(&self.inner, limit, work).await {
            Some(outcome) => outcome,
            None => Err(self.stopped(held, None, Access::Unknown).await),
        }
    }

    async fn run_commit(mut self) -> Result<()> {
        let mut held = self.hold().await?;
        let work = self.state.commit(held.session()?);
        let Some(clock) = &self.clock else { return work.await };
        // The alarm must not roll back what the server may have committed.
        clock.stop();
        clock.limit(work).await.unwrap_or_else(|| Err(clock.commit_error()))
    }

    async fn run_rollback(mut self) -> Result<()> {
        let mut held = self.hold().await?;
        let work = self.state.rollback(held.session()?);
        let Some(clock) = &self.clock else { return work.await };
        clock.stop();
        // Where the server does not answer in time, whoever gets the connection next sees to it.
        clock.limit(work).await.unwrap_or_else(|| Err(clock.error()))
    }
}

/// Runs `work` for `limit` at most. `None` when the time is up.
async fn with_limit<C: Connector, T>(
    inner: &Inner<C>,
    limit: Option<Duration>,
    work: impl Future<Output = Result<T>> + MaybeSend,
) -> Option<Result<T>> {
    match limit {
        Some(limit) => with_timeout(&*inner.runtime, limit, work).await,
        None => Some(work.await),
    }
}

fn ended() -> Error {
    Error::new(ErrorKind::TransactionEnded, "the transaction is over: its connection was lost")
        .with_retry(RetryClass::RetryTransaction)
}

impl<C: Connector> Drop for PooledTransaction<C> {
    fn drop(&mut self) {
        if let Some(clock) = &self.clock {
            clock.stop();
        }
        // A connection of its own is rolled back by the pool.
        if !self.owns && !self.state.is_over() && self.state.is_begun() {
            self.slot.owe_rollback();
        }
    }
}

impl<C: Connector> std::fmt::Debug for PooledTransaction<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PooledTransaction").field("state", &self.state).finish_non_exhaustive()
    }
}

#[async_trait]
impl<C: Connector> ConnectionTrait for PooledTransaction<C> {
    async fn query(&mut self, query: Query) -> Result<QueryResult> {
        self.run_query(query).await.map_err(|error| self.inner.named(error))
    }

    async fn batch(&mut self, batch: Batch) -> Result<Vec<QueryResult>> {
        self.run_batch(batch).await.map_err(|error| self.inner.named(error))
    }

    async fn stream(&mut self, query: Query, options: StreamOptions) -> Result<RowStream<'_>> {
        let inner = Arc::clone(&self.inner);
        self.run_stream(query, options).await.map_err(|error| inner.named(error))
    }

    async fn script(&mut self, sql: &str) -> Result<()> {
        self.run_script(sql).await.map_err(|error| self.inner.named(error))
    }
}

#[async_trait]
impl<C: Connector> Transaction for PooledTransaction<C> {
    async fn savepoint(&mut self) -> Result<Savepoint> {
        self.run_savepoint().await.map_err(|error| self.inner.named(error))
    }

    async fn release(&mut self, savepoint: Savepoint) -> Result<()> {
        self.end_savepoint(savepoint, true).await.map_err(|error| self.inner.named(error))
    }

    async fn rollback_to(&mut self, savepoint: Savepoint) -> Result<()> {
        self.end_savepoint(savepoint, false).await.map_err(|error| self.inner.named(error))
    }

    fn abandon(&mut self, savepoint: Savepoint) {
        self.state.abandon(savepoint);
    }

    async fn commit(self: Box<Self>) -> Result<()> {
        let inner = Arc::clone(&self.inner);
        self.run_commit().await.map_err(|error| inner.named(error))
    }

    async fn rollback(self: Box<Self>) -> Result<()> {
        let inner = Arc::clone(&self.inner);
        self.run_rollback().await.map_err(|error| inner.named(error))
    }
}
