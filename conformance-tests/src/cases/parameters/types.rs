//! Values where another type is expected: inference, widening, what fits and what does not.

use drivetrain_adapter_api::value::{Array, Date, Decimal, Interval, Time, Timestamp, TimestampTz};
use drivetrain_adapter_api::{Capability, DbType, Dialect, ErrorKind, FromCell, Value};

use crate::case::{ALL, Case, L, M, NET, Need, P, PG, STATEFUL, W, case};
use crate::cases::helpers::{by_dialect, column, only};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "PARAM-11",
        Parameters,
        L0,
        PG,
        [],
        ["A-9"],
        "the server infers the type of a parameter; where it cannot, that is AmbiguousParameter",
        inference
    ),
    case!(
        "PARAM-12",
        Parameters,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "an integer arrives exactly in wider columns",
        widening
    ),
    case!(
        "PARAM-13",
        Parameters,
        L0,
        PG,
        [Need::Oracle],
        ["A-3", "A-9"],
        "a 64-bit integer in a narrower column is written if it fits and OutOfRange if not",
        narrowing
    ),
    case!(
        "PARAM-14",
        Parameters,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "`1abc` where an integer is expected never becomes 1",
        text_for_integer
    ),
    case!(
        "PARAM-17",
        Parameters,
        L0,
        PG,
        [Need::Capability(Capability::Arrays)],
        ["A-9"],
        "an array is one parameter, however long",
        array_is_one
    ),
    case!(
        "PARAM-25",
        Parameters,
        L0,
        ALL,
        [Need::Oracle],
        ["A-3", "A-9"],
        "NaN, infinities, 64-bit unsigned and larger integers are refused where they cannot be held",
        not_held
    ),
    case!(
        "PARAM-26",
        Parameters,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "an instant stays the same instant and a wall clock the same wall clock, whatever the session's zone",
        zones
    ),
    case!(
        "PARAM-27",
        Parameters,
        L0,
        M.or(L),
        [Need::Oracle],
        ["A-9"],
        "booleans are stored as 1 and 0",
        booleans
    ),
    case!(
        "PARAM-28",
        Parameters,
        L0,
        P.or(W).or(L),
        [Need::Oracle],
        ["A-9", "A-21"],
        "one statement with values of changing types: each value arrives as what it is",
        changing_types
    ),
];

async fn inferred<T: for<'a> FromCell<'a> + PartialEq + std::fmt::Debug>(
    cx: &Context,
    template: &str,
    value: Value,
    expected: T,
    ty: Option<DbType>,
) -> Outcome {
    let rows = cx.query(template, vec![value]).await?.rows;
    if let Some(ty) = ty {
        ensure_eq!(rows.columns()[0].ty, ty, "the type of `{template}`");
    }
    ensure_eq!(only::<T>(&rows).within(template)?, expected, "`{template}`");
    Ok(())
}

async fn inference(cx: Context) -> Outcome {
    let date = |day| Date::from_ymd(2020, 2, day);
    inferred(&cx, "select {1} + 1", Value::Int32(41), 42, Some(DbType::Int32)).await?;
    inferred(&cx, "select {1} || 'x'", Value::Text("a".into()), "ax".to_owned(), Some(DbType::Text)).await?;
    inferred(
        &cx,
        "select count(*) from (select 1 from generate_series(1, 9) limit {1}) s",
        Value::Int64(4),
        4,
        None,
    )
    .await?;
    let array = Value::Array(Array::new(DbType::Int64, vec![Value::Int64(2), Value::Int64(4)]));
    inferred(&cx, "select sum(n) from generate_series(1, 9) as g(n) where n = any({1})", array, 6, None)
        .await?;
    let day = Interval { months: 0, days: 1, microseconds: 0 };
    let next = Timestamp::from_date_and_time(date(29)?, Time::from_microseconds(0))?;
    inferred(
        &cx,
        "select timestamp '2020-02-28 00:00:00' + {1}",
        Value::Interval(day),
        next,
        Some(DbType::Timestamp),
    )
    .await?;
    inferred(&cx, "select date '2020-02-28' = {1}", Value::Date(date(28)?), true, Some(DbType::Bool)).await?;
    inferred(
        &cx,
        "select extract(day from {1}::date)::int4",
        Value::Date(date(28)?),
        28,
        Some(DbType::Int32),
    )
    .await?;
    let unknown = cx.try_query("select pg_typeof({1})", vec![Value::Text("x".into())]).await?;
    let error = must_fail(unknown, &[ErrorKind::AmbiguousParameter], "a parameter whose type is not told")?;
    ensure_eq!(error.sqlstate().map(|state| state.to_string()).as_deref(), Some("42P18"), "the SQLSTATE");
    cx.check_usable(&cx.adapter().await?).await
}

async fn widening(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key, a {int8}, b {decimal}, c {float8})"]).await?;
    let insert = "insert into {t:t} values ({1}, {2}, {3}, {4})";
    let large = (1_i64 << 53) + 1;
    let rows = [
        (1, Value::Int16(-32_768), Value::Int16(-32_768), Value::Int16(-32_768)),
        (2, Value::Int32(2_147_483_647), Value::Int32(2_147_483_647), Value::Int32(2_147_483_647)),
        (3, Value::Int64(large), Value::Int64(large), Value::Int64(1 << 53)),
        (4, Value::Int64(i64::MIN), Value::Int64(i64::MIN), Value::Int64(-1)),
    ];
    for (id, a, b, c) in rows {
        cx.query(insert, vec![Value::Int32(id), a, b, c]).await?;
    }
    let exact = "select count(*) from {t:t} where \
        (id = 1 and a = -32768 and b = -32768 and c = -32768) \
        or (id = 2 and a = 2147483647 and b = 2147483647 and c = 2147483647) \
        or (id = 3 and a = 9007199254740993 and b = 9007199254740993 and c = 9007199254740992) \
        or (id = 4 and a = -9223372036854775807 - 1 and b = -9223372036854775807 - 1 and c = -1)";
    ensure_eq!(cx.oracle_cell(exact).await?.as_deref(), Some("4"), "rows that are exact");
    let back = cx.query("select a from {t:t} where a = {1}", vec![Value::Int64(large)]).await?;
    ensure_eq!(only::<i64>(&back.rows)?, large, "the value found by itself");
    Ok(())
}

async fn narrowing(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (a {int2}, b {int4})"]).await?;
    let insert = "insert into {t:t} values ({1}, {2})";
    cx.query(insert, vec![Value::Int64(32_767), Value::Int64(-2_147_483_648)]).await?;
    let found = "select count(*) from {t:t} where a = 32767 and b = -2147483648";
    ensure_eq!(cx.oracle_cell(found).await?.as_deref(), Some("1"), "rows with the values that fit");
    for (a, b) in [(32_768, 0), (-32_769, 0), (0, 2_147_483_648), (0, i64::MIN)] {
        let refused = cx.try_query(insert, vec![Value::Int64(a), Value::Int64(b)]).await?;
        must_fail(refused, &[ErrorKind::OutOfRange], format!("{a} and {b}"))?;
    }
    ensure_eq!(cx.oracle_count("t").await?, 1, "rows");
    cx.check_usable(&cx.adapter().await?).await
}

async fn text_for_integer(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (v {int4})"]).await?;
    let written = cx.try_query("insert into {t:t} values ({1})", vec![Value::Text("1abc".into())]).await?;
    let kinds = [ErrorKind::InvalidValue, ErrorKind::TypeMismatch, ErrorKind::OutOfRange];
    let rows = cx.oracle_rows("select v from {t:t}").await?;
    match written {
        // A column of SQLite's takes any value: then it has to be this one.
        Ok(_) => {
            ensure!(cx.dialect() == Dialect::Sqlite, "the text was taken: {rows:?}");
            ensure_eq!(rows, [[Some("1abc".to_owned())]], "what was stored");
        }
        Err(error) => {
            must_fail::<()>(Err(error), &kinds, "the insert")?;
            ensure!(rows.is_empty(), "the statement failed, and there are rows: {rows:?}");
        }
    }
    if PG.contains(cx.place()) {
        let compared = cx.try_query("select 1 where 1 = {1}", vec![Value::Text("1abc".into())]).await?;
        must_fail(compared, &kinds, "the comparison")?;
    }
    cx.check_usable(&cx.adapter().await?).await
}

async fn array_is_one(cx: Context) -> Outcome {
    let values: Vec<_> = (1..=100_000).map(Value::Int32).collect();
    let query = cx.raw(
        "select count(*), sum(x) from unnest({1}::int4[]) as x",
        vec![Value::Array(Array::new(DbType::Int32, values))],
    );
    let adapter = cx.adapter().await?;
    ensure_eq!(adapter.lower(&query)?.parameters.len(), 1, "parameters that are sent");
    let rows = adapter.query(query).await?.rows;
    ensure_eq!((rows.get::<i64>(0, 0)?, rows.get::<i64>(0, 1)?), (100_000, 5_000_050_000), "count and sum");
    Ok(())
}

async fn not_held(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (i {int8}, f {float8})"]).await?;
    let capabilities = cx.capabilities().clone();
    let refusals = [ErrorKind::OutOfRange, ErrorKind::Unsupported, ErrorKind::InvalidValue];
    let integer = "insert into {t:t} (i) values ({1})";
    let mut beyond = vec![Value::UInt64(u64::MAX), Value::UInt64(1 << 63)];
    if NET.contains(cx.place()) {
        // SQLite's integer columns make a REAL of such a text, which no client can see beforehand.
        beyond.push(Value::Decimal(i128::MAX.to_string().parse::<Decimal>().within("a decimal")?));
    }
    if NET.contains(cx.place()) || !capabilities.float_nan() {
        beyond.push(Value::Float64(f64::NAN));
    }
    for value in beyond {
        let what = format!("{value:?} in an integer column");
        must_fail(cx.try_query(integer, vec![value]).await?, &refusals, what)?;
    }
    ensure_eq!(cx.oracle_count("t").await?, 0, "rows of values that were refused");
    // What fits is written, as the number it is; negative zero is that number, or refused.
    cx.query(integer, vec![Value::UInt64(i64::MAX as u64)]).await?;
    let mut texts = vec![[Some(i64::MAX.to_string())]];
    match cx.try_query(integer, vec![Value::Float64(-0.0)]).await? {
        Ok(_) => texts.insert(0, [Some("0".to_owned())]),
        Err(error) => drop(must_fail::<()>(Err(error), &refusals, "negative zero in an integer column")?),
    }
    let rows = cx.oracle_rows("select i from {t:t} order by i").await?;
    ensure_eq!(rows, texts, "the integers that fit");

    let float = "insert into {t:t} (f) values ({1})";
    let floats = [
        (f64::NAN, capabilities.float_nan()),
        (f64::INFINITY, capabilities.float_infinity()),
        (f64::NEG_INFINITY, capabilities.float_infinity()),
    ];
    for (number, declared) in floats {
        let written = cx.try_query(float, vec![Value::Float64(number)]).await?;
        if declared {
            written.within(format!("{number} is declared"))?;
            let rows = cx.query("select f from {t:t} where f is not null", vec![]).await?.rows;
            ensure_eq!(only::<f64>(&rows)?.to_bits(), number.to_bits(), "the bits of {number}");
            cx.query("delete from {t:t} where f is not null", vec![]).await?;
        } else {
            must_fail(written, &refusals, format!("{number} is not declared"))?;
        }
    }
    ensure_eq!(cx.oracle_count("t").await?, texts.len() as u64, "rows at the end");
    cx.check_usable(&cx.adapter().await?).await
}

async fn zones(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (a {timestamptz}, b {timestamp}, c {date}, d {time})"]).await?;
    let mut setup = cx.setup();
    if STATEFUL.contains(cx.place()) && cx.dialect() != Dialect::Sqlite {
        let name = by_dialect(&cx, ["TimeZone", "time_zone", ""]);
        let zone = by_dialect(&cx, ["Asia/Kolkata", "+05:30", ""]);
        setup.settings = vec![(name.to_owned(), zone.to_owned())];
    }
    let adapter = cx.adapter_with(setup).await?;
    // 2024-02-29 23:59:59.123456, which is another day in India.
    let wall = Timestamp::from_unix_microseconds(1_709_251_199_123_456)?;
    let (date, time) = (Date::from_ymd(2024, 2, 29)?, Time::from_microseconds(86_399_123_456));
    let values = vec![
        Value::TimestampTz(TimestampTz::from_utc(wall)),
        Value::Timestamp(wall),
        Value::Date(date),
        Value::Time(time),
    ];
    adapter.query(cx.raw("insert into {t:t} values ({1}, {2}, {3}, {4})", values)).await?;
    let judged = by_dialect(
        &cx,
        [
            "select extract(epoch from a)::text, b::text, c::text, d::text from {t:t}",
            "select unix_timestamp(a), b, c, d from {t:t}",
            "select strftime('%s', a) || '.123456', strftime('%Y-%m-%d %H:%M:%S', b) || '.123456', c, d from {t:t}",
        ],
    );
    let texts = ["1709251199.123456", "2024-02-29 23:59:59.123456", "2024-02-29", "23:59:59.123456"];
    ensure_eq!(cx.oracle_rows(judged).await?, [texts.map(|text| Some(text.to_owned()))], "what is stored");
    let rows = adapter.query(cx.raw("select a, b, c, d from {t:t}", vec![])).await?.rows;
    ensure_eq!(rows.get::<TimestampTz>(0, 0)?.utc(), wall, "the instant");
    ensure_eq!(rows.get::<Timestamp>(0, 1)?, wall, "the wall clock");
    ensure_eq!(rows.get::<Date>(0, 2)?, date, "the date");
    ensure_eq!(rows.get::<Time>(0, 3)?, time, "the time");
    Ok(())
}

async fn booleans(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key, b {bool})"]).await?;
    for (id, value) in [(1, Value::Bool(true)), (2, Value::Bool(false)), (3, Value::NULL)] {
        cx.query("insert into {t:t} values ({1}, {2})", vec![Value::Int32(id), value]).await?;
    }
    let stored = cx.oracle_rows("select b from {t:t} order by id").await?;
    ensure_eq!(stored, [[Some("1".to_owned())], [Some("0".to_owned())], [None]], "what is stored");
    let rows = cx.query("select b from {t:t} order by id", vec![]).await?.rows;
    let read: Vec<Option<bool>> = column(&rows, 0)?;
    ensure_eq!(read, [Some(true), Some(false), None], "what is read");
    let found = cx.query("select id from {t:t} where b = {1}", vec![Value::Bool(false)]).await?;
    ensure_eq!(only::<i32>(&found.rows)?, 2, "the row found by false");
    Ok(())
}

async fn changing_types(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key, v {text}, n {decimal})"]).await?;
    let adapter = cx.adapter().await?;
    // Twice over: the second time each meets the statement as the others have left it.
    let mut id = 0;
    for _ in 0..2 {
        let values = [
            (Value::NULL, Value::NULL),
            (Value::Int32(42), Value::Int32(42)),
            (Value::Text("x".into()), Value::NULL),
            (Value::Int64(1 << 40), Value::Int64(1 << 40)),
            (Value::Text(String::new()), Value::Decimal("1.5".parse::<Decimal>().within("a decimal")?)),
            (Value::Null(DbType::Int32), Value::Int16(7)),
        ];
        for (v, n) in values {
            id += 1;
            let query = cx.raw("insert into {t:t} values ({1}, {2}, {3})", vec![Value::Int32(id), v, n]);
            adapter.query(query).await.within(format!("row {id}"))?;
        }
    }
    let text = |text: &str| Some(text.to_owned());
    let once = [
        (None, None),
        (text("42"), text("42")),
        (text("x"), None),
        (text("1099511627776"), text("1099511627776")),
        (text(""), text("1.5")),
        (None, text("7")),
    ];
    let expected: Vec<Vec<_>> = once.iter().chain(&once).map(|(v, n)| vec![v.clone(), n.clone()]).collect();
    ensure_eq!(cx.oracle_rows("select v, n from {t:t} order by id").await?, expected, "what is stored");
    Ok(())
}
