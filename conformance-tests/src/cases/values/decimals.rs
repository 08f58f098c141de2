//! Decimals: every digit and the scale, or a refusal.

use drivetrain_adapter_api::value::Decimal;
use drivetrain_adapter_api::{DbType, ErrorKind, Value};

use crate::case::{Case, L, M, Need, PG, case};
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome, Stop, Within as _};

use super::checks::{insert, one_row, postgres_version, server_refuses};
use super::matrix::boundary;

pub(super) const CASES: &[Case] = &[
    case!(
        "TYPE-024",
        Values,
        L0,
        PG.or(L),
        [Need::Oracle],
        ["A-9"],
        "decimals keep their value, and their scale where the database has one",
        boundary
    ),
    case!(
        "TYPE-025",
        Values,
        L0,
        PG.or(M),
        [Need::Oracle],
        ["A-9"],
        "numeric(38,18) keeps every digit",
        boundary
    ),
    case!(
        "TYPE-026",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "the longest decimals arrive, and longer ones are out of range",
        longest
    ),
    case!(
        "TYPE-027",
        Values,
        L0,
        M,
        [Need::Oracle],
        ["A-9"],
        "decimals of 65 digits keep every digit",
        boundary
    ),
    case!(
        "TYPE-028",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "NaN is a decimal, and the infinities since Postgres 14",
        not_numbers
    ),
    case!("TYPE-029", Values, L0, PG, [Need::Oracle], ["A-9"], "decimals beyond 96 bits are exact", boundary),
    case!(
        "TYPE-030",
        Values,
        L0,
        PG.or(M),
        [Need::Oracle],
        ["A-9"],
        "zeros at the end of a fraction are kept",
        boundary
    ),
    case!("TYPE-031", Values, L0, PG, [Need::Oracle], ["A-9"], "decimals in exponents arrive", exponents),
    case!(
        "TYPE-032",
        Values,
        L0,
        PG.or(M),
        [Need::Oracle],
        ["A-9"],
        "a column of two digits rounds as the server does",
        rounded_by_the_column
    ),
    case!(
        "TYPE-033",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "money arrives as the server writes it",
        money
    ),
    case!("TYPE-034", Values, L0, L, [Need::Oracle], ["A-9"], "what SQLite would round is refused", boundary),
];

fn decimal(text: &str) -> Outcome<Value> {
    text.parse().map(Value::Decimal).map_err(Stop::from)
}

/// Writes the number both ways, lets the oracle compare it with its own, and reads it.
async fn there_and_back(cx: &Context, text: &str) -> Outcome {
    let value = decimal(text)?;
    cx.query("delete from {t:t}", vec![]).await?;
    cx.query("insert into {t:t} (v) values ({1})", vec![value.clone()]).await?;
    let adapter = cx.adapter().await?;
    adapter.query(insert(cx, "t", &[("v", DbType::Decimal)], vec![value.clone()])).await?;
    let same =
        cx.oracle_cell(&format!("select count(*) from {{t:t}} where v = cast('{text}' as numeric)")).await?;
    ensure_eq!(same.as_deref(), Some("2"), "rows that the oracle finds equal");
    let rows = cx.query("select v from {t:t}", vec![]).await?.rows;
    for row in 0..2 {
        ensure!(rows.get::<Value>(row, 0)? == value, "row {row} is read as another number");
    }
    Ok(())
}

async fn longest(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (v numeric)"]).await?;
    for text in ["1e131071", "-9.5e131071", "1e-16383"] {
        there_and_back(&cx, text).await.within(text)?;
    }
    let template = "insert into {t:t} (v) values ({1})";
    for text in ["1e131073", "-1e140000"] {
        server_refuses(&cx, template, vec![decimal(text)?], &[ErrorKind::OutOfRange], &["22003"])
            .await
            .within(text)?;
    }
    let text = vec![Value::Text("1e131073".to_owned())];
    server_refuses(&cx, "select cast({1} as numeric)", text, &[ErrorKind::OutOfRange], &["22003"]).await?;
    ensure_eq!(cx.oracle_count("t").await?, 2, "rows afterwards");
    Ok(())
}

async fn exponents(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (v numeric)"]).await?;
    for text in ["1E-1000", "-1.5e-20", "2.50E+3", "1e38", "123e-5"] {
        there_and_back(&cx, text).await.within(text)?;
        // Written by the server itself, as a literal.
        let rows = one_row(&cx, &format!("select cast('{text}' as numeric)"), vec![]).await?;
        let (got, expected): (Decimal, _) =
            (rows.get(0, 0)?, cx.oracle_cell(&format!("select cast('{text}' as numeric)")).await?);
        ensure_eq!(Some(got.to_string()), expected, "{text} as a literal");
    }
    Ok(())
}

async fn rounded_by_the_column(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key, v numeric(5,2))"]).await?;
    let adapter = cx.adapter().await?;
    for (id, (text, expected)) in (0..).zip([
        ("1.239", "1.24"),
        ("1.2349", "1.23"),
        ("-1.235", "-1.24"),
        ("999.994", "999.99"),
        ("7", "7.00"),
    ]) {
        let (raw, typed) = (Value::Int32(2 * id), Value::Int32(2 * id + 1));
        cx.query("insert into {t:t} values ({1}, {2})", vec![raw, decimal(text)?]).await.within(text)?;
        let columns = [("id", DbType::Int32), ("v", DbType::Decimal)];
        adapter.query(insert(&cx, "t", &columns, vec![typed, decimal(text)?])).await.within(text)?;
        for id in [2 * id, 2 * id + 1] {
            let seen = cx.oracle_cell(&format!("select v from {{t:t}} where id = {id}")).await?;
            ensure_eq!(seen.as_deref(), Some(expected), "{text}, as the oracle sees it");
            let rows = one_row(&cx, &format!("select v from {{t:t}} where id = {id}"), vec![]).await?;
            ensure_eq!(rows.get::<Decimal>(0, 0)?.to_string(), expected, "{text}, as it is read");
        }
    }
    let template = "insert into {t:t} values (99, {1})";
    for text in ["1000", "999.995"] {
        server_refuses(&cx, template, vec![decimal(text)?], &[ErrorKind::OutOfRange], &["22003"])
            .await
            .within(text)?;
    }
    ensure_eq!(cx.oracle_count("t").await?, 10, "rows afterwards");
    Ok(())
}

async fn money(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (v money)"]).await?;
    for text in ["1234.5", "-0.01", "92233720368547758.07"] {
        let shown = cx.oracle_cell(&format!("select cast(cast('{text}' as money) as text)")).await?;
        let shown = shown.ok_or_else(|| Stop::fail("the oracle gives NULL for money"))?;
        let value = Value::OtherText { type_name: "money".to_owned(), text: shown.clone() };
        cx.query("delete from {t:t}", vec![]).await?;
        cx.query("insert into {t:t} (v) values ({1})", vec![value.clone()]).await?;
        let same = cx.oracle_cell(&format!("select v = cast('{text}' as money) from {{t:t}}")).await?;
        ensure_eq!(same.as_deref(), Some("t"), "{text}: the same to the oracle");
        let rows = one_row(&cx, "select v from {t:t}", vec![]).await?;
        ensure_eq!(rows.get::<Value>(0, 0)?, value, "{text}");
    }
    Ok(())
}

async fn not_numbers(cx: Context) -> Outcome {
    boundary(cx.clone()).await?;
    cx.prepare(&["create table {t:t} (v numeric)"]).await?;
    let has_infinities = postgres_version(&cx).await? >= 140_000;
    for text in ["Infinity", "-Infinity"] {
        if has_infinities {
            there_and_back(&cx, text).await.within(text)?;
        } else {
            let kinds = [ErrorKind::InvalidValue, ErrorKind::OutOfRange];
            let template = "insert into {t:t} (v) values ({1})";
            server_refuses(&cx, template, vec![decimal(text)?], &kinds, &["22P02"]).await?;
        }
    }
    Ok(())
}
