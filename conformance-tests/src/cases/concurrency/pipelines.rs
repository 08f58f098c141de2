//! Several statements on their way at once: their order, and what an error among them stops.

use drivetrain_adapter_api::{Batch, ErrorKind, Query, Value};

use crate::case::{ALL, Case, Need, case};
use crate::cases::transactions::support::{ITX, RAW, begin, one_connection, stored, table};
use crate::outcome::{ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "CONC-02",
        Concurrency,
        L2,
        ALL,
        [RAW, Need::Oracle],
        ["A-30", "A-31", "C-2"],
        "a batch of a hundred is answered in its order, and its writes are in it",
        keeps_order
    ),
    case!(
        "CONC-02.WITHIN",
        Concurrency,
        L2,
        ITX,
        [RAW, Need::Oracle, Need::Interactive],
        ["C-1", "C-2"],
        "the same within a transaction",
        keeps_order_within
    ),
    case!(
        "CONC-03",
        Concurrency,
        L2,
        ALL,
        [RAW, Need::Oracle],
        ["A-31", "A-33", "A-6"],
        "an error in a batch that is not atomic keeps what ran before it, and stops what comes after it",
        stops_there
    ),
];

/// Reads and writes by turns: each read sees the writes before it.
fn mixed(cx: &Context) -> Batch {
    let query = |at: i64| match at % 2 {
        0 => {
            let id = Value::Int32(i32::try_from(100 + at).unwrap_or_default());
            cx.raw("insert into {t:t} values ({1}, {2})", vec![id, Value::Int64(at)])
        }
        _ => cx.raw(&format!("select {at}, count(*) from {{t:t}}"), vec![]),
    };
    Batch::new((0..100).map(query).collect())
}

fn check(results: &[drivetrain_adapter_api::QueryResult]) -> Outcome {
    ensure_eq!(results.len(), 100, "results");
    for (at, result) in (0_i64..).zip(results) {
        if at % 2 == 0 {
            ensure_eq!(result.affected, Some(1), "rows affected by statement {at}");
        } else {
            let got = (result.rows.get::<i64>(0, 0)?, result.rows.get::<i64>(0, 1)?);
            ensure_eq!(got, (at, 2 + at / 2 + 1), "the answer to statement {at}, and the rows it counted");
        }
    }
    Ok(())
}

async fn keeps_order(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    check(&adapter.batch(mixed(&cx)).await?)?;
    ensure_eq!(stored(&cx).await?.len(), 52, "rows in the end");
    cx.check_usable(&adapter).await
}

async fn keeps_order_within(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    let mut tx = begin(&adapter).await?;
    check(&tx.batch(mixed(&cx)).await?)?;
    ensure_eq!(stored(&cx).await?.len(), 2, "rows before the commit");
    tx.commit().await?;
    ensure_eq!(stored(&cx).await?.len(), 52, "rows in the end");
    cx.check_usable(&adapter).await
}

async fn stops_there(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    for at in [0_usize, 1, 5, 9] {
        let place = format!("failing at {at}");
        let query = |position: usize| {
            // The key 1 is there already.
            let id = if position == at { 1 } else { 10 + i32::try_from(position).unwrap_or_default() };
            cx.raw("insert into {t:t} values ({1}, 0)", vec![Value::Int32(id)])
        };
        let outcome = adapter.batch(Batch::new((0..10).map(query).collect())).await;
        let error = must_fail(outcome, &[ErrorKind::UniqueViolation], &place)?;
        ensure_eq!(error.batch_index(), Some(at), "the statement that the error names");
        let ids: Vec<_> = stored(&cx).await?.into_iter().map(|(id, _)| id).collect();
        let before = (0..at).map(|position| 10 + i64::try_from(position).unwrap_or_default());
        let expected: Vec<_> = [1, 2].into_iter().chain(before).collect();
        ensure_eq!(ids, expected, "rows, {place}");
        cx.check_usable(&adapter).await.within(&place)?;
        adapter.query(cx.raw("delete from {t:t} where id > 2", vec![])).await?;
    }
    // An error of a text that cannot be prepared stops at the same place.
    let queries = vec![
        cx.raw("insert into {t:t} values (30, 0)", vec![]),
        Query::raw("selekt 1", vec![]),
        cx.raw("insert into {t:t} values (31, 0)", vec![]),
    ];
    let error =
        must_fail(adapter.batch(Batch::new(queries)).await, &[ErrorKind::Syntax], "text that is no SQL")?;
    ensure_eq!(error.batch_index(), Some(1), "the statement that the error names");
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20), (30, 0)], "rows in the end");
    cx.check_usable(&adapter).await
}
