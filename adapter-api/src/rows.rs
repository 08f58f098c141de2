//! Rows: columns once, cells decoded when they are read, type erasure once per result.

use std::fmt;
use std::sync::Arc;

use crate::{Column, Error, ErrorKind, FromCell, Result, Value, ValueRef};

/// The cells of a result, in the form they arrived in.
///
/// - **R-1** An implementation MUST decode a cell only when asked for it, and MUST give the same value each time.
/// - **R-2** A cell that cannot be decoded MUST be an error, never a panic and never another value; the cells
///   beside it MUST stay readable.
pub trait RowSet: fmt::Debug + Send + Sync + 'static {
    /// How many rows there are.
    fn len(&self) -> usize;

    /// Whether there are no rows.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The cell at `row` and `column`, both within bounds.
    ///
    /// # Errors
    /// [`Decode`](ErrorKind::Decode) or [`Protocol`](ErrorKind::Protocol) if its bytes are not of its type.
    fn cell(&self, row: usize, column: usize) -> Result<ValueRef<'_>>;
}

/// The rows of a result, or of a chunk of a stream.
///
/// Its `Debug` shows the columns and how many rows there are, never their values.
#[derive(Clone)]
pub struct Rows {
    columns: Arc<[Column]>,
    data: Arc<dyn RowSet>,
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows").field("columns", &self.columns).field("len", &self.len()).finish()
    }
}

impl Rows {
    /// Rows with those columns. `data` has a cell for each of them.
    pub fn new(columns: Arc<[Column]>, data: impl RowSet) -> Self {
        Self { columns, data: Arc::new(data) }
    }

    /// No columns and no rows: the result of a statement that returns none.
    pub fn empty() -> Self {
        Self::new(Arc::new([]), OwnedRows::default())
    }

    /// The columns. They are known also where there are no rows.
    pub fn columns(&self) -> &Arc<[Column]> {
        &self.columns
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.data.len()
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.data.is_empty()
    }

    /// The cell at `row` and `column`, counted from 0.
    ///
    /// # Errors
    /// [`NoColumn`](ErrorKind::NoColumn) out of bounds, and what decoding gives.
    pub fn cell(&self, row: usize, column: usize) -> Result<ValueRef<'_>> {
        if row >= self.data.len() || column >= self.columns.len() {
            return Err(Error::new(
                ErrorKind::NoColumn,
                format!(
                    "there is no cell at row {row}, column {column}: the result has {} rows and {} columns",
                    self.data.len(),
                    self.columns.len()
                ),
            ));
        }
        self.data.cell(row, column)
    }

    /// The cell at `row` and `column` as a Rust value.
    ///
    /// # Errors
    /// As [`cell`](Self::cell), and if the value is not of that type; the error names the column.
    pub fn get<'a, T: FromCell<'a>>(&'a self, row: usize, column: usize) -> Result<T> {
        let name = |error: Error| match self.columns.get(column) {
            Some(known) if error.column().is_none() => error.with_columns([&*known.name]),
            _ => error,
        };
        T::from_cell(self.cell(row, column).map_err(name)?).map_err(name)
    }

    /// The position of the column with that name.
    ///
    /// # Errors
    /// [`NoColumn`](ErrorKind::NoColumn) if there is none, [`AmbiguousColumn`](ErrorKind::AmbiguousColumn) if
    /// there are several.
    pub fn position(&self, name: &str) -> Result<usize> {
        let mut found = self.columns.iter().enumerate().filter(|(_, column)| &*column.name == name);
        match (found.next(), found.next()) {
            (Some((at, _)), None) => Ok(at),
            (None, _) => {
                Err(Error::new(ErrorKind::NoColumn, format!("the result has no column named `{name}`")))
            }
            (Some(_), Some(_)) => Err(Error::new(
                ErrorKind::AmbiguousColumn,
                format!("the result has several columns named `{name}`; read them by position"),
            )),
        }
    }
}

/// What a query gave.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct QueryResult {
    /// The rows, if the statement returns any.
    pub rows: Rows,
    /// How many rows the statement changed, as
    /// [`affected_rows`](crate::Capabilities::affected_rows) counts them. `None` where the statement changes none
    /// by its nature (DDL, SELECT) or the database does not tell.
    pub affected: Option<u64>,
    /// The id the database generated for an inserted row, where it tells: never one of an earlier statement.
    pub last_insert_id: Option<u64>,
}

impl QueryResult {
    /// A result with those rows.
    pub fn new(rows: Rows) -> Self {
        Self { rows, affected: None, last_insert_id: None }
    }

    /// The same with a count of affected rows.
    #[must_use]
    pub fn with_affected(mut self, affected: Option<u64>) -> Self {
        self.affected = affected;
        self
    }

    /// The same with a generated id.
    #[must_use]
    pub fn with_last_insert_id(mut self, id: Option<u64>) -> Self {
        self.last_insert_id = id;
        self
    }
}

/// Rows of owned values, for adapters whose driver gives such and for tests.
#[derive(Debug, Clone, Default)]
pub struct OwnedRows(Vec<Vec<Value>>);

impl OwnedRows {
    /// Those rows. Each has a value for every column.
    pub fn new(rows: Vec<Vec<Value>>) -> Self {
        Self(rows)
    }
}

impl RowSet for OwnedRows {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn cell(&self, row: usize, column: usize) -> Result<ValueRef<'_>> {
        self.0.get(row).and_then(|row| row.get(column)).map(Value::as_ref).ok_or_else(|| {
            Error::new(ErrorKind::Protocol, "a row has fewer values than the result has columns")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DbType;

    fn rows() -> Rows {
        let columns = ["id", "name", "name"].map(|name| Column::new(name, DbType::Unknown));
        Rows::new(
            columns.into(),
            OwnedRows::new(vec![vec![Value::Int64(1), Value::Text("a".into()), Value::NULL]]),
        )
    }

    #[test]
    fn cells_are_read_by_position_and_names_only_where_they_are_unique() {
        let rows = rows();
        assert_eq!(rows.get::<i64>(0, 0).unwrap(), 1);
        assert_eq!(rows.position("id").unwrap(), 0);
        assert_eq!(rows.position("name").unwrap_err().kind(), ErrorKind::AmbiguousColumn);
        assert_eq!(rows.position("nope").unwrap_err().kind(), ErrorKind::NoColumn);
        assert_eq!(rows.cell(1, 0).unwrap_err().kind(), ErrorKind::NoColumn);
    }

    #[test]
    fn a_null_where_none_is_taken_names_the_column() {
        let error = rows().get::<String>(0, 2).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnexpectedNull);
        assert_eq!(error.column(), Some("name"));
    }
}
