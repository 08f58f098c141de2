use super::*;

fn round<T: FromStr<Err = Error> + fmt::Display>(text: &str) -> String {
    text.parse::<T>().unwrap_or_else(|error| panic!("{text}: {error}")).to_string()
}

#[test]
fn dates() {
    for text in
        ["1970-01-01", "2024-02-29", "9999-12-31", "5874897-12-31", "4714-11-24 BC", "0001-01-01", "infinity"]
    {
        assert_eq!(round::<Date>(text), text);
    }
    for wrong in ["2024-02-30", "2024-2-3", "2024-13-01", "", "2024-01-01x", "0000-01-01 BC"] {
        assert!(wrong.parse::<Date>().is_err(), "{wrong}");
    }
    assert_eq!("1970-01-02".parse::<Date>().unwrap().unix_days(), 1);
    assert_eq!(Date::from_ymd(2000, 1, 1).unwrap().unix_days(), 10_957);
}

#[test]
fn times() {
    for text in ["00:00:00", "23:59:59.999999", "24:00:00", "-838:59:59.999999", "12:34:56.000001"] {
        assert_eq!(round::<Time>(text), text);
    }
    assert_eq!(round::<Time>("12:34"), "12:34:00");
    assert_eq!(round::<Time>("12:34:56.1"), "12:34:56.100000");
    assert_eq!(round::<Time>("12:34:56.0000005"), "12:34:56.000001");
    assert_eq!(round::<TimeTz>("12:00:00+05:30"), "12:00:00+05:30");
    assert_eq!(round::<TimeTz>("12:00:00-15:59:59"), "12:00:00-15:59:59");
    assert!("12:60:00".parse::<Time>().is_err());
    assert!("12:00:00".parse::<TimeTz>().is_err());
}

#[test]
fn timestamps_over_all_that_postgres_holds() {
    for text in [
        "4714-11-24 00:00:00 BC",
        "294276-12-31 23:59:59.999999",
        "1969-12-31 23:59:59.999999",
        "2024-01-02 03:04:05",
        "-infinity",
    ] {
        assert_eq!(round::<Timestamp>(text), text);
    }
    assert_eq!(round::<Timestamp>("2024-01-02T03:04:05.5"), "2024-01-02 03:04:05.500000");
}

#[test]
fn instants_do_not_depend_on_how_their_zone_is_written() {
    for text in [
        "2024-01-02T03:04:05Z",
        "2024-01-02 08:34:05+05:30",
        "2024-01-01 23:04:05-04",
        "2024-01-02 03:04:05+0000",
    ] {
        assert_eq!(round::<TimestampTz>(text), "2024-01-02 03:04:05+00");
    }
    assert!("2024-01-02 03:04:05".parse::<TimestampTz>().is_err());
}

#[test]
fn the_unix_epoch_is_where_it_is() {
    let epoch = Timestamp::from_unix_microseconds(0).unwrap();
    assert_eq!(epoch.to_string(), "1970-01-01 00:00:00");
    assert_eq!(epoch.unix_microseconds(), Some(0));
    assert_eq!(Timestamp::from_unix_microseconds(-1).unwrap().to_string(), "1969-12-31 23:59:59.999999");
    assert_eq!(Timestamp::INFINITY.unix_microseconds(), None);
    assert!(Timestamp::from_unix_microseconds(i64::MIN).is_err());
}

proptest::proptest! {
    #[test]
    fn timestamps_there_and_back(micros in -211_813_488_000_000_000_i64..9_223_371_331_200_000_000) {
        let timestamp = Timestamp::from_y2k_microseconds(micros);
        proptest::prop_assert_eq!(timestamp.to_string().parse::<Timestamp>().unwrap(), timestamp);
        let instant = TimestampTz::from_utc(timestamp);
        proptest::prop_assert_eq!(instant.to_string().parse::<TimestampTz>().unwrap(), instant);
    }
}

#[test]
fn a_text_that_is_out_of_bounds_is_not_another_time() {
    for text in [
        "2024-01-01 24:00:01",
        "2024-01-01 99:00:00",
        "2024-01-01 -01:00:00",
        "2024-01-01 23:59:60.5",
        "2024-01-01 00:60:00",
    ] {
        assert!(text.parse::<Timestamp>().is_err(), "{text}");
        assert!(format!("{text}+00").parse::<TimestampTz>().is_err(), "{text}");
    }
    for text in ["24:00:01+00", "-01:00+00", "12:00+24", "12:00+01:60", "12:00+01:00:60", "12:00+99:99"] {
        assert!(text.parse::<TimeTz>().is_err(), "{text}");
    }
    assert_eq!("2024-01-01 24:00:00".parse::<Timestamp>().unwrap(), "2024-01-02 00:00:00".parse().unwrap());
    assert_eq!("2024-01-01 23:59:60".parse::<Timestamp>().unwrap(), "2024-01-02 00:00:00".parse().unwrap());
    assert!("24:00:00-15:59:59".parse::<TimeTz>().is_ok());
}

#[test]
fn nothing_finite_becomes_an_infinity() {
    assert!(Date::from_ymd(5_881_580, 7, 11).is_err());
    assert!(Date::from_ymd(5_881_580, 7, 10).unwrap().is_finite());
    assert!(Date::from_ymd(-5_877_641, 6, 23).is_err());
    let (day, of_day) = Timestamp::from_y2k_microseconds(i64::MAX - 1).date_and_time().unwrap();
    let next = Time::from_microseconds(of_day.microseconds() + 1);
    assert!(Timestamp::from_date_and_time(day, of_day).is_ok());
    assert!(Timestamp::from_date_and_time(day, next).is_err());
    assert!(Timestamp::from_unix_microseconds(i64::MIN + 946_684_800_000_000).is_err());
    assert!(Timestamp::from_unix_microseconds(i64::MIN + 946_684_800_000_001).unwrap().is_finite());
}
