//! What a sabotage changes. Everything it leaves out is passed on as it is.

use std::fmt::Debug;
use std::sync::Arc;

use drivetrain_adapter_api::{
    Batch, Capabilities, Error, Query, QueryResult, Result, RowStream, Savepoint, SharedAdapter,
    StreamOptions, Transaction, TransactionOptions, async_trait,
};

/// A twist that is shared by an adapter and what it hands out.
pub(crate) type SharedTwist = Arc<dyn Twist>;

/// A way to be wrong.
#[async_trait]
pub(crate) trait Twist: Debug + Send + Sync + 'static {
    /// What the adapter claims.
    fn claims(&self, capabilities: Capabilities) -> Capabilities {
        capabilities
    }

    /// A query on its way in: of the adapter, of batches, streams, transactions and sessions.
    fn question(&self, query: Query) -> Query {
        query
    }

    /// Its answer; a chunk of a stream too.
    fn answer(&self, query: &Query, answer: Result<QueryResult>) -> Result<QueryResult> {
        let _ = query;
        answer
    }

    /// An error of any call.
    fn error(&self, error: Error) -> Error {
        error
    }

    /// An error in the middle of a stream; `None` leaves it out.
    fn stream_error(&self, error: Error) -> Option<Error> {
        Some(self.error(error))
    }

    async fn query(&self, inner: &SharedAdapter, query: Query) -> Result<QueryResult> {
        inner.query(query).await
    }

    async fn batch(&self, inner: &SharedAdapter, batch: Batch) -> Result<Vec<QueryResult>> {
        inner.batch(batch).await
    }

    async fn stream(
        &self,
        inner: &SharedAdapter,
        query: Query,
        options: StreamOptions,
    ) -> Result<RowStream<'static>> {
        inner.stream(query, options).await
    }

    async fn begin(
        &self,
        inner: &SharedAdapter,
        options: TransactionOptions,
    ) -> Result<Box<dyn Transaction>> {
        inner.begin(options).await
    }

    async fn script(&self, inner: &SharedAdapter, sql: &str) -> Result<()> {
        inner.script(sql).await
    }

    async fn health_check(&self, inner: &SharedAdapter) -> Result<()> {
        inner.health_check().await
    }

    async fn close(&self, inner: &SharedAdapter) -> Result<()> {
        inner.close().await
    }

    async fn rollback_to<'t>(&self, inner: &mut (dyn Transaction + 't), savepoint: Savepoint) -> Result<()> {
        inner.rollback_to(savepoint).await
    }

    async fn commit<'t>(&self, inner: Box<dyn Transaction + 't>) -> Result<()> {
        inner.commit().await
    }

    /// Whether a transaction that is dropped is forgotten instead, with all it holds.
    fn forgets(&self) -> bool {
        false
    }
}

/// No sabotage at all: the same layer, and the adapter as it is.
#[derive(Debug)]
pub(crate) struct Straight;

impl Twist for Straight {}
