//! Many tasks on few connections.

use std::sync::atomic::{AtomicU64, Ordering};

use drivetrain_adapter_api::{Query, SharedAdapter, TransactionOptions, Value};
use futures_util::future::{join, join_all};

use super::helpers::{pool_of, sessions_become};
use crate::case::{Case, HTTP, L, Need, STATEFUL, case};
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome, Stop, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "POOL-18",
        Pool,
        L2,
        STATEFUL,
        [Need::Oracle, Need::AdminOfServer, Need::Interactive],
        ["A-8", "C-2"],
        "a hundred tasks of twenty calls each: every answer its own, every count exact, and no session too many",
        many_tasks
    )
    .within_seconds(60),
    case!(
        "POOL-25",
        Pool,
        L2,
        L,
        [Need::Url],
        ["A-2", "C-2"],
        "all calls on a database in memory see the same one, or it is refused",
        in_memory
    ),
    case!(
        "POOL-26",
        Pool,
        L2,
        L,
        [Need::Oracle, Need::Interactive],
        ["A-6"],
        "writers wait for one another, readers for nobody, and nobody meets a locked file",
        writers_and_readers
    )
    .within_seconds(30),
    case!(
        "POOL-27",
        Pool,
        L2,
        HTTP,
        [],
        ["A-6"],
        "a hundred requests at once have each its own answer",
        requests
    ),
];

async fn many_tasks(cx: Context) -> Outcome {
    cx.prepare(&[
        "create table {t:t} (k {int4} primary key, n {int8})",
        "insert into {t:t} (k, n) values (1, 0)",
    ])
    .await?;
    let adapter = cx.adapter_with(pool_of(&cx, 4)).await?;
    let added = AtomicU64::new(0);
    let tasks = (0..100_u32).map(|task| {
        let (cx, adapter, added) = (&cx, &adapter, &added);
        async move {
            for call in 0..20_u32 {
                match (task + call) % 10 {
                    0 => {
                        let mut transaction = adapter.begin(TransactionOptions::new()).await?;
                        transaction.query(cx.raw("update {t:t} set n = n + 1 where k = 1", vec![])).await?;
                        if task % 2 == 0 {
                            transaction.commit().await?;
                            added.fetch_add(1, Ordering::Relaxed);
                        } else {
                            drop(transaction);
                        }
                    }
                    1 => {
                        adapter.query(cx.raw("update {t:t} set n = n + 1 where k = 1", vec![])).await?;
                        added.fetch_add(1, Ordering::Relaxed);
                    }
                    2 => {
                        let failed =
                            adapter.query(cx.raw("insert into {t:t} (k, n) values (1, 1)", vec![])).await;
                        ensure!(failed.is_err(), "the same key twice");
                    }
                    _ => cx.check_usable(adapter).await?,
                }
            }
            Ok::<_, Stop>(())
        }
    });
    for (task, outcome) in join_all(tasks).await.into_iter().enumerate() {
        outcome.within(format_args!("task {task}"))?;
    }
    let counted = cx.oracle_cell("select n from {t:t} where k = 1").await?;
    ensure_eq!(counted, Some(added.into_inner().to_string()), "the counter");
    if cx.place() != L {
        ensure!(cx.sessions().await?.len() <= 4, "more sessions than there may be");
        adapter.close().await?;
        sessions_become(&cx, 0).await?;
    }
    Ok(())
}

async fn in_memory(cx: Context) -> Outcome {
    let mut setup = pool_of(&cx, 4);
    setup.url = Some("sqlite::memory:".to_owned());
    let adapter = match cx.try_adapter(setup).await? {
        Ok(adapter) => adapter,
        Err(error) => {
            ensure_eq!(error.kind(), drivetrain_adapter_api::ErrorKind::Config, "how it is refused");
            return Ok(());
        }
    };
    adapter.query(Query::raw("create table m (n int)", vec![])).await?;
    let calls = (0..20).map(|n| {
        let adapter = &adapter;
        async move {
            adapter.query(Query::raw("insert into m (n) values (?)", vec![Value::Int32(n)])).await?;
            let count =
                adapter.query(Query::raw("select count(*) from m where n = ?", vec![Value::Int32(n)]));
            ensure_eq!(count.await?.rows.get::<i64>(0, 0)?, 1, "rows that the next call sees");
            Ok::<_, Stop>(())
        }
    });
    join_all(calls).await.into_iter().collect::<Outcome>()?;
    if adapter.capabilities().transactions().is_interactive() {
        let mut transaction = adapter.begin(TransactionOptions::new()).await?;
        let count = transaction.query(Query::raw("select count(*) from m", vec![])).await?;
        ensure_eq!(count.rows.get::<i64>(0, 0)?, 20, "rows that a transaction sees");
        transaction.rollback().await?;
    }
    if adapter.capabilities().sessions() {
        let mut session = adapter.session().await?;
        let count = session.query(Query::raw("select count(*) from m", vec![])).await?;
        ensure_eq!(count.rows.get::<i64>(0, 0)?, 20, "rows that a session sees");
        session.close().await?;
    }
    cx.check_usable(&adapter).await
}

async fn write_ten(cx: &Context, adapter: &SharedAdapter, writer: i32) -> Outcome {
    for n in 0..10 {
        let params = vec![Value::Int32(writer), Value::Int32(n)];
        if n % 3 == 0 {
            let mut transaction = adapter.begin(TransactionOptions::new()).await?;
            transaction.query(cx.raw("insert into {t:t} (w, n) values ({1}, {2})", params)).await?;
            transaction.commit().await?;
        } else {
            adapter.query(cx.raw("insert into {t:t} (w, n) values ({1}, {2})", params)).await?;
        }
    }
    Ok(())
}

async fn writers_and_readers(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (w {int4}, n {int4})"]).await?;
    let adapter = cx.adapter_with(pool_of(&cx, 4)).await?;
    // Another adapter writes the same file: it is waited for by the file's own lock.
    let other = cx.adapter_with(pool_of(&cx, 1)).await?;
    let writers = (0..8).map(|writer| {
        let adapter = if writer == 0 { &other } else { &adapter };
        write_ten(&cx, adapter, writer)
    });
    let readers = (0..4).map(|_| async {
        let mut last = 0;
        for _ in 0..25 {
            let count = cx.raw("select count(*) from {t:t}", vec![]);
            let rows: i64 = adapter.query(count).await?.rows.get(0, 0)?;
            ensure!(rows >= last, "a reader saw {rows} rows after {last}");
            last = rows;
        }
        Ok::<_, Stop>(())
    });
    let (written, read) = join(join_all(writers), join_all(readers)).await;
    for (writer, outcome) in written.into_iter().enumerate() {
        outcome.within(format_args!("writer {writer}"))?;
    }
    read.into_iter().collect::<Outcome>().within("a reader")?;
    ensure_eq!(cx.oracle_count("t").await?, 80, "rows");
    // While one transaction writes, readers go on.
    let mut transaction = adapter.begin(TransactionOptions::new()).await?;
    transaction.query(cx.raw("delete from {t:t}", vec![])).await?;
    let seen = adapter.query(cx.raw("select count(*) from {t:t}", vec![])).await?;
    ensure_eq!(seen.rows.get::<i64>(0, 0)?, 80, "rows that a reader sees meanwhile");
    transaction.rollback().await?;
    Ok(())
}

async fn requests(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    for _ in 0..3 {
        join_all((0..100).map(|_| cx.check_usable(&adapter))).await.into_iter().collect::<Outcome>()?;
    }
    Ok(())
}
