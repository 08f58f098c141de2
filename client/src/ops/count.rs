//! Counting records.

use std::fmt;
use std::marker::PhantomData;

use drivetrain_adapter_api::{Capabilities, Result};

use super::atomic::{Operation, Planned};
use super::awaitable;
use crate::engine::Engine;
use crate::filter::IntoFilter;
use crate::model::Model;
use crate::plan::{self, Selection};

/// Counts the records that fulfil a condition. Awaiting it gives their number.
#[must_use = "a query does nothing until it is awaited"]
pub struct Count<'a, M> {
    engine: &'a dyn Engine,
    selection: Selection,
    model: PhantomData<fn() -> M>,
}

impl<M> fmt::Debug for Count<'_, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Count").field(&self.selection).finish()
    }
}

impl<'a, M: Model> Count<'a, M> {
    pub(super) fn new(engine: &'a dyn Engine) -> Self {
        Self { engine, selection: Selection::new(M::META), model: PhantomData }
    }

    /// Only records that fulfil the condition. Several conditions must all hold.
    pub fn filter(mut self, filter: impl IntoFilter<M>) -> Self {
        self.selection.filter(filter.into_filter().node);
        self
    }

    async fn run(self) -> Result<u64> {
        plan::count(self.engine, &self.selection).await
    }
}

awaitable!(['a, M: Model] Count<'a, M> => u64);

impl<M: Model> Operation for Count<'_, M> {
    type Output = u64;

    fn plan(self, _: &Capabilities) -> Result<Planned<u64>> {
        let query = plan::count_query(&self.selection)?;
        Ok(Planned::query(self.selection.models(), query, |result| plan::count_of(&result)))
    }
}
