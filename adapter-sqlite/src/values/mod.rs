//! How values are stored. The table is in the documentation of the crate.

mod decimal;
mod temporal;

use drivetrain_adapter_api::{DbType, Error, ErrorKind, Result, Value};
use rusqlite::types::{ToSqlOutput, ValueRef as Stored};

/// A value in one of SQLite's storage classes.
#[derive(Clone)]
pub(crate) enum Bind {
    Null,
    Integer(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
}

impl Bind {
    pub(crate) fn output(&self) -> ToSqlOutput<'_> {
        ToSqlOutput::Borrowed(match self {
            Self::Null => Stored::Null,
            Self::Integer(number) => Stored::Integer(*number),
            Self::Real(number) => Stored::Real(*number),
            Self::Text(text) => Stored::Text(text.as_bytes()),
            Self::Blob(bytes) => Stored::Blob(bytes),
        })
    }
}

/// The value number `at`, counted from 1, for a slot of type `ty`, as it is stored.
pub(crate) fn bind(value: Value, ty: &DbType, at: usize) -> Result<Bind> {
    let refuse = |kind, what: &str| Err(Error::new(kind, format!("value {at} {what}")));
    let real = |number: f64| {
        if number.is_nan() {
            return refuse(ErrorKind::OutOfRange, "is NaN, which SQLite would store as NULL");
        }
        Ok(Bind::Real(number))
    };
    Ok(match value {
        Value::Null(_) => Bind::Null,
        Value::Bool(yes) => Bind::Integer(yes.into()),
        Value::Int16(number) => Bind::Integer(number.into()),
        Value::Int32(number) => Bind::Integer(number.into()),
        Value::Int64(number) => Bind::Integer(number),
        Value::UInt64(number) => match i64::try_from(number) {
            Ok(number) => Bind::Integer(number),
            Err(_) => {
                return refuse(
                    ErrorKind::OutOfRange,
                    "is an integer beyond 9223372036854775807, the largest that SQLite holds",
                );
            }
        },
        Value::Float32(number) => real(number.into())?,
        Value::Float64(number) => real(number)?,
        Value::Decimal(number) => decimal::bind(&number, ty, at)?,
        Value::Text(text) | Value::Enum(text) | Value::OtherText { text, .. } => Bind::Text(text),
        Value::Bytes(bytes) | Value::OtherBytes { bytes, .. } => Bind::Blob(bytes),
        Value::Uuid(uuid) => Bind::Text(uuid.to_string()),
        Value::Date(date) => Bind::Text(temporal::date(date, at)?),
        Value::Time(time) => Bind::Text(temporal::time(time, at)?),
        Value::TimeTz(time) => {
            temporal::time(time.time, at)?;
            Bind::Text(time.to_string())
        }
        Value::Timestamp(timestamp) => Bind::Text(temporal::timestamp(timestamp, at)?),
        Value::TimestampTz(timestamp) => Bind::Text(temporal::timestamp(timestamp.utc(), at)?),
        Value::Json(json) => match ty.carrier() {
            DbType::Json => json_for_column(json.into_string()),
            _ => Bind::Text(json.into_string()),
        },
        Value::Interval(_) => {
            return Err(Error::unsupported(format!("value {at} is an interval; SQLite has no type for it"))
                .with_hint("store a number of seconds, or a text"));
        }
        Value::Array(_) => {
            return Err(Error::unsupported(format!("value {at} is an array; SQLite has no arrays"))
                .with_hint("store JSON, or rows of a table of their own"));
        }
        _ => {
            return Err(Error::unsupported(format!("value {at} is of a type that SQLite has no answer for")));
        }
    })
}

/// A column declared `JSON` or `JSONB` has numeric affinity: the text of a document that is a bare number would become
/// a number, and lose digits. Such a document is written as JSONB, which keeps the text within a blob.
/// The form is that of <https://www.sqlite.org/jsonb.html>.
fn json_for_column(text: String) -> Bind {
    let number = text.trim_matches([' ', '\t', '\n', '\r']);
    let bare = number.starts_with(|c: char| c == '-' || c.is_ascii_digit())
        && number.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'+' | b'.' | b'e' | b'E'));
    if !bare {
        return Bind::Text(text);
    }
    let sort = if number.contains(['.', 'e', 'E']) { 5_u8 } else { 3 };
    let size = number.len();
    let mut blob = match (u8::try_from(size), u32::try_from(size)) {
        (Ok(size @ 0..=11), _) => vec![size << 4 | sort],
        (Ok(size), _) => vec![12 << 4 | sort, size],
        (_, Ok(size)) => [&[14 << 4 | sort][..], &size.to_be_bytes()].concat(),
        // Larger than SQLite takes: it says so.
        (_, Err(_)) => return Bind::Text(text),
    };
    blob.extend_from_slice(number.as_bytes());
    Bind::Blob(blob)
}

#[cfg(test)]
mod tests {
    use drivetrain_adapter_api::value::Json;

    use super::*;

    #[test]
    fn json_numbers_are_written_as_sqlite_writes_them() {
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        for number in ["1", "-1.50", "1e5", "12345678901234567890.5", &"9".repeat(300)] {
            let Ok(Bind::Blob(blob)) = bind(Value::Json(Json::new(number)), &DbType::Json, 1) else {
                panic!("{number} is not bound as a blob");
            };
            let expected: Vec<u8> =
                connection.query_row("SELECT jsonb(?1)", [number], |row| row.get(0)).unwrap();
            let text: String = connection.query_row("SELECT json(?1)", [&blob], |row| row.get(0)).unwrap();
            assert_eq!(text, number);
            if number.len() < 12 {
                assert_eq!(blob, expected);
            }
        }
        for text in ["[1]", "\"1\"", "true", "{}", "-", ""] {
            let bound = bind(Value::Json(Json::new(text)), &DbType::Json, 1);
            assert!(matches!(bound, Ok(Bind::Text(_))) || text == "-", "{text}");
        }
    }
}
