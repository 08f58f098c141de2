//! Records to be created: which required fields are given is part of their type.

use std::fmt;
use std::marker::PhantomData;

use drivetrain_adapter_api::Value;

use crate::model::{Model, ModelMeta, Relation};

/// A required field that was given.
#[derive(Debug)]
pub enum Given {}

/// A required field that was not given yet. `F` names it.
#[derive(Debug)]
pub struct Missing<F>(PhantomData<fn() -> F>);

/// Required fields that were given.
#[diagnostic::on_unimplemented(
    message = "a required field is missing: `{Self}`",
    label = "this record lacks a required field",
    note = "give the named field before the record is created, for example `user::new().email(\"ada@example.com\")`"
)]
pub trait IsGiven {}

impl IsGiven for Given {}

/// A record of the model `M` with every required field.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a complete record of `{M}`",
    note = "begin with `new()` of the model's module, and give every required field"
)]
pub trait Complete<M: Model> {
    /// The record, for the engine.
    fn into_data(self) -> CreateData;
}

/// A record with every required field but those that the relation `R` fills in.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a record that can be created through the relation `{R}`",
    note = "give every required field of it, but not the foreign key: the relation fills it in"
)]
pub trait CompleteFor<R: Relation> {
    /// The record, for the engine.
    fn into_data(self) -> CreateData;
}

/// A record to be created, and those to be created with it.
#[derive(Clone)]
pub struct CreateData {
    pub(crate) model: &'static ModelMeta,
    pub(crate) values: Vec<(usize, Value)>,
    pub(crate) children: Vec<(usize, Vec<Self>)>,
}

impl CreateData {
    /// A record of the model without any field. For generated code.
    #[doc(hidden)]
    pub fn new(model: &'static ModelMeta) -> Self {
        Self { model, values: Vec::new(), children: Vec::new() }
    }

    /// With the field in that column; a field given twice has the later value. For generated code.
    #[doc(hidden)]
    #[must_use]
    pub fn value(mut self, column: usize, value: Value) -> Self {
        match self.values.iter_mut().find(|(known, _)| *known == column) {
            Some((_, old)) => *old = value,
            None => self.values.push((column, value)),
        }
        self
    }

    /// With records of that relation. For generated code.
    #[doc(hidden)]
    #[must_use]
    pub fn children<R: Relation>(mut self, children: impl IntoIterator<Item = impl CompleteFor<R>>) -> Self {
        let new = children.into_iter().map(CompleteFor::into_data);
        match self.children.iter_mut().find(|(known, _)| *known == R::INDEX) {
            Some((_, old)) => old.extend(new),
            None => self.children.push((R::INDEX, new.collect())),
        }
        self
    }
}

impl CreateData {
    /// The models of the record and of those created with it.
    pub(crate) fn models(&self) -> Vec<&'static ModelMeta> {
        let mut models = vec![self.model];
        for child in self.children.iter().flat_map(|(_, children)| children) {
            if !models.iter().any(|known| std::ptr::eq(*known, child.model)) || !child.children.is_empty() {
                models.extend(child.models());
            }
        }
        models
    }
}

impl fmt::Debug for CreateData {
    /// Shows which fields are given, not their values.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields: Vec<_> =
            self.values.iter().map(|(column, _)| self.model.columns[*column].field).collect();
        f.debug_struct(self.model.name)
            .field("given", &fields)
            .field("children", &self.children.len())
            .finish()
    }
}
