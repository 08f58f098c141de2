//! The handle of a transaction.

#![allow(
    clippy::redundant_closure_for_method_calls,
    reason = "the path of a method of `Tenant` names one lifetime, and all of them are asked for"
)]

use std::sync::Arc;

use drivetrain_adapter_api::{
    Batch, Connection, Query, QueryResult, Result, RowStream, Savepoint, StreamOptions, Transaction,
    async_trait,
};

use super::open::atomic_of;
use crate::lowering::Translator;
use crate::stream;
use crate::worker::tenant::Lease;

/// A transaction on a connection that is lent to it, or to its session.
#[derive(Debug)]
pub(crate) struct SqliteTransaction {
    lease: Arc<Lease>,
    translator: Arc<Translator>,
    over: bool,
}

impl SqliteTransaction {
    pub(crate) fn new(lease: Arc<Lease>, translator: Arc<Translator>) -> Self {
        Self { lease, translator, over: false }
    }
}

impl Drop for SqliteTransaction {
    fn drop(&mut self) {
        if !self.over {
            self.lease.post(Box::new(|tenant| {
                if tenant.transaction.is_some() {
                    tenant.link.watch.begin();
                    // Nobody is there to be told; a connection that could not be rolled back is not used again.
                    let _ = tenant.rollback();
                }
            }));
        }
    }
}

#[async_trait]
impl Connection for SqliteTransaction {
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
impl Transaction for SqliteTransaction {
    async fn savepoint(&mut self) -> Result<Savepoint> {
        self.translator.named(self.lease.call(|tenant| tenant.savepoint()).await)
    }

    async fn release(&mut self, savepoint: Savepoint) -> Result<()> {
        self.translator.named(self.lease.call(move |tenant| tenant.release(savepoint)).await)
    }

    async fn rollback_to(&mut self, savepoint: Savepoint) -> Result<()> {
        self.translator.named(self.lease.call(move |tenant| tenant.rollback_to(savepoint)).await)
    }

    fn abandon(&mut self, savepoint: Savepoint) {
        self.lease.post(Box::new(move |tenant| tenant.abandon(savepoint)));
    }

    async fn commit(mut self: Box<Self>) -> Result<()> {
        self.over = true;
        self.translator.named(self.lease.insist(|tenant| tenant.commit()).await)
    }

    async fn rollback(mut self: Box<Self>) -> Result<()> {
        self.over = true;
        self.translator.named(self.lease.insist(|tenant| tenant.rollback()).await)
    }
}
