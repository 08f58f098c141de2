//! What a query loads beside the records themselves.

use std::fmt;
use std::marker::PhantomData;

use crate::filter::{IntoFilter, Order};
use crate::loaded::MaybeLoaded;
use crate::model::{Cardinality, Many, Model, Relation, Row, Slot};
use crate::plan::Selection;

/// The type of a relation `R` loaded with records of the type `C`.
pub type LoadedAs<R, C> = <<R as Relation>::Cardinality as Cardinality>::Loaded<C>;

/// The row type `C` with the relation `R` loaded with records of the type `T`: what the macros of a generated module
/// name.
pub type Including<C, R, T> = <C as Slot<R>>::With<LoadedAs<R, T>>;

/// The row type of a relation's records without their relations.
pub type RowOf<R> = <<R as Relation>::Child as Model>::Row;

/// What can be included: a relation, or a relation with conditions, order, limits and includes of its own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be included",
    label = "not a relation",
    note = "relations are the generated items of a model's module, such as `user::todos`"
)]
pub trait Include {
    /// The relation.
    type Relation: Relation;
    /// What its slot holds then.
    type Loaded;

    /// What is loaded. For the engine.
    #[doc(hidden)]
    fn into_related(self) -> RelatedParts;
}

/// What can be included in records of the type `C`, in which the relation is not loaded yet.
pub trait IncludeIn<C>: Include {
    /// The type of the records with it.
    type With;
    /// The type of the records with it perhaps.
    type WithPerhaps;
}

impl<I: Include, C: Slot<I::Relation>> IncludeIn<C> for I {
    type With = C::With<I::Loaded>;
    type WithPerhaps = C::With<MaybeLoaded<I::Loaded>>;
}

/// A relation's number and what is loaded of it.
#[doc(hidden)]
#[derive(Debug)]
pub struct RelatedParts {
    pub(crate) relation: usize,
    pub(crate) selection: Selection,
}

impl<R: Relation> Include for R {
    type Relation = R;
    type Loaded = LoadedAs<R, RowOf<R>>;

    fn into_related(self) -> RelatedParts {
        RelatedParts { relation: R::INDEX, selection: Selection::new(R::Child::META) }
    }
}

/// A relation with conditions, order, limits and includes of its own.
pub struct Related<R: Relation, C = RowOf<R>> {
    selection: Selection,
    marker: PhantomData<fn() -> (R, C)>,
}

impl<R: Relation, C: Row> Include for Related<R, C> {
    type Relation = R;
    type Loaded = LoadedAs<R, C>;

    fn into_related(self) -> RelatedParts {
        RelatedParts { relation: R::INDEX, selection: self.selection }
    }
}

impl<R: Relation, C> fmt::Debug for Related<R, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Related").field(&self.selection).finish()
    }
}

impl<R: Relation> Related<R> {
    fn new() -> Self {
        Self { selection: Selection::new(R::Child::META), marker: PhantomData }
    }
}

impl<R: Relation, C> Related<R, C> {
    /// With a relation of the related records.
    pub fn include<I: IncludeIn<C>>(mut self, include: I) -> Related<R, I::With> {
        self.selection.include(include.into_related());
        Related { selection: self.selection, marker: PhantomData }
    }

    /// With a relation of the related records, if `condition` holds.
    pub fn include_if<I: IncludeIn<C>>(mut self, condition: bool, include: I) -> Related<R, I::WithPerhaps> {
        if condition {
            self.selection.include(include.into_related());
        }
        Related { selection: self.selection, marker: PhantomData }
    }
}

impl<R: Relation<Cardinality = Many>, C> Related<R, C> {
    /// Only records that fulfil the condition. Several conditions must all hold.
    #[must_use]
    pub fn filter(mut self, filter: impl IntoFilter<R::Child>) -> Self {
        self.selection.filter(filter.into_filter().node);
        self
    }

    /// In this order; further calls order what is equal so far. Without any: by primary key.
    #[must_use]
    pub fn order_by(mut self, order: Order<R::Child>) -> Self {
        self.selection.order.push(order.node);
        self
    }

    /// At most that many records for each parent.
    #[must_use]
    pub fn take(mut self, count: u64) -> Self {
        self.selection.take = Some(count);
        self
    }

    /// Without the first `count` records of each parent.
    #[must_use]
    pub fn skip(mut self, count: u64) -> Self {
        self.selection.skip = Some(count);
        self
    }
}

/// Conditions, order, limits and includes for a relation that is included.
pub trait RelationExt: Relation {
    /// See [`Related::include`].
    fn include<I: IncludeIn<RowOf<Self>>>(self, include: I) -> Related<Self, I::With> {
        Related::<Self>::new().include(include)
    }

    /// See [`Related::include_if`].
    fn include_if<I: IncludeIn<RowOf<Self>>>(
        self,
        condition: bool,
        include: I,
    ) -> Related<Self, I::WithPerhaps> {
        Related::<Self>::new().include_if(condition, include)
    }
}

impl<R: Relation> RelationExt for R {}

/// Conditions, order and limits for a relation to many that is included.
pub trait ManyRelationExt: Relation<Cardinality = Many> {
    /// See [`Related::filter`].
    fn filter(self, filter: impl IntoFilter<Self::Child>) -> Related<Self> {
        Related::new().filter(filter)
    }

    /// See [`Related::order_by`].
    fn order_by(self, order: Order<Self::Child>) -> Related<Self> {
        Related::new().order_by(order)
    }

    /// See [`Related::take`].
    fn take(self, count: u64) -> Related<Self> {
        Related::new().take(count)
    }

    /// See [`Related::skip`].
    fn skip(self, count: u64) -> Related<Self> {
        Related::new().skip(count)
    }
}

impl<R: Relation<Cardinality = Many>> ManyRelationExt for R {}
