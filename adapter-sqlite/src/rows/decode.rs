//! Cells as values: by the declared type where the storage class fits, else by the storage class.

use std::borrow::Cow;

use drivetrain_adapter_api::ValueRef;
use drivetrain_adapter_api::value::{Decimal, Timestamp, TimestampTz, Uuid};

use super::Declared;

pub(super) fn integer(declared: Declared, number: i64) -> ValueRef<'static> {
    let milliseconds =
        || number.checked_mul(1000).and_then(|micros| Timestamp::from_unix_microseconds(micros).ok());
    match declared {
        Declared::Bool if number == 0 || number == 1 => ValueRef::Bool(number == 1),
        Declared::Decimal => ValueRef::Decimal(Cow::Owned(number.to_string())),
        Declared::Timestamp => milliseconds().map_or(ValueRef::Int64(number), ValueRef::Timestamp),
        Declared::TimestampTz => milliseconds()
            .map_or(ValueRef::Int64(number), |at| ValueRef::TimestampTz(TimestampTz::from_utc(at))),
        _ => ValueRef::Int64(number),
    }
}

pub(super) fn real(declared: Declared, number: f64) -> ValueRef<'static> {
    match declared {
        // The shortest text that reads back as this float: for up to 15 digits, the decimal that was written.
        Declared::Decimal if number.is_finite() => ValueRef::Decimal(Cow::Owned((number + 0.0).to_string())),
        _ => ValueRef::Float64(number),
    }
}

pub(super) fn text(declared: Declared, text: &str) -> ValueRef<'_> {
    let found = match declared {
        Declared::Decimal => text.parse::<Decimal>().ok().map(|decimal| {
            let plain = decimal.as_str();
            ValueRef::Decimal(if plain == text { Cow::Borrowed(text) } else { Cow::Owned(plain.to_owned()) })
        }),
        Declared::Timestamp => timestamp(text).map(ValueRef::Timestamp),
        Declared::TimestampTz => timestamp(text).map(|at| ValueRef::TimestampTz(TimestampTz::from_utc(at))),
        Declared::Date => text.parse().ok().map(ValueRef::Date),
        Declared::Time => text.parse().ok().map(ValueRef::Time),
        Declared::TimeTz => text.parse().ok().map(ValueRef::TimeTz),
        Declared::Uuid => text.parse().ok().map(ValueRef::Uuid),
        Declared::Json => Some(ValueRef::Json(text)),
        _ => None,
    };
    found.unwrap_or(ValueRef::Text(text))
}

/// With an offset it is brought to UTC; without one it is UTC, as SQLite's own functions take it.
fn timestamp(text: &str) -> Option<Timestamp> {
    let at: Timestamp = text.parse::<TimestampTz>().map(TimestampTz::utc).or_else(|_| text.parse()).ok()?;
    at.is_finite().then_some(at)
}

pub(super) fn blob(declared: Declared, bytes: &[u8]) -> ValueRef<'_> {
    match (declared, <[u8; 16]>::try_from(bytes)) {
        (Declared::Uuid, Ok(bytes)) => ValueRef::Uuid(Uuid::from_bytes(bytes)),
        _ => ValueRef::Bytes(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_handed_over_by_its_storage_class() {
        assert_eq!(integer(Declared::Bool, 2), ValueRef::Int64(2));
        assert_eq!(integer(Declared::Timestamp, i64::MAX), ValueRef::Int64(i64::MAX));
        assert_eq!(real(Declared::Timestamp, 2_460_000.5), ValueRef::Float64(2_460_000.5));
        assert_eq!(real(Declared::Decimal, f64::INFINITY), ValueRef::Float64(f64::INFINITY));
        assert_eq!(text(Declared::Decimal, "a lot"), ValueRef::Text("a lot"));
        assert_eq!(text(Declared::Timestamp, "infinity"), ValueRef::Text("infinity"));
        assert_eq!(text(Declared::Uuid, "x"), ValueRef::Text("x"));
        assert_eq!(blob(Declared::Uuid, &[1]), ValueRef::Bytes(&[1]));
    }

    #[test]
    fn timestamps_in_every_form_that_is_met() {
        let at = "2024-02-29 12:30:00.5".parse().map(ValueRef::Timestamp).unwrap();
        for form in [
            "2024-02-29T12:30:00.500+00:00",
            "2024-02-29 12:30:00.5",
            "2024-02-29T14:30:00.5+02:00",
            "2024-02-29T12:30:00.500Z",
        ] {
            assert_eq!(text(Declared::Timestamp, form), at, "{form}");
        }
        assert_eq!(integer(Declared::Timestamp, 1_709_209_800_500), at);
    }

    #[test]
    fn decimals_are_plain() {
        assert_eq!(real(Declared::Decimal, 1e-7), ValueRef::Decimal("0.0000001".into()));
        assert_eq!(real(Declared::Decimal, 1e21), ValueRef::Decimal("1000000000000000000000".into()));
        assert_eq!(real(Declared::Decimal, -0.0), ValueRef::Decimal("0".into()));
    }
}
