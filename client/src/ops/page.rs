//! A page of records and how many there are in all.

use std::fmt;
use std::marker::PhantomData;

use drivetrain_adapter_api::{Error, Result};

use super::awaitable;
use crate::engine::Engine;
use crate::model::{Model, Row};
use crate::plan::{self, Selection};

/// A page of records.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<R> {
    /// The records of this page.
    pub items: Vec<R>,
    /// How many records there are on all pages.
    pub total: u64,
    /// Which page this is, counted from 1.
    pub number: u64,
    /// How many records a page has at most.
    pub size: u64,
}

impl<R> Page<R> {
    /// How many pages there are.
    pub fn pages(&self) -> u64 {
        self.total.div_ceil(self.size.max(1))
    }
}

/// Reads a page of records and their number, in one round trip. Awaiting it gives a [`Page`].
#[must_use = "a query does nothing until it is awaited"]
pub struct PageQuery<'a, M, R> {
    engine: &'a dyn Engine,
    selection: Selection,
    number: u64,
    size: u64,
    marker: PhantomData<fn() -> (M, R)>,
}

impl<M, R> fmt::Debug for PageQuery<'_, M, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageQuery")
            .field("number", &self.number)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

impl<'a, M, R> PageQuery<'a, M, R> {
    pub(super) fn new(engine: &'a dyn Engine, selection: Selection, number: u64, size: u64) -> Self {
        Self { engine, selection, number, size, marker: PhantomData }
    }
}

impl<M: Model, R: Row> PageQuery<'_, M, R> {
    async fn run(mut self) -> Result<Page<R>> {
        if self.number == 0 || self.size == 0 {
            return Err(Error::misuse("pages are counted from 1 and have at least one record"));
        }
        let skipped = (self.number - 1)
            .checked_mul(self.size)
            .ok_or_else(|| Error::misuse("there are no pages that far: the number is too large"))?;
        self.selection.skip = Some(skipped);
        self.selection.take = Some(self.size);
        let (records, total) = plan::find_with_total(self.engine, &self.selection).await?;
        let items = records.into_iter().map(|mut record| R::read(&mut record)).collect::<Result<_>>()?;
        Ok(Page { items, total, number: self.number, size: self.size })
    }
}

awaitable!(['a, M: Model, R: Row] PageQuery<'a, M, R> => Page<R>);
