//! Between values and the five sorts of value that SQLite has: exactly, or not at all.

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use drivetrain_adapter_api::value::{Date, Time, Timestamp};
use drivetrain_adapter_api::{DbType, Error, ErrorKind, Result, Value};
use drivetrain_sql::Bound;

use crate::{json, wire};

/// Servers write base64 with padding or without.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The parameter number `at`, counted from 1, as it is sent.
pub(crate) fn to_wire(bound: Bound, at: usize) -> Result<wire::Value> {
    let text = |value: String| Ok(wire::Value::Text { value });
    let integer = |value: i64| Ok(wire::Value::Integer { value: value.to_string() });
    let blob = |bytes: &[u8]| Ok(wire::Value::Blob { base64: STANDARD.encode(bytes) });
    match bound.value {
        Value::Null(_) => Ok(wire::Value::Null),
        Value::Bool(value) => integer(value.into()),
        Value::Int16(value) => integer(value.into()),
        Value::Int32(value) => integer(value.into()),
        Value::Int64(value) => integer(value),
        Value::UInt64(value) => integer(
            value
                .try_into()
                .map_err(|_| refused(at, ErrorKind::OutOfRange, "is larger than SQLite's integers"))?,
        ),
        Value::Float32(value) => float(value.into(), at),
        Value::Float64(value) => float(value, at),
        Value::Decimal(value) if !value.is_finite() => {
            Err(refused(at, ErrorKind::OutOfRange, "is not a finite decimal, and SQLite has no other"))
        }
        Value::Decimal(value) if *bound.ty.carrier() == DbType::Decimal => decimal(value.as_str(), at),
        Value::Decimal(value) => text(value.to_string()),
        Value::Text(value) | Value::Enum(value) => text(value),
        Value::Bytes(value) => blob(&value),
        Value::Uuid(value) => text(value.to_string()),
        Value::Json(value) if *bound.ty.carrier() == DbType::Json && json::is_number(value.as_str()) => {
            // A column declared JSON would turn the text of a number into a number, and round it.
            blob(&json::number_to_blob(value.as_str()))
        }
        Value::Json(value) => text(value.into_string()),
        Value::Date(value) => text(date(value, at)?),
        Value::Time(value) => text(time(value, at)?),
        Value::Timestamp(value) => text(timestamp(value, at)?),
        Value::TimestampTz(value) => text(timestamp(value.utc(), at)?),
        other => {
            let what = format!("is {}, which this adapter does not send", other.as_ref().sort());
            Err(refused(at, ErrorKind::Unsupported, &what))
        }
    }
}

/// A value as it was received.
pub(crate) fn from_wire(value: wire::Value) -> Result<Value> {
    let unreadable = || Error::new(ErrorKind::Protocol, "the server sent a value that is not readable");
    Ok(match value {
        wire::Value::Null => Value::NULL,
        wire::Value::Integer { value } => Value::Int64(value.parse().map_err(|_| unreadable())?),
        wire::Value::Float { value } => Value::Float64(value),
        wire::Value::Text { value } => Value::Text(value),
        wire::Value::Blob { base64 } => Value::Bytes(BASE64.decode(base64).map_err(|_| unreadable())?),
    })
}

fn refused(at: usize, kind: ErrorKind, what: &str) -> Error {
    Error::new(kind, format!("value {at} {what}"))
}

/// JSON has no NaN and no infinities.
fn float(value: f64, at: usize) -> Result<wire::Value> {
    if value.is_finite() {
        Ok(wire::Value::Float { value })
    } else {
        Err(refused(at, ErrorKind::OutOfRange, "is not a finite float, which cannot be sent"))
    }
}

/// A column declared DECIMAL turns texts into integers and floats: the decimal is sent as the one that reads back as
/// the same number, and refused where there is none. Every float keeps 15 significant digits.
fn decimal(text: &str, at: usize) -> Result<wire::Value> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty()
        && let Ok(number) = whole.parse::<i64>()
    {
        return Ok(wire::Value::Integer { value: number.to_string() });
    }
    let digits = format!("{}{fraction}", whole.trim_start_matches('-'));
    match text.parse::<f64>() {
        Ok(number) if digits.trim_matches('0').len() <= 15 && number.is_normal() => float(number, at),
        _ => Err(refused(
            at,
            ErrorKind::OutOfRange,
            "is a decimal of more than 15 digits, which SQLite would round",
        )
        .with_hint("declare the column as TEXT to keep every digit, or round the value yourself")),
    }
}

/// `YYYY-MM-DD`; the order of such texts is that of time.
fn date(date: Date, at: usize) -> Result<String> {
    match date.ymd() {
        Some((year @ 1..=9999, month, day)) => Ok(format!("{year:04}-{month:02}-{day:02}")),
        _ => Err(refused(at, ErrorKind::OutOfRange, "is not a date of the years 1 to 9999")),
    }
}

fn time(time: Time, at: usize) -> Result<String> {
    match time.microseconds() {
        0..=86_400_000_000 => Ok(time.to_string()),
        _ => Err(refused(at, ErrorKind::OutOfRange, "is not a time of day")),
    }
}

/// `YYYY-MM-DDTHH:MM:SS.fff+00:00`, with six digits where there are microseconds: `+` sorts before digits.
fn timestamp(timestamp: Timestamp, at: usize) -> Result<String> {
    let Some((day, of_day)) = timestamp.date_and_time() else {
        return Err(refused(at, ErrorKind::OutOfRange, "is an infinite date or time"));
    };
    let micros = of_day.microseconds();
    let seconds = Time::from_microseconds(micros - micros % 1_000_000);
    let fraction = match micros % 1_000_000 {
        whole if whole % 1000 == 0 => format!("{:03}", whole / 1000),
        fraction => format!("{fraction:06}"),
    };
    Ok(format!("{}T{seconds}.{fraction}+00:00", date(day, at)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read_with_padding_and_without() {
        for base64 in ["/wA=", "/wA"] {
            let value = from_wire(wire::Value::Blob { base64: base64.into() }).unwrap();
            assert_eq!(value, Value::Bytes(vec![255, 0]));
        }
    }

    #[test]
    fn what_is_not_readable_is_an_error() {
        for value in [
            wire::Value::Integer { value: "9223372036854775808".into() },
            wire::Value::Integer { value: "1.5".into() },
            wire::Value::Blob { base64: "!".into() },
        ] {
            assert_eq!(from_wire(value).unwrap_err().kind(), ErrorKind::Protocol);
        }
    }
}
