//! Keys, indexes and the names of constraints.

use std::borrow::Cow;

use super::{FieldId, Literal, Provider};
use crate::source::Span;

/// A primary key or unique key, of one field or several.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// The fields in order.
    pub fields: Vec<FieldId>,
    /// What is said of each field, in the same order and number as `fields`.
    pub options: Vec<ColumnOptions>,
    /// The name the client knows the key by: `name:`, else the fields' names joined by `_`.
    pub name: String,
    /// The constraint's name: `map:`, else made from table and columns.
    pub db_name: ConstraintName,
    /// Whether it is stated at its field (`@id`, `@unique`) rather than at the block (`@@id`, `@@unique`).
    pub at_field: bool,
    /// The attribute in the source.
    pub span: Span,
}

impl Key {
    /// Whether the key has more than one field.
    pub fn is_compound(&self) -> bool {
        self.fields.len() > 1
    }
}

/// An index that identifies no single row.
#[derive(Debug, Clone, PartialEq)]
pub struct Index {
    /// The fields in order.
    pub fields: Vec<FieldId>,
    /// What is said of each field, in the same order and number as `fields`.
    pub options: Vec<ColumnOptions>,
    /// What sort of index.
    pub kind: IndexKind,
    /// `type:`, the access method of Postgres. `None` means the database's default.
    pub algorithm: Option<IndexAlgorithm>,
    /// `where:`: only rows for which it is true are in the index.
    pub predicate: Option<Predicate>,
    /// The index's name: `map:`, else made from table and columns.
    pub db_name: ConstraintName,
    /// The attribute in the source.
    pub span: Span,
}

/// `where:` of a partial index.
#[derive(Debug, Clone, PartialEq)]
pub enum Predicate {
    /// `raw("text")`: SQL as written.
    Raw(String),
    /// `{ field: value, .. }`: conditions that must all hold.
    All(Vec<Condition>),
}

/// One entry of [`Predicate::All`].
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The column.
    pub field: FieldId,
    /// `{ not: value }` rather than `value`.
    pub negated: bool,
    /// What it is compared with; `None` is `null`.
    pub value: Option<Literal>,
}

/// What sort of [`Index`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IndexKind {
    /// `@@index`.
    Normal,
    /// `@@unique` with a `where:`, which makes values unique among some rows only.
    PartialUnique,
    /// `@@fulltext`.
    Fulltext,
}

/// What a key or index says of one of its fields.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ColumnOptions {
    /// `sort:`. `None` means the database's default, ascending.
    pub sort: Option<SortOrder>,
    /// `length:`, the prefix MySQL indexes.
    pub length: Option<u32>,
    /// `ops:`, the operator class of Postgres.
    pub ops: Option<OperatorClass>,
}

/// Direction of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SortOrder {
    /// Ascending.
    Asc,
    /// Descending.
    Desc,
}

/// An operator class of Postgres.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum OperatorClass {
    /// A class the language has a name for, for example `JsonbPathOps`.
    Known(String),
    /// `raw("text")`.
    Raw(String),
}

/// `type:` of an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IndexAlgorithm {
    /// B-tree.
    BTree,
    /// Hash.
    Hash,
    /// Generalised search tree.
    Gist,
    /// Generalised inverted index.
    Gin,
    /// Space-partitioned GiST.
    SpGist,
    /// Block range index.
    Brin,
}

/// The name of a constraint or index: stated, or made from table and columns and cut to what the database
/// allows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ConstraintName(Inner);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Inner {
    Stated(String),
    Made { stem: String, suffix: &'static str },
}

impl ConstraintName {
    /// A name stated by `map:`.
    pub fn stated(name: impl Into<String>) -> Self {
        Self(Inner::Stated(name.into()))
    }

    pub(crate) fn made(stem: String, suffix: &'static str) -> Self {
        Self(Inner::Made { stem, suffix })
    }

    /// Whether `map:` states it.
    pub fn is_stated(&self) -> bool {
        matches!(self.0, Inner::Stated(_))
    }

    /// The name in a database of this kind. A made name differs between kinds only when it is too long for
    /// one of them.
    pub fn for_provider(&self, provider: Provider) -> Cow<'_, str> {
        match &self.0 {
            Inner::Stated(name) => Cow::Borrowed(name),
            Inner::Made { stem, suffix } => {
                Cow::Owned(crate::names::cut(stem, suffix, provider.identifier_limit()))
            }
        }
    }
}
