//! Batches: results in order, failures with their index.

use drivetrain_adapter_api::{AffectedRows, Batch, ErrorKind, Query, TransactionOptions, Value};

use crate::case::{ALL, Case, HTTP, NET, Need, case};
use crate::cases::helpers::only;
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "COUNT-24",
        Counts,
        L0,
        ALL,
        [Need::Oracle],
        ["A-23", "C-1"],
        "a batch gives a result for each query, in order",
        in_order
    ),
    case!(
        "COUNT-24.ATOMIC",
        Counts,
        L0,
        ALL,
        [Need::Oracle, Need::AtomicBatch],
        ["A-30", "A-23"],
        "so does an atomic batch",
        in_order_and_atomic
    ),
    case!(
        "COUNT-25",
        Counts,
        L0,
        ALL,
        [Need::Oracle],
        ["A-31", "A-33", "A-6"],
        "a batch stops at its first failure, tells which query it was, and what ran before it stays",
        failure
    ),
    case!(
        "COUNT-25.ATOMIC",
        Counts,
        L0,
        ALL,
        [Need::Oracle, Need::AtomicBatch],
        ["A-30", "A-33", "A-6"],
        "nothing stays of an atomic batch that fails",
        failure_of_all
    ),
    case!(
        "COUNT-26",
        Counts,
        L0,
        ALL,
        [Need::Oracle],
        ["A-32", "A-31"],
        "an empty batch gives nothing, and one of 1000 statements gives 1000 results",
        none_and_many
    ),
    case!(
        "COUNT-26.WIRE",
        Counts,
        L0,
        NET,
        [Need::Faults],
        ["A-32"],
        "an empty batch sends nothing",
        nothing_is_sent
    ),
];

fn counted_batch(cx: &Context) -> Vec<Query> {
    vec![
        cx.raw("insert into {t:t} values (1), (2), (3)", vec![]),
        cx.raw("select count(*) from {t:t}", vec![]),
        cx.raw("delete from {t:t} where id = {1}", vec![Value::Int32(2)]),
        cx.raw("select max(id) from {t:t}", vec![]),
        cx.raw("delete from {t:t} where id = {1}", vec![Value::Int32(99)]),
        cx.raw("select count(*) from {t:t}", vec![]),
    ]
}

async fn check_order(cx: &Context, batch: Batch) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4})"]).await?;
    let results = cx.adapter().await?.batch(batch).await?;
    ensure_eq!(results.len(), 6, "results");
    let counted = |rows| (cx.capabilities().affected_rows() != AffectedRows::None).then_some(rows);
    let counts: Vec<_> = results.iter().map(|result| result.affected).collect();
    ensure_eq!(counts, [counted(3), None, counted(1), None, counted(0), None], "counts");
    for (at, number) in [(1, 3), (3, 3), (5, 2)] {
        ensure_eq!(only::<i64>(&results[at].rows)?, number, "the cell of result {at}");
    }
    ensure_eq!(cx.oracle_count("t").await?, 2, "rows");
    Ok(())
}

async fn in_order(cx: Context) -> Outcome {
    check_order(&cx, Batch::new(counted_batch(&cx))).await
}

async fn in_order_and_atomic(cx: Context) -> Outcome {
    check_order(&cx, Batch::atomic(counted_batch(&cx), TransactionOptions::new())).await
}

/// Five inserts, of which the one at `at` fails, while it runs or before.
fn failing(cx: &Context, at: usize, wrong: &str) -> Vec<Query> {
    let insert = |number: usize| {
        let template = if number == at { wrong } else { "insert into {t:t} values ({1})" };
        cx.raw(template, vec![Value::Int32(i32::try_from(number).unwrap_or_default())])
    };
    (0..5).map(insert).collect()
}

const WRONG: [(&str, ErrorKind); 2] = [
    // The row with that key is there already.
    ("insert into {t:t} select 100 from {t:t} where id = 100 and id > {1}", ErrorKind::UniqueViolation),
    ("insert into {t:nope} values ({1})", ErrorKind::UndefinedTable),
];

async fn check_failures(cx: &Context, atomic: bool) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key)"]).await?;
    let adapter = cx.adapter().await?;
    for (wrong, kind) in WRONG {
        for at in [0, 2, 4] {
            let what = format!("query {at} fails with {kind:?}");
            cx.prepare(&["delete from {t:t}", "insert into {t:t} values (100)"]).await?;
            let queries = failing(cx, at, wrong);
            let batch =
                if atomic { Batch::atomic(queries, TransactionOptions::new()) } else { Batch::new(queries) };
            let error = must_fail(adapter.batch(batch).await, &[kind], &what)?;
            match error.batch_index() {
                // Some vendors' protocols do not tell which it was.
                None => ensure!(HTTP.contains(cx.place()), "{what}: the error has no index"),
                Some(index) => ensure_eq!(index, at, "{what}: the index"),
            }
            let stays = if atomic { 0 } else { at as u64 };
            ensure_eq!(cx.oracle_count("t").await?, 1 + stays, "{what}: rows");
            cx.check_usable(&adapter).await.within(&what)?;
        }
    }
    Ok(())
}

async fn failure(cx: Context) -> Outcome {
    check_failures(&cx, false).await
}

async fn failure_of_all(cx: Context) -> Outcome {
    check_failures(&cx, true).await
}

async fn none_and_many(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key)"]).await?;
    let adapter = cx.adapter().await?;
    ensure_eq!(adapter.batch(Batch::new(vec![])).await?.len(), 0, "results of an empty batch");
    if cx.capabilities().transactions().has_atomic_batch() {
        let empty = Batch::atomic(vec![], TransactionOptions::new());
        ensure_eq!(adapter.batch(empty).await?.len(), 0, "results of an empty atomic batch");
    }
    // Every hundredth writes, and the others count what was written before them.
    let query = |number: i32| {
        let insert = number % 100 == 0;
        let template = if insert {
            "insert into {t:t} values ({1})"
        } else {
            "select count(*) from {t:t} where id < {1}"
        };
        cx.raw(template, vec![Value::Int32(number)])
    };
    let results = adapter.batch(Batch::new((0..1000).map(query).collect())).await?;
    ensure_eq!(results.len(), 1000, "results");
    for (at, result) in results.iter().enumerate().filter(|(at, _)| at % 100 != 0) {
        ensure_eq!(only::<u64>(&result.rows)?, at as u64 / 100 + 1, "rows that query {at} counts");
    }
    ensure_eq!(cx.oracle_count("t").await?, 10, "rows");
    cx.check_usable(&adapter).await
}

async fn nothing_is_sent(cx: Context) -> Outcome {
    let proxy = cx.proxy().await?;
    let mut setup = cx.setup();
    setup.through = Some(proxy.address());
    let adapter = cx.adapter_with(setup).await?;
    cx.check_usable(&adapter).await?;
    let before = proxy.traffic();
    for _ in 0..3 {
        ensure_eq!(adapter.batch(Batch::new(vec![])).await?.len(), 0, "results");
        if cx.capabilities().transactions().has_atomic_batch() {
            let empty = Batch::atomic(vec![], TransactionOptions::new());
            ensure_eq!(adapter.batch(empty).await?.len(), 0, "results of an atomic batch");
        }
    }
    let after = proxy.traffic();
    ensure_eq!(
        (after.to_server, after.connections),
        (before.to_server, before.connections),
        "bytes and connections"
    );
    Ok(())
}
