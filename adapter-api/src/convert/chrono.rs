//! `chrono`: `NaiveDate`, `NaiveTime`, `NaiveDateTime`, `DateTime<Utc>` and `DateTime<FixedOffset>`.

use chrono::{DateTime, Datelike as _, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Timelike as _, Utc};

use super::parts::{beyond, date_parts, time_from, time_parts, timestamp_from, timestamp_parts, unfit, utc};
use crate::decode::ArrayElement;
use crate::value::{Date, Time, Timestamp, TimestampTz};
use crate::{DbType, FromCell, Result, ToValue, Value, ValueRef};

const DATE: &str = "chrono::NaiveDate";
const TIME: &str = "chrono::NaiveTime";
const DATE_TIME: &str = "chrono::NaiveDateTime";
const INSTANT: &str = "chrono::DateTime";

fn date(date: Date) -> Result<NaiveDate> {
    let (year, month, day) = date_parts(date, DATE)?;
    NaiveDate::from_ymd_opt(year, month.into(), day.into()).ok_or_else(|| unfit("the date", DATE))
}

fn time(time: Time) -> Result<NaiveTime> {
    let (hour, minute, second, micro) = time_parts(time, TIME)?;
    NaiveTime::from_hms_micro_opt(hour.into(), minute.into(), second.into(), micro)
        .ok_or_else(|| unfit("the time", TIME))
}

fn date_time(timestamp: Timestamp) -> Result<NaiveDateTime> {
    let (day, of_day) = timestamp_parts(timestamp, DATE_TIME)?;
    Ok(date(day)?.and_time(time(of_day)?))
}

fn our_date(date: NaiveDate) -> Result<Date> {
    Date::from_ymd(date.year(), date.month() as u8, date.day() as u8)
}

fn our_time(time: NaiveTime) -> Time {
    time_from(time.hour(), time.minute(), time.second(), time.nanosecond())
}

impl FromCell<'_> for NaiveDate {
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        date(Date::from_cell(cell)?)
    }
}

impl ToValue for NaiveDate {
    fn db_type() -> DbType {
        DbType::Date
    }

    fn to_value(self) -> Value {
        our_date(self).map_or_else(|_| beyond("date", self), Value::Date)
    }
}

impl FromCell<'_> for NaiveTime {
    /// 24:00:00, which Postgres has, is out of range.
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        time(Time::from_cell(cell)?)
    }
}

impl ToValue for NaiveTime {
    fn db_type() -> DbType {
        DbType::Time
    }

    fn to_value(self) -> Value {
        Value::Time(our_time(self))
    }
}

impl FromCell<'_> for NaiveDateTime {
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        date_time(Timestamp::from_cell(cell)?)
    }
}

impl ToValue for NaiveDateTime {
    fn db_type() -> DbType {
        DbType::Timestamp
    }

    /// A leap second becomes the second after it.
    fn to_value(self) -> Value {
        timestamp_from(our_date(self.date()), our_time(self.time()))
            .map_or_else(|_| beyond("timestamp", self), Value::Timestamp)
    }
}

impl FromCell<'_> for DateTime<Utc> {
    /// A timestamp without zone is taken as UTC.
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        Ok(date_time(utc(cell, INSTANT)?)?.and_utc())
    }
}

impl ToValue for DateTime<Utc> {
    fn db_type() -> DbType {
        DbType::TimestampTz
    }

    fn to_value(self) -> Value {
        let utc = self.naive_utc();
        timestamp_from(our_date(utc.date()), our_time(utc.time()))
            .map_or_else(|_| beyond("timestamptz", self), |at| Value::TimestampTz(TimestampTz::from_utc(at)))
    }
}

impl FromCell<'_> for DateTime<FixedOffset> {
    /// The offset is 0: databases keep instants. A timestamp without zone is taken as UTC.
    fn from_cell(cell: ValueRef<'_>) -> Result<Self> {
        DateTime::<Utc>::from_cell(cell).map(|at| at.fixed_offset())
    }
}

impl ToValue for DateTime<FixedOffset> {
    fn db_type() -> DbType {
        DbType::TimestampTz
    }

    /// The instant; its offset is not kept.
    fn to_value(self) -> Value {
        self.with_timezone(&Utc).to_value()
    }
}

impl ArrayElement for NaiveDate {}
impl ArrayElement for NaiveTime {}
impl ArrayElement for NaiveDateTime {}
impl ArrayElement for DateTime<Utc> {}
impl ArrayElement for DateTime<FixedOffset> {}

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
        for date in [NaiveDate::MIN, NaiveDate::MAX, NaiveDate::from_ymd_opt(0, 2, 29).unwrap()] {
            assert_eq!(read::<NaiveDate>(&date.to_value()).unwrap(), date);
        }
        for at in [NaiveDateTime::MIN, DateTime::UNIX_EPOCH.naive_utc()] {
            assert_eq!(read::<NaiveDateTime>(&at.to_value()).unwrap(), at);
        }
        let last = DateTime::<Utc>::MAX_UTC;
        let cut = last - chrono::TimeDelta::nanoseconds(999);
        assert_eq!(read::<DateTime<Utc>>(&last.to_value()).unwrap(), cut);
    }

    #[test]
    fn what_the_crate_cannot_hold_is_an_error() {
        let far = Value::Date(Date::from_ymd(5_874_897, 12, 31).unwrap());
        let infinite = Value::Timestamp(Timestamp::INFINITY);
        assert_eq!(kind::<NaiveDate>(&far), ErrorKind::OutOfRange);
        assert_eq!(kind::<NaiveDate>(&Value::Date(Date::NEG_INFINITY)), ErrorKind::OutOfRange);
        assert_eq!(kind::<NaiveDateTime>(&infinite), ErrorKind::OutOfRange);
        assert_eq!(kind::<DateTime<Utc>>(&infinite), ErrorKind::OutOfRange);
        assert_eq!(
            kind::<DateTime<Utc>>(&Value::Timestamp("294276-12-31 23:59:59".parse().unwrap())),
            ErrorKind::OutOfRange
        );
        for micros in [86_400_000_000, -1, i64::MAX] {
            assert_eq!(
                kind::<NaiveTime>(&Value::Time(Time::from_microseconds(micros))),
                ErrorKind::OutOfRange
            );
        }
        assert_eq!(kind::<NaiveDate>(&Value::NULL), ErrorKind::UnexpectedNull);
        assert_eq!(kind::<DateTime<Utc>>(&Value::Int64(0)), ErrorKind::Decode);
    }

    #[test]
    fn an_instant_is_read_from_timestamps_with_and_without_zone_and_from_text() {
        let expected: DateTime<Utc> = "2024-02-29T12:30:00.000001Z".parse().unwrap();
        for value in [
            Value::Timestamp("2024-02-29 12:30:00.000001".parse().unwrap()),
            Value::TimestampTz("2024-02-29 14:30:00.000001+02".parse().unwrap()),
            Value::Text("2024-02-29T12:30:00.000001".into()),
            Value::Text("2024-02-29T12:30:00.000001+00:00".into()),
        ] {
            assert_eq!(read::<DateTime<Utc>>(&value).unwrap(), expected);
            assert_eq!(read::<DateTime<FixedOffset>>(&value).unwrap(), expected);
        }
        assert_eq!(
            kind::<NaiveDateTime>(&Value::TimestampTz(TimestampTz::from_utc(
                "2024-02-29 12:30:00".parse().unwrap()
            ))),
            ErrorKind::Decode,
            "an instant has no local time of its own"
        );
    }

    #[test]
    fn nanoseconds_are_cut_off_towards_the_past() {
        let before_1970 = DateTime::from_timestamp(-1, 999_999_999).unwrap();
        let Value::TimestampTz(at) = before_1970.to_value() else { panic!("an instant") };
        assert_eq!(at.utc().unix_microseconds(), Some(-1));
        let last_of_day = NaiveTime::from_hms_nano_opt(23, 59, 59, 999_999_999).unwrap();
        assert_eq!(last_of_day.to_value(), Value::Time(Time::from_microseconds(86_399_999_999)));
    }

    #[test]
    fn a_leap_second_becomes_the_one_after_it() {
        let leap =
            NaiveDate::from_ymd_opt(2016, 12, 31).unwrap().and_hms_milli_opt(23, 59, 59, 1_500).unwrap();
        assert_eq!(leap.to_value(), Value::Timestamp("2017-01-01 00:00:00.5".parse().unwrap()));
    }

    #[test]
    fn lists_are_arrays() {
        let dates = vec![Some(NaiveDate::MIN), None];
        let value = dates.clone().to_value();
        assert_eq!(value.db_type(), DbType::array(DbType::Date));
        assert_eq!(read::<Vec<Option<NaiveDate>>>(&value).unwrap(), dates);
    }

    proptest::proptest! {
        #[test]
        fn microseconds_there_and_back(micros in -8_000_000_000_000_000_000_i64..8_000_000_000_000_000_000) {
            let at = DateTime::from_timestamp_micros(micros).unwrap();
            proptest::prop_assert_eq!(read::<DateTime<Utc>>(&at.to_value()).unwrap(), at);
            let naive = at.naive_utc();
            proptest::prop_assert_eq!(read::<NaiveDateTime>(&naive.to_value()).unwrap(), naive);
            proptest::prop_assert_eq!(read::<NaiveTime>(&naive.time().to_value()).unwrap(), naive.time());
        }

        #[test]
        fn every_value_is_read_or_refused(micros: i64, days: i32) {
            if let Ok(at) = read::<NaiveDateTime>(&Value::Timestamp(Timestamp::from_y2k_microseconds(micros))) {
                proptest::prop_assert_eq!(
                    at.to_value(),
                    Value::Timestamp(Timestamp::from_y2k_microseconds(micros))
                );
            }
            if let Ok(date) = read::<NaiveDate>(&Value::Date(Date::from_unix_days(days))) {
                proptest::prop_assert_eq!(date.to_value(), Value::Date(Date::from_unix_days(days)));
            }
        }
    }
}
