//! After whatever was dropped, the next call gets its own answer and no other's end.

use std::time::Duration;

use drivetrain_adapter_api::runtime::with_timeout;
use drivetrain_adapter_api::{Batch, Capability, Dialect, Query, SharedAdapter, TransactionOptions, Value};
use futures_util::StreamExt as _;
use futures_util::future::{Either, select};

use super::calls::{chunks_of, expect_chunk, rows};

use super::stage::{free_of_locks, narrow, no_transaction, tables};
use crate::case::{ALL, Case, Need, STATEFUL, case};
use crate::cases::helpers::slow;
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome, Random, Stop, Sweep, Within as _, drop_after};

pub(super) const CASES: &[Case] = &[
    case!(
        "CAN-01",
        Cancellation,
        L2,
        ALL,
        [Need::Oracle, Need::AdminOfServer],
        ["A-8"],
        "futures that are dropped before their first poll send nothing",
        never_polled
    ),
    case!(
        "CAN-04",
        Cancellation,
        L2,
        ALL,
        [Need::Oracle, Need::AdminOfServer],
        ["A-8"],
        "after any call that was dropped at any point, the next query gets its own answer",
        any_order
    )
    .within_seconds(30),
    case!(
        "CAN-07",
        Cancellation,
        L2,
        STATEFUL,
        [Need::Oracle, Need::AdminOfServer, Need::Capability(Capability::Streaming)],
        ["A-41", "A-43"],
        "a stream dropped between two chunks stops, and leaves its connection in order",
        between_chunks
    ),
    case!(
        "CAN-12",
        Cancellation,
        L2,
        STATEFUL,
        [Need::AdminOfServer],
        ["A-8"],
        "a cancellation that races with the end of its statement never hits the next one",
        stray_cancellations
    )
    .within_seconds(60),
    case!(
        "CAN-14",
        Cancellation,
        L2,
        ALL,
        [Need::Oracle, Need::AdminOfServer],
        ["A-8"],
        "cancelling where nothing runs changes nothing",
        nothing_runs
    ),
    case!(
        "CAN-16",
        Cancellation,
        L2,
        STATEFUL,
        [Need::Oracle, Need::AdminOfServer],
        ["A-8"],
        "a thousand losers of a race leave no session, lock or place in the pool behind",
        losers
    )
    .within_seconds(60),
];

async fn never_polled(cx: Context) -> Outcome {
    tables(&cx).await?;
    let adapter = cx.adapter_with(narrow(&cx)).await?;
    cx.check_usable(&adapter).await?;
    let of_a_server = cx.place() != crate::case::L && !crate::case::HTTP.contains(cx.place());
    let before = if of_a_server { cx.sessions().await? } else { vec![] };
    let write = || cx.raw("insert into {t:t} (k, n) values ({1}, 1)", vec![Value::Int64(1)]);
    let text = cx.sql("insert into {t:t} (k, n) values (1, 1)");
    let options = TransactionOptions::new;
    drop(adapter.query(write()));
    drop(adapter.batch(Batch::new(vec![write(), write()])));
    drop(adapter.batch(Batch::atomic(vec![write()], options())));
    drop(adapter.stream(write(), chunks_of(10)));
    drop(adapter.begin(options()));
    drop(adapter.session());
    drop(adapter.script(&text));
    drop(adapter.health_check());
    drop(adapter.close());
    if of_a_server {
        ensure_eq!(cx.sessions().await?, before, "sessions and their last statements");
    }
    ensure_eq!(cx.oracle_count("t").await?, 0, "rows");
    cx.check_usable(&adapter).await?;
    if adapter.capabilities().transactions().is_interactive() {
        let mut transaction = adapter.begin(options()).await?;
        drop(transaction.query(write()));
        drop(transaction.savepoint());
        drop(transaction.script(&text));
        transaction.query(write()).await?;
        transaction.commit().await?;
        ensure_eq!(cx.oracle_count("t").await?, 1, "rows of the transaction");
        let mut transaction = adapter.begin(options()).await?;
        transaction.query(write()).await?;
        drop(transaction.commit());
        cx.check_usable(&adapter).await?;
        free_of_locks(&cx).await?;
        ensure_eq!(cx.oracle_count("t").await?, 1, "rows after a commit that was never polled");
    }
    Ok(())
}

/// Does something that it drops somewhere in the middle.
async fn something(cx: &Context, adapter: &SharedAdapter, random: &mut Random) -> Outcome {
    let capabilities = adapter.capabilities();
    let polls = usize::try_from(random.below(5)).unwrap_or(0);
    let write = || cx.raw("insert into {t:t} (k, n) values ({1}, 1)", vec![Value::Int64(1)]);
    match random.below(7) {
        0 => drop(drop_after(polls, adapter.query(slow(cx, 20))).await),
        1 => drop(drop_after(polls, adapter.query(write())).await),
        2 => drop(drop_after(polls, adapter.query(rows(cx))).await),
        3 => {
            let failing = Query::raw("select no_such_column", vec![]);
            let batch = Batch::new(vec![rows(cx), failing, write()]);
            drop(drop_after(polls, adapter.batch(batch)).await);
        }
        4 if capabilities.streaming() => {
            let work = async {
                let mut stream = adapter.stream(rows(cx), chunks_of(100)).await?;
                while let Some(chunk) = stream.next().await {
                    chunk?;
                }
                Ok::<_, Stop>(())
            };
            drop(drop_after(polls * 2, work).await);
        }
        5 if capabilities.transactions().is_interactive() => {
            let work = async {
                let mut transaction = adapter.begin(TransactionOptions::new()).await?;
                transaction.query(write()).await?;
                transaction.query(rows(cx)).await?;
                transaction.commit().await
            };
            drop(drop_after(polls * 2, work).await);
        }
        6 if capabilities.sessions() => {
            let work = async {
                let mut session = adapter.session().await?;
                session.query(rows(cx)).await?;
                session.close().await
            };
            drop(drop_after(polls, work).await);
        }
        _ => drop(drop_after(polls, adapter.health_check()).await),
    }
    Ok(())
}

async fn any_order(cx: Context) -> Outcome {
    tables(&cx).await?;
    let adapter = cx.adapter_with(narrow(&cx)).await?;
    let mut random = cx.random();
    let rounds = if cx.sweep() == Sweep::Full { 1000 } else { 100 };
    for round in 0..rounds {
        something(&cx, &adapter, &mut random).await?;
        cx.check_usable(&adapter).await.within(format_args!("round {round}"))?;
    }
    no_transaction(&cx, Some(2)).await?;
    free_of_locks(&cx).await
}

async fn between_chunks(cx: Context) -> Outcome {
    tables(&cx).await?;
    let adapter = cx.adapter_with(narrow(&cx)).await?;
    // It has no end, where that is possible.
    let endless = || match cx.dialect() {
        Dialect::MySql => rows(&cx),
        _ => Query::raw(
            "with recursive c (n) as (select 1 union all select n + 1 from c) select n from c",
            vec![],
        ),
    };
    for chunks in 0..6 {
        let mut stream = adapter.stream(endless(), chunks_of(50)).await?;
        for chunk in 0..chunks {
            expect_chunk(&mut stream, chunk * 50 + 1).await?;
        }
        drop(stream);
        let next = cx.within(Duration::from_secs(5), "the next query", cx.check_usable(&adapter)).await?;
        next.within(format_args!("dropped after {chunks} chunks"))?;
    }
    let mut stream = adapter.stream(rows(&cx), chunks_of(300)).await?;
    let mut seen = 0;
    while let Some(chunk) = stream.next().await {
        seen += chunk?.len();
    }
    ensure_eq!(seen, 1000, "rows of a whole stream");
    drop(stream);
    cx.check_usable(&adapter).await?;
    no_transaction(&cx, Some(2)).await?;
    free_of_locks(&cx).await
}

async fn stray_cancellations(cx: Context) -> Outcome {
    let adapter = cx.adapter_with(narrow(&cx)).await?;
    let mut random = cx.random();
    let rounds = if cx.sweep() == Sweep::Full { 500 } else { 60 };
    let mut dropped = 0;
    for round in 0..rounds {
        let limit = Duration::from_micros(random.below(4_000));
        let answer = with_timeout(&**cx.runtime(), limit, adapter.query(slow(&cx, 2))).await;
        dropped += usize::from(answer.is_none());
        if let Some(answer) = answer {
            answer.within(format_args!("round {round}, not dropped"))?;
        }
        for next in 0..2 {
            let usable = cx.check_usable(&adapter).await;
            usable.within(format_args!("round {round}, call {next} after {limit:?}"))?;
        }
    }
    ensure!(dropped > 0, "nothing was ever dropped");
    no_transaction(&cx, Some(2)).await
}

async fn nothing_runs(cx: Context) -> Outcome {
    tables(&cx).await?;
    let adapter = cx.adapter_with(narrow(&cx)).await?;
    for _ in 0..20 {
        // A future that has given its answer, dropped afterwards.
        let mut done = Box::pin(adapter.query(cx.raw("select count(*) from {t:t}", vec![])));
        (&mut done).await?;
        drop(done);
        cx.check_usable(&adapter).await?;
    }
    if adapter.capabilities().transactions().is_interactive() {
        for _ in 0..5 {
            let mut transaction = adapter.begin(TransactionOptions::new()).await?;
            transaction.query(cx.raw("insert into {t:t} (k, n) values (1, 1)", vec![])).await?;
            transaction.commit().await?;
            cx.check_usable(&adapter).await?;
        }
        ensure_eq!(cx.oracle_count("t").await?, 5, "rows");
    }
    if cx.place() != crate::case::L
        && !crate::case::HTTP.contains(cx.place())
        && cx.dialect() == Dialect::Postgres
    {
        for _ in 0..5 {
            for session in cx.sessions().await? {
                let cancel = format!("select pg_cancel_backend({})", session.id);
                cx.oracle_rows(&cancel).await?;
            }
            cx.check_usable(&adapter).await?;
        }
    }
    Ok(())
}

async fn losers(cx: Context) -> Outcome {
    tables(&cx).await?;
    let mut setup = narrow(&cx);
    setup.pool_max = Some(3);
    let adapter = cx.adapter_with(setup).await?;
    let rounds = if cx.sweep() == Sweep::Full { 1000 } else { 100 };
    let mut lost = 0;
    for _ in 0..rounds {
        let left = Box::pin(adapter.query(slow(&cx, 3)));
        let right = Box::pin(cx.check_usable(&adapter));
        match select(left, right).await {
            Either::Left((answer, loser)) => {
                drop(loser);
                answer?;
            }
            Either::Right((answer, loser)) => {
                lost += 1;
                drop(loser);
                answer?;
            }
        }
    }
    ensure!(lost > 0, "the slow statement never lost");
    // All places are there at once.
    let all = futures_util::future::join_all((0..3).map(|_| cx.check_usable(&adapter))).await;
    all.into_iter().collect::<Outcome>()?;
    no_transaction(&cx, Some(3)).await?;
    free_of_locks(&cx).await
}
