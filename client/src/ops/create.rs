//! Creating records.

use std::fmt;
use std::marker::PhantomData;

use drivetrain_adapter_api::{Capabilities, Result};

use super::atomic::{Operation, Planned};
use super::awaitable;
use crate::create::CreateData;
use crate::engine::Engine;
use crate::include::IncludeIn;
use crate::model::{Model, Row};
use crate::plan::{self, Selection};

/// Creates a record. Awaiting it gives the record as the database has it.
#[must_use = "nothing is created until it is awaited"]
pub struct Create<'a, M: Model, R = <M as Model>::Row> {
    engine: &'a dyn Engine,
    data: CreateData,
    selection: Selection,
    marker: PhantomData<fn() -> (M, R)>,
}

impl<M: Model, R> fmt::Debug for Create<'_, M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Create").field(&self.data).finish()
    }
}

impl<'a, M: Model> Create<'a, M> {
    pub(super) fn new(engine: &'a dyn Engine, data: CreateData) -> Self {
        Self { engine, data, selection: Selection::new(M::META), marker: PhantomData }
    }
}

impl<'a, M: Model, R> Create<'a, M, R> {
    /// With a relation of the created record, such as the records created with it.
    pub fn include<I: IncludeIn<R>>(mut self, include: I) -> Create<'a, M, I::With> {
        self.selection.include(include.into_related());
        Create { engine: self.engine, data: self.data, selection: self.selection, marker: PhantomData }
    }
}

impl<M: Model, R: Row> Create<'_, M, R> {
    async fn run(self) -> Result<R> {
        let mut record = plan::create(self.engine, self.data, self.selection).await?;
        R::read(&mut record)
    }
}

awaitable!(['a, M: Model, R: Row] Create<'a, M, R> => R);

/// Creates several records. Awaiting it gives their number.
#[must_use = "nothing is created until it is awaited"]
pub struct CreateMany<'a, M> {
    engine: &'a dyn Engine,
    records: Vec<CreateData>,
    skip_duplicates: bool,
    model: PhantomData<fn() -> M>,
}

impl<M> fmt::Debug for CreateMany<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreateMany").field("records", &self.records.len()).finish_non_exhaustive()
    }
}

impl<'a, M: Model> CreateMany<'a, M> {
    pub(super) fn new(engine: &'a dyn Engine, records: Vec<CreateData>) -> Self {
        Self { engine, records, skip_duplicates: false, model: PhantomData }
    }

    /// Leaves out records whose key exists already, instead of failing.
    pub fn skip_duplicates(mut self) -> Self {
        self.skip_duplicates = true;
        self
    }

    async fn run(self) -> Result<u64> {
        plan::create_many(self.engine, M::META, self.records, self.skip_duplicates).await
    }
}

awaitable!(['a, M: Model] CreateMany<'a, M> => u64);

impl<M: Model, R: Row> Operation for Create<'_, M, R> {
    type Output = R;

    fn plan(self, capabilities: &Capabilities) -> Result<Planned<R>> {
        let Self { data, selection, .. } = self;
        let mut models = data.models();
        models.extend(selection.models());
        Ok(match plan::create_query(capabilities, data, &selection)? {
            Ok(query) => Planned::query(models, query, move |result| {
                R::read(&mut plan::only(plan::read_joined(&result.rows, &selection)?)?)
            }),
            Err(data) => Planned::steps(move |engine| {
                Box::pin(async move { R::read(&mut plan::create(engine, data, selection).await?) })
            }),
        })
    }
}

impl<M: Model> Operation for CreateMany<'_, M> {
    type Output = u64;

    fn plan(self, capabilities: &Capabilities) -> Result<Planned<u64>> {
        let Self { records, skip_duplicates, .. } = self;
        Ok(match plan::create_many_query(capabilities, M::META, records, skip_duplicates)? {
            Ok(query) => Planned::query(vec![M::META], query, |result| Ok(result.affected.unwrap_or(0))),
            Err(records) => Planned::steps(move |engine| {
                Box::pin(plan::create_many(engine, M::META, records, skip_duplicates))
            }),
        })
    }
}
