//! Runs bound statements: first what reads.

mod aggregate;
mod expr;
mod join;
mod json_rows;
mod list;
mod order;
mod select;
mod window;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use drivetrain_adapter_api::{Error, ErrorKind, Result, Value};

pub(crate) use expr::truth;
pub(crate) use select::Lazy;

use crate::store::{Moment, Row, Store};
use crate::value::Key;

/// How many rows are worked on between two looks at the clock.
const ROWS_BETWEEN_LOOKS: u32 = 1024;

/// The row that an expression is about, and those around it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Env<'a> {
    pub(crate) row: &'a [Value],
    pub(crate) aggregates: &'a [Value],
    pub(crate) windows: &'a [Value],
    pub(crate) outer: Option<&'a Self>,
}

impl<'a> Env<'a> {
    /// No row at all.
    pub(crate) const NONE: Self = Self { row: &[], aggregates: &[], windows: &[], outer: None };

    pub(crate) fn row(row: &'a [Value], outer: Option<&'a Self>) -> Self {
        Self { row, aggregates: &[], windows: &[], outer }
    }
}

/// What one run of a statement needs and remembers.
pub(crate) struct Run {
    pub(crate) store: Arc<Store>,
    pub(crate) now: Moment,
    /// When the statement must be done, by the runtime's clock.
    pub(crate) deadline: Option<Duration>,
    ctes: Vec<Option<Arc<Vec<Row>>>>,
    caches: Vec<Option<Arc<Vec<Row>>>>,
    /// Rows of sources by the values of one of their columns. The rows are kept so that their address stays theirs.
    indexes: HashMap<(usize, usize), Index>,
    /// The rows of cached selects, to be looked for.
    sets: HashMap<usize, Arc<list::Set>>,
    ticks: u32,
}

struct Index {
    by_key: Arc<HashMap<Key, Vec<u32>>>,
    _rows: Arc<Vec<Row>>,
}

impl Run {
    pub(crate) fn new(store: Arc<Store>, now: Moment, deadline: Option<Duration>) -> Self {
        Self {
            store,
            now,
            deadline,
            ctes: Vec::new(),
            caches: Vec::new(),
            indexes: HashMap::new(),
            sets: HashMap::new(),
            ticks: 0,
        }
    }

    /// Makes room for that many common table expressions and cached selects.
    pub(crate) fn reserve(&mut self, ctes: usize, caches: usize) {
        self.ctes.resize(ctes, None);
        self.caches.resize(caches, None);
    }

    pub(crate) fn set_cte(&mut self, id: usize, rows: Vec<Row>) {
        if let Some(place) = self.ctes.get_mut(id) {
            *place = Some(Arc::new(rows));
        }
    }

    fn cte(&self, id: usize) -> Result<Arc<Vec<Row>>> {
        self.ctes
            .get(id)
            .and_then(Clone::clone)
            .ok_or_else(|| crate::error::broken("a common table expression is read before it is run"))
    }

    /// One row more was worked on.
    fn tick(&mut self) -> Result<()> {
        self.ticks = self.ticks.wrapping_add(1);
        if self.ticks.is_multiple_of(ROWS_BETWEEN_LOOKS)
            && let (Some(deadline), Some(runtime)) = (self.deadline, self.store.clock.runtime())
            && runtime.monotonic() >= deadline
        {
            return Err(timed_out());
        }
        Ok(())
    }
}

pub(crate) fn timed_out() -> Error {
    Error::new(ErrorKind::Timeout, "the query's limit of time ran out")
        .with_retry(drivetrain_adapter_api::RetryClass::SafeNow)
}
