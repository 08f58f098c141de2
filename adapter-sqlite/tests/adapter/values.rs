//! Values there and back, and how they lie in the file.

use drivetrain_adapter_api::statement::{Expr, Insert, InsertSource, Projection, Select, Source, Statement};
use drivetrain_adapter_api::value::{Decimal, Interval, Json, Time, Timestamp, TimestampTz, Uuid};
use drivetrain_adapter_api::{Adapter, DbType, ErrorKind, Query, Value, ValueRef};

use crate::support::{Fixture, cell, raw, raw_with};

fn timestamp(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn decimal(text: &str) -> Value {
    Value::Decimal(text.parse().unwrap())
}

/// Column type, slot type, value, `typeof`, and what is shown by `quote`.
fn table() -> Vec<(&'static str, DbType, Value, &'static str, &'static str)> {
    let uuid: Uuid = "F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6".parse().unwrap();
    let json = |text: &str| Value::Json(Json::new(text));
    vec![
        ("BOOLEAN", DbType::Bool, Value::Bool(true), "integer", "1"),
        ("BOOLEAN", DbType::Bool, Value::Bool(false), "integer", "0"),
        ("INTEGER", DbType::Int64, Value::Int64(i64::MAX), "integer", "9223372036854775807"),
        ("BIGINT", DbType::Int64, Value::Int64(i64::MIN), "integer", "-9223372036854775808"),
        ("BIGINT", DbType::Int64, Value::Int64((1 << 53) + 1), "integer", "9007199254740993"),
        ("INTEGER", DbType::Int64, Value::Int64(0), "integer", "0"),
        ("REAL", DbType::Float64, Value::Float64(5e-324), "real", "4.9406564584124654e-324"),
        ("REAL", DbType::Float64, Value::Float64(f64::MAX), "real", ""),
        ("REAL", DbType::Float64, Value::Float64(0.1 + 0.2), "real", "0.30000000000000004"),
        ("REAL", DbType::Float64, Value::Float64(f64::INFINITY), "real", "9.0e+999"),
        ("REAL", DbType::Float64, Value::Float64(f64::NEG_INFINITY), "real", "-9.0e+999"),
        ("REAL", DbType::Float64, Value::Float64(3.0), "real", "3.0"),
        ("REAL", DbType::Float64, Value::Float64(1e15), "real", "1000000000000000.0"),
        ("DECIMAL", DbType::Decimal, decimal("1.1"), "real", "1.1"),
        ("DECIMAL", DbType::Decimal, decimal("-123456789.012345"), "real", "-123456789.012345"),
        ("DECIMAL", DbType::Decimal, decimal("9223372036854775807"), "integer", "9223372036854775807"),
        ("DECIMAL", DbType::Decimal, decimal("0"), "integer", "0"),
        ("DECIMAL", DbType::Decimal, decimal("0.000000000001"), "real", "1.0e-12"),
        ("TEXT", DbType::Text, Value::Text(String::new()), "text", "''"),
        ("TEXT", DbType::Text, Value::Text("123".into()), "text", "'123'"),
        (
            "TEXT",
            DbType::Text,
            Value::Text("a 'b' \"c\" \\ % ? $1 -- ; \u{feff}\u{ffff}é😀\r\n".into()),
            "text",
            "",
        ),
        ("TEXT", DbType::Text, Value::Text("a\0b".into()), "text", ""),
        ("BLOB", DbType::Bytes, Value::Bytes(vec![]), "blob", "X''"),
        ("BLOB", DbType::Bytes, Value::Bytes((0..=255).collect()), "blob", ""),
        ("BLOB", DbType::Bytes, Value::Bytes(b"\\x41".to_vec()), "blob", "X'5C783431'"),
        (
            "DATETIME",
            DbType::Timestamp,
            Value::Timestamp(timestamp("2024-02-29 23:59:59.999")),
            "text",
            "'2024-02-29T23:59:59.999+00:00'",
        ),
        (
            "DATETIME",
            DbType::Timestamp,
            Value::Timestamp(timestamp("1969-12-31 23:59:59.999999")),
            "text",
            "'1969-12-31T23:59:59.999999+00:00'",
        ),
        (
            "DATETIME",
            DbType::Timestamp,
            Value::Timestamp(timestamp("0001-01-01 00:00:00")),
            "text",
            "'0001-01-01T00:00:00.000+00:00'",
        ),
        (
            "TIMESTAMPTZ",
            DbType::TimestampTz,
            Value::TimestampTz(TimestampTz::from_utc(timestamp("9999-12-31 23:59:59.999999"))),
            "text",
            "'9999-12-31T23:59:59.999999+00:00'",
        ),
        ("DATE", DbType::Date, Value::Date("2024-02-29".parse().unwrap()), "text", "'2024-02-29'"),
        ("TIME", DbType::Time, Value::Time("23:59:59.999999".parse().unwrap()), "text", "'23:59:59.999999'"),
        ("TIME", DbType::Time, Value::Time(Time::from_microseconds(0)), "text", "'00:00:00'"),
        (
            "TIMETZ",
            DbType::TimeTz,
            Value::TimeTz("12:00:00+02:00".parse().unwrap()),
            "text",
            "'12:00:00+02:00'",
        ),
        ("UUID", DbType::Uuid, Value::Uuid(uuid), "text", "'f81d4fae-7dec-11d0-a765-00a0c91e6bf6'"),
        (
            "JSONB",
            DbType::Json,
            json("{\"b\": 1.0,  \"a\": [null, 12345678901234567890.5]}"),
            "text",
            "'{\"b\": 1.0,  \"a\": [null, 12345678901234567890.5]}'",
        ),
        ("JSONB", DbType::Json, json("null"), "text", "'null'"),
        ("JSONB", DbType::Json, json("\"x\""), "text", "'\"x\"'"),
        ("JSONB", DbType::Json, json("12345678901234567890.123456789"), "blob", ""),
        ("JSONB", DbType::Json, json("1.10"), "blob", "X'45312E3130'"),
        ("JSON", DbType::Json, json("7"), "blob", "X'1337'"),
    ]
}

async fn write(db: &Fixture, ty: DbType, value: Value) -> Result<(), drivetrain_adapter_api::Error> {
    let insert = Insert {
        with: vec![],
        table: "t".into(),
        columns: vec!["x".into()],
        source: InsertSource::Rows(vec![vec![Expr::slot(0, ty)]]),
        on_conflict: None,
        returning: vec![],
    };
    db.adapter.query(Query::new(Statement::new(insert), vec![value])).await.map(drop)
}

async fn read(db: &Fixture) -> Value {
    let select = Select {
        projections: vec![Projection::new(Expr::column("x"))],
        from: Some(Source::table("t")),
        ..Select::default()
    };
    cell(&db.adapter.query(Query::new(Statement::new(select), vec![])).await.unwrap(), 0, 0)
}

#[tokio::test]
async fn every_value_comes_back_as_it_was_and_lies_there_as_documented() {
    let db = Fixture::new().await;
    for (column, ty, value, class, quoted) in table() {
        db.adapter.script(&format!("DROP TABLE IF EXISTS t; CREATE TABLE t (x {column})")).await.unwrap();
        write(&db, ty.clone(), value.clone())
            .await
            .unwrap_or_else(|error| panic!("{column} {value:?}: {error}"));
        assert_eq!(read(&db).await, value, "{column}");
        assert_eq!(db.ask::<String>("SELECT typeof(x) FROM t"), class, "{column} {value:?}");
        if !quoted.is_empty() {
            assert_eq!(db.ask::<String>("SELECT quote(x) FROM t"), quoted, "{column} {value:?}");
        }
        db.run("DELETE FROM t").await;
        write(&db, ty.clone(), Value::Null(ty)).await.unwrap();
        assert!(read(&db).await.is_null(), "{column}");
        assert_eq!(db.ask::<String>("SELECT typeof(x) FROM t"), "null");
    }
}

#[tokio::test]
async fn raw_values_come_back_by_their_storage_class() {
    let db = Fixture::new().await;
    for (value, expected) in [
        (Value::Bool(true), Value::Int64(1)),
        (Value::Int16(-7), Value::Int64(-7)),
        (Value::Int32(7), Value::Int64(7)),
        (Value::UInt64(i64::MAX as u64), Value::Int64(i64::MAX)),
        (Value::Float32(1.5), Value::Float64(1.5)),
        (Value::Float64(-0.0), Value::Float64(-0.0)),
        (decimal("1.10"), Value::Text("1.10".into())),
        (Value::Enum("ADMIN".into()), Value::Text("ADMIN".into())),
        (Value::Json(Json::new("1.0")), Value::Text("1.0".into())),
        (Value::Text("x".repeat(1 << 20)), Value::Text("x".repeat(1 << 20))),
        (Value::Bytes(vec![7; 1 << 20]), Value::Bytes(vec![7; 1 << 20])),
    ] {
        let result = db.adapter.query(raw_with("SELECT ?", vec![value])).await.unwrap();
        assert_eq!(cell(&result, 0, 0), expected);
    }
}

#[tokio::test]
async fn negative_zero_keeps_its_sign_but_in_columns_of_real_affinity() {
    let db = Fixture::new().await;
    for (column, kept) in [("", -0.0_f64), ("REAL", 0.0)] {
        db.adapter.script(&format!("DROP TABLE IF EXISTS t; CREATE TABLE t (x {column})")).await.unwrap();
        write(&db, DbType::Float64, Value::Float64(-0.0)).await.unwrap();
        let stored: f64 = db.ask("SELECT x FROM t");
        assert_eq!(stored.to_bits(), kept.to_bits(), "{column}");
        let read = db.adapter.query(raw("SELECT x FROM t")).await.unwrap();
        assert_eq!(read.rows.get::<f64>(0, 0).unwrap().to_bits(), kept.to_bits(), "{column}");
    }
}

#[tokio::test]
async fn what_cannot_be_kept_exactly_is_refused_before_it_is_sent() {
    let db = Fixture::new().await;
    db.run("CREATE TABLE t (x)").await;
    let too_late: Timestamp = timestamp("10000-01-01 00:00:00");
    for (ty, value, kind) in [
        (DbType::UInt64, Value::UInt64(1 << 63), ErrorKind::OutOfRange),
        (DbType::Float64, Value::Float64(f64::NAN), ErrorKind::OutOfRange),
        (DbType::Float32, Value::Float32(f32::NAN), ErrorKind::OutOfRange),
        (DbType::Decimal, decimal("1234567890.1234567"), ErrorKind::OutOfRange),
        (DbType::Decimal, decimal("9223372036854775808"), ErrorKind::OutOfRange),
        (DbType::Timestamp, Value::Timestamp(too_late), ErrorKind::OutOfRange),
        (DbType::Timestamp, Value::Timestamp(Timestamp::INFINITY), ErrorKind::OutOfRange),
        (DbType::Date, Value::Date("0001-01-01 BC".parse().unwrap()), ErrorKind::OutOfRange),
        (DbType::Time, Value::Time(Time::from_microseconds(-1)), ErrorKind::OutOfRange),
        (
            DbType::Interval,
            Value::Interval(Interval { months: 0, days: 1, microseconds: 0 }),
            ErrorKind::Unsupported,
        ),
    ] {
        let error = write(&db, ty, value).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
    }
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM t"), 0);
}

#[tokio::test]
async fn cells_of_other_writers_are_read_by_their_declared_type_where_they_fit() {
    let db = Fixture::new().await;
    db.adapter
        .script("CREATE TABLE t (b BOOLEAN, d DATETIME, n DECIMAL, j JSONB, u UUID, i INTEGER, a DATE)")
        .await
        .unwrap();
    db.oracle()
        .execute_batch(
            "INSERT INTO t VALUES (1, CURRENT_TIMESTAMP, '12.50', jsonb('{\"a\":[1,2.5]}'),
                x'000102030405060708090a0b0c0d0e0f', 7, '2024-01-02');
             INSERT INTO t VALUES (2, 1709209800500, 'many', 7, 'no', 1.5, 'soon');
             INSERT INTO t VALUES ('yes', 2460000.5, 1e300, '{bad', x'00', 'seven', 20240102);
             INSERT INTO t VALUES (0, '2024-01-01', x'01', 1.5, NULL, NULL, NULL)",
        )
        .unwrap();
    let rows = db.run("SELECT * FROM t ORDER BY rowid").await;
    let row = |row: usize| (0..7).map(|column| cell(&rows, row, column)).collect::<Vec<_>>();
    let json = |text: &str| Value::Json(Json::new(text));
    let first = row(0);
    assert_eq!(first[0], Value::Bool(true));
    assert!(matches!(first[1], Value::Timestamp(_)));
    assert_eq!(first[2], decimal("12.5"));
    assert_eq!(first[3], json("{\"a\":[1,2.5]}"));
    assert_eq!(first[4], Value::Uuid("00010203-0405-0607-0809-0a0b0c0d0e0f".parse().unwrap()));
    assert_eq!(first[6], Value::Date("2024-01-02".parse().unwrap()));
    assert_eq!(
        row(1),
        [
            Value::Int64(2),
            Value::Timestamp(timestamp("2024-02-29 12:30:00.5")),
            Value::Text("many".into()),
            json("7"),
            Value::Text("no".into()),
            Value::Float64(1.5),
            Value::Text("soon".into()),
        ]
    );
    assert_eq!(
        row(2),
        [
            Value::Text("yes".into()),
            Value::Float64(2_460_000.5),
            decimal(&format!("1{}", "0".repeat(300))),
            json("{bad"),
            Value::Bytes(vec![0]),
            Value::Text("seven".into()),
            Value::Int64(20_240_102),
        ]
    );
    assert_eq!(
        row(3)[..4],
        [Value::Bool(false), Value::Text("2024-01-01".into()), Value::Bytes(vec![1]), json("1.5")]
    );
}

#[tokio::test]
async fn text_that_is_not_utf8_fails_its_own_cell_only() {
    let db = Fixture::new().await;
    let rows = db.run("SELECT 1, CAST(x'ff41' AS TEXT), 'fine'").await.rows;
    let error = rows.cell(0, 1).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(rows.cell(0, 1).unwrap_err().kind(), ErrorKind::Decode, "the same each time");
    assert_eq!(rows.cell(0, 0).unwrap(), ValueRef::Int64(1));
    assert_eq!(rows.get::<&str>(0, 2).unwrap(), "fine");
    let error = rows.get::<String>(0, 1).unwrap_err();
    assert_eq!(error.columns().len(), 1);
}

#[tokio::test]
async fn decimals_compare_and_sum_as_numbers() {
    let db = Fixture::new().await;
    db.run("CREATE TABLE t (x DECIMAL)").await;
    for value in ["9.5", "10", "100.25"] {
        write(&db, DbType::Decimal, decimal(value)).await.unwrap();
    }
    let more = Select {
        projections: vec![Projection::new(Expr::column("x"))],
        from: Some(Source::table("t")),
        filter: Some(
            Expr::column("x")
                .binary(
                    drivetrain_adapter_api::statement::BinaryOperator::Multiply,
                    Expr::slot(0, DbType::Int64),
                )
                .binary(
                    drivetrain_adapter_api::statement::BinaryOperator::Greater,
                    Expr::slot(1, DbType::Decimal),
                ),
        ),
        ..Select::default()
    };
    let query = Query::new(Statement::new(more), vec![Value::Int64(2), decimal("20.00")]);
    let rows = db.adapter.query(query).await.unwrap();
    assert_eq!((rows.rows.len(), cell(&rows, 0, 0)), (1, decimal("100.25")));
    let rows = db.run("SELECT x FROM t ORDER BY x").await.rows;
    let sorted: Vec<Decimal> = (0..3).map(|row| rows.get(row, 0).unwrap()).collect();
    assert_eq!(sorted.iter().map(Decimal::as_str).collect::<Vec<_>>(), ["9.5", "10", "100.25"]);
}

#[tokio::test]
async fn timestamps_sort_as_they_were_in_time() {
    let db = Fixture::new().await;
    db.run("CREATE TABLE t (x DATETIME)").await;
    let times = [
        "2024-01-01 00:00:00.123001",
        "2024-01-01 00:00:00.123",
        "2023-12-31 23:59:59.999999",
        "2024-01-01 00:00:00.2",
    ];
    for text in times {
        write(&db, DbType::Timestamp, Value::Timestamp(timestamp(text))).await.unwrap();
    }
    let rows = db.adapter.query(raw("SELECT x FROM t ORDER BY x")).await.unwrap().rows;
    let found: Vec<Timestamp> = (0..4).map(|row| rows.get(row, 0).unwrap()).collect();
    let mut sorted = times.map(timestamp);
    sorted.sort();
    assert_eq!(found, sorted);
    // SQLite's own functions understand them.
    assert_eq!(db.ask::<String>("SELECT datetime(min(x)) FROM t"), "2023-12-31 23:59:59");
}
