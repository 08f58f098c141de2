//! JSON: the text of the document.

use drivetrain_adapter_api::value::Json;
use drivetrain_adapter_api::{DbType, Dialect, ErrorKind, Value};

use crate::case::{ALL, Case, L, M, Need, PG, case};
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome, Within as _};

use super::checks::{insert, one_row, server_refuses};
use super::matrix::boundary;

pub(super) const CASES: &[Case] = &[
    case!("TYPE-100", Values, L0, ALL, [Need::Oracle], ["A-9"], "documents of every sort arrive", boundary),
    case!(
        "TYPE-101",
        Values,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "the document null is not NULL",
        null_document
    ),
    case!("TYPE-102", Values, L0, PG.or(L), [Need::Oracle], ["A-9"], "numbers keep every digit", boundary),
    case!("TYPE-103", Values, L0, PG, [], ["A-9"], "a number beyond floats is no infinity", beyond_floats),
    case!(
        "TYPE-104",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "equal keys are kept or the last one wins, as the type says",
        equal_keys
    ),
    case!(
        "TYPE-105",
        Values,
        L0,
        PG.or(L),
        [Need::Oracle],
        ["A-9"],
        "the order of keys is the text's, or the one of the type",
        key_order
    ),
    case!(
        "TYPE-106",
        Values,
        L0,
        PG,
        [],
        ["A-5", "A-9"],
        "escapes of characters are characters; NUL is refused where it cannot be",
        escapes
    ),
    case!(
        "TYPE-107",
        Values,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "deep and long documents arrive",
        deep_and_long
    ),
    case!(
        "TYPE-108",
        Values,
        L0,
        ALL,
        [Need::Oracle],
        ["A-5"],
        "what is no document is refused",
        no_document
    ),
    case!(
        "TYPE-109",
        Values,
        L0,
        M,
        [Need::Oracle],
        ["A-9"],
        "a column is JSON whatever the server calls it",
        json_column
    ),
    case!(
        "TYPE-110",
        Values,
        L0,
        PG.or(L),
        [Need::Oracle],
        ["A-9"],
        "documents are not encoded twice",
        boundary
    ),
];

fn json(text: &str) -> Value {
    Value::Json(Json::new(text))
}

async fn null_document(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key, v {json})"]).await?;
    let adapter = cx.adapter().await?;
    let columns = [("id", DbType::Int32), ("v", DbType::Json)];
    for (id, value) in [(1, json("null")), (2, Value::Null(DbType::Json))] {
        adapter.query(insert(&cx, "t", &columns, vec![Value::Int32(id), value.clone()])).await?;
        cx.query("insert into {t:t} values ({1}, {2})", vec![Value::Int32(id + 2), value]).await?;
    }
    let seen = cx.oracle_rows("select id from {t:t} where v is null order by id").await?;
    let seen: Vec<_> = seen.iter().map(|row| row[0].as_deref()).collect();
    ensure_eq!(seen, [Some("2"), Some("4")], "the rows that are NULL to the oracle");
    let rows = cx.query("select v from {t:t} order by id", vec![]).await?.rows;
    for row in 0..4 {
        let expected = if row % 2 == 0 { Some(Json::new("null")) } else { None };
        ensure_eq!(rows.get::<Option<Json>>(row, 0)?, expected, "row {row}");
    }
    Ok(())
}

async fn beyond_floats(cx: Context) -> Outcome {
    let digits = format!("1{}", "0".repeat(400));
    let rows =
        one_row(&cx, "select cast({1} as jsonb), cast({2} as json)", vec![json("1e400"), json("1e400")])
            .await?;
    ensure_eq!(rows.get::<Json>(0, 0)?, Json::new(digits), "the number as jsonb");
    ensure_eq!(rows.get::<Json>(0, 1)?, Json::new("1e400"), "the number as json");
    Ok(())
}

/// What jsonb makes of a document: read, and as the oracle sees it.
async fn as_jsonb(cx: &Context, document: &str, expected: &str) -> Outcome {
    let rows = one_row(cx, "select cast({1} as jsonb)", vec![json(document)]).await?;
    ensure_eq!(rows.get::<Json>(0, 0)?, Json::new(expected), "{document} as jsonb");
    let literal = cx.literal(document).replace('{', "{{").replace('}', "}}");
    let seen = cx.oracle_cell(&format!("select cast(cast({literal} as jsonb) as text)")).await?;
    ensure_eq!(seen.as_deref(), Some(expected), "{document} as the oracle sees it");
    Ok(())
}

async fn equal_keys(cx: Context) -> Outcome {
    boundary(cx.clone()).await?;
    as_jsonb(&cx, r#"{"a":1,"a":2}"#, r#"{"a": 2}"#).await?;
    as_jsonb(&cx, r#"{"b":1,"a":2,"b":{"x":1,"x":[]}}"#, r#"{"a": 2, "b": {"x": []}}"#).await
}

async fn key_order(cx: Context) -> Outcome {
    boundary(cx.clone()).await?;
    if cx.dialect() == Dialect::Postgres {
        as_jsonb(&cx, r#"{"bb":1,"a":2,"ccc":3}"#, r#"{"a": 2, "bb": 1, "ccc": 3}"#).await?;
        as_jsonb(&cx, r#"{"aa":1,"b":2,"B":3}"#, r#"{"B": 3, "b": 2, "aa": 1}"#).await?;
    }
    Ok(())
}

async fn escapes(cx: Context) -> Outcome {
    let pair = r#""\ud83d\ude00""#;
    let rows =
        one_row(&cx, "select cast({1} as jsonb), cast({2} as json)", vec![json(pair), json(pair)]).await?;
    ensure_eq!(rows.get::<Json>(0, 0)?, Json::new("\"\u{1f600}\""), "a pair of escapes as jsonb");
    ensure_eq!(rows.get::<Json>(0, 1)?, Json::new(pair), "a pair of escapes as json");
    let nul = r#"{"a":"\u0000"}"#;
    let invalid = [ErrorKind::InvalidValue];
    server_refuses(&cx, "select cast({1} as jsonb)", vec![json(nul)], &invalid, &["22P05"]).await?;
    let rows = one_row(&cx, "select cast({1} as json)", vec![json(nul)]).await?;
    ensure_eq!(rows.get::<Json>(0, 0)?, Json::new(nul), "the escape of NUL as json");
    server_refuses(&cx, "select cast({1} as json) ->> 'a'", vec![json(nul)], &invalid, &["22P05"]).await?;
    Ok(())
}

async fn deep_and_long(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key, v {json})"]).await?;
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    // Written as every database writes it: jsonb puts a blank behind each comma.
    let long = format!("[{}]", (0..80_000).map(|at| format!("\"item {at}\"")).collect::<Vec<_>>().join(", "));
    ensure!(long.len() > 1 << 20, "the document is not long enough: a defect of the suite");
    let adapter = cx.adapter().await?;
    let columns = [("id", DbType::Int32), ("v", DbType::Json)];
    for (id, document) in [(1, &deep), (3, &long)] {
        adapter.query(insert(&cx, "t", &columns, vec![Value::Int32(id), json(document)])).await?;
        cx.query("insert into {t:t} values ({1}, {2})", vec![Value::Int32(id + 1), json(document)]).await?;
    }
    let shown = match cx.dialect() {
        Dialect::Postgres => "cast(v as text)",
        Dialect::MySql => "cast(v as char)",
        _ => "v",
    };
    let seen = cx.oracle_rows(&format!("select {shown} from {{t:t}} order by id")).await?;
    let rows = cx.query("select v from {t:t} order by id", vec![]).await?.rows;
    ensure_eq!((seen.len(), rows.len()), (4, 4), "rows");
    for (at, document) in [&deep, &deep, &long, &long].into_iter().enumerate() {
        ensure!(seen[at][0].as_ref() == Some(document), "row {at}: the oracle sees another document");
        ensure!(rows.get::<Json>(at, 0)?.as_str() == document, "row {at}: another document is read");
    }
    Ok(())
}

async fn no_document(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (v {json})"]).await?;
    // SQLite's columns take any text: there its functions say what is no document.
    let template = match cx.dialect() {
        Dialect::Sqlite => "select json({1})",
        _ => "insert into {t:t} (v) values ({1})",
    };
    let wrong = ["{\"a\":", "{", "canary", "", "[1,]", "{'a': 1}"];
    // SQLite reads JSON5 too, of which the last two are documents.
    let wrong = if cx.dialect() == Dialect::Sqlite { &wrong[..4] } else { &wrong };
    for document in wrong {
        let kinds = [ErrorKind::InvalidValue, ErrorKind::CheckViolation, ErrorKind::Database];
        let kinds = if cx.dialect() == Dialect::Postgres { &kinds[..1] } else { &kinds[..] };
        let error =
            server_refuses(&cx, template, vec![json(document)], kinds, &["22P02", "22032", "HY000", "23000"])
                .await
                .within(document)?;
        ensure!(!error.to_string().contains("canary"), "the error repeats the value: {error}");
    }
    ensure_eq!(cx.oracle_count("t").await?, 0, "rows written");
    Ok(())
}

async fn json_column(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (v {json})"]).await?;
    cx.query("insert into {t:t} (v) values ({1})", vec![json("{\"a\": 1}")]).await?;
    let rows = one_row(&cx, "select v from {t:t}", vec![]).await?;
    ensure_eq!(rows.get::<Json>(0, 0)?, Json::new("{\"a\": 1}"), "the document");
    Ok(())
}
