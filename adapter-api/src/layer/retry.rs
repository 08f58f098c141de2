//! Tries again where that is safe.

use std::hash::{BuildHasher as _, RandomState};
use std::time::Duration;

use super::hook::Repeatable;
use super::timeout::ran_out;
use super::{Hook, Hooked, Layer, Operation, Outcome};
use crate::runtime::{SharedRuntime, with_timeout};
use crate::{Access, Adapter, BoxFuture, Error, Result, RetryClass, SharedAdapter};

/// How often and how patiently to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// Attempts in all, the first included.
    pub attempts: u32,
    /// The wait before the second attempt; it doubles from one to the next, and between half and all of it is
    /// waited.
    pub first_wait: Duration,
    /// The longest wait.
    pub longest_wait: Duration,
    /// No attempt is begun later than this after the first.
    pub within: Duration,
}

impl Default for RetryPolicy {
    /// Three attempts: after about 50 and 100 milliseconds, within 10 seconds.
    fn default() -> Self {
        Self {
            attempts: 3,
            first_wait: Duration::from_millis(50),
            longest_wait: Duration::from_secs(2),
            within: Duration::from_secs(10),
        }
    }
}

impl RetryPolicy {
    /// Whether the error of an operation with that access allows it to be run again by itself.
    ///
    /// By retry class only: [`SafeNow`](RetryClass::SafeNow) always,
    /// [`RetryTransaction`](RetryClass::RetryTransaction) too since the operation was its own transaction,
    /// [`OutcomeUnknown`](RetryClass::OutcomeUnknown) for reads.
    pub fn allows(error: &Error, access: Access) -> bool {
        match error.retry() {
            RetryClass::SafeNow | RetryClass::RetryTransaction => true,
            RetryClass::OutcomeUnknown => access == Access::Read,
            RetryClass::Never => false,
        }
    }

    /// How long to wait before attempt number `attempt` (the second is 2).
    pub fn wait(&self, attempt: u32) -> Duration {
        let doubled = self.first_wait.saturating_mul(1 << attempt.saturating_sub(2).min(20));
        let longest = doubled.min(self.longest_wait);
        let half = longest / 2;
        let jitter = RandomState::new().hash_one(attempt) % (half.as_micros() as u64 + 1);
        half + Duration::from_micros(jitter)
    }
}

/// The layer that runs a call again where its error's retry class says that nothing happened.
///
/// Only calls on the adapter itself are run again. A statement of a transaction is not: the transaction as a whole
/// must be, which is what the client's `transaction_retrying` does. Neither is a script, nor a batch that is not
/// atomic and of which a query that may write ran before the one that failed. All attempts together keep to the
/// limit of time of the query.
#[derive(Debug, Clone)]
pub struct Retry {
    runtime: SharedRuntime,
    policy: RetryPolicy,
}

impl Retry {
    /// Retries with that policy.
    pub fn new(runtime: SharedRuntime, policy: RetryPolicy) -> Self {
        Self { runtime, policy }
    }
}

impl Layer for Retry {
    fn layer(&self, inner: SharedAdapter) -> SharedAdapter {
        Hooked::new(self.clone()).layer(inner)
    }
}

impl Hook for Retry {
    fn around_repeatable<'a, T: Outcome + 'a>(
        &'a self,
        adapter: &'a dyn Adapter,
        operation: Operation<'a>,
        call: Repeatable<'a, T>,
    ) -> BoxFuture<'a, Result<T>> {
        Box::pin(async move {
            let start = self.runtime.monotonic();
            let within =
                operation.timeout().map_or(self.policy.within, |limit| limit.min(self.policy.within));
            let mut attempt = 1;
            loop {
                let outcome = match operation.timeout() {
                    Some(limit) if attempt > 1 => {
                        let left = limit.saturating_sub(self.runtime.monotonic().saturating_sub(start));
                        with_timeout(&*self.runtime, left, call())
                            .await
                            .unwrap_or_else(|| Err(ran_out(limit, adapter, &operation)))
                    }
                    _ => call().await,
                };
                let error = match outcome {
                    Ok(outcome) => return Ok(outcome),
                    Err(error) => error,
                };
                attempt += 1;
                let wait = self.policy.wait(attempt);
                let elapsed = self.runtime.monotonic().saturating_sub(start);
                if attempt > self.policy.attempts
                    || !RetryPolicy::allows(&error, operation.access())
                    || is_partly_done(&operation, &error)
                    || elapsed + wait > within
                {
                    return Err(error);
                }
                ::tracing::debug!(
                    target: "drivetrain",
                    adapter = adapter.name(),
                    attempt,
                    error.kind = ?error.kind(),
                    "trying again"
                );
                self.runtime.sleep(wait).await;
            }
        })
    }
}

/// Whether a part of the operation may have taken effect though its error says that the rest did not: of a batch
/// that is not atomic, the queries before the one that failed.
fn is_partly_done(operation: &Operation<'_>, error: &Error) -> bool {
    let Operation::Batch(batch) = operation else { return false };
    let ran = match error.batch_index() {
        Some(index) => index,
        // The class is then that of the batch as a whole.
        None if error.retry() == RetryClass::SafeNow => 0,
        None => batch.queries.len().saturating_sub(1),
    };
    batch.atomic.is_none() && batch.queries.iter().take(ran).any(|query| query.options.access != Access::Read)
}
