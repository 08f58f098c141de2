//! The header `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3).

use std::time::Duration;

use drivetrain_adapter_api::value::Timestamp;

/// How long to wait; `None` for what is neither of the two forms. A moment that has passed is no wait.
pub(super) fn parse(text: &str, now: Duration) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().map(Duration::from_secs);
    }
    Some(date(text)?.saturating_sub(now))
}

/// The time since 1970 of a date such as `Wed, 21 Oct 2099 07:28:00 GMT`.
fn date(text: &str) -> Option<Duration> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (_, rest) = text.split_once(", ")?;
    let mut words = rest.split(' ');
    let (day, month, year, time) = (words.next()?, words.next()?, words.next()?, words.next()?);
    if words.next() != Some("GMT") || words.next().is_some() {
        return None;
    }
    let month = MONTHS.iter().position(|name| *name == month)? + 1;
    let moment: Timestamp = format!("{year}-{month:02}-{day} {time}").parse().ok()?;
    u64::try_from(moment.unix_microseconds()?).ok().map(Duration::from_micros)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_and_dates() {
        let now = Duration::from_secs(1_445_412_400);
        let wait = |text: &str| parse(text, now).map(|wait| wait.as_secs());
        assert_eq!(wait("7"), Some(7));
        assert_eq!(wait(" 0 "), Some(0));
        assert_eq!(wait("Wed, 21 Oct 2015 07:28:00 GMT"), Some(80));
        assert_eq!(wait("Wed, 21 Oct 1999 07:28:00 GMT"), Some(0), "it has passed");
        for text in ["", "soon", "-1", "1.5", "Wed, 21 Oct 2015 07:28:00", "x, 99 Oct 2015 07:28:00 GMT"] {
            assert_eq!(wait(text), None, "{text}");
        }
    }
}
