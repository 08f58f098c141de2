//! The values of a URL's keys, and errors that name the key.

use std::str::FromStr;
use std::time::Duration;

use drivetrain_adapter_api::{Error, Result};

/// As good as no limit, where one has to be given.
pub const NO_LIMIT: Duration = Duration::from_secs(60 * 60 * 24 * 365);

/// `true` and `false`, for [`choice`].
pub const SWITCH: &[(&str, bool)] = &[("true", true), ("false", false)];

/// One of several words.
///
/// # Errors
/// [`Config`](drivetrain_adapter_api::ErrorKind::Config) with the words.
pub fn choice<T: Copy>(key: &str, value: &str, choices: &[(&str, T)]) -> Result<T> {
    choices.iter().find(|(name, _)| *name == value).map(|(_, choice)| *choice).ok_or_else(|| {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        wrong(key, &format!("one of {}", names.join(", ")))
    })
}

/// A whole number.
///
/// # Errors
/// [`Config`](drivetrain_adapter_api::ErrorKind::Config).
pub fn number<T: FromStr>(key: &str, value: &str) -> Result<T> {
    value.parse().map_err(|_| wrong(key, "a whole number"))
}

/// Seconds; 0 is no limit.
///
/// # Errors
/// [`Config`](drivetrain_adapter_api::ErrorKind::Config).
pub fn seconds(key: &str, value: &str) -> Result<Option<Duration>> {
    let seconds: f64 = value.parse().map_err(|_| wrong(key, "a number of seconds"))?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(Duration::ZERO) => Ok(None),
        Ok(duration) if duration < NO_LIMIT => Ok(Some(duration)),
        _ => Err(wrong(key, "a number of seconds from 0 to a year")),
    }
}

/// A time as the server's settings have it: milliseconds, or a number with a unit.
///
/// # Errors
/// [`Config`](drivetrain_adapter_api::ErrorKind::Config).
pub fn server_time(key: &str, value: &str) -> Result<String> {
    let digits = value.bytes().take_while(u8::is_ascii_digit).count();
    let unit = value[digits..].trim_start();
    if digits == 0 || !["", "us", "ms", "s", "min", "h", "d"].contains(&unit) {
        return Err(wrong(key, "a time such as 500, 500ms, 30s or 5min"));
    }
    Ok(value.to_owned())
}

/// A schema as an element of `search_path`.
pub fn quoted_schema(schema: &str) -> String {
    format!("\"{}\"", schema.replace('"', "\"\""))
}

/// The error for a key that is none of `known`. What cannot be a key is not repeated: it may be part of a password.
pub fn unknown(key: &str, known: &[&str]) -> Error {
    const LONGEST: usize = 100;
    let is_name = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte));
    if !is_name || key.is_empty() || key.len() > LONGEST {
        return Error::config("the URL has something behind its `?` that is no key")
            .with_hint("write a `?`, `&` or `#` that belongs to a password as %3F, %26 or %23");
    }
    let error = Error::config(format!("the URL has the unknown key `{key}`"));
    let nearest = known
        .iter()
        .map(|known| (strsim::damerau_levenshtein(&key.to_ascii_lowercase(), known), known))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, known)| *distance <= known.len() / 3 + 1);
    match nearest {
        Some((_, known)) => error.with_hint(format!("is `{known}` meant?")),
        None => error.with_hint(format!("the known keys are {}", known.join(", "))),
    }
}

fn wrong(key: &str, expected: &str) -> Error {
    Error::config(format!("the URL's `{key}` is not {expected}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_part_of_a_password_is_not_repeated() {
        let near = unknown("conect_timeout", &["connect_timeout"]);
        assert!(near.to_string().contains("`conect_timeout`"), "{near}");
        for key in ["word@host/db", "", "canary canary", &"canary".repeat(20)] {
            let error = unknown(key, &["connect_timeout"]);
            assert!(key.is_empty() || !format!("{error:?} {error}").contains(key), "{error:?}");
        }
    }
}
