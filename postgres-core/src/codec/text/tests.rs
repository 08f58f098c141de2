use drivetrain_adapter_api::value::Interval;
use drivetrain_adapter_api::{DbType, Value};

use super::decode;
use crate::types::TypeRegistry;

fn read(oid: u32, text: &str) -> Result<Value, String> {
    let ty = TypeRegistry::new().resolve(oid);
    let decoded = decode(&ty, text.as_bytes()).map_err(|fault| fault.reason.into_owned())?;
    decoded.into_value(&ty).map_err(|fault| fault.reason.into_owned())
}

#[test]
fn scalars() {
    for (oid, text, expected) in [
        (16, "t", Value::Bool(true)),
        (17, "\\x00fF", Value::Bytes(vec![0, 255])),
        (17, "\\x", Value::Bytes(vec![])),
        (17, "", Value::Bytes(vec![])),
        (17, "a\\000\\377\\\\b", Value::Bytes(b"a\0\xff\\b".to_vec())),
        (18, "\\303", Value::Text("\\303".into())),
        (18, "\\", Value::Text("\\".into())),
        (20, "-9223372036854775808", Value::Int64(i64::MIN)),
        (26, "4294967295", Value::Int64(4_294_967_295)),
        (700, "1e-45", Value::Float32(1e-45)),
        (701, "-0", Value::Float64(-0.0)),
        (701, "1.7976931348623157e+308", Value::Float64(f64::MAX)),
        (701, "NaN", Value::Float64(f64::NAN)),
        (1700, "-0.10", Value::Decimal("-0.10".parse().unwrap())),
        (1082, "5874897-12-31", Value::Date("5874897-12-31".parse().unwrap())),
        (1184, "2024-01-02 08:34:05+05:30", Value::TimestampTz("2024-01-02 03:04:05+00".parse().unwrap())),
        (1184, "1890-01-01 00:00:00+00:53:28", {
            Value::TimestampTz("1889-12-31 23:06:32+00".parse().unwrap())
        }),
        (1266, "24:00:00-15:59:59", Value::TimeTz("24:00:00-15:59:59".parse().unwrap())),
        (3802, "{}", Value::Json(drivetrain_adapter_api::value::Json::new("{}"))),
    ] {
        assert_eq!(read(oid, text), Ok(expected), "{oid} {text}");
    }
}

#[test]
fn intervals_of_all_four_styles() {
    let all = [
        (0, 0, 0, ["00:00:00", "@ 0", "0", "PT0S"]),
        (14, 0, 0, ["1 year 2 mons", "@ 1 year 2 mons", "1-2", "P1Y2M"]),
        (-14, 0, 0, ["-1 years -2 mons", "@ 1 year 2 mons ago", "-1-2", "P-1Y-2M"]),
        (
            0,
            3,
            14_706_789_000,
            ["3 days 04:05:06.789", "@ 3 days 4 hours 5 mins 6.789 secs", "3 4:05:06.789", "P3DT4H5M6.789S"],
        ),
        (
            0,
            -3,
            -14_706_000_000,
            ["-3 days -04:05:06", "@ 3 days 4 hours 5 mins 6 secs ago", "-3 4:05:06", "P-3DT-4H-5M-6S"],
        ),
        (
            14,
            -3,
            14_706_000_000,
            [
                "1 year 2 mons -3 days +04:05:06",
                "@ 1 year 2 mons -3 days 4 hours 5 mins 6 secs",
                "+1-2 -3 +4:05:06",
                "P1Y2M-3DT4H5M6S",
            ],
        ),
        (
            -1,
            1,
            -1,
            [
                "-1 mons +1 day -00:00:00.000001",
                "@ 1 mon -1 days 0.000001 secs ago",
                "-0-1 +1 -0:00:00.000001",
                "P-1M1DT-0.000001S",
            ],
        ),
        (
            0,
            0,
            i64::MIN,
            [
                "-2562047788:00:54.775808",
                "@ 2562047788 hours 54.775808 secs ago",
                "-2562047788:00:54.775808",
                "PT-2562047788H-54.775808S",
            ],
        ),
    ];
    for (months, days, microseconds, texts) in all {
        for text in texts {
            let expected = Value::Interval(Interval { months, days, microseconds });
            assert_eq!(read(1186, text), Ok(expected), "{text}");
        }
    }
    assert_eq!(read(1186, "-infinity"), Ok(Value::Interval(Interval::NEG_INFINITY)));
}

#[test]
fn arrays() {
    let Ok(Value::Array(array)) = read(1009, r#"[0:1][5:6]={{NULL,"NULL"},{"a \"b\", {c}\\",d e}}"#) else {
        panic!("an array")
    };
    assert_eq!(array.element(), &DbType::Text);
    let dimensions: Vec<_> = array.dimensions().iter().map(|one| (one.length, one.lower_bound)).collect();
    assert_eq!(dimensions, [(2, 0), (2, 5)]);
    let text = |text: &str| Value::Text(text.into());
    assert_eq!(array.values(), [Value::NULL, text("NULL"), text("a \"b\", {c}\\"), text("d e")]);

    let Ok(Value::Array(boxes)) = read(1020, "{(3,4),(1,2);(7,8),(5,6)}") else { panic!("an array") };
    let other = |text: &str| Value::OtherText { type_name: "box".into(), text: text.into() };
    assert_eq!(boxes.values(), [other("(3,4),(1,2)"), other("(7,8),(5,6)")]);
    let Ok(Value::Array(empty)) = read(1007, "{}") else { panic!("an array") };
    assert!(empty.is_empty());
}

#[test]
fn what_is_not_exactly_of_the_type_is_refused() {
    for (oid, text) in [
        (16, "true"),
        (17, "\\x0"),
        (17, "\\x0g"),
        (17, "\\8"),
        (17, "é"),
        (18, "ab"),
        (21, "32768"),
        (23, ""),
        (23, "1.0"),
        (26, "-1"),
        (700, "1e39"),
        (701, "1e309"),
        (701, "inf"),
        (701, "nan"),
        (1700, "1e5"),
        (1700, "1."),
        (1700, ".5"),
        (1700, "1,5"),
        // Styles of dates that could be read in two ways, and dates beyond the limits.
        (1082, "01/02/2024"),
        (1082, "01.02.2024"),
        (1082, "01-02-2024"),
        (1082, "01-02-10000"),
        (1082, "5881580-07-11"),
        (1082, "2024-02-30"),
        (1114, "Tue Jan 02 03:04:05 2024"),
        (1114, "02.01.2024 03:04:05"),
        (1184, "02/01/2024 03:04:05 UTC"),
        (1184, "2024-01-02 03:04:05"),
        (1083, "24:00:00.000001"),
        (1083, "-01:00:00"),
        (1186, ""),
        (1186, "P"),
        (1186, "P1DT"),
        (1186, "P1.5Y"),
        (1186, "P1D1Y"),
        (1186, "P1S"),
        (1186, "1 day 1 day"),
        (1186, "1 fortnight"),
        (1186, "1:60:00"),
        (1186, "1:00:00.0000001"),
        (1186, "1-12"),
        (1186, "1-2 3 4:05:06"),
        (1186, "-3 +4:05:06"),
        (1186, "2147483648 days"),
        (1186, "2562047788:00:54.775808"),
        (1186, "@ 99999999999999999999 days"),
        (1560, "102"),
        (2950, "00"),
        (1007, ""),
        (1007, "{"),
        (1007, "{1"),
        (1007, "{1,}"),
        (1007, "{,1}"),
        (1007, "{1}}"),
        (1007, "{{1},{2,3}}"),
        (1007, "{{1},2}"),
        (1007, "{a}"),
        (1007, "[1:2]={1}"),
        (1007, "[1:2][1:1]={1,2}"),
        (1007, "[2147483648:2147483648]={1}"),
        (1007, "[1:1]{1}"),
        (1007, "{{{{{{{1}}}}}}}"),
        (1007, "{null}"),
        (1009, "{\"a}"),
        (1009, "{\"a\"b}"),
        (1009, "{a\\b}"),
        (1009, "{\"\\"),
        (3904, "[1,2"),
        (3904, "1,2)"),
        (3904, "[a,2)"),
        (3908, "[01/02/2024 00:00:00,)"),
        (4533, "{[\"01.02.2024 00:00:00\",)}"),
        (4451, "{[1,2),}"),
    ] {
        assert!(read(oid, text).is_err(), "{oid} {text}: {:?}", read(oid, text));
    }
}

#[test]
fn a_refused_cell_names_what_to_mend() {
    let fault = decode(&TypeRegistry::new().resolve(1082), b"01/02/2024").unwrap_err();
    assert_eq!(fault.reason, "the text is not a date (YYYY-MM-DD)");
    assert_eq!(fault.hint, Some("the session's DateStyle must be ISO"));
    let fault = decode(&TypeRegistry::new().resolve(25), b"\xff").unwrap_err();
    assert_eq!(fault.hint, Some("the session's client_encoding must be UTF8"));
}
