//! The ends of transactions, streams and adapters, and what is dropped about them.

use std::time::Duration;

use drivetrain_adapter_api::{Capability, Dialect, ErrorKind, IsolationLevel, TransactionOptions, Value};
use futures_util::future::join;

use super::calls::{chunks_of, expect_chunk, rows};
use super::stage::{free_of_locks, narrow, no_transaction, tables};
use crate::case::{Case, Need, P, STATEFUL, W, case};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Polled, Stop, Within as _, drop_after};

pub(super) const CASES: &[Case] = &[
    case!(
        "CAN-08",
        Cancellation,
        L2,
        STATEFUL,
        [Need::Oracle, Need::AdminOfServer, Need::Interactive, Need::Isolation(IsolationLevel::Serializable)],
        ["A-8", "A-51"],
        "after a `begin` that was dropped the next write is by itself and seen at once",
        dropped_begin
    ),
    case!(
        "CAN-09",
        Cancellation,
        L2,
        STATEFUL,
        [Need::Oracle, Need::AdminOfServer, Need::Interactive],
        ["A-8", "T-1"],
        "a commit that was dropped is settled before its connection is used again",
        dropped_commit
    ),
    case!(
        "CAN-10",
        Cancellation,
        L2,
        STATEFUL,
        [Need::Oracle, Need::AdminOfServer, Need::Interactive],
        ["A-8", "T-1"],
        "a rollback that was dropped frees the rows all the same",
        dropped_rollback
    ),
    case!(
        "CAN-15",
        Cancellation,
        L2,
        STATEFUL,
        [Need::Oracle, Need::AdminOfServer, Need::Interactive, Need::Capability(Capability::Streaming)],
        ["A-71", "T-1"],
        "dropping transactions, streams and calls while the adapter closes, and after it",
        after_close
    ),
    case!(
        "CAN-24",
        Cancellation,
        L2,
        STATEFUL,
        [Need::Oracle, Need::AdminOfServer, Need::Interactive, Need::Capability(Capability::Streaming)],
        ["A-43", "C-2"],
        "after a stream was dropped within a transaction its commit works",
        stream_then_commit
    ),
];

fn write(cx: &Context, key: i64) -> drivetrain_adapter_api::Query {
    cx.raw("insert into {t:t} (k, n) values ({1}, 1)", vec![Value::Int64(key)])
}

async fn dropped_begin(cx: Context) -> Outcome {
    tables(&cx).await?;
    let adapter = cx.adapter_with(narrow(&cx)).await?;
    let options = TransactionOptions::new().isolation(IsolationLevel::Serializable);
    for polls in 0..4 {
        let key = i64::try_from(polls).unwrap_or_default();
        match drop_after(polls, adapter.begin(options)).await {
            Polled::Dropped => {}
            Polled::Done(transaction) => drop(transaction?),
        }
        adapter.query(write(&cx, key)).await.within(format_args!("after {polls} polls"))?;
        ensure_eq!(cx.oracle_count_of("t", key).await?, 1, "rows of the next write, after {polls} polls");
        if cx.dialect() == Dialect::Postgres {
            let level = adapter.query(cx.raw("show transaction_isolation", vec![])).await?;
            ensure_eq!(level.rows.get::<&str>(0, 0)?, "read committed", "the level after {polls} polls");
        }
    }
    if adapter.capabilities().sessions() {
        let mut session = adapter.session().await?;
        for polls in 0..4 {
            let key = 10 + i64::try_from(polls).unwrap_or_default();
            match drop_after(polls, session.begin(options)).await {
                Polled::Dropped => {}
                Polled::Done(transaction) => drop(transaction?),
            }
            session.query(write(&cx, key)).await?;
            ensure_eq!(cx.oracle_count_of("t", key).await?, 1, "rows of a session, after {polls} polls");
        }
        session.close().await?;
    }
    no_transaction(&cx, Some(2)).await
}

async fn dropped_commit(cx: Context) -> Outcome {
    tables(&cx).await?;
    if P.or(W).contains(cx.place()) {
        // A commit that takes its time.
        let schema = cx.naming().schema.clone().unwrap_or_else(|| "public".to_owned());
        cx.prepare(&[
            &format!(
                "create function {schema}.pause() returns trigger language plpgsql as \
                 'begin perform pg_sleep(0.05); return null; end'"
            ),
            &format!(
                "create constraint trigger pause after insert on {{t:t}} deferrable initially deferred \
                 for each row execute function {schema}.pause()"
            ),
        ])
        .await?;
    }
    let adapter = cx.adapter_with(narrow(&cx)).await?;
    for polls in 0..5 {
        let key = i64::try_from(polls).unwrap_or_default();
        let mut transaction = adapter.begin(TransactionOptions::new()).await?;
        transaction.query(write(&cx, key)).await?;
        transaction.query(write(&cx, key)).await?;
        let committed = match drop_after(polls, transaction.commit()).await {
            Polled::Done(outcome) => outcome.map(|()| true)?,
            Polled::Dropped => false,
        };
        let count = cx.raw("select count(*) from {t:t} where k = {1}", vec![Value::Int64(key)]);
        let next = cx.within(Duration::from_secs(5), "the next query", adapter.query(count)).await?;
        let seen: i64 = next.within(format_args!("dropped after {polls} polls"))?.rows.get(0, 0)?;
        ensure!(
            seen == 2 || (seen == 0 && !committed),
            "{seen} rows after a commit dropped after {polls} polls (done: {committed})"
        );
        if cx.place() != crate::case::L {
            // The same connection: it was settled before. (A reader of SQLite may have looked earlier.)
            let kept = cx.oracle_count_of("t", key).await?;
            ensure_eq!(kept, u64::try_from(seen).unwrap_or_default(), "rows that the oracle sees");
        }
        no_transaction(&cx, Some(2)).await?;
        free_of_locks(&cx).await?;
    }
    Ok(())
}

async fn dropped_rollback(cx: Context) -> Outcome {
    tables(&cx).await?;
    cx.prepare(&["insert into {t:t} (k, n) values (1, 0)"]).await?;
    let adapter = cx.adapter_with(narrow(&cx)).await?;
    let mut oracle = cx.own_oracle().await?;
    for polls in 0..4 {
        let mut transaction = adapter.begin(TransactionOptions::new()).await?;
        transaction.query(cx.raw("update {t:t} set n = n + 100 where k = 1", vec![])).await?;
        drop(drop_after(polls, transaction.rollback()).await);
        // The row is free, before anybody has asked for the connection again.
        let update = cx.sql("update {t:t} set n = n + 1 where k = 1");
        let updated = cx.within(Duration::from_secs(5), "a write to the row", oracle.run(&update)).await?;
        updated.map_err(Stop::fail)?;
        cx.check_usable(&adapter).await?;
    }
    ensure_eq!(cx.oracle_cell("select n from {t:t} where k = 1").await?, Some("4".to_owned()), "the row");
    no_transaction(&cx, Some(2)).await
}

async fn after_close(cx: Context) -> Outcome {
    tables(&cx).await?;
    let mut setup = narrow(&cx);
    setup.pool_max = Some(4);
    let adapter = cx.adapter_with(setup).await?;
    let mut transaction = adapter.begin(TransactionOptions::new()).await?;
    transaction.query(write(&cx, 1)).await?;
    let mut stream = adapter.stream(rows(&cx), chunks_of(50)).await?;
    expect_chunk(&mut stream, 1).await?;
    let waiting = cx.within(Duration::from_secs(8), "closing", adapter.close());
    let (closed, ()) = join(waiting, async {
        cx.sleep(Duration::from_millis(20)).await;
        drop(stream);
        drop(transaction);
    })
    .await;
    closed??;
    // Calls of what is closed, dropped at any point.
    for polls in 0..3 {
        drop(drop_after(polls, adapter.query(write(&cx, 2))).await);
        drop(drop_after(polls, adapter.begin(TransactionOptions::new())).await);
        drop(drop_after(polls, adapter.close()).await);
    }
    must_fail(adapter.query(write(&cx, 3)).await, &[ErrorKind::Closed], "a query after the close")?;
    no_transaction(&cx, Some(0)).await?;
    free_of_locks(&cx).await?;
    ensure_eq!(cx.oracle_count("t").await?, 0, "rows");
    Ok(())
}

async fn stream_then_commit(cx: Context) -> Outcome {
    tables(&cx).await?;
    let adapter = cx.adapter_with(narrow(&cx)).await?;
    for chunks in [0, 1, 3] {
        let key = i64::from(chunks);
        let mut transaction = adapter.begin(TransactionOptions::new()).await?;
        transaction.query(write(&cx, key)).await?;
        let mut stream = transaction.stream(rows(&cx), chunks_of(50)).await?;
        for chunk in 0..chunks {
            expect_chunk(&mut stream, i64::from(chunk) * 50 + 1).await?;
        }
        drop(stream);
        transaction.query(write(&cx, key)).await.within("a write after the stream")?;
        transaction.commit().await.within("the commit after the stream")?;
        ensure_eq!(cx.oracle_count_of("t", key).await?, 2, "rows, the stream dropped after {chunks} chunks");
    }
    no_transaction(&cx, Some(2)).await
}
