//! A lowered statement without values: its text, and where each parameter comes from.

use std::sync::Arc;

use drivetrain_adapter_api::DbType;
use drivetrain_adapter_api::statement::TextMatch;

/// The text of a statement, and one bind for each placeholder in wire order.
#[derive(Debug)]
pub(crate) struct Template {
    pub(crate) text: Arc<str>,
    pub(crate) binds: Vec<Bind>,
}

impl Template {
    /// Roughly the memory it takes, in bytes.
    pub(crate) fn weight(&self) -> usize {
        self.text.len() + self.binds.len() * size_of::<Bind>() + size_of::<Self>()
    }
}

/// How the parameter of a placeholder is made.
#[derive(Debug, Clone)]
pub(crate) struct Bind {
    pub(crate) source: Source,
    /// The type as the text has it.
    pub(crate) ty: DbType,
}

/// Where the value of a parameter comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    /// The value of a slot, as it is.
    Slot(u32),
    /// An element of a slot's array; the last one past the end.
    Element { slot: u32, at: u32 },
    /// The text of a slot, as a pattern.
    Pattern { slot: u32, kind: TextMatch, syntax: Syntax },
    /// The elements of a slot's array, as one JSON text for SQLite.
    JsonList(u32),
}

/// The language of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Syntax {
    /// `LIKE` whose escape is that character.
    Like(char),
    /// SQLite's `GLOB`.
    Glob,
    /// No pattern: the text as it is.
    Plain,
}
