//! The boundary values, as data files: what each file says, and where the files are.
//!
//! A file holds sections; a section is one type of column with its values. Everything a dialect does otherwise stands
//! beside the value it does it with.

mod build;
mod parse;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use drivetrain_adapter_api::{DbType, Dialect, ErrorKind, Value};
use serde::Deserialize;

/// One type of column, and its values.
#[derive(Debug)]
pub(super) struct Section {
    /// The cases that run it.
    pub(super) cases: Vec<String>,
    /// Its name in failures, and of its table.
    pub(super) name: String,
    /// The type in the words of the contract.
    pub(super) ty: Type,
    /// Whether arrays of it are run where arrays are declared.
    pub(super) arrays: bool,
    /// What the dialects say; those that have no such type are left out.
    pub(super) sides: BTreeMap<Dialect, Side>,
    /// Sessions with other settings than the hostile ones that every section is run under.
    pub(super) sessions: Option<Vec<BTreeMap<String, String>>>,
    /// The values.
    pub(super) entries: Vec<Entry>,
}

/// The type of a section.
#[derive(Debug)]
pub(super) struct Type {
    /// What carries the values.
    pub(super) carrier: DbType,
    /// Postgres's own name for it, where the contract's word is another type there.
    pub(super) name: Option<String>,
    /// Whether the name is that of a type in the namespace of the case.
    pub(super) own: bool,
}

/// What a dialect says of a section.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Side {
    /// The type of the column, as a template.
    #[serde(rename = "type")]
    pub(super) sql: String,
    /// What must be made first, as templates.
    #[serde(default)]
    pub(super) setup: Vec<String>,
    /// How the oracle is asked for the text of a value; `@` stands for the value.
    pub(super) shown: Option<String>,
    /// An expression of that type around a parameter or a literal; `@` stands for it.
    pub(super) expression: Option<String>,
    /// Whether a typed slot outside of a column reads as the type: not where such a value is stored in a form of its
    /// own.
    #[serde(default = "yes")]
    pub(super) slots_alone: bool,
}

const fn yes() -> bool {
    true
}

/// One value.
#[derive(Debug)]
pub(super) struct Entry {
    /// The value.
    pub(super) value: Value,
    text: String,
    literal: Option<String>,
    differs: BTreeMap<Dialect, Differs>,
}

/// What a dialect does otherwise with a value.
#[derive(Debug, Default)]
struct Differs {
    text: Option<String>,
    literal: Option<String>,
    stored: Option<Stored>,
    untyped: Option<Stored>,
    refused: Option<ErrorKind>,
    typed_refused: Option<ErrorKind>,
}

/// What a column makes of a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stored {
    /// What is read again.
    pub(super) value: Value,
    /// What the oracle sees.
    pub(super) text: String,
}

/// How a value reaches the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// As a parameter of SQL text, without a type.
    Untyped,
    /// As the value of a typed slot.
    Typed,
    /// As a literal, by the oracle.
    Literal,
}

impl Entry {
    /// The literal's text in that dialect, without quotes; `None` where the dialect cannot hold the value.
    pub(super) fn literal(&self, dialect: Dialect) -> Option<&str> {
        let differs = self.differs.get(&dialect);
        if differs.is_some_and(|differs| differs.refused.is_some()) {
            return None;
        }
        let own = differs.and_then(|differs| differs.literal.as_ref().or(differs.text.as_ref()));
        Some(own.or(self.literal.as_ref()).unwrap_or(&self.text))
    }

    /// Whether the literal is given as SQL, and not as a text to quote.
    pub(super) fn literal_is_sql(&self, dialect: Dialect) -> bool {
        self.differs.get(&dialect).is_some_and(|differs| differs.literal.is_some())
    }

    /// How a value that comes that way is refused, if it is.
    pub(super) fn refused(&self, dialect: Dialect, way: Way) -> Option<ErrorKind> {
        let differs = self.differs.get(&dialect)?;
        differs.refused.or(if way == Way::Typed { differs.typed_refused } else { None })
    }

    /// What a column holds of it.
    pub(super) fn stored(&self, dialect: Dialect, way: Way) -> Stored {
        let differs = self.differs.get(&dialect);
        let changed = differs.and_then(|differs| match way {
            Way::Untyped | Way::Literal => differs.untyped.as_ref().or(differs.stored.as_ref()),
            Way::Typed => differs.stored.as_ref(),
        });
        changed.cloned().unwrap_or_else(|| {
            let text = differs.and_then(|differs| differs.text.as_ref()).unwrap_or(&self.text);
            Stored { value: self.value.clone(), text: text.clone() }
        })
    }
}

/// The files, in the order of the reference.
const FILES: &[(&str, &str)] = &[
    ("integers", include_str!("../../../../data/values/integers.toml")),
    ("floats", include_str!("../../../../data/values/floats.toml")),
    ("decimals", include_str!("../../../../data/values/decimals.toml")),
    ("texts", include_str!("../../../../data/values/texts.toml")),
    ("bytes", include_str!("../../../../data/values/bytes.toml")),
    ("dates", include_str!("../../../../data/values/dates.toml")),
    ("intervals", include_str!("../../../../data/values/intervals.toml")),
    ("json", include_str!("../../../../data/values/json.toml")),
    ("arrays", include_str!("../../../../data/values/arrays.toml")),
    ("others", include_str!("../../../../data/values/others.toml")),
];

static SECTIONS: LazyLock<Vec<Section>> = LazyLock::new(|| {
    FILES
        .iter()
        .flat_map(|(name, text)| parse::file(text).unwrap_or_else(|why| panic!("{name}.toml: {why}")))
        .collect()
});

/// All sections.
pub(in crate::cases) fn sections() -> &'static [Section] {
    &SECTIONS
}

/// The section of that name.
pub(super) fn named(name: &str) -> Option<&'static Section> {
    SECTIONS.iter().find(|section| section.name == name)
}

/// The sections that a case runs.
pub(super) fn of_case(id: &str) -> impl Iterator<Item = &'static Section> {
    SECTIONS.iter().filter(move |section| section.cases.iter().any(|case| case == id))
}
