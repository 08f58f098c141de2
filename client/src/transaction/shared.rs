//! The adapter's transaction behind its handles.

use std::fmt;
use std::sync::{Mutex as StdMutex, PoisonError};

use async_lock::{Mutex, MutexGuard};
use drivetrain_adapter_api::{
    Batch, Capabilities, Capability, Error, ErrorKind, Query, QueryResult, Result, Savepoint, Transaction,
    TransactionOptions, async_trait, check,
};

use crate::engine::{Engine, Unit};

pub(super) struct Shared {
    capabilities: Capabilities,
    transaction: Mutex<Option<Box<dyn Transaction>>>,
    /// Savepoints whose handles were dropped, to be undone before anything else is sent.
    abandoned: StdMutex<Vec<Savepoint>>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction").field("dialect", &self.capabilities.dialect()).finish_non_exhaustive()
    }
}

fn ended() -> Error {
    Error::new(ErrorKind::TransactionEnded, "the transaction is over: it was committed or rolled back")
}

/// The adapter's transaction, while one call has it.
pub(super) struct Locked<'a>(MutexGuard<'a, Option<Box<dyn Transaction>>>);

impl<'a> Locked<'a> {
    pub(super) fn transaction(&mut self) -> Result<&mut (dyn Transaction + 'static)> {
        self.0.as_deref_mut().ok_or_else(ended)
    }
}

impl Shared {
    pub(super) fn new(transaction: Box<dyn Transaction>, capabilities: Capabilities) -> Self {
        Self { capabilities, transaction: Mutex::new(Some(transaction)), abandoned: StdMutex::default() }
    }

    pub(super) fn abandon(&self, savepoint: Savepoint) {
        self.abandoned.lock().unwrap_or_else(PoisonError::into_inner).push(savepoint);
    }

    fn hand_over_abandoned(&self, transaction: &mut dyn Transaction) {
        let abandoned = std::mem::take(&mut *self.abandoned.lock().unwrap_or_else(PoisonError::into_inner));
        // The oldest one undoes those set after it as well.
        if let Some(oldest) = abandoned.into_iter().min() {
            transaction.abandon(oldest);
        }
    }

    pub(super) async fn lock(&self) -> Result<Locked<'_>> {
        let mut guard = self.transaction.lock().await;
        let transaction = guard.as_deref_mut().ok_or_else(ended)?;
        self.hand_over_abandoned(transaction);
        Ok(Locked(guard))
    }

    /// Takes the transaction out: every later call finds it over.
    pub(super) async fn take(&self) -> Result<Box<dyn Transaction>> {
        let mut transaction = self.transaction.lock().await.take().ok_or_else(ended)?;
        self.hand_over_abandoned(&mut *transaction);
        Ok(transaction)
    }
}

#[async_trait]
impl Engine for Shared {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn in_transaction(&self) -> bool {
        true
    }

    async fn query(&self, query: Query) -> Result<QueryResult> {
        check::query(&self.capabilities, &query)?;
        self.lock().await?.transaction()?.query(query).await
    }

    async fn batch(&self, batch: Batch) -> Result<Vec<QueryResult>> {
        check::batch(&self.capabilities, &batch)?;
        self.lock().await?.transaction()?.batch(batch).await
    }

    async fn script(&self, sql: &str) -> Result<()> {
        check::operation(
            &self.capabilities,
            Capability::Scripts,
            "a text of several statements cannot be run",
        )?;
        self.lock().await?.transaction()?.script(sql).await
    }

    async fn unit(&self, _: TransactionOptions) -> Result<Box<dyn Unit + '_>> {
        check::operation(
            &self.capabilities,
            Capability::Savepoints,
            "several statements within a transaction cannot be undone together",
        )?;
        let mut locked = self.lock().await?;
        let savepoint = locked.transaction()?.savepoint().await?;
        Ok(Box::new(SavepointUnit { shared: self, locked, savepoint, kept: false }))
    }
}

/// A unit within a transaction.
struct SavepointUnit<'a> {
    shared: &'a Shared,
    locked: Locked<'a>,
    savepoint: Savepoint,
    /// Whether the database was asked to keep what was done, which it is even if the answer is not awaited.
    kept: bool,
}

impl fmt::Debug for SavepointUnit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Savepoint").field(&self.savepoint.number()).finish()
    }
}

impl Drop for SavepointUnit<'_> {
    fn drop(&mut self) {
        // Before the lock is given back: nobody else may do anything that the rollback would undo.
        if !self.kept {
            self.shared.abandon(self.savepoint);
        }
    }
}

#[async_trait]
impl Unit for SavepointUnit<'_> {
    fn capabilities(&self) -> &Capabilities {
        &self.shared.capabilities
    }

    async fn query(&mut self, query: Query) -> Result<QueryResult> {
        check::query(&self.shared.capabilities, &query)?;
        self.locked.transaction()?.query(query).await
    }

    async fn finish(mut self: Box<Self>) -> Result<()> {
        self.kept = true;
        let released = self.locked.transaction()?.release(self.savepoint).await;
        self.kept = released.is_ok();
        released
    }
}
