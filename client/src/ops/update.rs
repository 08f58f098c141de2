//! Changing records.

use std::fmt;
use std::marker::PhantomData;

use drivetrain_adapter_api::{Capabilities, Result};

use super::atomic::{Operation, Planned};
use super::awaitable;
use super::find::not_found;
use crate::engine::Engine;
use crate::filter::{AssignOp, Assignment, Filter, Unique};
use crate::include::IncludeIn;
use crate::model::{Model, Row};
use crate::plan::{self, Selection};

pub(super) fn untyped<M>(changes: impl IntoIterator<Item = Assignment<M>>) -> Vec<(usize, AssignOp)> {
    changes.into_iter().map(|change| (change.column, change.op)).collect()
}

/// Changes one record. Awaiting it gives the record as it is afterwards;
/// [`NotFound`](drivetrain_adapter_api::ErrorKind::NotFound) if there is none.
#[must_use = "nothing is changed until it is awaited"]
pub struct Update<'a, M: Model, R = <M as Model>::Row> {
    engine: &'a dyn Engine,
    changes: Vec<(usize, AssignOp)>,
    selection: Selection,
    marker: PhantomData<fn() -> (M, R)>,
}

impl<M: Model, R> fmt::Debug for Update<'_, M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Update").field("selection", &self.selection).finish_non_exhaustive()
    }
}

impl<'a, M: Model> Update<'a, M> {
    pub(super) fn new(
        engine: &'a dyn Engine,
        key: Unique<M>,
        changes: impl IntoIterator<Item = Assignment<M>>,
    ) -> Self {
        let mut selection = Selection::new(M::META);
        selection.filter(key.into_node());
        Self { engine, changes: untyped(changes), selection, marker: PhantomData }
    }
}

impl<'a, M: Model, R> Update<'a, M, R> {
    /// With a relation of the changed record.
    pub fn include<I: IncludeIn<R>>(mut self, include: I) -> Update<'a, M, I::With> {
        self.selection.include(include.into_related());
        Update { engine: self.engine, changes: self.changes, selection: self.selection, marker: PhantomData }
    }
}

impl<M: Model, R: Row> Update<'_, M, R> {
    async fn run(self) -> Result<R> {
        let record = plan::update(self.engine, self.changes, self.selection).await?;
        R::read(&mut record.ok_or_else(|| not_found(M::META.name))?)
    }
}

awaitable!(['a, M: Model, R: Row] Update<'a, M, R> => R);

/// Changes all records that fulfil a condition. Awaiting it gives their number.
#[must_use = "nothing is changed until it is awaited"]
pub struct UpdateMany<'a, M> {
    engine: &'a dyn Engine,
    filter: Filter<M>,
    changes: Vec<(usize, AssignOp)>,
}

impl<M: Model> fmt::Debug for UpdateMany<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpdateMany").field("filter", &self.filter).finish_non_exhaustive()
    }
}

impl<'a, M: Model> UpdateMany<'a, M> {
    pub(super) fn new(
        engine: &'a dyn Engine,
        filter: Filter<M>,
        changes: impl IntoIterator<Item = Assignment<M>>,
    ) -> Self {
        Self { engine, filter, changes: untyped(changes) }
    }

    async fn run(self) -> Result<u64> {
        plan::update_many(self.engine, M::META, &self.filter.node, self.changes).await
    }
}

awaitable!(['a, M: Model] UpdateMany<'a, M> => u64);

impl<M: Model, R: Row> Operation for Update<'_, M, R> {
    type Output = R;

    /// Step by step: that there is no record is found out before the other operations are committed.
    fn plan(self, _: &Capabilities) -> Result<Planned<R>> {
        let Self { changes, selection, .. } = self;
        Ok(Planned::steps(move |engine| {
            Box::pin(async move {
                let record = plan::update(engine, changes, selection).await?;
                R::read(&mut record.ok_or_else(|| not_found(M::META.name))?)
            })
        }))
    }
}

impl<M: Model> Operation for UpdateMany<'_, M> {
    type Output = u64;

    fn plan(self, _: &Capabilities) -> Result<Planned<u64>> {
        let Self { filter, changes, .. } = self;
        let label = format!("{}.update_many", M::META.name);
        Ok(match plan::update_query(M::META, &filter.node, &changes, false, &label)? {
            Some(query) => Planned::query(vec![M::META], query, |result| Ok(result.affected.unwrap_or(0))),
            None => Planned::steps(move |engine| {
                Box::pin(async move { plan::update_many(engine, M::META, &filter.node, changes).await })
            }),
        })
    }
}
