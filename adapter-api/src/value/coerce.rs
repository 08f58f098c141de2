//! Makes a value one of the type that its slot has, where that loses nothing.

use super::{Array, DbType, NamedType, TimestampTz, Value};
use crate::{Error, ErrorKind, Result};

impl Value {
    /// The same value as one of the type `slot`, or of the type that carries it.
    ///
    /// - NULL takes the type of the slot.
    /// - Integers become integers of other widths, decimals and floats that hold them exactly; a 32-bit float becomes
    ///   a 64-bit one, and the reverse where it has no more digits.
    /// - An instant becomes the timestamp that clocks in UTC show, and the reverse.
    /// - Text becomes an enum label or a UUID; both become text.
    /// - An array becomes one of elements of the slot's element type, each by these rules.
    /// - A value of a type without a variant ([`OtherText`](Self::OtherText), [`OtherBytes`](Self::OtherBytes)) fits
    ///   the slot of that name.
    /// - Every value fits a slot of [`DbType::Unknown`].
    ///
    /// # Errors
    /// [`OutOfRange`](ErrorKind::OutOfRange) for a number that the type does not hold,
    /// [`InvalidValue`](ErrorKind::InvalidValue) for a text that is not a UUID, and
    /// [`TypeMismatch`](ErrorKind::TypeMismatch) for a value of another sort. None of them repeats the value.
    pub fn coerce_to(self, slot: &DbType) -> Result<Self> {
        coerce(self, slot)
    }
}

fn coerce(value: Value, slot: &DbType) -> Result<Value> {
    match (slot.carrier(), value) {
        (_, Value::Null(_)) => Ok(Value::Null(slot.clone())),
        (_, other @ (Value::OtherText { .. } | Value::OtherBytes { .. })) => of_other_type(other, slot),
        (DbType::Unknown, value) => Ok(value),

        (DbType::Int16, value) => integer(&value, slot, Value::Int16),
        (DbType::Int32, value) => integer(&value, slot, Value::Int32),
        (DbType::Int64, value) => integer(&value, slot, Value::Int64),
        (DbType::UInt64, value) => integer(&value, slot, Value::UInt64),
        (DbType::Float32, value) => float32(&value, slot),
        (DbType::Float64, value) => float64(&value, slot),

        (DbType::Decimal, value) => match whole(&value) {
            Some(number) => Ok(Value::Decimal(number.into())),
            None => same(value, slot),
        },
        (DbType::Timestamp, Value::TimestampTz(at)) => Ok(Value::Timestamp(at.utc())),
        (DbType::TimestampTz, Value::Timestamp(at)) => Ok(Value::TimestampTz(TimestampTz::from_utc(at))),
        (DbType::Enum, Value::Text(label)) => Ok(Value::Enum(label)),
        (DbType::Text, Value::Enum(label)) => Ok(Value::Text(label)),
        (DbType::Text, Value::Uuid(uuid)) => Ok(Value::Text(uuid.to_string())),
        (DbType::Uuid, Value::Text(text)) => text.parse().map(Value::Uuid),
        (DbType::Array(element), Value::Array(array)) => elements(array, element),
        (_, value) => same(value, slot),
    }
}

/// The value, if it is of the slot's type already.
fn same(value: Value, slot: &DbType) -> Result<Value> {
    if value.db_type() == *slot.carrier() { Ok(value) } else { Err(mismatch(&value, slot)) }
}

fn mismatch(value: &Value, slot: &DbType) -> Error {
    Error::new(
        ErrorKind::TypeMismatch,
        format!("{} cannot be a value of the type {slot}", value.as_ref().sort()),
    )
    .with_data_type(slot.to_string())
}

fn out_of_range(value: &Value, slot: &DbType) -> Error {
    Error::new(
        ErrorKind::OutOfRange,
        format!("{} is outside of what the type {slot} holds", value.as_ref().sort()),
    )
    .with_data_type(slot.to_string())
}

/// The number, of a value that is an integer.
fn whole(value: &Value) -> Option<i128> {
    Some(match value {
        Value::Int16(number) => (*number).into(),
        Value::Int32(number) => (*number).into(),
        Value::Int64(number) => (*number).into(),
        Value::UInt64(number) => (*number).into(),
        _ => return None,
    })
}

fn integer<T: TryFrom<i128>>(value: &Value, slot: &DbType, variant: fn(T) -> Value) -> Result<Value> {
    let number = whole(value).ok_or_else(|| mismatch(value, slot))?;
    T::try_from(number).map(variant).map_err(|_| out_of_range(value, slot))
}

fn float64(value: &Value, slot: &DbType) -> Result<Value> {
    match (value, whole(value)) {
        (Value::Float64(number), _) => Ok(Value::Float64(*number)),
        // A conversion between floats may change the payload of a NaN, which no database keeps.
        (Value::Float32(number), _) => Ok(Value::Float64((*number).into())),
        (_, Some(whole)) if whole as f64 as i128 == whole => Ok(Value::Float64(whole as f64)),
        (_, Some(_)) => Err(out_of_range(value, slot)),
        _ => Err(mismatch(value, slot)),
    }
}

fn float32(value: &Value, slot: &DbType) -> Result<Value> {
    match (value, whole(value)) {
        (Value::Float32(number), _) => Ok(Value::Float32(*number)),
        (Value::Float64(number), _) => {
            let narrow = *number as f32;
            let kept = number.is_nan() || f64::from(narrow).to_bits() == number.to_bits();
            if kept { Ok(Value::Float32(narrow)) } else { Err(out_of_range(value, slot)) }
        }
        (_, Some(whole)) if whole as f32 as i128 == whole => Ok(Value::Float32(whole as f32)),
        (_, Some(_)) => Err(out_of_range(value, slot)),
        _ => Err(mismatch(value, slot)),
    }
}

fn elements(array: Array, element: &DbType) -> Result<Value> {
    let dimensions = array.dimensions().to_vec();
    let values =
        array.into_values().into_iter().map(|value| coerce(value, element)).collect::<Result<_>>()?;
    Array::with_dimensions(element.clone(), dimensions, values).map(Value::Array)
}

/// A value of a type that has no variant fits where the type is not known, or known by the same name.
fn of_other_type(value: Value, slot: &DbType) -> Result<Value> {
    let (Value::OtherText { type_name, .. } | Value::OtherBytes { type_name, .. }) = &value else {
        return Err(mismatch(&value, slot));
    };
    let fits = match slot {
        DbType::Named(named) => is_name_of(type_name, named),
        other => *other.carrier() == DbType::Unknown,
    };
    if fits {
        return Ok(value);
    }
    // What conversions hand over because our type for it does not hold it.
    let beyond = matches!(
        (slot.carrier(), type_name.as_str()),
        (DbType::Decimal, "numeric")
            | (DbType::Date, "date")
            | (DbType::Timestamp | DbType::TimestampTz, "timestamp" | "timestamptz")
    );
    Err(if beyond { out_of_range(&value, slot) } else { mismatch(&value, slot) })
}

/// Whether `name`, with its schema or without, names the type.
fn is_name_of(name: &str, named: &NamedType) -> bool {
    match name.split_once('.') {
        Some((schema, bare)) => {
            bare == &*named.name && named.schema.as_deref().is_none_or(|known| known == schema)
        }
        None => name == &*named.name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Dialect;
    use crate::value::{Dimension, Json, Timestamp, Uuid};

    fn kind(value: Value, slot: &DbType) -> ErrorKind {
        value.coerce_to(slot).unwrap_err().kind()
    }

    fn role() -> DbType {
        DbType::named(Dialect::Postgres, Some("app"), "Role", DbType::Enum)
    }

    #[test]
    fn integers_of_every_width_where_they_fit() {
        assert_eq!(Value::Int16(-7).coerce_to(&DbType::Int64).unwrap(), Value::Int64(-7));
        assert_eq!(Value::Int64(7).coerce_to(&DbType::Int16).unwrap(), Value::Int16(7));
        assert_eq!(Value::UInt64(7).coerce_to(&DbType::Int32).unwrap(), Value::Int32(7));
        assert_eq!(kind(Value::Int64(i64::MAX), &DbType::Int32), ErrorKind::OutOfRange);
        assert_eq!(kind(Value::Int16(-1), &DbType::UInt64), ErrorKind::OutOfRange);
        assert_eq!(kind(Value::UInt64(u64::MAX), &DbType::Int64), ErrorKind::OutOfRange);
        assert_eq!(kind(Value::Text("7".into()), &DbType::Int64), ErrorKind::TypeMismatch);
        assert_eq!(kind(Value::Bool(true), &DbType::Int16), ErrorKind::TypeMismatch);
        assert_eq!(kind(Value::Float64(7.0), &DbType::Int32), ErrorKind::TypeMismatch);
    }

    #[test]
    fn decimals_and_floats_from_integers() {
        assert_eq!(
            Value::UInt64(u64::MAX).coerce_to(&DbType::Decimal).unwrap(),
            Value::Decimal(u64::MAX.into())
        );
        assert_eq!(Value::Int32(-3).coerce_to(&DbType::Float64).unwrap(), Value::Float64(-3.0));
        assert_eq!(kind(Value::Int64((1 << 53) + 1), &DbType::Float64), ErrorKind::OutOfRange);
        assert_eq!(kind(Value::UInt64(u64::MAX), &DbType::Float64), ErrorKind::OutOfRange);
        assert_eq!(kind(Value::Int64(i64::MAX), &DbType::Float32), ErrorKind::OutOfRange);
        assert_eq!(Value::Float32(0.1).coerce_to(&DbType::Float64).unwrap(), Value::Float64(0.1_f32.into()));
        assert_eq!(Value::Float64(0.5).coerce_to(&DbType::Float32).unwrap(), Value::Float32(0.5));
        assert_eq!(Value::Float64(-0.0).coerce_to(&DbType::Float32).unwrap(), Value::Float32(-0.0));
        assert_eq!(kind(Value::Float64(0.1), &DbType::Float32), ErrorKind::OutOfRange);
        assert_eq!(kind(Value::Float64(1e300), &DbType::Float32), ErrorKind::OutOfRange);
        assert!(Value::Float64(f64::NAN).coerce_to(&DbType::Float32).is_ok());
        assert_eq!(kind(Value::Float64(0.1), &DbType::Decimal), ErrorKind::TypeMismatch);
    }

    #[test]
    fn instants_and_timestamps_are_each_other_in_utc() {
        let at: Timestamp = "2024-02-29 12:30:00.000001".parse().unwrap();
        let instant = TimestampTz::from_utc(at);
        assert_eq!(Value::TimestampTz(instant).coerce_to(&DbType::Timestamp).unwrap(), Value::Timestamp(at));
        assert_eq!(
            Value::Timestamp(at).coerce_to(&DbType::TimestampTz).unwrap(),
            Value::TimestampTz(instant)
        );
        assert_eq!(
            Value::TimestampTz(TimestampTz::INFINITY).coerce_to(&DbType::Timestamp).unwrap(),
            Value::Timestamp(Timestamp::INFINITY)
        );
        assert_eq!(kind(Value::Timestamp(at), &DbType::Date), ErrorKind::TypeMismatch);
    }

    #[test]
    fn text_labels_and_uuids() {
        let uuid = Uuid::from_bytes([7; 16]);
        let text = Value::Text(uuid.to_string());
        assert_eq!(text.clone().coerce_to(&DbType::Uuid).unwrap(), Value::Uuid(uuid));
        assert_eq!(Value::Uuid(uuid).coerce_to(&DbType::Text).unwrap(), text);
        assert_eq!(Value::Text("ADMIN".into()).coerce_to(&role()).unwrap(), Value::Enum("ADMIN".into()));
        assert_eq!(
            Value::Enum("ADMIN".into()).coerce_to(&DbType::Text).unwrap(),
            Value::Text("ADMIN".into())
        );
        assert_eq!(kind(Value::Text("x".into()), &DbType::Json), ErrorKind::TypeMismatch);
        assert_eq!(kind(Value::Json(Json::new("1")), &DbType::Text), ErrorKind::TypeMismatch);
        let error = Value::Text("canary".into()).coerce_to(&DbType::Uuid).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidValue);
        assert!(!format!("{error} {error:?}").contains("canary"));
    }

    #[test]
    fn a_null_takes_the_type_of_the_slot() {
        let Value::Null(ty) = Value::NULL.coerce_to(&role()).unwrap() else { panic!("NULL stays NULL") };
        assert_eq!(ty, role());
    }

    #[test]
    fn arrays_element_by_element() {
        let slot = DbType::array(role());
        let values = vec![Value::Text("ADMIN".into()), Value::NULL];
        let Value::Array(array) = Value::Array(Array::new(DbType::Text, values)).coerce_to(&slot).unwrap()
        else {
            panic!("an array")
        };
        assert_eq!(array.element(), &role());
        assert_eq!(array.values(), [Value::Enum("ADMIN".into()), Value::NULL]);
        let Value::Null(ty) = &array.values()[1] else { panic!("NULL stays NULL") };
        assert_eq!(ty, &role());

        let shape = vec![Dimension { length: 2, lower_bound: 0 }, Dimension { length: 1, lower_bound: 1 }];
        let values = vec![Value::Int64(1), Value::Int64(2)];
        let array = Array::with_dimensions(DbType::Int64, shape.clone(), values).unwrap();
        let Value::Array(array) = Value::Array(array).coerce_to(&DbType::array(DbType::Int16)).unwrap()
        else {
            panic!("an array")
        };
        assert_eq!(array.dimensions(), shape);

        let long = Value::Array(Array::new(DbType::Int64, vec![Value::Int64(1 << 40)]));
        assert_eq!(kind(long, &DbType::array(DbType::Int32)), ErrorKind::OutOfRange);
        assert_eq!(kind(Value::Int32(1), &DbType::array(DbType::Int32)), ErrorKind::TypeMismatch);
        let empty = Value::Array(Array::new(DbType::Unknown, vec![]));
        assert_eq!(empty.coerce_to(&slot).unwrap().db_type(), slot);
    }

    #[test]
    fn types_without_a_variant_go_by_their_name() {
        let other = |name: &str| Value::OtherText { type_name: name.into(), text: "x".into() };
        let ltree = DbType::named(Dialect::Postgres, Some("ext"), "ltree", DbType::Unknown);
        for name in ["ltree", "ext.ltree"] {
            assert!(other(name).coerce_to(&ltree).is_ok(), "{name}");
        }
        for name in ["money", "public.ltree"] {
            assert_eq!(kind(other(name), &ltree), ErrorKind::TypeMismatch, "{name}");
        }
        assert!(other("money").coerce_to(&DbType::Unknown).is_ok());
        assert_eq!(kind(other("money"), &DbType::Text), ErrorKind::TypeMismatch);
        assert_eq!(kind(other("numeric"), &DbType::Decimal), ErrorKind::OutOfRange);
        assert_eq!(Value::Text("a.b".into()).coerce_to(&ltree).unwrap(), Value::Text("a.b".into()));
    }

    proptest::proptest! {
        #[test]
        fn a_value_of_its_own_type_stays_what_it_is(number: i64, float: f64, text: String, bytes: Vec<u8>) {
            for value in [
                Value::Int64(number),
                Value::Float64(float),
                Value::Text(text),
                Value::Bytes(bytes),
                Value::Timestamp(Timestamp::from_y2k_microseconds(number)),
            ] {
                let same = value.clone().coerce_to(&value.db_type()).unwrap();
                proptest::prop_assert_eq!(same, value);
            }
        }

        #[test]
        fn an_integer_is_never_changed(number: i64) {
            for slot in [DbType::Int16, DbType::Int32, DbType::UInt64, DbType::Decimal, DbType::Float64] {
                if let Ok(value) = Value::Int64(number).coerce_to(&slot) {
                    let shown = match value {
                        Value::Decimal(decimal) => decimal.to_string().parse().unwrap(),
                        Value::Float64(float) => float as i128,
                        other => whole(&other).unwrap(),
                    };
                    proptest::prop_assert_eq!(shown, i128::from(number));
                }
            }
        }
    }
}
