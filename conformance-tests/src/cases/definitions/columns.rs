//! What tables are made of: conditions, comments, defaults, generated columns, selects.

use drivetrain_adapter_api::statement::{Insert, InsertSource, Statement};
use drivetrain_adapter_api::{Dialect, ErrorKind, Query, Value};

use super::names::insert;
use crate::case::{ALL, Case, Need, case};
use crate::cases::helpers::{by_dialect, names};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "DDL-04",
        Definitions,
        L0,
        ALL,
        [Need::Oracle],
        ["A-5", "A-6"],
        "IF EXISTS and IF NOT EXISTS are harmless; without them it is AlreadyExists and UndefinedTable",
        conditional
    ),
    case!(
        "DDL-05",
        Definitions,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "comments in and on definitions are kept as they are",
        comments
    ),
    case!(
        "DDL-06",
        Definitions,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "columns that are left out have their defaults",
        defaults
    ),
    case!(
        "DDL-07",
        Definitions,
        L0,
        ALL,
        [Need::Oracle],
        ["A-6"],
        "generated columns follow those they are made of, and cannot be written",
        generated
    ),
    case!(
        "DDL-08",
        Definitions,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9", "A-22"],
        "a table made of a select has its columns and its rows",
        of_a_select
    ),
];

fn texts<const N: usize>(row: [&str; N]) -> Vec<Option<String>> {
    row.iter().map(|text| Some((*text).to_owned())).collect()
}

async fn conditional(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let run = |template: &str| adapter.query(cx.raw(template, vec![]));
    run("create table {t:t} (id {int4})").await?;
    run("insert into {t:t} values (1)").await?;
    for _ in 0..2 {
        run("create table if not exists {t:t} (id {int4}, more {int4})").await?;
    }
    let again = run("create table {t:t} (id {int4})").await;
    must_fail(again, &[ErrorKind::AlreadyExists], "a table that is there")?;
    ensure_eq!(cx.oracle_count("t").await?, 1, "rows of the table that was there");
    run("create index there on {t:t} (id)").await?;
    let again = run("create index there on {t:t} (id)").await;
    must_fail(again, &[ErrorKind::AlreadyExists], "an index that is there")?;
    run("create view {t:w} as select id from {t:t}").await?;
    let again = run("create view {t:w} as select id from {t:t}").await;
    must_fail(again, &[ErrorKind::AlreadyExists], "a view that is there")?;
    run("drop view if exists {t:w}").await?;
    run("drop view if exists {t:w}").await?;
    run("drop table {t:t}").await?;
    run("drop table if exists {t:t}").await?;
    must_fail(run("drop table {t:t}").await, &[ErrorKind::UndefinedTable], "a table that is gone")?;
    let row = run("insert into {t:t} values (1)").await;
    must_fail(row, &[ErrorKind::UndefinedTable], "a row of a table that is gone")?;
    cx.check_usable(&adapter).await
}

async fn comments(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let text = "it's a \"comment\" ; -- ? $1 \\ ä";
    let literal = cx.literal(text).replace('{', "{{").replace('}', "}}");
    let run = |template: String| {
        let query = cx.raw(&template, vec![]);
        adapter.query(query)
    };
    match cx.dialect() {
        Dialect::Postgres => {
            run("create table {t:t} (id {int4} /* within */, v {text} -- to the end\n)".to_owned()).await?;
            run(format!("comment on table {{t:t}} is {literal}")).await?;
            run(format!("comment on column {{t:t}}.v is {literal}")).await?;
            let table = cx.literal(&cx.sql("{t:t}")).replace('{', "{{").replace('}', "}}");
            let kept =
                format!("select obj_description({table}::regclass), col_description({table}::regclass, 2)");
            ensure_eq!(cx.oracle_rows(&kept).await?, [texts([text, text])], "the comments that are kept");
        }
        Dialect::MySql => {
            run(format!("create table {{t:t}} (id {{int4}} comment {literal}, v {{text}} /* within */) comment {literal}"))
                .await?;
            let named = format!("{}t", cx.naming().prefix);
            let kept = format!(
                "select table_comment from information_schema.tables where table_name = '{named}' \
                 and table_schema = coalesce({}, database())",
                cx.naming().schema.as_ref().map_or("null".to_owned(), |schema| format!("'{schema}'"))
            );
            ensure_eq!(cx.oracle_cell(&kept).await?.as_deref(), Some(text), "the comment that is kept");
        }
        _ => {
            let inner = text.replace('\\', "");
            run(format!("create table {{t:t}} (id {{int4}} /* {inner} */, v {{text}} -- {inner}\n)")).await?;
            let kept = format!("select sql from sqlite_master where name = '{}t'", cx.naming().prefix);
            let kept = cx.oracle_cell(&kept).await?.unwrap_or_default();
            ensure_eq!(kept.matches(&inner).count(), 2, "comments kept in `{kept}`");
        }
    }
    run("insert into {t:t} values (1, 'x')".to_owned()).await?;
    ensure_eq!(cx.oracle_count("t").await?, 1, "rows of the table");
    Ok(())
}

async fn defaults(cx: Context) -> Outcome {
    let now = by_dialect(&cx, ["current_timestamp", "current_timestamp(6)", "current_timestamp"]);
    let create = format!(
        "create table {{t:t}} (id {{serial}}, a {{int4}} default 7, b {{key}} default 'it''s', c {{timestamp}} default {now}, \
         d {{int4}} default (1 + 2), e {{int4}}, f {{bool}} default true)"
    );
    cx.query(&create, vec![]).await?;
    cx.query("insert into {t:t} (e) values ({1})", vec![Value::Int32(5)]).await?;
    let all = Insert {
        with: vec![],
        table: cx.table("t"),
        columns: vec![],
        source: InsertSource::Defaults,
        on_conflict: None,
        returning: vec![],
    };
    cx.adapter().await?.query(Query::new(Statement::new(all), vec![])).await.within("a row of defaults")?;
    cx.query("insert into {t:t} (a, b, d) values (0, null, 9)", vec![]).await?;
    let judged = "select count(*) from {t:t} where c is not null and f and \
                  ((a = 7 and b = 'it''s' and d = 3 and e = 5) or (a = 7 and b = 'it''s' and d = 3 and e is null) \
                  or (a = 0 and b is null and d = 9 and e is null))";
    ensure_eq!(cx.oracle_cell(judged).await?.as_deref(), Some("3"), "rows that are as they must be");
    let ids = cx.oracle_rows("select id from {t:t} order by id").await?;
    ensure_eq!(ids, ["1", "2", "3"].map(|id| texts([id])), "ids");
    Ok(())
}

async fn generated(cx: Context) -> Outcome {
    let create = "create table {t:t} (a {int4}, b {int4} generated always as (a * 2) stored)";
    cx.query(create, vec![]).await?;
    let adapter = cx.adapter().await?;
    adapter.query(insert(cx.table("t"), "a", 3)).await?;
    cx.query("insert into {t:t} (a) values (null)", vec![]).await?;
    cx.query("update {t:t} set a = {1} where a = 3", vec![Value::Int32(21)]).await?;
    let refused = cx.try_query("insert into {t:t} (a, b) values (1, 3)", vec![]).await?;
    ensure!(refused.is_err(), "a generated column was written by an insert");
    let refused = cx.try_query("update {t:t} set b = 3", vec![]).await?;
    ensure!(refused.is_err(), "a generated column was written by an update");
    let stored = cx.oracle_rows("select a, b from {t:t} where a is not null").await?;
    ensure_eq!(stored, [texts(["21", "42"])], "the row with a number");
    let stored = cx.oracle_rows("select a, b from {t:t} where a is null").await?;
    ensure_eq!(stored, [[None, None]], "the row without one");
    cx.check_usable(&adapter).await
}

async fn of_a_select(cx: Context) -> Outcome {
    cx.prepare(&[
        "create table {t:t} (id {int4}, v {key})",
        "insert into {t:t} values (1, 'x'), (2, null), (3, 'it''s')",
    ])
    .await?;
    cx.query("create table {t:u} as select id + 10 as more, v from {t:t} where id > 1", vec![]).await?;
    let stored = cx.oracle_rows("select more, v from {t:u} order by more").await?;
    ensure_eq!(stored, [vec![Some("12".to_owned()), None], texts(["13", "it's"])], "what is stored");
    let rows = cx.query("select * from {t:u} where 1 = 0", vec![]).await?.rows;
    ensure_eq!(names(&rows), ["more", "v"], "columns of the new table");
    let again = cx.try_query("create table {t:u} as select 1 as one", vec![]).await?;
    must_fail(again, &[ErrorKind::AlreadyExists], "a table that is there")?;
    Ok(())
}
