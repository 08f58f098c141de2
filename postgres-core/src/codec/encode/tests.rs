use drivetrain_adapter_api::value::{Array, Dimension, Interval, Json, Time};
use drivetrain_adapter_api::{DbType, Dialect, ErrorKind, Value};

use super::text_encode;

fn text(value: &Value) -> String {
    text_encode(value).unwrap().unwrap().into_owned()
}

#[test]
fn scalars() {
    for (value, expected) in [
        (Value::Bool(true), "t"),
        (Value::Bool(false), "f"),
        (Value::Int16(-1), "-1"),
        (Value::UInt64(u64::MAX), "18446744073709551615"),
        (Value::Float64(-0.0), "-0.0"),
        (Value::Float64(5e-324), "5e-324"),
        (Value::Float64(f64::MAX), "1.7976931348623157e308"),
        (Value::Float64(f64::NAN), "NaN"),
        (Value::Float64(f64::NEG_INFINITY), "-Infinity"),
        (Value::Float32(0.1), "0.1"),
        (Value::Float32(f32::INFINITY), "Infinity"),
        (Value::Decimal("1.10".parse().unwrap()), "1.10"),
        (Value::Text("a'\"\\".into()), "a'\"\\"),
        (Value::Bytes(vec![0, 0x5c, 0xff]), "\\x005cff"),
        (Value::Bytes(vec![]), "\\x"),
        (Value::Date("0001-12-31 BC".parse().unwrap()), "0001-12-31 BC"),
        (Value::Timestamp("-infinity".parse().unwrap()), "-infinity"),
        (Value::TimestampTz("0001-12-31 00:00:00+00 BC".parse().unwrap()), "0001-12-31 00:00:00+00 BC"),
        (Value::TimeTz("24:00:00-15:59:59".parse().unwrap()), "24:00:00-15:59:59"),
        (
            Value::Interval(Interval { months: -1, days: 2, microseconds: -3_600_000_001 }),
            "-1 mons +2 days -1 hours -0 mins -0.000001 secs",
        ),
        (Value::Json(Json::new("null")), "null"),
        (Value::Enum("a b".into()), "a b"),
        (Value::OtherText { type_name: "point".into(), text: "(1,2)".into() }, "(1,2)"),
    ] {
        assert_eq!(text(&value), expected);
    }
    assert_eq!(text_encode(&Value::Null(DbType::Text)).unwrap(), None);
    assert_eq!(text(&Value::Text(String::new())), "", "an empty text is no NULL");
}

#[test]
fn arrays() {
    let words = ["a", "", "NULL", "a,b", "{}", "\"", "\\", " "].map(|word| Value::Text(word.into()));
    let mut values = words.to_vec();
    values.push(Value::NULL);
    let array = Value::Array(Array::new(DbType::Text, values));
    assert_eq!(text(&array), r#"{"a","","NULL","a,b","{}","\"","\\"," ",NULL}"#);

    let dimensions = vec![Dimension { length: 1, lower_bound: 1 }, Dimension { length: 2, lower_bound: -1 }];
    let values = vec![Value::Int32(1), Value::NULL];
    let array = Value::Array(Array::with_dimensions(DbType::Int32, dimensions, values).unwrap());
    assert_eq!(text(&array), "[1:1][-1:0]={{1,NULL}}");

    assert_eq!(text(&Value::Array(Array::new(DbType::Int32, vec![]))), "{}");
    let bytes = Value::Array(Array::new(DbType::Bytes, vec![Value::Bytes(vec![1])]));
    assert_eq!(text(&bytes), r#"{"\\x01"}"#);
    let corner = |text: &str| Value::OtherText { type_name: "box".into(), text: text.into() };
    let element = DbType::named(Dialect::Postgres, None, "box", DbType::Unknown);
    let boxes = Value::Array(Array::new(element, vec![corner("(3,4),(1,2)"), corner("(7,8),(5,6)")]));
    assert_eq!(text(&boxes), r#"{"(3,4),(1,2)";"(7,8),(5,6)"}"#);
}

#[test]
fn what_postgres_cannot_hold_is_refused() {
    let nul = "a\0b".to_owned();
    for value in [
        Value::Text(nul.clone()),
        Value::Enum(nul.clone()),
        Value::Json(Json::new(nul.clone())),
        Value::OtherText { type_name: "x".into(), text: nul.clone() },
        Value::Array(Array::new(DbType::Text, vec![Value::Text(nul)])),
        Value::OtherBytes { type_name: "x".into(), bytes: vec![1] },
        Value::Array(Array::new(DbType::Unknown, vec![Value::Array(Array::new(DbType::Int32, vec![]))])),
    ] {
        let error = text_encode(&value).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidValue, "{error}");
        assert!(error.hint().is_some(), "{error}");
    }
    for micros in [-1, 86_400_000_001] {
        let error = text_encode(&Value::Time(Time::from_microseconds(micros))).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::OutOfRange);
    }
    let far = vec![Dimension { length: 2, lower_bound: i32::MAX }];
    let array = Array::with_dimensions(DbType::Bool, far, vec![Value::Bool(true); 2]).unwrap();
    assert_eq!(text_encode(&Value::Array(array)).unwrap_err().kind(), ErrorKind::OutOfRange);
}
