//! Types of the database's own: enums, domains, composites, and those without a variant.

use drivetrain_adapter_api::{DbType, Dialect, ErrorKind, Value};

use crate::case::{Case, M, Need, P, PG, case};
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome, Stop, Within as _};

use super::checks::{insert, one_row, refused, server_refuses};
use super::matrix::boundary;
use super::texts::extension;

pub(super) const CASES: &[Case] = &[
    case!("TYPE-014", Values, L0, PG, [Need::Oracle], ["A-9"], "object ids beyond 31 bits arrive", boundary),
    case!("TYPE-015", Values, L0, P, [Need::Oracle], ["A-9"], "\"char\" is one byte", boundary),
    case!(
        "TYPE-118",
        Values,
        L0,
        PG.or(M),
        [Need::Oracle],
        ["A-5", "A-9"],
        "labels of enums arrive, also of enums made after connecting; others are refused",
        labels
    ),
    case!(
        "TYPE-119",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-5", "A-9"],
        "domains are read as their base and checked, composites are text",
        domains
    )
    .within_seconds(30),
    case!(
        "TYPE-120",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-5", "A-9"],
        "addresses arrive as Postgres writes them, and wrong ones are refused",
        addresses
    )
    .within_seconds(30),
    case!(
        "TYPE-121",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9", "R-2"],
        "types without a variant arrive with their name, whoever made them",
        without_variant
    )
    .within_seconds(30),
];

async fn labels(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    cx.check_usable(&adapter).await?;
    // Made while the adapter is connected: what it remembers of types is not all there is.
    let postgres = cx.dialect() == Dialect::Postgres;
    let ty = if postgres { "{t:late}" } else { "enum('one', 'two two')" };
    let table = format!("create table {{t:t}} (v {ty})");
    if postgres {
        cx.prepare(&["create type {t:late} as enum ('one', 'two two')"]).await?;
    }
    cx.prepare(&[&table, "insert into {t:t} values ('one')"]).await?;
    let naming = cx.naming();
    let name = format!("{}late", naming.prefix);
    let slot = DbType::named(Dialect::Postgres, naming.schema.as_deref(), &name, DbType::Enum);
    let label = |text: &str| Value::Enum(text.to_owned());
    adapter.query(insert(&cx, "t", &[("v", slot.clone())], vec![label("two two")])).await?;
    let read = async |expected: &[&str]| -> Outcome {
        let rows = cx.query("select v from {t:t} order by v", vec![]).await?.rows;
        ensure_eq!(rows.len(), expected.len(), "rows");
        for (row, expected) in expected.iter().enumerate() {
            ensure_eq!(rows.get::<String>(row, 0)?, *expected, "row {row}");
            if postgres {
                ensure_eq!(rows.get::<Value>(row, 0)?, label(expected), "row {row}");
            }
        }
        Ok(())
    };
    read(&["one", "two two"]).await.within("an enum made after connecting")?;
    for query in [
        cx.raw("insert into {t:t} (v) values ({1})", vec![label("nope")]),
        insert(&cx, "t", &[("v", slot.clone())], vec![label("nope")]),
    ] {
        let kinds = [ErrorKind::InvalidValue, ErrorKind::OutOfRange];
        refused(&cx, query, &kinds, &["22P02", "01000", "22007"], "a label that the enum has not").await?;
    }
    if postgres {
        cx.prepare(&["alter type {t:late} add value 'three' after 'one'"]).await?;
        adapter.query(insert(&cx, "t", &[("v", slot)], vec![label("three")])).await?;
        read(&["one", "three", "two two"]).await.within("a label made later")?;
    }
    boundary(cx.clone()).await
}

async fn domains(cx: Context) -> Outcome {
    boundary(cx.clone()).await?;
    let template = "insert into {t:v_domain} (id, v) values (-1, {1})";
    let error =
        server_refuses(&cx, template, vec![Value::Int32(0)], &[ErrorKind::CheckViolation], &["23514"])
            .await?;
    let name = format!("{}positive", cx.naming().prefix);
    ensure_eq!(error.data_type(), Some(name.as_str()), "the domain that the error names");
    let gone = cx.oracle_cell("select count(*) from {t:v_domain} where id = -1").await?;
    ensure_eq!(gone.as_deref(), Some("0"), "rows written");
    Ok(())
}

async fn addresses(cx: Context) -> Outcome {
    boundary(cx.clone()).await?;
    for (ty, text) in [
        ("cidr", "10.0.0.1/8"),
        ("inet", "256.0.0.1"),
        ("inet", "::1/129"),
        ("macaddr", "08:00:2b:01:02"),
        ("macaddr8", "08:00"),
    ] {
        let param = vec![Value::Text(text.to_owned())];
        let template = format!("select cast({{1}} as {ty})");
        server_refuses(&cx, &template, param, &[ErrorKind::InvalidValue], &["22P02"]).await?;
    }
    Ok(())
}

/// Expressions of types that have no variant, or hold values of such types.
const EXPRESSIONS: &[&str] = &[
    "row(1, 'a', null)",
    "row(row(1, 2), array[3, 4])",
    "cast('pg_class' as regclass)",
    "cast('1 2 3' as int2vector)",
    "cast('1 2' as oidvector)",
    "cast('(0,1)' as tid)",
    "cast('7' as xid)",
    "cast('7' as cid)",
    "cast('10:20:10,14,15' as txid_snapshot)",
    "cast('((0,0),(1,1))' as lseg)",
    "cast('[(0,0),(1,1)]' as path)",
    "cast('((0,0),(1,1),(1,0))' as polygon)",
    "cast('{{1,2,3}}' as line)",
    "cast('$.a' as jsonpath)",
    "cast('english' as regconfig)",
    "cast('integer' as regtype)",
    "cast('{{a=r/b}}' as text)",
    "array[cast('(1,2)' as point), null]",
    "array[cast('(1,1),(0,0)' as box), cast('(3,3),(2,2)' as box)]",
    "array[cast('[1,3)' as int4range), null]",
    "array[cast('10.0.0.0/8' as cidr)]",
    "cast('(1.5,2.5]' as {t:floats})",
    "array[cast('[1,2]' as {t:floats})]",
    "cast('{{[1,2],(3,4)}}' as {t:floats_set})",
    "cast('(1,x)' as {t:fresh})",
    "array[cast('(1,x)' as {t:fresh}), null]",
];

async fn without_variant(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    cx.check_usable(&adapter).await?;
    let multiranges = super::checks::postgres_version(&cx).await? >= 140_000;
    let named = if multiranges { ", multirange_type_name = {t:floats_set}" } else { "" };
    cx.prepare(&[
        &format!("create type {{t:floats}} as range (subtype = float8{named})"),
        "create type {t:fresh} as (a integer, b text)",
    ])
    .await?;
    for expression in EXPRESSIONS.iter().filter(|text| multiranges || !text.contains("floats_set")) {
        arrives(&cx, expression).await.within(expression)?;
    }
    if let Some(schema) = extension(&cx, "hstore").await? {
        arrives(&cx, &format!("cast('a=>1, b=>NULL, \"c d\"=>\"\"' as {{q:{schema}}}.hstore)"))
            .await
            .within("hstore")?;
    }
    if cx.capabilities().sessions() {
        styled_ranges(&cx).await?;
    }
    boundary(cx.clone()).await
}

/// Ranges of dates come as text, which another style than ISO makes ambiguous: they are read as what they are or
/// refused, never as another range.
async fn styled_ranges(cx: &Context) -> Outcome {
    let range = "[2024-02-01,2024-03-04)";
    let expected = Value::OtherText { type_name: "daterange".to_owned(), text: range.to_owned() };
    let mut session = cx.adapter().await?.session().await?;
    for style in ["German, DMY", "SQL, DMY", "SQL, MDY", "ISO, MDY"] {
        session.query(cx.raw(&format!("set DateStyle = '{style}'"), vec![])).await.within(style)?;
        let query = cx.raw(&format!("select cast('{range}' as daterange), 7"), vec![]);
        let rows = session.query(query).await.within(style)?.rows;
        match rows.get::<Value>(0, 0) {
            Ok(value) => ensure_eq!(value, expected, "a range under {style}"),
            Err(error) => {
                ensure_eq!(error.kind(), ErrorKind::Decode, "the error under {style}");
                ensure!(!style.starts_with("ISO"), "a range in ISO style is refused: {error}");
            }
        }
        ensure_eq!(rows.get::<i64>(0, 1)?, 7, "the cell beside it ({style})");
    }
    session.close().await.within("giving the session back")
}

/// Reads the expression, twice, and compares the text of it with the oracle's.
async fn arrives(cx: &Context, expression: &str) -> Outcome {
    let seen = cx.oracle_cell(&format!("select cast({expression} as text)")).await?;
    let seen = seen.ok_or_else(|| Stop::fail("the oracle sees NULL"))?;
    for _ in 0..2 {
        let rows = one_row(cx, &format!("select {expression}, 7"), vec![]).await?;
        match rows.get::<Value>(0, 0)? {
            Value::OtherText { type_name, text } => {
                ensure!(!type_name.is_empty(), "the value has no name of its type");
                ensure_eq!(text, seen, "the text of a {type_name}");
            }
            Value::OtherBytes { type_name, bytes } => {
                ensure!(!type_name.is_empty() && !bytes.is_empty(), "the value has no name or no bytes");
            }
            Value::Text(text) => ensure_eq!(text, seen, "the text"),
            Value::Int64(number) => ensure_eq!(number.to_string(), seen, "the number"),
            Value::Array(array) => {
                ensure!(!array.is_empty(), "the array is empty");
                for item in array.values() {
                    if let Value::OtherText { text, .. } = item {
                        // The oracle quotes items that hold commas.
                        ensure!(seen.contains(text), "the item {text:?} is not in the oracle's {seen:?}");
                    }
                }
            }
            other => return Err(Stop::fail(format!("it is read as {other:?}"))),
        }
        ensure_eq!(rows.get::<i64>(0, 1)?, 7, "the cell beside it");
    }
    Ok(())
}
