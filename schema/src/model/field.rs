//! Fields of models.

use super::relation::RelationField;
use super::scalar::{DefaultValue, NativeType, ScalarType};
use crate::source::Span;

/// How many values a field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Arity {
    /// Exactly one: `Type`.
    Required,
    /// None or one: `Type?`.
    Optional,
    /// Any number: `Type[]`.
    List,
}

/// One field of a model: a column or a relation.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Name in the schema.
    pub name: String,
    /// Name of the column: `@map`, else the name. A relation has no column; there it equals the name.
    pub db_name: String,
    /// The `///` lines above or after the field, joined by newlines, without a `@rust(..)` line.
    pub documentation: Option<String>,
    /// The path given by a documentation line `@rust(path)`: the Rust type this field has in the generated
    /// client.
    pub rust_type: Option<String>,
    /// How many values.
    pub arity: Arity,
    /// `@ignore`, or of a type no client can handle ([`ScalarType::Unsupported`] stays false unless stated).
    pub ignored: bool,
    /// Column or relation.
    pub kind: FieldKind,
    /// The name in the source.
    pub span: Span,
}

impl Field {
    /// The column, if the field is one.
    pub fn as_scalar(&self) -> Option<&ScalarField> {
        match &self.kind {
            FieldKind::Scalar(scalar) => Some(scalar),
            FieldKind::Relation(_) => None,
        }
    }

    /// The relation, if the field is one.
    pub fn as_relation(&self) -> Option<&RelationField> {
        match &self.kind {
            FieldKind::Relation(relation) => Some(relation),
            FieldKind::Scalar(_) => None,
        }
    }

    /// `Type`.
    pub fn is_required(&self) -> bool {
        self.arity == Arity::Required
    }

    /// `Type?`.
    pub fn is_optional(&self) -> bool {
        self.arity == Arity::Optional
    }

    /// `Type[]`.
    pub fn is_list(&self) -> bool {
        self.arity == Arity::List
    }

    /// Whether a create must give this field a value: a required column with no default and no
    /// `@updatedAt`. A list may be left out (it is then empty). For a relation the question is answered by
    /// its columns.
    pub fn must_be_given(&self) -> bool {
        self.is_required()
            && self.as_scalar().is_some_and(|scalar| scalar.default.is_none() && !scalar.updated_at)
    }
}

/// What a [`Field`] is.
#[derive(Debug, Clone, PartialEq)]
pub enum FieldKind {
    /// A column, enums and `Unsupported` included.
    Scalar(ScalarField),
    /// A relation to a model.
    Relation(RelationField),
}

/// A field that is a column.
#[derive(Debug, Clone, PartialEq)]
pub struct ScalarField {
    /// The type in the language.
    pub ty: ScalarType,
    /// The column's type where `@db.X` states it. It belongs to the datasource's provider and is not used
    /// on others.
    pub native: Option<NativeType>,
    /// `@default(..)`.
    pub default: Option<DefaultValue>,
    /// `@updatedAt`: the client sets it to the current time on every write that leaves it out.
    pub updated_at: bool,
}
