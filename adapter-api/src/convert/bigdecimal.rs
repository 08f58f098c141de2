//! `bigdecimal`: `BigDecimal`, of any size.

use std::str::FromStr as _;

use bigdecimal::BigDecimal;

use super::parts::beyond;
use crate::decode::ArrayElement;
use crate::value::Decimal;
use crate::{DbType, Error, ErrorKind, FromCell, Result, ToValue, Value, ValueRef};

impl FromCell<'_> for BigDecimal {
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        let decimal = Decimal::from_cell(cell)?;
        if !decimal.is_finite() {
            return Err(Error::new(
                ErrorKind::OutOfRange,
                "NaN and the infinities are outside of what bigdecimal::BigDecimal holds",
            ));
        }
        Self::from_str(decimal.as_str())
            .map_err(|_| Error::decode("a decimal cannot be read as bigdecimal::BigDecimal"))
    }
}

impl ToValue for BigDecimal {
    fn db_type() -> DbType {
        DbType::Decimal
    }

    fn to_value(self) -> Value {
        let (digits, scale) = self.as_bigint_and_scale();
        let text = format!("{digits}e{}", -i128::from(scale));
        text.parse().map_or_else(|_| beyond("numeric", &text), Value::Decimal)
    }
}

impl ArrayElement for BigDecimal {}

#[cfg(test)]
mod tests {
    use super::*;

    fn big(text: &str) -> BigDecimal {
        text.parse().unwrap()
    }

    #[test]
    fn numbers_keep_every_digit_and_their_scale() {
        for text in ["0", "1.10", "-0.00000000000000000000000000000000000001", "12345678901234567890.5"] {
            assert_eq!(big(text).to_value(), Value::Decimal(text.parse().unwrap()));
            let back = BigDecimal::from_cell(ValueRef::Decimal(text.into())).unwrap();
            assert_eq!(
                (&back, back.fractional_digit_count()),
                (&big(text), big(text).fractional_digit_count())
            );
        }
        assert_eq!(big("15e3").to_value(), Value::Decimal("15000".parse().unwrap()));
    }

    #[test]
    fn what_is_no_number_is_an_error() {
        for text in ["NaN", "Infinity", "-Infinity"] {
            let error = BigDecimal::from_cell(ValueRef::Decimal(text.into())).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::OutOfRange);
        }
        assert_eq!(BigDecimal::from_cell(ValueRef::Null).unwrap_err().kind(), ErrorKind::UnexpectedNull);
    }

    #[test]
    fn an_exponent_that_no_database_takes_is_handed_over_for_the_database_to_refuse() {
        for (scale, exponent) in [(i64::MIN, "9223372036854775808"), (i64::MAX, "-9223372036854775807")] {
            assert_eq!(
                BigDecimal::new(1.into(), scale).to_value(),
                Value::OtherText { type_name: "numeric".into(), text: format!("1e{exponent}") }
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn there_and_back(text in "-?[1-9][0-9]{0,80}(\\.[0-9]{1,80})?") {
            let number = big(&text);
            let back = BigDecimal::from_cell(number.clone().to_value().as_ref()).unwrap();
            proptest::prop_assert_eq!(back.fractional_digit_count(), number.fractional_digit_count());
            proptest::prop_assert_eq!(back, number);
        }
    }
}
