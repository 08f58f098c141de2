//! Values from their text form.

use drivetrain_adapter_api::value::{Json, TimestampTz};
use drivetrain_adapter_api::{DbType, Error, ErrorKind, Result, Value};

use super::json::Document;
use super::number::in_range;
use crate::error;

/// The value of the concrete type `ty` that the text spells.
pub(crate) fn parse(text: &str, ty: &DbType) -> Result<Value> {
    let plain = text.trim_matches(|c: char| c.is_ascii_whitespace());
    Ok(match ty {
        DbType::Unknown | DbType::Text => Value::Text(text.to_owned()),
        DbType::Enum => Value::Enum(text.to_owned()),
        DbType::Bool => Value::Bool(boolean(plain).ok_or_else(|| invalid(ty))?),
        DbType::Int16 | DbType::Int32 | DbType::Int64 | DbType::UInt64 => integer(plain, ty)?,
        DbType::Float32 => {
            let number: f32 = float(plain).ok_or_else(|| invalid(ty))?;
            if number.is_infinite() && !is_infinite(plain) {
                return Err(error::out_of_range(ty));
            }
            Value::Float32(number)
        }
        DbType::Float64 => {
            let number: f64 = float(plain).ok_or_else(|| invalid(ty))?;
            if number.is_infinite() && !is_infinite(plain) {
                return Err(error::out_of_range(ty));
            }
            Value::Float64(number)
        }
        DbType::Decimal => Value::Decimal(plain.parse()?),
        DbType::Bytes => Value::Bytes(bytes(text).ok_or_else(|| invalid(ty))?),
        DbType::Uuid => Value::Uuid(plain.parse()?),
        DbType::Date => Value::Date(plain.parse()?),
        DbType::Time => Value::Time(plain.parse()?),
        DbType::TimeTz => Value::TimeTz(plain.parse()?),
        // An offset is not heeded, as on Postgres.
        DbType::Timestamp => Value::Timestamp(plain.parse()?),
        DbType::TimestampTz => {
            let at = plain.parse().or_else(|_| plain.parse().map(TimestampTz::from_utc))?;
            Value::TimestampTz(at)
        }
        DbType::Json => {
            Document::parse(text)?;
            Value::Json(Json::new(text))
        }
        other => return Err(error::type_mismatch("a text cannot be read so", &DbType::Text, other)),
    })
}

fn invalid(ty: &DbType) -> Error {
    Error::new(ErrorKind::InvalidValue, format!("the text is not a value of the type {ty}"))
        .with_data_type(ty.to_string())
}

fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "t" | "true" | "y" | "yes" | "on" | "1" => Some(true),
        "f" | "false" | "n" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

fn integer(text: &str, ty: &DbType) -> Result<Value> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(invalid(ty));
    }
    in_range(text.parse().map_err(|_| error::out_of_range(ty))?, ty)
}

fn is_infinite(text: &str) -> bool {
    text.trim_start_matches(['+', '-']).to_ascii_lowercase().starts_with("inf")
}

fn float<T: std::str::FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let Some(digits) = text.strip_prefix("\\x") else {
        return (!text.contains('\\')).then(|| text.as_bytes().to_vec());
    };
    if !digits.len().is_multiple_of(2) || !digits.is_ascii() {
        return None;
    }
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok()).collect()
}
