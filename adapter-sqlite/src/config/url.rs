//! Reads the URL forms of a configuration.

use std::path::PathBuf;
use std::time::Duration;

use drivetrain_adapter_api::{Error, Result};
use percent_encoding::percent_decode_str;

use super::{JournalMode, Location, OpenMode, SqliteConfig, Synchronous};

pub(super) const MOST_READERS: usize = 64;
pub(super) const MOST_STATEMENTS: usize = 10_000;

const KEYS: [&str; 8] = [
    "mode",
    "busy_timeout",
    "acquire_timeout",
    "foreign_keys",
    "journal_mode",
    "synchronous",
    "readers",
    "statement_cache",
];

pub(super) fn parse(url: &str) -> Result<SqliteConfig> {
    let (scheme, rest) = url.split_once(':').ok_or_else(no_scheme)?;
    let local = match scheme.to_ascii_lowercase().as_str() {
        "sqlite" => rest.strip_prefix("//").unwrap_or(rest),
        "file" => match rest.strip_prefix("//") {
            Some(path) if path.starts_with('/') => path,
            Some(_) => {
                return Err(Error::config("the database URL names a host after `file://`")
                    .with_hint("write `file:path` or `file:///absolute/path`"));
            }
            None => rest,
        },
        _ => return Err(no_scheme()),
    };
    let (path, query) = local.split_once('?').unwrap_or((local, ""));
    let path = decode(path)?;
    let mut config = match path.as_str() {
        ":memory:" => SqliteConfig::memory(),
        _ => SqliteConfig::file(&path),
    };
    let mut seen: Vec<&str> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        if seen.contains(&key) {
            return Err(Error::config(format!("`{key}` stands twice in the database URL")));
        }
        seen.push(key);
        apply(&mut config, key, &decode(value)?)?;
    }
    if config.location == Location::File(PathBuf::new()) {
        return Err(Error::config("the database URL names no file")
            .with_hint("write `sqlite:path`, `file:path` or `sqlite::memory:`"));
    }
    config.check()?;
    Ok(config)
}

fn no_scheme() -> Error {
    Error::config("the database URL is not one of SQLite")
        .with_hint("write `sqlite:path`, `file:path` or `sqlite::memory:`")
}

fn decode(text: &str) -> Result<String> {
    let whole = text.split('%').skip(1).all(|rest| {
        let mut digits = rest.bytes().take(2);
        digits.len() == 2 && digits.all(|digit| digit.is_ascii_hexdigit())
    });
    if !whole {
        return Err(Error::config("a `%` in the database URL is not followed by two hexadecimal digits")
            .with_hint("write a `%` that means itself as `%25`"));
    }
    percent_decode_str(text)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| Error::config("the database URL does not decode to UTF-8"))
}

fn apply(config: &mut SqliteConfig, key: &str, value: &str) -> Result<()> {
    match key {
        "mode" => match value {
            "ro" => config.mode = OpenMode::ReadOnly,
            "rw" => config.mode = OpenMode::ReadWrite,
            "rwc" => config.mode = OpenMode::Create,
            "memory" => config.location = Location::Memory,
            _ => return Err(wrong(key, value, "`ro`, `rw`, `rwc` or `memory`")),
        },
        "busy_timeout" => config.busy_timeout = milliseconds(key, value)?,
        "acquire_timeout" => config.acquire_timeout = milliseconds(key, value)?,
        "foreign_keys" => {
            config.foreign_keys = match value.to_ascii_lowercase().as_str() {
                "on" | "true" | "1" | "yes" => true,
                "off" | "false" | "0" | "no" => false,
                _ => return Err(wrong(key, value, "`on` or `off`")),
            }
        }
        "journal_mode" => {
            let found = JournalMode::ALL.into_iter().find(|mode| mode.name().eq_ignore_ascii_case(value));
            let takes = "`wal`, `delete`, `truncate`, `persist`, `memory` or `off`";
            config.journal_mode = Some(found.ok_or_else(|| wrong(key, value, takes))?);
        }
        "synchronous" => {
            let found = Synchronous::ALL.into_iter().find(|level| level.name().eq_ignore_ascii_case(value));
            let takes = "`off`, `normal`, `full` or `extra`";
            config.synchronous = Some(found.ok_or_else(|| wrong(key, value, takes))?);
        }
        "readers" => config.readers = number(key, value, MOST_READERS)?,
        "statement_cache" => config.statement_cache = number(key, value, MOST_STATEMENTS)?,
        _ => return Err(unknown(key)),
    }
    Ok(())
}

fn milliseconds(key: &str, value: &str) -> Result<Duration> {
    let number: u32 =
        value.parse().map_err(|_| wrong(key, value, "a whole number of milliseconds, 0 to 4294967295"))?;
    Ok(Duration::from_millis(number.into()))
}

fn number(key: &str, value: &str, most: usize) -> Result<usize> {
    let number = value.parse().ok().filter(|number| *number <= most);
    number.ok_or_else(|| wrong(key, value, &format!("a whole number, 0 to {most}")))
}

fn wrong(key: &str, value: &str, takes: &str) -> Error {
    Error::config(format!("`{key}` in the database URL is `{value}`; it takes {takes}"))
}

fn unknown(key: &str) -> Error {
    let nearest = KEYS
        .into_iter()
        .map(|known| (strsim::damerau_levenshtein(known, &key.to_ascii_lowercase()), known))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, known)| *distance <= known.len().div_ceil(3));
    let error = Error::config(format!("the database URL has the unknown key `{key}`"));
    match nearest {
        Some((_, known)) => error.with_hint(format!("did you mean `{known}`?")),
        None => error.with_hint(format!("it takes {}", KEYS.join(", "))),
    }
}
