//! Conditions on related records.

use super::node::{Node, Quantifier};
use super::{Filter, IntoFilter};
use crate::model::{Cardinality, Many, MaybeOne, Model, One, Relation};

fn related<R: Relation>(quantifier: Quantifier, filter: Filter<R::Child>) -> Filter<R::Parent> {
    Filter::new(Node::Relation { relation: R::INDEX, quantifier, filter: Box::new(filter.node) })
}

/// Conditions on relations to any number of records.
pub trait ToManyRelation: Relation {
    /// One of the related records fulfils the condition.
    fn some(self, filter: impl IntoFilter<Self::Child>) -> Filter<Self::Parent> {
        related::<Self>(Quantifier::Some, filter.into_filter())
    }

    /// All of the related records fulfil the condition; true where there are none.
    fn every(self, filter: impl IntoFilter<Self::Child>) -> Filter<Self::Parent> {
        related::<Self>(Quantifier::Every, filter.into_filter())
    }

    /// None of the related records fulfils the condition.
    fn none(self, filter: impl IntoFilter<Self::Child>) -> Filter<Self::Parent> {
        related::<Self>(Quantifier::None, filter.into_filter())
    }
}

impl<R: Relation<Cardinality = Many>> ToManyRelation for R {}

/// Conditions on relations to one record at most.
pub trait ToOneRelation: Relation {
    /// There is a related record, and it fulfils the condition.
    fn is(self, filter: impl IntoFilter<Self::Child>) -> Filter<Self::Parent> {
        related::<Self>(Quantifier::Some, filter.into_filter())
    }

    /// There is no related record that fulfils the condition.
    fn is_not(self, filter: impl IntoFilter<Self::Child>) -> Filter<Self::Parent> {
        related::<Self>(Quantifier::None, filter.into_filter())
    }

    /// There is a related record.
    fn exists(self) -> Filter<Self::Parent> {
        self.is(Filter::<Self::Child>::all())
    }
}

impl<R: Relation> ToOneRelation for R where R::Cardinality: RelationFilter {}

/// The cardinalities of relations to one record at most.
pub trait RelationFilter: Cardinality {}

impl RelationFilter for One {}
impl RelationFilter for MaybeOne {}

impl<M: Model> IntoFilter<M> for () {
    /// No condition.
    fn into_filter(self) -> Filter<M> {
        Filter::all()
    }
}
