//! A connection of the user's own, without a transaction.

use std::sync::Arc;

use drivetrain_adapter_api::{
    Batch, Connection as ConnectionTrait, Error, ErrorKind, Query, QueryResult, Result, RowStream, Session,
    StreamOptions, Transaction, TransactionOptions, async_trait,
};
use drivetrain_pool::Pooled;

use super::connection::call;
use super::inner::{Inner, batch_limit, requests, results};
use super::manager::SessionManager;
use super::slot::{Held, Slot, gone};
use super::transaction::PooledTransaction;
use super::{Connector, stream};
use crate::session::{Answer, Atomicity, TransactionStatus, begin_sql};
use crate::text::Place;

/// A pinned connection. What it leaves behind is discarded before the connection is used again.
pub(super) struct PinnedSession<C: Connector> {
    inner: Arc<Inner<C>>,
    slot: Arc<Slot<C>>,
}

impl<C: Connector> PinnedSession<C> {
    pub(super) fn new(inner: Arc<Inner<C>>, connection: Pooled<SessionManager<C>>) -> Self {
        let slot = Slot::new(connection, Arc::clone(&inner.runtime));
        Self { inner, slot }
    }

    async fn hold(&self) -> Result<Held<C>> {
        self.slot.hold().await?.ok_or_else(|| {
            Error::new(
                ErrorKind::ConnectionLost,
                "the session's connection was lost, and what it had set with it",
            )
        })
    }

    async fn run_query(&mut self, query: Query) -> Result<QueryResult> {
        let statement = self.inner.statement(&query, Place::Session)?;
        let request = statement.request()?;
        let mut held = self.hold().await?;
        let connection = held.connection().ok_or_else(gone)?;
        let work = async { call!(connection, connection.session.query(&[], &request)) };
        let outcome = self.inner.within(query.options.timeout, query.options.access, work).await;
        outcome.map(Answer::into_result)
    }

    async fn run_batch(&mut self, batch: Batch) -> Result<Vec<QueryResult>> {
        let place = if batch.atomic.is_some() { Place::Transaction } else { Place::Session };
        let statements = self.inner.statements(&batch, place)?;
        let requests = requests(&statements)?;
        let (limit, access) = batch_limit(&batch);
        let mut held = self.hold().await?;
        let connection = held.connection().ok_or_else(gone)?;
        let atomicity = match &batch.atomic {
            _ if connection.session.transaction_status() != TransactionStatus::Idle => Atomicity::Within,
            Some(options) => Atomicity::Together(begin_sql(options)),
            None => Atomicity::Each,
        };
        let work = async { call!(connection, connection.session.batch(&[], &requests, &atomicity)) };
        self.inner.within(limit, access, work).await.map(results)
    }

    async fn run_stream(&mut self, query: Query, options: StreamOptions) -> Result<RowStream<'_>> {
        let statement = self.inner.statement(&query, Place::Session)?;
        let request = statement.request()?;
        let mut held = self.hold().await?;
        let connection = held.connection().ok_or_else(gone)?;
        let (rows, bytes) = (options.chunk_rows, options.chunk_bytes);
        let work = async { call!(connection, connection.session.open(&[], &request, rows, bytes, true)) };
        let portal = self.inner.within(query.options.timeout, query.options.access, work).await?;
        Ok(stream::borrowed(self.inner.name(), Arc::clone(&self.slot), held, portal, None))
    }

    async fn run_script(&mut self, sql: &str) -> Result<()> {
        let mut held = self.hold().await?;
        let connection = held.connection().ok_or_else(gone)?;
        call!(connection, connection.session.simple(sql)).map(drop)
    }

    async fn run_close(self) -> Result<()> {
        // A transaction of the user's own, or a call, may have been dropped.
        let mut held = self.hold().await?;
        let Some(mut connection) = held.take() else { return Ok(()) };
        let cleaned = connection.clean().await;
        if cleaned.is_err() {
            connection.discard();
        }
        cleaned
    }
}

impl<C: Connector> std::fmt::Debug for PinnedSession<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PinnedSession").finish_non_exhaustive()
    }
}

#[async_trait]
impl<C: Connector> ConnectionTrait for PinnedSession<C> {
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
impl<C: Connector> Session for PinnedSession<C> {
    async fn begin(&mut self, options: TransactionOptions) -> Result<Box<dyn Transaction + '_>> {
        Ok(Box::new(PooledTransaction::borrowing(Arc::clone(&self.inner), Arc::clone(&self.slot), &options)))
    }

    async fn close(self: Box<Self>) -> Result<()> {
        let inner = Arc::clone(&self.inner);
        self.run_close().await.map_err(|error| inner.named(error))
    }
}
