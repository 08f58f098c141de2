//! The encodings of JSON rows, one for each type, so that JSON changes nothing on the way.
//!
//! They are those that `drivetrain_adapter_api::decode::json` reads. What stands here is the column of the derived
//! table, so naming it twice costs nothing.

use drivetrain_adapter_api::statement::JsonItem;
use drivetrain_adapter_api::{DbType, Dialect, Error};

use super::json_rows::{DERIVED, Key};
use super::{Writer, unknown};

impl Writer<'_> {
    /// The item of the column with that number.
    pub(super) fn json_item(&mut self, at: usize, item: &JsonItem) -> Result<(), Error> {
        match item {
            JsonItem::Scalar(ty) => match self.dialect {
                Dialect::Postgres => self.json_item_postgres(at, ty),
                Dialect::MySql => self.json_item_mysql(at, ty),
                Dialect::Sqlite => self.json_item_sqlite(at, ty),
                _ => Err(unknown("dialect")),
            },
            JsonItem::Nested => match self.dialect {
                // A select around it can have made it a text.
                Dialect::Postgres => self.around("CAST(", at, " AS json)"),
                Dialect::Sqlite => self.around("json(", at, ")"),
                _ => self.around("", at, ""),
            },
            _ => Err(unknown("item of JSON rows")),
        }
    }

    /// The column with something before and behind it.
    fn around(&mut self, before: &str, at: usize, behind: &str) -> Result<(), Error> {
        self.push(before);
        self.name(DERIVED)?;
        self.push(".");
        self.name(&Key::Column(at).name())?;
        self.push(behind);
        Ok(())
    }

    fn json_item_postgres(&mut self, at: usize, ty: &DbType) -> Result<(), Error> {
        match ty.carrier() {
            DbType::Array(element) => self.json_array_postgres(at, element),
            carrier => match encoding(carrier) {
                Encoding::Native => self.around("", at, ""),
                Encoding::Text => self.around("CAST(", at, " AS text)"),
                Encoding::Bits(before, behind) => self.around(before, at, behind),
                Encoding::Output => {
                    self.around("CASE WHEN num_nulls(", at, ") = 0")?;
                    self.around(" THEN concat(", at, ") END")
                }
            },
        }
    }

    /// Elements keep their encoding. An array of several dimensions stays one, which its reader refuses.
    fn json_array_postgres(&mut self, at: usize, element: &DbType) -> Result<(), Error> {
        match encoding(element.carrier()) {
            Encoding::Native => self.around("", at, ""),
            Encoding::Text => self.around("CAST(", at, " AS text[])"),
            Encoding::Bits(before, behind) => self.json_elements(at, &format!("{before}e.v{behind}")),
            Encoding::Output => self.json_elements(at, "CASE WHEN num_nulls(e.v) = 0 THEN concat(e.v) END"),
        }
    }

    fn json_elements(&mut self, at: usize, element: &str) -> Result<(), Error> {
        self.around("CASE WHEN array_ndims(", at, ") = 1 THEN (SELECT json_agg(")?;
        self.push(element);
        self.around(" ORDER BY e.n) FROM unnest(", at, ") WITH ORDINALITY AS e(v, n))")?;
        self.around(" ELSE to_json(CAST(", at, " AS text[])) END")
    }

    fn json_item_mysql(&mut self, at: usize, ty: &DbType) -> Result<(), Error> {
        match ty.carrier() {
            DbType::Bool | DbType::Int16 | DbType::Int32 | DbType::Text | DbType::Enum => {
                self.around("", at, "")
            }
            // MySQL writes 32-bit floats with six digits; as 64-bit ones they keep all of theirs.
            DbType::Float32 | DbType::Float64 => self.around("CAST(", at, " * 1e0 AS CHAR)"),
            DbType::Bytes => self.around("HEX(", at, ")"),
            DbType::TimestampTz => self.around("CONCAT(CAST(", at, " AS CHAR), '+00:00')"),
            DbType::Array(_) | DbType::Interval => self.unsupported("arrays and intervals"),
            _ => self.around("CAST(", at, " AS CHAR)"),
        }
    }

    fn json_item_sqlite(&mut self, at: usize, ty: &DbType) -> Result<(), Error> {
        match ty.carrier() {
            DbType::Bool | DbType::Int16 | DbType::Int32 => self.around("", at, ""),
            DbType::Float32 | DbType::Float64 => {
                self.around("CASE WHEN ", at, " IS NULL THEN NULL")?;
                self.around(" ELSE printf('%!.17g', ", at, ") END")
            }
            DbType::Bytes => {
                self.around("CASE WHEN ", at, " IS NULL THEN NULL")?;
                self.around(" ELSE hex(", at, ") END")
            }
            DbType::Array(_) | DbType::Interval => self.unsupported("arrays and intervals"),
            _ => self.around("CAST(", at, " AS TEXT)"),
        }
    }
}

/// How Postgres makes an item of a scalar.
enum Encoding {
    /// As its JSON functions do it: numbers, booleans, texts; dates and times in ISO form, whatever the settings.
    Native,
    /// The text form, as a string.
    Text,
    /// The binary form in hexadecimal digits, between these two.
    Bits(&'static str, &'static str),
    /// The form that the type is given back in: for some types (inet) a cast to text makes another one.
    Output,
}

fn encoding(carrier: &DbType) -> Encoding {
    match carrier {
        // Not cast to text: that would cut the spaces that char(n) is padded with.
        DbType::Bool
        | DbType::Int16
        | DbType::Int32
        | DbType::Text
        | DbType::Enum
        | DbType::Uuid
        | DbType::Date
        | DbType::Time
        | DbType::TimeTz
        | DbType::Timestamp
        | DbType::TimestampTz => Encoding::Native,
        DbType::Float32 => Encoding::Bits("'0x' || encode(float4send(CAST(", " AS float4)), 'hex')"),
        DbType::Float64 => Encoding::Bits("'0x' || encode(float8send(CAST(", " AS float8)), 'hex')"),
        DbType::Bytes => Encoding::Bits("encode(", ", 'hex')"),
        DbType::Interval => Encoding::Bits("'0x' || encode(interval_send(", "), 'hex')"),
        DbType::Unknown => Encoding::Output,
        _ => Encoding::Text,
    }
}
