//! `rust_decimal`: `Decimal`, of 96 bits and at most 28 digits after the point.

use rust_decimal::Decimal as CrateDecimal;

use super::parts::beyond;
use crate::decode::ArrayElement;
use crate::value::Decimal;
use crate::{DbType, Error, ErrorKind, FromCell, Result, ToValue, Value, ValueRef};

impl FromCell<'_> for CrateDecimal {
    /// A number with more digits than fit is an error; zeros at the end of its fraction do not count as such.
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        let decimal = Decimal::from_cell(cell)?;
        let text = decimal.as_str();
        let unfit = || {
            let message = if decimal.is_finite() {
                "the decimal number has more digits than rust_decimal::Decimal holds"
            } else {
                "NaN and the infinities are outside of what rust_decimal::Decimal holds"
            };
            Error::new(ErrorKind::OutOfRange, message)
                .with_hint("read it as drivetrain_adapter_api::value::Decimal, which has no limit")
        };
        Self::from_str_exact(text).or_else(|_| {
            let (whole, fraction) = text.split_once('.').ok_or_else(unfit)?;
            let fraction = fraction.trim_end_matches('0');
            let shorter = if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") };
            Self::from_str_exact(&shorter).map_err(|_| unfit())
        })
    }
}

impl ToValue for CrateDecimal {
    fn db_type() -> DbType {
        DbType::Decimal
    }

    fn to_value(self) -> Value {
        let text = self.to_string();
        text.parse().map_or_else(|_| beyond("numeric", &text), Value::Decimal)
    }
}

impl ArrayElement for CrateDecimal {}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<CrateDecimal> {
        CrateDecimal::from_cell(ValueRef::Decimal(text.into()))
    }

    #[test]
    fn the_limits_and_the_scale_go_there_and_back() {
        for decimal in [CrateDecimal::MAX, CrateDecimal::MIN, CrateDecimal::ZERO, CrateDecimal::new(-110, 2)]
        {
            assert_eq!(CrateDecimal::from_cell(decimal.to_value().as_ref()).unwrap(), decimal);
        }
        assert_eq!(read("1.10").unwrap().scale(), 2);
        assert_eq!(CrateDecimal::from_cell(ValueRef::Int64(i64::MIN)).unwrap(), CrateDecimal::from(i64::MIN));
        assert_eq!((-CrateDecimal::ZERO).to_value(), Value::Decimal("0".parse().unwrap()));
    }

    #[test]
    fn a_number_beyond_96_bits_or_28_digits_is_an_error_and_never_rounded() {
        for text in [
            "79228162514264337593543950336",
            "0.00000000000000000000000000001",
            "1234567890.12345678901234567890123456789",
            "NaN",
            "Infinity",
            "-Infinity",
        ] {
            assert_eq!(read(text).unwrap_err().kind(), ErrorKind::OutOfRange, "{text}");
        }
    }

    #[test]
    fn zeros_at_the_end_take_no_room() {
        let text = format!("12.5{}", "0".repeat(60));
        assert_eq!(read(&text).unwrap(), CrateDecimal::new(125, 1));
        assert_eq!(read(&format!("7.{}", "0".repeat(60))).unwrap(), CrateDecimal::from(7));
    }

    proptest::proptest! {
        #[test]
        fn there_and_back(
            number in -79_228_162_514_264_337_593_543_950_335_i128..=79_228_162_514_264_337_593_543_950_335,
            scale in 0_u32..=28,
        ) {
            let decimal = CrateDecimal::from_i128_with_scale(number, scale);
            let back = CrateDecimal::from_cell(decimal.to_value().as_ref()).unwrap();
            proptest::prop_assert_eq!(back, decimal);
            proptest::prop_assert_eq!(back.scale(), decimal.scale());
        }

        #[test]
        fn a_number_is_read_exactly_or_refused(text in "-?[1-9][0-9]{0,32}(\\.[0-9]{0,31}[1-9])?") {
            if let Ok(decimal) = read(&text) {
                proptest::prop_assert_eq!(decimal.to_string(), text);
            }
        }
    }
}
