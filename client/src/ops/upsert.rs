//! Creating a record, or changing the one that is there.

use std::fmt;
use std::marker::PhantomData;

use drivetrain_adapter_api::{Capabilities, Result};

use super::atomic::{Operation, Planned};
use super::awaitable;
use super::update::untyped;
use crate::create::CreateData;
use crate::engine::Engine;
use crate::filter::{AssignOp, Assignment, Unique};
use crate::include::IncludeIn;
use crate::model::{Model, Row};
use crate::plan::{self, Selection};

/// Creates a record, or changes the one with its key. Awaiting it gives the record as it is afterwards.
///
/// The database itself tells whether the record is there, so that nobody can come in between, where it can: the
/// condition is a whole key and nothing else, the new record has the same values in it and no others to be created with
/// it. Otherwise it is an update and, if there is no such record, a create: if somebody else creates the record in
/// between, that gives a [`UniqueViolation`](drivetrain_adapter_api::ErrorKind::UniqueViolation).
#[must_use = "nothing is written until it is awaited"]
pub struct Upsert<'a, M: Model, R = <M as Model>::Row> {
    engine: &'a dyn Engine,
    data: CreateData,
    changes: Vec<(usize, AssignOp)>,
    selection: Selection,
    marker: PhantomData<fn() -> (M, R)>,
}

impl<M: Model, R> fmt::Debug for Upsert<'_, M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upsert").field("data", &self.data).finish_non_exhaustive()
    }
}

impl<'a, M: Model> Upsert<'a, M> {
    pub(super) fn new(
        engine: &'a dyn Engine,
        key: Unique<M>,
        data: CreateData,
        changes: impl IntoIterator<Item = Assignment<M>>,
    ) -> Self {
        let mut selection = Selection::new(M::META);
        selection.filter(key.into_node());
        Self { engine, data, changes: untyped(changes), selection, marker: PhantomData }
    }
}

impl<'a, M: Model, R> Upsert<'a, M, R> {
    /// With a relation of the record.
    pub fn include<I: IncludeIn<R>>(mut self, include: I) -> Upsert<'a, M, I::With> {
        self.selection.include(include.into_related());
        let Self { engine, data, changes, selection, .. } = self;
        Upsert { engine, data, changes, selection, marker: PhantomData }
    }
}

impl<M: Model, R: Row> Upsert<'_, M, R> {
    async fn run(self) -> Result<R> {
        let mut record = plan::upsert(self.engine, self.data, self.changes, self.selection).await?;
        R::read(&mut record)
    }
}

awaitable!(['a, M: Model, R: Row] Upsert<'a, M, R> => R);

impl<M: Model, R: Row> Operation for Upsert<'_, M, R> {
    type Output = R;

    fn plan(self, capabilities: &Capabilities) -> Result<Planned<R>> {
        let Self { data, changes, selection, .. } = self;
        Ok(match plan::upsert_alone_query(capabilities, &data, &changes, &selection)? {
            Some(query) => Planned::query(selection.models(), query, move |result| {
                R::read(&mut plan::only(plan::read_joined(&result.rows, &selection)?)?)
            }),
            None => Planned::steps(move |engine| {
                Box::pin(async move { R::read(&mut plan::upsert(engine, data, changes, selection).await?) })
            }),
        })
    }
}
