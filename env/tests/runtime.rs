//! The tokio runtime: which one it uses, inside and outside of any.
#![cfg(feature = "tokio")]

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

use drivetrain_adapter_api::runtime::{Runtime, with_timeout};
use drivetrain_env::TokioRuntime;
use tokio::runtime::{Builder, Handle};

const MS: Duration = Duration::from_millis(1);

fn single() -> tokio::runtime::Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// Spawns through `runtime` and returns the id of the tokio runtime that ran the task.
async fn ran_on(runtime: &TokioRuntime) -> tokio::runtime::Id {
    let (sender, receiver) = tokio::sync::oneshot::channel();
    runtime.spawn(Box::pin(async move { sender.send(Handle::current().id()).unwrap() }));
    receiver.await.unwrap()
}

#[test]
fn it_uses_the_runtime_it_is_called_in() {
    let runtime = TokioRuntime::new();
    let (first, second) = (single(), single());
    assert_eq!(first.block_on(ran_on(&runtime)), first.handle().id());
    assert_eq!(second.block_on(ran_on(&runtime)), second.handle().id());
    drop(first);
    second.block_on(runtime.sleep(MS));
}

#[test]
fn it_uses_the_runtime_it_was_given() {
    let (given, other) = (Builder::new_multi_thread().enable_all().build().unwrap(), single());
    let runtime = TokioRuntime::on(given.handle().clone());
    assert_eq!(other.block_on(ran_on(&runtime)), given.handle().id());
    other.block_on(runtime.sleep(MS));
}

#[test]
fn outside_of_any_it_uses_the_first() {
    let tokio = Builder::new_multi_thread().enable_all().build().unwrap();
    let runtime = tokio.block_on(async { TokioRuntime::new() });
    let (sender, receiver) = mpsc::channel();
    runtime.spawn(Box::pin(async move { sender.send(Handle::current().id()).unwrap() }));
    assert_eq!(receiver.recv().unwrap(), tokio.handle().id());
}

#[test]
fn where_there_is_no_runtime_tasks_are_dropped_and_sleep_still_ends() {
    let runtime = TokioRuntime::new();
    let (sender, receiver) = mpsc::channel::<()>();
    runtime.spawn(Box::pin(async move { drop(sender) }));
    assert!(receiver.recv().is_err(), "dropped or run, it must not be kept");
    block_on(runtime.sleep(5 * MS));
}

#[test]
fn where_the_runtime_has_ended_tasks_are_dropped() {
    let tokio = single();
    let runtime = TokioRuntime::on(tokio.handle().clone());
    drop(tokio);
    let ran = Arc::new(AtomicBool::new(false));
    let (flag, (sender, receiver)) = (Arc::clone(&ran), mpsc::channel::<()>());
    runtime.spawn(Box::pin(async move {
        flag.store(true, Ordering::SeqCst);
        drop(sender);
    }));
    assert!(receiver.recv().is_err());
    assert!(!ran.load(Ordering::SeqCst));
}

#[tokio::test(start_paused = true)]
async fn clocks_and_sleep_agree() {
    let runtime = TokioRuntime::new();
    let before = runtime.monotonic();
    runtime.sleep(1500 * MS).await;
    let took = runtime.monotonic() - before;
    assert!(took >= 1500 * MS && took < 1502 * MS, "{took:?}");
    assert!(runtime.unix_time() > Duration::from_secs(1_700_000_000));
}

#[tokio::test(start_paused = true)]
async fn a_time_limit_drops_what_takes_too_long() {
    let runtime = TokioRuntime::new();
    assert_eq!(with_timeout(&runtime, 10 * MS, std::future::pending::<()>()).await, None);
    assert_eq!(with_timeout(&runtime, 10 * MS, async { 7 }).await, Some(7));
}

/// Runs a future without tokio.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(thread::Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut future = std::pin::pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}
