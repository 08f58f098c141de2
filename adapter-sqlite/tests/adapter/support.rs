//! What the tests share: a database file of their own, the adapter on it, and the second path.

use std::sync::Arc;

use drivetrain_adapter_api::{Adapter, Error, Query, QueryResult, Value};
use drivetrain_adapter_sqlite::{SqliteAdapter, SqliteConfig};
use tempfile::TempDir;

/// An adapter on a new database file.
pub(crate) struct Fixture {
    pub(crate) adapter: Arc<SqliteAdapter>,
    pub(crate) folder: TempDir,
}

impl Fixture {
    /// With the defaults.
    pub(crate) async fn new() -> Self {
        Self::with(|config| config).await
    }

    /// With another configuration.
    pub(crate) async fn with(change: impl FnOnce(SqliteConfig) -> SqliteConfig) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = change(SqliteConfig::file(folder.path().join("test.db")));
        let adapter = Arc::new(SqliteAdapter::open(config).await.unwrap());
        Self { adapter, folder }
    }

    /// The second path.
    pub(crate) fn oracle(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder.path().join("test.db")).unwrap()
    }

    /// The only value of a query on the second path.
    pub(crate) fn ask<T: rusqlite::types::FromSql>(&self, sql: &str) -> T {
        self.oracle().query_row(sql, [], |row| row.get(0)).unwrap()
    }

    pub(crate) async fn run(&self, sql: &str) -> QueryResult {
        run(&*self.adapter, sql).await
    }
}

/// Runs raw SQL without values.
pub(crate) async fn run(adapter: &dyn Adapter, sql: &str) -> QueryResult {
    adapter.query(raw(sql)).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

pub(crate) async fn fails(adapter: &dyn Adapter, sql: &str) -> Error {
    match adapter.query(raw(sql)).await {
        Ok(result) => panic!("{sql} gave {result:?}"),
        Err(error) => error,
    }
}

pub(crate) fn raw(sql: &str) -> Query {
    Query::raw(sql, vec![])
}

pub(crate) fn raw_with(sql: &str, params: Vec<Value>) -> Query {
    Query::raw(sql, params)
}

/// The cell at row and column.
pub(crate) fn cell(result: &QueryResult, row: usize, column: usize) -> Value {
    result.rows.cell(row, column).unwrap().to_value().unwrap()
}

/// A statement that would never end by itself.
pub(crate) const ENDLESS: &str =
    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
