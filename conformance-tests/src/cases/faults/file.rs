//! Databases that are files, and files that are damaged, taken away, full or locked.

use std::time::Duration;

use drivetrain_adapter_api::{
    Capability, Error, ErrorKind, RetryClass, SharedAdapter, StreamOptions, TransactionOptions,
};
use futures_util::TryStreamExt as _;

use crate::case::{Case, L, Need, case};
use crate::cases::transactions::support::RAW;
use crate::faults::Damage;
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Stop, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "FLT-L1",
        Faults,
        R,
        L,
        [RAW, Need::Oracle, Need::File],
        ["A-5"],
        "a file that is no database is Corrupt",
        header
    ),
    case!(
        "FLT-L2",
        Faults,
        R,
        L,
        [RAW, Need::Oracle, Need::File],
        ["A-5", "A-21"],
        "a file that is cut in half is Corrupt, and never half its rows",
        truncated
    ),
    case!(
        "FLT-L3",
        Faults,
        R,
        L,
        [RAW, Need::Oracle, Need::File, Need::Capability(Capability::Streaming)],
        ["A-21", "A-42"],
        "a page that is overwritten ends queries and streams with an error, and leaves other tables alone",
        page
    ),
    case!(
        "FLT-L4",
        Faults,
        R,
        L,
        [RAW, Need::Oracle, Need::File],
        ["A-21", "A-6"],
        "a file that is removed while it is open is gone on with or missed, and never another",
        removed
    ),
    case!(
        "FLT-L5",
        Faults,
        R,
        L,
        [RAW, Need::Oracle, Need::File],
        ["A-21", "A-6"],
        "a file that is replaced while it is open is gone on with or Corrupt, and never mixed up",
        replaced
    ),
    case!(
        "FLT-L6",
        Faults,
        R,
        L,
        [RAW, Need::Oracle, Need::Interactive, Need::Capability(Capability::Sessions)],
        ["A-6", "A-55"],
        "a disk that is full in a transaction is LimitExceeded, undoes nothing else, and is forgotten",
        full
    ),
    case!(
        "FLT-L7",
        Faults,
        R,
        L,
        [RAW, Need::Oracle],
        ["A-5", "A-10"],
        "a file that somebody else locks is LockTimeout, nothing happened, and the next write is done once",
        locked
    ),
];

const ROWS: u64 = 600;

/// A table of many pages, and a small one beside it.
async fn fill(cx: &Context) -> Outcome {
    let fill = format!(
        "insert into {{t:t}} with recursive r(n) as (select 1 union all select n + 1 from r where n < {ROWS}) \
         select n, hex(zeroblob(500)) from r"
    );
    cx.prepare(&[
        "create table {t:small} (id integer primary key)",
        "insert into {t:small} values (1), (2), (3)",
        "create table {t:t} (id integer primary key, body text)",
        &fill,
    ])
    .await
}

/// Checks that a file is refused as damaged, when it is opened or when it is read first.
async fn is_corrupt(cx: &Context, what: &str) -> Outcome<Error> {
    let outcome = match cx.try_adapter(cx.setup()).await? {
        Ok(adapter) => adapter.query(cx.raw("select id, body from {t:t}", vec![])).await.map(drop),
        Err(error) => Err(error),
    };
    let error = must_fail(outcome, &[ErrorKind::Corrupt], what)?;
    ensure_eq!(error.retry(), RetryClass::Never, "{what}: the retry class");
    Ok(error)
}

async fn header(cx: Context) -> Outcome {
    fill(&cx).await?;
    cx.damage(Damage::Header).await?;
    let error = is_corrupt(&cx, "a file that begins otherwise").await?;
    ensure_eq!(error.code().map(|code| code & 0xff), Some(26), "the code");
    Ok(())
}

async fn truncated(cx: Context) -> Outcome {
    fill(&cx).await?;
    cx.damage(Damage::Truncate).await?;
    let error = is_corrupt(&cx, "half a file").await?;
    ensure_eq!(error.code().map(|code| code & 0xff), Some(11), "the code");
    Ok(())
}

async fn page(cx: Context) -> Outcome {
    fill(&cx).await?;
    cx.damage(Damage::Page).await?;
    let adapter = cx.adapter().await?;
    let select = || cx.raw("select id, body from {t:t}", vec![]);
    for _ in 0..2 {
        must_fail(adapter.query(select()).await, &[ErrorKind::Corrupt], "a query across the page")?;
        let mut options = StreamOptions::default();
        options.chunk_rows = 10;
        let mut seen = 0;
        let streamed = async {
            let mut stream = adapter.stream(select(), options).await?;
            while let Some(chunk) = stream.try_next().await? {
                seen += chunk.len();
            }
            Ok(())
        };
        must_fail(streamed.await, &[ErrorKind::Corrupt], "a stream across the page")?;
        ensure!((seen as u64) < ROWS, "the stream gave all rows, and then failed");
        let small =
            adapter.query(cx.raw("select id from {t:small}", vec![])).await.within("another table")?;
        ensure_eq!(small.rows.len(), 3, "rows of another table");
        cx.check_usable(&adapter).await?;
    }
    Ok(())
}

/// Checks that what is read is what there was, or an error.
async fn the_same_or_an_error(cx: &Context, adapter: &SharedAdapter, what: &str) -> Outcome {
    for _ in 0..3 {
        match adapter.query(cx.raw("select count(*), sum(length(body)) from {t:t}", vec![])).await {
            Ok(result) => {
                let read = (result.rows.get::<i64>(0, 0)?, result.rows.get::<i64>(0, 1)?);
                let rows = i64::try_from(ROWS).unwrap_or_default();
                ensure_eq!(read, (rows, rows * 1000), "{what}: what is read");
            }
            Err(error) => {
                let kinds = [
                    ErrorKind::Corrupt,
                    ErrorKind::Connect,
                    ErrorKind::DatabaseNotFound,
                    ErrorKind::ReadOnly,
                    ErrorKind::ConnectionLost,
                ];
                must_fail::<()>(Err(error), &kinds, what)?;
            }
        }
    }
    Ok(())
}

async fn removed(cx: Context) -> Outcome {
    fill(&cx).await?;
    let adapter = cx.adapter().await?;
    the_same_or_an_error(&cx, &adapter, "before").await?;
    cx.damage(Damage::Remove).await?;
    the_same_or_an_error(&cx, &adapter, "a file that was removed").await?;
    // Whoever opens it now finds no such table, or no such file.
    let other = match cx.try_adapter(cx.setup()).await? {
        Ok(other) => other.query(cx.raw("select id from {t:t}", vec![])).await.map(drop),
        Err(error) => Err(error),
    };
    let kinds =
        [ErrorKind::UndefinedTable, ErrorKind::DatabaseNotFound, ErrorKind::Connect, ErrorKind::Corrupt];
    must_fail(other, &kinds, "a new connection")?;
    the_same_or_an_error(&cx, &adapter, "a file that was removed and made anew").await
}

async fn replaced(cx: Context) -> Outcome {
    fill(&cx).await?;
    let adapter = cx.adapter().await?;
    the_same_or_an_error(&cx, &adapter, "before").await?;
    cx.damage(Damage::Replace).await?;
    the_same_or_an_error(&cx, &adapter, "a file that was replaced").await?;
    is_corrupt(&cx, "what it was replaced by").await?;
    the_same_or_an_error(&cx, &adapter, "a file that was replaced").await
}

async fn full(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (x {bytes})"]).await?;
    let adapter = cx.adapter().await?;
    let large = || cx.raw("insert into {t:t} values (zeroblob(1000000))", vec![]);
    let small = || cx.raw("insert into {t:t} values (zeroblob(1))", vec![]);
    let mut session = adapter.session().await?;
    session.query(cx.raw("pragma max_page_count = 10", vec![])).await?;
    let mut transaction = session.begin(TransactionOptions::new()).await?;
    transaction.query(small()).await?;
    let error = must_fail(transaction.query(large()).await, &[ErrorKind::LimitExceeded], "a row too many")?;
    ensure_eq!(
        (error.code().map(|code| code & 0xff), error.retry()),
        (Some(13), RetryClass::Never),
        "the error"
    );
    let ended = transaction.rollback().await;
    if let Err(error) = ended {
        // SQLite may have rolled back by itself.
        must_fail::<()>(Err(error), &[ErrorKind::TransactionEnded], "the rollback")?;
    }
    session.query(small()).await.within("a row that fits")?;
    session.close().await?;
    ensure_eq!(cx.oracle_count("t").await?, 1, "rows");
    for _ in 0..3 {
        adapter.query(large()).await.within("a row of the next user, who has no such limit")?;
    }
    ensure_eq!(cx.oracle_count("t").await?, 4, "rows in the end");
    Ok(())
}

async fn locked(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int8})", "insert into {t:t} values (0)"]).await?;
    let mut setup = cx.setup();
    setup.lock_wait = Some(Duration::from_millis(50));
    let adapter = cx.adapter_with(setup).await?;
    cx.check_usable(&adapter).await?;
    let mut oracle = cx.own_oracle().await?;
    for id in 1..=2 {
        oracle.run(&cx.sql("begin immediate; insert into {t:t} values (-1)")).await.map_err(Stop::fail)?;
        let insert = || cx.raw(&format!("insert into {{t:t}} values ({id})"), vec![]);
        let error =
            must_fail(adapter.query(insert()).await, &[ErrorKind::LockTimeout], "a write to a locked file")?;
        ensure_eq!(error.retry(), RetryClass::SafeNow, "the retry class");
        oracle.run("rollback").await.map_err(Stop::fail)?;
        adapter.query(insert()).await.within("a write to a file that is free again")?;
        ensure_eq!(cx.oracle_count("t").await?, id + 1, "rows");
    }
    cx.check_usable(&adapter).await
}
