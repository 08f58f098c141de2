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
