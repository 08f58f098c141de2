//! Integers: exact to the last bit, and refused where they do not fit.

use drivetrain_adapter_api::{DbType, ErrorKind, Value, ValueRef};

use crate::case::{ALL, Case, HTTP, L, M, Need, PG, case};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

use super::checks::{insert, one_row, refused};
use super::matrix::boundary;

pub(super) const CASES: &[Case] = &[
    case!(
        "TYPE-001",
        Values,
        L0,
        PG.or(M),
        [Need::Oracle],
        ["A-9"],
        "16-bit integers keep their limits",
        boundary
    ),
    case!(
        "TYPE-002",
        Values,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "32-bit integers keep their limits",
        boundary
    ),
    case!(
        "TYPE-003",
        Values,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "64-bit integers keep their limits",
        boundary
    ),
    case!(
        "TYPE-004",
        Values,
        L0,
        HTTP,
        [Need::Oracle],
        ["A-9"],
        "integers that JSON numbers do not hold stay exact",
        boundary
    ),
    case!("TYPE-005", Values, L0, M, [Need::Oracle], ["A-9"], "8-bit integers keep their limits", boundary),
    case!("TYPE-006", Values, L0, M, [Need::Oracle], ["A-9"], "24-bit integers keep their limits", boundary),
    case!(
        "TYPE-007",
        Values,
        L0,
        M,
        [Need::Oracle],
        ["A-9"],
        "unsigned integers of every width keep their limits",
        boundary
    ),
    case!(
        "TYPE-008",
        Values,
        L0,
        PG.or(L),
        [Need::Oracle],
        ["A-3", "A-9"],
        "an unsigned integer beyond the signed ones is refused, not wrapped",
        unsigned_into_signed
    ),
    case!(
        "TYPE-009",
        Values,
        L0,
        PG.or(M),
        [Need::Oracle],
        ["A-3", "A-5"],
        "an integer that a narrower column does not hold is out of range",
        too_wide
    ),
    case!(
        "TYPE-010",
        Values,
        L0,
        ALL,
        [],
        ["A-6", "R-2"],
        "an integer that the Rust type does not hold is an error of its cell alone",
        too_narrow
    ),
    case!("TYPE-011", Values, L0, ALL, [], ["A-6", "R-2"], "an integer is not read as a text", not_text),
    case!(
        "TYPE-012",
        Values,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "an integer that looks like a boolean stays an integer",
        not_bool
    ),
    case!(
        "TYPE-013",
        Values,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "a generated key is read as an integer",
        serial
    ),
];

async fn unsigned_into_signed(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (v {int8})"]).await?;
    let adapter = cx.adapter().await?;
    let bare = cx.bare_with(cx.setup()).await?;
    for number in [1 << 63, u64::MAX] {
        for query in [
            cx.raw("insert into {t:t} (v) values ({1})", vec![Value::UInt64(number)]),
            insert(&cx, "t", &[("v", DbType::Int64)], vec![Value::UInt64(number)]),
        ] {
            let around = bare.query(query.clone()).await;
            must_fail(around, &[ErrorKind::OutOfRange], format!("{number}, without the shared check"))?;
            must_fail(adapter.query(query).await, &[ErrorKind::OutOfRange], number)?;
        }
    }
    cx.check_usable(&adapter).await?;
    cx.check_usable(&bare).await?;
    ensure_eq!(cx.oracle_count("t").await?, 0, "rows written");
    let largest = Value::UInt64(i64::MAX.unsigned_abs());
    adapter.query(insert(&cx, "t", &[("v", DbType::Int64)], vec![largest])).await?;
    let stored = cx.oracle_cell("select v from {t:t}").await?;
    ensure_eq!(stored.as_deref(), Some("9223372036854775807"), "the largest that fits");
    Ok(())
}

async fn too_wide(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (v {int2})"]).await?;
    for value in [Value::Int64(32_768), Value::Int64(-32_769), Value::Int32(65_536)] {
        for query in [
            cx.raw("insert into {t:t} (v) values ({1})", vec![value.clone()]),
            insert(&cx, "t", &[("v", DbType::Int16)], vec![value.clone()]),
        ] {
            let what = format!("{value:?} into a 16-bit column");
            refused(&cx, query, &[ErrorKind::OutOfRange], &["22003"], &what).await?;
        }
    }
    ensure_eq!(cx.oracle_count("t").await?, 0, "rows written");
    Ok(())
}

async fn too_narrow(cx: Context) -> Outcome {
    let rows = one_row(&cx, "select 3000000000 as wide, 7 as narrow", vec![]).await?;
    let error = must_fail(rows.get::<i32>(0, 0), &[ErrorKind::OutOfRange], "3000000000 as i32")?;
    ensure_eq!(error.column(), Some("wide"), "the column that the error names");
    must_fail(rows.get::<u16>(0, 0), &[ErrorKind::OutOfRange], "3000000000 as u16")?;
    ensure_eq!(rows.get::<i64>(0, 0)?, 3_000_000_000, "the cell as i64");
    ensure_eq!(rows.get::<i32>(0, 1)?, 7, "the cell beside it");
    cx.check_usable(&cx.adapter().await?).await
}

async fn not_text(cx: Context) -> Outcome {
    let rows = one_row(&cx, "select 7 as number, 'x' as word", vec![]).await?;
    let error = must_fail(rows.get::<String>(0, 0), &[ErrorKind::Decode], "7 as String")?;
    ensure_eq!(error.column(), Some("number"), "the column that the error names");
    must_fail(rows.get::<i64>(0, 1), &[ErrorKind::Decode], "a text as i64")?;
    ensure_eq!(rows.get::<i64>(0, 0)?, 7, "the cell as i64");
    ensure_eq!(rows.get::<String>(0, 1)?, "x", "the cell beside it");
    cx.check_usable(&cx.adapter().await?).await
}

async fn not_bool(cx: Context) -> Outcome {
    cx.prepare(&[
        "create table {t:t} (a {int2}, b {int4}, c {int8}, d {bool})",
        "insert into {t:t} values (1, 1, 1, true), (0, 0, 0, false)",
    ])
    .await?;
    let rows = cx.query("select a, b, c, d from {t:t} order by a", vec![]).await?.rows;
    ensure_eq!(rows.len(), 2, "rows");
    for (row, expected) in [0, 1].into_iter().enumerate() {
        for column in 0..3 {
            let cell = rows.cell(row, column)?;
            ensure!(!matches!(cell, ValueRef::Bool(_)), "column {column}: an integer is read as a boolean");
            ensure_eq!(rows.get::<i64>(row, column)?, expected, "row {row}, column {column}");
        }
        ensure_eq!(rows.get::<bool>(row, 3)?, expected == 1, "row {row}, the boolean");
    }
    Ok(())
}

async fn serial(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {serial}, v {int4})"]).await?;
    for v in [10, 20] {
        cx.query("insert into {t:t} (v) values ({1})", vec![Value::Int32(v)]).await?;
    }
    let rows = cx.query("select id, v from {t:t} order by v", vec![]).await?.rows;
    for row in 0..2 {
        let id: i64 = rows.get(row, 0).within("the generated key")?;
        let seen = cx.oracle_cell(&format!("select id from {{t:t}} where v = {}", (row + 1) * 10)).await?;
        ensure_eq!(seen, Some(id.to_string()), "the key that the oracle sees");
        ensure!(
            matches!(
                rows.cell(row, 0)?,
                ValueRef::Int16(_) | ValueRef::Int32(_) | ValueRef::Int64(_) | ValueRef::UInt64(_)
            ),
            "the generated key is no integer: {:?}",
            rows.cell(row, 0)?
        );
    }
    Ok(())
}
