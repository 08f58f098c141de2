//! Abstract statements: what is asked of a database, in no dialect and without values.
//!
//! A [`Statement`] holds typed [`Slot`]s where values go, so that one statement serves many queries. Its
//! [shape](Statement::shape), computed once, is the key under which adapters cache lowered SQL and prepared handles.

mod expr;
mod feature;
mod insert;
mod name;
mod raw;
mod select;
mod shape;
mod walk;
mod write;

use std::fmt;

pub use expr::{
    AggregateFunction, BinaryOperator, Expr, Function, InList, JsonItem, JsonRows, Literal, Slot, TextMatch,
};
pub use feature::{Feature, Features};
pub use insert::{Insert, InsertSource, OnConflict};
pub use name::{Ident, TableName};
pub use raw::{RawPart, RawSql};
pub use select::{
    Cte, CteBody, Direction, Distinct, Join, JoinKind, Lock, LockWait, Nulls, OrderBy, Projection, Select,
    SetOperator, Source,
};
pub use write::{Assignment, Delete, Update};

use crate::{Access, DbType};

/// A statement without values.
#[derive(Clone)]
pub struct Statement {
    body: Body,
    shape: u128,
    slots: Vec<DbType>,
    features: Features,
    access: Access,
}

/// What a statement does.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Body {
    /// Reads rows.
    Select(Box<Select>),
    /// Adds rows.
    Insert(Box<Insert>),
    /// Changes rows.
    Update(Box<Update>),
    /// Removes rows.
    Delete(Box<Delete>),
    /// SQL text of one dialect.
    Raw(RawSql),
}

impl Statement {
    /// The statement with that body. Slots are numbered from 0 without gaps; a number may be used several times.
    ///
    /// # Panics
    /// If a slot number between 0 and the largest one is used by no slot: that is a mistake of the code that builds
    /// the statement, never of its input.
    pub fn new(body: impl Into<Body>) -> Self {
        let body = body.into();
        let found = walk::survey(&body);
        let slots = found
            .slots
            .into_iter()
            .enumerate()
            .map(|(at, slot)| slot.unwrap_or_else(|| panic!("slot {at} of the statement is not used")))
            .collect();
        Self { shape: shape::of(&body), slots, features: found.features, access: found.access, body }
    }

    /// Raw SQL with the dialect's own placeholders, for `parameters` values of types that are not stated.
    pub fn raw(sql: impl Into<std::sync::Arc<str>>, parameters: usize) -> Self {
        Self::new(RawSql::native(sql, parameters))
    }

    /// What it does.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// A 128-bit hash of the body: equal for equal statements within this process, and for no others.
    pub fn shape(&self) -> u128 {
        self.shape
    }

    /// The type of each slot, by number.
    pub fn slots(&self) -> &[DbType] {
        &self.slots
    }

    /// What a database must be able to do for it.
    pub fn features(&self) -> Features {
        self.features
    }

    /// Whether it writes. [`Unknown`](Access::Unknown) for raw SQL.
    pub fn access(&self) -> Access {
        self.access
    }

    /// Whether it is raw SQL.
    pub fn is_raw(&self) -> bool {
        matches!(self.body, Body::Raw(_))
    }
}

impl fmt::Debug for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sort = match &self.body {
            Body::Select(_) => "Select",
            Body::Insert(_) => "Insert",
            Body::Update(_) => "Update",
            Body::Delete(_) => "Delete",
            Body::Raw(_) => "Raw",
        };
        f.debug_struct("Statement")
            .field("sort", &sort)
            .field("shape", &format_args!("{:032x}", self.shape))
            .field("slots", &self.slots.len())
            .finish_non_exhaustive()
    }
}

impl From<Select> for Body {
    fn from(select: Select) -> Self {
        Self::Select(Box::new(select))
    }
}

impl From<Insert> for Body {
    fn from(insert: Insert) -> Self {
        Self::Insert(Box::new(insert))
    }
}

impl From<Update> for Body {
    fn from(update: Update) -> Self {
        Self::Update(Box::new(update))
    }
}

impl From<Delete> for Body {
    fn from(delete: Delete) -> Self {
        Self::Delete(Box::new(delete))
    }
}

impl From<RawSql> for Body {
    fn from(raw: RawSql) -> Self {
        Self::Raw(raw)
    }
}

#[cfg(test)]
mod tests;
