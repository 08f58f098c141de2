//! Values as keys of hash tables: equal exactly where the values are, NULLs among them.

use drivetrain_adapter_api::value::{TimeTz, Uuid};
use drivetrain_adapter_api::{Result, Value};

use super::json::Document;
use super::number::Number;
use super::order::{exact, span, time_tz, whole};
use crate::error;

/// A value's key. Two keys are comparable if [`one_key`](super::one_key) says so of the types.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Null,
    Bool(bool),
    Whole(i128),
    /// A decimal that is no 128-bit integer, without zeros at its end.
    Decimal(Box<str>),
    Float(u64),
    Text(Box<str>),
    Bytes(Box<[u8]>),
    Uuid(Uuid),
    Micros(i128),
    TimeTz(i64, i32),
    Json(Document),
    Array(Box<[Self]>, Box<[(usize, i32)]>),
}

impl Key {
    pub(crate) fn of(value: &Value) -> Result<Self> {
        Ok(match value {
            Value::Null(_) => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Decimal(_) => match exact(value)?.map(Number::shortest) {
                Some(number @ Number::Finite { scale: 0, .. }) if number.to_integer().is_some() => {
                    Self::Whole(number.to_integer().unwrap_or_default())
                }
                Some(number) => Self::Decimal(number.to_decimal()?.as_str().into()),
                None => Self::Null,
            },
            Value::Float64(number) => Self::float(*number),
            Value::Float32(number) => Self::float((*number).into()),
            Value::Text(text) | Value::Enum(text) | Value::OtherText { text, .. } => {
                Self::Text(text.as_str().into())
            }
            Value::Bytes(bytes) | Value::OtherBytes { bytes, .. } => Self::Bytes(bytes.as_slice().into()),
            Value::Uuid(uuid) => Self::Uuid(*uuid),
            Value::Date(day) => Self::Micros(day.unix_days().into()),
            Value::Time(time) => Self::Micros(time.microseconds().into()),
            Value::TimeTz(at) => Self::time_tz(*at),
            Value::Timestamp(at) => Self::Micros(at.y2k_microseconds().into()),
            Value::TimestampTz(at) => Self::Micros(at.utc().y2k_microseconds().into()),
            Value::Interval(interval) => Self::Micros(span(*interval)),
            Value::Json(json) => Self::Json(Document::parse(json.as_str())?),
            Value::Array(array) => Self::Array(
                array.values().iter().map(Self::of).collect::<Result<_>>()?,
                array.dimensions().iter().map(|one| (one.length, one.lower_bound)).collect(),
            ),
            other => Self::Whole(whole(other).ok_or_else(|| error::unknown("sort of value"))?),
        })
    }

    pub(crate) fn all<'a>(values: impl IntoIterator<Item = &'a Value>) -> Result<Vec<Self>> {
        values.into_iter().map(Self::of).collect()
    }

    fn float(number: f64) -> Self {
        if number.is_nan() {
            return Self::Float(f64::NAN.to_bits());
        }
        // Both zeros are equal.
        Self::Float((number + 0.0).to_bits())
    }

    fn time_tz(at: TimeTz) -> Self {
        let (utc, offset) = time_tz(at);
        Self::TimeTz(utc, offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_equal_where_values_are() {
        let same = |a: Value, b: Value| Key::of(&a).unwrap() == Key::of(&b).unwrap();
        let decimal = |text: &str| Value::Decimal(text.parse().unwrap());
        assert!(same(Value::Int16(7), decimal("7.00")));
        assert!(same(Value::UInt64(u64::MAX), decimal("18446744073709551615")));
        assert!(same(decimal("0.50"), decimal("0.5")));
        assert!(same(Value::Float64(-0.0), Value::Float32(0.0)));
        assert!(same(Value::Text("a".into()), Value::Enum("a".into())));
        assert!(!same(Value::NULL, Value::Int32(0)));
    }
}
