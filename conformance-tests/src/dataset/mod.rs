//! Tables and rows of no dialect: a case states them once, and every adapter gets them.

pub(crate) mod chinook;
mod ddl;

use drivetrain_adapter_api::statement::{Expr, Insert, InsertSource, Statement};
use drivetrain_adapter_api::{Batch, DbType, Query, SharedAdapter, Value};

pub use chinook::Chinook;

use crate::harness::Unmade;
use crate::{Context, Outcome, Stop, Within as _};

/// A table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Its name, to which the naming of the case is added.
    pub name: &'static str,
    /// Its columns, in order.
    pub columns: &'static [Column],
    /// The columns of its primary key.
    pub key: &'static [&'static str],
    /// Sets of columns that are unique together.
    pub unique: &'static [&'static [&'static str]],
    /// Columns that refer to the key of another table. A reference to a table that is not there is left out.
    pub references: &'static [(&'static str, &'static str, &'static str)],
}

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub ty: Kind,
    /// Whether it takes NULL.
    pub nullable: bool,
}

/// The types that columns of shapes have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A 64-bit integer that the database numbers; the only column of the primary key.
    Serial,
    /// A 32-bit integer.
    Int4,
    /// A 64-bit integer.
    Int8,
    /// A text that can be a key: up to 190 characters.
    Key,
    /// A text.
    Text,
    /// A boolean.
    Bool,
    /// A 64-bit float.
    Float8,
    /// A decimal.
    Decimal,
    /// A timestamp without zone.
    Timestamp,
    /// Bytes.
    Bytes,
}

impl Kind {
    /// The type of its values.
    pub const fn db_type(self) -> DbType {
        match self {
            Self::Serial | Self::Int8 => DbType::Int64,
            Self::Int4 => DbType::Int32,
            Self::Key | Self::Text => DbType::Text,
            Self::Bool => DbType::Bool,
            Self::Float8 => DbType::Float64,
            Self::Decimal => DbType::Decimal,
            Self::Timestamp => DbType::Timestamp,
            Self::Bytes => DbType::Bytes,
        }
    }
}

/// Makes the tables: by the oracle's DDL, else by the adapter's, else as the harness defines tables by itself.
pub(crate) async fn define(cx: &Context, shapes: &[Shape]) -> Outcome {
    if !cx.harness().has_oracle() && !cx.capabilities().raw_sql() {
        return cx.define(shapes).await.map_err(|unmade| match unmade {
            Unmade::Error(error) => Stop::from(error).within("the tables cannot be defined"),
            Unmade::NotProvided(why) => Stop::NotRun(why),
        });
    }
    let statements: Vec<_> = shapes.iter().map(|shape| ddl::create(shape, shapes)).collect();
    cx.prepare(&statements.iter().map(String::as_str).collect::<Vec<_>>()).await
}

/// Adds rows by abstract inserts of many rows each, in batches where there are such.
pub(crate) async fn fill(
    cx: &Context,
    adapter: &SharedAdapter,
    shape: &Shape,
    rows: &[Vec<Value>],
) -> Outcome {
    let limit = cx.capabilities().max_parameters().unwrap_or(u64::MAX);
    let width = shape.columns.len() as u64;
    let most = usize::try_from((limit / width).clamp(1, 500)).unwrap_or(1);
    let queries: Vec<_> = rows.chunks(most).map(|chunk| insert(cx, shape, chunk)).collect();
    if cx.capabilities().pipelining() {
        adapter.batch(Batch::new(queries)).await.within(shape.name)?;
    } else {
        for query in queries {
            adapter.query(query).await.within(shape.name)?;
        }
    }
    Ok(())
}

/// The insert of those rows, each with a value for every column.
pub(crate) fn insert(cx: &Context, shape: &Shape, rows: &[Vec<Value>]) -> Query {
    let mut params = Vec::with_capacity(rows.len() * shape.columns.len());
    let mut source = Vec::with_capacity(rows.len());
    for row in rows {
        let mut exprs = Vec::with_capacity(row.len());
        for (column, value) in shape.columns.iter().zip(row) {
            exprs.push(Expr::slot(u32::try_from(params.len()).unwrap_or(u32::MAX), column.ty.db_type()));
            params.push(value.clone());
        }
        source.push(exprs);
    }
    let insert = Insert {
        with: vec![],
        table: cx.table(shape.name),
        columns: shape.columns.iter().map(|column| column.name.into()).collect(),
        source: InsertSource::Rows(source),
        on_conflict: None,
        returning: vec![],
    };
    Query::new(Statement::new(insert), params)
}
