//! Exact decimal numbers, kept as text: no binary float ever stands in between.

use std::fmt;
use std::str::FromStr;

use crate::{Error, ErrorKind};

/// An exact decimal number of any size, or NaN, or an infinity.
///
/// The text is plain (no exponent), without leading zeros and without a plus sign; trailing zeros of the fraction
/// are kept, since they are the scale: `1.10` differs from `1.1`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Decimal(Box<str>);

/// Digits before or after the point that an exponent may ask for: what Postgres's `numeric` holds and a little more.
const MAX_DIGITS: i64 = 150_000;

impl Decimal {
    /// The plain text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is a number: neither NaN nor an infinity.
    pub fn is_finite(&self) -> bool {
        !matches!(&*self.0, "NaN" | "Infinity" | "-Infinity")
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn invalid() -> Error {
    Error::new(
        ErrorKind::InvalidValue,
        "a decimal number is digits with an optional sign, point and exponent",
    )
}

impl FromStr for Decimal {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "NaN" | "Infinity" | "-Infinity" => return Ok(Self(text.into())),
            _ => {}
        }
        let (negative, rest) = match text.as_bytes().first() {
            Some(b'-') => (true, &text[1..]),
            Some(b'+') => (false, &text[1..]),
            _ => (false, text),
        };
        let (mantissa, exponent) = match rest.find(['e', 'E']) {
            Some(at) => (&rest[..at], rest[at + 1..].parse::<i64>().map_err(|_| invalid())?),
            None => (rest, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits_only = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if (whole.is_empty() && fraction.is_empty()) || !digits_only(whole) || !digits_only(fraction) {
            return Err(invalid());
        }
        if exponent.abs() > MAX_DIGITS {
            return Err(Error::new(ErrorKind::OutOfRange, "the exponent of the decimal number is too large"));
        }
        let (whole, fraction) = shift(whole, fraction, exponent);
        let whole = whole.trim_start_matches('0');
        let mut plain = String::with_capacity(whole.len() + fraction.len() + 3);
        if negative {
            plain.push('-');
        }
        plain.push_str(if whole.is_empty() { "0" } else { whole });
        if !fraction.is_empty() {
            plain.push('.');
            plain.push_str(&fraction);
        }
        if negative && !plain.bytes().any(|byte| (b'1'..=b'9').contains(&byte)) {
            plain.remove(0);
        }
        Ok(Self(plain.into()))
    }
}

/// Moves the point by `exponent` digits to the right.
fn shift(whole: &str, fraction: &str, exponent: i64) -> (String, String) {
    let digits = format!("{whole}{fraction}");
    let point = whole.len() as i64 + exponent;
    let length = digits.len() as i64;
    if point <= 0 {
        (String::new(), format!("{}{digits}", "0".repeat(point.unsigned_abs() as usize)))
    } else if point >= length {
        (format!("{digits}{}", "0".repeat((point - length) as usize)), String::new())
    } else {
        (digits[..point as usize].to_owned(), digits[point as usize..].to_owned())
    }
}

macro_rules! from_integers {
    ($($ty:ty),*) => {$(
        impl From<$ty> for Decimal {
            fn from(value: $ty) -> Self {
                Self(value.to_string().into())
            }
        }
    )*};
}

from_integers!(i8, i16, i32, i64, i128, u8, u16, u32, u64, u128);

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        text.parse::<Decimal>().unwrap().to_string()
    }

    #[test]
    fn the_scale_is_kept_and_the_rest_is_plain() {
        assert_eq!(plain("1.10"), "1.10");
        assert_eq!(plain("+001.50"), "1.50");
        assert_eq!(plain(".5"), "0.5");
        assert_eq!(plain("5."), "5");
        assert_eq!(plain("-0"), "0");
        assert_eq!(plain("-0.00"), "0.00");
        assert_eq!(plain("1.5E3"), "1500");
        assert_eq!(plain("15e-3"), "0.015");
        assert_eq!(plain("1.25e1"), "12.5");
        assert_eq!(plain("NaN"), "NaN");
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "-", ".", "1,5", "1e", "0x10", "1_000", " 1", "nan", "1e999999999999", "1e200000"] {
            assert!(text.parse::<Decimal>().is_err(), "{text:?}");
        }
    }
}
