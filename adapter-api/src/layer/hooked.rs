//! An adapter whose calls, and those of its transactions and sessions, pass through a hook.

use std::fmt;
use std::sync::Arc;

use super::{Hook, Operation};
use crate::{
    Adapter, Batch, Capabilities, Connection, Lowered, Query, QueryResult, Result, RowStream, Savepoint,
    Session, SharedAdapter, StreamOptions, Transaction, TransactionOptions, async_trait,
};

pub(super) struct HookedAdapter<H> {
    inner: SharedAdapter,
    hook: Arc<H>,
}

impl<H> HookedAdapter<H> {
    pub(super) fn new(inner: SharedAdapter, hook: Arc<H>) -> Self {
        Self { inner, hook }
    }
}

impl<H: fmt::Debug> fmt::Debug for HookedAdapter<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooked").field("hook", &self.hook).field("inner", &self.inner).finish()
    }
}

impl<H: Hook> HookedAdapter<H> {
    fn before(&self, operation: &Operation<'_>) -> Result<()> {
        self.hook.before(&*self.inner, operation)
    }
}

#[async_trait]
impl<H: Hook> Adapter for HookedAdapter<H> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn capabilities(&self) -> &Capabilities {
        self.inner.capabilities()
    }

    fn lower(&self, query: &Query) -> Result<Lowered> {
        self.inner.lower(query)
    }

    async fn query(&self, query: Query) -> Result<QueryResult> {
        let (inner, again) = (&*self.inner, &query);
        self.before(&Operation::Query(&query))?;
        self.hook
            .around_repeatable(inner, Operation::Query(&query), Box::new(move || inner.query(again.clone())))
            .await
    }

    async fn batch(&self, batch: Batch) -> Result<Vec<QueryResult>> {
        let (inner, again) = (&*self.inner, &batch);
        self.before(&Operation::Batch(&batch))?;
        self.hook
            .around_repeatable(inner, Operation::Batch(&batch), Box::new(move || inner.batch(again.clone())))
            .await
    }

    async fn stream(&self, query: Query, options: StreamOptions) -> Result<RowStream<'static>> {
        let (inner, again) = (&*self.inner, &query);
        self.before(&Operation::Stream(&query))?;
        let call = Box::new(move || inner.stream(again.clone(), options));
        self.hook.around_repeatable(inner, Operation::Stream(&query), call).await
    }

    async fn begin(&self, options: TransactionOptions) -> Result<Box<dyn Transaction>> {
        let inner = &*self.inner;
        self.before(&Operation::Begin(&options))?;
        let call = Box::new(move || inner.begin(options));
        let transaction = self.hook.around_repeatable(inner, Operation::Begin(&options), call).await?;
        Ok(Box::new(HookedConnection::new(&self.inner, &self.hook, transaction)))
    }

    async fn session(&self) -> Result<Box<dyn Session>> {
        let inner = &*self.inner;
        self.before(&Operation::Session)?;
        let session =
            self.hook.around_repeatable(inner, Operation::Session, Box::new(move || inner.session())).await?;
        Ok(Box::new(HookedConnection::new(&self.inner, &self.hook, session)))
    }

    async fn script(&self, sql: &str) -> Result<()> {
        self.before(&Operation::Script(sql))?;
        self.hook.around(&*self.inner, Operation::Script(sql), self.inner.script(sql)).await
    }

    async fn health_check(&self) -> Result<()> {
        let inner = &*self.inner;
        self.before(&Operation::HealthCheck)?;
        self.hook
            .around_repeatable(inner, Operation::HealthCheck, Box::new(move || inner.health_check()))
            .await
    }

    async fn close(&self) -> Result<()> {
        self.before(&Operation::Close)?;
        self.hook.around(&*self.inner, Operation::Close, self.inner.close()).await
    }
}

/// A transaction or a session whose calls pass through a hook.
struct HookedConnection<H, C> {
    adapter: SharedAdapter,
    hook: Arc<H>,
    inner: C,
}

impl<H, C> HookedConnection<H, C> {
    fn new(adapter: &SharedAdapter, hook: &Arc<H>, inner: C) -> Self {
        Self { adapter: Arc::clone(adapter), hook: Arc::clone(hook), inner }
    }
}

impl<H: fmt::Debug, C: fmt::Debug> fmt::Debug for HookedConnection<H, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooked").field("hook", &self.hook).field("inner", &self.inner).finish_non_exhaustive()
    }
}

macro_rules! hooked_connection {
    ($($lifetime:lifetime)?, $inner:ty) => {
        #[async_trait]
        impl<$($lifetime,)? H: Hook> Connection for HookedConnection<H, $inner> {
            async fn query(&mut self, query: Query) -> Result<QueryResult> {
                let operation = Operation::Query(&query);
                self.hook.before(&*self.adapter, &operation)?;
                self.hook.around(&*self.adapter, operation, self.inner.query(query.clone())).await
            }

            async fn batch(&mut self, batch: Batch) -> Result<Vec<QueryResult>> {
                let operation = Operation::Batch(&batch);
                self.hook.before(&*self.adapter, &operation)?;
                self.hook.around(&*self.adapter, operation, self.inner.batch(batch.clone())).await
            }

            async fn stream(&mut self, query: Query, options: StreamOptions) -> Result<RowStream<'_>> {
                let operation = Operation::Stream(&query);
                self.hook.before(&*self.adapter, &operation)?;
                self.hook.around(&*self.adapter, operation, self.inner.stream(query.clone(), options)).await
            }

            async fn script(&mut self, sql: &str) -> Result<()> {
                let operation = Operation::Script(sql);
                self.hook.before(&*self.adapter, &operation)?;
                self.hook.around(&*self.adapter, operation, self.inner.script(sql)).await
            }
        }
    };
}

hooked_connection!('c, Box<dyn Transaction + 'c>);
hooked_connection!(, Box<dyn Session>);

#[async_trait]
impl<H: Hook> Transaction for HookedConnection<H, Box<dyn Transaction + '_>> {
    async fn savepoint(&mut self) -> Result<Savepoint> {
        self.hook.before(&*self.adapter, &Operation::Savepoint)?;
        self.hook.around(&*self.adapter, Operation::Savepoint, self.inner.savepoint()).await
    }

    async fn release(&mut self, savepoint: Savepoint) -> Result<()> {
        self.hook.before(&*self.adapter, &Operation::Release)?;
        self.hook.around(&*self.adapter, Operation::Release, self.inner.release(savepoint)).await
    }

    async fn rollback_to(&mut self, savepoint: Savepoint) -> Result<()> {
        self.hook.before(&*self.adapter, &Operation::RollbackTo)?;
        self.hook.around(&*self.adapter, Operation::RollbackTo, self.inner.rollback_to(savepoint)).await
    }

    fn abandon(&mut self, savepoint: Savepoint) {
        self.inner.abandon(savepoint);
    }

    async fn commit(self: Box<Self>) -> Result<()> {
        let Self { adapter, hook, inner } = *self;
        hook.before(&*adapter, &Operation::Commit)?;
        hook.around(&*adapter, Operation::Commit, inner.commit()).await
    }

    async fn rollback(self: Box<Self>) -> Result<()> {
        let Self { adapter, hook, inner } = *self;
        hook.before(&*adapter, &Operation::Rollback)?;
        hook.around(&*adapter, Operation::Rollback, inner.rollback()).await
    }
}

#[async_trait]
impl<H: Hook> Session for HookedConnection<H, Box<dyn Session>> {
    async fn begin(&mut self, options: TransactionOptions) -> Result<Box<dyn Transaction + '_>> {
        let operation = Operation::Begin(&options);
        self.hook.before(&*self.adapter, &operation)?;
        let transaction = self.hook.around(&*self.adapter, operation, self.inner.begin(options)).await?;
        Ok(Box::new(HookedConnection::new(&self.adapter, &self.hook, transaction)))
    }

    async fn close(self: Box<Self>) -> Result<()> {
        let Self { adapter, hook, inner } = *self;
        hook.before(&*adapter, &Operation::CloseSession)?;
        hook.around(&*adapter, Operation::CloseSession, inner.close()).await
    }
}
