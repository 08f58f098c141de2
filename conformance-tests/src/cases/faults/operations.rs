//! A little of everything that an adapter does, for networks that are bad but whole: all of it must go well.

use drivetrain_adapter_api::{
    Batch, Capability, DbType, ErrorKind, SharedAdapter, StreamOptions, TransactionOptions, Value,
};
use futures_util::TryStreamExt as _;

use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

/// The table that is written to.
pub(super) const TABLE: &str = "create table {t:o} (id {int8} primary key, body {text})";

/// How large the largest text is.
const LARGE: usize = 3000;

/// Runs all of it; `first` is the first of a hundred ids that are free.
pub(super) async fn run(cx: &Context, adapter: &SharedAdapter, first: i64) -> Outcome {
    reads(cx, adapter).await.within("reads")?;
    writes(cx, adapter, first).await.within("writes")?;
    fails(cx, adapter, first).await.within("errors")?;
    let capabilities = cx.capabilities();
    if capabilities.transactions().is_interactive() {
        transactions(cx, adapter, first + 20).await.within("transactions")?;
    }
    if capabilities.transactions().has_atomic_batch() {
        batches(cx, adapter, first + 40).await.within("batches")?;
    }
    if capabilities.declares(Capability::Streaming) {
        streams(cx, adapter).await.within("streams")?;
    }
    if capabilities.declares(Capability::Scripts) {
        let script =
            "insert into {t:o} (id, body) values (-1, 'script'); delete from {t:o} where body = 'script'";
        adapter.script(&cx.sql(script)).await?;
    }
    adapter.health_check().await?;
    cx.check_usable(adapter).await
}

async fn reads(cx: &Context, adapter: &SharedAdapter) -> Outcome {
    let text = format!("{}\u{1F600}", "ä".repeat(LARGE / 2));
    let params = vec![Value::Int64(i64::MIN), Value::Text(text.clone()), Value::Null(DbType::Text)];
    let sql = "select cast({1} as {int8}) as a, cast({2} as {text}) as b, cast({3} as {text}) as c";
    for round in 0..2 {
        let result = adapter.query(cx.raw(sql, params.clone())).await?;
        ensure_eq!((result.rows.len(), result.rows.columns().len()), (1, 3), "rows and columns, {round}");
        ensure_eq!(result.rows.get::<i64>(0, 0)?, i64::MIN, "the number");
        ensure!(result.rows.get::<&str>(0, 1)? == text, "the text has changed");
        ensure_eq!(result.rows.get::<Option<&str>>(0, 2)?, None, "NULL");
    }
    let none = adapter.query(cx.raw("select id, body from {t:o} where id = -5", vec![])).await?;
    ensure_eq!((none.rows.len(), none.rows.columns().len()), (0, 2), "no rows");
    Ok(())
}

async fn writes(cx: &Context, adapter: &SharedAdapter, first: i64) -> Outcome {
    for id in first..first + 3 {
        let values = vec![Value::Int64(id), Value::Text("x".repeat(LARGE / 4))];
        let result = adapter.query(cx.raw("insert into {t:o} (id, body) values ({1}, {2})", values)).await?;
        ensure_eq!(result.affected, Some(1), "rows inserted");
    }
    let count = format!("select count(*) from {{t:o}} where id >= {first} and id < {}", first + 3);
    counted(cx, &count, 3).await
}

async fn fails(cx: &Context, adapter: &SharedAdapter, first: i64) -> Outcome {
    let twice = cx.raw("insert into {t:o} (id) values ({1})", vec![Value::Int64(first)]);
    must_fail(adapter.query(twice).await, &[ErrorKind::UniqueViolation], "an id that is there")?;
    let wrong = adapter.query(cx.raw("selec 1", vec![])).await;
    must_fail(wrong, &[ErrorKind::Syntax], "wrong SQL")?;
    cx.check_usable(adapter).await
}

async fn transactions(cx: &Context, adapter: &SharedAdapter, first: i64) -> Outcome {
    for (id, commit) in [(first, true), (first + 1, false)] {
        let mut transaction = adapter.begin(TransactionOptions::new()).await?;
        transaction.query(cx.raw("insert into {t:o} (id) values ({1})", vec![Value::Int64(id)])).await?;
        if commit {
            transaction.commit().await?;
        } else {
            transaction.rollback().await?;
        }
        let count = format!("select count(*) from {{t:o}} where id = {id}");
        counted(cx, &count, u64::from(commit)).await?;
    }
    Ok(())
}

async fn batches(cx: &Context, adapter: &SharedAdapter, first: i64) -> Outcome {
    let insert = |id| cx.raw("insert into {t:o} (id) values ({1})", vec![Value::Int64(id)]);
    let queries = vec![insert(first), insert(first + 1), cx.raw("select 7", vec![])];
    let results = adapter.batch(Batch::atomic(queries, TransactionOptions::new())).await?;
    ensure_eq!(results.len(), 3, "results");
    ensure_eq!(results[2].rows.get::<i32>(0, 0)?, 7, "the last result");
    let queries = vec![insert(first + 2), insert(first)];
    let failed = adapter.batch(Batch::atomic(queries, TransactionOptions::new())).await;
    must_fail(failed, &[ErrorKind::UniqueViolation], "an id that is there")?;
    let count = format!("select count(*) from {{t:o}} where id >= {first} and id < {}", first + 3);
    counted(cx, &count, 2).await
}

async fn streams(cx: &Context, adapter: &SharedAdapter) -> Outcome {
    let mut options = StreamOptions::default();
    options.chunk_rows = 7;
    let sql = "with recursive r(n) as (select 1 union all select n + 1 from r where n < 50) select n from r";
    let stream = adapter.stream(cx.raw(sql, vec![]), options).await?;
    let chunks: Vec<_> = stream.try_collect().await?;
    let mut numbers = Vec::new();
    for chunk in &chunks {
        for row in 0..chunk.len() {
            numbers.push(chunk.get::<i32>(row, 0)?);
        }
    }
    ensure_eq!(numbers, (1..=50).collect::<Vec<_>>(), "the rows of a stream");
    Ok(())
}

/// Checks what the oracle counts.
async fn counted(cx: &Context, count: &str, wanted: u64) -> Outcome {
    let cell = cx.oracle_cell(count).await?;
    ensure_eq!(cell, Some(wanted.to_string()), "rows, by the oracle");
    Ok(())
}
