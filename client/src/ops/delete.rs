//! Deleting records.

use std::fmt;
use std::marker::PhantomData;

use drivetrain_adapter_api::{Capabilities, Result};

use super::atomic::{Operation, Planned};
use super::awaitable;
use super::find::not_found;
use crate::engine::Engine;
use crate::filter::{Filter, Unique};
use crate::model::{Model, Row};
use crate::plan;

/// Deletes one record. Awaiting it gives the record as it was;
/// [`NotFound`](drivetrain_adapter_api::ErrorKind::NotFound) if there is none.
#[must_use = "nothing is deleted until it is awaited"]
pub struct Delete<'a, M> {
    engine: &'a dyn Engine,
    key: Unique<M>,
    model: PhantomData<fn() -> M>,
}

impl<M: Model> fmt::Debug for Delete<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Delete").field(&self.key).finish()
    }
}

impl<'a, M: Model> Delete<'a, M> {
    pub(super) fn new(engine: &'a dyn Engine, key: Unique<M>) -> Self {
        Self { engine, key, model: PhantomData }
    }

    async fn run(self) -> Result<M::Row> {
        let record = plan::delete(self.engine, M::META, &self.key.into_node()).await?;
        M::Row::read(&mut record.ok_or_else(|| not_found(M::META.name))?)
    }
}

awaitable!(['a, M: Model] Delete<'a, M> => M::Row);

/// Deletes all records that fulfil a condition. Awaiting it gives their number.
#[must_use = "nothing is deleted until it is awaited"]
pub struct DeleteMany<'a, M> {
    engine: &'a dyn Engine,
    filter: Filter<M>,
}

impl<M: Model> fmt::Debug for DeleteMany<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DeleteMany").field(&self.filter).finish()
    }
}

impl<'a, M: Model> DeleteMany<'a, M> {
    pub(super) fn new(engine: &'a dyn Engine, filter: Filter<M>) -> Self {
        Self { engine, filter }
    }

    async fn run(self) -> Result<u64> {
        plan::delete_many(self.engine, M::META, &self.filter.node).await
    }
}

awaitable!(['a, M: Model] DeleteMany<'a, M> => u64);

impl<M: Model> Operation for Delete<'_, M> {
    type Output = M::Row;

    /// Step by step: that there is no record is found out before the other operations are committed.
    fn plan(self, _: &Capabilities) -> Result<Planned<M::Row>> {
        Ok(Planned::steps(move |engine| {
            Box::pin(async move {
                let record = plan::delete(engine, M::META, &self.key.into_node()).await?;
                M::Row::read(&mut record.ok_or_else(|| not_found(M::META.name))?)
            })
        }))
    }
}

impl<M: Model> Operation for DeleteMany<'_, M> {
    type Output = u64;

    fn plan(self, _: &Capabilities) -> Result<Planned<u64>> {
        let label = format!("{}.delete_many", M::META.name);
        let query = plan::delete_query(M::META, &self.filter.node, false, &label)?;
        Ok(Planned::query(vec![M::META], query, |result| Ok(result.affected.unwrap_or(0))))
    }
}
