//! A connection of the user's own, without a transaction.

use std::sync::Arc;

use drivetrain_adapter_api::{
    Batch, Connection as ConnectionTrait, Error, ErrorKind, Query, QueryResult, Result, RowStream, Session,
    StreamOptions, Transaction, TransactionOptions, async_trait,
};
use drivetrain_pool::Pooled;
use drivetrain_postgres_core::session::{Answer, Atomicity, Request, TransactionStatus, begin_sql};

use crate::adapter::{Inner, batch_limit, named, results};
use crate::manager::PgManager;
use crate::slot::{Held, Slot};
use crate::stream;
use crate::transaction::PgTransaction;
use drivetrain_postgres_core::text::Place;

/// A pinned connection. What it leaves behind is discarded before the connection is used again.
pub(crate) struct PgSession {
    inner: Arc<Inner>,
    slot: Arc<Slot>,
}

impl PgSession {
    pub(crate) fn new(inner: Arc<Inner>, connection: Pooled<PgManager>) -> Self {
        let slot = Slot::new(connection, Arc::clone(&inner.runtime));
        Self { inner, slot }
    }

    async fn hold(&self) -> Result<Held> {
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
        let work = held.session()?.query(&[], &request);
        let outcome = self.inner.within(query.options.timeout, query.options.access, work).await;
        outcome.map(Answer::into_result)
    }

    async fn run_batch(&mut self, batch: Batch) -> Result<Vec<QueryResult>> {
        let place = if batch.atomic.is_some() { Place::Transaction } else { Place::Session };
        let statements = self.inner.statements(&batch, place)?;
        let requests = statements
            .iter()
            .enumerate()
            .map(|(index, statement)| statement.request().map_err(|error| error.with_batch_index(index)));
        let requests: Vec<Request<'_>> = requests.collect::<Result<_>>()?;
        let (limit, access) = batch_limit(&batch);
        let mut held = self.hold().await?;
        let session = held.session()?;
        let atomicity = match &batch.atomic {
            _ if session.transaction_status() != TransactionStatus::Idle => Atomicity::Within,
            Some(options) => Atomicity::Together(begin_sql(options)),
            None => Atomicity::Each,
        };
        let work = session.batch(&[], &requests, &atomicity);
        self.inner.within(limit, access, work).await.map(results)
    }

    async fn run_stream(&mut self, query: Query, options: StreamOptions) -> Result<RowStream<'_>> {
        let statement = self.inner.statement(&query, Place::Session)?;
        let request = statement.request()?;
        let mut held = self.hold().await?;
        let session = held.session()?;
        let work = session.open(&[], &request, options.chunk_rows, options.chunk_bytes, true);
        let portal = self.inner.within(query.options.timeout, query.options.access, work).await?;
        Ok(stream::borrowed(Arc::clone(&self.slot), held, portal, None))
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

impl std::fmt::Debug for PgSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PgSession").finish_non_exhaustive()
    }
}

#[async_trait]
impl ConnectionTrait for PgSession {
    async fn query(&mut self, query: Query) -> Result<QueryResult> {
        self.run_query(query).await.map_err(named)
    }

    async fn batch(&mut self, batch: Batch) -> Result<Vec<QueryResult>> {
        self.run_batch(batch).await.map_err(named)
    }

    async fn stream(&mut self, query: Query, options: StreamOptions) -> Result<RowStream<'_>> {
        self.run_stream(query, options).await.map_err(named)
    }

    async fn script(&mut self, sql: &str) -> Result<()> {
        let mut held = self.hold().await.map_err(named)?;
        held.session().map_err(named)?.simple(sql).await.map(drop).map_err(named)
    }
}

#[async_trait]
impl Session for PgSession {
    async fn begin(&mut self, options: TransactionOptions) -> Result<Box<dyn Transaction + '_>> {
        Ok(Box::new(PgTransaction::borrowing(Arc::clone(&self.inner), Arc::clone(&self.slot), &options)))
    }

    async fn close(self: Box<Self>) -> Result<()> {
        self.run_close().await.map_err(named)
    }
}
