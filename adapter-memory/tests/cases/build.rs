//! Short words for parts of statements.

use drivetrain_adapter_api::statement::*;
use drivetrain_adapter_api::value::Array;
use drivetrain_adapter_api::{DbType, Query, Value};

use super::Case;

/// Collects the values of a statement.
#[derive(Default)]
pub(crate) struct Q(pub(crate) Vec<Value>);

impl Q {
    pub(crate) fn slot(&mut self, value: Value, ty: DbType) -> Slot {
        self.0.push(value);
        Slot { index: self.0.len() as u32 - 1, ty }
    }

    pub(crate) fn value(&mut self, value: Value) -> Expr {
        let ty = value.db_type();
        Expr::Slot(self.slot(value, ty))
    }

    pub(crate) fn int(&mut self, number: i32) -> Expr {
        self.value(Value::Int32(number))
    }

    pub(crate) fn long(&mut self, number: i64) -> Expr {
        self.value(Value::Int64(number))
    }

    pub(crate) fn text(&mut self, text: &str) -> Expr {
        self.value(Value::Text(text.into()))
    }

    pub(crate) fn decimal(&mut self, text: &str) -> Expr {
        self.value(Value::Decimal(text.parse().expect("a decimal")))
    }

    pub(crate) fn float(&mut self, number: f64) -> Expr {
        self.value(Value::Float64(number))
    }

    pub(crate) fn ints(&mut self, numbers: &[i32]) -> Slot {
        let values = numbers.iter().map(|number| Value::Int32(*number)).collect();
        self.array(DbType::Int32, values)
    }

    pub(crate) fn texts(&mut self, texts: &[&str]) -> Slot {
        self.array(DbType::Text, texts.iter().map(|text| Value::Text((*text).into())).collect())
    }

    pub(crate) fn array(&mut self, ty: DbType, values: Vec<Value>) -> Slot {
        self.slot(Value::Array(Array::new(ty.clone(), values)), DbType::array(ty))
    }
}

fn one<B: Into<Body>>(build: impl FnOnce(&mut Q) -> B) -> Query {
    let mut values = Q::default();
    let body = build(&mut values);
    Query::new(Statement::new(body), values.0)
}

/// A statement whose rows come in an order that it states.
pub(crate) fn ordered<B: Into<Body>>(name: &'static str, build: impl FnOnce(&mut Q) -> B) -> Case {
    Case { name, steps: vec![one(build)], ordered: true }
}

/// A statement whose rows come in any order.
pub(crate) fn any<B: Into<Body>>(name: &'static str, build: impl FnOnce(&mut Q) -> B) -> Case {
    Case { name, steps: vec![one(build)], ordered: false }
}

impl Case {
    /// With another statement after it.
    pub(crate) fn then<B: Into<Body>>(mut self, build: impl FnOnce(&mut Q) -> B) -> Self {
        self.steps.push(one(build));
        self
    }
}

pub(crate) fn c(name: &str) -> Expr {
    Expr::column(name)
}

pub(crate) fn of(table: &str, name: &str) -> Expr {
    Expr::of(table, name)
}

pub(crate) fn n(number: i64) -> Expr {
    Expr::Literal(Literal::Int(number))
}

pub(crate) fn null() -> Expr {
    Expr::Literal(Literal::Null)
}

pub(crate) fn bin(left: Expr, operator: BinaryOperator, right: Expr) -> Expr {
    left.binary(operator, right)
}

pub(crate) fn cast(expr: Expr, ty: DbType) -> Expr {
    Expr::Cast(Box::new(expr), ty)
}

pub(crate) fn call(function: Function, arguments: Vec<Expr>) -> Expr {
    Expr::Call(function, arguments)
}

pub(crate) fn agg(function: AggregateFunction, argument: Expr) -> Expr {
    Expr::Aggregate { function, argument: Some(Box::new(argument)), distinct: false }
}

pub(crate) fn agg_distinct(function: AggregateFunction, argument: Expr) -> Expr {
    Expr::Aggregate { function, argument: Some(Box::new(argument)), distinct: true }
}

pub(crate) fn count() -> Expr {
    Expr::Aggregate { function: AggregateFunction::Count, argument: None, distinct: false }
}

pub(crate) fn p(expr: Expr) -> Projection {
    Projection::new(expr)
}

pub(crate) fn named(expr: Expr, name: &str) -> Projection {
    Projection::named(expr, name)
}

pub(crate) fn asc(expr: Expr) -> OrderBy {
    OrderBy { nulls: Some(Nulls::Last), ..OrderBy::ascending(expr) }
}

pub(crate) fn desc(expr: Expr) -> OrderBy {
    OrderBy { nulls: Some(Nulls::Last), ..OrderBy::descending(expr) }
}

/// `SELECT exprs FROM table`
pub(crate) fn select(table: &str, exprs: Vec<Expr>) -> Select {
    Select {
        projections: exprs.into_iter().map(Projection::new).collect(),
        from: Some(Source::table(table)),
        ..Select::default()
    }
}

/// `SELECT exprs`
pub(crate) fn values(exprs: Vec<Expr>) -> Select {
    Select { projections: exprs.into_iter().map(Projection::new).collect(), ..Select::default() }
}

pub(crate) fn join(kind: JoinKind, table: &str, alias: &str, on: Expr) -> Join {
    Join { kind, source: Source::aliased(table, alias), on: Some(on) }
}

pub(crate) fn cte(name: &str, body: CteBody) -> Cte {
    Cte { name: name.into(), columns: vec![], body }
}

pub(crate) fn is_in(expr: Expr, list: InList) -> Expr {
    Expr::In { expr: Box::new(expr), list }
}

pub(crate) fn insert(table: &str, columns: &[&str], source: InsertSource) -> Insert {
    Insert {
        with: vec![],
        table: table.into(),
        columns: columns.iter().map(|name| Ident::from(*name)).collect(),
        source,
        on_conflict: None,
        returning: vec![],
    }
}

pub(crate) fn returning(columns: &[&str]) -> Vec<Projection> {
    columns.iter().map(|name| p(c(name))).collect()
}
