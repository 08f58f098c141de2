//! The limit of a transaction's life.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use drivetrain_adapter_api::runtime::{SharedRuntime, with_timeout};
use drivetrain_adapter_api::{Error, ErrorKind, RetryClass};
use futures_util::future::{AbortHandle, abortable};

use super::Connector;
use super::slot::Slot;

/// The limit of a transaction's life.
pub(super) struct Clock {
    /// When it ends, by the runtime's monotonic clock.
    deadline: Duration,
    limit: Duration,
    expired: Arc<AtomicBool>,
    alarm: AbortHandle,
    runtime: SharedRuntime,
}

impl Clock {
    /// Starts the alarm that rolls back when the time is up, whatever the transaction's user does: the connection is
    /// given back to the pool if the transaction owns it, else what it has begun is rolled back.
    pub(super) fn start<C: Connector>(
        runtime: &SharedRuntime,
        slot: &Arc<Slot<C>>,
        limit: Duration,
        owns: bool,
    ) -> Self {
        let expired = Arc::new(AtomicBool::new(false));
        let deadline = runtime.monotonic().saturating_add(limit);
        let (flag, slot, sleeper) = (Arc::clone(&expired), Arc::downgrade(slot), Arc::clone(runtime));
        let (task, alarm) = abortable(async move {
            sleeper.sleep(limit).await;
            flag.store(true, Ordering::Release);
            let Some(slot) = slot.upgrade() else { return };
            if owns {
                if let Ok(Some(mut held)) = slot.hold().await {
                    held.give_up();
                }
            } else {
                slot.owe_rollback();
            }
        });
        runtime.spawn(Box::pin(async move {
            // Aborted when the transaction has ended before its time.
            let _ = task.await;
        }));
        Self { deadline, limit, expired, alarm, runtime: Arc::clone(runtime) }
    }

    /// The transaction has ended before its time.
    pub(super) fn stop(&self) {
        self.alarm.abort();
    }

    pub(super) fn left(&self) -> Duration {
        self.deadline.saturating_sub(self.runtime.monotonic())
    }

    pub(super) fn is_over(&self) -> bool {
        self.expired.load(Ordering::Acquire) || self.left().is_zero()
    }

    /// Runs `work` while there is time. `None` when the time is up.
    pub(super) async fn limit<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        with_timeout(&*self.runtime, self.left(), work).await
    }

    /// The error for a COMMIT that was not answered in time.
    pub(super) fn commit_error(&self) -> Error {
        Error::new(
            ErrorKind::CommitOutcomeUnknown,
            format!(
                "the transaction's limit of {:?} ran out during COMMIT, which may have happened",
                self.limit
            ),
        )
        .with_retry(RetryClass::OutcomeUnknown)
    }

    /// The error for what is asked afterwards.
    pub(super) fn error(&self) -> Error {
        Error::new(
            ErrorKind::TransactionEnded,
            format!("the transaction has outlived its limit of {:?} and was rolled back", self.limit),
        )
        .with_retry(RetryClass::RetryTransaction)
    }
}
