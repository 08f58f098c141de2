use drivetrain_adapter_api::value::Interval;
use drivetrain_adapter_api::{DbType, Value};

use super::decode;
use crate::types::TypeRegistry;

/// The value of bytes in hexadecimal digits, with spaces between where it helps to read them.
fn read(oid: u32, digits: &str) -> Result<Value, String> {
    let digits: Vec<u32> = digits.chars().filter_map(|digit| digit.to_digit(16)).collect();
    let bytes: Vec<u8> = digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect();
    let ty = TypeRegistry::new().resolve(oid);
    let decoded = decode(&ty, &bytes).map_err(|fault| fault.reason.into_owned())?;
    decoded.into_value(&ty).map_err(|fault| fault.reason.into_owned())
}

fn number(text: &str) -> Value {
    Value::Decimal(text.parse().unwrap())
}

fn other(type_name: &str, text: &str) -> Value {
    Value::OtherText { type_name: type_name.into(), text: text.into() }
}

#[test]
fn scalars() {
    for (oid, digits, expected) in [
        (16, "01", Value::Bool(true)),
        (16, "00", Value::Bool(false)),
        (17, "00ff", Value::Bytes(vec![0, 255])),
        (18, "61", Value::Text("a".into())),
        (18, "00", Value::Text(String::new())),
        (18, "c3", Value::Text("\\303".into())),
        (20, "8000000000000000", Value::Int64(i64::MIN)),
        (21, "8000", Value::Int16(i16::MIN)),
        (23, "7fffffff", Value::Int32(i32::MAX)),
        (25, "f09f9880", Value::Text("😀".into())),
        (26, "ffffffff", Value::Int64(4_294_967_295)),
        (114, "6e756c6c", Value::Json(drivetrain_adapter_api::value::Json::new("null"))),
        (3802, "01 5b5d", Value::Json(drivetrain_adapter_api::value::Json::new("[]"))),
        (700, "80000000", Value::Float32(-0.0)),
        (700, "00000001", Value::Float32(1e-45)),
        (701, "7ff8000000000000", Value::Float64(f64::NAN)),
        (701, "0000000000000001", Value::Float64(5e-324)),
        (1082, "00000000", Value::Date("2000-01-01".parse().unwrap())),
        (1082, "ffda97a7", Value::Date("4714-11-24 BC".parse().unwrap())),
        (1082, "7fffffff", Value::Date("infinity".parse().unwrap())),
        (1082, "80000000", Value::Date("-infinity".parse().unwrap())),
        (1083, "000000141dd76000", Value::Time("24:00:00".parse().unwrap())),
        (1114, "ffffffffffffffff", Value::Timestamp("1999-12-31 23:59:59.999999".parse().unwrap())),
        (1184, "0000000000000000", Value::TimestampTz("2000-01-01 00:00:00+00".parse().unwrap())),
        (1184, "7fffffffffffffff", Value::TimestampTz("infinity".parse().unwrap())),
        (1266, "0000000000000000 ffff1f01", Value::TimeTz("00:00:00+15:59:59".parse().unwrap())),
        (
            1186,
            "0000000000000001 ffffffff 00000001",
            Value::Interval(Interval { months: 1, days: -1, microseconds: 1 }),
        ),
        (2950, "000102030405060708090a0b0c0d0e0f", {
            Value::Uuid("00010203-0405-0607-0809-0a0b0c0d0e0f".parse().unwrap())
        }),
        (5069, "ffffffffffffffff", Value::UInt64(u64::MAX)),
        (1560, "00000003 a0", other("bit", "101")),
        (1562, "00000000", other("varbit", "")),
        (869, "02 20 00 04 0a010203", other("inet", "10.1.2.3")),
        (650, "02 08 01 04 0a000000", other("cidr", "10.0.0.0/8")),
        (869, "03 80 00 10 00000000000000000000ffff01020304", other("inet", "::ffff:1.2.3.4")),
        (829, "08002b010203", other("macaddr", "08:00:2b:01:02:03")),
        (2278, "", other("void", "")),
        (600, "00", Value::OtherBytes { type_name: "point".into(), bytes: vec![0] }),
        (4_000_000_000, "00", Value::OtherBytes { type_name: "oid 4000000000".into(), bytes: vec![0] }),
    ] {
        assert_eq!(read(oid, digits), Ok(expected), "{oid} {digits}");
    }
}

#[test]
fn numbers_keep_their_scale() {
    for (digits, expected) in [
        ("0000 0000 0000 0000", "0"),
        ("0000 0000 0000 0003", "0.000"),
        ("0002 0000 0000 0002 0001 03e8", "1.10"),
        ("0002 0000 4000 0002 0001 03e8", "-1.10"),
        ("0001 0001 0000 0000 0001", "10000"),
        ("0001 0000 0000 0000 270f", "9999"),
        ("0001 fffe 0000 0008 0001", "0.00000001"),
        ("0001 ffff 0000 0001 1388", "0.5"),
        ("0003 0002 0000 0000 0001 0000 0007", "100000007"),
        // Zeros that the server would have left out.
        ("0003 0001 0000 0001 0000 0002 0000", "2.0"),
        ("0000 0000 c000 0000", "NaN"),
        ("0000 0000 d000 0000", "Infinity"),
        ("0000 0000 f000 0000", "-Infinity"),
    ] {
        assert_eq!(read(1700, digits), Ok(number(expected)), "{digits}");
    }
    let Ok(Value::Decimal(large)) = read(1700, "0001 7fff 0000 3fff 0001") else { panic!("a number") };
    assert_eq!(large.as_str().len(), 32_767 * 4 + 1 + 1 + 0x3fff);
}

#[test]
fn arrays_keep_dimensions_bounds_and_nulls() {
    let Ok(Value::Array(array)) = read(
        1007,
        "00000002 00000001 00000017 00000001 ffffffff 00000002 00000000 00000004 00000007 ffffffff",
    ) else {
        panic!("an array")
    };
    assert_eq!(array.element(), &DbType::Int32);
    let dimensions: Vec<_> = array.dimensions().iter().map(|one| (one.length, one.lower_bound)).collect();
    assert_eq!(dimensions, [(1, -1), (2, 0)]);
    assert_eq!(array.values(), [Value::Int32(7), Value::NULL]);

    let Ok(Value::Array(empty)) = read(1007, "00000000 00000000 00000017") else { panic!("an array") };
    assert!(empty.is_empty() && empty.dimensions().is_empty());
    // A `varchar` in an array of `text` is one; an `int8` in an array of `int4` is none.
    assert!(read(1009, "00000001 00000000 00000413 00000001 00000001 00000001 61").is_ok());
    assert!(read(1007, "00000001 00000000 00000014 00000001 00000001 00000008 0000000000000001").is_err());
}

#[test]
fn what_is_not_exactly_of_the_type_is_refused() {
    for (oid, digits) in [
        (16, ""),
        (16, "02"),
        (16, "0100"),
        (18, ""),
        (18, "6161"),
        (21, "00"),
        (23, "0000000000"),
        (20, "00"),
        (25, "ff"),
        (701, "00000000"),
        (1082, "7ffffffe"),
        (1082, "80000001"),
        (1083, "000000141dd76001"),
        (1083, "ffffffffffffffff"),
        (1114, "7ffffffffffffffe"),
        (1184, "8000000000000001"),
        (1266, "0000000000000000 0000e100"),
        (1266, "0000000000000000 80000000"),
        (1186, "0000000000000001 ffffffff"),
        (2950, "00"),
        (2278, "00"),
        (3802, ""),
        (3802, "02 7b7d"),
        (1560, "00000003 a1"),
        (1560, "00000003"),
        (1560, "ffffffff"),
        (1560, "7fffffff 00"),
        (869, "02 21 00 04 0a010203"),
        (869, "02 20 01 04 0a010203"),
        (869, "04 20 00 04 0a010203"),
        (829, "08002b0102"),
        // Numbers: cut short, a digit too large, an unknown sign, digits beyond the scale.
        (1700, "0001 0000 0000 0000"),
        (1700, "ffff 0000 0000 0000 0001"),
        (1700, "0001 0000 0000 0000 2710"),
        (1700, "0001 0000 1000 0000 0001"),
        (1700, "0001 0000 0000 4000 0001"),
        (1700, "0001 ffff 0000 0000 0001"),
        (1700, "0002 0000 0000 0001 0001 03f2"),
        // Arrays: seven dimensions, flags, lengths that are not there.
        (1007, "00000007 00000000 00000017"),
        (1007, "00000001 00000002 00000017 00000000 00000001"),
        (1007, "00000001 00000000 00000017 7fffffff 00000001"),
        (1007, "00000001 00000000 00000017 ffffffff 00000001"),
        (
            1007,
            "00000006 00000000 00000017 7fffffff 00000001 7fffffff 00000001 7fffffff 00000001 \
                7fffffff 00000001 7fffffff 00000001 7fffffff 00000001",
        ),
        (1007, "00000001 00000000 00000017 00000001 00000001 00000008 00000001"),
        (1007, "00000001 00000000 00000017 00000001 00000001 fffffffe"),
        (1007, "00000000 00000000 00000017 00"),
    ] {
        assert!(read(oid, digits).is_err(), "{oid} {digits}: {:?}", read(oid, digits));
    }
}
