//! Tokio as the runtime, with the clock that tests can pause.

use std::sync::Arc;
use std::time::Duration;

use drivetrain_adapter_api::BoxFuture;
use drivetrain_adapter_api::runtime::{Runtime, SharedRuntime};
use tokio::time::Instant;

#[derive(Debug)]
pub(crate) struct Tokio(Instant);

pub(crate) fn tokio() -> SharedRuntime {
    Arc::new(Tokio(Instant::now()))
}

impl Runtime for Tokio {
    fn spawn(&self, task: BoxFuture<'static, ()>) {
        tokio::spawn(task);
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn monotonic(&self) -> Duration {
        self.0.elapsed()
    }

    fn unix_time(&self) -> Duration {
        self.0.elapsed()
    }
}
