//! Threads and runtimes: what the types promise, and an adapter that is used in another runtime than it was made in.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use drivetrain_adapter_api::{Adapter, Error, ErrorKind, Query, SharedAdapter};

use crate::case::{ALL, Case, Need, case};
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome, Stop};

pub(super) const CASES: &[Case] = &[
    case!(
        "INFO-22",
        Info,
        L0,
        ALL,
        [],
        ["A-11"],
        "adapters can be shared between threads, and their calls be run as tasks",
        shared
    ),
    case!(
        "INFO-23",
        Info,
        L0,
        ALL,
        [Need::SecondRuntime],
        ["A-6", "A-11"],
        "an adapter works in a second runtime, or says that it cannot",
        second_runtime
    ),
];

const fn is_shared<T: Send + Sync + 'static + ?Sized>() {}

/// Checked when it is compiled.
const _: () = {
    is_shared::<dyn Adapter>();
    is_shared::<SharedAdapter>();
};

async fn ask(adapter: SharedAdapter, number: i64) -> Result<i64, Error> {
    adapter.query(Query::raw(format!("select {number}"), vec![])).await?.rows.get(0, 0)
}

/// Where a task leaves what it was answered.
type Answer = Arc<Mutex<Option<Result<i64, Error>>>>;

/// Asks for a number, and leaves the answer.
fn answered(adapter: &SharedAdapter, number: i64, answer: &Answer) -> impl Future<Output = ()> + use<> {
    let (adapter, answer) = (Arc::clone(adapter), Arc::clone(answer));
    async move {
        let answered = ask(adapter, number).await;
        if let Ok(mut kept) = answer.lock() {
            *kept = Some(answered);
        }
    }
}

fn taken(answer: &Answer) -> Outcome<Option<Result<i64, Error>>> {
    Ok(answer.lock().map_err(|_| Stop::fail("a task panicked"))?.clone())
}

async fn shared(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let (one, two) = (cx.nonce(), cx.nonce());
    // A task takes futures that can be sent where there are threads.
    let answer = Answer::default();
    cx.runtime().spawn(Box::pin(answered(&adapter, one, &answer)));
    ensure_eq!(ask(Arc::clone(&adapter), two).await?, two, "what the case asked for");
    cx.eventually(Duration::from_secs(5), "the task has its answer", || async {
        Ok(taken(&answer)?.is_some())
    })
    .await?;
    let there = taken(&answer)?.ok_or_else(|| Stop::fail("the answer is gone"))??;
    ensure_eq!(there, one, "what the task asked for");
    cx.check_usable(&adapter).await
}

async fn second_runtime(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    cx.check_usable(&adapter).await?;
    let (number, answer) = (cx.nonce(), Answer::default());
    cx.elsewhere(Box::pin(answered(&adapter, number, &answer))).await?;
    match taken(&answer)? {
        Some(Ok(got)) => ensure_eq!(got, number, "the answer in the second runtime"),
        Some(Err(error)) => {
            ensure!(error.kind() == ErrorKind::Config, "in the second runtime: {:?} ({error})", error.kind());
        }
        None => return Err(Stop::fail("there was no answer in the second runtime")),
    }
    cx.check_usable(&adapter).await
}
