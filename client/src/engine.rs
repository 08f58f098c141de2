//! Where queries go: to the adapter, each by itself, or to a transaction.

use std::fmt::Debug;

use drivetrain_adapter_api::{
    Batch, BoxFuture, Capabilities, MaybeSend, MaybeSync, Query, QueryResult, Result, TransactionOptions,
    async_trait,
};

use crate::model::SchemaMeta;

/// A client or a transaction.
///
/// The trait cannot be implemented outside of this crate.
pub trait Executor: Debug + MaybeSend + MaybeSync + sealed::Sealed {
    /// The schema it is for.
    type Schema: SchemaMeta;

    /// Where its queries go. For generated code.
    #[doc(hidden)]
    fn engine(&self) -> &dyn Engine;
}

pub(crate) mod sealed {
    pub trait Sealed {}
}

/// Runs queries for a client or a transaction. Not to be implemented outside of this crate.
#[doc(hidden)]
#[async_trait]
pub trait Engine: Debug + MaybeSend + MaybeSync {
    fn capabilities(&self) -> &Capabilities;

    /// Whether what is run is part of a transaction already.
    fn in_transaction(&self) -> bool;

    async fn query(&self, query: Query) -> Result<QueryResult>;

    async fn batch(&self, batch: Batch) -> Result<Vec<QueryResult>>;

    async fn script(&self, sql: &str) -> Result<()>;

    /// Begins a unit: several queries that take effect together or not at all.
    async fn unit(&self, options: TransactionOptions) -> Result<Box<dyn Unit + '_>>;
}

/// Several queries that take effect together or not at all. Dropping it undoes them.
#[doc(hidden)]
#[async_trait]
pub trait Unit: Debug + MaybeSend {
    fn capabilities(&self) -> &Capabilities;

    async fn query(&mut self, query: Query) -> Result<QueryResult>;

    /// Keeps what was done.
    async fn finish(self: Box<Self>) -> Result<()>;
}

/// Runs the queries of a plan one after the other: on an engine or in a unit.
pub(crate) trait Run: MaybeSend {
    fn capabilities(&self) -> &Capabilities;

    fn run(&mut self, query: Query) -> BoxFuture<'_, Result<QueryResult>>;
}

impl Run for &dyn Engine {
    fn capabilities(&self) -> &Capabilities {
        (**self).capabilities()
    }

    fn run(&mut self, query: Query) -> BoxFuture<'_, Result<QueryResult>> {
        self.query(query)
    }
}

impl<'u> Run for Box<dyn Unit + 'u> {
    fn capabilities(&self) -> &Capabilities {
        (**self).capabilities()
    }

    fn run(&mut self, query: Query) -> BoxFuture<'_, Result<QueryResult>> {
        self.query(query)
    }
}
