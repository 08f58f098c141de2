//! Relations as JSON lose nothing: what is read from the JSON is what is read directly.

use drivetrain_adapter_api::decode::json;
use drivetrain_adapter_api::statement::{Expr, JsonItem, JsonRows, OrderBy, Projection, Select};
use drivetrain_adapter_api::value::{Array, Interval, Json};
use drivetrain_adapter_api::{DbType, Dialect, Value};

use super::lower;
use super::server::Postgres;
use crate::support::build::{col, select, values};

const TABLE: &str = r#"
CREATE TYPE "mood" AS ENUM ('so "so"', 'glad');
CREATE DOMAIN "positive" AS int4 CHECK (VALUE > 0);
CREATE TABLE "every" (
    "n" serial, "bool" bool, "int2" int2, "int4" int4, "int8" int8, "float4" float4, "float8" float8, "numeric" numeric,
    "text" text, "char" char(5), "bytea" bytea, "uuid" uuid, "date" date, "time" time, "timetz" timetz, "timestamp" timestamp,
    "timestamptz" timestamptz, "interval" interval, "jsonb" jsonb, "json" json, "mood" "mood", "inet" inet, "positive" "positive",
    "int8s" int8[], "float8s" float8[], "texts" text[], "byteas" bytea[], "timestamps" timestamp[], "moods" "mood"[],
    "intervals" interval[], "jsons" json[], "numerics" numeric[], "inets" inet[], "bits" bit(3)
);
"#;

fn types() -> Vec<(&'static str, DbType)> {
    let named = |name, carrier| DbType::named(Dialect::Postgres, None, name, carrier);
    let list = DbType::array;
    vec![
        ("bool", DbType::Bool),
        ("int2", DbType::Int16),
        ("int4", DbType::Int32),
        ("int8", DbType::Int64),
        ("float4", DbType::Float32),
        ("float8", DbType::Float64),
        ("numeric", DbType::Decimal),
        ("text", DbType::Text),
        ("char", named("bpchar", DbType::Text)),
        ("bytea", DbType::Bytes),
        ("uuid", DbType::Uuid),
        ("date", DbType::Date),
        ("time", DbType::Time),
        ("timetz", DbType::TimeTz),
        ("timestamp", DbType::Timestamp),
        ("timestamptz", DbType::TimestampTz),
        ("interval", DbType::Interval),
        ("jsonb", DbType::Json),
        ("json", named("json", DbType::Json)),
        ("mood", named("mood", DbType::Enum)),
        ("inet", named("inet", DbType::Unknown)),
        ("positive", DbType::Int32),
        ("int8s", list(DbType::Int64)),
        ("float8s", list(DbType::Float64)),
        ("texts", list(DbType::Text)),
        ("byteas", list(DbType::Bytes)),
        ("timestamps", list(DbType::Timestamp)),
        ("moods", list(named("mood", DbType::Enum))),
        ("intervals", list(DbType::Interval)),
        ("jsons", list(named("json", DbType::Json))),
        ("numerics", list(DbType::Decimal)),
        ("inets", list(named("inet", DbType::Unknown))),
        ("bits", named("bit", DbType::Unknown)),
    ]
}

/// The rows of a select as the client would read them.
fn read(postgres: &Postgres, select: Select, types: &[DbType]) -> Vec<Vec<Value>> {
    let items = types.iter().cloned().map(JsonItem::Scalar).collect();
    let rows = Expr::JsonRows(Box::new(JsonRows { select, items }));
    let text = postgres.rows(&lower(values(vec![rows]), vec![]))[0][0].clone().unwrap();
    json::rows(&text)
        .unwrap()
        .iter()
        .map(|row| row.iter().zip(types).map(|(cell, ty)| cell.to_value(ty).unwrap()).collect())
        .collect()
}

/// Writes the values into the row of the table with `typed` parameters, and reads them through JSON.
fn round_trip(postgres: &Postgres, columns: &[(&'static str, DbType, Value)]) -> Vec<Value> {
    use drivetrain_adapter_api::statement::InsertSource;
    let row = columns.iter().enumerate().map(|(at, (_, ty, _))| Expr::slot(at as u32, ty.clone())).collect();
    let names: Vec<&str> = columns.iter().map(|(name, _, _)| *name).collect();
    let insert = crate::support::build::insert("every", &names, InsertSource::Rows(vec![row]));
    postgres.run("DELETE FROM \"every\"");
    postgres.rows(&lower(insert, columns.iter().map(|(_, _, value)| value.clone()).collect()));
    let types: Vec<DbType> = columns.iter().map(|(_, ty, _)| ty.clone()).collect();
    read(postgres, select("every", &names), &types).remove(0)
}

fn time<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

/// Values at the edges of a type.
fn edges(name: &str) -> Vec<Value> {
    let text = |text: &str| Value::Text(text.to_owned());
    let array = |element: DbType, values: Vec<Value>| Value::Array(Array::new(element, values));
    let ty = types().into_iter().find(|(known, _)| *known == name).unwrap().1;
    let interval = |months, days, microseconds| Value::Interval(Interval { months, days, microseconds });
    match name {
        "bool" => vec![Value::Bool(true), Value::Bool(false)],
        "int2" => vec![Value::Int16(i16::MIN), Value::Int16(i16::MAX)],
        "int4" => vec![Value::Int32(i32::MIN), Value::Int32(i32::MAX)],
        "positive" => vec![Value::Int32(i32::MAX)],
        "int8" => vec![Value::Int64(i64::MIN), Value::Int64(i64::MAX), Value::Int64((1 << 53) + 1)],
        "float4" => {
            [0.1, -0.0, f32::MIN_POSITIVE, 1e-45, f32::MAX, f32::NAN, f32::INFINITY, f32::NEG_INFINITY]
                .map(Value::Float32)
                .to_vec()
        }
        "float8" => {
            [0.1 + 0.2, -0.0, f64::MIN_POSITIVE, 5e-324, f64::MAX, f64::NAN, f64::INFINITY, f64::NEG_INFINITY]
                .map(Value::Float64)
                .to_vec()
        }
        "numeric" => {
            ["1.10", "-0.000", "12345678901234567890.1234567890123456789", "NaN", "Infinity", "-Infinity"]
                .map(|text| Value::Decimal(time(text)))
                .to_vec()
        }
        "text" => vec![text(""), text("null"), text("\"\\/\u{1}\n\t\u{7f}\u{2028}😀 {}[]%_"), text("  ")],
        "char" => vec![text("ab   "), text("     ")],
        "bytea" => vec![Value::Bytes(vec![]), Value::Bytes((0..=255).collect())],
        "uuid" => vec![Value::Uuid(time("f81d4fae-7dec-11d0-a765-00a0c91e6bf6"))],
        "date" => ["2024-02-29", "0001-01-01", "4714-11-24 BC", "5874897-12-31", "infinity", "-infinity"]
            .map(|text| Value::Date(time(text)))
            .to_vec(),
        "time" => ["00:00:00", "23:59:59.999999", "24:00:00", "01:02:03.000001"]
            .map(|text| Value::Time(time(text)))
            .to_vec(),
        "timetz" => ["00:00:00+00", "23:59:59.999999-15:59", "12:00:00+05:45:30"]
            .map(|text| Value::TimeTz(time(text)))
            .to_vec(),
        "timestamp" => [
            "2024-02-29 12:34:56.789012",
            "1969-12-31 23:59:59.999999",
            "4714-11-24 00:00:00 BC",
            "294276-12-31 23:59:59.999999",
            "infinity",
            "-infinity",
        ]
        .map(|text| Value::Timestamp(time(text)))
        .to_vec(),
        "timestamptz" => [
            "2024-02-29 12:34:56.789012+00",
            "1890-01-01 00:00:00+00",
            "4714-11-24 00:00:00+00 BC",
            "294276-12-31 23:59:59.999999+00",
            "infinity",
            "-infinity",
        ]
        .map(|text| Value::TimestampTz(time(text)))
        .to_vec(),
        "interval" => vec![interval(0, 0, 0), interval(-1, 2, -3), interval(14, -30, 86_400_000_001)],
        "json" => vec![
            Value::Json(Json::new("{\"b\": 1.00,  \"b\":[1e400, \"\\ud83d\\ude00\"]}")),
            Value::Json(Json::new("null")),
        ],
        "jsonb" => {
            vec![Value::Json(Json::new("{\"a\": 12345678901234567890.10}")), Value::Json(Json::new("null"))]
        }
        "mood" => vec![Value::Enum("so \"so\"".into())],
        "inet" => vec![Value::OtherText { type_name: "inet".into(), text: "::1".into() }],
        "int8s" => vec![
            array(DbType::Int64, vec![]),
            array(DbType::Int64, vec![Value::Int64(i64::MAX), Value::NULL]),
        ],
        "float8s" => vec![
            array(DbType::Float64, vec![]),
            array(
                DbType::Float64,
                vec![Value::Float64(-0.0), Value::NULL, Value::Float64(f64::NAN), Value::Float64(0.1)],
            ),
        ],
        "texts" => vec![
            array(DbType::Text, vec![]),
            array(DbType::Text, vec![text("NULL"), Value::NULL, text(""), text("a,\"b\\{}")]),
        ],
        "byteas" => vec![
            array(DbType::Bytes, vec![]),
            array(DbType::Bytes, vec![Value::Bytes(vec![0, 92, 255]), Value::NULL]),
        ],
        "timestamps" => vec![array(
            DbType::Timestamp,
            vec![Value::Timestamp(time("0044-03-15 00:00:00.000001 BC")), Value::NULL],
        )],
        "moods" => vec![array(ty.element().unwrap().clone(), vec![Value::Enum("glad".into()), Value::NULL])],
        "intervals" => vec![array(DbType::Interval, vec![interval(1, 2, 3), Value::NULL])],
        "jsons" => vec![array(
            ty.element().unwrap().clone(),
            vec![Value::Json(Json::new("{\"a\":  [1]}")), Value::NULL],
        )],
        "numerics" => {
            vec![array(DbType::Decimal, vec![Value::Decimal(time("1.10")), Value::Decimal(time("NaN"))])]
        }
        "inets" => vec![array(
            ty.element().unwrap().clone(),
            vec![Value::OtherText { type_name: "inet".into(), text: "10.0.0.1".into() }, Value::NULL],
        )],
        "bits" => vec![Value::OtherText { type_name: "bit".into(), text: "101".into() }],
        other => panic!("no edges for {other}"),
    }
}

fn every_type_keeps_its_values(postgres: &Postgres) {
    for (name, ty) in types() {
        for value in edges(name).into_iter().chain([Value::Null(ty.clone())]) {
            let read = round_trip(postgres, &[(name, ty.clone(), value.clone())]).remove(0);
            assert_eq!(read, value, "{name}");
        }
    }
}

#[test]
fn values_at_the_edges_of_every_type_are_kept() {
    every_type_keeps_its_values(&Postgres::with(TABLE));
}

#[test]
fn they_are_kept_in_hostile_settings_of_the_session() {
    let postgres = Postgres::with(TABLE);
    postgres.run(
        "SET LOCAL datestyle = 'German, DMY'; SET LOCAL extra_float_digits = -15; SET LOCAL intervalstyle = 'iso_8601';
         SET LOCAL bytea_output = 'escape'; SET LOCAL timezone = 'America/St_Johns'",
    );
    every_type_keeps_its_values(&postgres);
}

#[test]
fn a_hundred_and_twenty_columns_and_more_are_read() {
    for width in [99, 100, 101, 120, 600] {
        let columns: Vec<String> = (0..width).map(|at| format!("\"c{at}\" int8 DEFAULT {at}")).collect();
        let table = format!(
            "CREATE TABLE \"wide\" ({}); INSERT INTO \"wide\" VALUES (DEFAULT), (7)",
            columns.join(", ")
        );
        let postgres = Postgres::with(&table);
        let names: Vec<String> = (0..width).map(|at| format!("c{at}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let rows = Select { order_by: vec![OrderBy::descending(col("c0"))], ..select("wide", &names) };
        let rows = read(&postgres, rows, &vec![DbType::Int64; width]);
        let expected = |first| -> Vec<Value> {
            (0..width as i64).map(|at| Value::Int64(if at == 0 { first } else { at })).collect()
        };
        assert_eq!(rows, [expected(7), expected(0)]);
    }
}

#[test]
fn arrays_of_several_dimensions_are_refused_and_not_flattened() {
    let postgres =
        Postgres::with("CREATE TABLE \"t\" (\"a\" float8[]); INSERT INTO \"t\" VALUES ('{{1,2},{3,4}}')");
    let items = vec![JsonItem::Scalar(DbType::array(DbType::Float64))];
    let rows = Expr::JsonRows(Box::new(JsonRows { select: select("t", &["a"]), items }));
    let text = postgres.rows(&lower(values(vec![rows]), vec![]))[0][0].clone().unwrap();
    let rows = json::rows(&text).unwrap();
    assert!(rows[0][0].to_value(&DbType::array(DbType::Float64)).is_err());
}

#[test]
fn an_average_is_read_as_a_float_though_it_is_numeric() {
    let postgres = Postgres::with("CREATE TABLE \"t\" (\"a\" int4); INSERT INTO \"t\" VALUES (1), (2)");
    let average = crate::support::build::aggregate(
        drivetrain_adapter_api::statement::AggregateFunction::Average,
        Some(col("a")),
    );
    let rows = Select { projections: vec![Projection::new(average)], ..select("t", &[]) };
    assert_eq!(read(&postgres, rows, &[DbType::Float64]), [[Value::Float64(1.5)]]);
}
