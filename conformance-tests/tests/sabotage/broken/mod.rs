//! The layer that breaks an adapter on purpose, or leaves it as it is.

mod connection;
mod rows;
mod twist;

use std::fmt;
use std::sync::Arc;

use drivetrain_adapter_api::layer::Layer;
use drivetrain_adapter_api::{
    Adapter, Batch, Capabilities, Lowered, Query, QueryResult, Result, RowStream, Session, SharedAdapter,
    StreamOptions, Transaction, TransactionOptions, async_trait,
};
use futures_util::StreamExt as _;

use self::connection::Broken;
pub(crate) use self::rows::{rebuilt, values};
pub(crate) use self::twist::{SharedTwist, Straight, Twist};

/// Puts a twist into every call.
pub(crate) struct Breaking(pub(crate) SharedTwist);

impl Layer for Breaking {
    fn layer(&self, inner: SharedAdapter) -> SharedAdapter {
        let capabilities = self.0.claims(inner.capabilities().clone());
        Arc::new(BrokenAdapter { inner, twist: Arc::clone(&self.0), capabilities })
    }
}

struct BrokenAdapter {
    inner: SharedAdapter,
    twist: SharedTwist,
    capabilities: Capabilities,
}

impl fmt::Debug for BrokenAdapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Broken").field("twist", &self.twist).field("inner", &self.inner).finish()
    }
}

/// The stream, with the twist in each of its chunks and errors.
fn twisted_stream<'a>(twist: &SharedTwist, query: &Query, stream: RowStream<'a>) -> RowStream<'a> {
    let (twist, query) = (Arc::clone(twist), query.clone());
    let columns = Arc::clone(stream.columns());
    let chunks = stream.filter_map(move |chunk| {
        let chunk = match chunk {
            Ok(rows) => Some(twist.answer(&query, Ok(QueryResult::new(rows))).map(|result| result.rows)),
            Err(error) => twist.stream_error(error).map(Err),
        };
        std::future::ready(chunk)
    });
    RowStream::new(columns, Box::pin(chunks))
}

#[async_trait]
impl Adapter for BrokenAdapter {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn lower(&self, query: &Query) -> Result<Lowered> {
        self.inner.lower(query)
    }

    async fn query(&self, query: Query) -> Result<QueryResult> {
        let query = self.twist.question(query);
        let answer = self.twist.query(&self.inner, query.clone()).await;
        self.twist.answer(&query, answer.map_err(|error| self.twist.error(error)))
    }

    async fn batch(&self, batch: Batch) -> Result<Vec<QueryResult>> {
        let mut batch = batch;
        batch.queries = batch.queries.into_iter().map(|query| self.twist.question(query)).collect();
        let answers = self.twist.batch(&self.inner, batch.clone()).await;
        let answers = answers.map_err(|error| self.twist.error(error))?;
        let pairs = batch.queries.iter().zip(answers);
        pairs.map(|(query, answer)| self.twist.answer(query, Ok(answer))).collect()
    }

    async fn stream(&self, query: Query, options: StreamOptions) -> Result<RowStream<'static>> {
        let query = self.twist.question(query);
        let stream = self.twist.stream(&self.inner, query.clone(), options).await;
        stream
            .map(|stream| twisted_stream(&self.twist, &query, stream))
            .map_err(|error| self.twist.error(error))
    }

    async fn begin(&self, options: TransactionOptions) -> Result<Box<dyn Transaction>> {
        let transaction = self.twist.begin(&self.inner, options).await;
        let transaction = transaction.map_err(|error| self.twist.error(error))?;
        Ok(Box::new(Broken::new(transaction, &self.twist)))
    }

    async fn session(&self) -> Result<Box<dyn Session>> {
        let session = self.inner.session().await.map_err(|error| self.twist.error(error))?;
        Ok(Box::new(Broken::new(session, &self.twist)))
    }

    async fn script(&self, sql: &str) -> Result<()> {
        self.twist.script(&self.inner, sql).await.map_err(|error| self.twist.error(error))
    }

    async fn health_check(&self) -> Result<()> {
        self.twist.health_check(&self.inner).await.map_err(|error| self.twist.error(error))
    }

    async fn close(&self) -> Result<()> {
        self.twist.close(&self.inner).await.map_err(|error| self.twist.error(error))
    }
}
