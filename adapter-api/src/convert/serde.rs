//! serde's traits for our own value types: what they look like in an answer of an API, and how they are read.
//!
//! | type | form |
//! |---|---|
//! | `Decimal` | a string; integers are read too, floats are not: they have lost digits already |
//! | `Uuid`, `Date`, `Time`, `TimeTz` | a string |
//! | `Timestamp` | a string, `2024-02-29T12:30:00.5` |
//! | `TimestampTz` | a string in UTC, `2024-02-29T12:30:00.5Z`; any offset is read |
//! | `Interval` | a struct of `months`, `days` and `microseconds` |
//! | `Json` | the document itself; its text in formats that are not for people, such as `postcard` |
//!
//! Years before 1 carry ` BC`, and the infinities are `infinity` and `-infinity`, as Postgres writes them.

use std::fmt;
use std::str::FromStr;

use serde::de::{Error as _, Visitor};
use serde::ser::{Error as _, SerializeStruct as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::json;
use crate::value::{Date, Decimal, Interval, Json, Time, TimeTz, Timestamp, TimestampTz, Uuid};

/// Reads a string, and integers where the type takes them.
struct Text<T> {
    expecting: &'static str,
    integer: Option<fn(i128) -> T>,
}

impl<T: FromStr<Err = crate::Error>> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expecting)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<T, E> {
        self.visit_i128(number.into())
    }

    fn visit_u64<E: serde::de::Error>(self, number: u64) -> Result<T, E> {
        self.visit_i128(number.into())
    }

    fn visit_i128<E: serde::de::Error>(self, number: i128) -> Result<T, E> {
        let read = self.integer.ok_or_else(|| E::custom(format_args!("expected {}", self.expecting)))?;
        Ok(read(number))
    }
}

macro_rules! as_text {
    ($($ty:ty, $expecting:literal, |$value:ident| $text:expr;)*) => {$(
        impl Serialize for $ty {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let $value = self;
                serializer.collect_str(&$text)
            }
        }

        impl<'de> Deserialize<'de> for $ty {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(Text { expecting: $expecting, integer: None })
            }
        }
    )*};
}

as_text! {
    Uuid, "a UUID as a string", |uuid| uuid;
    Date, "a date as a string", |date| date;
    Time, "a time as a string", |time| time;
    TimeTz, "a time with an offset as a string", |time| time;
    Timestamp, "a timestamp as a string", |at| iso(&at.to_string(), "");
    TimestampTz, "a timestamp with an offset as a string", |at| iso(&at.utc().to_string(), "Z");
}

/// The ISO form: `T` between date and time, and the zone before the era.
fn iso(text: &str, zone: &str) -> String {
    let (text, era) = text.strip_suffix(" BC").map_or((text, ""), |text| (text, " BC"));
    match text.split_once(' ') {
        Some((date, time)) => format!("{date}T{time}{zone}{era}"),
        None => text.to_owned(),
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text { expecting: "a decimal number as a string", integer: Some(Self::from) };
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(text)
        } else {
            deserializer.deserialize_str(text)
        }
    }
}

impl Serialize for Interval {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Interval", 3)?;
        out.serialize_field("months", &self.months)?;
        out.serialize_field("days", &self.days)?;
        out.serialize_field("microseconds", &self.microseconds)?;
        out.end()
    }
}

impl<'de> Deserialize<'de> for Interval {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename = "Interval", deny_unknown_fields)]
        struct Fields {
            months: i32,
            days: i32,
            microseconds: i64,
        }
        let Fields { months, days, microseconds } = Fields::deserialize(deserializer)?;
        Ok(Self { months, days, microseconds })
    }
}

impl Serialize for Json {
    /// Keys come in the order that `serde_json` keeps them in. A number that it cannot hold exactly is an error.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            json::tree(self.as_str()).map_err(S::Error::custom)?.serialize(serializer)
        } else {
            serializer.serialize_str(self.as_str())
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            serde_json::Value::deserialize(deserializer).map(Self::from)
        } else {
            let text = String::deserialize(deserializer)?;
            json::tree(&text).map_err(D::Error::custom)?;
            Ok(Self::new(text))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_str, json, to_string};

    use super::*;

    fn both_ways<T>(value: &T, expected: &str)
    where
        T: Serialize + for<'de> Deserialize<'de> + PartialEq + fmt::Debug,
    {
        assert_eq!(to_string(value).unwrap(), expected);
        assert_eq!(from_str::<T>(expected).unwrap(), *value);
    }

    fn parsed<T: FromStr<Err = crate::Error>>(text: &str) -> T {
        text.parse().unwrap()
    }

    #[test]
    fn values_have_the_forms_that_are_stated() {
        both_ways::<Decimal>(&parsed("-1.10"), r#""-1.10""#);
        both_ways::<Uuid>(
            &parsed("f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
            r#""f81d4fae-7dec-11d0-a765-00a0c91e6bf6""#,
        );
        both_ways::<Date>(&parsed("0044-03-15 BC"), r#""0044-03-15 BC""#);
        both_ways::<Time>(&parsed("23:59:59.000001"), r#""23:59:59.000001""#);
        both_ways::<TimeTz>(&parsed("23:59:59-08:30"), r#""23:59:59-08:30""#);
        both_ways::<Timestamp>(&parsed("2024-02-29 12:30:00.5"), r#""2024-02-29T12:30:00.500000""#);
        both_ways::<Timestamp>(&parsed("0044-03-15 12:00:00 BC"), r#""0044-03-15T12:00:00 BC""#);
        both_ways(&Timestamp::NEG_INFINITY, r#""-infinity""#);
        both_ways::<TimestampTz>(&parsed("2024-02-29 12:30:00+02"), r#""2024-02-29T10:30:00Z""#);
        both_ways::<TimestampTz>(&parsed("0044-03-15 12:00:00+00 BC"), r#""0044-03-15T12:00:00Z BC""#);
        both_ways(&TimestampTz::INFINITY, r#""infinity""#);
        both_ways(
            &Interval { months: -1, days: 2, microseconds: i64::MAX },
            r#"{"months":-1,"days":2,"microseconds":9223372036854775807}"#,
        );
        both_ways(&Json::new(r#"{"a":[1,null,"x"]}"#), r#"{"a":[1,null,"x"]}"#);
        assert_eq!(
            from_str::<TimestampTz>(r#""2024-02-29T12:30:00+02:00""#).unwrap(),
            parsed("2024-02-29 10:30:00Z")
        );
    }

    #[test]
    fn a_decimal_is_read_from_integers_and_not_from_floats() {
        assert_eq!(from_str::<Decimal>("18446744073709551615").unwrap(), Decimal::from(u64::MAX));
        assert_eq!(from_str::<Decimal>("-5").unwrap(), Decimal::from(-5));
        assert!(from_str::<Decimal>("1.5").is_err());
        assert!(from_str::<Date>("5").is_err());
    }

    #[test]
    fn a_document_with_a_number_that_would_be_rounded_is_not_written() {
        let error = to_string(&Json::new("[0.12345678901234567890123]")).unwrap_err();
        assert!(error.to_string().contains("more digits"), "{error}");
        assert!(to_string(&Json::new("{")).is_err());
    }

    #[test]
    fn what_is_not_of_the_form_is_refused_without_repeating_it() {
        for text in ["canary", "2024-13-01T00:00:00Z", "2024-01-01T00:00:00"] {
            let error = serde_json::from_value::<TimestampTz>(json!(text)).unwrap_err().to_string();
            assert!(!error.contains("canary"), "{error}");
        }
        assert!(from_str::<Interval>(r#"{"months":1,"days":2,"microseconds":3,"years":4}"#).is_err());
    }

    proptest::proptest! {
        #[test]
        fn times_there_and_back(micros: i64, days in -2_000_000_000_i32..) {
            let limit = 180_000_000_000_000_000;
            let at = Timestamp::from_y2k_microseconds(micros % limit);
            let instant = TimestampTz::from_utc(at);
            let date = Date::from_unix_days(days % 1_000_000);
            proptest::prop_assert_eq!(from_str::<Timestamp>(&to_string(&at).unwrap()).unwrap(), at);
            proptest::prop_assert_eq!(from_str::<TimestampTz>(&to_string(&instant).unwrap()).unwrap(), instant);
            proptest::prop_assert_eq!(from_str::<Date>(&to_string(&date).unwrap()).unwrap(), date);
        }
    }
}
