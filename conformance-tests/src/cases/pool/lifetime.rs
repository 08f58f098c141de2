//! How long connections live, and how an adapter with a pool ends.

use std::time::Duration;

use drivetrain_adapter_api::{BoxFuture, Error, ErrorKind, Query, TransactionOptions};
use futures_util::future::join;

use super::helpers::{SOON, holder, line_up, pool_of, session_ids, sessions_become, use_all};
use crate::case::{Case, L, Need, P, STATEFUL, T, W, case};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "POOL-08",
        Pool,
        L2,
        P.or(W).or(T),
        [Need::Admin],
        ["A-6"],
        "connections that nobody uses are closed after the idle limit, down to the fewest",
        idle_limit
    ),
    case!(
        "POOL-09",
        Pool,
        L2,
        P.or(W).or(T),
        [Need::Admin, Need::Interactive],
        ["A-6"],
        "a connection is replaced when it has reached its greatest age, and not while it is used",
        greatest_age
    ),
    case!(
        "POOL-14",
        Pool,
        L2,
        STATEFUL,
        [Need::Oracle, Need::AdminOfServer, Need::Interactive],
        ["A-71"],
        "closing waits for what is in use, and refuses everything from then on",
        close_waits
    ),
    case!(
        "POOL-15",
        Pool,
        L2,
        STATEFUL,
        [Need::AdminOfServer, Need::Interactive],
        ["A-71"],
        "closing while others wait for a connection: they are served or told, and nothing hangs",
        close_while_waiting
    ),
    case!(
        "POOL-16",
        Pool,
        L2,
        STATEFUL,
        [Need::Oracle, Need::AdminOfServer, Need::Interactive],
        ["T-1"],
        "a transaction outlives the handle on its adapter; afterwards everything is gone",
        dropped_pool
    ),
];

async fn idle_limit(cx: Context) -> Outcome {
    let mut setup = pool_of(&cx, 4);
    setup.pool_min = Some(1);
    setup.pool_idle = Some(Duration::from_millis(150));
    let adapter = cx.adapter_with(setup).await?;
    use_all(&cx, &adapter, 4).await?;
    ensure!(cx.sessions().await?.len() > 1, "four calls at once used one connection");
    sessions_become(&cx, 1).await.within("after the idle limit")?;
    cx.check_usable(&adapter).await
}

async fn greatest_age(cx: Context) -> Outcome {
    let mut setup = pool_of(&cx, 2);
    setup.pool_lifetime = Some(Duration::from_millis(200));
    let adapter = cx.adapter_with(setup).await?;
    cx.check_usable(&adapter).await?;
    let first = session_ids(&cx).await?;
    let mut used = holder(&cx, &adapter).await?;
    cx.sleep(Duration::from_millis(300)).await;
    let nonce = cx.nonce();
    let answer = used.query(Query::raw(format!("select {nonce}"), vec![])).await;
    let answer = answer.within("a statement on a connection past its age that is in use")?;
    ensure_eq!(answer.rows.get::<i64>(0, 0)?, nonce, "its answer");
    used.commit().await?;
    cx.eventually(SOON, "the first connections are gone", || async {
        Ok(session_ids(&cx).await?.iter().all(|id| !first.contains(id)))
    })
    .await?;
    cx.check_usable(&adapter).await
}

async fn close_waits(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4})"]).await?;
    let adapter = cx.adapter_with(pool_of(&cx, 2)).await?;
    let mut held = holder(&cx, &adapter).await?;
    let closing: BoxFuture<'_, Outcome> = Box::pin(async { Ok(adapter.close().await?) });
    let closing = vec![closing];
    let closing = line_up(closing).await.within("closing while a transaction is open")?;
    let refused = cx.within(SOON, "a call while it closes", adapter.begin(TransactionOptions::new())).await?;
    must_fail(refused, &[ErrorKind::Closed], "a transaction begun while it closes")?;
    let refused = cx.check_usable_as_result(&adapter).await;
    must_fail(refused, &[ErrorKind::Closed], "a query while it closes")?;
    held.query(cx.raw("insert into {t:t} (id) values (1)", vec![])).await.within("what was in use")?;
    held.commit().await?;
    let closed = cx.within(SOON, "closing", super::helpers::order_of(closing)).await?;
    closed?;
    ensure_eq!(cx.oracle_count("t").await?, 1, "rows");
    must_fail(cx.check_usable_as_result(&adapter).await, &[ErrorKind::Closed], "a query afterwards")?;
    adapter.close().await.within("closing again")?;
    if cx.place() != L {
        sessions_become(&cx, 0).await?;
    }
    Ok(())
}

async fn close_while_waiting(cx: Context) -> Outcome {
    let adapter = cx.adapter_with(pool_of(&cx, 1)).await?;
    let held = holder(&cx, &adapter).await?;
    let question = |_| -> BoxFuture<'_, Result<(), Error>> { Box::pin(cx.check_usable_as_result(&adapter)) };
    let waiting: Vec<_> = (0..5).map(question).collect();
    let waiting = line_up(waiting).await?;
    let closing = cx.within(SOON, "closing", adapter.close());
    let release = async {
        cx.sleep(Duration::from_millis(20)).await;
        held.rollback().await
    };
    let all = cx.within(SOON, "those that wait", futures_util::future::join_all(waiting));
    let ((closed, released), all) = join(join(closing, release), all).await;
    closed??;
    released?;
    for answer in all? {
        if answer.is_err() {
            must_fail(answer, &[ErrorKind::Closed], "a call that waited when it was closed")?;
        }
    }
    must_fail(cx.check_usable_as_result(&adapter).await, &[ErrorKind::Closed], "a query afterwards")?;
    if cx.place() != L {
        sessions_become(&cx, 0).await?;
    }
    Ok(())
}

async fn dropped_pool(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4})"]).await?;
    let adapter = cx.fleeting(pool_of(&cx, 2)).await?;
    let mut kept = holder(&cx, &adapter).await?;
    drop(adapter);
    kept.query(cx.raw("insert into {t:t} (id) values (1)", vec![])).await.within("on a dropped adapter")?;
    kept.commit().await.within("the commit on a dropped adapter")?;
    ensure_eq!(cx.oracle_count("t").await?, 1, "rows");
    let adapter = cx.fleeting(pool_of(&cx, 2)).await?;
    let mut left = holder(&cx, &adapter).await?;
    left.query(cx.raw("insert into {t:t} (id) values (2)", vec![])).await?;
    drop(adapter);
    drop(left);
    if cx.place() == L {
        cx.eventually(SOON, "nobody has the file", || async {
            // Only who is alone can leave the WAL mode; else SQLite says that the file is locked.
            Ok(cx.oracle_rows("pragma journal_mode = delete").await.is_ok())
        })
        .await?;
    } else {
        sessions_become(&cx, 0).await?;
    }
    ensure_eq!(cx.oracle_count("t").await?, 1, "rows after a transaction was dropped with its adapter");
    Ok(())
}
