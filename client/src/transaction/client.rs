//! Beginning transactions on a client.

use std::fmt;

use drivetrain_adapter_api::{BoxFuture, Error, IsolationLevel, Result, TransactionOptions};

use super::Tx;
use crate::client::Client;
use crate::model::SchemaMeta;

/// Begins a transaction. Awaiting it gives a [`Tx`].
#[must_use = "no transaction is begun until it is awaited"]
pub struct Begin<'a, S> {
    client: &'a Client<S>,
    options: TransactionOptions,
}

impl<S> fmt::Debug for Begin<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Begin").field(&self.options).finish()
    }
}

impl<'a, S> Begin<'a, S> {
    /// At that isolation level; the database's own if nothing is said.
    pub fn isolation(mut self, level: IsolationLevel) -> Self {
        self.options = self.options.isolation(level);
        self
    }

    /// Refusing writes.
    pub fn read_only(mut self) -> Self {
        self.options = self.options.read_only();
        self
    }
}

impl<'a, S: SchemaMeta> IntoFuture for Begin<'a, S> {
    type Output = Result<Tx<S>>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let transaction = self.client.begin_raw(self.options).await?;
            Ok(Tx::new(transaction, self.client.adapter().capabilities().clone()))
        })
    }
}

impl<S: SchemaMeta> Client<S> {
    /// Begins a transaction that is an object: commit it, or drop it to undo it.
    pub fn begin(&self) -> Begin<'_, S> {
        self.begin_with(TransactionOptions::new())
    }

    /// The same with all options.
    pub fn begin_with(&self, options: TransactionOptions) -> Begin<'_, S> {
        Begin { client: self, options }
    }

    /// Runs `body` in a transaction: committed if it gives `Ok`, undone if it gives `Err`, panics or is dropped.
    ///
    /// `body` runs once, and may borrow from around it.
    ///
    /// # Errors
    /// What `body` gives, and why the transaction could not be begun or committed.
    pub async fn transaction<T, E: From<Error>>(
        &self,
        body: impl AsyncFnOnce(&mut Tx<S>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.transaction_with(TransactionOptions::new(), body).await
    }

    /// The same with options: isolation level, read-only.
    ///
    /// # Errors
    /// As [`transaction`](Self::transaction).
    pub async fn transaction_with<T, E: From<Error>>(
        &self,
        options: TransactionOptions,
        body: impl AsyncFnOnce(&mut Tx<S>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut tx = self.begin_with(options).await?;
        let result = body(&mut tx).await;
        conclude(tx, result).await
    }
}

/// Commits after `Ok`, undoes after `Err`. The error of `body` is given, not that of the rollback: a rollback that
/// fails closes the connection, which undoes the transaction all the same.
pub(super) async fn conclude<S, T, E: From<Error>>(tx: Tx<S>, result: Result<T, E>) -> Result<T, E> {
    match result {
        Ok(output) => {
            tx.commit().await?;
            Ok(output)
        }
        Err(error) => {
            if let Err(rollback) = tx.rollback().await {
                tracing::debug!(target: "drivetrain", error = %rollback, "the rollback of a transaction failed");
            }
            Err(error)
        }
    }
}
