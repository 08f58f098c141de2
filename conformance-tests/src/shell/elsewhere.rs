//! A second runtime for the cases that need one: a thread with a tokio runtime of its own.

use drivetrain_adapter_api::{BoxFuture, async_trait};
use tokio::sync::oneshot;

use crate::Elsewhere;

/// A thread and a single-threaded tokio runtime for each piece of work.
#[derive(Debug)]
pub(super) struct OwnThread;

#[async_trait]
impl Elsewhere for OwnThread {
    async fn run(&self, work: BoxFuture<'static, ()>) -> Result<(), String> {
        let (done, ended) = oneshot::channel();
        let thread = move || {
            let outcome = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .map(|tokio| tokio.block_on(work))
                .map_err(|error| format!("no second tokio runtime: {error}"));
            // Nobody waits any more if the case has been given up.
            drop(done.send(outcome));
        };
        std::thread::Builder::new()
            .name("elsewhere".to_owned())
            .spawn(thread)
            .map_err(|error| format!("no second thread: {error}"))?;
        ended.await.map_err(|_| "it panicked in the second runtime".to_owned())?
    }
}
