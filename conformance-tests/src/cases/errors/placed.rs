//! The same errors where they happen in a batch, in a stream and in a transaction.

use drivetrain_adapter_api::{
    Batch, Capability, Error, ErrorKind, Query, RowStream, StreamOptions, TransactionOptions,
};
use futures_util::StreamExt as _;

use super::trigger::{Expected, Trigger};
use crate::case::{ALL, Case, HTTP, Need, PG, case};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Stop, Within as _};

macro_rules! placed {
    ($place:literal, $places:expr, $need:expr, $obligation:literal, $title:literal, $run:path; $($id:literal),*) => {
        [$(case!(
            concat!($id, ".", $place), Errors, L0, $places, [Need::Oracle, $need], ["A-5", "A-6", $obligation], $title,
            $run
        )),*]
    };
}

const BATCH: [Case; 5] = placed!(
    "BATCH", ALL, Need::Capability(Capability::Pipelining), "A-33",
    "in a batch it has the same fields, and the index of its query", in_batch;
    "ERR-01", "ERR-04", "ERR-06", "ERR-11", "ERR-12");
const ATOMIC: [Case; 2] = placed!(
    "ATOMIC", ALL, Need::AtomicBatch, "A-30",
    "in an atomic batch it has the index of its query, and nothing is written", in_atomic_batch;
    "ERR-01", "ERR-07");
const STREAM: [Case; 3] = placed!(
    "STREAM", ALL, Need::Capability(Capability::Streaming), "A-42",
    "from a stream it comes with the same fields", in_stream;
    "ERR-02", "ERR-12", "ERR-13");
const LATE: [Case; 1] = placed!(
    "STREAM", PG, Need::Capability(Capability::Streaming), "A-42",
    "after the first rows it ends the stream, with the same fields", late_in_stream;
    "ERR-23");
const TRANSACTION: [Case; 4] = placed!(
    "TX", ALL, Need::Interactive, "C-1",
    "in a transaction it has the same fields, and the transaction goes on or says that it cannot", in_transaction;
    "ERR-01", "ERR-06", "ERR-11", "ERR-33");

pub(super) const CASES: [&[Case]; 5] = [&BATCH, &ATOMIC, &STREAM, &LATE, &TRANSACTION];

/// The first trigger of the case in the context's dialect, with its tables made.
async fn prepared(cx: &Context) -> Outcome<&'static Trigger> {
    let id = cx.case().id;
    let triggers = Trigger::of(cx, id.split('.').next().unwrap_or(id));
    let trigger = triggers.first().ok_or_else(|| Stop::fail("no trigger of this dialect"))?;
    cx.prepare(trigger.setup).await?;
    Ok(trigger)
}

/// Checks the error that a trigger gave, wherever it was pulled.
fn check(cx: &Context, adapter: &str, trigger: &Trigger, error: &Error) -> Outcome {
    let Expected::Error(fields) = trigger.expected else {
        return Err(Stop::fail("the trigger gives no error: a defect of the suite"));
    };
    fields.check(cx, adapter, error, trigger.query(cx).1).within(trigger.place())
}

fn plain(number: i64) -> Query {
    Query::raw(format!("select {number}"), vec![])
}

async fn in_batch(cx: Context) -> Outcome {
    let trigger = prepared(&cx).await?;
    let adapter = cx.adapter().await?;
    for before in [0, 2] {
        let mut queries: Vec<_> = (0..before).map(plain).collect();
        queries.extend([trigger.query(&cx).0, plain(7)]);
        let error = failed(adapter.batch(Batch::new(queries)).await)?;
        ensure_eq!(error.batch_index(), usize::try_from(before).ok(), "the index of the query that failed");
        check(&cx, adapter.name(), trigger, &error.without_batch_index())?;
        cx.check_usable(&adapter).await?;
    }
    Ok(())
}

async fn in_atomic_batch(cx: Context) -> Outcome {
    let trigger = prepared(&cx).await?;
    cx.prepare(&["create table {t:log} (id {int4} primary key)"]).await?;
    let adapter = cx.adapter().await?;
    let write = |number: i32| cx.raw(&format!("insert into {{t:log}} values ({number})"), vec![]);
    let batch = Batch::atomic(vec![write(1), trigger.query(&cx).0, write(2)], TransactionOptions::new());
    let error = failed(adapter.batch(batch).await)?;
    // The answer to a batch over HTTP may not tell.
    let told = error.batch_index();
    ensure!(
        told == Some(1) || told.is_none() && HTTP.contains(cx.place()),
        "the index of the query that failed: {told:?}"
    );
    check(&cx, adapter.name(), trigger, &error.without_batch_index())?;
    ensure_eq!(cx.oracle_count("log").await?, 0, "rows that the batch left behind");
    cx.check_usable(&adapter).await
}

async fn in_stream(cx: Context) -> Outcome {
    let trigger = prepared(&cx).await?;
    let adapter = cx.adapter().await?;
    let error = match adapter.stream(trigger.query(&cx).0, StreamOptions::default()).await {
        Ok(stream) => drained(stream).await.1,
        Err(error) => Some(error),
    };
    let error = error.ok_or_else(|| Stop::fail("the stream ended with success"))?;
    check(&cx, adapter.name(), trigger, &error)?;
    cx.check_usable(&adapter).await
}

async fn late_in_stream(cx: Context) -> Outcome {
    let trigger = prepared(&cx).await?;
    let adapter = cx.adapter().await?;
    let mut options = StreamOptions::default();
    options.chunk_rows = 10;
    let query = Query::raw("select 100 / (50 - g) from generate_series(1, 100) g", vec![]);
    let (rows, error) = drained(adapter.stream(query, options).await?).await;
    let error =
        error.ok_or_else(|| Stop::fail(format!("the stream ended with success after {rows} rows")))?;
    ensure_eq!(rows <= 49, true, "that at most the rows before the failure are there ({rows})");
    check(&cx, adapter.name(), trigger, &error)?;
    cx.check_usable(&adapter).await
}

/// How many rows came, and the error that ended the stream.
async fn drained(mut stream: RowStream<'_>) -> (usize, Option<Error>) {
    let mut rows = 0;
    while let Some(chunk) = stream.next().await {
        match chunk {
            Ok(chunk) => rows += chunk.len(),
            Err(error) => return (rows, Some(error)),
        }
    }
    (rows, None)
}

async fn in_transaction(cx: Context) -> Outcome {
    let trigger = prepared(&cx).await?;
    let adapter = cx.adapter().await?;
    let mut transaction = adapter.begin(TransactionOptions::new()).await?;
    transaction.query(plain(1)).await?;
    let error = failed(transaction.query(trigger.query(&cx).0).await)?;
    check(&cx, adapter.name(), trigger, &error)?;
    let after = transaction.query(plain(2)).await;
    if cx.capabilities().statement_errors_keep_transaction() {
        ensure_eq!(after?.rows.get::<i64>(0, 0)?, 2, "the next query of the transaction");
        transaction.commit().await?;
    } else {
        must_fail(after, &[ErrorKind::TransactionAborted], "the next query of the transaction")?;
        transaction.rollback().await?;
    }
    cx.check_usable(&adapter).await
}

fn failed<T>(result: Result<T, Error>) -> Outcome<Error> {
    result.err().ok_or_else(|| Stop::fail("it succeeded"))
}
