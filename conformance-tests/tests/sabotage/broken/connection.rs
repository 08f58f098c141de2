//! Transactions and sessions with a twist in their calls.

use std::fmt;
use std::sync::Arc;

use drivetrain_adapter_api::{
    Batch, Connection, Query, QueryResult, Result, RowStream, Savepoint, Session, StreamOptions, Transaction,
    TransactionOptions, async_trait,
};

use super::twist::SharedTwist;
use super::twisted_stream;

/// A transaction or a session.
pub(crate) struct Broken<C: fmt::Debug> {
    /// Taken when it ends.
    inner: Option<C>,
    twist: SharedTwist,
}

impl<C: fmt::Debug> Broken<C> {
    pub(crate) fn new(inner: C, twist: &SharedTwist) -> Self {
        Self { inner: Some(inner), twist: Arc::clone(twist) }
    }

    fn inner(&mut self) -> &mut C {
        self.inner.as_mut().expect("only what consumes it takes it")
    }

    fn take(mut self) -> (C, SharedTwist) {
        let inner = self.inner.take().expect("only what consumes it takes it");
        (inner, Arc::clone(&self.twist))
    }
}

impl<C: fmt::Debug> Drop for Broken<C> {
    fn drop(&mut self) {
        if self.twist.forgets() {
            std::mem::forget(self.inner.take());
        }
    }
}

impl<C: fmt::Debug> fmt::Debug for Broken<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Broken").field("twist", &self.twist).field("inner", &self.inner).finish()
    }
}

macro_rules! broken_connection {
    ($($lifetime:lifetime)?, $inner:ty) => {
        #[async_trait]
        impl$(<$lifetime>)? Connection for Broken<$inner> {
            async fn query(&mut self, query: Query) -> Result<QueryResult> {
                let query = self.twist.question(query);
                let answer = self.inner().query(query.clone()).await;
                self.twist.answer(&query, answer.map_err(|error| self.twist.error(error)))
            }

            async fn batch(&mut self, batch: Batch) -> Result<Vec<QueryResult>> {
                let mut batch = batch;
                batch.queries = batch.queries.into_iter().map(|query| self.twist.question(query)).collect();
                let answers = self.inner().batch(batch.clone()).await;
                let answers = answers.map_err(|error| self.twist.error(error))?;
                let pairs = batch.queries.iter().zip(answers);
                pairs.map(|(query, answer)| self.twist.answer(query, Ok(answer))).collect()
            }

            async fn stream(&mut self, query: Query, options: StreamOptions) -> Result<RowStream<'_>> {
                let twist = Arc::clone(&self.twist);
                let query = twist.question(query);
                let stream = self.inner().stream(query.clone(), options).await;
                stream.map(|stream| twisted_stream(&twist, &query, stream)).map_err(|error| twist.error(error))
            }

            async fn script(&mut self, sql: &str) -> Result<()> {
                let done = self.inner().script(sql).await;
                done.map_err(|error| self.twist.error(error))
            }
        }
    };
}

broken_connection!('c, Box<dyn Transaction + 'c>);
broken_connection!(, Box<dyn Session>);

#[async_trait]
impl Transaction for Broken<Box<dyn Transaction + '_>> {
    async fn savepoint(&mut self) -> Result<Savepoint> {
        let set = self.inner().savepoint().await;
        set.map_err(|error| self.twist.error(error))
    }

    async fn release(&mut self, savepoint: Savepoint) -> Result<()> {
        let released = self.inner().release(savepoint).await;
        released.map_err(|error| self.twist.error(error))
    }

    async fn rollback_to(&mut self, savepoint: Savepoint) -> Result<()> {
        let twist = Arc::clone(&self.twist);
        let undone = twist.rollback_to(&mut **self.inner(), savepoint).await;
        undone.map_err(|error| twist.error(error))
    }

    fn abandon(&mut self, savepoint: Savepoint) {
        self.inner().abandon(savepoint);
    }

    async fn commit(self: Box<Self>) -> Result<()> {
        let (inner, twist) = (*self).take();
        twist.commit(inner).await.map_err(|error| twist.error(error))
    }

    async fn rollback(self: Box<Self>) -> Result<()> {
        let (inner, twist) = (*self).take();
        inner.rollback().await.map_err(|error| twist.error(error))
    }
}

#[async_trait]
impl Session for Broken<Box<dyn Session>> {
    async fn begin(&mut self, options: TransactionOptions) -> Result<Box<dyn Transaction + '_>> {
        let twist = Arc::clone(&self.twist);
        let transaction = self.inner().begin(options).await.map_err(|error| twist.error(error))?;
        Ok(Box::new(Broken::new(transaction, &twist)))
    }

    async fn close(self: Box<Self>) -> Result<()> {
        let (inner, twist) = (*self).take();
        inner.close().await.map_err(|error| twist.error(error))
    }
}
