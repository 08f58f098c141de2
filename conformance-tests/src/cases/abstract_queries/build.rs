//! Short ways to write statements of no dialect.

use drivetrain_adapter_api::statement::{
    AggregateFunction, Assignment, BinaryOperator, Body, Expr, Join, JoinKind, Literal, OrderBy, Projection,
    Select, Slot, Source, Statement,
};
use drivetrain_adapter_api::{DbType, Query, Value};

use crate::Context;

/// A statement that is being written: the values of its slots, and the tables of the case.
pub(super) struct Writing<'a> {
    cx: &'a Context,
    params: Vec<Value>,
}

impl<'a> Writing<'a> {
    pub(super) fn new(cx: &'a Context) -> Self {
        Self { cx, params: Vec::new() }
    }

    /// The query of that statement.
    pub(super) fn finish(self, body: impl Into<Body>) -> Query {
        Query::new(Statement::new(body), self.params)
    }

    /// A slot with a value.
    pub(super) fn slot(&mut self, ty: DbType, value: Value) -> Slot {
        let index = u32::try_from(self.params.len()).unwrap_or(u32::MAX);
        self.params.push(value);
        Slot { index, ty }
    }

    pub(super) fn int(&mut self, number: i32) -> Expr {
        Expr::Slot(self.slot(DbType::Int32, Value::Int32(number)))
    }

    pub(super) fn long(&mut self, number: i64) -> Expr {
        Expr::Slot(self.slot(DbType::Int64, Value::Int64(number)))
    }

    pub(super) fn text(&mut self, text: &str) -> Expr {
        Expr::Slot(self.needle(text))
    }

    pub(super) fn needle(&mut self, text: &str) -> Slot {
        self.slot(DbType::Text, Value::Text(text.to_owned()))
    }

    pub(super) fn null(&mut self, ty: DbType) -> Expr {
        Expr::Slot(self.slot(ty.clone(), Value::Null(ty)))
    }

    /// A slot that is an array of integers.
    pub(super) fn ints(&mut self, numbers: &[i32]) -> Slot {
        let values = numbers.iter().map(|number| Value::Int32(*number)).collect();
        self.array(DbType::Int32, values)
    }

    /// A slot that is an array.
    pub(super) fn array(&mut self, element: DbType, values: Vec<Value>) -> Slot {
        let array = drivetrain_adapter_api::value::Array::new(element.clone(), values);
        self.slot(DbType::array(element), Value::Array(array))
    }

    /// A table of the case, under its name there.
    pub(super) fn from(&self, table: &str) -> Source {
        Source::aliased(self.cx.table(table), table)
    }

    /// A table of the case under another name.
    pub(super) fn aliased(&self, table: &str, alias: &str) -> Source {
        Source::aliased(self.cx.table(table), alias)
    }

    /// `inner join table on left = right`
    pub(super) fn join(&self, table: &str, left: Expr, right: Expr) -> Join {
        Join { kind: JoinKind::Inner, source: self.from(table), on: Some(left.equal(right)) }
    }

    /// `left join table on left = right`
    pub(super) fn left_join(&self, table: &str, left: Expr, right: Expr) -> Join {
        Join { kind: JoinKind::Left, source: self.from(table), on: Some(left.equal(right)) }
    }
}

/// `table.column`
pub(super) fn of(table: &str, column: &str) -> Expr {
    Expr::of(table, column)
}

/// A column of the only table.
pub(super) fn col(column: &str) -> Expr {
    Expr::column(column)
}

pub(super) fn lit(number: i64) -> Expr {
    Expr::Literal(Literal::Int(number))
}

pub(super) fn item(expr: Expr, alias: &str) -> Projection {
    Projection::named(expr, alias)
}

pub(super) fn items(columns: &[&str]) -> Vec<Projection> {
    columns.iter().map(|column| Projection::new(col(column))).collect()
}

pub(super) fn asc(expr: Expr) -> OrderBy {
    OrderBy::ascending(expr)
}

pub(super) fn desc(expr: Expr) -> OrderBy {
    OrderBy::descending(expr)
}

pub(super) fn count() -> Expr {
    Expr::Aggregate { function: AggregateFunction::Count, argument: None, distinct: false }
}

pub(super) fn aggregate(function: AggregateFunction, argument: Expr) -> Expr {
    Expr::Aggregate { function, argument: Some(Box::new(argument)), distinct: false }
}

pub(super) fn op(operator: BinaryOperator, left: Expr, right: Expr) -> Expr {
    left.binary(operator, right)
}

pub(super) fn set(column: &str, value: Expr) -> Assignment {
    Assignment::new(column, value)
}

/// `select projections from source where filter order by order`
pub(super) fn select(projections: Vec<Projection>, from: Source) -> Select {
    Select { projections, from: Some(from), ..Select::default() }
}
