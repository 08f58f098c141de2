//! Values: each arrives exactly, in binary and in text, as a literal, as a parameter and as a column.

mod common;

use common::{Bench, first, raw};
use drivetrain_adapter_api::value::{DbType, Decimal, Interval, Json};
use drivetrain_adapter_api::{Adapter, Batch, Query, StreamOptions, Value};
use futures_util::StreamExt;

/// Types and texts of values of theirs, as Postgres reads them.
const TABLE: &[(&str, &[&str])] = &[
    ("bool", &["t", "f"]),
    ("int2", &["0", "-32768", "32767"]),
    ("int4", &["0", "-2147483648", "2147483647"]),
    ("int8", &["0", "-9223372036854775808", "9223372036854775807", "9007199254740993"]),
    ("float4", &["0", "-0", "1.1", "3.4028235e38", "1e-45", "NaN", "Infinity", "-Infinity", "16777217"]),
    (
        "float8",
        &[
            "0",
            "-0",
            "0.1",
            "1.7976931348623157e308",
            "5e-324",
            "NaN",
            "Infinity",
            "-Infinity",
            "0.30000000000000004",
        ],
    ),
    (
        "numeric",
        &[
            "0",
            "-0.00",
            "1.10",
            "123456789012345678901234567890.123456789012345678901234567890",
            "1e-100",
            "-1e100",
            "NaN",
            "0.0001",
            "10000",
            "99999999",
        ],
    ),
    ("numeric(10,2)", &["0.00", "-12345678.90"]),
    (
        "text",
        &[
            "",
            "x",
            "  padded  ",
            "é ü 漢字 🦀",
            "quote ' double \" back \\ line\nbreak\ttab",
            "NULL",
            "{}",
            "\\x41",
        ],
    ),
    ("varchar(40)", &["", "abc "]),
    ("char(5)", &["ab"]),
    ("name", &["a_name"]),
    ("\"char\"", &["x"]),
    ("bytea", &["\\x", "\\x00", "\\xdeadbeef00ff", "\\x5c78"]),
    ("uuid", &["00000000-0000-0000-0000-000000000000", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]),
    (
        "date",
        &["2024-02-29", "0001-01-01", "1582-10-15", "infinity", "-infinity", "4713-01-01 BC", "9999-12-31"],
    ),
    ("time", &["00:00:00", "24:00:00", "23:59:59.999999", "01:02:03.000001"]),
    ("timetz", &["01:02:03.5+05:30", "23:59:59.999999-12", "00:00:00+00"]),
    (
        "timestamp",
        &[
            "2024-02-29 23:59:59.999999",
            "1969-12-31 23:59:59.999999",
            "infinity",
            "-infinity",
            "0044-03-15 12:00:00 BC",
        ],
    ),
    ("timestamptz", &["2024-02-29 23:59:59.999999+05:45", "1900-01-01 00:00:00-03", "infinity", "-infinity"]),
    (
        "interval",
        &[
            "0",
            "1 year 2 mons 3 days 04:05:06.789",
            "-1 mons +1 day -00:00:01",
            "178000000 years",
            "00:00:00.000001",
        ],
    ),
    ("json", &["{\"b\": 1, \"a\": [1, 2.50, null]}", "null", "\"x\"", "9007199254740993", " [ ] "]),
    ("jsonb", &["{\"b\": 1, \"a\": [1, 2.50, null]}", "null", "123456789012345678901234567890"]),
    ("oid", &["0", "4294967295"]),
    ("inet", &["192.168.0.1/24", "::1"]),
    ("cidr", &["10.0.0.0/8"]),
    ("macaddr", &["08:00:2b:01:02:03"]),
    ("bit(5)", &["10101"]),
    ("varbit", &["1", ""]),
    ("money", &["$12.34"]),
    ("point", &["(1.5,2)"]),
    ("box", &["(2,2),(1,1)"]),
    ("tsvector", &["'a':1 'b':2"]),
    ("xml", &["<a>b</a>"]),
    ("int4range", &["[1,5)", "empty", "(,3)"]),
    ("tstzrange", &["[\"2024-01-01 00:00:00+00\",)"]),
    ("int4multirange", &["{[1,3),[5,8)}"]),
    ("pg_lsn", &["16/B374D848"]),
    ("int4[]", &["{}", "{1,2,NULL}", "{{1,2},{3,4}}", "[0:1]={5,6}", "[2:3][-1:0]={{1,2},{3,4}}"]),
    ("int8[]", &["{9223372036854775807,NULL}"]),
    ("float8[]", &["{NaN,-0,0.1}"]),
    ("text[]", &["{\"\",NULL,\"NULL\",\"a,b\",\"{x}\",\"back\\\\slash\",\"quo\\\"te\",\" s \",é}"]),
    ("bool[]", &["{t,f,NULL}"]),
    ("numeric[]", &["{1.10,NaN}"]),
    ("uuid[]", &["{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}"]),
    ("bytea[]", &["{\"\\\\x00ff\",NULL}"]),
    ("date[]", &["{2024-02-29,infinity}"]),
    ("timestamptz[]", &["{\"2024-02-29 00:00:00+00\"}"]),
    ("interval[]", &["{\"1 mon\",NULL}"]),
    ("jsonb[]", &["{\"{\\\"a\\\": 1}\",NULL}"]),
    ("int4range[]", &["{\"[1,5)\",NULL}"]),
    ("kind", &["small", "large one"]),
    ("kind[]", &["{small,NULL,\"large one\"}"]),
    ("small_int", &["7"]),
    ("small_int[]", &["{7,8}"]),
    ("kinds", &["{small}"]),
    ("pair", &["(1,x)", "(,\"a b\")"]),
    ("citext", &["MiXed"]),
];

async fn bench(name: &str) -> Bench {
    let bench = Bench::new(name).await;
    bench
        .setup(
            // One test at a time, until it is committed: two that create it together disturb one another.
            "BEGIN; SELECT pg_advisory_xact_lock(735501); CREATE EXTENSION IF NOT EXISTS citext SCHEMA public; COMMIT",
        )
        .await;
    bench
        .setup(&format!(
            "SET search_path = {0}, public; CREATE TYPE kind AS ENUM ('small', 'large one');
             CREATE DOMAIN small_int AS int4 CHECK (value < 10); CREATE DOMAIN kinds AS kind[];
             CREATE TYPE pair AS (a int, b text);",
            bench.schema
        ))
        .await;
    bench
}

/// The name of a type, also where its schema is not looked in.
fn type_name(ty: &str) -> String {
    if ty == "citext" { "public.citext".to_owned() } else { ty.to_owned() }
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[tokio::test]
async fn every_value_arrives_exactly_however_it_travels() {
    let bench = bench("values_all").await;
    for (ty, texts) in TABLE {
        let ty = type_name(ty);
        for text in *texts {
            let select = format!("SELECT {}::{ty}", literal(text));
            let seen: String = bench
                .oracle
                .query_one(&format!("SELECT ({}::{ty})::text", literal(text)), &[])
                .await
                .unwrap()
                .get(0);

            // Twice by itself, which is in binary where that is decoded, and in a batch, which is in text.
            let value: Value = first(&bench.query(&select, vec![]).await.unwrap());
            let again: Value = first(&bench.query(&select, vec![]).await.unwrap());
            assert_eq!(value, again, "{ty} {text}");
            let batch = Batch::new(vec![raw(&format!("{select} AS in_text"))]);
            let as_text: Value = first(&bench.adapter.batch(batch).await.unwrap()[0]);
            assert_eq!(value, as_text, "{ty} {text}: binary and text differ");
            let mut stream = bench.adapter.stream(raw(&select), StreamOptions::default()).await.unwrap();
            let chunk = stream.next().await.unwrap().unwrap();
            assert_eq!(chunk.get::<Value>(0, 0).unwrap(), value, "{ty} {text}: streamed");
            drop(stream);

            // There and back: what the server makes of our parameter is what it made of the literal.
            let back = Query::raw(format!("SELECT ($1::{ty})::text, $1::{ty}"), vec![value.clone()]);
            let back =
                bench.adapter.query(back).await.unwrap_or_else(|error| panic!("{ty} {text}: {error:?}"));
            assert_eq!(first::<String>(&back), seen, "{ty} {text}: as a parameter");
            assert_eq!(back.rows.get::<Value>(0, 1).unwrap(), value, "{ty} {text}: there and back");
        }
        let null = bench.query(&format!("SELECT NULL::{ty}, $1::{ty}"), vec![Value::NULL]).await.unwrap();
        assert!(null.rows.get::<Value>(0, 0).unwrap().is_null(), "{ty}");
        assert!(null.rows.get::<Value>(0, 1).unwrap().is_null(), "{ty}");
    }
}

#[tokio::test]
async fn settings_of_the_session_change_no_value() {
    let bench = bench("values_hostile").await;
    let mut session = bench.adapter.session().await.unwrap();
    let hostile =
        "SET datestyle = 'SQL, DMY'; SET intervalstyle = 'sql_standard'; SET timezone = 'Asia/Kathmandu';
         SET extra_float_digits = -15; SET bytea_output = 'escape'";
    session.script(hostile).await.unwrap();
    for (ty, texts) in TABLE {
        let ty = type_name(ty);
        for text in *texts {
            let value: Value =
                first(&bench.query(&format!("SELECT {}::{ty}", literal(text)), vec![]).await.unwrap());
            if matches!(value, Value::OtherText { .. }) {
                // What is handed over as text is written as the session writes it.
                continue;
            }
            // The parameter's text means the same in every session, and what is read is read in binary.
            let query = Query::raw(format!("SELECT $1::{ty}"), vec![value.clone()]);
            let back: Value =
                first(&session.query(query).await.unwrap_or_else(|error| panic!("{ty} {text}: {error:?}")));
            assert_eq!(back, value, "{ty} {text}");
        }
    }
}

#[tokio::test]
async fn values_have_the_variants_they_should() {
    let bench = bench("values_variants").await;
    let expect = async |sql: &str, value: Value| {
        let result = bench.query(&format!("SELECT {sql}"), vec![]).await.unwrap();
        assert_eq!(first::<Value>(&result), value, "{sql}");
    };
    expect("true", Value::Bool(true)).await;
    expect("1::int2", Value::Int16(1)).await;
    expect("1::int4", Value::Int32(1)).await;
    expect("9007199254740993::int8", Value::Int64(9_007_199_254_740_993)).await;
    expect("'-0'::float8", Value::Float64(-0.0)).await;
    expect("'NaN'::float4", Value::Float32(f32::NAN)).await;
    expect("1.10::numeric", Value::Decimal("1.10".parse::<Decimal>().unwrap())).await;
    expect("'x'::text", Value::Text("x".into())).await;
    expect("'ab'::char(5)", Value::Text("ab   ".into())).await;
    expect("'\\x00ff'::bytea", Value::Bytes(vec![0, 255])).await;
    expect("'[1, 2.50]'::json", Value::Json(Json::new("[1, 2.50]"))).await;
    expect("'small'::kind", Value::Enum("small".into())).await;
    expect("7::small_int", Value::Int32(7)).await;
    expect("'MiXed'::public.citext", Value::Text("MiXed".into())).await;
    let result = bench
        .query("SELECT '1 mon -2 days 3 us'::interval, '(1,x)'::pair, 'small'::kind", vec![])
        .await
        .unwrap();
    let interval: Interval = match result.rows.get::<Value>(0, 0).unwrap() {
        Value::Interval(interval) => interval,
        other => panic!("{other:?}"),
    };
    assert_eq!((interval.months, interval.days, interval.microseconds), (1, -2, 3));
    let Value::OtherText { type_name, text } = result.rows.get::<Value>(0, 1).unwrap() else {
        panic!("text")
    };
    assert_eq!((type_name.ends_with("pair"), &*text), (true, "(1,x)"));
    let DbType::Named(named) = &result.rows.columns()[2].ty else { panic!("named") };
    assert_eq!((&*named.name, named.schema.as_deref()), ("kind", Some("dt_values_variants")));
}

#[tokio::test]
async fn large_values_pass() {
    let bench = bench("values_large").await;
    let text = "0123456789é".repeat(3_000_000);
    let query = Query::raw("SELECT $1::text, length($1::text)", vec![Value::Text(text.clone())]);
    let result = bench.adapter.query(query).await.unwrap();
    assert_eq!(result.rows.get::<i32>(0, 1).unwrap(), 33_000_000);
    assert!(result.rows.get::<&str>(0, 0).unwrap() == text);
    let many = bench.query("SELECT i, i * 2 FROM generate_series(1, 200000) i", vec![]).await.unwrap();
    assert_eq!(many.rows.len(), 200_000);
    assert_eq!(many.rows.get::<i32>(199_999, 1).unwrap(), 400_000);
    let wide: Vec<String> = (0..1600).map(|n| format!("{n}")).collect();
    let result = bench.query(&format!("SELECT {}", wide.join(", ")), vec![]).await.unwrap();
    assert_eq!(result.rows.get::<i32>(0, 1599).unwrap(), 1599);
}
