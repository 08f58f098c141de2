//! Columns: their number, names, types and order.

use drivetrain_adapter_api::{Column, DbType, Dialect, ErrorKind, Value};

use crate::case::{ALL, Case, PG, case};
use crate::cases::helpers::{by_dialect, column, names, only};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!("RES-01", Results, L0, ALL, [], ["A-22"], "a result without rows has its columns", no_rows),
    case!("RES-02", Results, L0, ALL, [], ["A-21"], "a result of one row", one_row),
    case!("RES-04", Results, L0, PG, [], ["A-21", "A-22"], "rows without columns are counted", no_columns),
    case!(
        "RES-05",
        Results,
        L0,
        ALL,
        [],
        ["A-22"],
        "columns of one name all arrive, by position; by name they are AmbiguousColumn",
        duplicate_names
    ),
    case!(
        "RES-06",
        Results,
        L0,
        ALL,
        [],
        ["A-22"],
        "a column without a name has the one that the database gives it",
        unnamed
    ),
    case!("RES-07", Results, L0, ALL, [], ["A-22"], "names of columns arrive as they are", odd_names),
    case!("RES-08", Results, L0, ALL, [], ["A-22"], "a name that is not there is NoColumn", wrong_name),
    case!(
        "RES-09",
        Results,
        L0,
        ALL,
        [],
        ["R-2"],
        "a row or column that is not there is an error, never a panic",
        out_of_bounds
    ),
    case!("RES-10", Results, L0, ALL, [], ["A-22"], "columns have their types", types),
    case!(
        "RES-11",
        Results,
        L0,
        ALL,
        [],
        ["A-22", "A-2"],
        "what is told of a column's nullability is true",
        nullability
    ),
];

async fn no_rows(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4}, name {text})"]).await?;
    for _ in 0..2 {
        let result =
            cx.query("select id, name, 1 as one from {t:t} where id > {1}", vec![Value::Int32(0)]).await?;
        ensure_eq!(result.rows.len(), 0, "rows");
        ensure!(result.rows.is_empty(), "there are no rows, and it says there are");
        ensure_eq!(names(&result.rows), ["id", "name", "one"], "columns");
        ensure_eq!(result.rows.position("name")?, 1, "the position of `name`");
    }
    Ok(())
}

async fn one_row(cx: Context) -> Outcome {
    let result = cx.query("select 7 as a, 'x' as b", vec![]).await?;
    ensure_eq!(result.rows.len(), 1, "rows");
    ensure_eq!(names(&result.rows), ["a", "b"], "columns");
    ensure_eq!(result.rows.get::<i64>(0, 0)?, 7, "a");
    ensure_eq!(result.rows.get::<String>(0, 1)?, "x", "b");
    ensure_eq!(result.rows.get::<i64>(0, 0)?, 7, "a, read again");
    Ok(())
}

async fn no_columns(cx: Context) -> Outcome {
    for (template, rows) in
        [("select", 1), ("select from generate_series(1, 3)", 3), ("select where false", 0)]
    {
        let result = cx.query(template, vec![]).await?;
        let shape = (result.rows.len(), result.rows.columns().len());
        ensure_eq!(shape, (rows, 0), "rows and columns of `{template}`");
        must_fail(result.rows.cell(0, 0), &[ErrorKind::NoColumn], "the first cell")?;
    }
    Ok(())
}

async fn duplicate_names(cx: Context) -> Outcome {
    let rows = cx.query("select 1 as a, 2 as a, 3 as b, 4 as a", vec![]).await?.rows;
    ensure_eq!(names(&rows), ["a", "a", "b", "a"], "columns");
    let cells =
        [rows.get::<i64>(0, 0)?, rows.get::<i64>(0, 1)?, rows.get::<i64>(0, 2)?, rows.get::<i64>(0, 3)?];
    ensure_eq!(cells, [1, 2, 3, 4], "cells by position");
    must_fail(rows.position("a"), &[ErrorKind::AmbiguousColumn], "the position of `a`")?;
    ensure_eq!(rows.position("b")?, 2, "the position of `b`");
    // A join, where nobody wrote the names down.
    cx.prepare(&[
        "create table {t:l} (id {int4}, v {int4})",
        "create table {t:r} (id {int4}, v {int4})",
        "insert into {t:l} values (1, 10)",
        "insert into {t:r} values (2, 20)",
    ])
    .await?;
    let rows = cx.query("select * from {t:l} as l cross join {t:r} as r", vec![]).await?.rows;
    ensure_eq!(names(&rows), ["id", "v", "id", "v"], "columns of the join");
    let cells =
        [rows.get::<i64>(0, 0)?, rows.get::<i64>(0, 1)?, rows.get::<i64>(0, 2)?, rows.get::<i64>(0, 3)?];
    ensure_eq!(cells, [1, 10, 2, 20], "cells of the join");
    Ok(())
}

async fn unnamed(cx: Context) -> Outcome {
    let rows = cx.query("select 1+1, 'x'", vec![]).await?.rows;
    let [sum, text] =
        [by_dialect(&cx, ["?column?", "1+1", "1+1"]), by_dialect(&cx, ["?column?", "x", "'x'"])];
    ensure_eq!(names(&rows), [sum, text], "columns");
    ensure_eq!((rows.get::<i64>(0, 0)?, rows.get::<String>(0, 1)?), (2, "x".to_owned()), "cells");
    Ok(())
}

async fn odd_names(cx: Context) -> Outcome {
    let long = "n".repeat(63);
    let mut wanted = vec![
        " ",
        "two words",
        "it's",
        "a\"b",
        "a`b",
        "a.b",
        "a,b;c",
        "ä",
        "名前",
        "\u{1f4a9}",
        "select",
        "Group",
        "MixedCase",
        "$1",
        "?",
        ":a",
        "%s",
        "[x]",
        "\\",
        &long,
    ];
    if cx.dialect() == Dialect::MySql {
        // A name may not end in a blank there.
        wanted.remove(0);
    }
    let empty = cx.dialect() == Dialect::Sqlite;
    if empty {
        wanted.push("");
    }
    let quote = if cx.dialect() == Dialect::MySql { '`' } else { '"' };
    let list: Vec<_> = wanted
        .iter()
        .enumerate()
        .map(|(at, name)| {
            let doubled = name.replace(quote, &format!("{quote}{quote}"));
            format!("{at} as {quote}{doubled}{quote}").replace('{', "{{").replace('}', "}}")
        })
        .collect();
    let rows = cx.query(&format!("select {}", list.join(", ")), vec![]).await?.rows;
    ensure_eq!(names(&rows), wanted, "columns");
    for (at, name) in wanted.iter().enumerate() {
        ensure_eq!(rows.position(name)?, at, "the position of `{name}`");
        ensure_eq!(rows.get::<i64>(0, at)?, i64::try_from(at).unwrap_or_default(), "the cell of `{name}`");
    }
    // Letters without quotes: folded by Postgres alone.
    let rows = cx.query("select 1 as MixedCase", vec![]).await?.rows;
    ensure_eq!(names(&rows), [by_dialect(&cx, ["mixedcase", "MixedCase", "MixedCase"])], "an unquoted name");
    // Postgres cuts longer names without a word; the others take them.
    let rows = cx.query(&format!("select 1 as {{q:{long}n}}"), vec![]).await?.rows;
    let kept = if cx.dialect() == Dialect::Postgres { long.clone() } else { format!("{long}n") };
    ensure_eq!(names(&rows), [kept], "a name of 64 characters");
    Ok(())
}

async fn wrong_name(cx: Context) -> Outcome {
    let rows = cx.query("select 1 as a", vec![]).await?.rows;
    for name in ["b", "A", "", "a ", "t.a"] {
        must_fail(rows.position(name), &[ErrorKind::NoColumn], format!("`{name}`"))?;
    }
    ensure_eq!(rows.position("a")?, 0, "the position of `a`");
    Ok(())
}

async fn out_of_bounds(cx: Context) -> Outcome {
    let rows = cx.query("select 1 as a, 2 as b union all select 3, 4 order by 1", vec![]).await?.rows;
    for (row, column) in [(0, 2), (2, 0), (2, 2), (usize::MAX, 0), (0, usize::MAX), (usize::MAX, usize::MAX)]
    {
        let place = format!("row {row}, column {column}");
        must_fail(rows.cell(row, column), &[ErrorKind::NoColumn], &place)?;
        must_fail(rows.get::<i64>(row, column), &[ErrorKind::NoColumn], &place)?;
    }
    ensure_eq!(column::<i64>(&rows, 1)?, [2, 4], "the cells that are there");
    let none = cx.query("select 1 as a where 1 = 0", vec![]).await?.rows;
    must_fail(none.cell(0, 0), &[ErrorKind::NoColumn], "a cell of no rows")?;
    Ok(())
}

/// A word for a type, the types a column of it may have on each dialect, and Postgres's object id.
type Typed = (&'static str, DbType, &'static [DbType], &'static [DbType], u32);

const TYPES: [Typed; 15] = [
    ("bool", DbType::Bool, &[DbType::Bool, DbType::Int16], &[DbType::Bool], 16),
    ("int2", DbType::Int16, &[DbType::Int16], &[DbType::Int16, DbType::Int64], 21),
    ("int4", DbType::Int32, &[DbType::Int32], &[DbType::Int32, DbType::Int64], 23),
    ("int8", DbType::Int64, &[DbType::Int64], &[DbType::Int64], 20),
    ("float4", DbType::Float32, &[DbType::Float32], &[DbType::Float64], 700),
    ("float8", DbType::Float64, &[DbType::Float64], &[DbType::Float64], 701),
    ("decimal", DbType::Decimal, &[DbType::Decimal], &[DbType::Decimal], 1700),
    ("text", DbType::Text, &[DbType::Text], &[DbType::Text], 25),
    ("bytes", DbType::Bytes, &[DbType::Bytes], &[DbType::Bytes], 17),
    ("uuid", DbType::Uuid, &[DbType::Text], &[DbType::Uuid, DbType::Text], 2950),
    ("date", DbType::Date, &[DbType::Date], &[DbType::Date], 1082),
    ("time", DbType::Time, &[DbType::Time], &[DbType::Time], 1083),
    ("timestamp", DbType::Timestamp, &[DbType::Timestamp], &[DbType::Timestamp], 1114),
    (
        "timestamptz",
        DbType::TimestampTz,
        &[DbType::TimestampTz, DbType::Timestamp],
        &[DbType::TimestampTz],
        1184,
    ),
    ("json", DbType::Json, &[DbType::Json], &[DbType::Json], 3802),
];

async fn types(cx: Context) -> Outcome {
    let columns: Vec<_> = TYPES.iter().map(|(word, ..)| format!("c_{word} {{{word}}}")).collect();
    cx.prepare(&[&format!("create table {{t:t}} ({})", columns.join(", "))]).await?;
    let check = |columns: &[Column], what: &str| -> Outcome {
        ensure_eq!(columns.len(), TYPES.len(), "columns {what}");
        for (column, (word, postgres, mysql, sqlite, oid)) in columns.iter().zip(&TYPES) {
            ensure_eq!(&*column.name, format!("c_{word}"), "the name {what}");
            match cx.dialect() {
                Dialect::Postgres => {
                    ensure_eq!(column.ty, *postgres, "the type of {word} {what}");
                    ensure!(
                        column.type_oid.is_none_or(|told| told == *oid),
                        "the object id of {word} {what}"
                    );
                }
                // Not every way to them tells types, but none may tell a wrong one.
                dialect => {
                    let right = if dialect == Dialect::MySql { mysql } else { sqlite };
                    let told = &column.ty;
                    ensure!(
                        *told == DbType::Unknown || right.contains(told),
                        "the type of {word} {what}: {told:?}"
                    );
                }
            }
        }
        Ok(())
    };
    check(cx.query("select * from {t:t}", vec![]).await?.rows.columns(), "without rows")?;
    let nulls = vec!["null"; TYPES.len()].join(", ");
    cx.query(&format!("insert into {{t:t}} values ({nulls})"), vec![]).await?;
    check(cx.query("select * from {t:t}", vec![]).await?.rows.columns(), "with a row of NULLs")
}

async fn nullability(cx: Context) -> Outcome {
    cx.prepare(&[
        "create table {t:t} (id {int4} not null primary key, v {int4})",
        "create table {t:u} (id {int4} not null primary key)",
        "insert into {t:t} values (1, null)",
    ])
    .await?;
    let sql = "select t.id, t.v, u.id as other, t.v + 1 as more from {t:t} as t left join {t:u} as u on u.id = t.id";
    let rows = cx.query(sql, vec![]).await?.rows;
    for (at, known) in rows.columns().iter().enumerate() {
        let null = rows.get::<Option<i64>>(0, at).within(&known.name)?.is_none();
        ensure!(
            !(null && known.nullable == Some(false)),
            "`{}` is NULL and told to be never NULL",
            known.name
        );
    }
    let counted = cx.query("select count(*) from {t:t}", vec![]).await?.rows;
    ensure_eq!(only::<i64>(&counted)?, 1, "the count, which is never NULL whatever is told");
    Ok(())
}
