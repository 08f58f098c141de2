//! The layer that runs calls again, around the adapter: how often, by retry class.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use drivetrain_adapter_api::layer::{
    Hook, Hooked, Layer as _, Operation, Outcome as LayerOutcome, Retry, RetryPolicy,
};
use drivetrain_adapter_api::runtime::SharedRuntime;
use drivetrain_adapter_api::{Adapter, BoxFuture, ErrorKind, Result, SharedAdapter};
use futures_util::future::join;

use super::support::{ITX, RAW, SOON, begin, holder, insert, let_go, run, stored, table, waiting};
use crate::case::{ALL, Case, Need, case};
use crate::outcome::{ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "TX-36.LAYER",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive],
        ["A-5", "A-10"],
        "a write that meets a lock is tried again by the layer as often as its policy says, and written once",
        meets_a_lock
    )
    .within_seconds(30),
    case!(
        "TX-36.LAYER.NEVER",
        Transactions,
        L1,
        ALL,
        [RAW, Need::Oracle],
        ["A-5", "A-10"],
        "a write that would fail the same way again is tried once by the layer",
        fails_for_good
    ),
    case!(
        "TX-36.LAYER.WITHIN",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive],
        ["A-5", "A-10"],
        "a statement of a transaction is tried once by the layer, whatever its error",
        within_a_transaction
    )
    .within_seconds(30),
];

/// Counts the queries that reach the adapter, and holds one of them back until it may go.
#[derive(Debug, Clone)]
struct Watch {
    runtime: SharedRuntime,
    queries: Arc<AtomicUsize>,
    /// The query that is held back, counted from 1; 0 for none.
    held: usize,
    may_go: Arc<AtomicBool>,
}

impl Watch {
    fn new(cx: &Context, held: usize) -> Self {
        Self { runtime: Arc::clone(cx.runtime()), queries: Arc::default(), held, may_go: Arc::default() }
    }

    fn count(&self) -> usize {
        self.queries.load(Ordering::Relaxed)
    }
}

impl Hook for Watch {
    fn around<'a, T: LayerOutcome + 'a>(
        &'a self,
        _: &'a dyn Adapter,
        operation: Operation<'a>,
        call: BoxFuture<'a, Result<T>>,
    ) -> BoxFuture<'a, Result<T>> {
        Box::pin(async move {
            if matches!(operation, Operation::Query(_)) {
                let attempt = self.queries.fetch_add(1, Ordering::Relaxed) + 1;
                while attempt == self.held && !self.may_go.load(Ordering::Acquire) {
                    self.runtime.sleep(Duration::from_millis(5)).await;
                }
            }
            call.await
        })
    }
}

fn layered(cx: &Context, adapter: SharedAdapter, attempts: u32) -> (SharedAdapter, Watch) {
    let watch = Watch::new(cx, 0);
    (around(cx, adapter, attempts, watch.clone()), watch)
}

fn around(cx: &Context, adapter: SharedAdapter, attempts: u32, watch: Watch) -> SharedAdapter {
    let mut policy = RetryPolicy::default();
    policy.attempts = attempts;
    policy.first_wait = Duration::from_millis(10);
    Retry::new(Arc::clone(cx.runtime()), policy).layer(Hooked::new(watch).layer(adapter))
}

const UPDATE: &str = "update {t:t} set v = v + 1 where id = 1";

async fn meets_a_lock(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = waiting(&cx, Duration::from_millis(30)).await?;
    let mut other = holder(&cx).await?;
    for attempts in [1, 3] {
        let (retrying, watch) = layered(&cx, Arc::clone(&adapter), attempts);
        let outcome = retrying.query(cx.raw(UPDATE, vec![])).await;
        must_fail(outcome, &[ErrorKind::LockTimeout], "the write while the lock is held")?;
        ensure_eq!(watch.count(), attempts as usize, "attempts where {attempts} are allowed");
    }
    let watch = Watch::new(&cx, 3);
    let retrying = around(&cx, adapter, 5, watch.clone());
    let frees = async {
        cx.eventually(SOON, "there is a third attempt", || async { Ok(watch.count() == 3) }).await?;
        let freed = let_go(&mut other).await;
        watch.may_go.store(true, Ordering::Release);
        freed
    };
    let (result, freed) = join(retrying.query(cx.raw(UPDATE, vec![])), frees).await;
    freed?;
    let result = result.within("the write whose lock became free")?;
    ensure_eq!((watch.count(), result.affected), (3, Some(1)), "attempts and rows affected");
    ensure_eq!(stored(&cx).await?, [(1, 11), (2, 20)], "rows in the end");
    Ok(())
}

async fn fails_for_good(cx: Context) -> Outcome {
    table(&cx).await?;
    let (retrying, watch) = layered(&cx, cx.adapter().await?, 4);
    let outcome = retrying.query(cx.raw("insert into {t:t} values (1, 1)", vec![])).await;
    must_fail(outcome, &[ErrorKind::UniqueViolation], "the insert of a known key")?;
    ensure_eq!(watch.count(), 1, "attempts");
    let outcome = retrying.query(cx.raw("selekt 1", vec![])).await;
    must_fail(outcome, &[ErrorKind::Syntax], "text that is no statement")?;
    ensure_eq!(watch.count(), 2, "attempts of both");
    retrying.query(cx.raw("insert into {t:t} values (3, 3)", vec![])).await?;
    ensure_eq!(watch.count(), 3, "attempts of all three");
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20), (3, 3)], "rows in the end");
    Ok(())
}

async fn within_a_transaction(cx: Context) -> Outcome {
    table(&cx).await?;
    let (retrying, watch) = layered(&cx, waiting(&cx, Duration::from_millis(30)).await?, 4);
    let mut tx = begin(&retrying).await?;
    must_fail(insert(&cx, &mut tx, 1).await, &[ErrorKind::UniqueViolation], "the insert of a known key")?;
    ensure_eq!(watch.count(), 1, "attempts of a statement that would fail again");
    tx.rollback().await?;

    let other = holder(&cx).await?;
    // Where begin takes the lock there is no statement to be tried.
    if let Ok(mut tx) = begin(&retrying).await {
        must_fail(
            run(&cx, &mut tx, UPDATE).await,
            &[ErrorKind::LockTimeout],
            "the write while the lock is held",
        )?;
        ensure_eq!(watch.count(), 2, "attempts of a statement that meets a lock");
        tx.rollback().await?;
    }
    drop(other);
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows in the end");
    Ok(())
}
