//! Parameters as text, in forms that mean the same under every setting of a session.

use std::borrow::Cow;

use drivetrain_adapter_api::value::Time;
use drivetrain_adapter_api::{Error, ErrorKind, Result, Value};

mod array;
#[cfg(test)]
mod tests;

/// The text of a parameter; `None` for NULL.
///
/// The text is what the type's input function reads, and does not depend on `DateStyle`, `IntervalStyle`,
/// `TimeZone`, `bytea_output` or `extra_float_digits`: floats have the digits that give the same bits back (a NaN's
/// payload is lost), bytes are in hexadecimal form, instants carry their offset, every field of an interval its
/// sign.
///
/// # Errors
/// [`InvalidValue`](ErrorKind::InvalidValue) for text with a NUL character, which Postgres cannot hold, for an array
/// within an array (use the dimensions of one), and for bytes of an unknown type, which have no text.
/// [`OutOfRange`](ErrorKind::OutOfRange) for a time beyond a day.
pub fn text_encode(value: &Value) -> Result<Option<Cow<'_, str>>> {
    let text = match value {
        Value::Null(_) => return Ok(None),
        Value::Bool(true) => "t".into(),
        Value::Bool(false) => "f".into(),
        Value::Int16(value) => value.to_string().into(),
        Value::Int32(value) => value.to_string().into(),
        Value::Int64(value) => value.to_string().into(),
        Value::UInt64(value) => value.to_string().into(),
        // `{:?}` is the shortest text that reads back as the same float, with an exponent where that is shorter.
        Value::Float32(value) => {
            infinity((*value).into()).map_or_else(|| format!("{value:?}").into(), Cow::from)
        }
        Value::Float64(value) => infinity(*value).map_or_else(|| format!("{value:?}").into(), Cow::from),
        Value::Decimal(value) => value.as_str().into(),
        Value::Text(text) => without_nul(text, "text")?.into(),
        Value::Bytes(bytes) => hexadecimal(bytes).into(),
        Value::Uuid(value) => value.to_string().into(),
        Value::Date(value) => value.to_string().into(),
        Value::Time(value) => within_a_day(*value)?.to_string().into(),
        Value::TimeTz(value) => {
            within_a_day(value.time)?;
            value.to_string().into()
        }
        Value::Timestamp(value) => value.to_string().into(),
        Value::TimestampTz(value) => value.to_string().into(),
        Value::Interval(value) => value.to_string().into(),
        Value::Json(json) => without_nul(json.as_str(), "a JSON document")?.into(),
        Value::Array(array) => array::encode(array)?.into(),
        Value::Enum(label) => without_nul(label, "an enum label")?.into(),
        Value::OtherText { text, .. } => without_nul(text, "text")?.into(),
        Value::OtherBytes { type_name, .. } => {
            return Err(Error::new(
                ErrorKind::InvalidValue,
                format!("bytes of type {type_name} cannot be sent: parameters are sent as text"),
            )
            .with_hint("give the value as text (OtherText)"));
        }
        other => {
            return Err(Error::new(
                ErrorKind::Unsupported,
                format!("a value of type {} cannot be sent to Postgres", other.db_type()),
            ));
        }
    };
    Ok(Some(text))
}

/// The name of a float that is no number of digits.
fn infinity(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        Some("NaN")
    } else if value.is_infinite() {
        Some(if value > 0.0 { "Infinity" } else { "-Infinity" })
    } else {
        None
    }
}

fn without_nul<'a>(text: &'a str, what: &str) -> Result<&'a str> {
    if text.contains('\0') {
        return Err(Error::new(
            ErrorKind::InvalidValue,
            format!("{what} with a NUL character cannot be sent to Postgres"),
        )
        .with_hint("remove the character, or store the value as bytes"));
    }
    Ok(text)
}

fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(2 + 2 * bytes.len());
    text.push_str("\\x");
    for byte in bytes {
        text.push(DIGITS[usize::from(byte >> 4)] as char);
        text.push(DIGITS[usize::from(byte & 15)] as char);
    }
    text
}

fn within_a_day(time: Time) -> Result<Time> {
    if (0..=86_400_000_000).contains(&time.microseconds()) {
        return Ok(time);
    }
    Err(Error::new(ErrorKind::OutOfRange, "a time of day is from 00:00:00 to 24:00:00 on Postgres")
        .with_hint("a span of time is an interval"))
}
