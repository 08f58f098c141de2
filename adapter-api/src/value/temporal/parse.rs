//! Reads the ISO forms of dates and times, with Postgres's `BC` and long years.

use super::{Date, Error, ErrorKind, Time, Timestamp};

/// What is left of the text.
pub(super) struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn eat(&mut self, byte: u8) -> bool {
        match self.0.split_first() {
            Some((first, rest)) if *first == byte => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    fn peek_digit(&self) -> bool {
        self.0.first().is_some_and(u8::is_ascii_digit)
    }

    /// A number of `least` to `most` digits.
    fn number(&mut self, least: usize, most: usize) -> Option<i64> {
        let length = self.0.iter().take(most).take_while(|byte| byte.is_ascii_digit()).count();
        if length < least {
            return None;
        }
        let (digits, rest) = self.0.split_at(length);
        self.0 = rest;
        Some(digits.iter().fold(0, |number, digit| number * 10 + i64::from(digit - b'0')))
    }
}

/// Reads all of `text`, or says what it should be. The text itself is a value, and is not repeated.
pub(super) fn whole<T>(
    text: &str,
    what: &str,
    read: impl FnOnce(&mut Input<'_>) -> Option<T>,
) -> Result<T, Error> {
    let mut input = Input(text.as_bytes());
    match read(&mut input) {
        Some(value) if input.0.is_empty() => Ok(value),
        _ => Err(Error::new(ErrorKind::InvalidValue, format!("the text is not a {what}"))),
    }
}

pub(super) fn date(input: &mut Input<'_>) -> Option<(i64, u8, u8)> {
    let year = input.number(4, 7)?;
    let month = input.eat(b'-').then(|| input.number(2, 2))??;
    let day = input.eat(b'-').then(|| input.number(2, 2))??;
    Some((year, month as u8, day as u8))
}

/// The year counted as 0 for 1 BC, from the ` BC` that may follow.
pub(super) fn era(input: &mut Input<'_>, year: i64) -> Option<i64> {
    match input.0.strip_prefix(b" BC") {
        Some(rest) => {
            input.0 = rest;
            (year > 0).then_some(1 - year)
        }
        None => Some(year),
    }
}

pub(super) fn date_value(year: i64, month: u8, day: u8) -> Option<Date> {
    Date::from_ymd(i32::try_from(year).ok()?, month, day).ok()
}

pub(super) fn time(input: &mut Input<'_>) -> Option<Time> {
    let negative = input.eat(b'-');
    let hours = input.number(2, 3)?;
    let minutes = input.eat(b':').then(|| input.number(2, 2))??;
    let mut micros = 0;
    let mut seconds = 0;
    if input.eat(b':') {
        seconds = input.number(2, 2)?;
        if input.eat(b'.') {
            micros = fraction(input)?;
        }
    }
    if minutes > 59 || seconds > 60 {
        return None;
    }
    let total = ((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + micros;
    Some(Time::from_microseconds(if negative { -total } else { total }))
}

/// A time within a day: 24:00:00 is the last.
pub(super) fn time_of_day(input: &mut Input<'_>) -> Option<Time> {
    time(input).filter(|time| (0..=super::MICROS_PER_DAY).contains(&time.microseconds()))
}

/// Microseconds of a fraction of any length, rounded half up.
fn fraction(input: &mut Input<'_>) -> Option<i64> {
    let mut micros = 0;
    let mut digits = 0;
    while input.peek_digit() {
        let digit = input.number(1, 1)?;
        match digits {
            0..6 => micros = micros * 10 + digit,
            6 if digit >= 5 => micros += 1,
            _ => {}
        }
        digits += 1;
    }
    if digits == 0 {
        return None;
    }
    for _ in digits..6 {
        micros *= 10;
    }
    Some(micros)
}

/// Seconds east of UTC.
pub(super) fn offset(input: &mut Input<'_>) -> Option<i32> {
    if input.eat(b'Z') || input.eat(b'z') {
        return Some(0);
    }
    let sign = if input.eat(b'+') {
        1
    } else if input.eat(b'-') {
        -1
    } else {
        return None;
    };
    let hours = input.number(2, 2)?;
    let mut seconds = hours * 3600;
    if input.eat(b':') || input.peek_digit() {
        seconds += sixtieths(input)? * 60;
        if input.eat(b':') {
            seconds += sixtieths(input)?;
        }
    }
    (seconds < 86_400).then_some(sign * seconds as i32)
}

fn sixtieths(input: &mut Input<'_>) -> Option<i64> {
    input.number(2, 2).filter(|number| *number < 60)
}

/// The local timestamp and, where `zoned`, the offset that must follow it.
pub(super) fn timestamp(input: &mut Input<'_>, zoned: bool) -> Option<(Timestamp, i32)> {
    let (year, month, day) = date(input)?;
    if !input.eat(b'T') && !input.eat(b' ') {
        return None;
    }
    let time = time_of_day(input)?;
    let offset = if zoned { offset(input)? } else { 0 };
    let date = date_value(era(input, year)?, month, day)?;
    Some((Timestamp::from_date_and_time(date, time).ok()?, offset))
}
