//! Tasks, sleep and clocks by tokio.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use drivetrain_adapter_api::BoxFuture;
use drivetrain_adapter_api::runtime::Runtime;
use tokio::runtime::Handle;
use tokio::time::Instant;

use super::thread_sleep;

/// Runs an adapter's tasks and timers on tokio (either flavour), which must have time and I/O enabled.
///
/// [`new`](Self::new) uses the runtime it is called in, each time: a client made in one runtime can be used in
/// another, as tests do that share a client. Outside of any (a guard dropped on a plain thread) its tasks go to the
/// one it was first called in. With [`on`](Self::on) they always go to the one it was given.
#[derive(Debug)]
pub struct TokioRuntime {
    start: Instant,
    fixed: Option<Handle>,
    first: OnceLock<Handle>,
}

impl Default for TokioRuntime {
    fn default() -> Self {
        Self::new()
    }
}

impl TokioRuntime {
    /// Spawns on the runtime that is current at each call. Can be made outside of one.
    pub fn new() -> Self {
        let runtime = Self { start: Instant::now(), fixed: None, first: OnceLock::new() };
        runtime.handle();
        runtime
    }

    /// Spawns on this runtime, wherever it is called.
    pub fn on(handle: Handle) -> Self {
        Self { start: Instant::now(), fixed: Some(handle), first: OnceLock::new() }
    }

    fn handle(&self) -> Option<Handle> {
        if let Some(fixed) = &self.fixed {
            return Some(fixed.clone());
        }
        match Handle::try_current() {
            Ok(current) => {
                self.first.get_or_init(|| current.clone());
                Some(current)
            }
            Err(_) => self.first.get().cloned(),
        }
    }
}

impl Runtime for TokioRuntime {
    /// Where there never was a runtime, or it has ended, the task is dropped.
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        match self.handle() {
            Some(handle) => drop(handle.spawn(task)),
            None => drop(task),
        }
    }

    /// It begins when it is first polled, on the timers of the runtime that polls it. (A timer of a runtime that has
    /// ended would panic.)
    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            match Handle::try_current() {
                Ok(_) => tokio::time::sleep(duration).await,
                Err(_) => thread_sleep::sleep(duration).await,
            }
        })
    }

    /// Tokio's clock: it stands still where a test has paused it.
    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }

    fn unix_time(&self) -> Duration {
        SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
    }
}
