//! What is dropped or takes too long stops at the server too, and takes its locks and its place in the queue with it.

use std::time::Duration;

use drivetrain_adapter_api::runtime::with_timeout;
use drivetrain_adapter_api::{Capability, Dialect, ErrorKind, Query, SharedAdapter, Value};
use futures_util::future::{join, select};

use super::stage::{Ended, Grid, Stage, free_of_locks, narrow, no_transaction, sweep_with, tables};
use crate::case::{Case, L, Need, P, STATEFUL, T, W, case};
use crate::cases::helpers::slow;
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Stop, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "CAN-03",
        Cancellation,
        L2,
        STATEFUL,
        [Need::Oracle, Need::AdminOfServer, Need::Capability(Capability::ServerCancel)],
        ["A-8"],
        "a statement of many seconds whose future is dropped ends at the server within one",
        stops_at_the_server
    ),
    case!(
        "CAN-05",
        Cancellation,
        L2,
        STATEFUL,
        [Need::Oracle, Need::AdminOfServer],
        ["A-8"],
        "a write dropped while its parameter of 64 MiB is on its way",
        large_parameter
    )
    .within_seconds(60),
    case!(
        "CAN-06",
        Cancellation,
        L2,
        STATEFUL,
        [Need::Oracle, Need::AdminOfServer],
        ["A-8"],
        "a query dropped while its row of 100 MiB is on its way",
        large_row
    )
    .within_seconds(60),
    case!(
        "CAN-11",
        Cancellation,
        L2,
        STATEFUL,
        [Need::Oracle, Need::AdminOfServer, Need::Capability(Capability::ServerCancel)],
        ["A-8"],
        "a write dropped while it waits for a lock leaves the queue and never happens",
        waiting_for_a_lock
    ),
    case!(
        "CAN-13",
        Cancellation,
        L2,
        P.or(W).or(T),
        [Need::Oracle, Need::Admin],
        ["A-5", "A-6"],
        "a statement cancelled from outside is `Cancelled`, and its connection can be used",
        cancelled_from_outside
    ),
    case!(
        "CAN-22",
        Cancellation,
        L2,
        L,
        [Need::Capability(Capability::Sessions)],
        ["A-8", "C-2"],
        "an endless computation whose future is dropped stops, and its connection stays",
        interrupted
    ),
    case!(
        "CAN-23",
        Cancellation,
        L2,
        STATEFUL,
        [Need::AdminOfServer],
        ["A-5", "A-6"],
        "a limit of time is `Timeout` whoever sets it, and the statement is stopped",
        limits
    ),
];

const BRIEFLY: Duration = Duration::from_millis(100);
const A_SECOND: Duration = Duration::from_secs(1);

/// Runs a slow statement and drops it while it runs.
async fn run_and_drop(cx: &Context, adapter: &SharedAdapter) -> Outcome {
    let cut = with_timeout(&**cx.runtime(), BRIEFLY, adapter.query(slow(cx, 25_000))).await;
    match cut {
        None => Ok(()),
        Some(answer) => Err(Stop::fail(format!(
            "the slow statement was answered within {BRIEFLY:?}: {}",
            answer.map_or_else(|error| error.to_string(), |_| "rows".to_owned())
        ))),
    }
}

async fn stops_at_the_server(cx: Context) -> Outcome {
    let mut setup = narrow(&cx);
    setup.pool_max = Some(1);
    let adapter = cx.adapter_with(setup).await?;
    for round in 0..2 {
        run_and_drop(&cx, &adapter).await?;
        if cx.place() != L {
            cx.eventually(A_SECOND, "the statement has ended at the server", || async {
                Ok(cx.sessions().await?.iter().all(|session| !session.running))
            })
            .await
            .within(format_args!("round {round}"))?;
        }
        // It has no other connection to be answered on.
        cx.within(A_SECOND, "the next query", cx.check_usable(&adapter)).await??;
    }
    Ok(())
}

const COARSE: Grid = Grid { whole: 1, sample: 3, most: 40, pauses: &[Duration::ZERO] };

async fn large_parameter(cx: Context) -> Outcome {
    let setup = narrow(&cx);
    sweep_with(cx, setup, COARSE, |stage| Box::pin(large_write(stage))).await
}

async fn large_write(stage: Stage) -> Outcome<Ended> {
    let text = Value::Text("x".repeat(64 << 20));
    let write = stage
        .cx
        .raw("insert into {t:t} (k, n) values ({1}, length({2}))", vec![Value::Int64(stage.key), text]);
    let result = stage.cut(stage.adapter.query(write)).await.transpose()?;
    Ok(Ended::of(result, 1, &[0, 1]))
}

async fn large_row(cx: Context) -> Outcome {
    let setup = narrow(&cx);
    sweep_with(cx, setup, COARSE, |stage| Box::pin(large_read(stage))).await
}

async fn large_read(stage: Stage) -> Outcome<Ended> {
    let (sql, bytes) = match stage.cx.dialect() {
        Dialect::Postgres => ("select repeat('x', 104857600)", 104_857_600),
        // A server takes packets of 16 MiB unless it is told otherwise.
        Dialect::MySql => ("select repeat('x', 15000000)", 15_000_000),
        _ => ("select hex(zeroblob(52428800))", 104_857_600),
    };
    let result = stage.cut(stage.adapter.query(Query::raw(sql, vec![]))).await.transpose()?;
    if let Some(result) = &result {
        ensure_eq!(result.rows.get::<&str>(0, 0)?.len(), bytes, "bytes of the cell");
    }
    Ok(Ended::of(result, 0, &[0]))
}

async fn waiting_for_a_lock(cx: Context) -> Outcome {
    tables(&cx).await?;
    cx.prepare(&["insert into {t:t} (k, n) values (1, 0)"]).await?;
    let setup = narrow(&cx);
    let adapter = cx.adapter_with(setup).await?;
    // So that the statement is prepared, and the next one waits for nothing but the lock.
    let update = || cx.raw("update {t:t} set n = n + {1} where k = 1", vec![Value::Int32(1)]);
    adapter.query(update()).await?;
    let mut oracle = cx.own_oracle().await?;
    let begin = if cx.dialect() == Dialect::Sqlite { "begin immediate" } else { "begin" };
    oracle.run(begin).await.map_err(Stop::fail)?;
    let lock = cx.sql("update {t:t} set n = n + 10 where k = 1");
    oracle.run(&lock).await.map_err(Stop::fail)?;
    let waiting = adapter.query(update());
    let seen = Box::pin(async {
        if cx.place() == L {
            cx.sleep(BRIEFLY).await;
            return Ok(());
        }
        cx.eventually(A_SECOND * 5, "the write waits for the lock", || async {
            Ok(cx.sessions().await?.iter().any(|session| session.waiting))
        })
        .await
    });
    match select(waiting, seen).await {
        futures_util::future::Either::Left((answer, _)) => {
            return Err(Stop::fail(format!("the write did not wait for the lock: {answer:?}")));
        }
        futures_util::future::Either::Right((seen, _)) => seen?,
    }
    if cx.place() == L {
        // It has had time to look up from its waiting.
        cx.sleep(BRIEFLY).await;
    } else {
        no_transaction(&cx, Some(1)).await.within("before the lock was released")?;
    }
    oracle.run("commit").await.map_err(Stop::fail)?;
    // Whatever is left of the write has its turn before this one.
    adapter.query(cx.raw("insert into {t:alive} (k) values (1)", vec![])).await?;
    free_of_locks(&cx).await?;
    ensure_eq!(cx.oracle_cell("select n from {t:t} where k = 1").await?, Some("11".to_owned()), "the row");
    Ok(())
}

async fn cancelled_from_outside(cx: Context) -> Outcome {
    let adapter = cx.adapter_with(narrow(&cx)).await?;
    cx.check_usable(&adapter).await?;
    let cancel = async {
        cx.eventually(A_SECOND * 5, "the statement runs", || async {
            Ok(cx.sessions().await?.iter().any(|session| session.running))
        })
        .await?;
        for session in cx.sessions().await? {
            let sql = match cx.dialect() {
                Dialect::MySql => format!("kill query {}", session.id),
                _ => format!("select pg_cancel_backend({})", session.id),
            };
            cx.own_oracle().await?.run(&sql).await.map_err(Stop::fail)?;
        }
        Ok::<_, Stop>(())
    };
    let before = cx.sessions().await?;
    let (answer, cancelled) = join(adapter.query(slow(&cx, 25_000)), cancel).await;
    cancelled?;
    must_fail(answer, &[ErrorKind::Cancelled], "the statement that was cancelled from outside")?;
    cx.check_usable(&adapter).await?;
    let ids = |sessions: Vec<crate::harness::ServerSession>| {
        sessions.into_iter().map(|session| session.id).collect::<Vec<_>>()
    };
    ensure_eq!(ids(cx.sessions().await?), ids(before), "the connection goes on: sessions");
    Ok(())
}

async fn interrupted(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let mut session = adapter.session().await?;
    session.query(Query::raw("create temporary table kept (n int)", vec![])).await?;
    session.query(Query::raw("insert into kept values (7)", vec![])).await?;
    for _ in 0..3 {
        let cut = with_timeout(&**cx.runtime(), BRIEFLY, session.query(slow(&cx, 10_000))).await;
        ensure!(cut.is_none(), "the endless statement was answered: {cut:?}");
        let next = session.query(Query::raw("select n from kept", vec![]));
        let rows = cx.within(A_SECOND, "the session's next query", next).await??.rows;
        ensure_eq!(rows.get::<i64>(0, 0)?, 7, "what the connection had");
    }
    session.close().await?;
    cx.check_usable(&adapter).await
}

async fn limits(cx: Context) -> Outcome {
    let stopped = |adapter: SharedAdapter| {
        let cx = &cx;
        async move {
            if cx.place() != L {
                cx.eventually(A_SECOND, "the statement has ended at the server", || async {
                    Ok(cx.sessions().await?.iter().all(|session| !session.running))
                })
                .await?;
            }
            cx.within(A_SECOND, "the next query", cx.check_usable(&adapter)).await?
        }
    };
    let adapter = cx.adapter_with(narrow(&cx)).await?;
    let limited = slow(&cx, 25_000).with_timeout(Some(BRIEFLY));
    must_fail(adapter.query(limited).await, &[ErrorKind::Timeout], "the query's own limit")?;
    stopped(adapter).await.within("the query's own limit")?;
    if cx.place() == L {
        return Ok(());
    }
    let mut setup = narrow(&cx);
    let name = if cx.dialect() == Dialect::MySql { "max_execution_time" } else { "statement_timeout" };
    setup.settings.push((name.to_owned(), BRIEFLY.as_millis().to_string()));
    let adapter = cx.adapter_with(setup).await?;
    must_fail(adapter.query(slow(&cx, 25_000)).await, &[ErrorKind::Timeout], "the server's limit")?;
    stopped(adapter).await.within("the server's limit")
}
