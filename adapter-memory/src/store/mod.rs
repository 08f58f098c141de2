//! What is kept: tables as they were committed, and the numbers drawn for their columns.

mod clock;
mod table;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_lock::{Mutex as Gate, MutexGuardArc};
use drivetrain_adapter_api::statement::TableName;
use drivetrain_adapter_api::{Dialect, Result};

pub(crate) use clock::{Clock, Moment};
pub(crate) use table::{Row, Table};

/// The name of a table, with its schema if that is not the default one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TableKey {
    schema: Option<String>,
    name: String,
}

impl TableKey {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }
}

impl fmt::Display for TableKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.schema {
            Some(schema) => write!(f, "`{schema}.{}`", self.name),
            None => write!(f, "`{}`", self.name),
        }
    }
}

/// All tables at one moment. Cloning it copies no rows; a table is copied when it is written to.
#[derive(Debug, Clone)]
pub(crate) struct Snapshot {
    dialect: Dialect,
    tables: BTreeMap<TableKey, Arc<Table>>,
}

impl Snapshot {
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self { dialect, tables: BTreeMap::new() }
    }

    pub(crate) fn dialect(&self) -> Dialect {
        self.dialect
    }

    pub(crate) fn key(&self, name: &TableName) -> TableKey {
        let schema = name.schema.as_ref().map(|schema| schema.as_str().to_owned());
        let default = |schema: &String| self.dialect == Dialect::Postgres && schema == "public";
        TableKey { schema: schema.filter(|schema| !default(schema)), name: name.name.as_str().to_owned() }
    }

    pub(crate) fn table_at(&self, key: &TableKey) -> Option<&Arc<Table>> {
        self.tables.get(key)
    }

    pub(crate) fn tables(&self) -> impl Iterator<Item = &Arc<Table>> {
        self.tables.values()
    }

    pub(crate) fn put(&mut self, table: Table) {
        self.tables.insert(table.definition.key.clone(), Arc::new(table));
    }

    pub(crate) fn remove(&mut self, key: &TableKey) {
        self.tables.remove(key);
    }

    /// The table, to be written to.
    pub(crate) fn table_mut(&mut self, key: &TableKey) -> Result<&mut Table> {
        self.tables
            .get_mut(key)
            .map(Arc::make_mut)
            .ok_or_else(|| crate::error::broken("a table that was bound is not there"))
    }
}

/// What all handles of one adapter share.
#[derive(Debug)]
pub(crate) struct Store {
    /// Held by the one that writes.
    gate: Arc<Gate<()>>,
    state: Mutex<State>,
    pub(crate) clock: Clock,
}

#[derive(Debug)]
struct State {
    committed: Arc<Snapshot>,
    /// The last number drawn for each numbered column. A rollback does not give numbers back.
    sequences: BTreeMap<(TableKey, usize), i64>,
}

/// The right to write, until it is dropped.
pub(crate) type Permit = MutexGuardArc<()>;

impl Store {
    pub(crate) fn new(dialect: Dialect, clock: Clock) -> Self {
        let state = State { committed: Arc::new(Snapshot::new(dialect)), sequences: BTreeMap::new() };
        Self { gate: Arc::new(Gate::new(())), state: Mutex::new(state), clock }
    }

    /// Another store that starts with what is committed in this one.
    pub(crate) fn fork(&self, clock: Clock) -> Self {
        let state = self.state();
        let state = State { committed: Arc::clone(&state.committed), sequences: state.sequences.clone() };
        Self { gate: Arc::new(Gate::new(())), state: Mutex::new(state), clock }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change of the state is one assignment: a panic elsewhere leaves nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is committed.
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.state().committed)
    }

    /// Waits for the right to write. Those that wait are served in their order, and a dropped one is passed over.
    pub(crate) async fn permit(&self) -> Permit {
        self.gate.lock_arc().await
    }

    /// The right to write, if nobody has it.
    pub(crate) fn permit_now(&self) -> Option<Permit> {
        self.gate.try_lock_arc()
    }

    /// Makes what was written what everybody sees. `_permit` proves that nobody else has written since.
    pub(crate) fn publish(&self, _permit: &Permit, snapshot: Snapshot) {
        self.state().committed = Arc::new(snapshot);
    }

    /// Draws the next number of a column.
    pub(crate) fn next_number(&self, table: &TableKey, column: usize) -> i64 {
        let mut state = self.state();
        let last = state.sequences.entry((table.clone(), column)).or_insert(0);
        *last = last.saturating_add(1);
        *last
    }

    /// Lets the numbers of a column go on behind `number`.
    pub(crate) fn number_seen(&self, table: &TableKey, column: usize, number: i64) {
        let mut state = self.state();
        let last = state.sequences.entry((table.clone(), column)).or_insert(0);
        *last = (*last).max(number);
    }

    /// Starts the numbers of a table again.
    pub(crate) fn forget_numbers(&self, table: &TableKey) {
        self.state().sequences.retain(|(known, _), _| known != table);
    }
}
