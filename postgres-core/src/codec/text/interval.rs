//! Intervals in the four styles that `IntervalStyle` chooses. Each can be told from the others by its form.

use drivetrain_adapter_api::value::Interval;

const MICROS_PER_SECOND: i128 = 1_000_000;

/// Reads an interval in any style; `None` if it is in none of them.
pub(super) fn parse(text: &str) -> Option<Interval> {
    match text {
        "infinity" => return Some(Interval::INFINITY),
        "-infinity" => return Some(Interval::NEG_INFINITY),
        _ => {}
    }
    if let Some(fields) = text.strip_prefix('P') {
        iso_8601(fields)
    } else if let Some(fields) = text.strip_prefix("@ ") {
        verbose(fields)
    } else if text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        postgres(text)
    } else {
        sql_standard(text)
    }
}

/// The fields of an interval, before it is known that they fit.
#[derive(Default)]
struct Fields {
    months: i128,
    days: i128,
    micros: i128,
    /// The place of the last field in [`UNITS`], plus one: fields come from the largest to the smallest.
    last: usize,
}

/// From the largest to the smallest.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Unit {
    Year = 1,
    Month,
    Day,
    Hour,
    Minute,
    Second,
}

impl Fields {
    /// Adds so many millionths of a unit. Only seconds have a fraction.
    fn add(&mut self, millionths: i128, unit: Unit) -> Option<()> {
        let whole = (millionths % MICROS_PER_SECOND == 0).then_some(millionths / MICROS_PER_SECOND);
        if self.last >= unit as usize {
            return None;
        }
        self.last = unit as usize;
        match unit {
            Unit::Year => self.months += whole? * 12,
            Unit::Month => self.months += whole?,
            Unit::Day => self.days += whole?,
            Unit::Hour => self.micros += millionths * 3600,
            Unit::Minute => self.micros += millionths * 60,
            Unit::Second => self.micros += millionths,
        }
        Some(())
    }

    fn finish(self, negate: bool) -> Option<Interval> {
        let sign = if negate { -1 } else { 1 };
        Some(Interval {
            months: i32::try_from(sign * self.months).ok()?,
            days: i32::try_from(sign * self.days).ok()?,
            microseconds: i64::try_from(sign * self.micros).ok()?,
        })
    }
}

/// The sign in front, as a factor, and what is behind it.
fn sign(text: &str) -> (i128, &str) {
    if let Some(rest) = text.strip_prefix('-') {
        (-1, rest)
    } else {
        (1, text.strip_prefix('+').unwrap_or(text))
    }
}

fn digits(text: &str) -> Option<i128> {
    let plain = (1..=19).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// Millionths, of digits with up to six behind a point.
fn unsigned(text: &str) -> Option<i128> {
    let (whole, fraction) = match text.split_once('.') {
        Some((whole, fraction)) if (1..=6).contains(&fraction.len()) => (whole, fraction),
        Some(_) => return None,
        None => return Some(digits(text)? * MICROS_PER_SECOND),
    };
    let scale = 10_i128.pow(6 - u32::try_from(fraction.len()).ok()?);
    Some(digits(whole)? * MICROS_PER_SECOND + digits(fraction)? * scale)
}

fn signed(text: &str) -> Option<i128> {
    let (sign, rest) = sign(text);
    Some(sign * unsigned(rest)?)
}

/// `[+-]HH:MM:SS[.ffffff]`, in microseconds.
fn clock(text: &str) -> Option<i128> {
    let (sign, rest) = sign(text);
    let mut parts = rest.split(':');
    let (hours, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    let (minutes, seconds) = (digits(minutes)?, unsigned(seconds)?);
    if parts.next().is_some() || minutes > 59 || seconds >= 60 * MICROS_PER_SECOND {
        return None;
    }
    Some(sign * ((digits(hours)? * 60 + minutes) * 60 * MICROS_PER_SECOND + seconds))
}

/// `1 year 2 mons -3 days +04:05:06.789`
fn postgres(text: &str) -> Option<Interval> {
    let mut fields = Fields::default();
    let mut tokens = text.split(' ');
    while let Some(token) = tokens.next() {
        match tokens.next() {
            Some(unit) => fields.add(signed(token)?, long_unit(unit)?)?,
            None => fields.add(clock(token)?, Unit::Second)?,
        }
    }
    fields.finish(false)
}

fn long_unit(name: &str) -> Option<Unit> {
    Some(match name.strip_suffix('s').unwrap_or(name) {
        "year" => Unit::Year,
        "mon" => Unit::Month,
        "day" => Unit::Day,
        "hour" => Unit::Hour,
        "min" => Unit::Minute,
        "sec" => Unit::Second,
        _ => return None,
    })
}

/// `@ 1 year 2 mons -3 days 4 hours 5 mins 6.789 secs ago`, where `ago` turns all signs round.
fn verbose(text: &str) -> Option<Interval> {
    if text == "0" {
        return Some(Interval::default());
    }
    let (text, ago) = match text.strip_suffix(" ago") {
        Some(text) => (text, true),
        None => (text, false),
    };
    let mut fields = Fields::default();
    let mut tokens = text.split(' ');
    while let Some(token) = tokens.next() {
        fields.add(signed(token)?, long_unit(tokens.next()?)?)?;
    }
    fields.finish(ago)
}

/// `P1Y2M-3DT4H5M6.789S`
fn iso_8601(text: &str) -> Option<Interval> {
    let (date, time) = match text.split_once('T') {
        Some((_, "")) => return None,
        Some((date, time)) => (date, time),
        None => (text, ""),
    };
    if date.is_empty() && time.is_empty() {
        return None;
    }
    let mut fields = Fields::default();
    for (part, names) in [
        (date, [('Y', Unit::Year), ('M', Unit::Month), ('D', Unit::Day)]),
        (time, [('H', Unit::Hour), ('M', Unit::Minute), ('S', Unit::Second)]),
    ] {
        let mut rest = part;
        while !rest.is_empty() {
            let end = rest.find(|character: char| character.is_ascii_alphabetic())?;
            let (number, behind) = rest.split_at(end);
            let (_, unit) = names.iter().find(|(name, _)| behind.starts_with(*name))?;
            fields.add(signed(number)?, *unit)?;
            rest = &behind[1..];
        }
    }
    fields.finish(false)
}

/// `1-2`, `3 4:05:06.789`, or with a sign on each part: `+1-2 -3 +4:05:06.789`. A sign in front of days and time
/// alone is for both.
fn sql_standard(text: &str) -> Option<Interval> {
    let mut fields = Fields::default();
    let parts: Vec<&str> = text.split(' ').collect();
    match *parts.as_slice() {
        ["0"] => {}
        [one] if one.contains(':') => fields.micros = clock(one)?,
        [one] => fields.months = years_and_months(one)?,
        [days, time] => {
            let (sign, days) = sign(days);
            if !time.starts_with(|first: char| first.is_ascii_digit()) {
                return None;
            }
            fields.days = sign * digits(days)?;
            fields.micros = sign * clock(time)?;
        }
        [months, days, time] if parts.iter().all(|part| part.starts_with(['+', '-'])) => {
            fields.months = years_and_months(months)?;
            let (sign, days) = sign(days);
            fields.days = sign * digits(days)?;
            fields.micros = clock(time)?;
        }
        _ => return None,
    }
    fields.finish(false)
}

fn years_and_months(text: &str) -> Option<i128> {
    let (sign, rest) = sign(text);
    let (years, months) = rest.split_once('-')?;
    let months = digits(months)?;
    (months < 12).then_some(sign * (digits(years)? * 12 + months))
}
