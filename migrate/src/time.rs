//! Constant points in time as the databases read them.

/// `YYYY-MM-DD HH:MM:SS` in UTC with as many digits of the second's fraction as there are, for a text that
/// was checked to be RFC 3339.
///
/// It is written in UTC because a column without time zone drops the offset.
pub(crate) fn utc(rfc3339: &str) -> String {
    let instant: jiff::Timestamp =
        rfc3339.parse().expect("a checked schema holds RFC 3339 texts only as defaults of DateTime");
    let text = instant.to_string();
    text.trim_end_matches('Z').replacen('T', " ", 1)
}

#[cfg(test)]
mod tests {
    use super::utc;

    #[test]
    fn offsets_are_applied() {
        assert_eq!(utc("2020-01-01T00:00:00+02:00"), "2019-12-31 22:00:00");
        assert_eq!(utc("2020-01-01T00:00:00.5Z"), "2020-01-01 00:00:00.5");
    }
}
