//! Intervals: three fields.

use drivetrain_adapter_api::value::Interval;
use drivetrain_adapter_api::{DbType, ErrorKind, Value};

use crate::case::{Case, Need, PG, case};
use crate::outcome::ensure_eq;
use crate::{Context, Outcome};

use super::checks::{insert, one_row, postgres_version, refused};
use super::matrix::boundary;

pub(super) const CASES: &[Case] = &[
    case!(
        "TYPE-091",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "months, days and microseconds stay apart",
        boundary
    ),
    case!("TYPE-092", Values, L0, PG, [Need::Oracle], ["A-9"], "the longest intervals arrive", boundary),
    case!(
        "TYPE-093",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "infinite intervals arrive since Postgres 17, and are refused before",
        infinite
    ),
    case!(
        "TYPE-094",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "intervals arrive in every IntervalStyle",
        boundary
    ),
    case!("TYPE-095", Values, L0, PG, [Need::Oracle], ["A-9"], "30 days are not a month", boundary),
];

async fn infinite(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (v interval)"]).await?;
    let known = postgres_version(&cx).await? >= 170_000;
    let adapter = cx.adapter().await?;
    for (value, text) in [(Interval::INFINITY, "infinity"), (Interval::NEG_INFINITY, "-infinity")] {
        let value = Value::Interval(value);
        for query in [
            cx.raw("insert into {t:t} (v) values ({1})", vec![value.clone()]),
            insert(&cx, "t", &[("v", DbType::Interval)], vec![value.clone()]),
        ] {
            if !known {
                let kinds = [ErrorKind::InvalidValue, ErrorKind::OutOfRange];
                refused(&cx, query, &kinds, &["22007", "22008"], text).await?;
                continue;
            }
            adapter.query(query).await?;
            let seen = cx.oracle_cell("select cast(v as text) from {t:t}").await?;
            ensure_eq!(seen.as_deref(), Some(text), "the oracle's text");
            ensure_eq!(
                one_row(&cx, "select v from {t:t}", vec![]).await?.get::<Value>(0, 0)?,
                value,
                "{text}"
            );
            cx.query("delete from {t:t}", vec![]).await?;
        }
    }
    ensure_eq!(cx.oracle_count("t").await?, 0, "rows afterwards");
    Ok(())
}
