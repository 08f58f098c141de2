//! Booleans and texts.

use drivetrain_adapter_api::value::Json;
use drivetrain_adapter_api::{DbType, Dialect, ErrorKind, Value};

use crate::case::{ALL, Case, M, Need, PG, case};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Stop, Within as _};

use super::checks::{insert, one_row, refused, server_refuses};
use super::matrix::boundary;

pub(super) const CASES: &[Case] = &[
    case!("TYPE-035", Values, L0, ALL, [Need::Oracle], ["A-9"], "booleans are booleans", boundary),
    case!(
        "TYPE-036",
        Values,
        L0,
        M,
        [Need::Oracle],
        ["A-9"],
        "booleans that the server stores as integers are read as booleans",
        boundary
    ),
    case!("TYPE-037", Values, L0, M, [Need::Oracle], ["A-9"], "bit(1) is read as a boolean", boundary),
    case!(
        "TYPE-038",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-5", "A-9"],
        "nothing but a boolean becomes one",
        only_booleans
    ),
    case!("TYPE-039", Values, L0, ALL, [Need::Oracle], ["A-9"], "the empty text is not NULL", boundary),
    case!("TYPE-040", Values, L0, ALL, [Need::Oracle], ["A-9"], "ASCII arrives as it is", boundary),
    case!(
        "TYPE-041",
        Values,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "characters of four bytes arrive as they are",
        boundary
    ),
    case!("TYPE-042", Values, L0, ALL, [Need::Oracle], ["A-9"], "texts are not normalised", boundary),
    case!(
        "TYPE-043",
        Values,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "marks and noncharacters arrive as they are",
        boundary
    ),
    case!(
        "TYPE-044",
        Values,
        L0,
        ALL,
        [Need::Oracle],
        ["A-3", "A-9"],
        "the character NUL is kept whole, or refused whole",
        nul
    ),
    case!("TYPE-045", Values, L0, PG, [], ["A-5"], "half of a surrogate pair is no text", lone_surrogate),
    case!(
        "TYPE-048",
        Values,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "what means something in SQL means nothing in a value",
        boundary
    )
    .within_seconds(30),
    case!(
        "TYPE-049",
        Values,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "control characters arrive as they are",
        boundary
    ),
    case!(
        "TYPE-050",
        Values,
        L0,
        PG.or(M),
        [Need::Oracle],
        ["A-9"],
        "lengths are in characters, and blanks are kept where the type keeps them",
        padded
    ),
    case!(
        "TYPE-051",
        Values,
        L0,
        ALL,
        [Need::Oracle],
        ["A-5"],
        "a text that is too long for its column is refused, not cut",
        too_long
    ),
    case!(
        "TYPE-052",
        Values,
        L0,
        M,
        [Need::Oracle],
        ["A-5", "A-9"],
        "collations that ignore case are visible, also to unique keys",
        collation
    ),
    case!(
        "TYPE-053",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "text that ignores case keeps its case",
        case_kept
    ),
    case!("TYPE-054", Values, L0, PG, [Need::Oracle], ["A-9"], "names of 63 bytes arrive", boundary),
    case!(
        "TYPE-055",
        Values,
        L0,
        PG,
        [],
        ["A-5", "A-6"],
        "bytes that are no UTF-8 are refused by the server, and harm nothing",
        invalid_utf8
    ),
    case!(
        "TYPE-056",
        Values,
        L0,
        M,
        [Need::Oracle],
        ["A-9"],
        "a column in another character set is transcoded",
        boundary
    ),
];

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

async fn only_booleans(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (v boolean)"]).await?;
    // An integer of the server's own is no boolean.
    let template = "insert into {t:t} (v) values (cast({1} as integer))";
    server_refuses(&cx, template, vec![Value::Int32(1)], &[ErrorKind::TypeMismatch], &["42804"]).await?;
    // Values of the caller's, whose text no boolean is written as.
    for value in [Value::Int64(2), Value::Float64(0.5), text("maybe"), text("")] {
        for query in [
            cx.raw("insert into {t:t} (v) values ({1})", vec![value.clone()]),
            insert(&cx, "t", &[("v", DbType::Bool)], vec![value.clone()]),
        ] {
            let kinds = [ErrorKind::InvalidValue, ErrorKind::TypeMismatch];
            refused(&cx, query, &kinds, &["22P02", "42804"], &format!("{value:?} as a boolean")).await?;
        }
    }
    ensure_eq!(cx.oracle_count("t").await?, 0, "rows written");
    Ok(())
}

async fn nul(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (v {text})"]).await?;
    let adapter = cx.adapter().await?;
    let value = text("a\0b");
    for query in [
        cx.raw("insert into {t:t} (v) values ({1})", vec![value.clone()]),
        insert(&cx, "t", &[("v", DbType::Text)], vec![value.clone()]),
    ] {
        let result = adapter.query(query).await;
        if cx.capabilities().nul_in_text() {
            result?;
        } else {
            must_fail(result, &[ErrorKind::InvalidValue], "a text with NUL")?;
            cx.check_usable(&adapter).await?;
        }
    }
    if !cx.capabilities().nul_in_text() {
        // Around the shared check it must not be cut at the NUL either.
        let bare = cx.bare_with(cx.setup()).await?;
        let query = cx.raw("insert into {t:t} (v) values ({1})", vec![value]);
        must_fail(bare.query(query).await, &[ErrorKind::InvalidValue], "a text with NUL, around the check")?;
        cx.check_usable(&bare).await?;
        ensure_eq!(cx.oracle_count("t").await?, 0, "rows written");
        return Ok(());
    }
    ensure_eq!(cx.oracle_count("t").await?, 2, "rows written");
    for row in cx.oracle_rows("select hex(v) from {t:t}").await? {
        ensure_eq!(row[0].as_deref(), Some("610062"), "the bytes that the oracle sees");
    }
    let rows = cx.query("select v from {t:t}", vec![]).await?.rows;
    for row in 0..2 {
        ensure_eq!(rows.get::<String>(row, 0)?, "a\0b", "the text that is read");
    }
    Ok(())
}

async fn lone_surrogate(cx: Context) -> Outcome {
    for half in ["\"\\ud800\"", "{\"a\": \"\\udc00x\"}", "\"\\ud800\\u0041\""] {
        let param = vec![Value::Json(Json::new(half))];
        let states = ["22P02", "22P05"];
        server_refuses(&cx, "select cast({1} as jsonb)", param, &[ErrorKind::InvalidValue], &states)
            .await
            .within(half)?;
    }
    Ok(())
}

async fn padded(cx: Context) -> Outcome {
    boundary(cx.clone()).await?;
    cx.prepare(&["create table {t:t} (v char(5))"]).await?;
    let adapter = cx.adapter().await?;
    cx.query("insert into {t:t} (v) values ({1})", vec![text("a")]).await?;
    adapter.query(insert(&cx, "t", &[("v", DbType::Text)], vec![text("a")])).await?;
    let expected = if cx.dialect() == Dialect::Postgres { "a    " } else { "a" };
    let rows = cx.query("select v from {t:t}", vec![]).await?.rows;
    ensure_eq!(rows.len(), 2, "rows");
    for row in 0..2 {
        ensure_eq!(rows.get::<String>(row, 0)?, expected, "what is read of char(5)");
    }
    let equal = one_row(&cx, "select count(*) from {t:t} where v = 'a'", vec![]).await?;
    ensure_eq!(equal.get::<i64>(0, 0)?, 2, "rows that equal the text without blanks");
    Ok(())
}

async fn too_long(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (v varchar(3))"]).await?;
    let adapter = cx.adapter().await?;
    for long in ["abcd", "\u{1f600}\u{1f600}\u{1f600}\u{1f600}", "abc "] {
        for query in [
            cx.raw("insert into {t:t} (v) values ({1})", vec![text(long)]),
            insert(&cx, "t", &[("v", DbType::Text)], vec![text(long)]),
        ] {
            // Blanks beyond the length are cut by the SQL standard where the cast is explicit, and on MySQL.
            let blank = long.ends_with(' ');
            match (cx.dialect(), blank) {
                (Dialect::Sqlite, _) => drop(adapter.query(query).await.within(long)?),
                (_, true) => drop(adapter.query(query).await.within("blanks beyond the length")?),
                _ => {
                    let what = format!("{long:?} in varchar(3)");
                    refused(&cx, query, &[ErrorKind::ValueTooLong], &["22001"], &what).await?;
                }
            }
        }
    }
    for fits in ["abc", "\u{1f600}\u{1f600}\u{1f600}", ""] {
        cx.query("insert into {t:t} (v) values ({1})", vec![text(fits)]).await.within(fits)?;
    }
    let rows = cx.oracle_rows("select v from {t:t}").await?;
    let expected: &[&str] = match cx.dialect() {
        Dialect::Sqlite => &[
            "abcd",
            "abcd",
            "\u{1f600}\u{1f600}\u{1f600}\u{1f600}",
            "\u{1f600}\u{1f600}\u{1f600}\u{1f600}",
            "abc ",
            "abc ",
            "abc",
            "\u{1f600}\u{1f600}\u{1f600}",
            "",
        ],
        _ => &["abc", "abc", "abc", "\u{1f600}\u{1f600}\u{1f600}", ""],
    };
    let seen: Vec<_> = rows.iter().map(|row| row[0].as_deref().unwrap_or("NULL")).collect();
    ensure_eq!(seen, expected, "what the oracle sees");
    Ok(())
}

async fn collation(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (v varchar(20) character set utf8mb4 unique)"]).await?;
    cx.query("insert into {t:t} (v) values ({1})", vec![text("x")]).await?;
    let query = cx.raw("insert into {t:t} (v) values ({1})", vec![text("X")]);
    refused(&cx, query, &[ErrorKind::UniqueViolation], &["23000"], "a text that differs in case alone")
        .await?;
    let found = one_row(&cx, "select count(*), min(v) from {t:t} where v = {1}", vec![text("X")]).await?;
    ensure_eq!(found.get::<i64>(0, 0)?, 1, "rows found whatever the case");
    ensure_eq!(found.get::<String>(0, 1)?, "x", "the text keeps its case");
    Ok(())
}

/// The schema of an extension that is there, or was made in the namespace of the case; `None` where the server has
/// not got it.
pub(super) async fn extension(cx: &Context, name: &str) -> Outcome<Option<String>> {
    let installed = format!(
        "select n.nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = '{name}'"
    );
    let here =
        |rows: Vec<Vec<Option<String>>>| rows.into_iter().next().and_then(|mut row| row.pop().flatten());
    if let Some(schema) = here(cx.oracle_rows(&installed).await?) {
        return Ok(Some(schema));
    }
    let offered = format!("select name from pg_available_extensions where name = '{name}'");
    let (Some(_), Some(schema)) = (here(cx.oracle_rows(&offered).await?), &cx.naming().schema) else {
        return Ok(None);
    };
    cx.prepare(&[&format!("create extension {name} schema {{q:{schema}}}")]).await?;
    Ok(Some(schema.clone()))
}

async fn case_kept(cx: Context) -> Outcome {
    // A collation that ignores case belongs to the case alone; the extension belongs to the whole database, where others
    // may make and drop it meanwhile, and stands in on servers without ICU.
    let icu = cx.oracle_cell("select count(*) from pg_collation where collprovider = 'i'").await?;
    let ty = if icu.as_deref() == Some("0") {
        let schema = extension(&cx, "citext").await?;
        let schema =
            schema.ok_or_else(|| Stop::NotRun("the server has neither ICU nor citext".to_owned()))?;
        format!("{{q:{schema}}}.citext")
    } else {
        let collation =
            "create collation {t:folded} (provider = icu, locale = 'und-u-ks-level2', deterministic = false)";
        cx.prepare(&[collation]).await?;
        "text collate {t:folded}".to_owned()
    };
    cx.prepare(&[&format!("create table {{t:t}} (v {ty} unique)")]).await?;
    let mixed = "Stra\u{df}e X \u{1f600}";
    cx.query("insert into {t:t} (v) values ({1})", vec![text(mixed)]).await?;
    let seen = cx.oracle_cell("select cast(v as text) from {t:t}").await?;
    ensure_eq!(seen.as_deref(), Some(mixed), "the oracle's text");
    let rows =
        one_row(&cx, "select v from {t:t} where v = {1}", vec![text("STRA\u{df}e x \u{1f600}")]).await?;
    ensure_eq!(rows.get::<String>(0, 0)?, mixed, "the text that is read");
    let again = cx.raw("insert into {t:t} (v) values ({1})", vec![text("stra\u{df}e x \u{1f600}")]);
    refused(&cx, again, &[ErrorKind::UniqueViolation], &["23505"], "a text that differs in case alone")
        .await?;
    Ok(())
}

async fn invalid_utf8(cx: Context) -> Outcome {
    for bytes in ["\\xff", "\\xc3", "\\xeda080", "\\xf4908080", "\\x6100ff"] {
        let template = format!("select convert_from(cast('{bytes}' as bytea), 'UTF8')");
        let error = server_refuses(&cx, &template, vec![], &[ErrorKind::InvalidValue], &["22021"]).await?;
        ensure!(!error.to_string().contains("0xff"), "the error repeats the value: {error}");
    }
    Ok(())
}
