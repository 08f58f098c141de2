//! Reads a data file.

use std::collections::BTreeMap;

use drivetrain_adapter_api::{DbType, Dialect, ErrorKind};
use serde::Deserialize;

use super::{Differs, Entry, Section, Side, Stored, Type, build};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    section: Vec<RawSection>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSection {
    cases: Vec<String>,
    name: String,
    #[serde(rename = "type")]
    ty: String,
    named: Option<String>,
    #[serde(default)]
    own: bool,
    #[serde(default = "super::yes")]
    arrays: bool,
    postgres: Option<Side>,
    mysql: Option<Side>,
    sqlite: Option<Side>,
    sessions: Option<Vec<BTreeMap<String, String>>>,
    values: Vec<RawEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEntry {
    value: toml::Value,
    text: Option<String>,
    literal: Option<String>,
    postgres: Option<RawDiffers>,
    mysql: Option<RawDiffers>,
    sqlite: Option<RawDiffers>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawDiffers {
    text: Option<String>,
    literal: Option<String>,
    stored: Option<RawStored>,
    untyped: Option<RawStored>,
    refused: Option<String>,
    typed_refused: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStored {
    value: toml::Value,
    text: String,
}

/// The sections of a file.
pub(super) fn file(text: &str) -> Result<Vec<Section>, String> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    file.section.into_iter().map(section).collect()
}

fn by_dialect<T>(
    postgres: Option<T>,
    mysql: Option<T>,
    sqlite: Option<T>,
) -> impl Iterator<Item = (Dialect, T)> {
    [(Dialect::Postgres, postgres), (Dialect::MySql, mysql), (Dialect::Sqlite, sqlite)]
        .into_iter()
        .filter_map(|(dialect, own)| Some((dialect, own?)))
}

fn section(raw: RawSection) -> Result<Section, String> {
    let at = |why: String| format!("{}: {why}", raw.name);
    let carrier = build::db_type(&raw.ty).map_err(at)?;
    let other = raw.named.as_deref().unwrap_or_default();
    let entries = raw.values.into_iter().map(|value| entry(value, &carrier, other)).collect::<Result<_, _>>();
    let entries = entries.map_err(at)?;
    Ok(Section {
        cases: raw.cases,
        ty: Type { carrier, name: raw.named, own: raw.own },
        arrays: raw.arrays,
        sides: by_dialect(raw.postgres, raw.mysql, raw.sqlite).collect(),
        sessions: raw.sessions,
        entries,
        name: raw.name,
    })
}

fn entry(raw: RawEntry, ty: &DbType, other: &str) -> Result<Entry, String> {
    let value = build::value(ty, other, &raw.value)?;
    let text = match (raw.text, &raw.value) {
        (Some(text), _) => text,
        (None, toml::Value::String(text)) if build::reads_as_it_is_written(ty) => text.clone(),
        (None, value) => return Err(format!("{value} needs a text")),
    };
    let differs = by_dialect(raw.postgres, raw.mysql, raw.sqlite)
        .map(|(dialect, own)| Ok((dialect, differs(own, ty, other)?)))
        .collect::<Result<_, String>>()?;
    Ok(Entry { value, text, literal: raw.literal, differs })
}

fn differs(raw: RawDiffers, ty: &DbType, other: &str) -> Result<Differs, String> {
    let stored = |stored: RawStored| -> Result<Stored, String> {
        Ok(Stored { value: build::value(ty, other, &stored.value)?, text: stored.text })
    };
    Ok(Differs {
        text: raw.text,
        literal: raw.literal,
        stored: raw.stored.map(stored).transpose()?,
        untyped: raw.untyped.map(stored).transpose()?,
        refused: raw.refused.as_deref().map(kind).transpose()?,
        typed_refused: raw.typed_refused.as_deref().map(kind).transpose()?,
    })
}

fn kind(text: &str) -> Result<ErrorKind, String> {
    Ok(match text {
        "OutOfRange" => ErrorKind::OutOfRange,
        "InvalidValue" => ErrorKind::InvalidValue,
        "Unsupported" => ErrorKind::Unsupported,
        other => return Err(format!("`{other}` is no kind that values are refused by")),
    })
}
