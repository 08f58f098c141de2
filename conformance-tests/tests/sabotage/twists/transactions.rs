//! Transactions that are not what they are said to be.

use std::sync::{Mutex, PoisonError};

use drivetrain_adapter_api::{
    Batch, Connection, Error, ErrorKind, IsolationLevel, Query, QueryResult, Result, Savepoint,
    SharedAdapter, Transaction, TransactionOptions, async_trait,
};

use crate::broken::Twist;

/// S-17: a COMMIT that the server answers with a rollback is taken for a success.
#[derive(Debug)]
pub(crate) struct CommitAlwaysWell;

#[async_trait]
impl Twist for CommitAlwaysWell {
    async fn commit<'t>(&self, inner: Box<dyn Transaction + 't>) -> Result<()> {
        match inner.commit().await {
            Err(error) if error.kind() == ErrorKind::TransactionRolledBack => Ok(()),
            other => other,
        }
    }
}

/// S-18: a transaction that is dropped is not rolled back.
#[derive(Debug)]
pub(crate) struct Forgotten;

impl Twist for Forgotten {
    fn forgets(&self) -> bool {
        true
    }
}

/// S-19: a begin that is given up half-way leaves its transaction behind, which nobody ends.
#[derive(Debug)]
pub(crate) struct BeginLeftBehind;

#[async_trait]
impl Twist for BeginLeftBehind {
    async fn begin(
        &self,
        inner: &SharedAdapter,
        options: TransactionOptions,
    ) -> Result<Box<dyn Transaction>> {
        let (reply, begun) = tokio::sync::oneshot::channel();
        let inner = SharedAdapter::clone(inner);
        tokio::spawn(async move {
            let transaction = async {
                let mut transaction = inner.begin(options).await?;
                // Where BEGIN rides with the first statement, there must be one.
                transaction.query(Query::raw("select 1", vec![])).await?;
                Ok(transaction)
            };
            let transaction: Result<Box<dyn Transaction>> = transaction.await;
            if let Err(unwanted) = reply.send(transaction) {
                std::mem::forget(unwanted);
            }
        });
        begun.await.unwrap_or_else(|_| Err(Error::new(ErrorKind::Closed, "the task is gone")))
    }
}

/// S-21: going back to a savepoint keeps what it should undo.
#[derive(Debug)]
pub(crate) struct ReleasedInstead;

#[async_trait]
impl Twist for ReleasedInstead {
    async fn rollback_to<'t>(&self, inner: &mut (dyn Transaction + 't), savepoint: Savepoint) -> Result<()> {
        inner.release(savepoint).await
    }
}

fn without(options: TransactionOptions, change: impl FnOnce(&mut TransactionOptions)) -> TransactionOptions {
    let mut options = options;
    change(&mut options);
    options
}

/// S-22: whatever level is asked for, the default is begun.
#[derive(Debug)]
pub(crate) struct LevelIgnored;

#[async_trait]
impl Twist for LevelIgnored {
    async fn begin(
        &self,
        inner: &SharedAdapter,
        options: TransactionOptions,
    ) -> Result<Box<dyn Transaction>> {
        inner.begin(without(options, |options| options.isolation = None)).await
    }
}

/// S-23: the level of a transaction is that of the next one too.
#[derive(Debug, Default)]
pub(crate) struct LevelLeaks(Mutex<Option<IsolationLevel>>);

#[async_trait]
impl Twist for LevelLeaks {
    async fn begin(
        &self,
        inner: &SharedAdapter,
        options: TransactionOptions,
    ) -> Result<Box<dyn Transaction>> {
        let level = {
            let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            *last = options.isolation.or(*last);
            *last
        };
        inner.begin(without(options, |options| options.isolation = level)).await
    }

    async fn batch(&self, inner: &SharedAdapter, mut batch: Batch) -> Result<Vec<QueryResult>> {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(options) = &mut batch.atomic {
            options.isolation = options.isolation.or(last);
        }
        inner.batch(batch).await
    }
}

/// S-52: a transaction that is to refuse writes takes them.
#[derive(Debug)]
pub(crate) struct WritesAllowed;

#[async_trait]
impl Twist for WritesAllowed {
    async fn begin(
        &self,
        inner: &SharedAdapter,
        options: TransactionOptions,
    ) -> Result<Box<dyn Transaction>> {
        inner.begin(without(options, |options| options.read_only = false)).await
    }
}

/// S-53: an atomic batch is sent as any other.
#[derive(Debug)]
pub(crate) struct NotAtomic;

#[async_trait]
impl Twist for NotAtomic {
    async fn batch(&self, inner: &SharedAdapter, mut batch: Batch) -> Result<Vec<QueryResult>> {
        batch.atomic = None;
        inner.batch(batch).await
    }
}

/// S-54: the limit of a transaction's life is forgotten.
#[derive(Debug)]
pub(crate) struct NoLifetime;

#[async_trait]
impl Twist for NoLifetime {
    async fn begin(
        &self,
        inner: &SharedAdapter,
        options: TransactionOptions,
    ) -> Result<Box<dyn Transaction>> {
        inner.begin(without(options, |options| options.timeout = None)).await
    }
}

/// S-38: where BEGIN fails, the statements that follow run on their own.
#[derive(Debug)]
pub(crate) struct BegunAnyway;

#[async_trait]
impl Twist for BegunAnyway {
    async fn begin(
        &self,
        inner: &SharedAdapter,
        options: TransactionOptions,
    ) -> Result<Box<dyn Transaction>> {
        match inner.begin(options).await {
            Err(error) if error.kind() == ErrorKind::LockTimeout => {
                Ok(Box::new(NoTransaction(SharedAdapter::clone(inner))))
            }
            other => other,
        }
    }
}

/// What is handed out instead of a transaction.
#[derive(Debug)]
struct NoTransaction(SharedAdapter);

#[async_trait]
impl Connection for NoTransaction {
    async fn query(&mut self, query: Query) -> Result<QueryResult> {
        self.0.query(query).await
    }

    async fn batch(&mut self, batch: Batch) -> Result<Vec<QueryResult>> {
        self.0.batch(batch).await
    }
}

#[async_trait]
impl Transaction for NoTransaction {
    async fn commit(self: Box<Self>) -> Result<()> {
        Ok(())
    }

    async fn rollback(self: Box<Self>) -> Result<()> {
        Ok(())
    }
}
