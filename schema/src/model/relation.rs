//! Relations between models.

use super::{ConstraintName, FieldId, ModelId};

/// A field that is one side of a relation.
///
/// Every relation has two fields, one on each model, or two on one model for a self relation. Its foreign
/// key is described on the *owning* field ([`is_owning`](Self::is_owning)); implicit many-to-many relations
/// have no owning field but a table of their own.
#[derive(Debug, Clone, PartialEq)]
pub struct RelationField {
    /// The relation's name: stated, else `{A}To{B}` of the models' names in alphabetical order. Both sides
    /// have the same.
    pub relation: String,
    /// Whether the name is stated.
    pub relation_stated: bool,
    /// The model at the other end.
    pub target: ModelId,
    /// The field of `target` at the other end. It never is this very field.
    pub opposite: FieldId,
    /// The columns of this model that make the foreign key; empty on the side that does not own it.
    pub fields: Vec<FieldId>,
    /// The columns of `target` they refer to, in the same order and number as `fields`.
    pub references: Vec<FieldId>,
    /// What happens to the owning row when the row it refers to is deleted. The same on both sides.
    pub on_delete: ReferentialAction,
    /// Whether `onDelete` is stated; else `on_delete` is the default: `Restrict`, or `SetNull` where all of
    /// `fields` are optional.
    pub on_delete_stated: bool,
    /// What happens to the owning row when the columns it refers to change. The same on both sides.
    pub on_update: ReferentialAction,
    /// Whether `onUpdate` is stated; else `on_update` is the default: `Cascade`.
    pub on_update_stated: bool,
    /// The relation's kind.
    pub kind: RelationKind,
    /// The foreign key's name; on the owning side only.
    pub fk_db_name: Option<ConstraintName>,
}

impl RelationField {
    /// Whether this side holds the foreign key's columns.
    pub fn is_owning(&self) -> bool {
        !self.fields.is_empty()
    }

    /// Whether this side leads to any number of rows.
    pub fn is_list(&self) -> bool {
        match self.kind {
            RelationKind::OneToOne => false,
            RelationKind::OneToMany => !self.is_owning(),
            RelationKind::ManyToMany(_) => true,
        }
    }

    /// The table between the models of an implicit many-to-many relation.
    pub fn join_table(&self) -> Option<&JoinTable> {
        match &self.kind {
            RelationKind::ManyToMany(table) => Some(table),
            RelationKind::OneToOne | RelationKind::OneToMany => None,
        }
    }
}

/// How many rows are at each end of a relation.
#[derive(Debug, Clone, PartialEq)]
pub enum RelationKind {
    /// One row at each end.
    OneToOne,
    /// One row at the end the foreign key refers to, many at the owning end.
    OneToMany,
    /// Many at both ends, kept in a table that is no model (implicit many-to-many).
    ManyToMany(JoinTable),
}

/// The table of an implicit many-to-many relation, with two columns [`A`](JoinSide::A) and
/// [`B`](JoinSide::B), each referring to the single-column id of one model.
#[derive(Debug, Clone, PartialEq)]
pub struct JoinTable {
    /// The table's name: `_` and the relation's name.
    pub db_name: String,
    /// The database schema it lives in: that of model A.
    pub db_schema: Option<String>,
    /// The column that holds the id of the model *this field is on*; the other column holds the id of the
    /// target.
    pub side: JoinSide,
}

/// A column of a [`JoinTable`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JoinSide {
    /// Column `A`: the model whose name comes first in byte order; in a self relation the field whose name
    /// does.
    A,
    /// Column `B`.
    B,
}

impl JoinSide {
    /// The column's name.
    pub fn column(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }

    /// The other column.
    pub fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }
}

/// What the database does to rows that refer to a row being deleted or changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReferentialAction {
    /// Delete or change them too.
    Cascade,
    /// Refuse, at once.
    Restrict,
    /// Refuse, at the end of the statement or transaction.
    NoAction,
    /// Set their columns to null.
    SetNull,
    /// Set their columns to their defaults.
    SetDefault,
}

impl ReferentialAction {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Cascade, Self::Restrict, Self::NoAction, Self::SetNull, Self::SetDefault];

    /// The name in the language.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cascade => "Cascade",
            Self::Restrict => "Restrict",
            Self::NoAction => "NoAction",
            Self::SetNull => "SetNull",
            Self::SetDefault => "SetDefault",
        }
    }

    /// The words of SQL.
    pub fn sql(self) -> &'static str {
        match self {
            Self::Cascade => "CASCADE",
            Self::Restrict => "RESTRICT",
            Self::NoAction => "NO ACTION",
            Self::SetNull => "SET NULL",
            Self::SetDefault => "SET DEFAULT",
        }
    }
}
