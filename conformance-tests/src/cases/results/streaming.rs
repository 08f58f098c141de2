//! Rows in chunks.

use std::time::Duration;

use drivetrain_adapter_api::{Capability, Dialect, RowStream, Rows};
use futures_util::StreamExt as _;

use crate::case::{ALL, Case, Need, STATEFUL, case};
use crate::cases::helpers::{bounds, by_dialect, chunks, column, numbers, text_of_length};
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome, Stop, Within as _};

const STREAMING: Need = Need::Capability(Capability::Streaming);

pub(super) const CASES: &[Case] = &[
    case!(
        "RES-16",
        Results,
        L2,
        ALL,
        [STREAMING],
        ["A-40", "A-21"],
        "a million rows are streamed in order, no chunk above its bounds",
        bounded
    )
    .within_seconds(30),
    case!(
        "RES-17",
        Results,
        L2,
        STATEFUL,
        [STREAMING, Need::Oracle],
        ["A-40"],
        "the first rows arrive while the statement still makes the others",
        first_rows_first
    ),
    case!(
        "RES-22",
        Results,
        L2,
        ALL,
        [STREAMING],
        ["A-40"],
        "two streams and a query at the same time do not meet each other's rows",
        interleaved
    ),
    case!(
        "RES-24",
        Results,
        L2,
        ALL,
        [STREAMING],
        ["A-40", "A-21"],
        "chunks of 1, 2, n and more than n rows, and of few bytes, give the same rows",
        sizes
    ),
];

async fn bounded(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let last = 1_000_000;
    let text = by_dialect(
        &cx,
        ["'the text of row ' || n", "concat('the text of row ', n)", "'the text of row ' || n"],
    );
    let order = by_dialect(&cx, ["", "order by n", ""]);
    let sql = format!("select n, {text} as t from {} {order}", numbers(&cx, last));
    let options = bounds(5_000, 64 << 10);
    let mut stream = adapter.stream(cx.raw(&sql, vec![]), options).await?;
    ensure_eq!(stream.columns().len(), 2, "columns before the first row");
    let mut seen = 0;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.within(format!("after {seen} rows"))?;
        ensure!(!chunk.is_empty(), "an empty chunk after {seen} rows");
        ensure!(chunk.len() <= options.chunk_rows, "a chunk of {} rows", chunk.len());
        let mut bytes = 0;
        for row in 0..chunk.len() {
            seen += 1;
            let number: u64 = chunk.get(row, 0)?;
            ensure!(number == seen, "row {seen} has the number {number}");
            bytes += chunk.get::<&str>(row, 1)?.len();
        }
        ensure!(bytes <= options.chunk_bytes || chunk.len() == 1, "a chunk of {bytes} bytes");
    }
    ensure_eq!(seen, last, "rows");
    drop(stream);
    cx.check_usable(&adapter).await
}

async fn first_rows_first(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    if cx.dialect() == Dialect::Sqlite {
        // A result that never ends.
        let sql = "with recursive made(n) as (select 1 union all select n + 1 from made) select n from made";
        let mut stream = adapter.stream(cx.raw(sql, vec![]), bounds(10, 1 << 20)).await?;
        for from in [1, 11, 21] {
            let chunk = next(&cx, &mut stream).await?.ok_or_else(|| Stop::fail("the stream has ended"))?;
            ensure_eq!(column::<i64>(&chunk, 0)?, (from..from + 10).collect::<Vec<_>>(), "the chunk");
        }
        drop(stream);
        return cx.check_usable(&adapter).await;
    }
    // The third row waits for a lock of the oracle's. Rows are long, so that none waits in a buffer for company.
    let key = cx.nonce();
    let mut oracle = cx.own_oracle().await?;
    let lock = by_dialect(&cx, ["select pg_advisory_lock(#)", "select get_lock('#', 5)", ""]);
    let unlock = by_dialect(&cx, ["select pg_advisory_unlock(#)", "select release_lock('#')", ""]);
    let waits = by_dialect(
        &cx,
        [
            "case when n = 3 then pg_advisory_xact_lock(#)::text end",
            "case when n = 3 then get_lock('#', 8) end",
            "",
        ],
    );
    let numbered = |sql: &str| sql.replace('#', &key.to_string());
    oracle.run(&numbered(lock)).await.map_err(Stop::fail)?;
    let pad = text_of_length(&cx, 128 << 10);
    let sql = format!("select n, {pad}, {} from {}", numbered(waits), numbers(&cx, 4));
    let mut stream = adapter.stream(cx.raw(&sql, vec![]), bounds(1, 1 << 20)).await?;
    for number in [1, 2] {
        let chunk = next(&cx, &mut stream).await.within(format!("row {number} while row 3 waits"))?;
        let chunk = chunk.ok_or_else(|| Stop::fail("the stream has ended"))?;
        ensure_eq!(column::<i64>(&chunk, 0)?, [number], "the chunk");
    }
    oracle.run(&numbered(unlock)).await.map_err(Stop::fail)?;
    for number in [3, 4] {
        let chunk = next(&cx, &mut stream).await?.ok_or_else(|| Stop::fail("the stream has ended"))?;
        ensure_eq!(column::<i64>(&chunk, 0)?, [number], "the chunk");
    }
    ensure!(next(&cx, &mut stream).await?.is_none(), "a chunk after the last row");
    drop(stream);
    cx.check_usable(&adapter).await
}

async fn next(cx: &Context, stream: &mut RowStream<'_>) -> Outcome<Option<Rows>> {
    let chunk = cx.within(Duration::from_secs(4), "the next chunk", stream.next()).await?;
    Ok(chunk.transpose()?)
}

async fn interleaved(cx: Context) -> Outcome {
    let mut setup = cx.setup();
    setup.pool_max = Some(3);
    let adapter = cx.adapter_with(setup).await?;
    let order = by_dialect(&cx, ["", "order by n", ""]);
    let query = |plus: i64| cx.raw(&format!("select n + {plus} from {} {order}", numbers(&cx, 20)), vec![]);
    let mut left = adapter.stream(query(0), bounds(3, 1 << 20)).await?;
    let mut right = adapter.stream(query(1000), bounds(2, 1 << 20)).await?;
    let (mut lefts, mut rights) = (Vec::new(), Vec::new());
    loop {
        let (from_left, from_right) = (next(&cx, &mut left).await?, next(&cx, &mut right).await?);
        if from_left.is_none() && from_right.is_none() {
            break;
        }
        if let Some(rows) = from_left {
            lefts.extend(column::<i64>(&rows, 0)?);
        }
        if let Some(rows) = from_right {
            rights.extend(column::<i64>(&rows, 0)?);
        }
        cx.check_usable(&adapter).await.within("between the chunks of two streams")?;
    }
    ensure_eq!(lefts, (1..=20).collect::<Vec<_>>(), "rows of the first stream");
    ensure_eq!(rights, (1001..=1020).collect::<Vec<_>>(), "rows of the second stream");
    Ok(())
}

async fn sizes(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let pad = text_of_length(&cx, 1000);
    let order = by_dialect(&cx, ["", "order by n", ""]);
    let query = |count| cx.raw(&format!("select n, {pad} from {} {order}", numbers(&cx, count)), vec![]);
    let whole: Vec<i64> = (1..=10).collect();
    for options in [
        bounds(1, 1 << 20),
        bounds(2, 1 << 20),
        bounds(3, 1 << 20),
        bounds(9, 1 << 20),
        bounds(10, 1 << 20),
        bounds(11, 1 << 20),
        bounds(usize::MAX, usize::MAX),
        bounds(100, 1),
        bounds(100, 2_500),
    ] {
        let (rows, bytes) = (options.chunk_rows, options.chunk_bytes);
        let what = format!("chunks of {rows} rows and {bytes} bytes");
        let got = chunks(&adapter, query(10), options).await.within(&what)?;
        let mut numbers = Vec::new();
        for chunk in &got {
            let most = rows.min((bytes / 1000).max(1));
            ensure!((1..=most).contains(&chunk.len()), "{what}: one of {}", chunk.len());
            ensure_eq!(chunk.columns().len(), 2, "{what}: columns");
            numbers.extend(column::<i64>(chunk, 0)?);
        }
        ensure_eq!(numbers, whole, "{what}: rows");
    }
    let none = cx.raw("select 1 as a, 2 as b where 1 = 0", vec![]);
    let mut stream = adapter.stream(none, bounds(10, 1 << 20)).await?;
    ensure_eq!(stream.columns().len(), 2, "columns of a stream without rows");
    if let Some(chunk) = next(&cx, &mut stream).await? {
        return Err(Stop::fail(format!("a chunk of {} rows in a stream without rows", chunk.len())));
    }
    drop(stream);
    cx.check_usable(&adapter).await
}
