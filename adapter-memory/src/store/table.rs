//! The rows of one table.

use std::fmt;
use std::sync::Arc;

use drivetrain_adapter_api::Value;

use crate::define::Definition;

/// A row. Its values are of the columns' types.
pub(crate) type Row = Arc<[Value]>;

/// A table: rows in the order in which they were written. Each has a number that it keeps when it is changed.
#[derive(Clone)]
pub(crate) struct Table {
    pub(crate) definition: Arc<Definition>,
    /// Shared with those that read them.
    rows: Arc<Vec<Row>>,
    /// One for each row, ascending.
    numbers: Arc<Vec<u64>>,
    last: u64,
}

impl fmt::Debug for Table {
    /// Never the rows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table")
            .field("name", &self.definition.key.to_string())
            .field("rows", &self.rows.len())
            .finish_non_exhaustive()
    }
}

impl Table {
    pub(crate) fn new(definition: Arc<Definition>) -> Self {
        Self { definition, rows: Arc::default(), numbers: Arc::default(), last: 0 }
    }

    pub(crate) fn rows(&self) -> &Arc<Vec<Row>> {
        &self.rows
    }

    pub(crate) fn numbered(&self) -> impl Iterator<Item = (u64, &Row)> {
        self.numbers.iter().copied().zip(self.rows.iter())
    }

    pub(crate) fn get(&self, number: u64) -> Option<&Row> {
        self.numbers.binary_search(&number).ok().map(|at| &self.rows[at])
    }

    /// Adds a row, and gives its number.
    pub(crate) fn push(&mut self, row: Row) -> u64 {
        self.last += 1;
        Arc::make_mut(&mut self.rows).push(row);
        Arc::make_mut(&mut self.numbers).push(self.last);
        self.last
    }

    /// Puts another row in the place of one that is there.
    pub(crate) fn replace(&mut self, number: u64, row: Row) {
        if let Ok(at) = self.numbers.binary_search(&number) {
            Arc::make_mut(&mut self.rows)[at] = row;
        }
    }

    pub(crate) fn remove(&mut self, number: u64) {
        if let Ok(at) = self.numbers.binary_search(&number) {
            Arc::make_mut(&mut self.rows).remove(at);
            Arc::make_mut(&mut self.numbers).remove(at);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.rows = Arc::default();
        self.numbers = Arc::default();
    }
}
