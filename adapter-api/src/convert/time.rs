//! `time`: `Date`, `Time`, `PrimitiveDateTime` and `OffsetDateTime`, for the years -9999 to 9999 (with that crate's
//! feature `large-dates`, more).

use time::{Date as TimeDate, Month, OffsetDateTime, PrimitiveDateTime, Time as TimeTime};

use super::parts::{
    beyond, date_parts, instant_from, time_from, time_parts, timestamp_from, timestamp_parts, unfit, utc,
};
use crate::decode::ArrayElement;
use crate::value::{Date, Time, Timestamp};
use crate::{DbType, FromCell, Result, ToValue, Value, ValueRef};

const DATE: &str = "time::Date";
const TIME: &str = "time::Time";
const DATE_TIME: &str = "time::PrimitiveDateTime";
const INSTANT: &str = "time::OffsetDateTime";

fn date(date: Date) -> Result<TimeDate> {
    let (year, month, day) = date_parts(date, DATE)?;
    Month::try_from(month)
        .and_then(|month| TimeDate::from_calendar_date(year, month, day))
        .map_err(|_| unfit("the date", DATE))
}

fn time(time: Time) -> Result<TimeTime> {
    let (hour, minute, second, micro) = time_parts(time, TIME)?;
    TimeTime::from_hms_micro(hour, minute, second, micro).map_err(|_| unfit("the time", TIME))
}

fn date_time(timestamp: Timestamp, wanted: &str) -> Result<PrimitiveDateTime> {
    let (day, of_day) = timestamp_parts(timestamp, wanted)?;
    Ok(PrimitiveDateTime::new(date(day)?, time(of_day)?))
}

fn our_date(date: TimeDate) -> Result<Date> {
    Date::from_ymd(date.year(), date.month().into(), date.day())
}

fn our_time(time: TimeTime) -> Time {
    let (hour, minute, second, nano) = time.as_hms_nano();
    time_from(hour.into(), minute.into(), second.into(), nano)
}

impl FromCell<'_> for TimeDate {
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        date(Date::from_cell(cell)?)
    }
}

impl ToValue for TimeDate {
    fn db_type() -> DbType {
        DbType::Date
    }

    fn to_value(self) -> Value {
        our_date(self).map_or_else(|_| beyond("date", self), Value::Date)
    }
}

impl FromCell<'_> for TimeTime {
    /// 24:00:00, which Postgres has, is out of range.
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        time(Time::from_cell(cell)?)
    }
}

impl ToValue for TimeTime {
    fn db_type() -> DbType {
        DbType::Time
    }

    fn to_value(self) -> Value {
        Value::Time(our_time(self))
    }
}

impl FromCell<'_> for PrimitiveDateTime {
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        date_time(Timestamp::from_cell(cell)?, DATE_TIME)
    }
}

impl ToValue for PrimitiveDateTime {
    fn db_type() -> DbType {
        DbType::Timestamp
    }

    fn to_value(self) -> Value {
        timestamp_from(our_date(self.date()), our_time(self.time()))
            .map_or_else(|_| beyond("timestamp", self), Value::Timestamp)
    }
}

impl FromCell<'_> for OffsetDateTime {
    /// The offset is 0: databases keep instants. A timestamp without zone is taken as UTC.
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        date_time(utc(cell, INSTANT)?, INSTANT).map(PrimitiveDateTime::assume_utc)
    }
}

impl ToValue for OffsetDateTime {
    fn db_type() -> DbType {
        DbType::TimestampTz
    }

    /// The instant; its offset is not kept.
    fn to_value(self) -> Value {
        instant_from(self.unix_timestamp_nanos())
            .map_or_else(|_| beyond("timestamptz", self), Value::TimestampTz)
    }
}

impl ArrayElement for TimeDate {}
impl ArrayElement for TimeTime {}
impl ArrayElement for PrimitiveDateTime {}
impl ArrayElement for OffsetDateTime {}

#[cfg(test)]
mod tests {
    use time::UtcOffset;

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
        for date in
            [TimeDate::from_ordinal_date(-9999, 1).unwrap(), TimeDate::from_ordinal_date(9999, 365).unwrap()]
        {
            assert_eq!(read::<TimeDate>(&date.to_value()).unwrap(), date);
            let at = PrimitiveDateTime::new(date, TimeTime::from_hms_micro(23, 59, 59, 999_999).unwrap());
            assert_eq!(read::<PrimitiveDateTime>(&at.to_value()).unwrap(), at);
            assert_eq!(read::<OffsetDateTime>(&at.assume_utc().to_value()).unwrap(), at.assume_utc());
        }
    }

    #[test]
    fn an_offset_does_not_move_the_instant() {
        let offset = UtcOffset::from_hms(14, 0, 0).unwrap();
        // Its local date is the last one; in UTC it is a day earlier.
        let last = TimeDate::from_ordinal_date(9999, 365).unwrap();
        let local = PrimitiveDateTime::new(last, TimeTime::MIDNIGHT).assume_offset(offset);
        assert_eq!(read::<OffsetDateTime>(&local.to_value()).unwrap(), local);
    }

    #[test]
    fn what_the_crate_cannot_hold_is_an_error() {
        for year in [1_000_000, -1_000_000] {
            assert_eq!(
                kind::<TimeDate>(&Value::Date(Date::from_ymd(year, 1, 1).unwrap())),
                ErrorKind::OutOfRange
            );
        }
        assert_eq!(kind::<TimeDate>(&Value::Date(Date::INFINITY)), ErrorKind::OutOfRange);
        assert_eq!(
            kind::<PrimitiveDateTime>(&Value::Timestamp(Timestamp::NEG_INFINITY)),
            ErrorKind::OutOfRange
        );
        assert_eq!(kind::<OffsetDateTime>(&Value::Timestamp(Timestamp::INFINITY)), ErrorKind::OutOfRange);
        assert_eq!(kind::<TimeTime>(&Value::Time(Time::from_microseconds(-1))), ErrorKind::OutOfRange);
        assert_eq!(kind::<TimeTime>(&Value::Bool(true)), ErrorKind::Decode);
    }

    #[test]
    fn an_instant_is_read_from_timestamps_with_and_without_zone() {
        let expected = OffsetDateTime::from_unix_timestamp(1_709_209_800).unwrap();
        for value in [
            Value::Timestamp("2024-02-29 12:30:00".parse().unwrap()),
            Value::TimestampTz("2024-02-29 14:30:00+02".parse().unwrap()),
            Value::Text("2024-02-29 12:30:00".into()),
        ] {
            assert_eq!(read::<OffsetDateTime>(&value).unwrap(), expected);
        }
    }

    #[test]
    fn nanoseconds_are_cut_off_towards_the_past() {
        let Value::TimestampTz(at) = OffsetDateTime::from_unix_timestamp_nanos(-1).unwrap().to_value() else {
            panic!("an instant")
        };
        assert_eq!(at.utc().unix_microseconds(), Some(-1));
    }

    proptest::proptest! {
        #[test]
        fn every_value_is_read_exactly_or_refused(micros: i64) {
            let at = Timestamp::from_y2k_microseconds(micros);
            if let Ok(civil) = read::<PrimitiveDateTime>(&Value::Timestamp(at)) {
                proptest::prop_assert_eq!(civil.to_value(), Value::Timestamp(at));
            }
        }

        #[test]
        fn microseconds_there_and_back(micros in -377_705_116_800_000_000_i128..253_402_300_799_999_999) {
            let at = OffsetDateTime::from_unix_timestamp_nanos(micros * 1000).unwrap();
            proptest::prop_assert_eq!(read::<OffsetDateTime>(&at.to_value()).unwrap(), at);
        }
    }
}
