//! What holds for all values and all bytes.

use bytes::Bytes;
use drivetrain_adapter_api::value::{
    Array, Date, Decimal, Dimension, Interval, Json, Time, TimeTz, Timestamp, TimestampTz, Uuid,
};
use drivetrain_adapter_api::{DbType, ErrorKind, Result, RowSet, Value};
use drivetrain_postgres_core::codec::{Format, PgColumn, PgRowsBuilder, text_encode};
use drivetrain_postgres_core::error::ErrorFields;
use drivetrain_postgres_core::types::{TypeInfo, TypeKind, TypeRegistry};
use proptest::prelude::*;

/// An enum and an array of it, as a session would have learnt them.
const ENUM: u32 = 50_000;
const ENUMS: u32 = 50_001;

fn registry() -> TypeRegistry {
    let registry = TypeRegistry::new();
    let info = |oid, name: &str, kind| TypeInfo { oid, schema: None, name: name.into(), kind };
    registry.learn([
        info(ENUM, "mood", TypeKind::Enum),
        info(ENUMS, "_mood", TypeKind::Array { element: ENUM, delimiter: b',' }),
    ]);
    registry
}

fn decode(oid: u32, format: Format, bytes: &[u8]) -> Result<Value> {
    let mut builder = PgRowsBuilder::new([PgColumn::new("c", oid, format, &registry())].into());
    let mut body = vec![0, 1];
    body.extend(u32::try_from(bytes.len()).unwrap().to_be_bytes());
    body.extend(bytes);
    builder.push(Bytes::from(body))?;
    builder.finish().cell(0, 0)?.to_value()
}

fn text() -> impl Strategy<Value = String> {
    // With what arrays quote in it more often than chance has it.
    prop_oneof!["[^\0]{0,12}", r#"[,{}"\\ NUL;']{0,8}"#, Just("NULL".to_owned())]
}

fn decimal() -> impl Strategy<Value = Value> {
    prop_oneof!["-?[0-9]{1,30}", "-?[0-9]{1,10}[.][0-9]{1,30}", Just("NaN".to_owned())]
        .prop_map(|text| Value::Decimal(text.parse::<Decimal>().unwrap()))
}

/// A value with the object ids of its type and of arrays of it.
fn scalar() -> impl Strategy<Value = (u32, u32, Value)> {
    let with = |oid: u32, array: u32| move |value: Value| (oid, array, value);
    let micros = -211_813_488_000_000_000_i64..9_223_371_331_200_000_000;
    let offset = -57_599..57_600_i32;
    prop_oneof![
        any::<bool>().prop_map(Value::Bool).prop_map(with(16, 1000)),
        any::<i16>().prop_map(Value::Int16).prop_map(with(21, 1005)),
        any::<i32>().prop_map(Value::Int32).prop_map(with(23, 1007)),
        any::<i64>().prop_map(Value::Int64).prop_map(with(20, 1016)),
        any::<u64>().prop_map(Value::UInt64).prop_map(with(5069, 271)),
        any::<u32>().prop_map(|bits| Value::Float32(canonical_f32(bits))).prop_map(with(700, 1021)),
        any::<u64>().prop_map(|bits| Value::Float64(canonical_f64(bits))).prop_map(with(701, 1022)),
        decimal().prop_map(with(1700, 1231)),
        text().prop_map(Value::Text).prop_map(with(25, 1009)),
        text().prop_map(Value::Enum).prop_map(with(ENUM, ENUMS)),
        text().prop_map(|text| Value::Json(Json::new(text))).prop_map(with(114, 199)),
        any::<Vec<u8>>().prop_map(Value::Bytes).prop_map(with(17, 1001)),
        any::<[u8; 16]>().prop_map(|bytes| Value::Uuid(Uuid::from_bytes(bytes))).prop_map(with(2950, 2951)),
        (-2_440_588..2_145_042_905_i32)
            .prop_map(|days| Value::Date(Date::from_unix_days(days)))
            .prop_map(with(1082, 1182)),
        (0..=86_400_000_000_i64)
            .prop_map(|micros| Value::Time(Time::from_microseconds(micros)))
            .prop_map(with(1083, 1183)),
        (0..=86_400_000_000_i64, offset)
            .prop_map(|(micros, offset_seconds)| {
                Value::TimeTz(TimeTz { time: Time::from_microseconds(micros), offset_seconds })
            })
            .prop_map(with(1266, 1270)),
        micros
            .clone()
            .prop_map(|micros| Value::Timestamp(Timestamp::from_y2k_microseconds(micros)))
            .prop_map(with(1114, 1115)),
        micros
            .prop_map(|micros| {
                Value::TimestampTz(TimestampTz::from_utc(Timestamp::from_y2k_microseconds(micros)))
            })
            .prop_map(with(1184, 1185)),
    ]
}

/// Text keeps all bits but the payload of a NaN.
fn canonical_f32(bits: u32) -> f32 {
    let value = f32::from_bits(bits);
    if value.is_nan() { f32::NAN } else { value }
}

fn canonical_f64(bits: u64) -> f64 {
    let value = f64::from_bits(bits);
    if value.is_nan() { f64::NAN } else { value }
}

fn dimensions() -> impl Strategy<Value = Vec<Dimension>> {
    let one = (1..3_usize, -3..3_i32);
    prop::collection::vec(one.prop_map(|(length, lower_bound)| Dimension { length, lower_bound }), 1..4)
}

proptest! {
    #[test]
    fn what_is_written_is_read_back((oid, array, value) in scalar(), dimensions in dimensions(), hole in 0..8_usize) {
        let written = text_encode(&value).unwrap().unwrap();
        prop_assert_eq!(decode(oid, Format::Text, written.as_bytes()).unwrap(), value.clone());

        let total = dimensions.iter().map(|dimension| dimension.length).product();
        let mut values = vec![value; total];
        if let Some(hole) = values.get_mut(hole) {
            *hole = Value::NULL;
        }
        let element = registry().db_type(oid);
        let value = Value::Array(Array::with_dimensions(element, dimensions, values).unwrap());
        let written = text_encode(&value).unwrap().unwrap();
        prop_assert_eq!(decode(array, Format::Text, written.as_bytes()).unwrap(), value);
    }

    #[test]
    fn any_bytes_are_a_value_or_an_error(bytes in any::<Vec<u8>>()) {
        for oid in types() {
            for format in [Format::Text, Format::Binary] {
                if let Err(error) = decode(oid, format, &bytes) {
                    prop_assert!(matches!(error.kind(), ErrorKind::Decode | ErrorKind::Protocol), "{}", error);
                    prop_assert_eq!(error.column(), Some("c"));
                }
            }
        }
    }

    /// Text that is nearly right reaches further into the parsers than any text does.
    #[test]
    fn any_text_of_the_right_letters_is_a_value_or_an_error(text in r#"[-+0-9.:, {}\[\]()="\\TPYMDHSaeginosty@NULxZ]{0,24}"#) {
        for oid in types() {
            let _ = decode(oid, Format::Text, text.as_bytes());
        }
    }

    #[test]
    fn bytes_with_a_change_are_a_value_or_an_error(at in 0..44_usize, byte in any::<u8>()) {
        // {{1,NULL}} of int4, and 1.10 of numeric.
        let mut array: Vec<u8> = [2, 1, 23, 1, 1, 2, 1, 4, 1].iter().flat_map(|word: &u32| word.to_be_bytes()).collect();
        array.extend([255; 4]);
        let mut number = vec![0, 2, 0, 0, 0, 0, 0, 2, 0, 1, 3, 232];
        for (oid, bytes) in [(1007, &mut array), (1700, &mut number)] {
            prop_assert!(decode(oid, Format::Binary, bytes).is_ok());
            let at = at % bytes.len();
            bytes[at] = byte;
            let _ = decode(oid, Format::Binary, bytes);
            prop_assert!(decode(oid, Format::Binary, &bytes[..at]).is_err());
        }
    }

    #[test]
    fn any_body_of_a_row_is_taken_or_refused(body in any::<Vec<u8>>(), count in 0..3_u8) {
        let registry = TypeRegistry::new();
        let columns: Vec<_> = (0..count).map(|_| PgColumn::new("c", 17, Format::Binary, &registry)).collect();
        let mut builder = PgRowsBuilder::new(columns.into());
        let mut with_count = vec![0, count];
        with_count.extend(&body);
        for body in [body, with_count] {
            let taken = builder.len();
            match builder.push(body.into()) {
                Ok(()) => prop_assert_eq!(builder.len(), taken + 1),
                Err(error) => {
                    prop_assert_eq!(error.kind(), ErrorKind::Protocol);
                    prop_assert_eq!(builder.len(), taken);
                }
            }
        }
        let rows = builder.finish();
        for row in 0..rows.len() {
            for column in 0..usize::from(count) {
                prop_assert!(rows.cell(row, column).is_ok());
            }
        }
    }

    #[test]
    fn any_error_of_a_server_is_an_error(body in any::<Vec<u8>>()) {
        let _ = ErrorFields::parse(&body);
    }
}

/// All built-in types, ours, and one that nobody knows.
fn types() -> impl Iterator<Item = u32> {
    let registry = TypeRegistry::new();
    (1..10_000).filter(move |oid| registry.get(*oid).is_some()).chain([ENUM, ENUMS, 60_000])
}

#[test]
fn intervals_are_read_back_too() {
    for interval in [
        Interval { months: i32::MIN, days: i32::MAX, microseconds: i64::MIN },
        Interval { months: -1, days: 1, microseconds: -1 },
        Interval::INFINITY,
    ] {
        let value = Value::Interval(interval);
        let written = text_encode(&value).unwrap().unwrap();
        // In the long form with all units; `postgres_verbose` is the same with an `@`.
        let verbose =
            if interval == Interval::INFINITY { written.into_owned() } else { format!("@ {written}") };
        assert_eq!(decode(1186, Format::Text, verbose.as_bytes()).unwrap(), value);
    }
    assert_eq!(registry().db_type(1187), DbType::array(DbType::Interval));
}
