//! Values that arrive as something else.

use drivetrain_adapter_api::value::{Date, Decimal, Timestamp, TimestampTz};
use drivetrain_adapter_api::{Column, DbType, Value};

/// S-03
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "that is the sabotage")]
pub(crate) fn int8_through_f64(_: &Column, value: Value) -> Value {
    match value {
        Value::Int64(number) => Value::Int64(number as f64 as i64),
        other => other,
    }
}

/// S-04
pub(crate) fn empty_text_to_null(_: &Column, value: Value) -> Value {
    match value {
        Value::Text(text) if text.is_empty() => Value::Null(DbType::Text),
        other => other,
    }
}

/// S-05
pub(crate) fn json_null_to_null(column: &Column, value: Value) -> Value {
    match value {
        Value::Json(document) if document.as_str() == "null" => Value::Null(DbType::Json),
        Value::Text(text) if text == "null" && column.ty == DbType::Json => Value::Null(DbType::Json),
        other => other,
    }
}

/// S-09
pub(crate) fn no_negative_zero(_: &Column, value: Value) -> Value {
    match value {
        Value::Float64(number) if number.to_bits() == (-0.0_f64).to_bits() => Value::Float64(0.0),
        other => other,
    }
}

/// S-10
pub(crate) fn nan_to_zero(value: Value) -> Value {
    match value {
        Value::Float64(number) if number.is_nan() => Value::Float64(0.0),
        other => other,
    }
}

const HALF_PAST_FIVE: i64 = 19_800_000_000;

/// S-11: as if the session's time zone, Asia/Kolkata, had been taken off.
pub(crate) fn timestamps_shifted(_: &Column, value: Value) -> Value {
    match value {
        Value::Timestamp(at) if at.is_finite() => {
            Value::Timestamp(Timestamp::from_y2k_microseconds(at.y2k_microseconds() - HALF_PAST_FIVE))
        }
        other => other,
    }
}

fn to_milliseconds(at: Timestamp) -> Timestamp {
    if at.is_finite() {
        Timestamp::from_y2k_microseconds(at.y2k_microseconds().div_euclid(1000) * 1000)
    } else {
        at
    }
}

/// S-12
pub(crate) fn microseconds_cut(_: &Column, value: Value) -> Value {
    match value {
        Value::Timestamp(at) => Value::Timestamp(to_milliseconds(at)),
        Value::TimestampTz(at) => Value::TimestampTz(TimestampTz::from_utc(to_milliseconds(at.utc()))),
        other => other,
    }
}

/// S-13
pub(crate) fn infinities_wrapped(value: Value) -> Value {
    match value {
        Value::Date(date) if !date.is_finite() => Value::Date(Date::from_unix_days(0)),
        Value::Timestamp(at) if !at.is_finite() => Value::Timestamp(Timestamp::from_y2k_microseconds(0)),
        other => other,
    }
}

/// S-14
pub(crate) fn padding_trimmed(_: &Column, value: Value) -> Value {
    match value {
        Value::Text(text) => Value::Text(text.trim_end_matches(' ').to_owned()),
        other => other,
    }
}

/// S-41: a decimal goes through a float.
pub(crate) fn decimals_through_floats(_: &Column, value: Value) -> Value {
    match value {
        Value::Decimal(number) if number.is_finite() => {
            let float: f32 = number.as_str().parse().unwrap_or_default();
            format!("{}", f64::from(float)).parse::<Decimal>().map_or(Value::Decimal(number), Value::Decimal)
        }
        other => other,
    }
}

/// S-42: bytes arrive as the text of their hexadecimal digits.
pub(crate) fn bytes_as_hexadecimal(_: &Column, value: Value) -> Value {
    match value {
        Value::Bytes(bytes) => {
            let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
            Value::Bytes(format!("\\x{}", digits.collect::<String>()).into_bytes())
        }
        other => other,
    }
}

/// S-43: NULL becomes the zero of its column.
pub(crate) fn null_to_zero(column: &Column, value: Value) -> Value {
    match value {
        Value::Null(_) if matches!(column.ty, DbType::Int16 | DbType::Int32 | DbType::Int64) => {
            Value::Int64(0)
        }
        Value::Null(_) if column.ty == DbType::Text => Value::Text(String::new()),
        other => other,
    }
}

/// S-44: one byte of UTF-8 is taken for one character.
pub(crate) fn text_as_latin1(_: &Column, value: Value) -> Value {
    match value {
        Value::Text(text) => Value::Text(text.bytes().map(char::from).collect()),
        other => other,
    }
}
