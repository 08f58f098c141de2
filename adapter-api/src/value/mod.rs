//! Values: what parameters and cells hold, the same on every adapter and in no crate's types but ours.

mod array;
mod calendar;
mod coerce;
mod db_type;
mod decimal;
mod interval;
mod json;
mod reference;
mod temporal;
mod uuid;

pub use array::{Array, Dimension};
pub use db_type::{DbType, NamedType};
pub use decimal::Decimal;
pub use interval::Interval;
pub use json::Json;
pub use reference::ValueRef;
pub use temporal::{Date, Time, TimeTz, Timestamp, TimestampTz};
pub use uuid::Uuid;

/// A value, owned.
///
/// Equality is that of the representation: floats compare by their bits, so that NaN equals itself and `-0.0`
/// differs from `0.0`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Value {
    /// NULL, of a known type or of [`DbType::Unknown`].
    Null(DbType),
    /// A boolean.
    Bool(bool),
    /// A 16-bit signed integer.
    Int16(i16),
    /// A 32-bit signed integer.
    Int32(i32),
    /// A 64-bit signed integer.
    Int64(i64),
    /// A 64-bit unsigned integer.
    UInt64(u64),
    /// A 32-bit float, bit-exact.
    Float32(f32),
    /// A 64-bit float, bit-exact.
    Float64(f64),
    /// An exact decimal number.
    Decimal(Decimal),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A UUID.
    Uuid(Uuid),
    /// A calendar date.
    Date(Date),
    /// A time of day, or a signed span of time as MySQL's TIME is.
    Time(Time),
    /// A time of day with an offset from UTC.
    TimeTz(TimeTz),
    /// A date and time without a zone.
    Timestamp(Timestamp),
    /// An instant.
    TimestampTz(TimestampTz),
    /// Months, days and microseconds.
    Interval(Interval),
    /// A JSON document, as text.
    Json(Json),
    /// An array.
    Array(Array),
    /// The label of an enum.
    Enum(String),
    /// A value of a type that has no variant here, in the database's text form.
    OtherText {
        /// The name of the type, as the database gives it.
        type_name: String,
        /// The text.
        text: String,
    },
    /// A value of a type that has no variant here, in the database's binary form.
    OtherBytes {
        /// The name of the type, as the database gives it.
        type_name: String,
        /// The bytes.
        bytes: Vec<u8>,
    },
}

impl Value {
    /// NULL of a type that is not stated.
    pub const NULL: Self = Self::Null(DbType::Unknown);

    /// Whether it is NULL.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null(_))
    }

    /// The type of the value.
    pub fn db_type(&self) -> DbType {
        match self {
            Self::Null(ty) => ty.clone(),
            Self::Bool(_) => DbType::Bool,
            Self::Int16(_) => DbType::Int16,
            Self::Int32(_) => DbType::Int32,
            Self::Int64(_) => DbType::Int64,
            Self::UInt64(_) => DbType::UInt64,
            Self::Float32(_) => DbType::Float32,
            Self::Float64(_) => DbType::Float64,
            Self::Decimal(_) => DbType::Decimal,
            Self::Text(_) => DbType::Text,
            Self::Bytes(_) => DbType::Bytes,
            Self::Uuid(_) => DbType::Uuid,
            Self::Date(_) => DbType::Date,
            Self::Time(_) => DbType::Time,
            Self::TimeTz(_) => DbType::TimeTz,
            Self::Timestamp(_) => DbType::Timestamp,
            Self::TimestampTz(_) => DbType::TimestampTz,
            Self::Interval(_) => DbType::Interval,
            Self::Json(_) => DbType::Json,
            Self::Array(array) => DbType::array(array.element().clone()),
            Self::Enum(_) => DbType::Enum,
            Self::OtherText { .. } | Self::OtherBytes { .. } => DbType::Unknown,
        }
    }

    /// The same value, borrowed.
    pub fn as_ref(&self) -> ValueRef<'_> {
        match self {
            Self::Null(_) => ValueRef::Null,
            Self::Bool(value) => ValueRef::Bool(*value),
            Self::Int16(value) => ValueRef::Int16(*value),
            Self::Int32(value) => ValueRef::Int32(*value),
            Self::Int64(value) => ValueRef::Int64(*value),
            Self::UInt64(value) => ValueRef::UInt64(*value),
            Self::Float32(value) => ValueRef::Float32(*value),
            Self::Float64(value) => ValueRef::Float64(*value),
            Self::Decimal(value) => ValueRef::Decimal(value.as_str().into()),
            Self::Text(value) => ValueRef::Text(value),
            Self::Bytes(value) => ValueRef::Bytes(value),
            Self::Uuid(value) => ValueRef::Uuid(*value),
            Self::Date(value) => ValueRef::Date(*value),
            Self::Time(value) => ValueRef::Time(*value),
            Self::TimeTz(value) => ValueRef::TimeTz(*value),
            Self::Timestamp(value) => ValueRef::Timestamp(*value),
            Self::TimestampTz(value) => ValueRef::TimestampTz(*value),
            Self::Interval(value) => ValueRef::Interval(*value),
            Self::Json(value) => ValueRef::Json(value.as_str()),
            Self::Array(value) => ValueRef::Array(std::borrow::Cow::Borrowed(value)),
            Self::Enum(value) => ValueRef::Enum(value),
            Self::OtherText { type_name, text } => ValueRef::OtherText { type_name, text },
            Self::OtherBytes { type_name, bytes } => ValueRef::OtherBytes { type_name, bytes },
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null(_), Self::Null(_)) => true,
            (Self::Null(_), _) | (_, Self::Null(_)) => false,
            (left, right) => left.as_ref() == right.as_ref(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_compare_by_their_bits() {
        assert_eq!(Value::Float64(f64::NAN), Value::Float64(f64::NAN));
        assert_ne!(Value::Float64(0.0), Value::Float64(-0.0));
    }

    #[test]
    fn null_equals_null_of_another_type_and_nothing_else() {
        assert_eq!(Value::NULL, Value::Null(DbType::Text));
        assert_ne!(Value::NULL, Value::Text(String::new()));
    }
}
