//! The checks that need threads and runtimes of their own, on any adapter.

use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use drivetrain_adapter_api::{Query, SharedAdapter, StreamOptions, TransactionOptions};

/// How long what takes no time may take.
const SOON: Duration = Duration::from_secs(10);

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// Runs `work` on a thread of its own, which must end soon.
fn soon<T: Send + 'static>(what: &str, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = channel();
    let worker = thread::spawn(move || sender.send(work()));
    let output = receiver.recv_timeout(SOON).unwrap_or_else(|error| panic!("{what}: {error}"));
    worker.join().expect("it has sent its output").expect("the output was received");
    output
}

/// A runtime is ended while a query of it runs; the adapter is then used and dropped from without it.
pub(crate) fn runtime_ends_mid_query<F>(open: impl Fn() -> F + Send + 'static, slow: &'static str)
where
    F: Future<Output = SharedAdapter> + Send + 'static,
{
    let adapter = soon("the runtime does not end", move || {
        let runtime = runtime();
        let adapter = runtime.block_on(open());
        let (started, running) = channel();
        let asked = adapter.clone();
        runtime.spawn(async move {
            started.send(()).expect("the test waits for it");
            drop(asked.query(Query::raw(slow, vec![])).await);
        });
        running.recv().expect("the task sends before it ends");
        // It has begun to run, or will not any more: both must end.
        thread::sleep(Duration::from_millis(50));
        drop(runtime);
        adapter
    });
    soon("a call after the end of the adapter's runtime hangs", move || {
        // Whether it still can is the adapter's affair; that it answers is not.
        let other = runtime();
        let answer = other.block_on(async {
            tokio::time::timeout(SOON / 2, adapter.query(Query::raw("select 1", vec![]))).await
        });
        assert!(answer.is_ok(), "a call after the end of the adapter's runtime is not answered");
        drop(adapter);
    });
}

/// Transactions, streams, sessions and the adapter itself are dropped on a thread that knows no runtime; what is left
/// works.
pub(crate) fn dropped_elsewhere<F>(open: impl Fn() -> F)
where
    F: Future<Output = SharedAdapter> + Send + 'static,
{
    let runtime = runtime();
    let adapter = runtime.block_on(open());
    for _ in 0..5 {
        let mut transaction = runtime.block_on(adapter.begin(TransactionOptions::new())).unwrap();
        runtime.block_on(transaction.query(Query::raw("select 1", vec![]))).unwrap();
        soon("dropping a transaction", move || drop(transaction));
        let session = runtime.block_on(adapter.session()).unwrap();
        soon("dropping a session", move || drop(session));
        let rows =
            "with recursive c (n) as (select 1 union all select n + 1 from c where n < 5000) select n from c";
        let mut options = StreamOptions::default();
        options.chunk_rows = 10;
        let stream = runtime.block_on(adapter.stream(Query::raw(rows, vec![]), options)).unwrap();
        soon("dropping a stream", move || drop(stream));
        let answer = runtime.block_on(async {
            tokio::time::timeout(SOON, adapter.query(Query::raw("select 7", vec![]))).await
        });
        let answer = answer.expect("a place in the pool was lost").unwrap();
        assert_eq!(answer.rows.get::<i64>(0, 0).unwrap(), 7);
    }
    soon("dropping the adapter", move || drop(adapter));
    soon("ending the runtime", move || drop(runtime));
}
