//! How many connections there are, and what happens to who waits for one.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use drivetrain_adapter_api::{BoxFuture, ErrorKind, RetryClass, SharedAdapter};
use futures_util::future::{join, join_all};

use super::helpers::{SOON, holder, line_up, order_of, pool_of, sessions_become, use_all};
use crate::case::{Case, L, Need, P, STATEFUL, T, W, case};
use crate::cases::helpers::slow;
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Sweep, Within as _, drop_after};

pub(super) const CASES: &[Case] = &[
    case!(
        "POOL-01",
        Pool,
        L2,
        P.or(W).or(T),
        [Need::Admin],
        ["A-6"],
        "the fewest connections are kept open, and there are never more than the most",
        limits
    ),
    case!(
        "POOL-02",
        Pool,
        L2,
        STATEFUL,
        [Need::Interactive],
        ["A-5"],
        "who finds no free connection waits in line, and then gets `PoolTimeout` with what the pool was doing",
        exhaustion
    ),
    case!(
        "POOL-03",
        Pool,
        L2,
        STATEFUL,
        [Need::Interactive],
        ["A-3", "A-5"],
        "to wait for no time at all is refused, or `PoolTimeout` at once where no connection is free",
        no_time
    ),
    case!(
        "POOL-04",
        Pool,
        L2,
        STATEFUL,
        [Need::Interactive],
        ["A-8"],
        "thousands that wait and are dropped cost no place in the pool",
        dropped_waiters
    )
    .within_seconds(60),
    case!(
        "POOL-17",
        Pool,
        L2,
        STATEFUL,
        [Need::Interactive],
        ["A-8"],
        "a hundred that wait are served in the order they came",
        fairness
    ),
    case!(
        "POOL-19",
        Pool,
        L2,
        STATEFUL,
        [Need::Interactive],
        ["A-5", "A-6"],
        "who holds the only connection and waits for another gets `PoolTimeout`, and can go on",
        nested
    ),
    case!(
        "POOL-22",
        Pool,
        L2,
        STATEFUL,
        [Need::Interactive],
        ["A-5"],
        "what `PoolTimeout` says of the pool is so: who waits, and how long they did",
        what_it_says
    ),
];

async fn limits(cx: Context) -> Outcome {
    let mut setup = pool_of(&cx, 4);
    setup.pool_min = Some(2);
    // A WebSocket that nobody has used yet may have no session at the server: there connections are counted on the wire.
    let wire = if cx.place() == W { cx.wire().await? } else { None };
    setup.through = wire.as_ref().map(|proxy| proxy.address());
    let adapter = cx.adapter_with(setup).await?;
    match &wire {
        None => sessions_become(&cx, 2).await.within("the fewest")?,
        Some(proxy) => {
            let open = || async { Ok(proxy.traffic().open == 2) };
            cx.eventually(SOON, "the fewest: 2 connections", open).await?;
        }
    }
    let done = AtomicBool::new(false);
    let work = async {
        let answers = join_all((0..12).map(|_| adapter.query(slow(&cx, 60)))).await;
        done.store(true, Ordering::Relaxed);
        answers
    };
    let watch = async {
        let mut most = 0;
        while !done.load(Ordering::Relaxed) {
            most = most.max(cx.sessions().await?.len());
            cx.sleep(Duration::from_millis(10)).await;
        }
        Ok::<_, crate::Stop>(most)
    };
    let (answers, most) = join(work, watch).await;
    for answer in answers {
        answer?;
    }
    ensure_eq!(most?, 4, "the most sessions seen while twelve calls ran");
    ensure!(cx.sessions().await?.len() <= 4, "more sessions than there may be");
    Ok(())
}

/// So many questions, not yet asked.
fn questions<'a>(cx: &'a Context, adapter: &'a SharedAdapter, number: usize) -> Vec<BoxFuture<'a, Outcome>> {
    (0..number).map(|_| -> BoxFuture<'a, Outcome> { Box::pin(cx.check_usable(adapter)) }).collect()
}

async fn exhaustion(cx: Context) -> Outcome {
    let adapter = cx.adapter_with(pool_of(&cx, 1)).await?;
    let held = holder(&cx, &adapter).await?;
    let waiting = questions(&cx, &adapter, 5);
    let waiting = line_up(waiting).await?;
    let (order, released) = join(order_of(waiting), held.rollback()).await;
    released?;
    ensure_eq!(order?, (0..5).collect::<Vec<_>>(), "the order in which they were served");
    let mut setup = pool_of(&cx, 1);
    setup.pool_timeout = Some(Duration::from_millis(80));
    let hasty = cx.adapter_with(setup).await?;
    let held = holder(&cx, &hasty).await?;
    let refused = cx.within(SOON, "the call that waits", cx.check_usable_as_result(&hasty)).await?;
    let error = must_fail(refused, &[ErrorKind::PoolTimeout], "a call that waited too long")?;
    ensure_eq!(error.retry(), RetryClass::SafeNow, "the retry class");
    held.rollback().await?;
    cx.check_usable(&hasty).await
}

async fn no_time(cx: Context) -> Outcome {
    let mut setup = pool_of(&cx, 1);
    setup.pool_timeout = Some(Duration::ZERO);
    let adapter = match cx.try_adapter(setup).await? {
        Ok(adapter) => adapter,
        Err(error) => {
            let error = must_fail(Err::<(), _>(error), &[ErrorKind::Config], "no time to wait")?;
            ensure!(error.to_string().contains("timeout"), "the error does not name the setting: {error}");
            return Ok(());
        }
    };
    let held = holder(&cx, &adapter).await?;
    let refused = cx.within(SOON, "the call that waits", cx.check_usable_as_result(&adapter)).await?;
    must_fail(refused, &[ErrorKind::PoolTimeout], "a call where no connection is free")?;
    held.rollback().await?;
    cx.check_usable(&adapter).await
}

async fn dropped_waiters(cx: Context) -> Outcome {
    let adapter = cx.adapter_with(pool_of(&cx, 1)).await?;
    let held = holder(&cx, &adapter).await?;
    let waiters = if cx.sweep() == Sweep::Full { 10_000 } else { 1_000 };
    for _ in 0..waiters {
        drop(drop_after(1, cx.check_usable(&adapter)).await);
    }
    held.rollback().await?;
    cx.within(SOON, "a call after the waiters", cx.check_usable(&adapter)).await??;
    // The connection is on its way to one that is dropped before it takes it.
    for round in 0..50 {
        let held = holder(&cx, &adapter).await?;
        let waiting = questions(&cx, &adapter, 3);
        let mut waiting = line_up(waiting).await?;
        held.rollback().await?;
        drop(waiting.remove(0));
        let served = cx.within(SOON, "those behind the one that was dropped", order_of(waiting)).await?;
        ensure_eq!(served?.len(), 2, "those that were served in round {round}");
    }
    Ok(())
}

async fn fairness(cx: Context) -> Outcome {
    let adapter = cx.adapter_with(pool_of(&cx, 1)).await?;
    let held = holder(&cx, &adapter).await?;
    let waiting = questions(&cx, &adapter, 100);
    let waiting = line_up(waiting).await?;
    let (order, released) = join(order_of(waiting), held.rollback()).await;
    released?;
    ensure_eq!(order?, (0..100).collect::<Vec<_>>(), "the order in which they were served");
    Ok(())
}

async fn nested(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4})"]).await?;
    let mut setup = pool_of(&cx, 1);
    setup.pool_timeout = Some(Duration::from_millis(80));
    let adapter = cx.adapter_with(setup).await?;
    let mut held = holder(&cx, &adapter).await?;
    for _ in 0..2 {
        let refused = cx.within(SOON, "the nested call", cx.check_usable_as_result(&adapter)).await?;
        must_fail(refused, &[ErrorKind::PoolTimeout], "a call while the only connection is held")?;
    }
    held.query(cx.raw("insert into {t:t} (id) values (1)", vec![])).await?;
    held.commit().await?;
    ensure_eq!(cx.query("select count(*) from {t:t}", vec![]).await?.rows.get::<i64>(0, 0)?, 1, "rows");
    cx.check_usable(&adapter).await
}

async fn what_it_says(cx: Context) -> Outcome {
    let connections = if cx.place() == L { 1 } else { 3 };
    let mut setup = pool_of(&cx, connections);
    setup.pool_timeout = Some(Duration::from_millis(80));
    let adapter = cx.adapter_with(setup).await?;
    if cx.place() != L {
        use_all(&cx, &adapter, connections).await?;
    }
    let mut held = Vec::new();
    for _ in 0..connections {
        held.push(holder(&cx, &adapter).await?);
    }
    let refused =
        must_fail(cx.check_usable_as_result(&adapter).await, &[ErrorKind::PoolTimeout], "one more")?;
    let said = refused.to_string();
    ensure!(said.contains("80ms"), "it does not say how long was waited: {said}");
    if cx.place() != L {
        ensure!(said.contains("3 in use"), "it does not say that all are in use: {said}");
    }
    ensure!(refused.hint().is_some(), "it does not say what to do: {said}");
    for transaction in held {
        transaction.rollback().await?;
    }
    cx.check_usable(&adapter).await
}
