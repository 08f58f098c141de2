//! The checked model: what a schema says once every name is resolved and every rule holds.
//!
//! A [`Schema`] is made only by the checks of this crate ([`Schema::parse`], [`check`](crate::check())), so
//! whoever reads it may rely on its invariants: every id points at something, both sides of a relation
//! exist and name each other, `fields` and `references` have the same length and types, and names in the
//! database do not clash.
//!
//! Models, views and enums keep the order of the source. Fields keep the order of their block.

mod datasource;
mod field;
mod key;
mod relation;
mod scalar;

pub use datasource::{ConfigValue, Datasource, EnvOrLiteral, Extension, Generator, Provider, RelationMode};
pub use field::{Arity, Field, FieldKind, ScalarField};
pub use key::{
    ColumnOptions, Condition, ConstraintName, Index, IndexAlgorithm, IndexKind, Key, OperatorClass,
    Predicate, SortOrder,
};
pub use relation::{JoinSide, JoinTable, ReferentialAction, RelationField, RelationKind};
pub use scalar::{CuidVersion, DefaultValue, Literal, NativeType, ScalarType, UuidVersion};

use crate::source::Span;

/// Position of a [`Model`] in [`Schema::models`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModelId(pub usize);

/// Position of an [`Enum`] in [`Schema::enums`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EnumId(pub usize);

/// Position of a [`Field`] in [`Model::fields`]; meaningful only together with its model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldId(pub usize);

/// A whole checked schema.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Schema {
    /// The `datasource` block, if the schema has one.
    pub datasource: Option<Datasource>,
    /// The `generator` blocks.
    pub generators: Vec<Generator>,
    /// Models and views ([`Model::is_view`]).
    pub models: Vec<Model>,
    /// Enums.
    pub enums: Vec<Enum>,
    /// The database kinds the schema was checked for, the `datasource`'s own first when it is among them.
    pub providers: Vec<Provider>,
}

impl Schema {
    /// The model or view of this name in the schema (not its name in the database).
    pub fn model(&self, name: &str) -> Option<&Model> {
        self.model_id(name).map(|id| &self[id])
    }

    /// The id of the model or view of this name.
    pub fn model_id(&self, name: &str) -> Option<ModelId> {
        self.models.iter().position(|model| model.name == name).map(ModelId)
    }

    /// The enum of this name in the schema (not its name in the database).
    pub fn enum_(&self, name: &str) -> Option<&Enum> {
        self.enum_id(name).map(|id| &self[id])
    }

    /// The id of the enum of this name.
    pub fn enum_id(&self, name: &str) -> Option<EnumId> {
        self.enums.iter().position(|e| e.name == name).map(EnumId)
    }

    /// All models and views with their ids.
    pub fn models_with_ids(&self) -> impl Iterator<Item = (ModelId, &Model)> {
        self.models.iter().enumerate().map(|(index, model)| (ModelId(index), model))
    }

    /// All enums with their ids.
    pub fn enums_with_ids(&self) -> impl Iterator<Item = (EnumId, &Enum)> {
        self.enums.iter().enumerate().map(|(index, e)| (EnumId(index), e))
    }

    /// How relations are kept: by foreign keys of the database unless the datasource says otherwise.
    pub fn relation_mode(&self) -> RelationMode {
        self.datasource.as_ref().map_or(RelationMode::ForeignKeys, |datasource| datasource.relation_mode)
    }

    /// The field of the target model that is the other end of `relation`.
    pub fn opposite_field(&self, relation: &RelationField) -> &Field {
        &self[relation.target][relation.opposite]
    }

    /// The relation field at the other end of `relation`.
    pub fn opposite_relation(&self, relation: &RelationField) -> &RelationField {
        match &self.opposite_field(relation).kind {
            FieldKind::Relation(opposite) => opposite,
            FieldKind::Scalar(_) => unreachable!("checked schema: `opposite` always names a relation field"),
        }
    }
}

impl std::ops::Index<ModelId> for Schema {
    type Output = Model;
    fn index(&self, id: ModelId) -> &Model {
        &self.models[id.0]
    }
}

impl std::ops::Index<EnumId> for Schema {
    type Output = Enum;
    fn index(&self, id: EnumId) -> &Enum {
        &self.enums[id.0]
    }
}

/// A `model` or `view` block: one table or view of the database.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Name in the schema.
    pub name: String,
    /// Name of the table or view: `@@map`, else the name.
    pub db_name: String,
    /// The database schema (namespace) given by `@@schema`.
    pub db_schema: Option<String>,
    /// The `///` lines above the block, joined by newlines.
    pub documentation: Option<String>,
    /// The fields in order, ignored ones included ([`Field::ignored`]).
    pub fields: Vec<Field>,
    /// `@id` or `@@id`. Views and ignored models may have none.
    pub primary_key: Option<Key>,
    /// `@unique` and `@@unique`, in order; each identifies at most one row. Partial ones are in `indexes`.
    pub uniques: Vec<Key>,
    /// `@@index`, `@@fulltext` and partial `@@unique`, in order.
    pub indexes: Vec<Index>,
    /// `@@ignore`: the table exists but no client is generated for it.
    pub ignored: bool,
    /// A `view` block: it is read only and no table is created for it.
    pub is_view: bool,
    /// The name in the source.
    pub span: Span,
}

impl Model {
    /// The field of this name in the schema (not its column's name).
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.field_id(name).map(|id| &self[id])
    }

    /// The id of the field of this name.
    pub fn field_id(&self, name: &str) -> Option<FieldId> {
        self.fields.iter().position(|field| field.name == name).map(FieldId)
    }

    /// All fields with their ids.
    pub fn fields_with_ids(&self) -> impl Iterator<Item = (FieldId, &Field)> {
        self.fields.iter().enumerate().map(|(index, field)| (FieldId(index), field))
    }

    /// The fields that are columns, with their ids; ignored ones included.
    pub fn scalar_fields(&self) -> impl Iterator<Item = (FieldId, &Field, &ScalarField)> {
        self.fields_with_ids().filter_map(|(id, field)| Some((id, field, field.as_scalar()?)))
    }

    /// The fields that are relations, with their ids; ignored ones included.
    pub fn relation_fields(&self) -> impl Iterator<Item = (FieldId, &Field, &RelationField)> {
        self.fields_with_ids().filter_map(|(id, field)| Some((id, field, field.as_relation()?)))
    }

    /// The primary key and the unique keys: each of them names at most one row. Of several keys of the same
    /// fields only the first is among them.
    pub fn keys(&self) -> impl Iterator<Item = &Key> {
        let all = || self.primary_key.iter().chain(&self.uniques);
        all()
            .enumerate()
            .filter(move |(index, key)| all().take(*index).all(|other| other.fields != key.fields))
            .map(|(_, key)| key)
    }
}

impl std::ops::Index<FieldId> for Model {
    type Output = Field;
    fn index(&self, id: FieldId) -> &Field {
        &self.fields[id.0]
    }
}

/// An `enum` block.
///
/// Encoding: a native enum type on Postgres (`CREATE TYPE`), an inline `ENUM(...)` on MySQL. SQLite has no
/// enums: the column is `TEXT` holding the value's [`db_name`](EnumValue::db_name), kept honest by a
/// `CHECK` on the column.
#[derive(Debug, Clone, PartialEq)]
pub struct Enum {
    /// Name in the schema.
    pub name: String,
    /// Name of the database type: `@@map`, else the name.
    pub db_name: String,
    /// The database schema (namespace) given by `@@schema`.
    pub db_schema: Option<String>,
    /// The `///` lines above the block, joined by newlines.
    pub documentation: Option<String>,
    /// The values in order, never empty.
    pub values: Vec<EnumValue>,
    /// The name in the source.
    pub span: Span,
}

impl Enum {
    /// The value of this name in the schema (not its name in the database).
    pub fn value(&self, name: &str) -> Option<&EnumValue> {
        self.values.iter().find(|value| value.name == name)
    }
}

/// One value of an [`Enum`].
#[derive(Debug, Clone, PartialEq)]
pub struct EnumValue {
    /// Name in the schema.
    pub name: String,
    /// What the database stores: `@map`, else the name.
    pub db_name: String,
    /// The `///` lines above or after the value, joined by newlines.
    pub documentation: Option<String>,
    /// The name in the source.
    pub span: Span,
}
