//! Values of every kind, there and back.

mod common;

use common::{Bench, first};
use drivetrain_adapter_api::statement::{Expr, Projection, RawPart, RawSql, Select, Statement};
use drivetrain_adapter_api::value::{Array, Decimal, Interval, Json, Time, Uuid};
use drivetrain_adapter_api::{Adapter as _, Batch, DbType, Query, TransactionOptions, Value};

fn parsed<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// Values with the type that a slot for them has.
fn values() -> Vec<(DbType, Value)> {
    let array = |element: DbType, values: Vec<Value>| {
        (DbType::array(element.clone()), Value::Array(Array::new(element, values)))
    };
    let text = "\"quotes\" \\back\\slashes\\ {braces, commas} 'é😀\u{2028}\u{1}\n\tNULL";
    vec![
        (DbType::Bool, Value::Bool(true)),
        (DbType::Bool, Value::Bool(false)),
        (DbType::Int16, Value::Int16(i16::MIN)),
        (DbType::Int32, Value::Int32(i32::MAX)),
        (DbType::Int64, Value::Int64(i64::MIN)),
        (DbType::Int64, Value::Int64(9_007_199_254_740_993)),
        (DbType::Float32, Value::Float32(0.1)),
        (DbType::Float32, Value::Float32(f32::NEG_INFINITY)),
        (DbType::Float64, Value::Float64(-0.0)),
        (DbType::Float64, Value::Float64(f64::NAN)),
        (DbType::Float64, Value::Float64(f64::MIN_POSITIVE)),
        (DbType::Float64, Value::Float64(0.1 + 0.2)),
        (
            DbType::Decimal,
            Value::Decimal(parsed::<Decimal>("-123456789012345678901234567890.12345678901234567890")),
        ),
        (DbType::Decimal, Value::Decimal(parsed::<Decimal>("1.10"))),
        (DbType::Decimal, Value::Decimal(parsed::<Decimal>("NaN"))),
        (DbType::Text, Value::Text(String::new())),
        (DbType::Text, Value::Text(text.to_owned())),
        (DbType::Text, Value::Text("[1, 2, 3]".to_owned())),
        (DbType::Bytes, Value::Bytes(Vec::new())),
        (DbType::Bytes, Value::Bytes((0..=255).collect())),
        (DbType::Bytes, Value::Bytes(b"\\x00ff".to_vec())),
        (DbType::Uuid, Value::Uuid(parsed::<Uuid>("00112233-4455-6677-8899-aabbccddeeff"))),
        (DbType::Date, Value::Date(parsed("0044-03-15 BC"))),
        (DbType::Date, Value::Date(parsed("infinity"))),
        (DbType::Time, Value::Time(Time::from_microseconds(86_399_999_999))),
        (DbType::TimeTz, Value::TimeTz(parsed("01:02:03.000004+05:45"))),
        (DbType::Timestamp, Value::Timestamp(parsed("2024-02-29 23:59:59.999999"))),
        (DbType::TimestampTz, Value::TimestampTz(parsed("1969-12-31 23:59:59.999999+00"))),
        (DbType::TimestampTz, Value::TimestampTz(parsed("-infinity"))),
        (DbType::Interval, Value::Interval(Interval { months: 14, days: -3, microseconds: 4_000_005 })),
        (DbType::Json, Value::Json(Json::new("[1, 2.50, 12345678901234567890.10]"))),
        array(DbType::Int64, vec![Value::Int64(1), Value::NULL, Value::Int64(i64::MAX)]),
        array(DbType::Text, vec![Value::Text(text.to_owned()), Value::NULL, Value::Text("NULL".into())]),
        array(DbType::Bytes, vec![Value::Bytes(vec![0, 255]), Value::NULL]),
        array(DbType::Int32, vec![]),
    ]
}

/// A select of one slot of that type.
fn select_slot(ty: DbType) -> Statement {
    Statement::new(Select { projections: vec![Projection::new(Expr::slot(0, ty))], ..Select::default() })
}

#[tokio::test]
async fn a_slot_gives_back_what_was_put_into_it() {
    let bench = Bench::new("values").await;
    for (ty, value) in values() {
        let what = format!("{ty}: {value:?}");
        let (result, requests) = bench
            .requests(bench.adapter.query(Query::new(select_slot(ty.clone()), vec![value.clone()])))
            .await;
        let result = result.unwrap_or_else(|error| panic!("{what}: {error:?}"));
        assert_eq!(first::<Value>(&result), value, "{what}");
        assert_eq!(requests, 1, "{what}");
        let null = Query::new(select_slot(ty.clone()), vec![Value::Null(ty)]);
        assert!(first::<Value>(&bench.adapter.query(null).await.unwrap()).is_null(), "{what}: NULL");
    }
}

#[tokio::test]
async fn a_batch_gives_the_same_and_so_do_requests_with_settings() {
    let bench = Bench::in_schema("values_set").await;
    let queries: Vec<Query> =
        values().into_iter().map(|(ty, value)| Query::new(select_slot(ty), vec![value])).collect();
    let batch = Batch::atomic(queries.clone(), Default::default());
    let (results, requests) = bench.requests(bench.adapter.batch(batch)).await;
    let results = results.unwrap();
    assert_eq!((results.len(), requests), (values().len(), 1));
    for ((result, query), (ty, value)) in results.iter().zip(queries).zip(values()) {
        assert_eq!(first::<Value>(result), value, "{ty}, in a batch");
        let alone = bench.adapter.query(query).await.unwrap();
        assert_eq!(first::<Value>(&alone), value, "{ty}, by itself");
    }
}

#[tokio::test]
async fn bytes_in_raw_sql_in_parts_are_bytes() {
    let bench = Bench::new("values_raw").await;
    let parts = RawSql::Parts(vec![
        RawPart::Text("SELECT ".into()),
        RawPart::Value(0),
        RawPart::Text(", pg_typeof(".into()),
        RawPart::Value(0),
        RawPart::Text(")::text".into()),
    ]);
    let query = Query::new(Statement::new(parts), vec![Value::Bytes(vec![0, 255])]);
    let result = bench.adapter.query(query).await.unwrap();
    assert_eq!(first::<Value>(&result), Value::Bytes(vec![0, 255]));
    assert_eq!(result.rows.get::<String>(0, 1).unwrap(), "bytea");
    // In one piece, the server infers the type from the place.
    let query = Query::raw("SELECT octet_length($1::bytea)", vec![Value::Bytes(vec![0, 255])]);
    assert_eq!(first::<i32>(&bench.adapter.query(query).await.unwrap()), 2);
}

#[tokio::test]
async fn columns_keep_their_names_and_types() {
    let bench = Bench::new("columns").await;
    let sql = "SELECT 1 AS a, 2 AS a, 'x' AS \"\u{e9} \"\"q\", NULL::int8 AS n WHERE false";
    let result = bench.query(sql, vec![]).await.unwrap();
    let columns: Vec<_> = result.rows.columns().iter().map(|column| (&*column.name, &column.ty)).collect();
    assert_eq!(
        columns,
        [("a", &DbType::Int32), ("a", &DbType::Int32), ("é \"q", &DbType::Text), ("n", &DbType::Int64)]
    );
    assert!(result.rows.is_empty());
    let many = bench.query("SELECT i, i * 2 FROM generate_series(1, 100000) i", vec![]).await.unwrap();
    assert_eq!((many.rows.len(), many.rows.get::<i32>(99_999, 1).unwrap()), (100_000, 200_000));
    let wide: Vec<String> = (0..1600).map(|n| n.to_string()).collect();
    let wide = bench.query(&format!("SELECT {}", wide.join(", ")), vec![]).await.unwrap();
    assert_eq!(wide.rows.get::<i32>(0, 1599).unwrap(), 1599);
}

#[tokio::test]
async fn types_of_the_database_are_asked_for_once() {
    let bench = Bench::in_schema("types").await;
    bench
        .setup(
            "CREATE TYPE kind AS ENUM ('small', 'large one'); CREATE DOMAIN few AS int4 CHECK (value < 10);
             CREATE DOMAIN kinds AS kind[]; CREATE TYPE pair AS (a int, b text);",
        )
        .await;
    let sql = "SELECT 'small'::kind, 7::few, '{small,NULL}'::kinds, '(1,x)'::pair";
    let (result, requests) = bench.requests(bench.query(sql, vec![])).await;
    let result = result.unwrap();
    assert_eq!(requests, 2, "the query, and the question");
    let cell = |column| result.rows.get::<Value>(0, column).unwrap();
    assert_eq!(cell(0), Value::Enum("small".into()));
    assert_eq!(cell(1), Value::Int32(7));
    let Value::Array(kinds) = cell(2) else { panic!("{:?}", cell(2)) };
    assert_eq!(kinds.values(), [Value::Enum("small".into()), Value::NULL]);
    let Value::OtherText { type_name, text } = cell(3) else { panic!("{:?}", cell(3)) };
    assert_eq!((&*type_name, &*text), ("pair", "(1,x)"));
    let (again, requests) = bench.requests(bench.query(sql, vec![])).await;
    assert_eq!(requests, 1);
    assert_eq!(first::<Value>(&again.unwrap()), Value::Enum("small".into()));
}

#[tokio::test]
async fn a_style_that_cannot_be_read_names_the_setting() {
    let bench = Bench::with(
        "style",
        |gateway| gateway,
        |config, _| config.options("-c intervalstyle=sql_standard -c bytea_output=escape").unwrap(),
    )
    .await;
    // As a configuration it is refused; here a statement of the transaction's own asks for it.
    let style = Query::raw("SELECT set_config('datestyle', 'SQL, DMY', true)", vec![]);
    let sql = "SELECT date '2024-02-03', interval '1 mon -2 days', '\\x00ff'::bytea, 1.5::float8";
    let batch = Batch::atomic(vec![style, Query::raw(sql, vec![])], TransactionOptions::new());
    let mut results = bench.adapter.batch(batch).await.unwrap();
    let result = results.pop().unwrap();
    let error = result.rows.get::<Value>(0, 0).unwrap_err();
    assert_eq!(error.kind(), drivetrain_adapter_api::ErrorKind::Decode);
    assert!(error.hint().unwrap().contains("DateStyle"), "{error}");
    assert_eq!(result.rows.get::<Value>(0, 2).unwrap(), Value::Bytes(vec![0, 255]), "beside it");
    assert!(matches!(result.rows.get::<Value>(0, 1).unwrap(), Value::Interval(_)));
}
