//! Errors in the middle of rows, and rows that outlive what they came from.

use drivetrain_adapter_api::{Capability, Dialect, ErrorKind, Rows, Value};
use futures_util::StreamExt as _;

use crate::case::{ALL, Case, Need, case};
use crate::cases::helpers::{bounds, by_dialect, column, names, numbers};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Stop, Within as _};

const STREAMING: Need = Need::Capability(Capability::Streaming);

pub(super) const CASES: &[Case] = &[
    case!(
        "RES-20",
        Results,
        L2,
        ALL,
        [STREAMING],
        ["R-2", "A-6"],
        "a cell that cannot be read is an error by itself: the rows around it and the stream go on",
        unreadable_cell
    ),
    case!(
        "RES-21",
        Results,
        L0,
        ALL,
        [],
        ["A-21", "A-6"],
        "an error of the server's after many rows is an error of the query, never a shorter result",
        error_after_rows
    ),
    case!(
        "RES-21.STREAM",
        Results,
        L2,
        ALL,
        [STREAMING],
        ["A-42", "A-6"],
        "an error of the server's ends a stream with an error, after the rows before it",
        error_in_stream
    ),
    case!(
        "RES-23",
        Results,
        L0,
        ALL,
        [],
        ["R-1"],
        "rows stay as they are when their connection is used again, and when the adapter is closed",
        outlives
    ),
];

async fn unreadable_cell(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let order = by_dialect(&cx, ["", "order by n", ""]);
    let sql = format!(
        "select n, case when n = 5 then null when n = 7 then 70000 else n end as v from {} {order}",
        numbers(&cx, 10)
    );
    for options in [bounds(1, 1 << 20), bounds(4, 1 << 20), bounds(100, 1 << 20)] {
        let mut stream = adapter.stream(cx.raw(&sql, vec![]), options).await?;
        let mut number = 0_i16;
        while let Some(chunk) = stream.next().await {
            let chunk = chunk?;
            for row in 0..chunk.len() {
                number += 1;
                ensure_eq!(chunk.get::<i16>(row, 0)?, number, "the number of the row");
                let cell = chunk.get::<i16>(row, 1);
                let error = match number {
                    5 => must_fail(cell, &[ErrorKind::UnexpectedNull], "NULL as a number")?,
                    7 => must_fail(cell, &[ErrorKind::OutOfRange, ErrorKind::Decode], "70000 in 16 bits")?,
                    _ => {
                        ensure_eq!(cell?, number, "the cell of row {number}");
                        continue;
                    }
                };
                ensure_eq!(error.column(), Some("v"), "the column that is named");
                let again = chunk.get::<Option<i64>>(row, 1)?;
                ensure_eq!(again, (number == 7).then_some(70_000), "the cell as a type that holds it");
            }
        }
        ensure_eq!(number, 10, "rows");
        drop(stream);
        cx.check_usable(&adapter).await?;
    }
    Ok(())
}

/// Fails at row `at` of the numbers, and the kind of that error.
fn failing(cx: &Context, at: u64, last: u64) -> (String, ErrorKind) {
    let source = numbers(cx, last);
    let expression = by_dialect(
        cx,
        [
            "1 / (n - #)",
            // Beyond what a double holds.
            "exp(case when n = # then 1000 else 1 end)",
            // The absolute value of the smallest integer is no integer.
            "abs(case when n = # then -9223372036854775807 - 1 else n end)",
        ],
    );
    let kind = match by_dialect(cx, ["zero", "range", "range"]) {
        "zero" => ErrorKind::DivisionByZero,
        _ => ErrorKind::OutOfRange,
    };
    (format!("select n, {} as v from {source}", expression.replace('#', &at.to_string())), kind)
}

async fn error_after_rows(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    for (at, last) in [(1, 10), (9_999, 10_000), (10_000, 10_000)] {
        let (sql, kind) = failing(&cx, at, last);
        let what = format!("an error at row {at} of {last}");
        must_fail(adapter.query(cx.raw(&sql, vec![])).await, &[kind], &what)?;
        cx.check_usable(&adapter).await.within(&what)?;
    }
    Ok(())
}

async fn error_in_stream(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    for (at, rows) in [(5_000, 100), (5_000, 5_000), (5_001, 100), (2, 1)] {
        let what = format!("an error at row {at}, chunks of {rows}");
        let (sql, kind) = failing(&cx, at, 10_000);
        let mut stream = match adapter.stream(cx.raw(&sql, vec![]), bounds(rows, 1 << 20)).await {
            Ok(stream) => stream,
            // A database that makes all rows first may say so at once.
            Err(error) => {
                must_fail::<()>(Err(error), &[kind], &what)?;
                continue;
            }
        };
        let mut seen = 0;
        let error = loop {
            match stream.next().await {
                Some(Ok(chunk)) => {
                    for row in 0..chunk.len() {
                        seen += 1;
                        ensure_eq!(chunk.get::<u64>(row, 0)?, seen, "{what}: the number of the row");
                    }
                }
                Some(Err(error)) => break error,
                None => return Err(Stop::fail(format!("{what}: the stream ended well after {seen} rows"))),
            }
        };
        must_fail::<()>(Err(error), &[kind], &what)?;
        ensure!(seen < at, "{what}: {seen} rows came before it");
        ensure!(stream.next().await.is_none(), "{what}: the stream goes on after it");
        drop(stream);
        cx.check_usable(&adapter).await.within(&what)?;
    }
    Ok(())
}

async fn outlives(cx: Context) -> Outcome {
    cx.prepare(&[
        "create table {t:t} (id {int4}, s {text})",
        "insert into {t:t} values (1, 'one'), (2, 'two')",
    ])
    .await?;
    let mut setup = cx.setup();
    setup.pool_max = Some(1);
    let adapter = cx.adapter_with(setup).await?;
    let query = || cx.raw("select id, s from {t:t} order by id", vec![]);
    let check = |rows: &Rows, when: &str| -> Outcome {
        ensure_eq!(names(rows), ["id", "s"], "columns {when}");
        ensure_eq!(column::<i64>(rows, 0)?, [1, 2], "numbers {when}");
        ensure_eq!(column::<String>(rows, 1)?, ["one", "two"], "texts {when}");
        Ok(())
    };
    let kept = adapter.query(query()).await?.rows;
    let cloned = kept.clone();
    for number in 0..20 {
        let other =
            cx.raw("select cast({1} as {text}) as other", vec![Value::Text(format!("noise {number}"))]);
        if cx.dialect() != Dialect::MySql {
            adapter.query(other).await?;
        }
        cx.check_usable(&adapter).await?;
    }
    adapter.query(cx.raw("update {t:t} set s = 'changed'", vec![])).await?;
    check(&kept, "after other statements")?;
    drop(kept);
    adapter.query(cx.raw("drop table {t:t}", vec![])).await?;
    check(&cloned, "after the table is gone")?;
    adapter.close().await?;
    drop(adapter);
    check(&cloned, "after the adapter is closed")
}
