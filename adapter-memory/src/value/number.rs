//! Exact numbers of any size, with the scales that Postgres's `numeric` gives results.

use std::cmp::Ordering;

use bigdecimal::num_bigint::{BigInt, Sign};
use bigdecimal::num_traits::{Signed as _, ToPrimitive as _, Zero as _};
use drivetrain_adapter_api::value::Decimal;
use drivetrain_adapter_api::{DbType, Error, Result};

use crate::error;

/// What Postgres keeps of a quotient at least (`NUMERIC_MIN_SIG_DIGITS`), and digits behind the point at most
/// (`NUMERIC_MAX_DISPLAY_SCALE`).
const QUOTIENT_DIGITS: i64 = 16;
const QUOTIENT_SCALE: i64 = 1000;

/// A number: `digits / 10^scale`, or something that is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Number {
    NegInfinity,
    Finite { digits: BigInt, scale: u32 },
    Infinity,
    NaN,
}

impl From<i128> for Number {
    fn from(number: i128) -> Self {
        Self::Finite { digits: number.into(), scale: 0 }
    }
}

impl Number {
    pub(crate) fn of(decimal: &Decimal) -> Result<Self> {
        Ok(match decimal.as_str() {
            "NaN" => Self::NaN,
            "Infinity" => Self::Infinity,
            "-Infinity" => Self::NegInfinity,
            plain => {
                let (whole, fraction) = plain.split_once('.').unwrap_or((plain, ""));
                let digits = format!("{whole}{fraction}").parse();
                let digits = digits.map_err(|_| error::broken("a decimal is not a number"))?;
                Self::Finite { digits, scale: fraction.len() as u32 }
            }
        })
    }

    pub(crate) fn to_decimal(&self) -> Result<Decimal> {
        match self {
            Self::NaN => "NaN".parse(),
            Self::Infinity => "Infinity".parse(),
            Self::NegInfinity => "-Infinity".parse(),
            Self::Finite { digits, scale } => {
                let sign = if digits.is_negative() { "-" } else { "" };
                let plain = digits.magnitude().to_string();
                let scale = *scale as usize;
                if scale == 0 {
                    return format!("{sign}{plain}").parse();
                }
                let plain = format!("{plain:0>width$}", width = scale + 1);
                let (whole, fraction) = plain.split_at(plain.len() - scale);
                format!("{sign}{whole}.{fraction}").parse()
            }
        }
    }

    /// The nearest integer; halves go away from zero. `None` for what is no number.
    pub(crate) fn to_integer(&self) -> Option<i128> {
        match self {
            Self::Finite { digits, scale } => rounded(digits, &power(*scale)).to_i128(),
            _ => None,
        }
    }

    pub(crate) fn to_f64(&self) -> f64 {
        match self {
            Self::NaN => f64::NAN,
            Self::Infinity => f64::INFINITY,
            Self::NegInfinity => f64::NEG_INFINITY,
            Self::Finite { digits, scale } => {
                // Through text, which is rounded once.
                format!("{digits}e-{scale}").parse().unwrap_or(f64::NAN)
            }
        }
    }

    pub(crate) fn is_zero(&self) -> bool {
        matches!(self, Self::Finite { digits, .. } if digits.is_zero())
    }

    pub(crate) fn negated(self) -> Self {
        match self {
            Self::NaN => Self::NaN,
            Self::Infinity => Self::NegInfinity,
            Self::NegInfinity => Self::Infinity,
            Self::Finite { digits, scale } => Self::Finite { digits: -digits, scale },
        }
    }

    pub(crate) fn is_negative(&self) -> bool {
        match self {
            Self::NegInfinity => true,
            Self::Finite { digits, .. } => digits.is_negative(),
            Self::NaN | Self::Infinity => false,
        }
    }

    pub(crate) fn plus(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::NaN, _) | (_, Self::NaN) => Self::NaN,
            (Self::Infinity, Self::NegInfinity) | (Self::NegInfinity, Self::Infinity) => Self::NaN,
            (Self::Infinity, _) | (_, Self::Infinity) => Self::Infinity,
            (Self::NegInfinity, _) | (_, Self::NegInfinity) => Self::NegInfinity,
            (Self::Finite { digits: a, scale: x }, Self::Finite { digits: b, scale: y }) => {
                let scale = (*x).max(*y);
                Self::Finite { digits: a * power(scale - x) + b * power(scale - y), scale }
            }
        }
    }

    pub(crate) fn times(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::NaN, _) | (_, Self::NaN) => Self::NaN,
            (Self::Finite { digits: a, scale: x }, Self::Finite { digits: b, scale: y }) => {
                Self::Finite { digits: a * b, scale: x + y }
            }
            (a, b) if a.is_zero() || b.is_zero() => Self::NaN,
            (a, b) if a.is_negative() != b.is_negative() => Self::NegInfinity,
            _ => Self::Infinity,
        }
    }

    pub(crate) fn divided_by(&self, other: &Self) -> Result<Self> {
        Ok(match (self, other) {
            (Self::NaN, _) | (_, Self::NaN) => Self::NaN,
            (_, other) if other.is_zero() => return Err(error::division_by_zero()),
            (Self::Finite { digits: a, scale: x }, Self::Finite { digits: b, scale: y }) => {
                let scale = quotient_scale((a, *x), (b, *y));
                let (top, bottom) = (a * power(scale + y), b * power(*x));
                Self::Finite { digits: rounded(&top, &bottom), scale }
            }
            (Self::Finite { .. }, _) => Self::from(0),
            (_, Self::Finite { .. }) if other.is_negative() => self.clone().negated(),
            (infinite, Self::Finite { .. }) => infinite.clone(),
            _ => Self::NaN,
        })
    }

    /// The order of Postgres: NaN equals itself, and is the largest.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        let rank = |number: &Self| match number {
            Self::NegInfinity => 0,
            Self::Finite { .. } => 1,
            Self::Infinity => 2,
            Self::NaN => 3,
        };
        match (self, other) {
            (Self::Finite { digits: a, scale: x }, Self::Finite { digits: b, scale: y }) => {
                let scale = (*x).max(*y);
                (a * power(scale - x)).cmp(&(b * power(scale - y)))
            }
            _ => rank(self).cmp(&rank(other)),
        }
    }

    /// The same number without zeros at the end of its fraction.
    pub(crate) fn shortest(self) -> Self {
        match self {
            Self::Finite { mut digits, mut scale } => {
                let ten = BigInt::from(10);
                while scale > 0 && (&digits % &ten).is_zero() {
                    digits /= &ten;
                    scale -= 1;
                }
                Self::Finite { digits, scale }
            }
            other => other,
        }
    }
}

fn power(exponent: u32) -> BigInt {
    BigInt::from(10).pow(exponent)
}

/// A quotient, rounded; halves go away from zero.
fn rounded(top: &BigInt, bottom: &BigInt) -> BigInt {
    let (top, bottom) =
        if bottom.sign() == Sign::Minus { (-top, -bottom) } else { (top.clone(), bottom.clone()) };
    let twice: BigInt = top * 2;
    let half = if twice.is_negative() { -&bottom } else { bottom.clone() };
    (twice + half) / (bottom * 2)
}

/// How many digits behind the point a quotient has, as `select_div_scale` of Postgres chooses. It counts in digits to
/// the base of 10000.
fn quotient_scale(top: (&BigInt, u32), bottom: (&BigInt, u32)) -> u32 {
    let (weight_a, first_a) = leading(top.0, top.1);
    let (weight_b, first_b) = leading(bottom.0, bottom.1);
    let mut weight = weight_a - weight_b;
    if first_a <= first_b {
        weight -= 1;
    }
    let scale = QUOTIENT_DIGITS - weight * 4;
    scale.max(top.1.into()).max(bottom.1.into()).clamp(0, QUOTIENT_SCALE) as u32
}

/// The place and the value of the first digit to the base of 10000.
fn leading(digits: &BigInt, scale: u32) -> (i64, u32) {
    if digits.is_zero() {
        return (0, 0);
    }
    let plain = digits.magnitude().to_string();
    // Where the point is, in decimal digits from the left; it may be left of all of them.
    let point = plain.len() as i64 - i64::from(scale);
    let weight = (point - 1).div_euclid(4);
    let taken = (point - weight * 4) as usize;
    let first: String = plain.chars().chain(std::iter::repeat('0')).take(taken).collect();
    (weight, first.parse().unwrap_or(0))
}

/// A float as a number, with the digits that Postgres keeps: 15, or 6 of a 32-bit one.
pub(crate) fn of_float(number: f64, digits: usize) -> Result<Number> {
    if number.is_nan() {
        return Ok(Number::NaN);
    }
    if number.is_infinite() {
        return Ok(if number > 0.0 { Number::Infinity } else { Number::NegInfinity });
    }
    let text = format!("{number:.*e}", digits - 1);
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let mantissa =
        if mantissa.contains('.') { mantissa.trim_end_matches('0').trim_end_matches('.') } else { mantissa };
    let decimal: Decimal = format!("{mantissa}e{exponent}").parse()?;
    Number::of(&decimal)
}

/// A whole number as one of an integer type.
pub(crate) fn in_range(number: i128, ty: &DbType) -> Result<drivetrain_adapter_api::Value> {
    use drivetrain_adapter_api::Value;
    let wrong = |_| -> Error { error::out_of_range(ty) };
    Ok(match ty {
        DbType::Int16 => Value::Int16(number.try_into().map_err(wrong)?),
        DbType::Int32 => Value::Int32(number.try_into().map_err(wrong)?),
        DbType::UInt64 => Value::UInt64(number.try_into().map_err(wrong)?),
        _ => Value::Int64(number.try_into().map_err(wrong)?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn n(text: &str) -> Number {
        Number::of(&text.parse().unwrap()).unwrap()
    }

    fn quotient(a: &str, b: &str) -> String {
        n(a).divided_by(&n(b)).unwrap().to_decimal().unwrap().to_string()
    }

    #[test]
    fn quotients_have_the_digits_that_postgres_gives_them() {
        // Measured on Postgres 15: select a::numeric / b::numeric.
        assert_eq!(quotient("1", "3"), "0.33333333333333333333");
        assert_eq!(quotient("2", "1"), "2.0000000000000000");
        assert_eq!(quotient("1", "1"), "1.00000000000000000000");
        assert_eq!(quotient("10", "4"), "2.5000000000000000");
        assert_eq!(quotient("-1", "3"), "-0.33333333333333333333");
        assert_eq!(quotient("100000", "3"), "33333.333333333333");
        assert_eq!(quotient("0.001", "7"), "0.00014285714285714286");
        assert!(n("1").divided_by(&n("0")).is_err());
    }

    #[test]
    fn sums_and_products_keep_every_digit() {
        let sum = n("99999999999999999999.99").plus(&n("0.010"));
        assert_eq!(sum.to_decimal().unwrap().as_str(), "100000000000000000000.000");
        assert_eq!(n("1.10").times(&n("2.5")).to_decimal().unwrap().as_str(), "2.750");
        assert_eq!(n("-0.5").to_integer(), Some(-1));
        assert_eq!(n("2.4").to_integer(), Some(2));
        assert_eq!(n("1.10").order(&n("1.1")), Ordering::Equal);
        assert_eq!(n("NaN").order(&n("Infinity")), Ordering::Greater);
    }

    #[test]
    fn floats_keep_fifteen_digits() {
        let of = |float: f64| of_float(float, 15).unwrap().to_decimal().unwrap().to_string();
        assert_eq!(of(0.1), "0.1");
        assert_eq!(of(1234.5), "1234.5");
        assert_eq!(of(1e20), "100000000000000000000");
        assert_eq!(of(1.0 / 3.0), "0.333333333333333");
    }
}
