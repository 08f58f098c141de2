//! Rows taken apart and put together again.

use std::sync::Arc;

use drivetrain_adapter_api::{Column, OwnedRows, Rows, Value};

/// Every cell; `None` where one cannot be read, and the rows are best left alone.
pub(crate) fn values(rows: &Rows) -> Option<Vec<Vec<Value>>> {
    let row = |row| (0..rows.columns().len()).map(|column| rows.get(row, column).ok()).collect();
    (0..rows.len()).map(row).collect()
}

/// Rows of those columns and cells.
pub(crate) fn rebuilt(columns: impl Into<Arc<[Column]>>, values: Vec<Vec<Value>>) -> Rows {
    Rows::new(columns.into(), OwnedRows::new(values))
}
