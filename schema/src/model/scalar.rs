//! Scalar types, native types and defaults.

use std::fmt;

use super::EnumId;

/// The type of a column in the language.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ScalarType {
    /// Text.
    String,
    /// True or false.
    Boolean,
    /// A signed 32-bit integer.
    Int,
    /// A signed 64-bit integer.
    BigInt,
    /// A 64-bit binary floating-point number.
    Float,
    /// An exact decimal number.
    Decimal,
    /// A point in time.
    DateTime,
    /// JSON.
    Json,
    /// Bytes.
    Bytes,
    /// An enum of the schema.
    Enum(EnumId),
    /// `Unsupported("type")`: a database type the language has no word for, as written.
    Unsupported(String),
}

impl ScalarType {
    /// The nine built-in type names with their types.
    pub const BUILT_IN: [(&'static str, Self); 9] = [
        ("String", Self::String),
        ("Boolean", Self::Boolean),
        ("Int", Self::Int),
        ("BigInt", Self::BigInt),
        ("Float", Self::Float),
        ("Decimal", Self::Decimal),
        ("DateTime", Self::DateTime),
        ("Json", Self::Json),
        ("Bytes", Self::Bytes),
    ];

    /// The built-in type of this name.
    pub fn built_in(name: &str) -> Option<Self> {
        Self::BUILT_IN.iter().find(|(known, _)| *known == name).map(|(_, ty)| ty.clone())
    }

    /// The name of a built-in type; `None` for enums and unsupported types.
    pub fn name(&self) -> Option<&'static str> {
        Self::BUILT_IN.iter().find(|(_, ty)| ty == self).map(|(name, _)| *name)
    }
}

/// `@db.Name(args)`, checked against the provider.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NativeType {
    /// The name after `@db.`, for example `VarChar`.
    pub name: String,
    /// The arguments, for example `[191]`.
    pub args: Vec<u32>,
}

impl fmt::Display for NativeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if !self.args.is_empty() {
            let args: Vec<String> = self.args.iter().map(u32::to_string).collect();
            write!(f, "({})", args.join(", "))?;
        }
        Ok(())
    }
}

/// A constant in a default, of the field's type.
#[derive(Debug, Clone, PartialEq)]
pub enum Literal {
    /// For `String`.
    String(String),
    /// For `Boolean`.
    Boolean(bool),
    /// For `Int` (within 32 bits) and `BigInt`.
    Int(i64),
    /// For `Float`, as written.
    Float(String),
    /// For `Decimal`, as written.
    Decimal(String),
    /// For `DateTime`: RFC 3339 text as written, checked.
    DateTime(String),
    /// For `Json`: JSON text as written, checked.
    Json(String),
    /// For `Bytes`, decoded from the base64 text of the schema.
    Bytes(Vec<u8>),
    /// For an enum: the value's name in the schema. Only within a list; else [`DefaultValue::EnumValue`].
    EnumValue(String),
}

/// The version in `uuid(4)` or `uuid(7)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UuidVersion {
    /// Random.
    V4,
    /// Ordered by time.
    V7,
}

/// The version in `cuid(1)` or `cuid(2)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CuidVersion {
    /// cuid.
    V1,
    /// cuid2.
    V2,
}

/// `@default(..)`.
#[derive(Debug, Clone, PartialEq)]
pub enum DefaultValue {
    /// A constant.
    Literal(Literal),
    /// The name of an enum's value in the schema.
    EnumValue(String),
    /// Constants for a list field.
    List(Vec<Literal>),
    /// `autoincrement()`.
    Autoincrement,
    /// `now()`.
    Now,
    /// `uuid()`, `uuid(4)`, `uuid(7)`.
    Uuid(UuidVersion),
    /// `cuid()`, `cuid(1)`, `cuid(2)`.
    Cuid(CuidVersion),
    /// `ulid()`.
    Ulid,
    /// `nanoid()` (21 characters) or `nanoid(length)`.
    Nanoid(Option<u8>),
    /// `dbgenerated("expression")`; without one the database is known to fill the column by other means.
    DbGenerated(Option<String>),
    /// `sequence()` of CockroachDB; never in a checked schema of the present providers.
    Sequence,
    /// `auto()` of MongoDB; never in a checked schema of the present providers.
    Auto,
}

impl DefaultValue {
    /// The client makes the value: `uuid`, `cuid`, `ulid`, `nanoid`. The column has no default in the
    /// database.
    pub fn is_client_side(&self) -> bool {
        matches!(self, Self::Uuid(_) | Self::Cuid(_) | Self::Ulid | Self::Nanoid(_))
    }

    /// The value is known only after the database made it: `autoincrement`, `now`, `dbgenerated`,
    /// `sequence`, `auto`.
    pub fn is_database_generated(&self) -> bool {
        matches!(self, Self::Autoincrement | Self::Now | Self::DbGenerated(_) | Self::Sequence | Self::Auto)
    }

    /// The value stands in the schema: a literal, an enum's value, a list. The column has it as its default
    /// too, but not on MySQL where it is text, a blob or JSON, which can have none there: the client sends
    /// it.
    pub fn is_constant(&self) -> bool {
        matches!(self, Self::Literal(_) | Self::EnumValue(_) | Self::List(_))
    }
}
