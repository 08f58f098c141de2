//! Statements that change no rows by their nature have no count.

use drivetrain_adapter_api::Dialect;

use crate::case::{ALL, Case, NET, Need, case};
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome};

pub(super) const CASES: &[Case] = &[
    case!(
        "COUNT-10",
        Counts,
        L0,
        ALL,
        [],
        ["A-23"],
        "definitions have no count, not 0 and not -1",
        definitions
    ),
    case!("COUNT-11", Counts, L0, ALL, [], ["A-23"], "a select has no count", selects),
    case!(
        "COUNT-12",
        Counts,
        L0,
        ALL,
        [Need::Oracle],
        ["A-23"],
        "a table made of a select has its rows, and counts them or nothing",
        table_of_a_select
    ),
    case!("COUNT-15", Counts, L0, NET, [Need::Oracle], ["A-23"], "TRUNCATE has no count", truncates),
];

/// Rows are changed first, so that a count left behind would show.
async fn some_rows(cx: &Context) -> Outcome {
    cx.query("create table {t:t} (id {int4} primary key)", vec![]).await?;
    let result = cx.query("insert into {t:t} values (1), (2), (3), (4), (5), (6), (7)", vec![]).await?;
    ensure_eq!(result.affected, super::counted(cx, 7), "the count of the insert");
    Ok(())
}

async fn definitions(cx: Context) -> Outcome {
    some_rows(&cx).await?;
    let mysql = cx.dialect() == Dialect::MySql;
    for template in [
        "create table {t:u} (id {int4}, v {int4})",
        "create index i on {t:t} (id)",
        "create view {t:w} as select id from {t:t}",
        "alter table {t:t} add column w {int4}",
        if mysql { "drop index i on {t:t}" } else { "create index j on {t:t} (id)" },
        "drop view {t:w}",
        "drop table {t:u}",
        "drop table if exists {t:u}",
    ] {
        let result = cx.query(template, vec![]).await?;
        ensure_eq!((result.affected, result.last_insert_id), (None, None), "count and id of `{template}`");
        ensure!(result.rows.is_empty(), "`{template}` gave rows");
        // Rows are changed in between, so that a count left behind would show.
        let changed = cx.query("update {t:t} set id = id", vec![]).await?;
        ensure!(changed.affected.is_none_or(|rows| rows == 7 || rows == 0), "the count of the update");
    }
    Ok(())
}

async fn selects(cx: Context) -> Outcome {
    some_rows(&cx).await?;
    for (template, rows) in [
        ("select * from {t:t}", 7),
        ("select * from {t:t} where id > 99", 0),
        ("with x as (select 1 as id) select * from x", 1),
        ("select 1 union all select 2", 2),
    ] {
        let result = cx.query(template, vec![]).await?;
        ensure_eq!(result.rows.len(), rows, "rows of `{template}`");
        ensure_eq!((result.affected, result.last_insert_id), (None, None), "count and id of `{template}`");
    }
    Ok(())
}

async fn table_of_a_select(cx: Context) -> Outcome {
    some_rows(&cx).await?;
    let result = cx.query("create table {t:u} as select id from {t:t}", vec![]).await?;
    ensure!(matches!(result.affected, None | Some(7)), "the count is {:?}", result.affected);
    ensure!(result.rows.is_empty(), "it gave rows");
    ensure_eq!(cx.oracle_count("u").await?, 7, "rows of the new table");
    Ok(())
}

async fn truncates(cx: Context) -> Outcome {
    some_rows(&cx).await?;
    let result = cx.query("truncate table {t:t}", vec![]).await?;
    ensure_eq!(result.affected, None, "the count");
    ensure_eq!(cx.oracle_count("t").await?, 0, "rows that are left");
    Ok(())
}
