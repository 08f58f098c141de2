//! Reading records.

use std::fmt;
use std::marker::PhantomData;

use drivetrain_adapter_api::{Capabilities, Error, ErrorKind, MaybeSend, Result};

use super::atomic::{Operation, Planned};
use super::{PageQuery, awaitable};
use crate::engine::Engine;
use crate::filter::{IntoFilter, Order};
use crate::include::IncludeIn;
use crate::model::{Model, Record, Row};
use crate::plan::{self, LoadStrategy, Selection};

macro_rules! finder {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[must_use = "a query does nothing until it is awaited"]
        pub struct $name<'a, M: Model, R = <M as Model>::Row> {
            pub(super) engine: &'a dyn Engine,
            pub(super) selection: Selection,
            marker: PhantomData<fn() -> (M, R)>,
        }

        impl<'a, M: Model> $name<'a, M> {
            pub(super) fn new(engine: &'a dyn Engine, selection: Selection) -> Self {
                Self { engine, selection, marker: PhantomData }
            }
        }

        impl<M: Model, R> fmt::Debug for $name<'_, M, R> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.selection).finish()
            }
        }

        impl<'a, M: Model, R> $name<'a, M, R> {
            /// With a relation: its slot in the record changes from `NotLoaded` to its contents.
            pub fn include<I: IncludeIn<R>>(mut self, include: I) -> $name<'a, M, I::With> {
                self.selection.include(include.into_related());
                $name { engine: self.engine, selection: self.selection, marker: PhantomData }
            }

            /// With a relation if `condition` holds.
            pub fn include_if<I: IncludeIn<R>>(
                mut self,
                condition: bool,
                include: I,
            ) -> $name<'a, M, I::WithPerhaps> {
                if condition {
                    self.selection.include(include.into_related());
                }
                $name { engine: self.engine, selection: self.selection, marker: PhantomData }
            }

            /// How relations are loaded; the adapter's capabilities decide if nothing is said.
            ///
            /// [`Joined`](LoadStrategy::Joined) gives [`Unsupported`](ErrorKind::Unsupported) where the adapter does
            /// not declare `json_rows`.
            pub fn load_strategy(mut self, strategy: LoadStrategy) -> Self {
                self.selection.strategy = Some(strategy);
                self
            }
        }
    };
}

finder! {
    /// Reads all records that fulfil a condition. Awaiting it gives a `Vec`.
    FindMany
}

finder! {
    /// Reads the first record that fulfils a condition. Awaiting it gives an `Option`.
    FindFirst
}

finder! {
    /// Reads the record with a key. Awaiting it gives an `Option`.
    FindUnique
}

macro_rules! narrowed {
    ($name:ident) => {
        impl<'a, M: Model, R> $name<'a, M, R> {
            /// Only records that fulfil the condition. Several conditions must all hold.
            pub fn filter(mut self, filter: impl IntoFilter<M>) -> Self {
                self.selection.filter(filter.into_filter().node);
                self
            }

            /// In this order; further calls order what is equal so far.
            pub fn order_by(mut self, order: Order<M>) -> Self {
                self.selection.order.push(order.node);
                self
            }

            /// Without the first `count` records.
            pub fn skip(mut self, count: u64) -> Self {
                self.selection.skip = Some(count);
                self
            }
        }
    };
}

narrowed!(FindMany);
narrowed!(FindFirst);

impl<'a, M: Model, R> FindMany<'a, M, R> {
    /// At most that many records.
    pub fn take(mut self, count: u64) -> Self {
        self.selection.take = Some(count);
        self
    }

    /// Page `number` (the first is 1) of `size` records, with the number of records on all pages.
    pub fn page(self, number: u64, size: u64) -> PageQuery<'a, M, R> {
        PageQuery::new(self.engine, self.selection, number, size)
    }
}

impl<M: Model, R: Row> FindMany<'_, M, R> {
    async fn run(self) -> Result<Vec<R>> {
        let records = plan::find(self.engine, &self.selection).await?;
        records.into_iter().map(|mut record| R::read(&mut record)).collect()
    }
}

fn first<R: Row>(records: Vec<Record>) -> Result<Option<R>> {
    records.into_iter().next().map(|mut record| R::read(&mut record)).transpose()
}

impl<M: Model, R: Row> FindFirst<'_, M, R> {
    async fn run(mut self) -> Result<Option<R>> {
        self.selection.take = Some(1);
        first(plan::find(self.engine, &self.selection).await?)
    }
}

impl<M: Model, R: Row> FindUnique<'_, M, R> {
    async fn run(self) -> Result<Option<R>> {
        first(plan::find(self.engine, &self.selection).await?)
    }
}

/// Reads a record that must be there. Awaiting it gives the record itself.
#[must_use = "a query does nothing until it is awaited"]
#[derive(Debug)]
pub struct Required<Q>(Q);

impl<'a, M: Model, R> FindFirst<'a, M, R> {
    /// The record itself; [`NotFound`](ErrorKind::NotFound) if there is none.
    pub fn required(self) -> Required<Self> {
        Required(self)
    }
}

impl<'a, M: Model, R> FindUnique<'a, M, R> {
    /// The record itself; [`NotFound`](ErrorKind::NotFound) if there is none.
    pub fn required(self) -> Required<Self> {
        Required(self)
    }
}

pub(crate) fn not_found(model: &str) -> Error {
    Error::new(ErrorKind::NotFound, format!("no {model} fulfils the condition")).with_table(model)
}

impl<M: Model, R: Row> Required<FindFirst<'_, M, R>> {
    async fn run(self) -> Result<R> {
        self.0.run().await?.ok_or_else(|| not_found(M::META.name))
    }
}

impl<M: Model, R: Row> Required<FindUnique<'_, M, R>> {
    async fn run(self) -> Result<R> {
        self.0.run().await?.ok_or_else(|| not_found(M::META.name))
    }
}

fn plan_find<T: 'static>(
    capabilities: &Capabilities,
    selection: Selection,
    read: impl FnOnce(Vec<Record>) -> Result<T> + MaybeSend + 'static,
) -> Result<Planned<T>> {
    Ok(match plan::find_joined_query(capabilities, &selection)? {
        Some(query) => Planned::query(selection.models(), query, move |result| {
            read(plan::read_joined(&result.rows, &selection)?)
        }),
        None => {
            Planned::steps(move |engine| Box::pin(async move { read(plan::find(engine, &selection).await?) }))
        }
    })
}

impl<M: Model, R: Row> Operation for FindMany<'_, M, R> {
    type Output = Vec<R>;

    fn plan(self, capabilities: &Capabilities) -> Result<Planned<Vec<R>>> {
        plan_find(capabilities, self.selection, |records| {
            records.into_iter().map(|mut record| R::read(&mut record)).collect()
        })
    }
}

impl<M: Model, R: Row> Operation for FindFirst<'_, M, R> {
    type Output = Option<R>;

    fn plan(mut self, capabilities: &Capabilities) -> Result<Planned<Option<R>>> {
        self.selection.take = Some(1);
        plan_find(capabilities, self.selection, first)
    }
}

impl<M: Model, R: Row> Operation for FindUnique<'_, M, R> {
    type Output = Option<R>;

    fn plan(self, capabilities: &Capabilities) -> Result<Planned<Option<R>>> {
        plan_find(capabilities, self.selection, first)
    }
}

awaitable!(['a, M: Model, R: Row] FindMany<'a, M, R> => Vec<R>);
awaitable!(['a, M: Model, R: Row] FindFirst<'a, M, R> => Option<R>);
awaitable!(['a, M: Model, R: Row] FindUnique<'a, M, R> => Option<R>);
awaitable!(['a, M: Model, R: Row] Required<FindFirst<'a, M, R>> => R);
awaitable!(['a, M: Model, R: Row] Required<FindUnique<'a, M, R>> => R);
