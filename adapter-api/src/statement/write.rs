//! Changing and removing rows.

use super::{Cte, Expr, Ident, Projection, TableName};

/// `UPDATE`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Update {
    /// Common table expressions.
    pub with: Vec<Cte>,
    /// The table.
    pub table: TableName,
    /// The changes.
    pub set: Vec<Assignment>,
    /// Which rows; all of them if nothing is stated.
    pub filter: Option<Expr>,
    /// What is given back of each row, as it is after the change.
    pub returning: Vec<Projection>,
}

/// A column and its new value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Assignment {
    /// The column.
    pub column: Ident,
    /// Its value, in which columns are those of the row as it was.
    pub value: Expr,
}

impl Assignment {
    /// `column = value`.
    pub fn new(column: impl Into<Ident>, value: Expr) -> Self {
        Self { column: column.into(), value }
    }
}

/// `DELETE`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Delete {
    /// Common table expressions.
    pub with: Vec<Cte>,
    /// The table.
    pub table: TableName,
    /// Which rows; all of them if nothing is stated.
    pub filter: Option<Expr>,
    /// What is given back of each row, as it was.
    pub returning: Vec<Projection>,
}
