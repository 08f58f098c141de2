//! Values: literals, parameters and what depends on the session.

use drivetrain_adapter_api::statement::{Expr, Projection, Select, Statement};
use drivetrain_adapter_api::value::{Date, Decimal, Json, Timestamp, TimestampTz, Uuid};
use drivetrain_adapter_api::{DbType, Dialect, Query, Value};

use super::compare::Pair;
use super::literals;
use crate::case::{Case, NET, Need, case};
use crate::outcome::ensure_eq;
use crate::{Context, Outcome};

pub(super) const CASES: &[Case] = &[
    case!(
        "XP-01",
        Transports,
        L0,
        NET,
        [Need::Peer],
        ["A-9", "R-1"],
        "values of every type are read alike, as literals and as parameters",
        scalars
    ),
    case!("XP-07", Transports, L0, NET, [Need::Peer], ["A-9"], "arrays and JSON are read alike", nested),
    case!(
        "XP-08",
        Transports,
        L0,
        NET,
        [Need::Peer],
        ["A-9"],
        "parameters without a type are taken for the same, or refused alike",
        untyped
    ),
    case!(
        "XP-09",
        Transports,
        L0,
        NET,
        [Need::Peer],
        ["A-9"],
        "instants do not depend on the transport's session, and what depends on its time zone is the same",
        time_zones
    ),
];

/// A value of each sort that both transports must take.
fn samples() -> Outcome<Vec<Value>> {
    Ok(vec![
        Value::Bool(true),
        Value::Int16(i16::MIN),
        Value::Int32(i32::MAX),
        Value::Int64(9_007_199_254_740_993),
        Value::Float32(0.1),
        Value::Float64(-0.0),
        Value::Decimal("1.10".parse::<Decimal>()?),
        Value::Text("it's \"x\" \\ $1 ? 😀".to_owned()),
        Value::Text(String::new()),
        Value::Bytes(vec![0, 0xff, b'\\', b'x']),
        Value::Uuid(Uuid::from_bytes([7; 16])),
        Value::Date("2024-02-29".parse::<Date>()?),
        Value::Timestamp("2024-02-29 23:59:59.999999".parse::<Timestamp>()?),
        Value::TimestampTz("2024-02-29 23:59:59.999999+00".parse::<TimestampTz>()?),
        Value::Json(Json::new("[1, 2]")),
    ])
}

fn typed(value: Value) -> Query {
    let projections = vec![Projection::named(Expr::slot(0, value.db_type()), "v")];
    Query::new(Statement::new(Select { projections, ..Select::default() }), vec![value])
}

async fn scalars(cx: Context) -> Outcome {
    let pair = Pair::new(&cx).await?;
    for expressions in literals::scalars(cx.dialect()) {
        pair.same_rows(expressions, Query::raw(format!("select {expressions}"), vec![])).await?;
    }
    for value in samples()? {
        let what = format!("a parameter of type {}", value.db_type());
        let ty = value.db_type();
        let result = pair.same_rows(&what, typed(value)).await?;
        ensure_eq!(result.rows.len(), 1, "rows of {what}");
        let what = format!("NULL of type {ty}");
        pair.same_rows(&what, typed(Value::Null(ty))).await?;
    }
    Ok(())
}

async fn nested(cx: Context) -> Outcome {
    let pair = Pair::new(&cx).await?;
    for expressions in literals::nested(cx.dialect()) {
        pair.same_rows(expressions, Query::raw(format!("select {expressions}"), vec![])).await?;
    }
    Ok(())
}

async fn untyped(cx: Context) -> Outcome {
    let pair = Pair::new(&cx).await?;
    for value in samples()?.into_iter().chain([Value::NULL, Value::Null(DbType::Int32)]) {
        let what = format!("an untyped parameter: {}", value.db_type());
        drop(pair.same(&what, cx.raw("select {1}", vec![value])).await?);
    }
    for (template, value) in [
        ("select {1} + 1", Value::Int64(41)),
        ("select 1 where {1} = 'x'", Value::Text("x".to_owned())),
        ("select {1} + 1", Value::Text("not a number".to_owned())),
        ("select {1} + 1", Value::Int64(i64::MAX)),
    ] {
        let what = format!("`{template}` with a {}", value.db_type());
        drop(pair.same(&what, cx.raw(template, vec![value])).await?);
    }
    Ok(())
}

async fn time_zones(cx: Context) -> Outcome {
    let pair = Pair::new(&cx).await?;
    let queries: &[&str] = match cx.dialect() {
        Dialect::Postgres => &[
            "select current_setting('TimeZone'), current_setting('DateStyle'), current_setting('IntervalStyle')",
            "select '2024-01-01 12:00'::timestamptz, '2024-07-01 12:00'::timestamptz, date '2024-03-31'::timestamptz",
            "select '2024-01-01 12:00+05:30'::timestamptz::text, '2024-01-01 12:00+05:30'::timestamptz::timestamp",
            "select extract(timezone from now()), '1 mon 1 day'::interval::text, '2024-01-02'::date::text",
        ],
        _ => &[
            "select @@session.time_zone, from_unixtime(0), unix_timestamp('2024-01-01 12:00:00')",
            "select timestampdiff(second, utc_timestamp(), now()) div 60",
        ],
    };
    for query in queries {
        pair.same_rows(query, Query::raw(*query, vec![])).await?;
    }
    let instant: TimestampTz = "2024-07-01 12:00:00+00".parse()?;
    cx.prepare(&["create table {t:t} (id {int8} primary key, at {timestamptz})"]).await?;
    for (id, adapter) in [(1_i64, &pair.own), (2, &pair.peer)] {
        let values = vec![Value::Int64(id), Value::TimestampTz(instant)];
        adapter.query(cx.raw("insert into {t:t} values ({1}, {2})", values)).await?;
    }
    let rows = pair.same_rows("instants", cx.raw("select at from {t:t} order by id", vec![])).await?.rows;
    for row in 0..2 {
        ensure_eq!(
            rows.get::<TimestampTz>(row, 0)?,
            instant,
            "the instant that was written first and second"
        );
    }
    Ok(())
}
