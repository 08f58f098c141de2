//! Cells as what their columns are declared as. SQLite lets any column hold anything
//! (<https://www.sqlite.org/datatype3.html>): a cell that does not fit is handed over as what it is stored as.

use drivetrain_adapter_api::value::{Decimal, Json, Timestamp, TimestampTz};
use drivetrain_adapter_api::{DbType, Result, Value};

use crate::{json, values, wire};

/// The type that a column was declared with: the words before the first parenthesis. Unknown for an expression.
pub(crate) fn declared(decltype: &str) -> DbType {
    let words = decltype.split('(').next().unwrap_or(decltype).trim().to_ascii_uppercase();
    match words.as_str() {
        "BOOL" | "BOOLEAN" => DbType::Bool,
        "REAL" | "FLOAT" | "DOUBLE" | "DOUBLE PRECISION" => DbType::Float64,
        "DECIMAL" | "NUMERIC" => DbType::Decimal,
        "DATETIME" | "TIMESTAMP" => DbType::Timestamp,
        "TIMESTAMPTZ" => DbType::TimestampTz,
        "DATE" => DbType::Date,
        "TIME" => DbType::Time,
        "JSON" | "JSONB" => DbType::Json,
        "UUID" => DbType::Uuid,
        "BLOB" => DbType::Bytes,
        "INTERVAL" | "POINT" => DbType::Unknown,
        other if other.contains("INT") => DbType::Int64,
        other if other.contains("CHAR") || other.contains("TEXT") => DbType::Text,
        _ => DbType::Unknown,
    }
}

/// A cell of a column of that type.
pub(crate) fn read(cell: wire::Value, ty: &DbType) -> Result<Value> {
    let stored = values::from_wire(cell)?;
    let fitting = match (&stored, ty) {
        (Value::Int64(number @ 0..=1), DbType::Bool) => Some(Value::Bool(*number == 1)),
        (Value::Int64(number), DbType::Decimal) => decimal(&number.to_string()),
        // The shortest text that reads back as this float is the decimal that was written, up to 15 digits.
        (Value::Float64(number), DbType::Decimal) => decimal(&(number + 0.0).to_string()),
        (Value::Text(text), DbType::Decimal) => decimal(text),
        (Value::Int64(number), DbType::Timestamp) => milliseconds(*number).map(Value::Timestamp),
        (Value::Int64(number), DbType::TimestampTz) => {
            milliseconds(*number).map(|at| Value::TimestampTz(TimestampTz::from_utc(at)))
        }
        (Value::Text(text), DbType::Timestamp) => timestamp(text).map(Value::Timestamp),
        (Value::Text(text), DbType::TimestampTz) => {
            timestamp(text).map(|at| Value::TimestampTz(TimestampTz::from_utc(at)))
        }
        (Value::Text(text), DbType::Date) => text.parse().ok().map(Value::Date),
        (Value::Text(text), DbType::Time) => text.parse().ok().map(Value::Time),
        (Value::Text(text), DbType::Uuid) => text.parse().ok().map(Value::Uuid),
        (Value::Text(text), DbType::Json) => Some(Value::Json(Json::new(text.as_str()))),
        (Value::Int64(number), DbType::Json) => Some(Value::Json(Json::new(number.to_string()))),
        (Value::Float64(number), DbType::Json) => Some(Value::Json(Json::new(number.to_string()))),
        (Value::Bytes(bytes), DbType::Json) => {
            json::number_of_blob(bytes).map(|text| Value::Json(Json::new(text)))
        }
        _ => None,
    };
    Ok(fitting.unwrap_or(stored))
}

fn decimal(text: &str) -> Option<Value> {
    text.parse::<Decimal>().ok().filter(Decimal::is_finite).map(Value::Decimal)
}

/// Since 1970, as Prisma stores times on SQLite.
fn milliseconds(number: i64) -> Option<Timestamp> {
    Timestamp::from_unix_microseconds(number.checked_mul(1000)?).ok()
}

/// With an offset it is brought to UTC; without one it is UTC.
fn timestamp(text: &str) -> Option<Timestamp> {
    let at: Timestamp = text.parse::<TimestampTz>().map(TimestampTz::utc).or_else(|_| text.parse()).ok()?;
    at.is_finite().then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> wire::Value {
        wire::Value::Text { value: value.into() }
    }

    #[test]
    fn what_does_not_fit_is_what_it_is_stored_as() {
        assert_eq!(
            read(text("1.50"), &declared("decimal(10, 2)")).unwrap(),
            Value::Decimal("1.50".parse().unwrap())
        );
        for decltype in ["DECIMAL", "DATETIME", "DATE", "UUID", "INTEGER", ""] {
            assert_eq!(read(text("x"), &declared(decltype)).unwrap(), Value::Text("x".into()), "{decltype}");
        }
        let number = wire::Value::Integer { value: "2".into() };
        assert_eq!(read(number, &declared("BOOLEAN")).unwrap(), Value::Int64(2));
    }
}
