//! A type with all that its decoder needs: domains followed to their base, arrays to their elements.

use std::sync::Arc;

use drivetrain_adapter_api::{DbType, Dialect};

/// The scalars that have a decoder of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scalar {
    Bits,
    Bool,
    Bytea,
    Char,
    Cidr,
    Date,
    Float4,
    Float8,
    Inet,
    Int2,
    Int4,
    Int8,
    Interval,
    Json,
    Jsonb,
    MacAddr,
    MacAddr8,
    Numeric,
    Oid,
    Text,
    Time,
    TimeTz,
    Timestamp,
    TimestampTz,
    Uuid,
    Void,
    Xid8,
    Xml,
}

/// How values of a type are decoded.
#[derive(Debug, Clone)]
pub(crate) enum Codec {
    Scalar(Scalar),
    Enum,
    Array(Arc<ArrayType>),
    /// An array of that type in the old form without braces.
    Vector(Arc<Resolved>),
    /// A range or a multirange over that type.
    Range(Arc<Resolved>),
    /// Handed over with the name of the type.
    Other,
}

#[derive(Debug)]
pub(crate) struct ArrayType {
    pub(crate) element: Resolved,
    pub(crate) delimiter: u8,
}

/// A type with its decoder.
#[derive(Debug, Clone)]
pub(crate) struct Resolved {
    /// The object id.
    pub(crate) oid: u32,
    /// The object id of the base, where it is a domain; else the same.
    pub(crate) base: u32,
    pub(crate) schema: Option<Arc<str>>,
    /// The name; `oid NNN` where it is not known.
    pub(crate) name: Arc<str>,
    pub(crate) known: bool,
    pub(crate) codec: Codec,
}

impl Resolved {
    /// A type of which only the object id is known.
    pub(super) fn unknown(oid: u32) -> Self {
        Self {
            oid,
            base: oid,
            schema: None,
            name: format!("oid {oid}").into(),
            known: false,
            codec: Codec::Other,
        }
    }

    /// Whether the binary form of its values is decoded, exactly.
    pub(crate) fn prefers_binary(&self) -> bool {
        match &self.codec {
            Codec::Scalar(scalar) => scalar.prefers_binary(),
            Codec::Enum | Codec::Vector(_) => true,
            Codec::Array(array) => array.element.prefers_binary(),
            Codec::Range(_) | Codec::Other => false,
        }
    }

    pub(crate) fn db_type(&self) -> DbType {
        let named = |carrier| DbType::named(Dialect::Postgres, self.schema.as_deref(), &self.name, carrier);
        match &self.codec {
            Codec::Scalar(scalar) => scalar.db_type().unwrap_or_else(|| named(DbType::Unknown)),
            Codec::Enum => named(DbType::Enum),
            Codec::Array(array) => DbType::array(array.element.db_type()),
            Codec::Vector(element) => DbType::array(element.db_type()),
            Codec::Range(_) | Codec::Other if self.known => named(DbType::Unknown),
            Codec::Range(_) | Codec::Other => DbType::Unknown,
        }
    }
}

impl Scalar {
    /// Text is asked for where the value is handed over as text anyway, and for `xml`-like types whose text is
    /// what counts.
    fn prefers_binary(self) -> bool {
        !matches!(
            self,
            Self::Bits | Self::Cidr | Self::Inet | Self::MacAddr | Self::MacAddr8 | Self::Void | Self::Xml
        )
    }

    /// The type of its values; `None` for those handed over as text with a type name.
    pub(crate) fn db_type(self) -> Option<DbType> {
        Some(match self {
            Self::Bool => DbType::Bool,
            Self::Bytea => DbType::Bytes,
            Self::Char | Self::Text | Self::Xml => DbType::Text,
            Self::Date => DbType::Date,
            Self::Float4 => DbType::Float32,
            Self::Float8 => DbType::Float64,
            Self::Int2 => DbType::Int16,
            Self::Int4 => DbType::Int32,
            Self::Int8 | Self::Oid => DbType::Int64,
            Self::Interval => DbType::Interval,
            Self::Json | Self::Jsonb => DbType::Json,
            Self::Numeric => DbType::Decimal,
            Self::Time => DbType::Time,
            Self::TimeTz => DbType::TimeTz,
            Self::Timestamp => DbType::Timestamp,
            Self::TimestampTz => DbType::TimestampTz,
            Self::Uuid => DbType::Uuid,
            Self::Xid8 => DbType::UInt64,
            Self::Bits | Self::Cidr | Self::Inet | Self::MacAddr | Self::MacAddr8 | Self::Void => {
                return None;
            }
        })
    }
}
