//! The adapter.

use std::sync::Arc;

use drivetrain_adapter_api::statement::{Ident, TableName};
use drivetrain_adapter_api::{
    Adapter, Batch, Capabilities, Error, ErrorKind, Lowered, Query, QueryResult, Result, RowStream,
    StreamOptions, Transaction, TransactionOptions, Value, async_trait, check,
};

use crate::bind::{Bound, BoundInsert, Program, Rows};
use crate::capabilities;
use crate::config::MemoryConfig;
use crate::define::{ColumnDefault, TableDef, compile};
use crate::engine::Engine;
use crate::error::ADAPTER;
use crate::store::{Clock, Permit, Snapshot, Store, Table};
use crate::stream;
use crate::transaction::MemoryTransaction;
use crate::write::execute;

/// The adapter in memory. See the [documentation of the crate](crate) for what it is for and how it works.
///
/// It starts without tables: [`define`](Self::define) makes them. It is used from several tasks in an
/// `Arc`; [`share`](Self::share) gives another adapter on its tables, and [`fork`](Self::fork) one on a copy of them.
#[derive(Debug)]
pub struct MemoryAdapter {
    engine: Arc<Engine>,
    config: MemoryConfig,
}

impl MemoryAdapter {
    /// An adapter without tables.
    pub fn new(config: MemoryConfig) -> Self {
        let store = Arc::new(Store::new(config.dialect, Clock::new(config.runtime.clone())));
        let capabilities = capabilities::declare(config.dialect);
        Self { engine: Arc::new(Engine::new(store, capabilities)), config }
    }

    /// Another adapter on the same tables: what is committed through one is seen through the other. Each is closed by
    /// itself.
    #[must_use]
    pub fn share(&self) -> Self {
        let engine = Engine::new(Arc::clone(&self.engine.store), self.engine.capabilities.clone());
        Self { engine: Arc::new(engine), config: self.config.clone() }
    }

    /// Another adapter with the same tables and rows. What is written to one is not seen by the other; making it copies
    /// no rows. So one set of rows can serve many tests.
    ///
    /// # Errors
    /// [`Closed`](ErrorKind::Closed).
    pub fn fork(&self) -> Result<Self> {
        self.engine.check_open().map_err(named)?;
        let store = self.engine.store.fork(Clock::new(self.config.runtime.clone()));
        let engine = Engine::new(Arc::new(store), self.engine.capabilities.clone());
        Ok(Self { engine: Arc::new(engine), config: self.config.clone() })
    }

    /// Makes tables. They may refer to each other, and to those that are there.
    ///
    /// # Errors
    /// If a definition is wrong: nothing is made then. [`Misuse`](ErrorKind::Misuse) while a transaction that writes is
    /// open.
    pub fn define(&self, tables: impl IntoIterator<Item = TableDef>) -> Result<()> {
        let tables = tables.into_iter().collect();
        self.change(|before| compile(before, tables))
    }

    /// Removes a table.
    ///
    /// # Errors
    /// [`UndefinedTable`](ErrorKind::UndefinedTable), [`ForeignKeyViolation`](ErrorKind::ForeignKeyViolation) if
    /// another table refers to it, and [`Misuse`](ErrorKind::Misuse) while a transaction that writes is open.
    pub fn drop_table(&self, table: impl Into<TableName>) -> Result<()> {
        let name = table.into();
        self.change(|before| {
            let key = table_of(before, &name)?.definition.key.clone();
            let refers = |table: &&Arc<Table>| {
                table.definition.key != key
                    && table.definition.foreign.iter().any(|foreign| foreign.target == key)
            };
            if let Some(other) = before.tables().find(refers) {
                return Err(Error::new(
                    ErrorKind::ForeignKeyViolation,
                    format!("the table {key} cannot be removed: {} refers to it", other.definition.key),
                )
                .with_table(other.definition.key.name()));
            }
            let mut after = before.clone();
            after.remove(&key);
            self.engine.store.forget_numbers(&key);
            Ok(after)
        })
    }

    /// Removes all rows of all tables, and lets numbers start at 1 again.
    ///
    /// # Errors
    /// [`Misuse`](ErrorKind::Misuse) while a transaction that writes is open.
    pub fn clear(&self) -> Result<()> {
        self.change(|before| {
            let mut after = before.clone();
            for table in before.tables() {
                after.table_mut(&table.definition.key)?.clear();
                self.engine.store.forget_numbers(&table.definition.key);
            }
            Ok(after)
        })
    }

    /// Adds rows to a table, all or none. Columns that are not named get their defaults; numbers drawn later go on
    /// behind those that are given here.
    ///
    /// # Errors
    /// As an insert; [`Misuse`](ErrorKind::Misuse) while a transaction that writes is open.
    pub fn insert(
        &self,
        table: impl Into<TableName>,
        columns: &[&str],
        rows: impl IntoIterator<Item = Vec<Value>>,
    ) -> Result<()> {
        let name = table.into();
        let rows: Vec<Vec<Value>> = rows.into_iter().collect();
        self.change(|before| {
            let table = Arc::clone(table_of(before, &name)?);
            let definition = Arc::clone(&table.definition);
            let mut positions = Vec::with_capacity(columns.len());
            for column in columns {
                let at = definition.position(&Ident::from(*column)).ok_or_else(|| {
                    Error::new(
                        ErrorKind::UndefinedColumn,
                        format!("the table {} has no column `{column}`", definition.key),
                    )
                    .with_table(definition.key.name())
                    .with_columns([*column])
                })?;
                positions.push(at);
            }
            if let Some(row) = rows.iter().find(|row| row.len() != positions.len()) {
                return Err(Error::misuse(format!(
                    "a row for {} has {} values for {} columns",
                    definition.key,
                    row.len(),
                    positions.len()
                )));
            }
            for (at, column) in definition.columns.iter().enumerate() {
                let place = positions.iter().position(|position| *position == at);
                if let (Some(ColumnDefault::Autoincrement), Some(place)) = (&column.default, place) {
                    let largest = rows.iter().filter_map(|row| crate::value::whole(&row[place])).max();
                    let largest = largest.and_then(|number| i64::try_from(number).ok()).unwrap_or(0);
                    self.engine.store.number_seen(&definition.key, at, largest);
                }
            }
            let insert = BoundInsert {
                table,
                columns: positions,
                rows: Rows::Values(rows),
                conflict: None,
                returning: Vec::new(),
            };
            let body = Bound::Insert(insert);
            let program = Program { with: Vec::new(), body, columns: Vec::new(), ctes: 0, caches: 0 };
            let mut run = self.engine.run_at(self.engine.store.clock.now(), None);
            let outcome = execute(&mut run, before, &program)?;
            Ok(outcome.after.unwrap_or_else(|| before.clone()))
        })
    }

    /// The rows of a table that are committed, in the order in which they were first written.
    ///
    /// # Errors
    /// [`UndefinedTable`](ErrorKind::UndefinedTable) and [`Closed`](ErrorKind::Closed).
    pub fn rows(&self, table: impl Into<TableName>) -> Result<Vec<Vec<Value>>> {
        let snapshot = self.engine.snapshot().map_err(named)?;
        let table = table_of(&snapshot, &table.into()).map_err(named)?;
        Ok(table.rows().iter().map(|row| row.to_vec()).collect())
    }

    fn permit_now(&self) -> Result<Permit> {
        self.engine.check_open()?;
        self.engine.store.permit_now().ok_or_else(|| {
            Error::misuse("tables are changed from outside while a transaction that writes is open")
                .with_hint("end the transaction first")
        })
    }

    fn change(&self, change: impl FnOnce(&Snapshot) -> Result<Snapshot>) -> Result<()> {
        let changed = || {
            let permit = self.permit_now()?;
            let before = self.engine.snapshot()?;
            self.engine.publish(&permit, change(&before)?)
        };
        changed().map_err(named)
    }
}

fn named(error: Error) -> Error {
    error.with_adapter(ADAPTER)
}

fn table_of<'s>(snapshot: &'s Snapshot, name: &TableName) -> Result<&'s Arc<Table>> {
    let key = snapshot.key(name);
    snapshot.table_at(&key).ok_or_else(|| {
        Error::new(ErrorKind::UndefinedTable, format!("there is no table {key}")).with_table(key.name())
    })
}

#[async_trait]
impl Adapter for MemoryAdapter {
    fn name(&self) -> &str {
        ADAPTER
    }

    fn capabilities(&self) -> &Capabilities {
        &self.engine.capabilities
    }

    /// There is no text: what is given is the statement as Rust shows it.
    fn lower(&self, query: &Query) -> Result<Lowered> {
        self.engine.check(query).map_err(named)?;
        let text = format!("{:?}", query.statement.body());
        Ok(Lowered::new(text, query.statement.slots().to_vec()))
    }

    async fn query(&self, query: Query) -> Result<QueryResult> {
        self.engine.check(&query).map_err(named)?;
        self.engine.query(&query).await.map_err(named)
    }

    async fn batch(&self, batch: Batch) -> Result<Vec<QueryResult>> {
        self.engine.check_batch(&batch).map_err(named)?;
        if batch.queries.is_empty() {
            return Ok(Vec::new());
        }
        if let Some(options) = &batch.atomic {
            return self.engine.atomic(&batch.queries, options).await.map_err(named);
        }
        let mut results = Vec::with_capacity(batch.queries.len());
        for (at, query) in batch.queries.iter().enumerate() {
            let ran = self.engine.query(query).await;
            results.push(ran.map_err(|error| named(error.with_batch_index(at)))?);
        }
        Ok(results)
    }

    async fn stream(&self, query: Query, options: StreamOptions) -> Result<RowStream<'static>> {
        self.engine.check(&query).map_err(named)?;
        stream::alone(&self.engine, &query, options).await.map_err(named)
    }

    async fn begin(&self, options: TransactionOptions) -> Result<Box<dyn Transaction>> {
        check::begin(&self.engine.capabilities, &options).map_err(named)?;
        self.engine.check_limit(options.timeout).map_err(named)?;
        let transaction = MemoryTransaction::begin(Arc::clone(&self.engine), &options).await;
        Ok(Box::new(transaction.map_err(named)?))
    }

    async fn health_check(&self) -> Result<()> {
        self.engine.snapshot().map(drop).map_err(named)
    }

    /// Nothing is running between two polls of a future, so there is nothing to wait for. Open transactions are
    /// refused from then on, and what they wrote is gone.
    async fn close(&self) -> Result<()> {
        self.engine.close();
        Ok(())
    }
}
