//! What the conversions of dates, times and numbers share: our values in parts, and values made of parts.

use std::fmt::Display;

#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
pub(super) use temporal::*;

use crate::Value;

/// A value that our type for it cannot hold, as text of its database type: the database says why it refuses it.
pub(super) fn beyond(type_name: &str, text: impl Display) -> Value {
    Value::OtherText { type_name: type_name.to_owned(), text: text.to_string() }
}

#[cfg(any(feature = "chrono", feature = "jiff", feature = "time"))]
mod temporal {
    use crate::decode::mismatch;
    use crate::value::{Date, Time, Timestamp, TimestampTz};
    use crate::{Error, ErrorKind, FromCell, Result, ValueRef};

    /// The error for a value that `wanted` cannot hold.
    pub(in super::super) fn unfit(what: &str, wanted: &str) -> Error {
        Error::new(ErrorKind::OutOfRange, format!("{what} is outside of what {wanted} holds"))
    }

    /// Year (0 is 1 BC), month and day.
    pub(in super::super) fn date_parts(date: Date, wanted: &str) -> Result<(i32, u8, u8)> {
        date.ymd().ok_or_else(|| unfit("an infinite date", wanted))
    }

    /// Hour, minute, second and microsecond of a time within a day.
    pub(in super::super) fn time_parts(time: Time, wanted: &str) -> Result<(u8, u8, u8, u32)> {
        const DAY: u64 = 86_400_000_000;
        match u64::try_from(time.microseconds()) {
            Ok(micros) if micros < DAY => {
                let seconds = micros / 1_000_000;
                let part = |number: u64| (number % 60) as u8;
                let hour = (seconds / 3600) as u8;
                Ok((hour, part(seconds / 60), part(seconds), (micros % 1_000_000) as u32))
            }
            _ => Err(unfit("a time that is not within a day", wanted)),
        }
    }

    /// The day and the time of day.
    pub(in super::super) fn timestamp_parts(timestamp: Timestamp, wanted: &str) -> Result<(Date, Time)> {
        timestamp.date_and_time().ok_or_else(|| unfit("an infinite timestamp", wanted))
    }

    /// What clocks in UTC show at an instant, or a timestamp that is taken as UTC.
    pub(in super::super) fn utc(cell: ValueRef<'_>, wanted: &str) -> Result<Timestamp> {
        match cell {
            ValueRef::Timestamp(_) | ValueRef::Text(_) => Timestamp::from_cell(cell),
            ValueRef::TimestampTz(_) => TimestampTz::from_cell(cell).map(TimestampTz::utc),
            other => Err(mismatch(&other, wanted)),
        }
    }

    /// The time of day; nanoseconds beyond the microsecond are cut off. A leap second counts on past its minute.
    pub(in super::super) fn time_from(hour: u32, minute: u32, second: u32, nanosecond: u32) -> Time {
        let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
        Time::from_microseconds(seconds * 1_000_000 + i64::from(nanosecond / 1000))
    }

    /// The timestamp at that date and time; an error if it cannot be held.
    pub(in super::super) fn timestamp_from(date: Result<Date>, time: Time) -> Result<Timestamp> {
        Timestamp::from_date_and_time(date?, time)
    }

    /// The instant that many nanoseconds after 1970; what is beyond the microsecond is cut off towards the past.
    #[cfg(any(feature = "jiff", feature = "time"))]
    pub(in super::super) fn instant_from(unix_nanoseconds: i128) -> Result<TimestampTz> {
        i64::try_from(unix_nanoseconds.div_euclid(1000))
            .map_err(|_| unfit("the instant", "a timestamp"))
            .and_then(Timestamp::from_unix_microseconds)
            .map(TimestampTz::from_utc)
    }
}
