//! One table, and short words for what is done with it.

use std::sync::Arc;

use drivetrain_adapter_api::statement::{
    AggregateFunction, Delete, Expr, Insert, InsertSource, OrderBy, Projection, Select, Slot, Source, Update,
};
use drivetrain_adapter_api::{Adapter, DbType, Query, QueryResult, Statement, Value};
use drivetrain_adapter_memory::{ColumnDef, MemoryAdapter, MemoryConfig, TableDef};

/// An adapter with an empty table `t` of numbers and names, and time.
pub(crate) fn adapter() -> Arc<MemoryAdapter> {
    with(MemoryConfig::new().runtime(drivetrain_env::default_runtime()))
}

pub(crate) fn with(config: MemoryConfig) -> Arc<MemoryAdapter> {
    let adapter = MemoryAdapter::new(config);
    let table = TableDef::new("t")
        .column(ColumnDef::new("id", DbType::Int32))
        .column(ColumnDef::new("name", DbType::Text).nullable())
        .primary_key(["id"]);
    adapter.define([table]).expect("the table is right");
    Arc::new(adapter)
}

pub(crate) fn int(index: u32) -> Expr {
    Expr::slot(index, DbType::Int32)
}

pub(crate) fn insert(id: i32) -> Query {
    let statement = Insert {
        with: vec![],
        table: "t".into(),
        columns: vec!["id".into()],
        source: InsertSource::Rows(vec![vec![int(0)]]),
        on_conflict: None,
        returning: vec![],
    };
    Query::new(Statement::new(statement), vec![Value::Int32(id)])
}

pub(crate) fn add(number: i32) -> Query {
    let sum = Expr::column("id").binary(drivetrain_adapter_api::statement::BinaryOperator::Add, int(0));
    let statement = Update {
        with: vec![],
        table: "t".into(),
        set: vec![drivetrain_adapter_api::statement::Assignment::new("id", sum)],
        filter: None,
        returning: vec![],
    };
    Query::new(Statement::new(statement), vec![Value::Int32(number)])
}

pub(crate) fn delete_all() -> Query {
    let statement = Delete { with: vec![], table: "t".into(), filter: None, returning: vec![] };
    Query::new(Statement::new(statement), vec![])
}

pub(crate) fn select() -> Select {
    Select {
        projections: vec![Projection::new(Expr::column("id"))],
        from: Some(Source::table("t")),
        order_by: vec![OrderBy::ascending(Expr::column("id"))],
        ..Select::default()
    }
}

pub(crate) fn all() -> Query {
    Query::new(Statement::new(select()), vec![])
}

/// A select of as many rows as the product of two arrays' lengths.
pub(crate) fn product(left: usize, right: usize) -> Query {
    let array = |name: &str, index| Source::Arrays {
        columns: vec![("n".into(), Slot { index, ty: DbType::array(DbType::Int32) })],
        ordinal: None,
        alias: name.into(),
    };
    let values = |count: usize| {
        let values = (0..count).map(|number| Value::Int32(number as i32)).collect();
        Value::Array(drivetrain_adapter_api::value::Array::new(DbType::Int32, values))
    };
    let statement = Select {
        projections: vec![Projection::new(Expr::of("a", "n")), Projection::new(Expr::of("b", "n"))],
        from: Some(array("a", 0)),
        joins: vec![drivetrain_adapter_api::statement::Join {
            kind: drivetrain_adapter_api::statement::JoinKind::Cross,
            source: array("b", 1),
            on: None,
        }],
        ..Select::default()
    };
    Query::new(Statement::new(statement), vec![values(left), values(right)])
}

pub(crate) fn count_of(mut query: Query) -> Query {
    let drivetrain_adapter_api::statement::Body::Select(select) = query.statement.body() else {
        return query;
    };
    let count = Expr::Aggregate { function: AggregateFunction::Count, argument: None, distinct: false };
    let counted = Select { projections: vec![Projection::new(count)], ..(**select).clone() };
    query.statement = Arc::new(Statement::new(counted));
    query
}

pub(crate) fn ints(result: &QueryResult) -> Vec<i32> {
    (0..result.rows.len()).map(|row| result.rows.get(row, 0).expect("an integer")).collect()
}

/// What is committed.
pub(crate) async fn committed(adapter: &MemoryAdapter) -> Vec<i32> {
    ints(&adapter.query(all()).await.expect("the table is read"))
}
