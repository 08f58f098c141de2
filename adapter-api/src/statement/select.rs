//! Reading rows.

use super::{Delete, Expr, Ident, Insert, Slot, TableName, Update};

/// `SELECT`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Select {
    /// Common table expressions, each visible to those after it and to the select.
    pub with: Vec<Cte>,
    /// Whether equal rows are given once.
    pub distinct: Distinct,
    /// What is given. May be empty: rows without columns.
    pub projections: Vec<Projection>,
    /// Where from. `None` gives one row.
    pub from: Option<Source>,
    /// Joined to it, in this order.
    pub joins: Vec<Join>,
    /// `WHERE`.
    pub filter: Option<Expr>,
    /// `GROUP BY`.
    pub group_by: Vec<Expr>,
    /// `HAVING`.
    pub having: Option<Expr>,
    /// Combined with these selects, left to right, before ordering and limits.
    pub set_operations: Vec<(SetOperator, Self)>,
    /// `ORDER BY`.
    pub order_by: Vec<OrderBy>,
    /// At most that many rows.
    pub limit: Option<Expr>,
    /// After skipping that many.
    pub offset: Option<Expr>,
    /// Rows locked until the transaction ends.
    pub lock: Option<Lock>,
}

/// Whether equal rows are given once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Distinct {
    /// All rows.
    #[default]
    No,
    /// Equal rows once.
    Rows,
    /// The first row, in the select's order, for each combination of these expressions.
    On(Vec<Expr>),
}

/// An expression of a result, with the name of its column.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Projection {
    /// The expression.
    pub expr: Expr,
    /// Its name; the database's own choice if there is none.
    pub alias: Option<Ident>,
}

/// Where rows come from.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Source {
    /// A table, a view or a common table expression.
    Table {
        /// The table.
        name: TableName,
        /// Its name in this statement.
        alias: Option<Ident>,
    },
    /// The rows of a select.
    Select {
        /// The select.
        select: Box<Select>,
        /// Its name in this statement.
        alias: Ident,
        /// Whether it may refer to the sources before it.
        lateral: bool,
    },
    /// Rows made of values that are arrays of one length: one column an array.
    Arrays {
        /// The columns' names and values.
        columns: Vec<(Ident, Slot)>,
        /// A column that counts the rows from 1.
        ordinal: Option<Ident>,
        /// Its name in this statement.
        alias: Ident,
    },
}

/// A source joined to those before it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Join {
    /// The sort of join.
    pub kind: JoinKind,
    /// What is joined.
    pub source: Source,
    /// `ON`; none for a cross join.
    pub on: Option<Expr>,
}

/// Sorts of join.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the names are SQL's")]
pub enum JoinKind {
    Inner,
    Left,
    Cross,
}

/// How selects are combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the names are SQL's")]
pub enum SetOperator {
    Union,
    UnionAll,
    Intersect,
    Except,
}

/// One term of an order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OrderBy {
    /// What is ordered by.
    pub expr: Expr,
    /// Which way.
    pub direction: Direction,
    /// Where NULLs go. The same on every dialect if it is stated; as the database likes if not.
    pub nulls: Option<Nulls>,
}

/// Which way an order goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Direction {
    #[default]
    Ascending,
    Descending,
}

/// Where NULLs go in an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Nulls {
    First,
    Last,
}

/// A lock on the rows read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lock {
    /// Whether others may still read-lock the rows.
    pub shared: bool,
    /// What happens where a row is locked already.
    pub wait: LockWait,
}

/// What happens where a row is locked already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum LockWait {
    /// Wait.
    #[default]
    Wait,
    /// Fail at once.
    NoWait,
    /// Leave the row out.
    SkipLocked,
}

/// A common table expression.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Cte {
    /// Its name.
    pub name: Ident,
    /// The names of its columns; those of the body if empty.
    pub columns: Vec<Ident>,
    /// Its body.
    pub body: CteBody,
}

/// The body of a common table expression. Those that write run whether they are referred to or not.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the names say it")]
pub enum CteBody {
    Select(Box<Select>),
    Insert(Box<Insert>),
    Update(Box<Update>),
    Delete(Box<Delete>),
}

impl Projection {
    /// An expression under the database's own name for it.
    pub fn new(expr: Expr) -> Self {
        Self { expr, alias: None }
    }

    /// An expression under that name.
    pub fn named(expr: Expr, alias: impl Into<Ident>) -> Self {
        Self { expr, alias: Some(alias.into()) }
    }
}

impl Source {
    /// A table under its own name.
    pub fn table(name: impl Into<TableName>) -> Self {
        Self::Table { name: name.into(), alias: None }
    }

    /// A table under another name.
    pub fn aliased(name: impl Into<TableName>, alias: impl Into<Ident>) -> Self {
        Self::Table { name: name.into(), alias: Some(alias.into()) }
    }
}

impl OrderBy {
    /// Ascending.
    pub fn ascending(expr: Expr) -> Self {
        Self { expr, direction: Direction::Ascending, nulls: None }
    }

    /// Descending.
    pub fn descending(expr: Expr) -> Self {
        Self { expr, direction: Direction::Descending, nulls: None }
    }
}
