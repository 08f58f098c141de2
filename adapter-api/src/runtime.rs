//! What an adapter may ask of its surroundings: tasks, sleep and clocks. Handed in, never assumed.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use crate::BoxFuture;

/// Tasks, sleep and clocks, so that adapters and layers run under tokio, in an edge isolate or in a test.
///
/// Implementations for tokio and for the browser are in `drivetrain-env`.
pub trait Runtime: Debug + Send + Sync + 'static {
    /// Runs `task` to its end in the background.
    ///
    /// It is used for work that a dropped value still owes the server (rolling back a transaction, draining a
    /// connection). Where the runtime has ended, the task is dropped: adapters then close what they cannot clean.
    fn spawn(&self, task: BoxFuture<'static, ()>);

    /// Completes after `duration`. Dropping the future stops the wait.
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()>;

    /// The time since some fixed moment in the past, never going backwards: for deadlines and ages.
    fn monotonic(&self) -> Duration;

    /// The time since 1970-01-01 00:00:00 UTC: for stamps that people and servers read.
    fn unix_time(&self) -> Duration;
}

/// A shared handle on the runtime.
pub type SharedRuntime = Arc<dyn Runtime>;

/// Runs `future` for `limit` at most. `None` when the time is up; the future is dropped then.
pub async fn with_timeout<T>(
    runtime: &dyn Runtime,
    limit: Duration,
    future: impl Future<Output = T>,
) -> Option<T> {
    let future = std::pin::pin!(future);
    match futures_util::future::select(future, runtime.sleep(limit)).await {
        futures_util::future::Either::Left((output, _)) => Some(output),
        futures_util::future::Either::Right(((), _)) => None,
    }
}
