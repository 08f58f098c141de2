//! Transactions that are run again when they had to give way to others.

use std::error::Error as StdError;

use drivetrain_adapter_api::layer::RetryPolicy;
use drivetrain_adapter_api::{Error, Result, RetryClass, TransactionOptions};

use super::Tx;
use super::client::conclude;
use crate::client::Client;
use crate::model::SchemaMeta;

/// Errors in which an error of the database can be found, to see whether the transaction is worth running again.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not tell whether the database asks to run the transaction again",
    note = "implement `drivetrain::Retryable` for it, or use `drivetrain::Error` or `Box<dyn Error + Send + Sync>`"
)]
pub trait Retryable {
    /// The database's error within, if there is one.
    fn database_error(&self) -> Option<&Error>;
}

impl Retryable for Error {
    fn database_error(&self) -> Option<&Error> {
        Some(self)
    }
}

impl Retryable for Box<dyn StdError + Send + Sync> {
    /// It, or the first of its sources that is an error of the database.
    fn database_error(&self) -> Option<&Error> {
        let mut error: &(dyn StdError + 'static) = &**self;
        loop {
            match error.downcast_ref() {
                Some(found) => return Some(found),
                None => error = error.source()?,
            }
        }
    }
}

/// Whether the whole transaction can be run again after this error.
fn again<E: Retryable>(error: &E) -> bool {
    error
        .database_error()
        .is_some_and(|error| matches!(error.retry(), RetryClass::RetryTransaction | RetryClass::SafeNow))
}

impl<S: SchemaMeta> Client<S> {
    /// Runs `body` in a transaction, and again from the beginning where the database asks for it: deadlocks and
    /// serialization failures, and connections that failed before anything happened. At most as often as
    /// [`RetryPolicy::default`] says.
    ///
    /// `body` gets the transaction's handle, and is called once for each attempt. The transaction is committed when it
    /// gives `Ok`, and undone when it gives `Err`; a handle that was kept finds it over then. A commit whose outcome is unknown is never run again.
    ///
    /// # Errors
    /// What the last attempt gives.
    pub async fn transaction_retrying<T, E, F, Fut>(
        &self,
        options: TransactionOptions,
        mut body: F,
    ) -> Result<T, E>
    where
        E: From<Error> + Retryable,
        F: FnMut(Tx<S>) -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        let policy = RetryPolicy::default();
        let mut attempt = 1;
        loop {
            let error = match self.attempt(options, &mut body).await {
                Ok(output) => return Ok(output),
                Err(error) => error,
            };
            attempt += 1;
            if attempt > policy.attempts || !again(&error) {
                return Err(error);
            }
            tracing::debug!(target: "drivetrain", attempt, "running a transaction again");
            if let Some(runtime) = &self.options().runtime {
                runtime.sleep(policy.wait(attempt)).await;
            }
        }
    }

    async fn attempt<T, E, F, Fut>(&self, options: TransactionOptions, body: &mut F) -> Result<T, E>
    where
        E: From<Error>,
        F: FnMut(Tx<S>) -> Fut,
        Fut: Future<Output = Result<T, E>>,
    {
        let tx = self.begin_with(options).await?;
        let result = body(tx.share()).await;
        conclude(tx, result).await
    }
}
