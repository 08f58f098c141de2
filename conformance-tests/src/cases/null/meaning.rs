//! What NULL means in a statement, and what it is not.

use drivetrain_adapter_api::statement::{BinaryOperator, Expr, Projection, Select, Source, Statement};
use drivetrain_adapter_api::value::Json;
use drivetrain_adapter_api::{DbType, Dialect, Error, ErrorKind, Query, Rows, SqlState, Value};

use crate::case::{ALL, Case, Need, case};
use crate::cases::values::{insert, one_row};
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "NULL-03",
        Null,
        L0,
        ALL,
        [],
        ["A-6"],
        "NULL without a type is NULL, or its type is asked for",
        untyped
    ),
    case!(
        "NULL-04",
        Null,
        L0,
        ALL,
        [],
        ["A-9"],
        "NULL equals nothing, and is not distinct from NULL",
        comparisons
    ),
    case!(
        "NULL-09",
        Null,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "an outer join gives NULL in columns that take none",
        outer_join
    ),
    case!(
        "NULL-10",
        Null,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "NULL and the document null are told apart",
        documents
    ),
];

async fn untyped(cx: Context) -> Outcome {
    let rows = one_row(&cx, "select {1}, 7", vec![Value::NULL]).await?;
    ensure!(rows.cell(0, 0)?.is_null(), "NULL as a parameter is {:?}", rows.cell(0, 0)?);
    ensure_eq!(rows.get::<i64>(0, 1)?, 7, "the cell beside it");
    if cx.dialect() == Dialect::Postgres {
        // The server either takes it for a text, or asks for its type.
        match cx.try_query("select cast(pg_typeof({1}) as text)", vec![Value::NULL]).await? {
            Ok(result) => ensure_eq!(result.rows.get::<String>(0, 0)?, "text", "the type that is inferred"),
            Err(error) => {
                let state = error.sqlstate();
                let state = state.as_ref().map(SqlState::as_str);
                ensure_eq!(
                    (error.kind(), state),
                    (ErrorKind::AmbiguousParameter, Some("42P18")),
                    "the error"
                );
            }
        }
        let typed = one_row(&cx, "select {1} + 1, cast({2} as uuid)", vec![Value::NULL, Value::NULL]).await?;
        ensure!(typed.cell(0, 0)?.is_null() && typed.cell(0, 1)?.is_null(), "NULL where a type is inferred");
    }
    cx.check_usable(&cx.adapter().await?).await
}

async fn comparisons(cx: Context) -> Outcome {
    cx.prepare(&[
        "create table {t:t} (id {int4} primary key, v {int4})",
        "insert into {t:t} values (1, null), (2, 7), (3, null)",
    ])
    .await?;
    let same = match cx.dialect() {
        Dialect::Postgres => "v is not distinct from {1}",
        Dialect::MySql => "v <=> {1}",
        _ => "v is {1}",
    };
    let conditions = [
        ("v = {1}", Value::NULL, vec![]),
        ("v <> {1}", Value::NULL, vec![]),
        ("v in ({1})", Value::NULL, vec![]),
        ("not (v = {1})", Value::NULL, vec![]),
        (same, Value::NULL, vec![1, 3]),
        (same, Value::Int32(7), vec![2]),
    ];
    for (condition, value, expected) in conditions {
        let template = format!("select id from {{t:t}} where {condition} order by id");
        let rows = cx.query(&template, vec![value.clone()]).await?.rows;
        let found = ids_of(&rows).within(condition)?;
        ensure_eq!(found, expected, "{condition} with {value:?}");
    }
    let v = || Expr::column("v");
    let slot = || Expr::slot(0, DbType::Int32);
    let adapter = cx.adapter().await?;
    for (what, filter, value, expected) in [
        ("Equal", v().equal(slot()), Value::Null(DbType::Int32), vec![]),
        ("NotEqual", v().binary(BinaryOperator::NotEqual, slot()), Value::Null(DbType::Int32), vec![]),
        (
            "IsNotDistinctFrom",
            v().binary(BinaryOperator::IsNotDistinctFrom, slot()),
            Value::Null(DbType::Int32),
            vec![1, 3],
        ),
        (
            "IsNotDistinctFrom",
            v().binary(BinaryOperator::IsNotDistinctFrom, slot()),
            Value::Int32(7),
            vec![2],
        ),
    ] {
        let select = Select {
            projections: vec![Projection::new(Expr::column("id"))],
            from: Some(Source::Table { name: cx.table("t"), alias: None }),
            filter: Some(filter),
            ..Select::default()
        };
        let rows =
            adapter.query(Query::new(Statement::new(select), vec![value.clone()])).await.within(what)?.rows;
        let mut found = ids_of(&rows)?;
        found.sort_unstable();
        ensure_eq!(found, expected, "{what} with {value:?}");
    }
    Ok(())
}

/// The first column.
fn ids_of(rows: &Rows) -> Result<Vec<i32>, Error> {
    (0..rows.len()).map(|row| rows.get::<i32>(row, 0)).collect()
}

async fn outer_join(cx: Context) -> Outcome {
    cx.prepare(&[
        "create table {t:a} (id {int4} primary key, v {key} not null)",
        "create table {t:b} (id {int4} primary key, n {int8} not null, s {key} not null, f {bool} not null)",
        "insert into {t:a} values (1, 'one'), (2, 'two')",
        "insert into {t:b} values (1, 9007199254740993, 'x', true)",
    ])
    .await?;
    ensure_eq!((cx.oracle_count("a").await?, cx.oracle_count("b").await?), (2, 1), "rows");
    let template =
        "select a.v, b.id, b.n, b.s, b.f from {t:a} a left join {t:b} b on b.id = a.id order by a.id";
    let rows = cx.query(template, vec![]).await?.rows;
    ensure_eq!(rows.len(), 2, "rows");
    ensure_eq!(rows.get::<Option<i64>>(0, 2)?, Some(9_007_199_254_740_993), "n, where there is a row");
    ensure_eq!(rows.get::<Option<&str>>(0, 3)?, Some("x"), "s, where there is a row");
    ensure_eq!(rows.get::<Option<bool>>(0, 4)?, Some(true), "f, where there is a row");
    ensure_eq!(rows.get::<String>(1, 0)?, "two", "v, where there is no row");
    for column in 1..5 {
        ensure!(rows.cell(1, column)?.is_null(), "column {column} where there is no row");
        let nullable = rows.columns()[column].nullable;
        ensure!(nullable != Some(false), "column {column} is said never to be NULL");
    }
    Ok(())
}

async fn documents(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key, v {json}, n {int4})"]).await?;
    let adapter = cx.adapter().await?;
    let columns = [("id", DbType::Int32), ("v", DbType::Json), ("n", DbType::Int32)];
    let null = Value::Json(Json::new("null"));
    for (id, document, number) in [
        (1, Value::Null(DbType::Json), Value::Null(DbType::Int32)),
        (2, null, Value::Int32(0)),
        (3, Value::Json(Json::new("[null]")), Value::Int32(1)),
    ] {
        adapter.query(insert(&cx, "t", &columns, vec![Value::Int32(id), document, number])).await?;
    }
    let seen = cx.oracle_rows("select id from {t:t} where v is null").await?;
    ensure_eq!(seen, [[Some("1".to_owned())]], "rows that are NULL to the oracle");
    let rows = cx.query("select v, n from {t:t} order by id", vec![]).await?.rows;
    let expected = [None, Some("null"), Some("[null]")].map(|text| text.map(Json::new));
    let numbers = [None, Some(0), Some(1)];
    for row in 0..3 {
        ensure_eq!(rows.get::<Option<Json>>(row, 0)?, expected[row], "row {row}: the document");
        // Nested, an outer None is NULL: there is no second sort of it.
        ensure_eq!(rows.get::<Option<Option<i64>>>(row, 1)?, numbers[row].map(Some), "row {row}: the number");
        ensure_eq!(
            rows.get::<Option<Option<Json>>>(row, 0)?,
            expected[row].clone().map(Some),
            "row {row}: nested"
        );
    }
    Ok(())
}
