//! `jiff`: `civil::Date`, `civil::Time`, `civil::DateTime` and `Timestamp`, for the years -9999 to 9999.

use jiff::Timestamp as Instant;
use jiff::civil::{Date as CivilDate, DateTime as CivilDateTime, Time as CivilTime};

use super::parts::{
    beyond, date_parts, instant_from, time_from, time_parts, timestamp_from, timestamp_parts, unfit, utc,
};
use crate::decode::ArrayElement;
use crate::value::{Date, Time, Timestamp};
use crate::{DbType, FromCell, Result, ToValue, Value, ValueRef};

const DATE: &str = "jiff::civil::Date";
const TIME: &str = "jiff::civil::Time";
const DATE_TIME: &str = "jiff::civil::DateTime";
const INSTANT: &str = "jiff::Timestamp";

fn date(date: Date) -> Result<CivilDate> {
    let (year, month, day) = date_parts(date, DATE)?;
    i16::try_from(year)
        .ok()
        .and_then(|year| CivilDate::new(year, month as i8, day as i8).ok())
        .ok_or_else(|| unfit("the date", DATE))
}

fn time(time: Time) -> Result<CivilTime> {
    let (hour, minute, second, micro) = time_parts(time, TIME)?;
    CivilTime::new(hour as i8, minute as i8, second as i8, micro as i32 * 1000)
        .map_err(|_| unfit("the time", TIME))
}

fn our_date(date: CivilDate) -> Result<Date> {
    Date::from_ymd(date.year().into(), date.month() as u8, date.day() as u8)
}

fn our_time(time: CivilTime) -> Time {
    let part = i8::unsigned_abs;
    time_from(
        part(time.hour()).into(),
        part(time.minute()).into(),
        part(time.second()).into(),
        time.subsec_nanosecond().unsigned_abs(),
    )
}

impl FromCell<'_> for CivilDate {
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        date(Date::from_cell(cell)?)
    }
}

impl ToValue for CivilDate {
    fn db_type() -> DbType {
        DbType::Date
    }

    fn to_value(self) -> Value {
        our_date(self).map_or_else(|_| beyond("date", self), Value::Date)
    }
}

impl FromCell<'_> for CivilTime {
    /// 24:00:00, which Postgres has, is out of range.
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        time(Time::from_cell(cell)?)
    }
}

impl ToValue for CivilTime {
    fn db_type() -> DbType {
        DbType::Time
    }

    fn to_value(self) -> Value {
        Value::Time(our_time(self))
    }
}

impl FromCell<'_> for CivilDateTime {
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        let (day, of_day) = timestamp_parts(Timestamp::from_cell(cell)?, DATE_TIME)?;
        Ok(Self::from_parts(date(day)?, time(of_day)?))
    }
}

impl ToValue for CivilDateTime {
    fn db_type() -> DbType {
        DbType::Timestamp
    }

    fn to_value(self) -> Value {
        timestamp_from(our_date(self.date()), our_time(self.time()))
            .map_or_else(|_| beyond("timestamp", self), Value::Timestamp)
    }
}

impl FromCell<'_> for Instant {
    /// A timestamp without zone is taken as UTC.
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        let micros =
            utc(cell, INSTANT)?.unix_microseconds().ok_or_else(|| unfit("an infinite timestamp", INSTANT))?;
        Self::from_nanosecond(micros * 1000).map_err(|_| unfit("the timestamp", INSTANT))
    }
}

impl ToValue for Instant {
    fn db_type() -> DbType {
        DbType::TimestampTz
    }

    fn to_value(self) -> Value {
        instant_from(self.as_nanosecond()).map_or_else(|_| beyond("timestamptz", self), Value::TimestampTz)
    }
}

impl ArrayElement for CivilDate {}
impl ArrayElement for CivilTime {}
impl ArrayElement for CivilDateTime {}
impl ArrayElement for Instant {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;

    fn read<T: for<'a> FromCell<'a>>(value: &Value) -> Result<T> {
        T::from_cell(value.as_ref())
    }

    fn kind<T: for<'a> FromCell<'a> + std::fmt::Debug>(value: &Value) -> ErrorKind {
        read::<T>(value).unwrap_err().kind()
    }

    #[test]
    fn the_limits_of_the_crate_go_there_and_back() {
        for date in [CivilDate::MIN, CivilDate::MAX, CivilDate::ZERO] {
            assert_eq!(read::<CivilDate>(&date.to_value()).unwrap(), date);
        }
        assert_eq!(read::<CivilDateTime>(&CivilDateTime::MIN.to_value()).unwrap(), CivilDateTime::MIN);
        assert_eq!(read::<Instant>(&Instant::MIN.to_value()).unwrap(), Instant::MIN);
        let cut = Instant::from_nanosecond(Instant::MAX.as_nanosecond() - 999).unwrap();
        assert_eq!(read::<Instant>(&Instant::MAX.to_value()).unwrap(), cut);
    }

    #[test]
    fn what_the_crate_cannot_hold_is_an_error() {
        for date in [Date::INFINITY, Date::NEG_INFINITY] {
            assert_eq!(kind::<CivilDate>(&Value::Date(date)), ErrorKind::OutOfRange);
        }
        // Year -9999 is 10000 BC; the years around the limits of i16 must not wrap.
        for year in [10_000, -10_000, 32_768, 65_536, -32_769] {
            let date = Date::from_ymd(year, 1, 1).unwrap();
            let at = Timestamp::from_date_and_time(date, Time::default()).unwrap();
            assert_eq!(kind::<CivilDate>(&Value::Date(date)), ErrorKind::OutOfRange, "{year}");
            assert_eq!(kind::<CivilDateTime>(&Value::Timestamp(at)), ErrorKind::OutOfRange, "{year}");
            assert_eq!(kind::<Instant>(&Value::Timestamp(at)), ErrorKind::OutOfRange, "{year}");
        }
        assert_eq!(kind::<Instant>(&Value::Timestamp(Timestamp::NEG_INFINITY)), ErrorKind::OutOfRange);
        assert_eq!(
            kind::<CivilTime>(&Value::Time(Time::from_microseconds(86_400_000_000))),
            ErrorKind::OutOfRange
        );
        assert_eq!(kind::<Instant>(&Value::NULL), ErrorKind::UnexpectedNull);
    }

    #[test]
    fn an_instant_is_read_from_timestamps_with_and_without_zone_and_from_text() {
        let expected: Instant = "2024-02-29T12:30:00.000001Z".parse().unwrap();
        for value in [
            Value::Timestamp("2024-02-29 12:30:00.000001".parse().unwrap()),
            Value::TimestampTz("2024-02-29 14:30:00.000001+02".parse().unwrap()),
            Value::Text("2024-02-29T12:30:00.000001Z".into()),
        ] {
            assert_eq!(read::<Instant>(&value).unwrap(), expected);
        }
        assert_eq!(expected.to_value(), Value::TimestampTz("2024-02-29 12:30:00.000001Z".parse().unwrap()));
    }

    #[test]
    fn nanoseconds_are_cut_off_towards_the_past() {
        let Value::TimestampTz(at) = Instant::from_nanosecond(-1).unwrap().to_value() else {
            panic!("an instant")
        };
        assert_eq!(at.utc().unix_microseconds(), Some(-1));
        assert_eq!(CivilTime::MAX.to_value(), Value::Time(Time::from_microseconds(86_399_999_999)));
    }

    #[test]
    fn lists_are_arrays() {
        let value = vec![Instant::UNIX_EPOCH].to_value();
        assert_eq!(value.db_type(), DbType::array(DbType::TimestampTz));
        assert_eq!(read::<Vec<Instant>>(&value).unwrap(), [Instant::UNIX_EPOCH]);
    }

    proptest::proptest! {
        #[test]
        fn every_value_is_read_exactly_or_refused(
            micros in -600_000_000_000_000_000_i64..400_000_000_000_000_000,
        ) {
            let at = Timestamp::from_y2k_microseconds(micros);
            if let Ok(civil) = read::<CivilDateTime>(&Value::Timestamp(at)) {
                proptest::prop_assert_eq!(civil.to_value(), Value::Timestamp(at));
            }
            if let Ok(instant) = read::<Instant>(&Value::Timestamp(at)) {
                let Value::TimestampTz(back) = instant.to_value() else { panic!("an instant") };
                proptest::prop_assert_eq!(back.utc(), at);
            }
        }
    }
}
