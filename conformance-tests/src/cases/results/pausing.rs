//! Streams whose reader stops reading, for a while or for good.

use std::time::Duration;

use drivetrain_adapter_api::{Capability, Dialect, ErrorKind, TransactionOptions};
use futures_util::StreamExt as _;

use crate::case::{ALL, Case, L, Need, P, T, W, case};
use crate::cases::helpers::{bounds, column, numbers, text_of_length};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Stop, Within as _};

const STREAMING: Need = Need::Capability(Capability::Streaming);

pub(super) const CASES: &[Case] = &[
    case!(
        "RES-18",
        Results,
        L2,
        P.or(W).or(L),
        [STREAMING, Need::Oracle],
        ["A-40", "A-41"],
        "while the reader pauses the statement pauses too: what is buffered has a bound",
        backpressure
    ),
    case!(
        "RES-18.RUNNING",
        Results,
        L2,
        P.or(W).or(T),
        [STREAMING, Need::Admin],
        ["A-40", "A-43"],
        "while the reader pauses the statement is still at work, and no more when the stream is dropped",
        still_running
    ),
    case!(
        "RES-19",
        Results,
        L2,
        ALL,
        [STREAMING],
        ["A-43", "A-6"],
        "a stream dropped after its first chunk leaves no row for the next query",
        dropped
    ),
    case!(
        "RES-19.TX",
        Results,
        L2,
        ALL,
        [STREAMING, Need::Interactive, Need::Oracle],
        ["A-43", "C-2"],
        "a stream dropped within a transaction leaves it usable, or ended with nothing written",
        dropped_in_a_transaction
    ),
];

async fn backpressure(cx: Context) -> Outcome {
    if cx.dialect() == Dialect::Sqlite { sqlite_pauses(&cx).await } else { postgres_pauses(&cx).await }
}

/// A sequence counts the rows that the server has made: the oracle sees it while the statement runs.
async fn postgres_pauses(cx: &Context) -> Outcome {
    const LAST: u64 = 200_000;
    // Rows of 1 KiB. The buffers of both ends of a connection grow to several MiB.
    const MOST: u64 = 24 << 10;
    cx.prepare(&["create sequence {t:made}"]).await?;
    let sequence = cx.literal(&cx.sql("{t:made}"));
    let pad = text_of_length(cx, 1024);
    let sql = format!("select nextval({sequence}), {pad} from {}", numbers(cx, LAST));
    let adapter = cx.adapter().await?;
    let mut stream = adapter.stream(cx.raw(&sql, vec![]), bounds(100, 1 << 20)).await?;
    let first = stream.next().await.ok_or_else(|| Stop::fail("the stream has ended"))??;
    let mut seen = first.len() as u64;
    let made = async || -> Outcome<u64> {
        let cell = cx.oracle_cell("select last_value from {t:made}").await?;
        cell.and_then(|text| text.parse().ok()).ok_or_else(|| Stop::fail("the sequence has no number"))
    };
    // The reader pauses until the server makes no more rows: for ten looks in a row.
    let (mut last, mut same) = (0, 0);
    while same < 10 {
        cx.sleep(Duration::from_millis(20)).await;
        let now = made().await?;
        same = if now == last { same + 1 } else { 0 };
        last = now;
        ensure!(now <= seen + MOST, "{now} rows were made, and {seen} were asked for");
    }
    while let Some(chunk) = stream.next().await {
        let chunk = chunk?;
        seen += chunk.len() as u64;
        if seen > 2_000 {
            break;
        }
    }
    ensure!(made().await? <= seen + MOST, "more is made than was asked for");
    drop(stream);
    cx.check_usable(&adapter).await?;
    ensure!(made().await? < LAST, "the statement ran to its end when its stream was dropped");
    Ok(())
}

/// While the statement stands, it keeps its snapshot: a checkpoint cannot empty the log.
async fn sqlite_pauses(cx: &Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4})"]).await?;
    let mut oracle = cx.own_oracle().await?;
    oracle.run("pragma busy_timeout = 0").await.map_err(Stop::fail)?;
    let pad = text_of_length(cx, 1024);
    // It reads a table, and so has a snapshot.
    let sql = format!("select n, {pad} from {} left join {{t:t}} on id = n", numbers(cx, 20_000));
    let adapter = cx.adapter().await?;
    let mut stream = adapter.stream(cx.raw(&sql, vec![]), bounds(100, 1 << 20)).await?;
    let first = stream.next().await.ok_or_else(|| Stop::fail("the stream has ended"))??;
    ensure_eq!(first.len(), 100, "rows of the first chunk");
    // Long enough to make all 20 MiB of rows, several times over.
    cx.sleep(Duration::from_millis(500)).await;
    let mut stands = async || -> Outcome<bool> {
        // Without a write-ahead log the write itself has to wait.
        if oracle.run(&cx.sql("insert into {t:t} values (-1)")).await.is_err() {
            return Ok(true);
        }
        let rows = oracle.rows("pragma wal_checkpoint(truncate)").await.map_err(Stop::fail)?;
        Ok(rows.first().and_then(|row| row.first()).is_some_and(|busy| busy.as_deref() == Some("1")))
    };
    ensure!(stands().await?, "the statement has come to its end while nobody read its rows");
    let second = stream.next().await.ok_or_else(|| Stop::fail("the stream has ended"))??;
    ensure_eq!(column::<i64>(&second, 0)?, (101..=200).collect::<Vec<_>>(), "the second chunk");
    drop(stream);
    cx.check_usable(&adapter).await?;
    for _ in 0..100 {
        if !stands().await? {
            return Ok(());
        }
        cx.sleep(Duration::from_millis(20)).await;
    }
    Err(Stop::fail("the snapshot is kept after the stream was dropped"))
}

async fn still_running(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let pad = text_of_length(&cx, 1024);
    // 200 MiB: more than all buffers on the way hold.
    let sql = format!("select n, {pad} as still_running from {}", numbers(&cx, 200_000));
    let mut stream = adapter.stream(cx.raw(&sql, vec![]), bounds(100, 1 << 20)).await?;
    let first = stream.next().await.ok_or_else(|| Stop::fail("the stream has ended"))??;
    ensure_eq!(first.len(), 100, "rows of the first chunk");
    cx.sleep(Duration::from_millis(500)).await;
    let at_work = async || -> Outcome<bool> {
        let sessions = cx.sessions().await?;
        Ok(sessions.iter().any(|session| session.running && session.statement.contains("as still_running")))
    };
    ensure!(at_work().await?, "the statement has come to its end while nobody read its rows");
    drop(stream);
    let limit = Duration::from_secs(5);
    cx.eventually(limit, "the statement ends with its stream", async || Ok(!at_work().await?)).await?;
    cx.check_usable(&adapter).await
}

async fn dropped(cx: Context) -> Outcome {
    let mut setup = cx.setup();
    setup.pool_max = Some(1);
    let adapter = cx.adapter_with(setup).await?;
    let sql = format!("select n, n as again from {}", numbers(&cx, 1_000_000));
    for (rows, chunks) in [(1, 1), (1000, 1), (1000, 3), (10, 0)] {
        let what = format!("a stream dropped after {chunks} chunks of {rows} rows");
        let mut stream = adapter.stream(cx.raw(&sql, vec![]), bounds(rows, 1 << 20)).await?;
        for _ in 0..chunks {
            let chunk = stream.next().await.ok_or_else(|| Stop::fail("the stream has ended"))??;
            ensure_eq!(chunk.len(), rows, "rows of a chunk");
        }
        drop(stream);
        cx.check_usable(&adapter).await.within(&what)?;
        cx.check_usable(&adapter).await.within(&what)?;
    }
    Ok(())
}

async fn dropped_in_a_transaction(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4})"]).await?;
    let adapter = cx.adapter().await?;
    let mut transaction = adapter.begin(TransactionOptions::new()).await?;
    transaction.query(cx.raw("insert into {t:t} values (1)", vec![])).await?;
    let sql = format!("select n from {}", numbers(&cx, 1_000_000));
    let mut stream = transaction.stream(cx.raw(&sql, vec![]), bounds(10, 1 << 20)).await?;
    let chunk = stream.next().await.ok_or_else(|| Stop::fail("the stream has ended"))??;
    ensure_eq!(chunk.len(), 10, "rows of the first chunk");
    drop(stream);
    let nonce = cx.nonce();
    match transaction.query(cx.raw(&format!("select {nonce} from {{t:t}}"), vec![])).await {
        Ok(result) => {
            ensure_eq!(column::<i64>(&result.rows, 0)?, [nonce], "the answer to the next query");
            transaction.query(cx.raw("insert into {t:t} values (2)", vec![])).await?;
            transaction.commit().await?;
            ensure_eq!(cx.oracle_count("t").await?, 2, "rows that were committed");
        }
        Err(error) => {
            let kinds =
                [ErrorKind::TransactionAborted, ErrorKind::TransactionEnded, ErrorKind::ConnectionLost];
            must_fail::<()>(Err(error), &kinds, "the next query")?;
            ensure!(transaction.commit().await.is_err(), "a transaction that failed was committed");
            ensure_eq!(cx.oracle_count("t").await?, 0, "rows of a transaction that failed");
        }
    }
    cx.check_usable(&adapter).await
}
