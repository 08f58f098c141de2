//! What the declared type of a column says about its cells.
//!
//! SQLite lets any column hold any value and keeps the declared type as a text
//! (<https://www.sqlite.org/datatype3.html>). A cell is read as that type where its storage class fits.

use drivetrain_adapter_api::DbType;

/// The sort of type that a column was declared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Declared {
    /// Nothing that is known here, or an expression.
    Unknown,
    Bool,
    Integer,
    Float,
    Decimal,
    Text,
    Bytes,
    Timestamp,
    TimestampTz,
    Date,
    Time,
    TimeTz,
    Json,
    Uuid,
}

impl Declared {
    /// Reads a declared type: its words before the first parenthesis, in either case.
    pub(crate) fn read(text: &str) -> Self {
        let words = text.split('(').next().unwrap_or(text).trim().to_ascii_uppercase();
        match words.as_str() {
            "BOOL" | "BOOLEAN" => Self::Bool,
            "REAL" | "FLOAT" | "FLOAT4" | "FLOAT8" | "DOUBLE" | "DOUBLE PRECISION" => Self::Float,
            "DECIMAL" | "NUMERIC" | "DEC" => Self::Decimal,
            "DATETIME" | "TIMESTAMP" | "TIMESTAMP WITHOUT TIME ZONE" => Self::Timestamp,
            "TIMESTAMPTZ" | "TIMESTAMP WITH TIME ZONE" => Self::TimestampTz,
            "DATE" => Self::Date,
            "TIME" | "TIME WITHOUT TIME ZONE" => Self::Time,
            "TIMETZ" | "TIME WITH TIME ZONE" => Self::TimeTz,
            "JSON" | "JSONB" => Self::Json,
            "UUID" => Self::Uuid,
            "BLOB" | "BINARY" | "VARBINARY" | "BYTEA" => Self::Bytes,
            "INTERVAL" | "POINT" => Self::Unknown,
            other if other.contains("INT") => Self::Integer,
            other if ["CHAR", "CLOB", "TEXT"].iter().any(|part| other.contains(part)) => Self::Text,
            _ => Self::Unknown,
        }
    }

    pub(crate) const fn db_type(self) -> DbType {
        match self {
            Self::Unknown => DbType::Unknown,
            Self::Bool => DbType::Bool,
            Self::Integer => DbType::Int64,
            Self::Float => DbType::Float64,
            Self::Decimal => DbType::Decimal,
            Self::Text => DbType::Text,
            Self::Bytes => DbType::Bytes,
            Self::Timestamp => DbType::Timestamp,
            Self::TimestampTz => DbType::TimestampTz,
            Self::Date => DbType::Date,
            Self::Time => DbType::Time,
            Self::TimeTz => DbType::TimeTz,
            Self::Json => DbType::Json,
            Self::Uuid => DbType::Uuid,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_types_are_read_in_any_case_and_without_their_length() {
        for (text, expected) in [
            ("BOOLEAN", Declared::Bool),
            ("datetime(3)", Declared::Timestamp),
            ("DECIMAL(10, 2)", Declared::Decimal),
            ("INTEGER", Declared::Integer),
            ("UNSIGNED BIG INT", Declared::Integer),
            ("varchar(20)", Declared::Text),
            ("JSONB", Declared::Json),
            ("interval", Declared::Unknown),
            ("", Declared::Unknown),
            ("geometry", Declared::Unknown),
        ] {
            assert_eq!(Declared::read(text), expected, "{text}");
        }
    }
}
