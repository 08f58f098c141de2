//! Scalars other than integers.

use super::{ArrayElement, FromCell, ToValue, mismatch};
use crate::value::{Date, Decimal, Interval, Json, Time, TimeTz, Timestamp, TimestampTz, Uuid};
use crate::{DbType, Error, ErrorKind, Result, Value, ValueRef};

macro_rules! to_value {
    ($($ty:ty => $variant:ident),* $(,)?) => {$(
        impl ToValue for $ty {
            fn db_type() -> DbType {
                DbType::$variant
            }

            fn to_value(self) -> Value {
                Value::$variant(self)
            }
        }

        impl ArrayElement for $ty {}
    )*};
}

to_value! {
    bool => Bool, f32 => Float32, f64 => Float64, Decimal => Decimal, String => Text, Uuid => Uuid, Date => Date,
    Time => Time, TimeTz => TimeTz, Timestamp => Timestamp, TimestampTz => TimestampTz, Interval => Interval,
    Json => Json,
}

impl ToValue for Vec<u8> {
    fn db_type() -> DbType {
        DbType::Bytes
    }

    fn to_value(self) -> Value {
        Value::Bytes(self)
    }
}

impl ToValue for &[u8] {
    fn db_type() -> DbType {
        DbType::Bytes
    }

    fn to_value(self) -> Value {
        Value::Bytes(self.to_vec())
    }
}

impl ToValue for &str {
    fn db_type() -> DbType {
        DbType::Text
    }

    fn to_value(self) -> Value {
        Value::Text(self.to_owned())
    }
}

impl ArrayElement for &str {}

impl FromCell<'_> for bool {
    /// 0 and 1 are read too, for databases whose booleans are integers.
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        match cell {
            ValueRef::Bool(value) => Ok(value),
            ValueRef::Int16(0) | ValueRef::Int32(0) | ValueRef::Int64(0) | ValueRef::UInt64(0) => Ok(false),
            ValueRef::Int16(1) | ValueRef::Int32(1) | ValueRef::Int64(1) | ValueRef::UInt64(1) => Ok(true),
            other => Err(mismatch(&other, "a boolean")),
        }
    }
}

impl FromCell<'_> for f64 {
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        match cell {
            ValueRef::Float64(value) => Ok(value),
            ValueRef::Float32(value) => Ok(value.into()),
            ValueRef::Int16(value) => Ok(value.into()),
            ValueRef::Int32(value) => Ok(value.into()),
            // SQLite stores whole floats as integers, and gives them back as such through expressions.
            ValueRef::Int64(value) if value.unsigned_abs() <= 1 << 53 => Ok(value as Self),
            other => Err(mismatch(&other, "a 64-bit float")),
        }
    }
}

impl FromCell<'_> for f32 {
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        match cell {
            ValueRef::Float32(value) => Ok(value),
            // SQLite and others hold every float with 64 bits.
            ValueRef::Float64(value)
                if f64::from(value as Self).to_bits() == value.to_bits() || value.is_nan() =>
            {
                Ok(value as Self)
            }
            ValueRef::Float64(_) => Err(Error::new(
                ErrorKind::OutOfRange,
                "a 64-bit float has more digits than a 32-bit float holds",
            )),
            ValueRef::Int16(value) => Ok(value.into()),
            other => Err(mismatch(&other, "a 32-bit float")),
        }
    }
}

impl<'a> FromCell<'a> for &'a str {
    fn from_cell(cell: ValueRef<'a>) -> Result<Self> {
        match cell {
            ValueRef::Text(text) | ValueRef::Enum(text) => Ok(text),
            other => Err(mismatch(&other, "text")),
        }
    }
}

impl FromCell<'_> for String {
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        match cell {
            ValueRef::Text(text) | ValueRef::Enum(text) | ValueRef::OtherText { text, .. } => {
                Ok(text.to_owned())
            }
            ValueRef::Uuid(uuid) => Ok(uuid.to_string()),
            other => Err(mismatch(&other, "text")),
        }
    }
}

impl<'a> FromCell<'a> for &'a [u8] {
    fn from_cell(cell: ValueRef<'a>) -> Result<Self> {
        match cell {
            ValueRef::Bytes(bytes) => Ok(bytes),
            other => Err(mismatch(&other, "bytes")),
        }
    }
}

impl FromCell<'_> for Vec<u8> {
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        match cell {
            ValueRef::Bytes(bytes) | ValueRef::OtherBytes { bytes, .. } => Ok(bytes.to_vec()),
            other => Err(mismatch(&other, "bytes")),
        }
    }
}

impl FromCell<'_> for Decimal {
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        match cell {
            ValueRef::Decimal(text) => text.parse(),
            ValueRef::Text(text) => text.parse(),
            ValueRef::Int16(value) => Ok(value.into()),
            ValueRef::Int32(value) => Ok(value.into()),
            ValueRef::Int64(value) => Ok(value.into()),
            ValueRef::UInt64(value) => Ok(value.into()),
            other => Err(mismatch(&other, "a decimal")),
        }
    }
}

impl FromCell<'_> for Json {
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        match cell {
            ValueRef::Json(text) | ValueRef::Text(text) => Ok(Self::new(text)),
            other => Err(mismatch(&other, "JSON")),
        }
    }
}

impl FromCell<'_> for Uuid {
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        match cell {
            ValueRef::Uuid(value) => Ok(value),
            ValueRef::Text(text) => text.parse(),
            ValueRef::Bytes(bytes) => bytes
                .try_into()
                .map(Self::from_bytes)
                .map_err(|_| Error::decode("a UUID in bytes has 16 of them")),
            other => Err(mismatch(&other, "a UUID")),
        }
    }
}

macro_rules! or_text {
    ($($ty:ident => $wanted:literal),* $(,)?) => {$(
        impl FromCell<'_> for $ty {
            fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
                match cell {
                    ValueRef::$ty(value) => Ok(value),
                    ValueRef::Text(text) => text.parse(),
                    other => Err(mismatch(&other, $wanted)),
                }
            }
        }
    )*};
}

or_text! { Date => "a date", Time => "a time", TimeTz => "a time with zone" }

impl FromCell<'_> for Timestamp {
    /// A text with an offset, as databases without a type for timestamps keep them, is read as what clocks in UTC
    /// show.
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        match cell {
            ValueRef::Timestamp(value) => Ok(value),
            ValueRef::Text(text) => {
                text.parse().or_else(|_| text.parse::<TimestampTz>().map(TimestampTz::utc))
            }
            other => Err(mismatch(&other, "a timestamp")),
        }
    }
}

impl FromCell<'_> for TimestampTz {
    /// A timestamp without zone is read as what clocks in UTC show.
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        match cell {
            ValueRef::TimestampTz(value) => Ok(value),
            ValueRef::Timestamp(value) => Ok(Self::from_utc(value)),
            ValueRef::Text(text) => text.parse(),
            other => Err(mismatch(&other, "a timestamp with zone")),
        }
    }
}

impl FromCell<'_> for Interval {
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        match cell {
            ValueRef::Interval(value) => Ok(value),
            other => Err(mismatch(&other, "an interval")),
        }
    }
}
