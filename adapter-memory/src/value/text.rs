//! The text form of values, as Postgres casts them to text.

use drivetrain_adapter_api::Value;
use drivetrain_adapter_api::value::{Array, Interval};

/// The text of a value that is not NULL. Instants are shown in UTC.
pub(crate) fn text_of(value: &Value) -> String {
    match value {
        Value::Null(_) => String::new(),
        Value::Bool(value) => value.to_string(),
        Value::Int16(value) => value.to_string(),
        Value::Int32(value) => value.to_string(),
        Value::Int64(value) => value.to_string(),
        Value::UInt64(value) => value.to_string(),
        Value::Float32(value) => float(f64::from(*value), &format!("{value:e}"), 6),
        Value::Float64(value) => float(*value, &format!("{value:e}"), 15),
        Value::Decimal(value) => value.to_string(),
        Value::Text(value) | Value::Enum(value) => value.clone(),
        Value::Bytes(bytes) => {
            bytes.iter().fold(String::from("\\x"), |text, byte| format!("{text}{byte:02x}"))
        }
        Value::Uuid(value) => value.to_string(),
        Value::Date(value) => value.to_string(),
        Value::Time(value) => trimmed(&value.to_string()),
        Value::TimeTz(value) => short_offset(&trimmed(&value.to_string())),
        Value::Timestamp(value) => trimmed(&value.to_string()),
        Value::TimestampTz(value) => trimmed(&value.to_string()),
        Value::Interval(value) => interval(*value),
        Value::Json(value) => value.as_str().to_owned(),
        Value::Array(value) => array(value),
        Value::OtherText { text, .. } => text.clone(),
        Value::OtherBytes { bytes, .. } => {
            bytes.iter().fold(String::from("\\x"), |text, byte| format!("{text}{byte:02x}"))
        }
        _ => String::new(),
    }
}

/// The shortest digits that read as the same float: plain within `digits`, else with an exponent of two digits.
fn float(number: f64, scientific: &str, digits: i32) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..digits).contains(&exponent) {
        let negative = mantissa.starts_with('-');
        let plain: String = mantissa.chars().filter(char::is_ascii_digit).collect();
        let sign = if negative { "-" } else { "" };
        if exponent < 0 {
            return format!("{sign}0.{}{plain}", "0".repeat((-exponent - 1) as usize));
        }
        let whole = exponent as usize + 1;
        return if plain.len() <= whole {
            format!("{sign}{plain:0<whole$}")
        } else {
            format!("{sign}{}.{}", &plain[..whole], &plain[whole..])
        };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}

/// Without zeros at the end of the seconds.
fn trimmed(text: &str) -> String {
    let Some(point) = text.find('.') else { return text.to_owned() };
    let end = text[point + 1..].find(|c: char| !c.is_ascii_digit()).map_or(text.len(), |at| point + 1 + at);
    format!("{}{}", text[..end].trim_end_matches('0').trim_end_matches('.'), &text[end..])
}

/// Postgres leaves out minutes of an offset that has none.
fn short_offset(text: &str) -> String {
    text.strip_suffix(":00")
        .filter(|rest| rest.rfind(['+', '-']) == Some(rest.len() - 3))
        .unwrap_or(text)
        .to_owned()
}

fn interval(span: Interval) -> String {
    match span {
        Interval::INFINITY => return "infinity".to_owned(),
        Interval::NEG_INFINITY => return "-infinity".to_owned(),
        _ => {}
    }
    let mut parts = Vec::new();
    let mut negative_before = false;
    let mut part = |count: i32, name: &str| {
        if count != 0 {
            let sign = if negative_before && count > 0 { "+" } else { "" };
            negative_before = count < 0;
            parts.push(format!("{sign}{count} {name}{}", if count == 1 { "" } else { "s" }));
        }
    };
    part(span.months / 12, "year");
    part(span.months % 12, "mon");
    part(span.days, "day");
    if span.microseconds != 0 || parts.is_empty() {
        let micros = span.microseconds.unsigned_abs();
        let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
        let sign = match (span.microseconds < 0, negative_before) {
            (true, _) => "-",
            (false, true) => "+",
            (false, false) => "",
        };
        let fraction = if fraction == 0 { String::new() } else { format!(".{fraction:06}") };
        let time =
            format!("{sign}{:02}:{:02}:{:02}{fraction}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        parts.push(trimmed(&time));
    }
    parts.join(" ")
}

/// As a literal: `{1,NULL,"a b"}`.
fn array(array: &Array) -> String {
    fn level(array: &Array, dimension: usize, values: &mut std::slice::Iter<'_, Value>, out: &mut String) {
        let length = array.dimensions().get(dimension).map_or(0, |one| one.length);
        out.push('{');
        for at in 0..length {
            if at > 0 {
                out.push(',');
            }
            if dimension + 1 < array.dimensions().len() {
                level(array, dimension + 1, values, out);
            } else if let Some(value) = values.next() {
                element(value, out);
            }
        }
        out.push('}');
    }
    let mut out = String::new();
    if array.dimensions().iter().any(|one| one.lower_bound != 1) {
        for one in array.dimensions() {
            let last = i64::from(one.lower_bound) + one.length as i64 - 1;
            out.push_str(&format!("[{}:{last}]", one.lower_bound));
        }
        out.push('=');
    }
    level(array, 0, &mut array.values().iter(), &mut out);
    out
}

fn element(value: &Value, out: &mut String) {
    if value.is_null() {
        out.push_str("NULL");
        return;
    }
    let text = text_of(value);
    let special =
        |c: char| matches!(c, '{' | '}' | ',' | '"' | '\\') || c.is_ascii_whitespace() || c == '\u{b}';
    if text.is_empty() || text.eq_ignore_ascii_case("null") || text.contains(special) {
        out.push('"');
        out.push_str(&text.replace('\\', "\\\\").replace('"', "\\\""));
        out.push('"');
    } else {
        out.push_str(&text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use drivetrain_adapter_api::DbType;

    #[test]
    fn floats_as_postgres_shows_them() {
        // Measured on Postgres 15 with its default extra_float_digits.
        for (number, text) in [
            (0.1, "0.1"),
            (-0.0, "-0"),
            (1e14, "100000000000000"),
            (1e15, "1e+15"),
            (123_456.789, "123456.789"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (1.5e300, "1.5e+300"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
        ] {
            assert_eq!(text_of(&Value::Float64(number)), text);
        }
        assert_eq!(text_of(&Value::Float32(1e6)), "1e+06");
        assert_eq!(text_of(&Value::Float32(0.1)), "0.1");
    }

    #[test]
    fn times_arrays_and_intervals() {
        assert_eq!(
            text_of(&Value::Timestamp("2024-01-02 03:04:05.670".parse().unwrap())),
            "2024-01-02 03:04:05.67"
        );
        assert_eq!(
            text_of(&Value::TimestampTz("2024-01-02T05:04:05+02".parse().unwrap())),
            "2024-01-02 03:04:05+00"
        );
        assert_eq!(text_of(&Value::TimeTz("03:04:05.5+02".parse().unwrap())), "03:04:05.5+02");
        let values = ["a", "b c", "", "NULL", "q\"\\"].map(|text| Value::Text(text.into()));
        let array = Array::new(DbType::Text, values.into_iter().chain([Value::NULL]).collect());
        assert_eq!(text_of(&Value::Array(array)), r#"{a,"b c","","NULL","q\"\\",NULL}"#);
        let span =
            |months, days, microseconds| text_of(&Value::Interval(Interval { months, days, microseconds }));
        assert_eq!(span(14, -3, 3_661_500_000), "1 year 2 mons -3 days +01:01:01.5");
        assert_eq!(span(0, 0, 0), "00:00:00");
    }
}
