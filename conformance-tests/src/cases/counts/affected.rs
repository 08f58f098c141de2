//! Rows that INSERT, UPDATE and DELETE say they changed.

use drivetrain_adapter_api::{AffectedRows, Capability, Dialect, Value};

use super::counted;
use crate::case::{ALL, Case, L, M, Need, PG, case};
use crate::cases::helpers::{by_dialect, column};
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "COUNT-01",
        Counts,
        L0,
        ALL,
        [Need::Oracle],
        ["A-23"],
        "inserting 1 and 3 rows counts 1 and 3",
        inserts
    ),
    case!("COUNT-02", Counts, L0, ALL, [Need::Oracle], ["A-23"], "updating 3 rows counts 3", updates),
    case!(
        "COUNT-03",
        Counts,
        L0,
        ALL,
        [Need::Oracle],
        ["A-23", "A-2"],
        "rows updated to what they were count as the adapter declares",
        updates_to_the_same
    ),
    case!(
        "COUNT-04",
        Counts,
        L0,
        ALL,
        [Need::Oracle],
        ["A-23"],
        "an update that finds nothing counts 0",
        finds_nothing
    ),
    case!(
        "COUNT-05",
        Counts,
        L0,
        ALL,
        [Need::Oracle],
        ["A-23"],
        "deletes count the rows that were there, with and without a condition",
        deletes
    ),
    case!(
        "COUNT-06",
        Counts,
        L0,
        PG.or(L),
        [Need::Oracle],
        ["A-23"],
        "an insert that leaves out what is there counts only the new rows",
        do_nothing
    ),
    case!(
        "COUNT-07",
        Counts,
        L0,
        ALL,
        [Need::Oracle],
        ["A-23"],
        "an insert that changes what is there counts 1; on MySQL 1 for new, 2 for changed, 0 for the same",
        do_update
    ),
    case!(
        "COUNT-08",
        Counts,
        L0,
        M.or(L),
        [Need::Oracle],
        ["A-23"],
        "a replaced row counts 1, on MySQL 2",
        replaces
    ),
    case!("COUNT-09", Counts, L0, M.or(L), [Need::Oracle], ["A-23"], "an ignored row counts 0", ignores),
    case!(
        "COUNT-18",
        Counts,
        L0,
        ALL,
        [Need::Oracle, Need::Capability(Capability::ReturningInsert)],
        ["A-23", "A-22"],
        "an insert that returns its rows gives rows and count",
        returning
    ),
];

async fn three_rows(cx: &Context) -> Outcome {
    cx.prepare(&[
        "create table {t:t} (id {int4} primary key, v {int4})",
        "insert into {t:t} values (1, 10), (2, 20), (3, 30)",
    ])
    .await
}

/// Runs the statement and checks its count.
async fn count(cx: &Context, template: &str, params: Vec<Value>, rows: u64) -> Outcome {
    let result = cx.query(template, params).await?;
    ensure_eq!(result.affected, counted(cx, rows), "the count of `{template}`");
    ensure!(result.rows.is_empty(), "`{template}` gave rows");
    Ok(())
}

async fn inserts(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key, v {int4})"]).await?;
    count(&cx, "insert into {t:t} values (1, 10)", vec![], 1).await?;
    count(&cx, "insert into {t:t} values (2, 20), (3, 30), (4, 40)", vec![], 3).await?;
    count(&cx, "insert into {t:t} values ({1}, {2})", vec![Value::Int32(5), Value::Int32(50)], 1).await?;
    count(&cx, "insert into {t:t} select id + 10, v from {t:t}", vec![], 5).await?;
    count(&cx, "insert into {t:t} select id, v from {t:t} where id > 99", vec![], 0).await?;
    ensure_eq!(cx.oracle_count("t").await?, 10, "rows");
    Ok(())
}

async fn updates(cx: Context) -> Outcome {
    three_rows(&cx).await?;
    count(&cx, "update {t:t} set v = v + 1", vec![], 3).await?;
    count(&cx, "update {t:t} set v = v + 1 where id < {1}", vec![Value::Int32(3)], 2).await?;
    let sum = cx.oracle_cell("select sum(v) from {t:t}").await?;
    ensure_eq!(sum.as_deref(), Some("65"), "the sum of what is stored");
    Ok(())
}

async fn updates_to_the_same(cx: Context) -> Outcome {
    three_rows(&cx).await?;
    let declared = cx.capabilities().affected_rows();
    for (template, found, changed) in [
        ("update {t:t} set v = v", 3, 0),
        ("update {t:t} set v = 10", 3, 2),
        ("update {t:t} set v = 10 where id > 1", 2, 0),
    ] {
        let expected = match declared {
            AffectedRows::Matched => Some(found),
            AffectedRows::Changed => Some(changed),
            _ => None,
        };
        let result = cx.query(template, vec![]).await?;
        ensure_eq!(result.affected, expected, "the count of `{template}`, where {declared:?} is declared");
    }
    let sum = cx.oracle_cell("select sum(v) from {t:t}").await?;
    ensure_eq!(sum.as_deref(), Some("30"), "the sum of what is stored");
    Ok(())
}

async fn finds_nothing(cx: Context) -> Outcome {
    three_rows(&cx).await?;
    count(&cx, "update {t:t} set v = 99 where 1 = 0", vec![], 0).await?;
    count(&cx, "update {t:t} set v = 99 where id = {1}", vec![Value::Int32(99)], 0).await?;
    count(&cx, "delete from {t:t} where id = {1}", vec![Value::Int32(99)], 0).await?;
    let sum = cx.oracle_cell("select sum(v) from {t:t}").await?;
    ensure_eq!(sum.as_deref(), Some("60"), "the sum of what is stored");
    Ok(())
}

async fn deletes(cx: Context) -> Outcome {
    three_rows(&cx).await?;
    count(&cx, "delete from {t:t} where id = {1}", vec![Value::Int32(1)], 1).await?;
    ensure_eq!(cx.oracle_count("t").await?, 2, "rows");
    // SQLite empties a table as a whole here, and has to count all the same.
    count(&cx, "delete from {t:t}", vec![], 2).await?;
    ensure_eq!(cx.oracle_count("t").await?, 0, "rows after all are deleted");
    count(&cx, "delete from {t:t}", vec![], 0).await
}

async fn do_nothing(cx: Context) -> Outcome {
    three_rows(&cx).await?;
    count(&cx, "insert into {t:t} values (1, 99) on conflict do nothing", vec![], 0).await?;
    count(&cx, "insert into {t:t} values (1, 99), (4, 40), (5, 50) on conflict (id) do nothing", vec![], 2)
        .await?;
    let stored = cx.oracle_rows("select v from {t:t} order by id").await?;
    let expected: Vec<_> = ["10", "20", "30", "40", "50"].map(|text| vec![Some(text.to_owned())]).to_vec();
    ensure_eq!(stored, expected, "what is stored");
    Ok(())
}

async fn do_update(cx: Context) -> Outcome {
    three_rows(&cx).await?;
    let on = by_dialect(
        &cx,
        [
            "on conflict (id) do update set v = excluded.v",
            "on duplicate key update v = values(v)",
            "on conflict (id) do update set v = excluded.v",
        ],
    );
    let mysql = cx.dialect() == Dialect::MySql;
    let matched = cx.capabilities().affected_rows() == AffectedRows::Matched;
    // MySQL counts a row that stays the same as 0, or as 1 where it counts what it finds.
    let same = if mysql && !matched { 0 } else { 1 };
    for (values, rows) in [("(1, 11)", if mysql { 2 } else { 1 }), ("(1, 11)", same), ("(4, 40)", 1)] {
        count(&cx, &format!("insert into {{t:t}} values {values} {on}"), vec![], rows).await?;
    }
    let stored = cx.oracle_rows("select v from {t:t} order by id").await?;
    let expected: Vec<_> = ["11", "20", "30", "40"].map(|text| vec![Some(text.to_owned())]).to_vec();
    ensure_eq!(stored, expected, "what is stored");
    Ok(())
}

async fn replaces(cx: Context) -> Outcome {
    three_rows(&cx).await?;
    let twice = if cx.dialect() == Dialect::MySql { 2 } else { 1 };
    count(&cx, "replace into {t:t} values (1, 11)", vec![], twice).await?;
    count(&cx, "replace into {t:t} values (4, 40)", vec![], 1).await?;
    let stored = cx.oracle_rows("select v from {t:t} order by id").await?;
    let expected: Vec<_> = ["11", "20", "30", "40"].map(|text| vec![Some(text.to_owned())]).to_vec();
    ensure_eq!(stored, expected, "what is stored");
    Ok(())
}

async fn ignores(cx: Context) -> Outcome {
    three_rows(&cx).await?;
    let insert = by_dialect(&cx, ["", "insert ignore into", "insert or ignore into"]);
    count(&cx, &format!("{insert} {{t:t}} values (1, 99)"), vec![], 0).await?;
    count(&cx, &format!("{insert} {{t:t}} values (1, 99), (4, 40)"), vec![], 1).await?;
    ensure_eq!(cx.oracle_cell("select sum(v) from {t:t}").await?.as_deref(), Some("100"), "the sum");
    Ok(())
}

async fn returning(cx: Context) -> Outcome {
    three_rows(&cx).await?;
    let sql = "insert into {t:t} values (4, 40), (5, 50) returning id, v + 1 as more";
    let result = cx.query(sql, vec![]).await.within(sql)?;
    ensure_eq!(result.affected, counted(&cx, 2), "the count of the insert");
    let mut more = column::<i64>(&result.rows, 1)?;
    more.sort_unstable();
    ensure_eq!(more, [41, 51], "what is returned");
    let capabilities = cx.capabilities();
    if capabilities.returning_update() {
        // As many rows as are changed, and of each only what is asked for.
        let result = cx.query("update {t:t} set v = 0 where id > 3 returning 7", vec![]).await?;
        ensure_eq!(
            (result.rows.len(), result.affected),
            (2, counted(&cx, 2)),
            "rows and count of the update"
        );
        let none = cx.query("update {t:t} set v = 0 where id > 99 returning id", vec![]).await?;
        ensure_eq!((none.rows.len(), none.affected), (0, counted(&cx, 0)), "rows and count of no update");
        ensure_eq!(none.rows.columns().len(), 1, "columns of no update");
    }
    if capabilities.returning_delete() {
        let result = cx.query("delete from {t:t} returning id", vec![]).await?;
        ensure_eq!(
            (result.rows.len(), result.affected),
            (5, counted(&cx, 5)),
            "rows and count of the delete"
        );
        ensure_eq!(cx.oracle_count("t").await?, 0, "rows that are left");
    }
    Ok(())
}
