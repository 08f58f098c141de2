//! What statements can ask of a database: each works as it says where it is declared.

use drivetrain_adapter_api::decode::json;
use drivetrain_adapter_api::statement::LockWait;
use drivetrain_adapter_api::{Capability, DbType, FromCell, Query, QueryResult, TransactionOptions, Value};

use crate::case::{ALL, Case, Need, case};
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome, Stop, Within as _, probes};

/// A case of a feature: it needs the capability, and the oracle where it writes.
macro_rules! feature {
    ($id:literal, $capability:ident, [$($need:expr),*], $title:literal, $run:path) => {
        case!($id, Capabilities, L0, ALL, [Need::Capability(Capability::$capability) $(, $need)*], ["A-2", "A-4"], $title, $run)
    };
}

pub(super) const CASES: &[Case] = &[
    feature!("CAP-raw_sql", RawSql, [Need::Oracle], "SQL of the caller's own runs, with values", raw_sql),
    feature!(
        "CAP-returning_insert",
        ReturningInsert,
        [Need::Oracle],
        "an insert gives back the row it wrote",
        returning_insert
    ),
    feature!(
        "CAP-returning_update",
        ReturningUpdate,
        [Need::Oracle],
        "an update gives back the row as it is after the change",
        returning_update
    ),
    feature!(
        "CAP-returning_delete",
        ReturningDelete,
        [Need::Oracle],
        "a delete gives back the row as it was",
        returning_delete
    ),
    feature!(
        "CAP-upsert",
        Upsert,
        [Need::Oracle],
        "an insert in conflict changes the row that is there, or leaves it",
        upsert
    ),
    feature!(
        "CAP-data_modifying_ctes",
        DataModifyingCtes,
        [Need::Oracle],
        "a common table expression that writes is run",
        data_modifying_ctes
    ),
    feature!("CAP-lateral", Lateral, [], "a lateral join sees the row before it", lateral),
    feature!("CAP-json_rows", JsonRows, [], "the rows of a relation come as one JSON text", json_rows),
    feature!("CAP-arrays", Arrays, [], "arrays are values, and sources of rows", arrays),
    feature!("CAP-distinct_on", DistinctOn, [], "the first row of each group is given", distinct_on),
    feature!(
        "CAP-sequences",
        Sequences,
        [Need::Oracle],
        "numbers are drawn before the row is inserted, each once",
        sequences
    ),
    feature!(
        "CAP-row_locks",
        RowLocks,
        [Need::Oracle, Need::Interactive],
        "rows that a select locks cannot be locked by others",
        row_locks
    ),
    feature!("CAP-skip_locked", SkipLocked, [Need::Oracle], "locked rows are left out", skip_locked),
    feature!(
        "CAP-default_in_rows",
        DefaultInRows,
        [Need::Oracle],
        "DEFAULT among the values of a row is the column's default",
        default_in_rows
    ),
];

/// The query that asks for the capability.
fn asking_for(cx: &Context, capability: Capability) -> Outcome<Query> {
    probes::of(cx, capability).ok_or_else(|| {
        Stop::fail(format!("no query asks for `{}`: a defect of the suite", capability.name()))
    })
}

/// Runs that query on fresh tables.
async fn run(cx: &Context, capability: Capability) -> Outcome<QueryResult> {
    probes::need(cx).await?;
    Ok(cx.adapter().await?.query(asking_for(cx, capability)?).await?)
}

/// The rows as pairs of integers.
pub(super) fn pairs(result: &QueryResult) -> Outcome<Vec<(i64, Option<i64>)>> {
    (0..result.rows.len()).map(|row| Ok((result.rows.get(row, 0)?, result.rows.get(row, 1)?))).collect()
}

/// The `n` of a row, as the oracle sees it.
async fn n_of(cx: &Context, id: i64) -> Outcome<Option<i64>> {
    let cell = cx.oracle_cell(&format!("select n from {{t:cap}} where id = {id}")).await?;
    Ok(cell.and_then(|text| text.parse().ok()))
}

async fn raw_sql(cx: Context) -> Outcome {
    run(&cx, Capability::RawSql).await?;
    ensure_eq!(n_of(&cx, 100).await?, Some(5), "the row that raw SQL inserted");
    let result =
        cx.query("select id, n from {t:cap} where n = {1} order by id", vec![Value::Int64(10)]).await?;
    ensure_eq!(pairs(&result)?, [(1, Some(10)), (2, Some(10))], "the rows that raw SQL read");
    Ok(())
}

async fn returning_insert(cx: Context) -> Outcome {
    let result = run(&cx, Capability::ReturningInsert).await?;
    ensure_eq!(pairs(&result)?, [(100, Some(5))], "what the insert gave back");
    ensure_eq!(n_of(&cx, 100).await?, Some(5), "what it wrote");
    Ok(())
}

async fn returning_update(cx: Context) -> Outcome {
    let result = run(&cx, Capability::ReturningUpdate).await?;
    ensure_eq!(pairs(&result)?, [(1, Some(5))], "what the update gave back");
    ensure_eq!(n_of(&cx, 1).await?, Some(5), "what it wrote");
    Ok(())
}

async fn returning_delete(cx: Context) -> Outcome {
    let result = run(&cx, Capability::ReturningDelete).await?;
    ensure_eq!(pairs(&result)?, [(1, Some(10))], "what the delete gave back");
    ensure_eq!(cx.oracle_count("cap").await?, 2, "rows left");
    Ok(())
}

async fn upsert(cx: Context) -> Outcome {
    run(&cx, Capability::Upsert).await?;
    ensure_eq!(n_of(&cx, 1).await?, Some(5), "the row that was there");
    let adapter = cx.adapter().await?;
    adapter.query(probes::upsert(&cx, 2, 99, false)).await.within("DO NOTHING on a row that is there")?;
    ensure_eq!(n_of(&cx, 2).await?, Some(10), "the row that was to be left");
    for (id, change) in [(4, true), (5, false)] {
        adapter.query(probes::upsert(&cx, id, 40, change)).await.within("a row that is not there")?;
        ensure_eq!(n_of(&cx, id).await?, Some(40), "the row that was not there");
    }
    ensure_eq!(cx.oracle_count("cap").await?, 5, "rows in all");
    Ok(())
}

async fn data_modifying_ctes(cx: Context) -> Outcome {
    let result = run(&cx, Capability::DataModifyingCtes).await?;
    ensure_eq!(result.rows.get::<i64>(0, 0)?, 77, "the answer of the select");
    ensure_eq!(n_of(&cx, 1).await?, Some(5), "the row that the expression changed");
    Ok(())
}

async fn lateral(cx: Context) -> Outcome {
    let result = run(&cx, Capability::Lateral).await?;
    ensure_eq!(pairs(&result)?, [(1, Some(10)), (2, Some(10)), (3, Some(30))], "the joined rows");
    Ok(())
}

async fn json_rows(cx: Context) -> Outcome {
    probes::need(&cx).await?;
    let adapter = cx.adapter().await?;
    adapter.query(probes::insert_row(&cx, i64::MAX, i64::MIN)).await.within("the extreme row")?;
    let result = adapter.query(asking_for(&cx, Capability::JsonRows)?).await?;
    ensure_eq!((result.rows.len(), result.rows.columns().len()), (1, 1), "rows and columns");
    let text: String = result.rows.get(0, 0)?;
    let mut got = Vec::new();
    for row in json::rows(&text)? {
        for cell in row {
            got.push(<i64 as FromCell>::from_cell(cell.value(&DbType::Int64)?)?);
        }
    }
    ensure_eq!(got, [1, 10, 2, 10, 3, 30, i64::MAX, i64::MIN], "the cells of the relation's rows");
    // No rows are an empty list, and not NULL.
    cx.adapter().await?.query(probes::delete_all(&cx)).await.within("emptying the table")?;
    let result = adapter.query(asking_for(&cx, Capability::JsonRows)?).await?;
    let text: String = result.rows.get(0, 0)?;
    ensure_eq!(json::rows(&text)?.len(), 0, "the rows of an empty relation");
    Ok(())
}

async fn arrays(cx: Context) -> Outcome {
    let result = run(&cx, Capability::Arrays).await?;
    ensure_eq!(result.rows.len(), 2, "rows of two elements");
    let row = |row| -> Outcome<(Option<i64>, String, i64)> {
        Ok((result.rows.get(row, 0)?, result.rows.get(row, 1)?, result.rows.get(row, 2)?))
    };
    ensure_eq!(row(0)?, (Some(i64::MAX), "a,\"b\\".to_owned(), 1), "the first row");
    ensure_eq!(row(1)?, (None, String::new(), 2), "the second row");
    Ok(())
}

async fn distinct_on(cx: Context) -> Outcome {
    let result = run(&cx, Capability::DistinctOn).await?;
    ensure_eq!(pairs(&result)?, [(1, Some(10)), (3, Some(30))], "the first row for each n");
    Ok(())
}

async fn sequences(cx: Context) -> Outcome {
    let first: i64 = run(&cx, Capability::Sequences).await?.rows.get(0, 0)?;
    let adapter = cx.adapter().await?;
    let second: i64 = adapter.query(asking_for(&cx, Capability::Sequences)?).await?.rows.get(0, 0)?;
    ensure!(second > first, "the numbers drawn are {first} and {second}");
    adapter.query(probes::insert_numbered(&cx, 1)).await?;
    let inserted = cx.oracle_cell("select id from {t:seq}").await?;
    let inserted: i64 =
        inserted.and_then(|id| id.parse().ok()).ok_or_else(|| Stop::fail("the row has no id"))?;
    ensure!(inserted > second, "the database gave {inserted} itself after {second} was drawn");
    Ok(())
}

/// A select by another connection that locks the row and does not wait.
fn lock_at_once(id: i64) -> String {
    format!("select id from {{t:cap}} where id = {id} for update nowait")
}

async fn row_locks(cx: Context) -> Outcome {
    probes::need(&cx).await?;
    let mut transaction = cx.adapter().await?.begin(TransactionOptions::new()).await?;
    let result = transaction.query(probes::locking(&cx, LockWait::Wait)).await?;
    ensure_eq!(result.rows.len(), 3, "rows locked");
    let mut other = cx.own_oracle().await?;
    let statement = cx.sql(&lock_at_once(1));
    ensure!(other.rows(&statement).await.is_err(), "another connection locked a row that is locked");
    transaction.rollback().await?;
    // A connection of its own: the first may be in a transaction that its failure aborted.
    let mut other = cx.own_oracle().await?;
    let rows =
        other.rows(&statement).await.map_err(|error| Stop::fail(format!("the lock was left: {error}")))?;
    ensure_eq!(rows.len(), 1, "rows that another connection locks afterwards");
    Ok(())
}

async fn skip_locked(cx: Context) -> Outcome {
    probes::need(&cx).await?;
    let mut other = cx.own_oracle().await?;
    let failed = |error| Stop::fail(format!("the oracle cannot lock: {error}"));
    other.run("begin").await.map_err(failed)?;
    other.rows(&cx.sql(&lock_at_once(1))).await.map_err(failed)?;
    let adapter = cx.adapter().await?;
    let locking: Query = probes::locking(&cx, LockWait::SkipLocked);
    let result = adapter.query(locking.clone()).await?;
    ensure_eq!(pairs(&result)?, [(2, Some(10)), (3, Some(30))], "the rows that are not locked");
    other.run("rollback").await.map_err(failed)?;
    ensure_eq!(adapter.query(locking).await?.rows.len(), 3, "the rows when none is locked");
    Ok(())
}

async fn default_in_rows(cx: Context) -> Outcome {
    run(&cx, Capability::DefaultInRows).await?;
    ensure_eq!(n_of(&cx, 100).await?, Some(7), "the default");
    Ok(())
}
