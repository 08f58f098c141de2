//! Transactions: as closures, as objects, and again when they had to give way.

mod client;
mod nested;
mod retrying;
mod shared;

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use drivetrain_adapter_api::{Result, Transaction};

pub use client::Begin;
pub use nested::NestedTx;
pub use retrying::Retryable;

use crate::engine::{Engine, Executor, sealed};
use crate::model::SchemaMeta;
use shared::Shared;

/// A transaction. Dropping it undoes it.
///
/// Its methods take `&self`; calls made at the same time are run one after the other.
pub struct Tx<S> {
    shared: Arc<Shared>,
    schema: PhantomData<fn() -> S>,
}

impl<S> fmt::Debug for Tx<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tx").field(&self.shared).finish()
    }
}

impl<S> Tx<S> {
    fn new(transaction: Box<dyn Transaction>, capabilities: drivetrain_adapter_api::Capabilities) -> Self {
        Self { shared: Arc::new(Shared::new(transaction, capabilities)), schema: PhantomData }
    }

    fn share(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), schema: PhantomData }
    }

    /// Makes all of it durable.
    ///
    /// # Errors
    /// Why it is not known to be durable;
    /// [`CommitOutcomeUnknown`](drivetrain_adapter_api::ErrorKind::CommitOutcomeUnknown) if the connection broke
    /// meanwhile.
    pub async fn commit(self) -> Result<()> {
        self.shared.take().await?.commit().await
    }

    /// Undoes all of it.
    ///
    /// # Errors
    /// What the transport meets. The transaction is undone all the same.
    pub async fn rollback(self) -> Result<()> {
        self.shared.take().await?.rollback().await
    }

    /// Runs a text of several statements.
    ///
    /// # Errors
    /// What the database reports of the first statement that fails.
    pub async fn script(&self, sql: &str) -> Result<()> {
        self.shared.script(sql).await
    }
}

impl<S> sealed::Sealed for Tx<S> {}

impl<S: SchemaMeta> Executor for Tx<S> {
    type Schema = S;

    fn engine(&self) -> &dyn Engine {
        &*self.shared
    }
}
