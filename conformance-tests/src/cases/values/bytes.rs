//! Bytes and UUIDs.

use drivetrain_adapter_api::statement::{RawPart, RawSql, Statement};
use drivetrain_adapter_api::value::Uuid;
use drivetrain_adapter_api::{DbType, Dialect, ErrorKind, Query, Value};

use crate::case::{ALL, Case, L, M, Need, PG, case};
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome, Stop, Within as _};

use super::checks::{insert, one_row, server_refuses};
use super::matrix::boundary;

pub(super) const CASES: &[Case] = &[
    case!("TYPE-057", Values, L0, ALL, [Need::Oracle], ["A-9"], "no bytes are bytes", boundary),
    case!("TYPE-058", Values, L0, ALL, [Need::Oracle], ["A-9"], "every byte arrives", boundary),
    case!(
        "TYPE-059",
        Values,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "a megabyte of random bytes arrives",
        megabyte
    ),
    case!(
        "TYPE-060",
        Values,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "bytes that look like something else are not read as it",
        boundary
    ),
    case!(
        "TYPE-061",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "bytes arrive whatever form the session shows them in",
        boundary
    ),
    case!("TYPE-062", Values, L0, ALL, [Need::Oracle], ["A-9"], "bytes of every length arrive", boundary),
    case!(
        "TYPE-063",
        Values,
        L0,
        PG,
        [],
        ["A-9"],
        "bytes in SQL text in parts are bytes, and not the text of them",
        typed_bytes
    ),
    case!(
        "TYPE-064",
        Values,
        L0,
        M,
        [Need::Oracle],
        ["A-9"],
        "binary(n) is padded with zero bytes",
        boundary
    ),
    case!(
        "TYPE-065",
        Values,
        L0,
        PG.or(M),
        [Need::Oracle],
        ["A-9"],
        "bit strings keep their length",
        boundary
    ),
    case!("TYPE-066", Values, L0, L, [Need::Oracle], ["A-9"], "bytes and text are told apart", bytes_or_text),
    case!("TYPE-096", Values, L0, ALL, [Need::Oracle], ["A-9"], "UUIDs of every version arrive", boundary),
    case!(
        "TYPE-097",
        Values,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "every spelling of a UUID is the same UUID",
        spellings
    ),
    case!(
        "TYPE-098",
        Values,
        L0,
        M.or(L),
        [Need::Oracle],
        ["A-9"],
        "a UUID is read from text and from sixteen bytes",
        stored_otherwise
    ),
    case!("TYPE-099", Values, L0, PG, [Need::Oracle], ["A-5"], "a text that is no UUID is refused", no_uuid),
];

async fn megabyte(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key, v {bytes})"]).await?;
    let mut random = cx.random();
    let bytes: Vec<u8> = (0..(1 << 20) / 8).flat_map(|_| random.bits().to_be_bytes()).collect();
    let adapter = cx.adapter().await?;
    cx.query("insert into {t:t} values (1, {1})", vec![Value::Bytes(bytes.clone())]).await?;
    let columns = [("id", DbType::Int32), ("v", DbType::Bytes)];
    adapter.query(insert(&cx, "t", &columns, vec![Value::Int32(2), Value::Bytes(bytes.clone())])).await?;
    let shown = if cx.dialect() == Dialect::Postgres { "upper(encode(v, 'hex'))" } else { "hex(v)" };
    let expected: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    let seen = cx.oracle_rows(&format!("select {shown} from {{t:t}} order by id")).await?;
    ensure_eq!(seen.len(), 2, "rows");
    let rows = cx.query("select v from {t:t} order by id", vec![]).await?.rows;
    for (at, row) in seen.iter().enumerate() {
        ensure!(row[0].as_deref() == Some(&*expected), "row {at}: the oracle sees other bytes");
        ensure!(rows.get::<&[u8]>(at, 0)? == bytes, "row {at}: other bytes are read");
    }
    Ok(())
}

async fn typed_bytes(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let parts = vec![RawPart::Text("select ".into()), RawPart::Value(0)];
    for bytes in [&b"AB"[..], b"", b"\\x41", &[0, 255]] {
        let statement = Statement::new(RawSql::Parts(parts.clone()));
        let rows = adapter.query(Query::new(statement, vec![Value::Bytes(bytes.to_vec())])).await?.rows;
        ensure_eq!(rows.get::<Value>(0, 0)?, Value::Bytes(bytes.to_vec()), "the bytes");
        ensure_eq!(rows.columns()[0].ty, DbType::Bytes, "the type of the column");
    }
    Ok(())
}

async fn bytes_or_text(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id integer primary key, v)"]).await?;
    for (id, value) in
        [(1, Value::Bytes(b"abc".to_vec())), (2, Value::Text("abc".into())), (3, Value::Bytes(vec![]))]
    {
        cx.query("insert into {t:t} values ({1}, {2})", vec![Value::Int64(id), value]).await?;
    }
    let seen = cx.oracle_rows("select typeof(v) from {t:t} order by id").await?;
    let seen: Vec<_> = seen.iter().map(|row| row[0].as_deref()).collect();
    ensure_eq!(seen, [Some("blob"), Some("text"), Some("blob")], "the storage classes");
    let rows = cx.query("select v from {t:t} order by id", vec![]).await?.rows;
    ensure_eq!(rows.get::<Value>(0, 0)?, Value::Bytes(b"abc".to_vec()), "bytes");
    ensure_eq!(rows.get::<Value>(1, 0)?, Value::Text("abc".into()), "text");
    ensure_eq!(rows.get::<Value>(2, 0)?, Value::Bytes(vec![]), "no bytes");
    let equal =
        one_row(&cx, "select a.v = b.v from {t:t} a, {t:t} b where a.id = 1 and b.id = 2", vec![]).await?;
    ensure_eq!(equal.get::<i64>(0, 0)?, 0, "whether bytes equal the text");
    Ok(())
}

const SPELLED: &str = "f81d4fae-7dec-41d0-a765-00a0c91e6bf6";

async fn spellings(cx: Context) -> Outcome {
    let uuid: Uuid = SPELLED.parse()?;
    let spellings = [SPELLED.to_uppercase(), format!("{{{SPELLED}}}"), SPELLED.replace('-', "")];
    cx.prepare(&["create table {t:t} (id {int4} primary key, v {uuid})"]).await?;
    let adapter = cx.adapter().await?;
    for (id, text) in (0..).zip(&spellings) {
        // Two of them do not fit MySQL's char(36).
        if cx.dialect() == Dialect::MySql && text.len() != 36 {
            continue;
        }
        ensure_eq!(text.parse::<Uuid>()?, uuid, "{text} as the contract reads it");
        let param = vec![Value::Int32(3 * id), Value::Text(text.clone())];
        cx.query("insert into {t:t} values ({1}, {2})", param).await.within(text)?;
        let literal = cx.literal(text).replace('{', "{{").replace('}', "}}");
        cx.prepare(&[&format!("insert into {{t:t}} values ({}, {literal})", 3 * id + 1)]).await?;
        let value = text.parse().map(Value::Uuid)?;
        let columns = [("id", DbType::Int32), ("v", DbType::Uuid)];
        adapter.query(insert(&cx, "t", &columns, vec![Value::Int32(3 * id + 2), value])).await?;
    }
    let rows = cx.query("select v from {t:t} order by id", vec![]).await?.rows;
    for row in 0..rows.len() {
        ensure_eq!(rows.get::<Uuid>(row, 0)?, uuid, "row {row}");
    }
    // What the adapter writes as a UUID is written in one way.
    for row in cx.oracle_rows("select v from {t:t} where id % 3 = 2").await? {
        ensure_eq!(row[0].as_deref(), Some(SPELLED), "the oracle's text");
    }
    Ok(())
}

async fn stored_otherwise(cx: Context) -> Outcome {
    let (text, bytes) =
        if cx.dialect() == Dialect::Sqlite { ("UUID", "UUID") } else { ("char(36)", "binary(16)") };
    let digits = SPELLED.replace('-', "");
    cx.prepare(&[
        &format!("create table {{t:t}} (a {text}, b {bytes})"),
        &format!("insert into {{t:t}} values ('{SPELLED}', x'{digits}')"),
    ])
    .await?;
    let rows = one_row(&cx, "select a, b from {t:t}", vec![]).await?;
    for column in 0..2 {
        let uuid: Uuid = rows.get(0, column).map_err(Stop::from)?;
        ensure_eq!(uuid.to_string(), SPELLED, "column {column}");
    }
    Ok(())
}

async fn no_uuid(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (v uuid)"]).await?;
    let template = "insert into {t:t} (v) values ({1})";
    for text in ["canary", "", "f81d4fae-7dec-41d0-a765-00a0c91e6bf", "g81d4fae-7dec-41d0-a765-00a0c91e6bf6"]
    {
        let param = vec![Value::Text(text.to_owned())];
        let error = server_refuses(&cx, template, param, &[ErrorKind::InvalidValue], &["22P02"]).await?;
        ensure!(text.is_empty() || !error.to_string().contains(text), "the error repeats the value: {error}");
    }
    ensure_eq!(cx.oracle_count("t").await?, 0, "rows written");
    Ok(())
}
