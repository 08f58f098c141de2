//! A connection of its own.

#![allow(
    clippy::redundant_closure_for_method_calls,
    reason = "the path of a method of `Tenant` names one lifetime, and all of them are asked for"
)]

use std::sync::Arc;

use drivetrain_adapter_api::{
    Batch, Connection, Query, QueryResult, Result, RowStream, Session, StreamOptions, Transaction,
    TransactionOptions, async_trait, check,
};

use crate::lowering::Translator;
use crate::stream;
use crate::transaction::{SqliteTransaction, atomic_of};
use crate::worker::tenant::Lease;

/// A session: its connection is closed with it, so that nothing it set is left to anybody.
#[derive(Debug)]
pub(crate) struct SqliteSession {
    lease: Arc<Lease>,
    translator: Arc<Translator>,
}

impl SqliteSession {
    pub(crate) fn new(lease: Lease, translator: Arc<Translator>) -> Self {
        Self { lease: Arc::new(lease), translator }
    }
}

#[async_trait]
impl Connection for SqliteSession {
    async fn query(&mut self, query: Query) -> Result<QueryResult> {
        let request = self.translator.request(&query)?;
        self.translator.named(self.lease.call(move |tenant| tenant.query(&request)).await)
    }

    async fn batch(&mut self, batch: Batch) -> Result<Vec<QueryResult>> {
        let atomic = atomic_of(&batch);
        let requests = self.translator.batch(&batch)?;
        if requests.is_empty() {
            return Ok(Vec::new());
        }
        self.translator.named(self.lease.call(move |tenant| tenant.batch(&requests, atomic)).await)
    }

    async fn stream(&mut self, query: Query, options: StreamOptions) -> Result<RowStream<'_>> {
        let request = self.translator.request(&query)?;
        let opened = stream::within(&self.lease, request, options).await;
        self.translator.named(opened)
    }

    async fn script(&mut self, sql: &str) -> Result<()> {
        let text = sql.to_owned();
        self.translator.named(self.lease.call(move |tenant| tenant.script(&text)).await)
    }
}

#[async_trait]
impl Session for SqliteSession {
    async fn begin(&mut self, options: TransactionOptions) -> Result<Box<dyn Transaction + '_>> {
        check::begin(self.translator.capabilities(), &options)?;
        // The handle is made first: if this future is dropped, the handle's drop undoes what was begun.
        let handle = SqliteTransaction::new(Arc::clone(&self.lease), Arc::clone(&self.translator));
        self.translator.named(self.lease.call(move |tenant| tenant.begin(&options)).await)?;
        Ok(Box::new(handle))
    }

    async fn close(self: Box<Self>) -> Result<()> {
        self.translator.named(self.lease.insist(|tenant| tenant.leave()).await)
    }
}
