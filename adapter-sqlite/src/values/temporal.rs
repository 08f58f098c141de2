//! Dates and times as texts whose order is that of time.

use drivetrain_adapter_api::value::{Date, Time, Timestamp};
use drivetrain_adapter_api::{Error, ErrorKind, Result};

const DAY: i64 = 86_400_000_000;

fn out_of_range(at: usize, what: &str) -> Error {
    Error::new(ErrorKind::OutOfRange, format!("value {at} {what}"))
}

fn day(date: Date, at: usize) -> Result<String> {
    match date.ymd() {
        Some((year @ 1..=9999, month, day)) => Ok(format!("{year:04}-{month:02}-{day:02}")),
        Some(_) => {
            Err(out_of_range(at, "is outside of the years 1 to 9999, which SQLite's texts of dates hold"))
        }
        None => Err(out_of_range(at, "is an infinite date or time, which SQLite cannot hold")),
    }
}

/// `YYYY-MM-DD`.
pub(super) fn date(date: Date, at: usize) -> Result<String> {
    day(date, at)
}

/// `HH:MM:SS`, with six digits behind it where there are microseconds.
pub(super) fn time(time: Time, at: usize) -> Result<String> {
    if (0..=DAY).contains(&time.microseconds()) {
        Ok(time.to_string())
    } else {
        Err(out_of_range(at, "is no time of day, 00:00 to 24:00"))
    }
}

/// `YYYY-MM-DDTHH:MM:SS.sss+00:00`, as Prisma writes it; six digits where there are microseconds, which keeps the
/// order, since `+` sorts before the digits.
pub(super) fn timestamp(timestamp: Timestamp, at: usize) -> Result<String> {
    let Some((date, time)) = timestamp.date_and_time() else {
        return Err(out_of_range(at, "is an infinite date or time, which SQLite cannot hold"));
    };
    let micros = time.microseconds();
    let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
    let clock = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    let fraction =
        if fraction % 1000 == 0 { format!("{:03}", fraction / 1000) } else { format!("{fraction:06}") };
    Ok(format!("{}T{clock}.{fraction}+00:00", day(date, at)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> String {
        timestamp(text.parse().unwrap(), 1).unwrap()
    }

    #[test]
    fn timestamps_are_written_as_prisma_does() {
        assert_eq!(written("2024-02-29 12:30:00"), "2024-02-29T12:30:00.000+00:00");
        assert_eq!(written("2024-02-29 12:30:00.001"), "2024-02-29T12:30:00.001+00:00");
        assert_eq!(written("1969-12-31 23:59:59.999999"), "1969-12-31T23:59:59.999999+00:00");
    }

    #[test]
    fn texts_sort_as_times_do() {
        let mut times = [
            "0001-01-01 00:00:00",
            "2024-01-01 00:00:00.123",
            "2024-01-01 00:00:00.123001",
            "2024-01-01 00:00:00.123999",
            "2024-01-01 00:00:00.124",
            "9999-12-31 23:59:59.999999",
        ]
        .map(written);
        let sorted = times.clone();
        times.sort();
        assert_eq!(times, sorted);
    }

    #[test]
    fn what_would_break_the_order_is_refused() {
        for text in ["infinity", "0001-01-01 00:00:00 BC", "10000-01-01 00:00:00"] {
            assert_eq!(
                timestamp(text.parse().unwrap(), 1).unwrap_err().kind(),
                ErrorKind::OutOfRange,
                "{text}"
            );
        }
        assert!(time(Time::from_microseconds(-1), 1).is_err());
        assert!(time("24:00:00".parse().unwrap(), 1).is_ok());
        assert!(date("-infinity".parse().unwrap(), 1).is_err());
    }
}
