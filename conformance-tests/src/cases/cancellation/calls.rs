//! CAN-02 on calls outside of transactions: connecting, queries, batches, streams, sessions, closing.

use std::time::Duration;

use drivetrain_adapter_api::Capability::{Scripts, Sessions, Streaming};
use drivetrain_adapter_api::{Batch, ErrorKind, Query, RowStream, StreamOptions, TransactionOptions, Value};
use futures_util::StreamExt as _;
use futures_util::future::join;

use super::stage::{Ended, Stage, sweep};
use super::swept;
use crate::case::{ALL, Case, Need, STATEFUL};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Stop, Within as _};

pub(super) const CASES: &[Case] = &[
    swept!("CAN-02.connect", ALL, [], "connecting dropped after k polls leaves no session behind", connect),
    swept!(
        "CAN-02.prepare",
        ALL,
        [],
        "a query that is new to the connection, dropped after k polls",
        new_query
    ),
    swept!("CAN-02.query", ALL, [], "a query that is known, dropped after k polls", known_query),
    swept!("CAN-02.execute", ALL, [], "a write dropped after k polls happens once or not at all", write),
    swept!("CAN-02.batch", ALL, [], "a batch dropped after k polls: each write once or not at all", batch),
    swept!(
        "CAN-02.batch-atomic",
        ALL,
        [Need::AtomicBatch],
        "an atomic batch dropped after k polls happens as a whole or not at all",
        atomic_batch
    ),
    swept!(
        "CAN-02.script",
        ALL,
        [Need::Capability(Scripts)],
        "a script dropped after k polls: each write once or not at all",
        script
    ),
    swept!(
        "CAN-02.stream-open",
        ALL,
        [Need::Capability(Streaming)],
        "opening a stream, dropped after k polls, leaves no statement running",
        stream_open
    ),
    swept!(
        "CAN-02.stream-next",
        ALL,
        [Need::Capability(Streaming)],
        "a chunk of a stream, and then the stream, dropped after k polls",
        stream_next
    ),
    swept!(
        "CAN-02.session-open",
        STATEFUL,
        [Need::Capability(Sessions)],
        "opening a session, dropped after k polls, gives its place back",
        session_open
    ),
    swept!(
        "CAN-02.session-query",
        STATEFUL,
        [Need::Capability(Sessions)],
        "after a dropped call a session answers the next with its own rows",
        session_query
    ),
    swept!(
        "CAN-02.pool-release",
        STATEFUL,
        [Need::Capability(Sessions)],
        "closing a session, dropped after k polls, gives its place back clean",
        session_close
    ),
    swept!(
        "CAN-02.pool-acquire",
        STATEFUL,
        [Need::Interactive],
        "waiting for the only connection, dropped after k polls, loses no place in the pool",
        acquire
    ),
    swept!("CAN-02.health-check", ALL, [], "a health check dropped after k polls", health_check),
    swept!("CAN-02.close", ALL, [], "closing, dropped after k polls, can be done again", close),
];

pub(super) async fn connect(stage: Stage) -> Outcome<Ended> {
    // Its place at the server is beside that of the stage's own adapter, and must be free again when that is judged.
    let made = stage.cut(stage.cx.adapter_with(stage.setup.clone())).await.transpose()?;
    if let Some(adapter) = &made {
        stage.cx.check_usable(adapter).await?;
        adapter.close().await?;
    }
    Ok(Ended::of(made, 0, &[0]))
}

async fn new_query(stage: Stage) -> Outcome<Ended> {
    let result = stage.cut(stage.adapter.query(stage.unheard_of())).await.transpose()?;
    if let Some(result) = &result {
        ensure_eq!(result.rows.get::<i64>(0, 0)?, 0, "the cell");
    }
    Ok(Ended::of(result, 0, &[0]))
}

pub(super) async fn known_query(stage: Stage) -> Outcome<Ended> {
    let ask = |key| stage.cx.raw("select count(*) from {t:t} where k = {1}", vec![Value::Int64(key)]);
    stage.adapter.query(ask(-1)).await?;
    let result = stage.cut(stage.adapter.query(ask(stage.key))).await.transpose()?;
    if let Some(result) = &result {
        ensure_eq!(result.rows.get::<i64>(0, 0)?, 0, "the cell");
    }
    Ok(Ended::of(result, 0, &[0]))
}

pub(super) async fn write(stage: Stage) -> Outcome<Ended> {
    let result = stage.cut(stage.adapter.query(stage.write())).await.transpose()?;
    Ok(Ended::of(result, 1, &[0, 1]))
}

async fn batch(stage: Stage) -> Outcome<Ended> {
    let batch = Batch::new(vec![stage.write(), stage.unheard_of(), stage.write()]);
    let results = stage.cut(stage.adapter.batch(batch)).await.transpose()?;
    Ok(Ended::of(results, 2, &[0, 1, 2]))
}

pub(super) async fn atomic_batch(stage: Stage) -> Outcome<Ended> {
    let queries = vec![stage.write(), stage.unheard_of(), stage.write()];
    let batch = Batch::atomic(queries, TransactionOptions::new());
    let results = stage.cut(stage.adapter.batch(batch)).await.transpose()?;
    Ok(Ended::of(results, 2, &[0, 2]))
}

async fn script(stage: Stage) -> Outcome<Ended> {
    let one = format!("insert into {{t:t}} (k, n) values ({}, 1);\n", stage.key);
    let text = stage.cx.sql(&one.repeat(2));
    let done = stage.cut(stage.adapter.script(&text)).await.transpose()?;
    Ok(Ended::of(done, 2, &[0, 1, 2]))
}

/// A thousand rows.
pub(super) fn rows(cx: &Context) -> Query {
    cx.raw(
        "with recursive c (n) as (select 1 union all select n + 1 from c where n < 1000) select n from c",
        vec![],
    )
}

pub(super) fn chunks_of(rows: usize) -> StreamOptions {
    let mut options = StreamOptions::default();
    options.chunk_rows = rows;
    options
}

/// The next chunk, which must begin with that row.
pub(super) async fn expect_chunk(stream: &mut RowStream<'_>, first: i64) -> Outcome {
    let chunk = stream.next().await;
    let chunk = chunk.ok_or_else(|| Stop::fail(format!("no chunk, where {first} is next")))?;
    ensure_eq!(chunk.within("a chunk")?.get::<i64>(0, 0)?, first, "the first row of a chunk");
    Ok(())
}

async fn stream_open(stage: Stage) -> Outcome<Ended> {
    let stream = stage.cut(stage.adapter.stream(rows(&stage.cx), chunks_of(50))).await.transpose()?;
    Ok(Ended::of(stream, 0, &[0]))
}

pub(super) async fn stream_next(stage: Stage) -> Outcome<Ended> {
    let mut stream = stage.adapter.stream(rows(&stage.cx), chunks_of(50)).await?;
    expect_chunk(&mut stream, 1).await?;
    let more = stage
        .cut(async {
            for first in [51, 101, 151] {
                expect_chunk(&mut stream, first).await?;
            }
            Ok::<_, Stop>(())
        })
        .await
        .transpose()?;
    drop(stream);
    Ok(Ended::of(more, 0, &[0]))
}

async fn session_open(stage: Stage) -> Outcome<Ended> {
    let session = stage.cut(stage.adapter.session()).await.transpose()?;
    Ok(Ended::of(session, 0, &[0]))
}

async fn session_query(stage: Stage) -> Outcome<Ended> {
    let mut session = stage.adapter.session().await?;
    let result = stage.cut(session.query(stage.write())).await.transpose()?;
    let nonce = stage.cx.nonce();
    match session.query(Query::raw(format!("select {nonce}"), vec![])).await {
        Ok(answer) => ensure_eq!(answer.rows.get::<i64>(0, 0)?, nonce, "the session's next answer"),
        Err(error) => {
            ensure!(
                result.is_none() && error.kind() == ErrorKind::ConnectionLost,
                "the session's next call: {:?} ({error})",
                error.kind()
            );
        }
    }
    session.close().await?;
    Ok(Ended::of(result, 1, &[0, 1]))
}

async fn session_close(stage: Stage) -> Outcome<Ended> {
    let mut session = stage.adapter.session().await?;
    // There is something to clean up.
    let temporary = format!("create temporary table lent_{} (n int)", stage.key);
    session.query(Query::raw(temporary, vec![])).await?;
    session.query(Query::raw("begin", vec![])).await?;
    session.query(stage.write()).await?;
    let closed = stage.cut(session.close()).await.transpose()?;
    Ok(Ended::of(closed, 0, &[0]))
}

async fn acquire(stage: Stage) -> Outcome<Ended> {
    let holder = stage.adapter.begin(TransactionOptions::new()).await?;
    let waiting = stage.cut(stage.adapter.query(stage.write()));
    let (result, released) = join(waiting, async {
        // One turn for the waiter first.
        stage.cx.sleep(Duration::from_millis(1)).await;
        holder.rollback().await
    })
    .await;
    released?;
    Ok(Ended::of(result.transpose()?, 1, &[0, 1]))
}

async fn health_check(stage: Stage) -> Outcome<Ended> {
    let healthy = stage.cut(stage.adapter.health_check()).await.transpose()?;
    Ok(Ended::of(healthy, 0, &[0]))
}

async fn close(stage: Stage) -> Outcome<Ended> {
    let adapter = stage.cx.adapter_with(stage.setup.clone()).await?;
    adapter.query(stage.write()).await?;
    let closed = stage.cut(adapter.close()).await.transpose()?;
    adapter.close().await.within("closing again")?;
    let refused = adapter.query(stage.write()).await;
    must_fail(refused, &[ErrorKind::Closed], "a query afterwards")?;
    Ok(Ended::of(closed, 1, &[1]))
}
