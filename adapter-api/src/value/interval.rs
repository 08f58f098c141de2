//! Intervals: three fields that are not converted into one another.

/// A span of months, days and microseconds.
///
/// The fields are independent: a month is not 30 days, a day is not 24 hours. Postgres 17's infinite intervals are
/// all three fields at their limits, as on its wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Interval {
    /// Months.
    pub months: i32,
    /// Days.
    pub days: i32,
    /// Microseconds.
    pub microseconds: i64,
}

impl Interval {
    /// Later than any other.
    pub const INFINITY: Self = Self { months: i32::MAX, days: i32::MAX, microseconds: i64::MAX };
    /// Earlier than any other.
    pub const NEG_INFINITY: Self = Self { months: i32::MIN, days: i32::MIN, microseconds: i64::MIN };
}

impl std::fmt::Display for Interval {
    /// The form that Postgres reads in every interval style, up to its limits:
    /// `+3 mons -4 days +0 hours +0 mins +5.000006 secs`. Every field has its sign: under the style `sql_standard`, a
    /// minus in front of fields without one would be for all of them.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Self::INFINITY => return f.write_str("infinity"),
            Self::NEG_INFINITY => return f.write_str("-infinity"),
            _ => {}
        }
        let Self { months, days, microseconds } = *self;
        let sign = if microseconds < 0 { '-' } else { '+' };
        let micros = microseconds.unsigned_abs();
        let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(
            f,
            "{months:+} mons {days:+} days {sign}{hours} hours {sign}{minutes} mins {sign}{seconds}.{fraction:06} secs"
        )
    }
}
