//! Random dates and times, drawn field by field: the text is made of the fields, the value is counted from them.

use drivetrain_adapter_api::value::{Date, Time, TimeTz, Timestamp, TimestampTz};
use drivetrain_adapter_api::{Dialect, Value};

use super::Drawn;
use crate::Random;

/// A date, its text without the era, and the era.
fn day(random: &mut Random, dialect: Dialect, last_year: u64) -> (Date, String, &'static str) {
    let (month, day) = (1 + random.below(12) as u8, 1 + random.below(28) as u8);
    let year = match (dialect, random.below(4)) {
        (Dialect::Postgres, 0) => -(random.below(4712) as i32),
        (Dialect::Postgres, 1) => random.below(last_year) as i32 + 1,
        (Dialect::MySql, _) => 1000 + random.below(9000) as i32,
        _ => 1 + random.below(9999) as i32,
    };
    let date = Date::from_ymd(year, month, day).unwrap_or(Date::INFINITY);
    let shown = if year > 0 { year } else { 1 - year };
    (date, format!("{shown:04}-{month:02}-{day:02}"), if year > 0 { "" } else { " BC" })
}

/// A time of day, the text of its seconds, and its microseconds.
fn clock(random: &mut Random) -> (Time, String, u32) {
    let (hour, minute, second) = (random.below(24), random.below(60), random.below(60));
    let micros = match random.below(3) {
        0 => 0,
        1 => random.below(1000) * 1000,
        _ => random.below(1_000_000),
    };
    let all = ((hour * 60 + minute) * 60 + second) * 1_000_000 + micros;
    let time = Time::from_microseconds(all.cast_signed());
    (time, format!("{hour:02}:{minute:02}:{second:02}"), micros as u32)
}

/// The fraction as the database shows it behind a clock.
fn fraction(dialect: Dialect, micros: u32) -> String {
    match (dialect, micros) {
        (Dialect::MySql, micros) => format!(".{micros:06}"),
        (_, 0) => String::new(),
        (Dialect::Postgres, micros) => format!(".{micros:06}").trim_end_matches('0').to_owned(),
        (_, micros) => format!(".{micros:06}"),
    }
}

pub(super) fn date(random: &mut Random, dialect: Dialect) -> Drawn {
    let (date, text, era) = day(random, dialect, 5_874_896);
    Drawn::new(Value::Date(date), text + era)
}

pub(super) fn time(random: &mut Random, dialect: Dialect) -> Drawn {
    let (time, text, micros) = clock(random);
    Drawn::new(Value::Time(time), text + &fraction(dialect, micros))
}

pub(super) fn timetz(random: &mut Random, dialect: Dialect) -> Drawn {
    let (time, text, micros) = clock(random);
    let seconds = random.below(16 * 3600) as i32;
    let east = random.below(2) == 0;
    let sign = if east { '+' } else { '-' };
    let mut offset = format!("{sign}{:02}", seconds / 3600);
    if seconds % 3600 != 0 {
        offset += &format!(":{:02}", seconds / 60 % 60);
    }
    if seconds % 60 != 0 {
        offset += &format!(":{:02}", seconds % 60);
    }
    // Postgres shows UTC as `+00`.
    let offset = if seconds == 0 { "+00".to_owned() } else { offset };
    let value = TimeTz { time, offset_seconds: if east { seconds } else { -seconds } };
    Drawn::new(Value::TimeTz(value), text + &fraction(dialect, micros) + &offset)
}

fn moment(random: &mut Random, dialect: Dialect) -> (Timestamp, String) {
    let (date, day, era) = day(random, dialect, 294_275);
    let (time, clock, micros) = clock(random);
    let at = Timestamp::from_date_and_time(date, time).unwrap_or(Timestamp::INFINITY);
    let shown = match dialect {
        Dialect::Sqlite => {
            let fraction =
                if micros % 1000 == 0 { format!("{:03}", micros / 1000) } else { format!("{micros:06}") };
            format!("{day}T{clock}.{fraction}+00:00")
        }
        _ => format!("{day} {clock}{}{era}", fraction(dialect, micros)),
    };
    (at, shown)
}

pub(super) fn timestamp(random: &mut Random, dialect: Dialect) -> Drawn {
    let (at, shown) = moment(random, dialect);
    Drawn::new(Value::Timestamp(at), shown)
}

pub(super) fn timestamptz(random: &mut Random, dialect: Dialect) -> Drawn {
    let (at, shown) = moment(random, dialect);
    Drawn::new(Value::TimestampTz(TimestampTz::from_utc(at)), shown)
}
