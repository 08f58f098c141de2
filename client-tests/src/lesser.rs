//! An adapter that can do less than the one it stands before, and counts what it is asked for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use drivetrain::adapter_api::{Batch, Lowered, Query, QueryResult, Transaction, async_trait};
use drivetrain::{Adapter, Capabilities, Error, Result, SharedAdapter, TransactionOptions};

/// An adapter that declares less.
#[derive(Debug, Clone)]
pub struct Lesser {
    inner: SharedAdapter,
    capabilities: Capabilities,
    calls: Arc<AtomicU64>,
}

impl Lesser {
    /// `inner` with what `less` leaves of its capabilities.
    pub fn new(inner: &SharedAdapter, less: impl FnOnce(Capabilities) -> Capabilities) -> Self {
        let capabilities = less(inner.capabilities().clone());
        Self { inner: Arc::clone(inner), capabilities, calls: Arc::default() }
    }

    /// How many calls have reached the adapter.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::SeqCst)
    }

    fn called(&self) {
        self.calls.fetch_add(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl Adapter for Lesser {
    fn name(&self) -> &str {
        "lesser"
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn lower(&self, query: &Query) -> Result<Lowered> {
        self.inner.lower(query)
    }

    async fn query(&self, query: Query) -> Result<QueryResult> {
        self.called();
        self.inner.query(query).await
    }

    async fn batch(&self, batch: Batch) -> Result<Vec<QueryResult>> {
        self.called();
        if !self.capabilities.pipelining() && !self.capabilities.transactions().has_atomic_batch() {
            return Err(Error::unsupported("this adapter has no batches"));
        }
        self.inner.batch(batch).await
    }

    async fn begin(&self, options: TransactionOptions) -> Result<Box<dyn Transaction>> {
        self.called();
        if !self.capabilities.transactions().is_interactive() {
            return Err(Error::unsupported("this adapter has no interactive transactions"));
        }
        self.inner.begin(options).await
    }

    async fn health_check(&self) -> Result<()> {
        self.inner.health_check().await
    }

    async fn close(&self) -> Result<()> {
        self.inner.close().await
    }
}
