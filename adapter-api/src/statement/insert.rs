//! Adding rows.

use super::{Assignment, Cte, Expr, Ident, Projection, Select, Slot, TableName};

/// `INSERT`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Insert {
    /// Common table expressions, visible to the source.
    pub with: Vec<Cte>,
    /// The table.
    pub table: TableName,
    /// The columns written, in the order of the source's values.
    pub columns: Vec<Ident>,
    /// The rows.
    pub source: InsertSource,
    /// What happens where a row violates a unique constraint; an error if nothing is stated.
    pub on_conflict: Option<OnConflict>,
    /// What is given back of each row written.
    pub returning: Vec<Projection>,
}

/// The rows of an insert.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InsertSource {
    /// One row of defaults.
    Defaults,
    /// Rows of expressions, [`Expr::Default`] among them.
    Rows(Vec<Vec<Expr>>),
    /// As many rows as the values, all arrays of one length, have elements; one value a column.
    Arrays(Vec<Slot>),
    /// The rows of a select.
    Select(Box<Select>),
}

/// What happens where a row violates a unique constraint.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OnConflict {
    /// The row is left out, whatever the constraint.
    DoNothing,
    /// The row that is there is changed.
    DoUpdate {
        /// The columns of the constraint. MySQL takes any unique constraint of the table.
        target: Vec<Ident>,
        /// The changes. [`Expr::Excluded`] is what the insert wanted to write; columns are those of the row there.
        set: Vec<Assignment>,
    },
}
