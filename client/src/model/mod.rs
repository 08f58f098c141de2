//! What generated code says about a schema: static data for the engine, marker types for the compiler.

mod meta;
mod row;
mod schema;

pub use meta::{
    ColumnMeta, DefaultMeta, EnumMeta, JoinTableMeta, KeyMeta, ModelMeta, RelationMeta, TableMeta, TypeMeta,
};
pub use row::{Cardinality, Many, MaybeOne, One, Record, Row, Slot};
pub use schema::SchemaMeta;
pub(crate) use schema::check_dialect;

use std::fmt::Debug;

/// A model of a schema. Implemented by generated marker types.
pub trait Model: Debug + Send + Sync + 'static {
    /// A record of the model without its relations.
    type Row: Row<Model = Self>;

    /// What the engine knows of it.
    const META: &'static ModelMeta;
}

/// A model whose records can be changed and deleted: all but views.
#[diagnostic::on_unimplemented(
    message = "records of `{Self}` can only be read",
    label = "a view",
    note = "write to the models that the view is made of"
)]
pub trait Writable: Model {}

/// A relation field of a model. Implemented by generated marker types.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a relation",
    note = "relations are the generated items of a model's module, such as `user::todos`"
)]
pub trait Relation: Copy + Debug + Default + Send + Sync + 'static {
    /// The model that has the field.
    type Parent: Model;
    /// The model that the field refers to.
    type Child: Model;
    /// How many records it can refer to.
    type Cardinality: Cardinality;

    /// Which of the parent's relations it is: its place in [`ModelMeta::relations`].
    const INDEX: usize;
}
