//! Bound statements: names are positions, types are known, values of slots are in place.

use std::collections::HashSet;
use std::sync::Arc;

use drivetrain_adapter_api::statement::{
    AggregateFunction, BinaryOperator, JoinKind, JsonItem, SetOperator, TextMatch,
};
use drivetrain_adapter_api::{DbType, Value};

use crate::store::{Row, Table};
use crate::value::Key;

/// The labels of an enum, in order.
pub(crate) type Labels = Option<Arc<[Box<str>]>>;

/// An expression whose type is known.
#[derive(Debug, Clone)]
pub(crate) struct Typed {
    pub(crate) node: Node,
    pub(crate) ty: DbType,
    /// Those of an enum's column, which is ordered by them.
    pub(crate) labels: Labels,
}

#[derive(Debug, Clone)]
pub(crate) enum Node {
    Const(Value),
    /// The column at a position of the row `depth` selects outside of this one.
    Column {
        depth: usize,
        at: usize,
    },
    /// An aggregate of the select's groups.
    Aggregate(usize),
    /// A number of the select's rows.
    Window(usize),
    And(Vec<Typed>),
    Or(Vec<Typed>),
    Not(Box<Typed>),
    IsNull(Vec<Typed>),
    Compare(BinaryOperator, Box<Typed>, Box<Typed>),
    CompareRows(BinaryOperator, Vec<(Typed, Typed)>),
    Arithmetic(BinaryOperator, Box<Typed>, Box<Typed>),
    /// Both are texts.
    Concat(Box<Typed>, Box<Typed>),
    /// Both are arrays, or the right one is an element.
    Array(BinaryOperator, Box<Typed>, Box<Typed>),
    In(Vec<Typed>, List),
    Match {
        text: Box<Typed>,
        kind: TextMatch,
        needle: Option<String>,
        fold: bool,
    },
    Exists(Box<Select>),
    Scalar(Box<Select>),
    Coalesce(Vec<Typed>),
    Case(Vec<(Typed, Typed)>, Option<Box<Typed>>),
    Call(Call, Box<Typed>),
    /// An explicit cast, to the expression's type.
    Cast(Box<Typed>),
    Now,
    NowUtc,
    NextId(Arc<Table>, usize),
    /// The place of an enum's label among its labels.
    Rank(Box<Typed>, Arc<[Box<str>]>),
    JsonRows(Box<Select>, Vec<JsonItem>),
    /// The default of the column that is written. Only right there.
    Default,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Lower,
    Upper,
    Length,
    Absolute,
}

/// What `IN` looks in.
#[derive(Debug, Clone)]
pub(crate) enum List {
    /// Rows without NULL whose keys decide.
    Keys(Arc<HashSet<Vec<Key>>>),
    Rows(Arc<Vec<Vec<Value>>>),
    Select(Box<Select>),
}

/// A column of a result or a source.
#[derive(Debug, Clone)]
pub(crate) struct OutColumn {
    pub(crate) name: Arc<str>,
    pub(crate) ty: DbType,
    pub(crate) labels: Labels,
}

#[derive(Debug, Clone)]
pub(crate) struct Select {
    pub(crate) with: Vec<(usize, Self)>,
    pub(crate) core: Core,
    pub(crate) combined: Vec<(SetOperator, Self)>,
    pub(crate) columns: Vec<OutColumn>,
    /// Where it is kept for the statement, if it depends on no row around it.
    pub(crate) cache: Option<usize>,
    /// Of the combined rows; that of a select alone is its core's.
    pub(crate) order: Vec<OrderTerm>,
    pub(crate) limit: Option<Typed>,
    pub(crate) offset: Option<Typed>,
}

/// `SELECT ... HAVING ...`
#[derive(Debug, Clone)]
pub(crate) struct Core {
    pub(crate) sources: Vec<Joined>,
    pub(crate) filter: Option<Typed>,
    pub(crate) grouping: Option<Grouping>,
    pub(crate) windows: Vec<Window>,
    pub(crate) projections: Vec<Typed>,
    pub(crate) distinct: Distinct,
    pub(crate) order: Vec<OrderTerm>,
}

#[derive(Debug, Clone)]
pub(crate) enum Distinct {
    No,
    Rows,
    On(Vec<Typed>),
}

#[derive(Debug, Clone)]
pub(crate) struct Grouping {
    pub(crate) keys: Vec<Typed>,
    pub(crate) aggregates: Vec<Aggregate>,
    pub(crate) having: Option<Typed>,
}

#[derive(Debug, Clone)]
pub(crate) struct Aggregate {
    pub(crate) function: AggregateFunction,
    pub(crate) argument: Option<Typed>,
    pub(crate) distinct: bool,
    pub(crate) ty: DbType,
}

#[derive(Debug, Clone)]
pub(crate) struct Window {
    pub(crate) partition: Vec<Typed>,
    pub(crate) order: Vec<OrderTerm>,
}

/// A term of an order.
#[derive(Debug, Clone)]
pub(crate) struct OrderTerm {
    pub(crate) by: By,
    pub(crate) descending: bool,
    pub(crate) nulls_first: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum By {
    /// A column that is given.
    Output(usize, Labels),
    Expr(Typed),
}

/// A source, joined to those before it. The first one is joined to one row without columns.
#[derive(Debug, Clone)]
pub(crate) struct Joined {
    pub(crate) kind: JoinKind,
    pub(crate) rows: Source,
    pub(crate) width: usize,
    pub(crate) on: Option<Typed>,
    /// A column of it that must equal a value which the rows before it give.
    pub(crate) lookup: Option<(usize, Typed)>,
}

#[derive(Debug, Clone)]
pub(crate) enum Source {
    Table(Arc<Table>),
    Cte(usize),
    Fixed(Arc<Vec<Row>>),
    Select { select: Box<Select>, lateral: bool },
}

impl Typed {
    pub(crate) fn new(node: Node, ty: DbType) -> Self {
        Self { node, ty, labels: None }
    }

    pub(crate) fn constant(value: Value) -> Self {
        let ty = value.db_type();
        Self::new(Node::Const(value), ty)
    }

    pub(crate) fn condition(node: Node) -> Self {
        Self::new(node, DbType::Bool)
    }
}
