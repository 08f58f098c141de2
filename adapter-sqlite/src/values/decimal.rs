//! Decimals: exact, or refused.
//!
//! A column declared `DECIMAL` has numeric affinity: SQLite turns a text of digits into an integer or a 64-bit float,
//! and rounds silently. So a decimal for such a column is bound as the integer or the float that reads back as the
//! same number, and refused where there is none.

use drivetrain_adapter_api::value::Decimal;
use drivetrain_adapter_api::{DbType, Error, ErrorKind, Result};

use super::Bind;

/// As many significant digits as every 64-bit float keeps.
const DIGITS: usize = 15;

pub(super) fn bind(number: &Decimal, ty: &DbType, at: usize) -> Result<Bind> {
    if !number.is_finite() {
        return Err(Error::new(
            ErrorKind::OutOfRange,
            format!("value {at} is {number}, which SQLite has no decimal for"),
        ));
    }
    if *ty.carrier() != DbType::Decimal {
        return Ok(Bind::Text(number.as_str().to_owned()));
    }
    exact(number.as_str()).ok_or_else(|| {
        Error::new(
            ErrorKind::OutOfRange,
            format!(
                "value {at} is a decimal of more than {DIGITS} significant digits, which SQLite would round"
            ),
        )
        .with_hint(
            "declare the field as String to keep every digit, or round the value to 15 digits yourself",
        )
    })
}

/// The number that reads back as the same decimal, but for zeros at the end of its fraction.
fn exact(text: &str) -> Option<Bind> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty()
        && let Ok(number) = whole.parse()
    {
        return Some(Bind::Integer(number));
    }
    let digits = format!("{}{fraction}", whole.trim_start_matches('-'));
    let significant = digits.trim_matches('0').len();
    let number: f64 = text.parse().ok()?;
    // Beyond the range of normal floats there are fewer digits, or none.
    (significant <= DIGITS && number.is_normal()).then_some(Bind::Real(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_float_holds_is_bound_and_the_rest_refused() {
        let bound = |text: &str| bind(&text.parse().unwrap(), &DbType::Decimal, 1);
        assert!(matches!(bound("1.10"), Ok(Bind::Real(number)) if number.to_bits() == 1.1_f64.to_bits()));
        assert!(matches!(bound("-3.000"), Ok(Bind::Integer(-3))));
        assert!(matches!(bound("9223372036854775807"), Ok(Bind::Integer(i64::MAX))));
        assert!(matches!(bound("123456789.012345"), Ok(Bind::Real(_))));
        assert!(matches!(bound("100000000000000000000"), Ok(Bind::Real(_))), "one significant digit");
        for text in [
            "1234567890.123456",
            "9223372036854775808",
            "0.1234567890123456",
            &format!("1{}", "0".repeat(400)),
        ] {
            let error = bound(text).err().unwrap();
            assert_eq!(error.kind(), ErrorKind::OutOfRange, "{text}");
            assert!(!error.to_string().contains(text));
        }
        assert!(bound("NaN").is_err());
    }

    #[test]
    fn in_raw_sql_it_is_its_text() {
        let text = "1234567890.1234567890";
        let bound = bind(&text.parse().unwrap(), &DbType::Unknown, 1).unwrap();
        assert!(matches!(bound, Bind::Text(bound) if bound == text));
    }
}
