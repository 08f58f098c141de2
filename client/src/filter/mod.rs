//! Conditions on records, typed by model.

mod column;
mod node;
mod relation;
mod types;
mod value;

pub use column::{
    Assignment, Column, ColumnKind, Comparable, Key, Nullable, Numeric, Order, Plain, Required, Textual,
};
pub(crate) use node::{AssignOp, Compare, Node, NodeKind, OrderNode, Quantifier};
pub use relation::{RelationFilter, ToManyRelation, ToOneRelation};
pub use value::{IntoNullable, IntoValue};

use std::fmt;
use std::marker::PhantomData;
use std::ops::{BitAnd, BitAndAssign, BitOr, BitOrAssign, Not};

use crate::model::Model;

/// A condition on records of the model `M`.
///
/// Its `Debug` shows the fields it is about and never the values.
pub struct Filter<M> {
    pub(crate) node: Node,
    model: PhantomData<fn() -> M>,
}

impl<M: Model> Filter<M> {
    pub(crate) fn new(node: Node) -> Self {
        Self { node, model: PhantomData }
    }

    /// Every record.
    pub fn all() -> Self {
        Self::new(Node::And(Vec::new()))
    }

    /// Both hold.
    #[must_use]
    pub fn and(self, other: impl IntoFilter<M>) -> Self {
        Self::new(Node::And(vec![self.node, other.into_filter().node]))
    }

    /// One of them holds.
    #[must_use]
    pub fn or(self, other: impl IntoFilter<M>) -> Self {
        Self::new(Node::Or(vec![self.node, other.into_filter().node]))
    }

    /// It does not hold. As in SQL, where a NULL makes it unknown whether it holds, it is unknown too.
    #[must_use]
    #[allow(clippy::should_implement_trait, reason = "it is implemented as well")]
    pub fn not(self) -> Self {
        Self::new(Node::Not(Box::new(self.node)))
    }

    /// All of them hold.
    pub fn all_of(filters: impl IntoIterator<Item = Self>) -> Self {
        Self::new(Node::And(filters.into_iter().map(|filter| filter.node).collect()))
    }

    /// One of them holds.
    pub fn any_of(filters: impl IntoIterator<Item = Self>) -> Self {
        Self::new(Node::Or(filters.into_iter().map(|filter| filter.node).collect()))
    }
}

impl<M> Clone for Filter<M> {
    fn clone(&self) -> Self {
        Self { node: self.node.clone(), model: PhantomData }
    }
}

impl<M: Model> fmt::Debug for Filter<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Filter<{}>({:?})", M::META.name, self.node)
    }
}

impl<M: Model, O: IntoFilter<M>> BitAnd<O> for Filter<M> {
    type Output = Self;

    fn bitand(self, other: O) -> Self {
        self.and(other)
    }
}

impl<M: Model, O: IntoFilter<M>> BitAndAssign<O> for Filter<M> {
    fn bitand_assign(&mut self, other: O) {
        let old = std::mem::replace(self, Self::all());
        *self = old.and(other);
    }
}

impl<M: Model, O: IntoFilter<M>> BitOrAssign<O> for Filter<M> {
    fn bitor_assign(&mut self, other: O) {
        let old = std::mem::replace(self, Self::all());
        *self = old.or(other);
    }
}

impl<M: Model, O: IntoFilter<M>> BitOr<O> for Filter<M> {
    type Output = Self;

    fn bitor(self, other: O) -> Self {
        self.or(other)
    }
}

impl<M: Model> Not for Filter<M> {
    type Output = Self;

    fn not(self) -> Self {
        Self::not(self)
    }
}

/// A condition that holds for one record of the model `M` at most: all columns of one of its keys are given.
pub struct Unique<M>(Filter<M>);

impl<M: Model> Unique<M> {
    pub(crate) fn new(node: Node) -> Self {
        Self(Filter::new(node))
    }

    /// A key of several columns. For generated code.
    #[doc(hidden)]
    pub fn compound<const N: usize>(parts: [Self; N]) -> Self {
        Self::new(Node::And(parts.into_iter().map(|part| part.0.node).collect()))
    }

    /// The same, and another condition too.
    #[must_use]
    pub fn and(self, other: impl IntoFilter<M>) -> Self {
        Self(self.0.and(other))
    }

    pub(crate) fn into_node(self) -> Node {
        self.0.node
    }
}

impl<M> Clone for Unique<M> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<M: Model> fmt::Debug for Unique<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<M> From<Unique<M>> for Filter<M> {
    fn from(unique: Unique<M>) -> Self {
        unique.0
    }
}

/// Conditions on records of the model `M`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a condition on records of `{M}`",
    label = "not a condition on this model",
    note = "conditions begin with a field or a relation of the model: `user::id.equals(1)`, `user::todos.some(..)`"
)]
pub trait IntoFilter<M> {
    /// The condition.
    fn into_filter(self) -> Filter<M>;
}

impl<M> IntoFilter<M> for Filter<M> {
    fn into_filter(self) -> Self {
        self
    }
}

impl<M> IntoFilter<M> for Unique<M> {
    fn into_filter(self) -> Filter<M> {
        self.0
    }
}

/// Conditions that pick one record at most.
#[diagnostic::on_unimplemented(
    message = "this condition does not pick one record of `{M}` at most",
    label = "not a condition on an `@id` or `@unique` field of the model",
    note = "use `find_first` or `find_many`, or a field with `@id` or `@unique`: `user::id.equals(1)`"
)]
pub trait IntoUnique<M> {
    /// The condition.
    fn into_unique(self) -> Unique<M>;
}

impl<M> IntoUnique<M> for Unique<M> {
    fn into_unique(self) -> Self {
        self
    }
}

impl<M: Model, O: IntoFilter<M>> BitAnd<O> for Unique<M> {
    type Output = Self;

    fn bitand(self, other: O) -> Self {
        self.and(other)
    }
}

impl<M: Model, O: IntoFilter<M>> BitOr<O> for Unique<M> {
    type Output = Filter<M>;

    fn bitor(self, other: O) -> Filter<M> {
        self.0.or(other)
    }
}

impl<M: Model> Not for Unique<M> {
    type Output = Filter<M>;

    fn not(self) -> Filter<M> {
        self.0.not()
    }
}
