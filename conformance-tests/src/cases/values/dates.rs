//! Dates and times: never shifted, never rounded.

use drivetrain_adapter_api::value::{Date, Time, Timestamp};
use drivetrain_adapter_api::{DbType, Dialect, ErrorKind, Value, ValueRef};

use crate::case::{ALL, Case, L, M, Need, PG, case};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

use super::checks::{insert, one_row, refused, server_refuses};
use super::matrix::boundary;

pub(super) const CASES: &[Case] = &[
    case!(
        "TYPE-067",
        Values,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "dates of the years 1 to 9999 arrive",
        boundary
    ),
    case!(
        "TYPE-068",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "the first and the last date arrive, and none beyond",
        date_limits
    ),
    case!("TYPE-069", Values, L0, PG, [Need::Oracle], ["A-9"], "infinite dates arrive", boundary),
    case!(
        "TYPE-070",
        Values,
        L0,
        M,
        [Need::Oracle],
        ["R-2"],
        "the day 0000-00-00 is no panic and no other day",
        zero_date
    ),
    case!(
        "TYPE-071",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "days that the Gregorian reform left out are days",
        boundary
    ),
    case!(
        "TYPE-072",
        Values,
        L0,
        ALL,
        [Need::Oracle],
        ["A-5", "R-2"],
        "the 29th of February is a day in leap years only",
        leap_days
    ),
    case!(
        "TYPE-073",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "times of a day arrive, 24:00:00 too",
        boundary
    ),
    case!("TYPE-074", Values, L0, M, [Need::Oracle], ["A-9"], "spans of time arrive", boundary),
    case!(
        "TYPE-075",
        Values,
        L0,
        PG,
        [],
        ["A-9"],
        "a leap second is the first second of the next minute, as the server says",
        leap_second
    ),
    case!("TYPE-076", Values, L0, PG, [Need::Oracle], ["A-9"], "times with zone keep their offset", boundary),
    case!(
        "TYPE-077",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "the first and the last timestamp arrive",
        boundary
    ),
    case!("TYPE-078", Values, L0, PG, [Need::Oracle], ["A-9"], "infinite timestamps arrive", boundary),
    case!(
        "TYPE-079",
        Values,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "microseconds are kept, and what is finer is rounded",
        microseconds
    )
    .within_seconds(30),
    case!(
        "TYPE-080",
        Values,
        L0,
        M,
        [Need::Oracle],
        ["A-9"],
        "fractions of every precision arrive",
        boundary
    ),
    case!(
        "TYPE-081",
        Values,
        L0,
        M,
        [Need::Oracle],
        ["A-9"],
        "the first and the last TIMESTAMP arrive",
        boundary
    ),
    case!(
        "TYPE-082",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "an instant is the same in every zone",
        boundary
    ),
    case!(
        "TYPE-083",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "instants around changes of the clock arrive",
        boundary
    )
    .within_seconds(30),
    case!(
        "TYPE-084",
        Values,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "a timestamp without zone is never shifted",
        boundary
    ),
    case!(
        "TYPE-085",
        Values,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "dates and times arrive in every DateStyle",
        boundary
    )
    .within_seconds(30),
    case!("TYPE-086", Values, L0, PG, [Need::Oracle], ["A-9"], "years of five digits arrive", boundary),
    case!("TYPE-087", Values, L0, M, [Need::Oracle], ["A-9"], "YEAR is an integer", boundary),
    case!(
        "TYPE-088",
        Values,
        L0,
        L,
        [Need::Oracle],
        ["A-9", "R-2"],
        "dates and times are read in every form that SQLite knows",
        forms
    ),
    case!("TYPE-089", Values, L0, ALL, [Need::Oracle], ["A-9"], "instants before 1970 arrive", boundary),
    case!(
        "TYPE-090",
        Values,
        L0,
        ALL,
        [Need::Oracle],
        ["R-2"],
        "a time beyond what a type counts never wraps",
        beyond
    ),
];

async fn date_limits(cx: Context) -> Outcome {
    boundary(cx.clone()).await?;
    cx.prepare(&["create table {t:t} (v date)"]).await?;
    for text in ["4714-11-23 BC", "5874898-01-01"] {
        let param = vec![Value::Text(text.to_owned())];
        server_refuses(&cx, "select cast({1} as date)", param, &[ErrorKind::OutOfRange], &["22008"]).await?;
    }
    // The days before the first one and after the last one.
    for days in [-2_451_546 + 10_957, 2_145_031_949 + 10_957] {
        let value = Value::Date(Date::from_unix_days(days));
        for query in [
            cx.raw("insert into {t:t} (v) values ({1})", vec![value.clone()]),
            insert(&cx, "t", &[("v", DbType::Date)], vec![value.clone()]),
        ] {
            refused(&cx, query, &[ErrorKind::OutOfRange], &["22008"], &format!("{value:?}")).await?;
        }
    }
    ensure_eq!(cx.oracle_count("t").await?, 0, "rows written");
    Ok(())
}

async fn zero_date(cx: Context) -> Outcome {
    let mut oracle = cx.own_oracle().await?;
    let zero = "insert into {t:t} values (7, '0000-00-00', '0000-00-00 00:00:00')";
    for template in ["create table {t:t} (id int, d date, t datetime(6))", "set sql_mode = ''", zero] {
        oracle.run(&cx.sql(template)).await.map_err(crate::Stop::fail)?;
    }
    let rows = one_row(&cx, "select id, d, t from {t:t}", vec![]).await?;
    for column in [1, 2] {
        match rows.get::<Option<Value>>(0, column) {
            Ok(None) => {}
            Ok(Some(value)) => {
                ensure!(
                    matches!(value, Value::Text(_) | Value::OtherText { .. }),
                    "a day that does not exist is read as {value:?}"
                );
            }
            Err(error) => {
                let kinds = [ErrorKind::Decode, ErrorKind::OutOfRange, ErrorKind::InvalidValue];
                ensure!(kinds.contains(&error.kind()), "column {column}: {error}");
            }
        }
    }
    ensure_eq!(rows.get::<i64>(0, 0)?, 7, "the cell beside them");
    cx.check_usable(&cx.adapter().await?).await
}

async fn leap_days(cx: Context) -> Outcome {
    boundary(cx.clone()).await?;
    cx.prepare(&["create table {t:t} (v {date})"]).await?;
    for text in ["2024-02-30", "2023-02-29", "1900-02-29", "2024-13-01", "2024-00-10"] {
        let param = vec![Value::Text(text.to_owned())];
        if cx.dialect() == Dialect::Sqlite {
            // SQLite keeps any text; no such day is ever read from it.
            cx.query("insert into {t:t} (v) values ({1})", param).await?;
            continue;
        }
        let kinds = [ErrorKind::OutOfRange, ErrorKind::InvalidValue];
        server_refuses(&cx, "insert into {t:t} (v) values ({1})", param, &kinds, &["22008", "22007"]).await?;
        ensure!(text.parse::<Date>().is_err(), "{text} is a date to the contract");
    }
    let rows = cx.query("select v from {t:t}", vec![]).await?.rows;
    ensure_eq!(rows.len() as u64, cx.oracle_count("t").await?, "rows");
    for row in 0..rows.len() {
        let kinds = [ErrorKind::Decode, ErrorKind::OutOfRange, ErrorKind::InvalidValue];
        must_fail(rows.get::<Date>(row, 0), &kinds, format!("row {row} as a date"))?;
    }
    Ok(())
}

async fn leap_second(cx: Context) -> Outcome {
    for (text, micros) in [("23:59:60", 86_400_000_000), ("12:00:60", 43_260_000_000)] {
        let time = Value::Time(Time::from_microseconds(micros));
        let rows = one_row(&cx, &format!("select cast('{text}' as time)"), vec![]).await?;
        ensure_eq!(rows.get::<Value>(0, 0)?, time, "{text} as a literal");
        let param = vec![Value::Text(text.to_owned())];
        let rows = one_row(&cx, "select cast({1} as time)", param).await?;
        ensure_eq!(rows.get::<Value>(0, 0)?, time, "{text} as a parameter");
    }
    Ok(())
}

async fn microseconds(cx: Context) -> Outcome {
    boundary(cx.clone()).await?;
    cx.prepare(&["create table {t:t} (id {int4} primary key, v {timestamp})"]).await?;
    let second = Timestamp::from_y2k_microseconds(0);
    for (id, (fraction, micros)) in (0..).zip([
        ("1234567", 123_457),
        ("123456499", 123_456),
        ("0000009", 1),
        ("9999999", 1_000_000),
        ("00000049", 0),
    ]) {
        let text = format!("2000-01-01 00:00:00.{fraction}");
        let expected = Timestamp::from_y2k_microseconds(second.y2k_microseconds() + micros);
        ensure_eq!(text.parse::<Timestamp>()?, expected, "{text}, as the contract reads it");
        cx.query("insert into {t:t} values ({1}, {2})", vec![Value::Int32(id), Value::Text(text.clone())])
            .await?;
        let rows = one_row(&cx, &format!("select v from {{t:t}} where id = {id}"), vec![]).await?;
        ensure_eq!(rows.get::<Timestamp>(0, 0)?, expected, "{text}");
    }
    Ok(())
}

async fn forms(cx: Context) -> Outcome {
    cx.prepare(&[
        "create table {t:t} (id integer primary key, at timestamp, zoned timestamptz, day date, clock time)",
        "insert into {t:t} values
            (1, '2024-02-29 12:30:00.5', '2024-02-29T12:30:00.5Z', '2024-02-29', '12:30:00.5'),
            (2, '2024-02-29T14:30:00.500+02:00', '2024-02-29T14:30:00.500+02:00', '2024-02-29', '12:30:00.500'),
            (3, 1709209800500, 1709209800500, '2024-02-29', '12:30:00.500000'),
            (4, 2460000.5, 2460000.5, 2460000.5, 0.5)",
    ])
    .await?;
    let rows = cx.query("select at, zoned, day, clock from {t:t} order by id", vec![]).await?.rows;
    let at: Timestamp = "2024-02-29 12:30:00.5".parse()?;
    for row in 0..3 {
        let place = format!("row {row}");
        ensure_eq!(rows.get::<Timestamp>(row, 0).within(&place)?, at, "{place}: the timestamp");
        let zoned: drivetrain_adapter_api::value::TimestampTz = rows.get(row, 1).within(&place)?;
        ensure_eq!(zoned.utc(), at, "{place}: the instant");
        ensure_eq!(rows.get::<Date>(row, 2)?, "2024-02-29".parse()?, "{place}: the date");
        ensure_eq!(rows.get::<Time>(row, 3)?, Time::from_microseconds(45_000_500_000), "{place}: the time");
    }
    // A Julian day is a number: whoever wants it reads it as one, and nobody reads another day from it.
    ensure_eq!(rows.get::<Value>(3, 0)?, Value::Float64(2_460_000.5), "the Julian day");
    must_fail(rows.get::<Timestamp>(3, 0), &[ErrorKind::Decode], "a Julian day as a timestamp")?;
    must_fail(rows.get::<Date>(3, 2), &[ErrorKind::Decode], "a Julian day as a date")?;
    must_fail(rows.get::<Time>(3, 3), &[ErrorKind::Decode], "half a day as a time")?;
    Ok(())
}

async fn beyond(cx: Context) -> Outcome {
    // What is the last moment, and how many microseconds after 1970 it is: more than 64 bits on Postgres.
    let (text, unix) = match cx.dialect() {
        Dialect::Postgres => ("294276-12-31 23:59:59.999999", 9_224_318_015_999_999_999),
        _ => ("9999-12-31 23:59:59.999999", 253_402_300_799_999_999_i128),
    };
    cx.prepare(&["create table {t:t} (v {timestamp})", &format!("insert into {{t:t}} values ('{text}')")])
        .await?;
    let rows = one_row(&cx, "select v, 7 from {t:t}", vec![]).await?;
    let at: Timestamp = rows.get(0, 0)?;
    ensure_eq!(at.unix_microseconds(), Some(unix), "microseconds after 1970 of {text}");
    for (what, result) in [
        ("i64", rows.get::<i64>(0, 0).map(drop)),
        ("i32", rows.get::<i32>(0, 0).map(drop)),
        ("f64", rows.get::<f64>(0, 0).map(drop)),
        ("bool", rows.get::<bool>(0, 0).map(drop)),
        ("Date", rows.get::<Date>(0, 0).map(drop)),
        ("Time", rows.get::<Time>(0, 0).map(drop)),
    ] {
        must_fail(result, &[ErrorKind::Decode, ErrorKind::InvalidValue], format!("{text} as {what}"))?;
    }
    ensure!(!matches!(rows.cell(0, 0)?, ValueRef::Int64(_)), "a timestamp is read as an integer");
    ensure_eq!(rows.get::<i64>(0, 1)?, 7, "the cell beside it");
    cx.check_usable(&cx.adapter().await?).await
}
