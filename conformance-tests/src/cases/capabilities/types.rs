//! Native types: a value of each arrives as itself, through a column of that type, or is refused; never as another.

use std::fmt::Debug;

use drivetrain_adapter_api::statement::{
    Expr, Insert, InsertSource, OrderBy, Projection, Select, Source, Statement,
};
use drivetrain_adapter_api::value::{
    Array, Date, Decimal, Interval, Json, Time, TimeTz, Timestamp, TimestampTz, Uuid,
};
use drivetrain_adapter_api::{Capability, FromCell, Query, ToValue, Value};

use crate::case::{ALL, Case, Need, PG, case};
use crate::outcome::ensure_eq;
use crate::{Context, Outcome, Stop, Within as _};

macro_rules! native {
    ($id:literal, $places:expr, $what:literal, $run:path) => {
        case!($id, Capabilities, L0, $places, [], ["A-9", "R-1"], concat!("a column keeps ", $what), $run)
    };
}

pub(super) const CASES: &[Case] = &[
    native!("CAP-type.bool", ALL, "booleans", booleans),
    native!("CAP-type.int16", ALL, "16-bit integers", int16),
    native!("CAP-type.int32", ALL, "32-bit integers", int32),
    native!("CAP-type.int64", ALL, "64-bit integers", int64),
    native!("CAP-type.float32", ALL, "32-bit floats", float32),
    native!("CAP-type.float64", ALL, "64-bit floats", float64),
    native!("CAP-type.decimal", ALL, "decimals", decimals),
    native!("CAP-type.text", ALL, "texts", texts),
    native!("CAP-type.bytes", ALL, "bytes", bytes),
    native!("CAP-type.uuid", ALL, "UUIDs", uuids),
    native!("CAP-type.date", ALL, "dates", dates),
    native!("CAP-type.time", ALL, "times", times),
    native!("CAP-type.time_tz", PG, "times with an offset", times_with_offset),
    native!("CAP-type.timestamp", ALL, "timestamps", timestamps),
    native!("CAP-type.timestamp_tz", ALL, "instants", instants),
    native!("CAP-type.interval", PG, "intervals", intervals),
    native!("CAP-type.json", ALL, "JSON documents", documents),
    case!(
        "CAP-type.array",
        Capabilities,
        L0,
        PG,
        [Need::Capability(Capability::Arrays)],
        ["A-9", "R-1"],
        "a column keeps arrays",
        arrays
    ),
];

/// Writes each value and NULL into a column of that type by an abstract insert, and reads them back by their keys.
async fn through_column<T>(cx: &Context, column: &str, values: Vec<T>) -> Outcome
where
    T: ToValue + for<'c> FromCell<'c> + Clone + PartialEq + Debug,
{
    cx.prepare(&[&format!("create table {{t:kept}} (id {{int8}} primary key, v {column})")]).await?;
    let adapter = cx.adapter().await?;
    let insert = Statement::new(Insert {
        with: vec![],
        table: cx.table("kept"),
        columns: vec!["id".into(), "v".into()],
        source: InsertSource::Rows(vec![vec![crate::probes::int(0), Expr::slot(1, T::db_type())]]),
        on_conflict: None,
        returning: vec![],
    });
    let insert = std::sync::Arc::new(insert);
    let wanted: Vec<Option<T>> = values.into_iter().map(Some).chain([None]).collect();
    for (id, value) in (0_i64..).zip(&wanted) {
        let value = value.clone().map_or(Value::Null(T::db_type()), ToValue::to_value);
        let row = vec![Value::Int64(id), value];
        adapter
            .query(Query::new(std::sync::Arc::clone(&insert), row))
            .await
            .within(format!("writing row {id}"))?;
    }
    let select = Select {
        projections: vec![Projection::new(Expr::column("v"))],
        from: Some(Source::table(cx.table("kept"))),
        order_by: vec![OrderBy::ascending(Expr::column("id"))],
        ..Select::default()
    };
    let rows = adapter.query(Query::new(Statement::new(select), vec![])).await?.rows;
    ensure_eq!(rows.len(), wanted.len(), "rows");
    for (row, wanted) in wanted.iter().enumerate() {
        ensure_eq!(rows.get::<Option<T>>(row, 0)?, *wanted, "row {row}");
    }
    Ok(())
}

/// The values that those texts stand for.
fn read<T: std::str::FromStr>(texts: &[&str]) -> Outcome<Vec<T>> {
    let wrong = |text: &str| Stop::fail(format!("`{text}` is no value of its type: a defect of the suite"));
    texts.iter().map(|text| text.parse().map_err(|_| wrong(text))).collect()
}

async fn booleans(cx: Context) -> Outcome {
    through_column(&cx, "{bool}", vec![true, false]).await
}

async fn int16(cx: Context) -> Outcome {
    through_column(&cx, "{int2}", vec![i16::MIN, -1, 0, i16::MAX]).await
}

async fn int32(cx: Context) -> Outcome {
    through_column(&cx, "{int4}", vec![i32::MIN, -1, 0, i32::MAX]).await
}

async fn int64(cx: Context) -> Outcome {
    through_column(&cx, "{int8}", vec![i64::MIN, -1, 0, (1 << 53) + 1, i64::MAX]).await
}

async fn float32(cx: Context) -> Outcome {
    through_column(&cx, "{float4}", vec![0.0_f32, 0.1, -1.5, 16_777_216.0]).await
}

async fn float64(cx: Context) -> Outcome {
    through_column(&cx, "{float8}", vec![0.0_f64, 0.1, 1.0 / 3.0, -1e300, f64::MIN_POSITIVE]).await
}

async fn decimals(cx: Context) -> Outcome {
    through_column(&cx, "{decimal}", read::<Decimal>(&["0", "12345.678", "-0.001"])?).await
}

async fn texts(cx: Context) -> Outcome {
    let texts = ["", "a", "it's \"quoted\" \\ %_ ?", "😀 e\u{301} \u{feff}", " padded "];
    through_column(&cx, "{text}", texts.map(str::to_owned).to_vec()).await
}

async fn bytes(cx: Context) -> Outcome {
    through_column(&cx, "{bytes}", vec![vec![], (0..=255).collect(), b"\\x41".to_vec()]).await
}

async fn uuids(cx: Context) -> Outcome {
    let uuids = [[0; 16], [0xff; 16], [0x12, 0x34, 5, 6, 7, 0x48, 9, 0x8a, 11, 12, 13, 14, 15, 16, 17, 18]];
    through_column(&cx, "{uuid}", uuids.map(Uuid::from_bytes).to_vec()).await
}

async fn dates(cx: Context) -> Outcome {
    through_column(&cx, "{date}", read::<Date>(&["1000-01-01", "1970-01-01", "2024-02-29", "9999-12-31"])?)
        .await
}

async fn times(cx: Context) -> Outcome {
    through_column(&cx, "{time}", read::<Time>(&["00:00:00", "12:34:56.000001", "23:59:59.999999"])?).await
}

async fn times_with_offset(cx: Context) -> Outcome {
    through_column(&cx, "timetz", read::<TimeTz>(&["00:00:00+00:00", "12:34:56.000001-03:30"])?).await
}

async fn timestamps(cx: Context) -> Outcome {
    let texts = ["1000-01-01 00:00:00", "2024-02-29 23:59:59.999999", "9999-12-31 12:00:00.000001"];
    through_column(&cx, "{timestamp}", read::<Timestamp>(&texts)?).await
}

async fn instants(cx: Context) -> Outcome {
    let texts = ["1970-01-02 00:00:00+00", "2024-02-29 23:59:59.999999+00", "2037-12-31 12:00:00.000001+00"];
    through_column(&cx, "{timestamptz}", read::<TimestampTz>(&texts)?).await
}

async fn intervals(cx: Context) -> Outcome {
    let interval = |months, days, microseconds| Interval { months, days, microseconds };
    through_column(
        &cx,
        "interval",
        vec![interval(0, 0, 0), interval(1, -1, 1), interval(-14, 40, -90_000_000)],
    )
    .await
}

async fn documents(cx: Context) -> Outcome {
    // Documents whose text no database writes in another way.
    let texts = ["null", "true", "[]", "{}", "\"text\"", "12"];
    through_column(&cx, "{json}", texts.map(Json::new).to_vec()).await
}

async fn arrays(cx: Context) -> Outcome {
    let words = [vec![], vec!["a,b".to_owned(), String::new(), "NULL".to_owned(), "{}\"\\".to_owned()]];
    through_column(&cx, "text[]", words.to_vec()).await?;
    let holes = Array::new(i64::db_type(), vec![Value::Int64(i64::MAX), Value::NULL]);
    let adapter = cx.adapter().await?;
    let slot = Expr::slot(0, drivetrain_adapter_api::DbType::array(i64::db_type()));
    let select = Select { projections: vec![Projection::new(slot)], ..Select::default() };
    let rows = adapter.query(Query::new(Statement::new(select), vec![Value::Array(holes)])).await?.rows;
    ensure_eq!(rows.get::<Vec<Option<i64>>>(0, 0)?, [Some(i64::MAX), None], "an array with a NULL in it");
    Ok(())
}
