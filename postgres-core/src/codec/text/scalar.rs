//! Scalars in text form.

use drivetrain_adapter_api::ValueRef;
use drivetrain_adapter_api::value::{Date, Time, TimeTz, Timestamp, TimestampTz};

use super::super::decoded::{Decode, Decoded, Fault, Made};
use super::{interval, malformed};
use crate::types::{Resolved, Scalar};

const ISO: &str = "the session's DateStyle must be ISO";
const DAY: std::ops::RangeInclusive<i64> = 0..=86_400_000_000;

pub(super) fn decode<'a>(scalar: Scalar, ty: &'a Resolved, text: &'a str) -> Decode<Decoded<'a>> {
    Ok(Decoded::Value(match scalar {
        Scalar::Text | Scalar::Xml => ValueRef::Text(text),
        Scalar::Json | Scalar::Jsonb => ValueRef::Json(text),
        Scalar::Bits => {
            if text.bytes().any(|byte| !matches!(byte, b'0' | b'1')) {
                return Err(malformed("of 0 and 1"));
            }
            ValueRef::OtherText { type_name: &ty.name, text }
        }
        Scalar::Cidr | Scalar::Inet | Scalar::MacAddr | Scalar::MacAddr8 | Scalar::Void => {
            ValueRef::OtherText { type_name: &ty.name, text }
        }
        Scalar::Char => return char_text(text),
        Scalar::Bytea => return bytea(text).map(|bytes| Decoded::Made(Made::Bytes(bytes.into()))),
        Scalar::Bool => match text {
            "t" => ValueRef::Bool(true),
            "f" => ValueRef::Bool(false),
            _ => return Err(malformed("t or f")),
        },
        Scalar::Int2 => ValueRef::Int16(integer(text)?),
        Scalar::Int4 => ValueRef::Int32(integer(text)?),
        Scalar::Int8 => ValueRef::Int64(integer(text)?),
        Scalar::Oid => ValueRef::Int64(integer::<u32>(text)?.into()),
        Scalar::Xid8 => ValueRef::UInt64(integer(text)?),
        Scalar::Float4 => ValueRef::Float32(float(text, f32::is_finite)?),
        Scalar::Float8 => ValueRef::Float64(float(text, f64::is_finite)?),
        Scalar::Numeric => ValueRef::Decimal(numeric(text)?.into()),
        Scalar::Uuid => ValueRef::Uuid(text.parse()?),
        Scalar::Date => ValueRef::Date(moment(text, Date::is_finite)?),
        Scalar::Time => ValueRef::Time(day(moment(text, |_: Time| true)?, |time| time)?),
        Scalar::TimeTz => ValueRef::TimeTz(day(moment(text, |_: TimeTz| true)?, |zoned: TimeTz| zoned.time)?),
        Scalar::Timestamp => ValueRef::Timestamp(moment(text, Timestamp::is_finite)?),
        Scalar::TimestampTz => {
            ValueRef::TimestampTz(moment(text, |instant: TimestampTz| instant.utc().is_finite())?)
        }
        Scalar::Interval => {
            ValueRef::Interval(interval::parse(text).ok_or_else(|| malformed("an interval"))?)
        }
    }))
}

fn integer<T: std::str::FromStr>(text: &str) -> Decode<T> {
    text.parse().map_err(|_| malformed("an integer within the bounds of the type"))
}

fn float<T: std::str::FromStr + Copy>(text: &str, is_finite: impl Fn(T) -> bool) -> Decode<T> {
    let wrong = || malformed("a float within the bounds of the type");
    let value: T = text.parse().map_err(|_| wrong())?;
    let digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e'));
    // The names of what is not finite, in the one spelling Postgres has for each.
    if digits && is_finite(value) || matches!(text, "NaN" | "Infinity" | "-Infinity") {
        Ok(value)
    } else {
        Err(wrong())
    }
}

/// Postgres writes numbers plainly: the text is the number.
fn numeric(text: &str) -> Decode<&str> {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let plain = match unsigned.split_once('.') {
        Some((whole, fraction)) => digits(whole) && digits(fraction),
        None => digits(unsigned),
    };
    if plain || matches!(text, "NaN" | "Infinity" | "-Infinity") {
        Ok(text)
    } else {
        Err(malformed("a decimal number"))
    }
}

/// A date or a time. An infinity is one by its name only, never by overflow.
fn moment<T: std::str::FromStr<Err = drivetrain_adapter_api::Error> + Copy>(
    text: &str,
    is_finite: impl Fn(T) -> bool,
) -> Decode<T> {
    let value: T = text.parse().map_err(|error| Fault::from(error).with_hint(ISO))?;
    if is_finite(value) || matches!(text, "infinity" | "-infinity") {
        Ok(value)
    } else {
        Err(Fault::new("the date is beyond what can be held"))
    }
}

fn day<T: Copy>(value: T, time: impl Fn(T) -> Time) -> Decode<T> {
    if DAY.contains(&time(value).microseconds()) {
        Ok(value)
    } else {
        Err(Fault::new("the time is beyond a day"))
    }
}

/// A `"char"` of that byte, which `bytes` holds alone. Beyond ASCII it is shown as Postgres 16 does: a backslash
/// and three octal digits. The byte 0 is the empty text.
pub(crate) fn char_value(byte: u8, bytes: &[u8]) -> Decode<Decoded<'_>> {
    match byte {
        0 => Ok(Decoded::Value(ValueRef::Text(""))),
        1..0x80 => Ok(Decoded::Value(ValueRef::Text(super::utf8(bytes)?))),
        0x80.. => Ok(Made::text(format!("\\{byte:03o}"))),
    }
}

fn char_text(text: &str) -> Decode<Decoded<'_>> {
    match text.as_bytes() {
        [] | [0..0x80] | [b'\\', b'2'..=b'3', b'0'..=b'7', b'0'..=b'7'] => {
            Ok(Decoded::Value(ValueRef::Text(text)))
        }
        _ => Err(malformed("one byte")),
    }
}

/// Bytes in hexadecimal form (`\x` and digits), or in the older one with `\\` and octal `\ooo`.
fn bytea(text: &str) -> Decode<Vec<u8>> {
    let wrong = || malformed("bytes in hexadecimal or escape form");
    if let Some(digits) = text.strip_prefix("\\x") {
        let nibble = |digit: u8| (digit as char).to_digit(16).map(|digit| digit as u8);
        let pairs = digits.as_bytes().chunks(2).map(|pair| match *pair {
            [high, low] => Some(nibble(high)? << 4 | nibble(low)?),
            _ => None,
        });
        return pairs.collect::<Option<_>>().ok_or_else(wrong);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    loop {
        (bytes, rest) = match *rest {
            [] => return Ok(bytes),
            [b'\\', b'\\', ref rest @ ..] => (push(bytes, b'\\'), rest),
            [b'\\', a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', ref rest @ ..] => {
                (push(bytes, (a - b'0') << 6 | (b - b'0') << 3 | (c - b'0')), rest)
            }
            [byte @ (b' '..=b'[' | b']'..=b'~'), ref rest @ ..] => (push(bytes, byte), rest),
            _ => return Err(wrong()),
        };
    }
}

fn push(mut bytes: Vec<u8>, byte: u8) -> Vec<u8> {
    bytes.push(byte);
    bytes
}
