//! The types that slots, values and columns have.

use std::fmt;
use std::sync::Arc;

use crate::Dialect;

/// A type, in words that every dialect has an answer for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum DbType {
    /// Not stated: the database decides.
    #[default]
    Unknown,
    /// A boolean.
    Bool,
    /// A 16-bit signed integer.
    Int16,
    /// A 32-bit signed integer.
    Int32,
    /// A 64-bit signed integer.
    Int64,
    /// A 64-bit unsigned integer.
    UInt64,
    /// A 32-bit float.
    Float32,
    /// A 64-bit float.
    Float64,
    /// An exact decimal number.
    Decimal,
    /// Text.
    Text,
    /// Bytes.
    Bytes,
    /// A UUID.
    Uuid,
    /// A calendar date.
    Date,
    /// A time of day.
    Time,
    /// A time of day with an offset.
    TimeTz,
    /// A date and time without a zone.
    Timestamp,
    /// An instant.
    TimestampTz,
    /// Months, days and microseconds.
    Interval,
    /// A JSON document.
    Json,
    /// The label of an enum whose name is not stated.
    Enum,
    /// A type that one dialect calls by a name of its own; elsewhere it is its carrier.
    Named(Arc<NamedType>),
    /// An array of a type.
    Array(Arc<Self>),
}

/// A database's own type: a native type such as `citext`, or a type that users made, such as an enum.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NamedType {
    /// The dialect that knows it.
    pub dialect: Dialect,
    /// The schema it is in, if it must be named.
    pub schema: Option<Arc<str>>,
    /// Its name, unquoted and without length or precision: a cast with a length would cut values silently.
    pub name: Arc<str>,
    /// The type that values of it are carried in, here and on other dialects.
    pub carrier: DbType,
}

impl DbType {
    /// An array of `element`.
    pub fn array(element: Self) -> Self {
        Self::Array(Arc::new(element))
    }

    /// A type that `dialect` calls `name`, carried as `carrier`.
    pub fn named(dialect: Dialect, schema: Option<&str>, name: &str, carrier: Self) -> Self {
        Self::Named(Arc::new(NamedType {
            dialect,
            schema: schema.map(Arc::from),
            name: name.into(),
            carrier,
        }))
    }

    /// The type that values are carried in: itself, unless it is named.
    pub fn carrier(&self) -> &Self {
        match self {
            Self::Named(named) => named.carrier.carrier(),
            other => other,
        }
    }

    /// The element type of an array.
    pub fn element(&self) -> Option<&Self> {
        match self {
            Self::Array(element) => Some(element),
            Self::Named(named) => named.carrier.element(),
            _ => None,
        }
    }
}

impl fmt::Display for DbType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unknown => "unknown",
            Self::Bool => "boolean",
            Self::Int16 => "16-bit integer",
            Self::Int32 => "32-bit integer",
            Self::Int64 => "64-bit integer",
            Self::UInt64 => "unsigned 64-bit integer",
            Self::Float32 => "32-bit float",
            Self::Float64 => "64-bit float",
            Self::Decimal => "decimal",
            Self::Text => "text",
            Self::Bytes => "bytes",
            Self::Uuid => "uuid",
            Self::Date => "date",
            Self::Time => "time",
            Self::TimeTz => "time with zone",
            Self::Timestamp => "timestamp",
            Self::TimestampTz => "timestamp with zone",
            Self::Interval => "interval",
            Self::Json => "json",
            Self::Enum => "enum",
            Self::Named(named) => &named.name,
            Self::Array(element) => return write!(f, "array of {element}"),
        })
    }
}
