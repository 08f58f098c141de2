//! Transactions within a transaction: savepoints.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Deref;

use drivetrain_adapter_api::{Capability, Error, Result, Savepoint, check};

use super::Tx;
use crate::engine::Engine as _;
use crate::model::SchemaMeta;

/// A part of a transaction that can be undone by itself. Dropping it undoes it.
///
/// The transaction around it cannot be used meanwhile.
pub struct NestedTx<'t, S> {
    tx: Tx<S>,
    savepoint: Option<Savepoint>,
    outer: PhantomData<&'t mut Tx<S>>,
}

impl<S> fmt::Debug for NestedTx<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NestedTx").field("savepoint", &self.savepoint).finish()
    }
}

impl<S> Deref for NestedTx<'_, S> {
    type Target = Tx<S>;

    fn deref(&self) -> &Tx<S> {
        &self.tx
    }
}

impl<S> Drop for NestedTx<'_, S> {
    fn drop(&mut self) {
        if let Some(savepoint) = self.savepoint {
            self.tx.shared.abandon(savepoint);
        }
    }
}

impl<S> NestedTx<'_, S> {
    /// Keeps what was done, as part of the transaction around it; also if this future is dropped once the database was
    /// asked.
    ///
    /// # Errors
    /// What the database reports; what was done is undone then.
    pub async fn commit(mut self) -> Result<()> {
        if let Some(savepoint) = self.savepoint {
            let mut locked = self.tx.shared.lock().await?;
            // The database may have forgotten the savepoint by the time that this future is dropped: there is nothing
            // to go back to then, and all of it is kept either way.
            self.savepoint = None;
            let released = locked.transaction()?.release(savepoint).await;
            if released.is_err() {
                self.savepoint = Some(savepoint);
            }
            return released;
        }
        Ok(())
    }

    /// Undoes what was done. The transaction around it is usable again, also where a statement had failed.
    ///
    /// # Errors
    /// What the database reports; what was done is undone before the next statement then.
    pub async fn rollback(mut self) -> Result<()> {
        if let Some(savepoint) = self.savepoint {
            self.tx.shared.lock().await?.transaction()?.rollback_to(savepoint).await?;
            self.savepoint = None;
        }
        Ok(())
    }
}

impl<S: SchemaMeta> NestedTx<'_, S> {
    /// Begins a transaction within this one.
    ///
    /// # Errors
    /// As [`Tx::begin`].
    pub async fn begin(&mut self) -> Result<NestedTx<'_, S>> {
        self.tx.begin().await
    }

    /// Runs `body` in a transaction within this one: kept if it gives `Ok`, undone by itself if it gives `Err`.
    ///
    /// # Errors
    /// As [`Tx::transaction`].
    pub async fn transaction<T, E: From<Error>>(
        &mut self,
        body: impl AsyncFnOnce(&mut Tx<S>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.tx.transaction(body).await
    }
}

impl<S: SchemaMeta> Tx<S> {
    /// Begins a transaction within this one.
    ///
    /// # Errors
    /// [`Unsupported`](drivetrain_adapter_api::ErrorKind::Unsupported) without savepoints, and what the database
    /// reports.
    pub async fn begin(&mut self) -> Result<NestedTx<'_, S>> {
        check::operation(self.shared.capabilities(), Capability::Savepoints, "a savepoint cannot be set")?;
        let savepoint = self.shared.lock().await?.transaction()?.savepoint().await?;
        Ok(NestedTx { tx: self.share(), savepoint: Some(savepoint), outer: PhantomData })
    }

    /// Runs `body` in a transaction within this one: kept if it gives `Ok`, undone by itself if it gives `Err`.
    ///
    /// # Errors
    /// What `body` gives, and why the part could not be begun or kept.
    pub async fn transaction<T, E: From<Error>>(
        &mut self,
        body: impl AsyncFnOnce(&mut Self) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut nested = self.begin().await?;
        let result = body(&mut nested.tx).await;
        match result {
            Ok(output) => {
                nested.commit().await?;
                Ok(output)
            }
            // Dropped here: undone before anything else is sent.
            Err(error) => Err(error),
        }
    }
}
