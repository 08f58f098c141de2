//! Results of statements that are not a plain select.

use drivetrain_adapter_api::{AffectedRows, Batch, Dialect, ErrorKind, Query, Value, ValueRef};

use crate::case::{ALL, Case, NET, PG, case};
use crate::cases::helpers::{by_dialect, column, names, numbers, only};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "RES-25",
        Results,
        L0,
        ALL,
        [],
        ["A-21", "A-6"],
        "an empty statement does nothing and gives neither rows nor a count, or is refused",
        empty
    ),
    case!(
        "RES-26",
        Results,
        L0,
        ALL,
        [],
        ["A-21"],
        "space, comments and a semicolon around a statement do not matter",
        surrounded
    ),
    case!(
        "RES-27",
        Results,
        L0,
        ALL,
        [],
        ["A-23"],
        "what a statement was is told by its count: none for those that change no rows",
        sorts_of_statements
    ),
    case!(
        "RES-28",
        Results,
        L0,
        ALL,
        [],
        ["A-22"],
        "EXPLAIN, SHOW or PRAGMA, VALUES give rows with columns",
        other_rows
    ),
    case!(
        "RES-29",
        Results,
        L0,
        PG,
        [],
        ["A-21", "A-9"],
        "functions that return nothing, sets and records",
        functions
    ),
    case!(
        "RES-32",
        Results,
        L0,
        NET,
        [],
        ["A-21"],
        "notices and warnings between rows do not disturb the result",
        notices
    ),
    case!(
        "RES-33",
        Results,
        L0,
        ALL,
        [],
        ["A-22"],
        "each result of a batch has columns of its own",
        several_results
    ),
];

async fn empty(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    for sql in ["", " ", "\n\t\r ", "-- nothing", "/* nothing */", " -- a\n /* b */ ", ";", " ; "] {
        let result = match adapter.query(Query::raw(sql, vec![])).await {
            Ok(result) => result,
            // The contract leaves it to the database.
            Err(error) => {
                must_fail::<()>(Err(error), &[ErrorKind::Syntax, ErrorKind::Misuse], format!("{sql:?}"))?;
                cx.check_usable(&adapter).await.within(format!("{sql:?}"))?;
                continue;
            }
        };
        let shape = (result.rows.len(), result.rows.columns().len(), result.affected, result.last_insert_id);
        ensure_eq!(shape, (0, 0, None, None), "rows, columns, count and id of {sql:?}");
        cx.check_usable(&adapter).await.within(format!("{sql:?}"))?;
    }
    Ok(())
}

async fn surrounded(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    for sql in [
        "select 7",
        "select 7;",
        "select 7 ; ",
        "select 7;\n",
        "\n\t  select 7",
        "-- a comment\nselect 7",
        "-- a comment with a ' and a ;\nselect 7",
        "/* a comment */ select 7",
        "/* ' ; */ select /* \" */ 7 -- the end",
        "select 7 -- the end; select 8",
        "select 7; -- the end",
        "select 7; /* the end; select 8 */",
        "\r\nselect\r\n7\r\n",
    ] {
        let result = adapter.query(Query::raw(sql, vec![])).await.within(format!("{sql:?}"))?;
        ensure_eq!(only::<i64>(&result.rows).within(format!("{sql:?}"))?, 7, "the cell of {sql:?}");
    }
    // A byte order mark is space or a mistake, as the database takes it.
    match adapter.query(Query::raw("\u{feff}select 7", vec![])).await {
        Ok(result) => ensure_eq!(only::<i64>(&result.rows)?, 7, "the cell after a byte order mark"),
        Err(error) => drop(must_fail::<()>(Err(error), &[ErrorKind::Syntax], "a byte order mark")?),
    }
    cx.check_usable(&adapter).await
}

async fn sorts_of_statements(cx: Context) -> Outcome {
    let counted = cx.capabilities().affected_rows() != AffectedRows::None;
    let statements = [
        ("create table {t:t} (id {int4}, v {int4})", None),
        ("insert into {t:t} values (1, 1), (2, 2), (3, 3)", Some(3)),
        ("create index {q:i} on {t:t} (v)", None),
        ("select * from {t:t}", None),
        ("  -- a comment\n  UPDATE {t:t} SET v = v + 10 WHERE id < 3", Some(2)),
        ("/* one */ DELETE FROM {t:t} WHERE id = 3", Some(1)),
        ("alter table {t:t} add column w {int4}", None),
        ("insert into {t:t} (id) select id + 10 from {t:t}", Some(2)),
        ("with x as (select 1 as id) select * from x", None),
        ("drop table {t:t}", None),
    ];
    for (template, affected) in statements {
        let template =
            if cx.naming().schema.is_none() { template.to_owned() } else { template.replace("{q:i}", "i") };
        let result = cx.query(&template, vec![]).await?;
        ensure_eq!(result.affected, affected.filter(|_| counted), "the count of `{template}`");
    }
    Ok(())
}

async fn other_rows(cx: Context) -> Outcome {
    cx.prepare(&[
        "create table {t:t} (id {int4} primary key, v {text})",
        "insert into {t:t} values (1, 'x')",
    ])
    .await?;
    let statements: &[&str] = match cx.dialect() {
        Dialect::Postgres => &["explain select * from {t:t}", "show server_version", "table {t:t}"],
        Dialect::MySql => &["explain select * from {t:t}", "show tables", "show create table {t:t}"],
        _ => {
            &["explain select * from {t:t}", "explain query plan select * from {t:t}", "pragma table_info(t)"]
        }
    };
    for template in statements {
        let template = template.replace("(t)", &format!("({}t)", cx.naming().prefix));
        let result = cx.query(&template, vec![]).await?;
        ensure!(!result.rows.is_empty(), "`{template}` gave no rows");
        ensure!(!result.rows.columns().is_empty(), "`{template}` gave no columns");
        ensure_eq!(result.affected, None, "the count of `{template}`");
    }
    let values = by_dialect(
        &cx,
        ["values (1, 'a'), (2, 'b')", "values row(1, 'a'), row(2, 'b')", "values (1, 'a'), (2, 'b')"],
    );
    let rows = cx.query(values, vec![]).await?.rows;
    ensure_eq!(column::<i64>(&rows, 0)?, [1, 2], "the first column of VALUES");
    ensure_eq!(column::<String>(&rows, 1)?, ["a", "b"], "the second column of VALUES");
    // It explains the insert, and does not do it.
    cx.query("explain insert into {t:t} values (2, 'y')", vec![]).await?;
    ensure_eq!(
        only::<i64>(&cx.query("select count(*) from {t:t}", vec![]).await?.rows)?,
        1,
        "rows after EXPLAIN"
    );
    Ok(())
}

async fn functions(cx: Context) -> Outcome {
    cx.prepare(&[
        "create function {t:nothing}() returns void language sql as 'select'",
        "create function {t:three}(int) returns setof int language sql as 'select generate_series($1, $1 + 2)'",
        "create function {t:pair}() returns record language sql as $$select 7, 'x'::text$$",
        "create function {t:named}(out a int, out b text) language sql as $$select 7, 'x'::text$$",
    ])
    .await?;
    let nothing = cx.query("select {t:nothing}() as a, 7 as b", vec![]).await?.rows;
    ensure_eq!(
        (nothing.len(), names(&nothing)),
        (1, vec!["a".to_owned(), "b".to_owned()]),
        "the row of nothing"
    );
    nothing.cell(0, 0).within("the cell of nothing")?;
    ensure_eq!(nothing.get::<i64>(0, 1)?, 7, "the cell beside nothing");
    let set = cx.query("select {t:three}({1})", vec![Value::Int32(5)]).await?.rows;
    ensure_eq!(column::<i64>(&set, 0)?, [5, 6, 7], "the set");
    let set = cx.query("select * from {t:three}({1}) as s", vec![Value::Int32(5)]).await?.rows;
    ensure_eq!(column::<i64>(&set, 0)?, [5, 6, 7], "the set as a source");
    let record = cx.query("select * from {t:pair}() as (a int, b text)", vec![]).await?.rows;
    ensure_eq!((record.get::<i64>(0, 0)?, record.get::<String>(0, 1)?), (7, "x".to_owned()), "the record");
    let record = cx.query("select * from {t:named}()", vec![]).await?.rows;
    ensure_eq!(names(&record), ["a", "b"], "columns of the record");
    ensure_eq!((record.get::<i64>(0, 0)?, record.get::<String>(0, 1)?), (7, "x".to_owned()), "its cells");
    let record = cx.query("select row(7, 'x'), 8", vec![]).await?.rows;
    match record.cell(0, 0).within("a record in one cell")? {
        ValueRef::OtherText { text, .. } => {
            ensure_eq!(text, "(7,x)", "the record's text");
        }
        ValueRef::OtherBytes { .. } => {}
        other => ensure!(false, "a record is read as {other:?}"),
    }
    ensure_eq!(record.get::<i64>(0, 1)?, 8, "the cell beside the record");
    Ok(())
}

async fn notices(cx: Context) -> Outcome {
    let last = 200;
    if cx.dialect() == Dialect::MySql {
        let sql =
            format!("select n, cast(concat(n, 'abc') as signed) as v from {} order by n", numbers(&cx, last));
        let rows = cx.query(&sql, vec![]).await?.rows;
        ensure_eq!(column::<u64>(&rows, 1)?, (1..=last).collect::<Vec<_>>(), "cells with warnings");
        return cx.check_usable(&cx.adapter().await?).await;
    }
    cx.prepare(&["create function {t:loud}(n int) returns int language plpgsql as \
                  $$begin raise notice 'a notice'; raise warning 'a warning'; return n; end$$"])
        .await?;
    let rows = cx.query(&format!("select {{t:loud}}(n) from {}", numbers(&cx, last)), vec![]).await?.rows;
    ensure_eq!(column::<u64>(&rows, 0)?, (1..=last).collect::<Vec<_>>(), "rows with notices between them");
    let done = cx.query("do $$begin raise notice 'a notice'; end$$", vec![]).await?;
    ensure_eq!((done.rows.len(), done.affected), (0, None), "rows and count of a block with a notice");
    let there = cx.query("create table if not exists {t:t} (id {int4})", vec![]).await?;
    ensure_eq!(there.affected, None, "the count of a definition");
    cx.query("create table if not exists {t:t} (id {int4})", vec![]).await.within("with a notice")?;
    cx.check_usable(&cx.adapter().await?).await
}

async fn several_results(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4}, v {text})", "insert into {t:t} values (1, 'x'), (2, 'y')"])
        .await?;
    let queries = [
        "select 1 as a",
        "select 'x' as b, 2 as c",
        "insert into {t:t} values (3, 'z')",
        "select id, v from {t:t} order by id",
        "select v as id, id as v from {t:t} where id > 99",
        "select 1 as a",
    ];
    let batch = Batch::new(queries.iter().map(|template| cx.raw(template, vec![])).collect());
    let results = cx.adapter().await?.batch(batch).await?;
    let columns: Vec<_> = results.iter().map(|result| names(&result.rows).join(" ")).collect();
    ensure_eq!(columns, ["a", "b c", "", "id v", "id v", "a"], "columns of each result");
    let rows: Vec<_> = results.iter().map(|result| result.rows.len()).collect();
    ensure_eq!(rows, [1, 1, 0, 3, 0, 1], "rows of each result");
    ensure_eq!(results[1].rows.get::<String>(0, 0)?, "x", "a cell of the second");
    ensure_eq!(column::<String>(&results[3].rows, 1)?, ["x", "y", "z"], "cells of the fourth");
    Ok(())
}
