//! Values, borrowed from the rows they stand in.

use std::borrow::Cow;

use super::{
    Array, Date, DbType, Decimal, Interval, Json, Time, TimeTz, Timestamp, TimestampTz, Uuid, Value,
};

/// A value, borrowed. See [`Value`] for the variants.
#[derive(Debug, Clone)]
#[non_exhaustive]
#[allow(missing_docs, reason = "each variant is the one of `Value` with the same name")]
pub enum ValueRef<'a> {
    Null,
    Bool(bool),
    Int16(i16),
    Int32(i32),
    Int64(i64),
    UInt64(u64),
    Float32(f32),
    Float64(f64),
    /// The plain text of the number, as [`Decimal`] writes it.
    Decimal(Cow<'a, str>),
    Text(&'a str),
    Bytes(&'a [u8]),
    Uuid(Uuid),
    Date(Date),
    Time(Time),
    TimeTz(TimeTz),
    Timestamp(Timestamp),
    TimestampTz(TimestampTz),
    Interval(Interval),
    Json(&'a str),
    Array(Cow<'a, Array>),
    Enum(&'a str),
    OtherText {
        type_name: &'a str,
        text: &'a str,
    },
    OtherBytes {
        type_name: &'a str,
        bytes: &'a [u8],
    },
}

impl ValueRef<'_> {
    /// Whether it is NULL.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The same value, owned.
    ///
    /// # Errors
    /// [`InvalidValue`](crate::ErrorKind::InvalidValue) if a decimal's text is not a number.
    pub fn to_value(&self) -> Result<Value, crate::Error> {
        Ok(match self {
            Self::Null => Value::Null(DbType::Unknown),
            Self::Bool(value) => Value::Bool(*value),
            Self::Int16(value) => Value::Int16(*value),
            Self::Int32(value) => Value::Int32(*value),
            Self::Int64(value) => Value::Int64(*value),
            Self::UInt64(value) => Value::UInt64(*value),
            Self::Float32(value) => Value::Float32(*value),
            Self::Float64(value) => Value::Float64(*value),
            Self::Decimal(value) => Value::Decimal(value.parse::<Decimal>()?),
            Self::Text(value) => Value::Text((*value).to_owned()),
            Self::Bytes(value) => Value::Bytes(value.to_vec()),
            Self::Uuid(value) => Value::Uuid(*value),
            Self::Date(value) => Value::Date(*value),
            Self::Time(value) => Value::Time(*value),
            Self::TimeTz(value) => Value::TimeTz(*value),
            Self::Timestamp(value) => Value::Timestamp(*value),
            Self::TimestampTz(value) => Value::TimestampTz(*value),
            Self::Interval(value) => Value::Interval(*value),
            Self::Json(value) => Value::Json(Json::new(*value)),
            Self::Array(value) => Value::Array(value.clone().into_owned()),
            Self::Enum(value) => Value::Enum((*value).to_owned()),
            Self::OtherText { type_name, text } => {
                Value::OtherText { type_name: (*type_name).to_owned(), text: (*text).to_owned() }
            }
            Self::OtherBytes { type_name, bytes } => {
                Value::OtherBytes { type_name: (*type_name).to_owned(), bytes: bytes.to_vec() }
            }
        })
    }

    /// What sort of value it is, for messages: never the value itself.
    pub fn sort(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Bool(_) => "a boolean",
            Self::Int16(_) => "a 16-bit integer",
            Self::Int32(_) => "a 32-bit integer",
            Self::Int64(_) => "a 64-bit integer",
            Self::UInt64(_) => "an unsigned 64-bit integer",
            Self::Float32(_) => "a 32-bit float",
            Self::Float64(_) => "a 64-bit float",
            Self::Decimal(_) => "a decimal",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
            Self::Uuid(_) => "a UUID",
            Self::Date(_) => "a date",
            Self::Time(_) => "a time",
            Self::TimeTz(_) => "a time with zone",
            Self::Timestamp(_) => "a timestamp",
            Self::TimestampTz(_) => "a timestamp with zone",
            Self::Interval(_) => "an interval",
            Self::Json(_) => "JSON",
            Self::Array(_) => "an array",
            Self::Enum(_) => "an enum label",
            Self::OtherText { .. } | Self::OtherBytes { .. } => "a value of another type",
        }
    }
}

impl PartialEq for ValueRef<'_> {
    /// Compares representations: floats by their bits, so that NaN equals itself.
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Int16(a), Self::Int16(b)) => a == b,
            (Self::Int32(a), Self::Int32(b)) => a == b,
            (Self::Int64(a), Self::Int64(b)) => a == b,
            (Self::UInt64(a), Self::UInt64(b)) => a == b,
            (Self::Float32(a), Self::Float32(b)) => a.to_bits() == b.to_bits(),
            (Self::Float64(a), Self::Float64(b)) => a.to_bits() == b.to_bits(),
            (Self::Decimal(a), Self::Decimal(b)) => a == b,
            (Self::Text(a), Self::Text(b))
            | (Self::Json(a), Self::Json(b))
            | (Self::Enum(a), Self::Enum(b)) => a == b,
            (Self::Bytes(a), Self::Bytes(b)) => a == b,
            (Self::Uuid(a), Self::Uuid(b)) => a == b,
            (Self::Date(a), Self::Date(b)) => a == b,
            (Self::Time(a), Self::Time(b)) => a == b,
            (Self::TimeTz(a), Self::TimeTz(b)) => a == b,
            (Self::Timestamp(a), Self::Timestamp(b)) => a == b,
            (Self::TimestampTz(a), Self::TimestampTz(b)) => a == b,
            (Self::Interval(a), Self::Interval(b)) => a == b,
            (Self::Array(a), Self::Array(b)) => a == b,
            (Self::OtherText { type_name: a, text: x }, Self::OtherText { type_name: b, text: y }) => {
                a == b && x == y
            }
            (Self::OtherBytes { type_name: a, bytes: x }, Self::OtherBytes { type_name: b, bytes: y }) => {
                a == b && x == y
            }
            _ => false,
        }
    }
}
