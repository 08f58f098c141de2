//! Short ways to build statements.

use std::sync::Arc;

use drivetrain_adapter_api::statement::{
    AggregateFunction, Assignment, BinaryOperator, Delete, Expr, Function, Ident, InList, Insert,
    InsertSource, Literal, Projection, Select, Slot, Source, TextMatch, Update,
};
use drivetrain_adapter_api::value::Array;
use drivetrain_adapter_api::{DbType, Dialect, Value};

pub use DbType::{Bool, Bytes, Decimal, Float64, Int16, Int32, Int64, Json, Text, Uuid};

pub fn col(name: &str) -> Expr {
    Expr::column(name)
}

pub fn of(table: &str, name: &str) -> Expr {
    Expr::of(table, name)
}

pub fn slot(index: u32, ty: DbType) -> Expr {
    Expr::slot(index, ty)
}

pub fn bare_slot(index: u32, ty: DbType) -> Slot {
    Slot { index, ty }
}

pub fn int(number: i64) -> Expr {
    Expr::Literal(Literal::Int(number))
}

pub fn literal(text: &str) -> Expr {
    Expr::Literal(Literal::Text(text.into()))
}

/// The enum of the fixture.
pub fn role() -> DbType {
    DbType::named(Dialect::Postgres, None, "Role", DbType::Enum)
}

pub fn list(element: DbType) -> DbType {
    DbType::array(element)
}

pub fn names(columns: &[&str]) -> Vec<Ident> {
    columns.iter().map(|name| Ident::from(*name)).collect()
}

pub fn projections(columns: &[&str]) -> Vec<Projection> {
    columns.iter().map(|name| Projection::new(col(name))).collect()
}

pub fn select(table: &str, columns: &[&str]) -> Select {
    Select { projections: projections(columns), from: Some(Source::table(table)), ..Select::default() }
}

pub fn filtered(table: &str, columns: &[&str], filter: Expr) -> Select {
    Select { filter: Some(filter), ..select(table, columns) }
}

/// A select of one row with those expressions.
pub fn values(exprs: Vec<Expr>) -> Select {
    Select { projections: exprs.into_iter().map(Projection::new).collect(), ..Select::default() }
}

pub fn insert(table: &str, columns: &[&str], source: InsertSource) -> Insert {
    Insert {
        with: vec![],
        table: table.into(),
        columns: names(columns),
        source,
        on_conflict: None,
        returning: vec![],
    }
}

pub fn update(table: &str, set: Vec<Assignment>, filter: Expr) -> Update {
    Update { with: vec![], table: table.into(), set, filter: Some(filter), returning: vec![] }
}

pub fn delete(table: &str, filter: Option<Expr>) -> Delete {
    Delete { with: vec![], table: table.into(), filter, returning: vec![] }
}

pub fn set(column: &str, value: Expr) -> Assignment {
    Assignment::new(column, value)
}

pub fn binary(left: Expr, operator: BinaryOperator, right: Expr) -> Expr {
    left.binary(operator, right)
}

pub fn in_slot(expr: Expr, index: u32, element: DbType) -> Expr {
    Expr::In { expr: Box::new(expr), list: InList::Slot(bare_slot(index, list(element))) }
}

pub fn in_select(expr: Expr, select: Select) -> Expr {
    Expr::In { expr: Box::new(expr), list: InList::Select(Box::new(select)) }
}

pub fn matches(expr: Expr, kind: TextMatch, index: u32, case_insensitive: bool) -> Expr {
    Expr::TextMatch { expr: Box::new(expr), kind, needle: bare_slot(index, Text), case_insensitive }
}

pub fn call(function: Function, arguments: Vec<Expr>) -> Expr {
    Expr::Call(function, arguments)
}

pub fn aggregate(function: AggregateFunction, argument: Option<Expr>) -> Expr {
    Expr::Aggregate { function, argument: argument.map(Box::new), distinct: false }
}

pub fn count() -> Expr {
    aggregate(AggregateFunction::Count, None)
}

pub fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

pub fn label(value: &str) -> Value {
    Value::Enum(value.to_owned())
}

pub fn ints(numbers: impl IntoIterator<Item = i32>) -> Value {
    Value::Array(Array::new(Int32, numbers.into_iter().map(Value::Int32).collect()))
}

pub fn texts(texts: &[&str]) -> Value {
    Value::Array(Array::new(Text, texts.iter().map(|one| text(one)).collect()))
}

pub fn array(element: DbType, values: Vec<Value>) -> Value {
    Value::Array(Array::new(element, values))
}

pub fn shared(text: &str) -> Arc<str> {
    text.into()
}
