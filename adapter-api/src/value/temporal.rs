//! Dates and times: exact to the microsecond, with explicit infinities, over all that Postgres holds.

mod parse;

use std::fmt;
use std::str::FromStr;

use super::calendar::{civil_from_days, days_from_civil, days_in_month};
use crate::{Error, ErrorKind};

const MICROS_PER_DAY: i64 = 86_400_000_000;
/// Days from 1970-01-01 to 2000-01-01.
const EPOCH_SHIFT_DAYS: i64 = 10_957;
const EPOCH_SHIFT_MICROS: i64 = EPOCH_SHIFT_DAYS * MICROS_PER_DAY;

fn out_of_range(what: &str) -> Error {
    Error::new(ErrorKind::OutOfRange, format!("the {what} is outside of what can be held"))
}

/// A calendar date, or an infinity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Date(i32);

impl Date {
    /// Later than any date.
    pub const INFINITY: Self = Self(i32::MAX);
    /// Earlier than any date.
    pub const NEG_INFINITY: Self = Self(i32::MIN);

    /// The date that many days after 1970-01-01. `i32::MAX` and `i32::MIN` are the infinities.
    pub const fn from_unix_days(days: i32) -> Self {
        Self(days)
    }

    /// The days after 1970-01-01; the limits of `i32` for the infinities.
    pub const fn unix_days(self) -> i32 {
        self.0
    }

    /// The date in the proleptic Gregorian calendar, where year 0 is 1 BC.
    ///
    /// # Errors
    /// [`OutOfRange`](ErrorKind::OutOfRange) if there is no such day.
    pub fn from_ymd(year: i32, month: u8, day: u8) -> Result<Self, Error> {
        let year = i64::from(year);
        if !(1..=12).contains(&month) || day == 0 || day > days_in_month(year, month) {
            return Err(Error::new(
                ErrorKind::OutOfRange,
                format!("there is no day {day} in month {month} of the year"),
            ));
        }
        i32::try_from(days_from_civil(year, month, day))
            .ok()
            .map(Self)
            .filter(|date| date.is_finite())
            .ok_or_else(|| out_of_range("date"))
    }

    /// Year (0 is 1 BC), month and day; `None` for the infinities.
    pub fn ymd(self) -> Option<(i32, u8, u8)> {
        if !self.is_finite() {
            return None;
        }
        let (year, month, day) = civil_from_days(self.0.into());
        Some((i32::try_from(year).ok()?, month, day))
    }

    /// Whether it is a day and not an infinity.
    pub fn is_finite(self) -> bool {
        self != Self::INFINITY && self != Self::NEG_INFINITY
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::INFINITY => f.write_str("infinity"),
            Self::NEG_INFINITY => f.write_str("-infinity"),
            _ => {
                let (year, month, day) = civil_from_days(self.0.into());
                write_date(f, year, month, day)?;
                f.write_str(if year <= 0 { " BC" } else { "" })
            }
        }
    }
}

fn write_date(f: &mut fmt::Formatter<'_>, year: i64, month: u8, day: u8) -> fmt::Result {
    let shown = if year <= 0 { 1 - year } else { year };
    write!(f, "{shown:04}-{month:02}-{day:02}")
}

/// A time of day in microseconds; signed and beyond a day where the database's TIME is a span (MySQL: up to
/// 838:59:59.999999 either way).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Time(i64);

impl Time {
    /// The time that many microseconds after midnight.
    pub const fn from_microseconds(microseconds: i64) -> Self {
        Self(microseconds)
    }

    /// Microseconds after midnight.
    pub const fn microseconds(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0.unsigned_abs();
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let seconds = micros / 1_000_000;
        write!(f, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)?;
        match micros % 1_000_000 {
            0 => Ok(()),
            fraction => write!(f, ".{fraction:06}"),
        }
    }
}

/// A time of day with an offset from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimeTz {
    /// The local time of day.
    pub time: Time,
    /// Seconds east of UTC.
    pub offset_seconds: i32,
}

impl fmt::Display for TimeTz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.time)?;
        let seconds = self.offset_seconds.unsigned_abs();
        let sign = if self.offset_seconds < 0 { '-' } else { '+' };
        write!(f, "{sign}{:02}:{:02}", seconds / 3600, seconds / 60 % 60)?;
        match seconds % 60 {
            0 => Ok(()),
            rest => write!(f, ":{rest:02}"),
        }
    }
}

/// A date and time without a zone, or an infinity. Never shifted by anybody's zone.
///
/// Held as microseconds since 2000-01-01, as Postgres does: its last timestamps do not fit in 64 bits counted from
/// 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Later than any timestamp.
    pub const INFINITY: Self = Self(i64::MAX);
    /// Earlier than any timestamp.
    pub const NEG_INFINITY: Self = Self(i64::MIN);

    /// The timestamp that many microseconds after 2000-01-01 00:00:00. The limits of `i64` are the infinities.
    pub const fn from_y2k_microseconds(microseconds: i64) -> Self {
        Self(microseconds)
    }

    /// Microseconds after 2000-01-01 00:00:00; the limits of `i64` for the infinities.
    pub const fn y2k_microseconds(self) -> i64 {
        self.0
    }

    /// The timestamp that many microseconds after 1970-01-01 00:00:00.
    ///
    /// # Errors
    /// [`OutOfRange`](ErrorKind::OutOfRange) for the earliest 30 years that `i64` counts.
    pub fn from_unix_microseconds(microseconds: i64) -> Result<Self, Error> {
        microseconds
            .checked_sub(EPOCH_SHIFT_MICROS)
            .map(Self)
            .filter(|at| at.is_finite())
            .ok_or_else(|| out_of_range("timestamp"))
    }

    /// Microseconds after 1970-01-01 00:00:00; `None` for the infinities.
    pub fn unix_microseconds(self) -> Option<i128> {
        self.is_finite().then(|| i128::from(self.0) + i128::from(EPOCH_SHIFT_MICROS))
    }

    /// The given day at the given time of day.
    ///
    /// # Errors
    /// [`OutOfRange`](ErrorKind::OutOfRange) if the result cannot be held, or the day is an infinity.
    pub fn from_date_and_time(date: Date, time: Time) -> Result<Self, Error> {
        if !date.is_finite() {
            return Err(out_of_range("date"));
        }
        (i64::from(date.0) - EPOCH_SHIFT_DAYS)
            .checked_mul(MICROS_PER_DAY)
            .and_then(|micros| micros.checked_add(time.0))
            .map(Self)
            .filter(|at| at.is_finite())
            .ok_or_else(|| out_of_range("timestamp"))
    }

    /// The day and the time of day; `None` for the infinities.
    pub fn date_and_time(self) -> Option<(Date, Time)> {
        if !self.is_finite() {
            return None;
        }
        let days = self.0.div_euclid(MICROS_PER_DAY) + EPOCH_SHIFT_DAYS;
        Some((Date(i32::try_from(days).ok()?), Time(self.0.rem_euclid(MICROS_PER_DAY))))
    }

    /// Whether it is a moment and not an infinity.
    pub fn is_finite(self) -> bool {
        self != Self::INFINITY && self != Self::NEG_INFINITY
    }

    fn write(self, f: &mut fmt::Formatter<'_>, zone: &str) -> fmt::Result {
        match self.date_and_time() {
            Some((date, time)) => {
                let (year, month, day) = civil_from_days(date.0.into());
                write_date(f, year, month, day)?;
                write!(f, " {time}{zone}")?;
                f.write_str(if year <= 0 { " BC" } else { "" })
            }
            None if self == Self::INFINITY => f.write_str("infinity"),
            None => f.write_str("-infinity"),
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, "")
    }
}

/// An instant, or an infinity. The zone it was written with is not kept: it is a point in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TimestampTz(Timestamp);

impl TimestampTz {
    /// Later than any instant.
    pub const INFINITY: Self = Self(Timestamp::INFINITY);
    /// Earlier than any instant.
    pub const NEG_INFINITY: Self = Self(Timestamp::NEG_INFINITY);

    /// The instant at which clocks in UTC show `timestamp`.
    pub const fn from_utc(timestamp: Timestamp) -> Self {
        Self(timestamp)
    }

    /// What clocks in UTC show at this instant.
    pub const fn utc(self) -> Timestamp {
        self.0
    }
}

impl fmt::Display for TimestampTz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(f, "+00")
    }
}

impl FromStr for Date {
    type Err = Error;

    /// Reads `YYYY-MM-DD`, with ` BC` behind it or not, and the infinities.
    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "infinity" => Ok(Self::INFINITY),
            "-infinity" => Ok(Self::NEG_INFINITY),
            _ => parse::whole(text, "date (YYYY-MM-DD)", |input| {
                let (year, month, day) = parse::date(input)?;
                parse::date_value(parse::era(input, year)?, month, day)
            }),
        }
    }
}

impl FromStr for Time {
    type Err = Error;

    /// Reads `[-]HH:MM[:SS[.ffffff]]`; digits beyond the microsecond round it.
    fn from_str(text: &str) -> Result<Self, Error> {
        parse::whole(text, "time (HH:MM:SS)", parse::time)
    }
}

impl FromStr for TimeTz {
    type Err = Error;

    /// Reads a time with an offset: `Z`, `+02`, `+02:30`, `+0230` or `+02:30:15`.
    fn from_str(text: &str) -> Result<Self, Error> {
        parse::whole(text, "time with an offset (HH:MM:SS+HH:MM)", |input| {
            let time = parse::time_of_day(input)?;
            Some(Self { time, offset_seconds: parse::offset(input)? })
        })
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    /// Reads a date and a time with a space or `T` between, ` BC` behind it or not, and the infinities.
    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "infinity" => Ok(Self::INFINITY),
            "-infinity" => Ok(Self::NEG_INFINITY),
            _ => parse::whole(text, "timestamp (YYYY-MM-DD HH:MM:SS)", |input| {
                Some(parse::timestamp(input, false)?.0)
            }),
        }
    }
}

impl FromStr for TimestampTz {
    type Err = Error;

    /// Reads a timestamp with an offset (see [`TimeTz`]), and the infinities. Without an offset it is refused: it
    /// would be a guess.
    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "infinity" => Ok(Self::INFINITY),
            "-infinity" => Ok(Self::NEG_INFINITY),
            _ => parse::whole(text, "timestamp with an offset (YYYY-MM-DD HH:MM:SS+00)", |input| {
                let (Timestamp(local), offset) = parse::timestamp(input, true)?;
                let utc = local.checked_sub(i64::from(offset) * 1_000_000).map(Timestamp)?;
                utc.is_finite().then_some(Self(utc))
            }),
        }
    }
}

#[cfg(test)]
mod tests;
