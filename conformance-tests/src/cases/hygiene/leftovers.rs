//! What an adapter leaves behind when it is closed: nothing but what it was told to write.

use drivetrain_adapter_api::{
    Batch, Dialect, ErrorKind, Query, SharedAdapter, StreamOptions, TransactionOptions, Value,
};
use futures_util::StreamExt as _;

use crate::case::{ALL, Case, HTTP, L, Need, P, STATEFUL, W, case};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Stop, Within as _, drop_after};

pub(super) const CASES: &[Case] = &[
    case!(
        "HYG-01",
        Hygiene,
        L2,
        ALL,
        [Need::Oracle, Need::AdminOfServer],
        ["A-8", "A-55", "A-71"],
        "after everything was used and dropped and closed there is no session, lock, transaction or object more",
        nothing_left
    ),
    case!(
        "HYG-02",
        Hygiene,
        L2,
        STATEFUL,
        [Need::Oracle, Need::AdminOfServer],
        ["A-71"],
        "an adapter that is made and closed twenty times leaves no connection behind",
        made_and_closed
    ),
    case!(
        "HYG-05",
        Hygiene,
        L2,
        ALL,
        [Need::Oracle, Need::AdminOfServer],
        ["A-55"],
        "the same work twice in one namespace goes as the first time",
        twice
    ),
];

/// A bit of everything that the adapter declares; some of it is dropped half-way. Two rows are left in `t`.
async fn everything(cx: &Context, adapter: &SharedAdapter) -> Outcome {
    let capabilities = adapter.capabilities().clone();
    let insert = |k: i64| cx.raw("insert into {t:t} (k) values ({1})", vec![Value::Int64(k)]);
    adapter.query(cx.raw("delete from {t:t}", vec![])).await?;
    adapter.query(insert(1)).await?;
    let again = adapter.query(insert(1)).await;
    must_fail(again, &[ErrorKind::UniqueViolation], "the same key")?;
    let rows =
        "with recursive c (n) as (select 1 union all select n + 1 from c where n < 500) select n from c";
    let rows = || Query::raw(rows, vec![]);
    if capabilities.pipelining() {
        adapter.batch(Batch::new(vec![rows(), rows()])).await?;
    }
    if capabilities.transactions().has_atomic_batch() {
        let batch = Batch::atomic(vec![insert(7), insert(1)], TransactionOptions::new());
        must_fail(adapter.batch(batch).await, &[ErrorKind::UniqueViolation], "a batch that fails")?;
    }
    if capabilities.transactions().is_interactive() {
        let mut transaction = adapter.begin(TransactionOptions::new()).await?;
        transaction.query(insert(2)).await?;
        transaction.commit().await?;
        let mut dropped = adapter.begin(TransactionOptions::new()).await?;
        dropped.query(insert(3)).await?;
        drop(dropped);
    } else {
        adapter.query(insert(2)).await?;
    }
    if capabilities.streaming() {
        let mut options = StreamOptions::default();
        options.chunk_rows = 20;
        let mut stream = adapter.stream(rows(), options).await?;
        stream.next().await.ok_or_else(|| Stop::fail("the stream is empty"))??;
        drop(stream);
    }
    if capabilities.sessions() {
        let mut session = adapter.session().await?;
        session.query(Query::raw("create temporary table left_behind (n int)", vec![])).await?;
        if cx.dialect() == Dialect::Postgres {
            session.query(Query::raw("select pg_advisory_lock(4711)", vec![])).await?;
            session.query(Query::raw("prepare left_behind as select 1", vec![])).await?;
        }
        drop(session);
    }
    for polls in 0..3 {
        drop(drop_after(polls, adapter.query(rows())).await);
    }
    let count = adapter.query(cx.raw("select count(*) from {t:t}", vec![])).await?;
    ensure_eq!(count.rows.get::<i64>(0, 0)?, 2, "rows");
    Ok(())
}

/// What the oracle finds beside the rows: objects, prepared transactions, advisory locks, temporary tables.
async fn found(cx: &Context) -> Outcome<Vec<Vec<Option<String>>>> {
    let schema = cx.naming().schema.clone().unwrap_or_default();
    let marker = cx.literal(cx.marker());
    let sql = match cx.dialect() {
        Dialect::Postgres => format!(
            "select 'object', relname::text from pg_class where relnamespace = '{schema}'::regnamespace \
             union all select 'prepared', gid from pg_prepared_xacts \
             union all select 'lock', l.locktype from pg_locks l join pg_stat_activity a on a.pid = l.pid \
             where a.application_name = {marker} \
             union all select 'session', a.pid::text from pg_stat_activity a where a.application_name = {marker} \
             order by 1, 2"
        ),
        Dialect::MySql => format!(
            "select table_name from information_schema.tables where table_schema = '{schema}' order by 1"
        ),
        _ => "select type, name from sqlite_schema order by 1, 2".to_owned(),
    };
    cx.oracle_rows(&sql).await
}

/// Waits until the adapters that were closed are gone from the server, or have let go of the file.
async fn gone(cx: &Context) -> Outcome {
    let soon = std::time::Duration::from_secs(5);
    if cx.place() == L {
        return cx
            .eventually(soon, "nobody has the file", || async {
                // Only who is alone can leave the WAL mode; else SQLite says that the file is locked.
                Ok(cx.oracle_rows("pragma journal_mode = delete").await.is_ok())
            })
            .await;
    }
    if HTTP.contains(cx.place()) {
        return Ok(());
    }
    cx.eventually(soon, "no session is left", || async { Ok(cx.sessions().await?.is_empty()) }).await
}

async fn table(cx: &Context) -> Outcome {
    cx.prepare(&["create table {t:t} (k {int8} primary key)"]).await
}

async fn nothing_left(cx: Context) -> Outcome {
    table(&cx).await?;
    let before = found(&cx).await?;
    let adapter = cx.adapter().await?;
    everything(&cx, &adapter).await?;
    adapter.close().await?;
    gone(&cx).await?;
    ensure_eq!(found(&cx).await?, before, "what the oracle finds");
    ensure_eq!(cx.oracle_count("t").await?, 2, "rows");
    if P.or(W).contains(cx.place()) {
        let free = cx.oracle_cell("select pg_try_advisory_lock(4711)").await?;
        ensure_eq!(free, Some("t".to_owned()), "the advisory lock is free");
        cx.oracle_rows("select pg_advisory_unlock(4711)").await?;
    }
    Ok(())
}

async fn made_and_closed(cx: Context) -> Outcome {
    table(&cx).await?;
    for round in 0..20 {
        let adapter = cx.fleeting(cx.setup()).await?;
        if round % 2 == 0 {
            cx.check_usable(&adapter).await?;
        }
        // Some are closed, some only dropped.
        if round % 3 != 0 {
            adapter.close().await?;
        }
    }
    gone(&cx).await?;
    if cx.place() != L {
        ensure!(cx.sessions().await?.is_empty(), "sessions are left");
    }
    Ok(())
}

async fn twice(cx: Context) -> Outcome {
    table(&cx).await?;
    let mut seen = Vec::new();
    for round in ["first", "second"] {
        let adapter = cx.adapter_with(cx.setup()).await?;
        everything(&cx, &adapter).await.within(format_args!("the {round} time"))?;
        // And again on connections that have been used.
        everything(&cx, &adapter).await.within(format_args!("the {round} time, again"))?;
        adapter.close().await?;
        gone(&cx).await?;
        seen.push(found(&cx).await?);
    }
    ensure_eq!(seen[1], seen[0], "what the oracle finds after the second time");
    Ok(())
}
