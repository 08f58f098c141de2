//! Expressions.

use std::sync::Arc;

use super::{Ident, OrderBy, Select, TableName};
use crate::DbType;

/// A place for a value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Slot {
    /// Which of the query's values goes here.
    pub index: u32,
    /// The type of the column or expression the value stands for.
    pub ty: DbType,
}

/// An expression.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Expr {
    /// A column, of a table or alias if several are in scope.
    Column {
        /// The table's alias or name.
        table: Option<Ident>,
        /// The column.
        column: Ident,
    },
    /// A value of the query.
    Slot(Slot),
    /// A constant that is part of the statement. Never a user's value.
    Literal(Literal),
    /// `left operator right`.
    Binary(BinaryOperator, Box<Self>, Box<Self>),
    /// All are true; true for none.
    And(Vec<Self>),
    /// One is true; false for none.
    Or(Vec<Self>),
    /// `NOT`.
    Not(Box<Self>),
    /// `IS NULL`.
    IsNull(Box<Self>),
    /// Whether the value, or the row of values, is in a list.
    In {
        /// What is looked for.
        expr: Box<Self>,
        /// Where it is looked for.
        list: InList,
    },
    /// A search in a text. The needle is taken literally: its wildcards are escaped.
    TextMatch {
        /// The text searched.
        expr: Box<Self>,
        /// The sort of search.
        kind: TextMatch,
        /// The needle.
        needle: Slot,
        /// Whether letters of either case are the same. For ASCII letters at least; others as the database does.
        case_insensitive: bool,
    },
    /// `EXISTS (select)`.
    Exists(Box<Select>),
    /// The only value of a select, or NULL.
    Scalar(Box<Select>),
    /// A function.
    Call(Function, Vec<Self>),
    /// An aggregate.
    Aggregate {
        /// Which one.
        function: AggregateFunction,
        /// What it is taken of; `None` for `count(*)`.
        argument: Option<Box<Self>>,
        /// Of distinct values only.
        distinct: bool,
    },
    /// The first result whose condition holds, or the last expression.
    Case {
        /// Conditions and results.
        arms: Vec<(Self, Self)>,
        /// The result where no condition holds; NULL if there is none.
        otherwise: Option<Box<Self>>,
    },
    /// Converts to a type.
    Cast(Box<Self>, DbType),
    /// A row of values, to compare with another.
    Row(Vec<Self>),
    /// The rows of a select as one JSON array of arrays.
    JsonRows(Box<JsonRows>),
    /// The value that an insert in conflict wanted to write to the column.
    Excluded(Ident),
    /// The column's default, in the rows of an insert.
    Default,
}

/// A constant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Literal {
    /// NULL.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A text from the schema. Not for users' values.
    Text(Arc<str>),
}

/// Operators with two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the names are those of the operators")]
pub enum BinaryOperator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    /// Equal, where NULL equals NULL.
    IsNotDistinctFrom,
    Add,
    Subtract,
    Multiply,
    /// Division. Of integers: as the database does it.
    Divide,
    /// Joins two texts.
    Concat,
    /// The left array has the right value as an element.
    ArrayHas,
    /// The left array has all elements of the right one.
    ArrayHasEvery,
    /// The left array has one of the elements of the right one.
    ArrayHasSome,
    /// Appends the right array to the left one.
    ArrayConcat,
}

/// Where `In` looks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InList {
    /// In the elements of a value that is an array.
    Slot(Slot),
    /// In rows of which each column is a value that is an array; all are of one length.
    Rows(Vec<Slot>),
    /// In the rows of a select.
    Select(Box<Select>),
}

/// Sorts of search in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TextMatch {
    /// Anywhere.
    Contains,
    /// At the start.
    StartsWith,
    /// At the end.
    EndsWith,
}

/// Functions that every dialect has a word for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Function {
    /// The first argument that is not NULL.
    Coalesce,
    /// Lower case.
    Lower,
    /// Upper case.
    Upper,
    /// The length in characters, or of an array in elements (0 for an empty one). What is an array is known by its
    /// type: that of a slot, or of a cast around a column.
    Length,
    /// The absolute value.
    Abs,
    /// The start of the current transaction, or of the statement: the database's `CURRENT_TIMESTAMP`, an instant.
    Now,
    /// The same as a timestamp without zone: what clocks in UTC show, whatever the session's zone.
    NowUtc,
    /// The next value of the sequence behind a column that the database numbers.
    NextId {
        /// The table.
        table: TableName,
        /// The column.
        column: Ident,
    },
    /// The number of the row, from 1, in that order.
    RowNumber {
        /// Rows are numbered anew for each combination of these.
        partition_by: Vec<Expr>,
        /// The order.
        order_by: Vec<OrderBy>,
    },
}

/// Aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the names are those of the functions")]
pub enum AggregateFunction {
    Count,
    Sum,
    Average,
    Min,
    Max,
}

/// The rows of a select as one JSON text: an array (in the select's order) of arrays (one item a column), `[]`
/// where there are no rows, never NULL.
///
/// Scalars are encoded so that nothing is lost on the way through JSON; [`decode::json`](crate::decode::json) reads
/// them, and states the encodings.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct JsonRows {
    /// The rows. It may refer to columns of the statement around it. Its projections are those of `items`, by
    /// position.
    pub select: Select,
    /// How each column is encoded.
    pub items: Vec<JsonItem>,
}

/// How a column becomes an item of a JSON array.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum JsonItem {
    /// A value of that type, encoded without loss.
    Scalar(DbType),
    /// JSON already (the rows of a relation within), put in as it is.
    Nested,
}

impl Expr {
    /// A column of the only table in scope.
    pub fn column(column: impl Into<Ident>) -> Self {
        Self::Column { table: None, column: column.into() }
    }

    /// A column of a table or alias.
    pub fn of(table: impl Into<Ident>, column: impl Into<Ident>) -> Self {
        Self::Column { table: Some(table.into()), column: column.into() }
    }

    /// The value with that number, of that type.
    pub fn slot(index: u32, ty: DbType) -> Self {
        Self::Slot(Slot { index, ty })
    }

    /// `self operator other`.
    #[must_use]
    pub fn binary(self, operator: BinaryOperator, other: Self) -> Self {
        Self::Binary(operator, Box::new(self), Box::new(other))
    }

    /// `self = other`.
    #[must_use]
    pub fn equal(self, other: Self) -> Self {
        self.binary(BinaryOperator::Equal, other)
    }

    /// `NOT self`.
    #[must_use]
    #[allow(clippy::should_implement_trait, reason = "SQL's NOT is not Rust's: it has a third answer")]
    pub fn not(self) -> Self {
        Self::Not(Box::new(self))
    }

    /// `self IS NULL`.
    #[must_use]
    pub fn is_null(self) -> Self {
        Self::IsNull(Box::new(self))
    }
}
