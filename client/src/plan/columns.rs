//! The columns of a model in statements.

use drivetrain_adapter_api::statement::{Expr, Function, Ident, Projection};
use drivetrain_adapter_api::{DbType, Value};

use crate::model::{ColumnMeta, DefaultMeta, ModelMeta, TypeMeta};
use crate::plan::generate;

pub(super) fn projection(expr: Expr) -> Projection {
    Projection::new(expr)
}

/// All columns of a model, in order.
pub(super) fn all(model: &ModelMeta, alias: &Ident) -> Vec<Projection> {
    model.columns.iter().map(|column| projection(Expr::of(alias.clone(), column.column))).collect()
}

/// All columns of a model, in order, as a RETURNING clause names them.
pub(super) fn returning(model: &ModelMeta) -> Vec<Projection> {
    model.columns.iter().map(|column| projection(Expr::column(column.column))).collect()
}

/// What a column of a new record is given.
#[derive(Clone)]
pub(super) enum Given {
    /// A value.
    Value(Value),
    /// The current time of the database.
    Now,
}

/// What a column is given where a create says nothing; `None` leaves it to the database.
pub(super) fn default_of(column: &ColumnMeta) -> Option<Given> {
    if column.updated_at {
        return Some(Given::Now);
    }
    let text = |text: String| Some(Given::Value(Value::Text(text)));
    match column.default {
        DefaultMeta::None => match column.ty {
            TypeMeta::List(element) if !column.nullable => Some(Given::Value(Value::Array(
                drivetrain_adapter_api::value::Array::new(element.to_db_type(), Vec::new()),
            ))),
            _ => None,
        },
        DefaultMeta::Database | DefaultMeta::Autoincrement => None,
        DefaultMeta::Now => Some(Given::Now),
        DefaultMeta::UuidV4 => text(generate::uuid_v4()),
        DefaultMeta::UuidV7 => text(generate::uuid_v7()),
        DefaultMeta::Cuid => text(generate::cuid()),
        DefaultMeta::Cuid2 => text(generate::cuid2()),
        DefaultMeta::Ulid => text(generate::ulid()),
        DefaultMeta::Nanoid(length) => text(generate::nanoid(length.into())),
    }
}

/// The database's current time as a value of the column's type.
pub(super) fn now(ty: &DbType) -> Expr {
    match ty.carrier() {
        DbType::TimestampTz => Expr::Call(Function::Now, Vec::new()),
        DbType::Timestamp => Expr::Call(Function::NowUtc, Vec::new()),
        _ => Expr::Cast(Box::new(Expr::Call(Function::NowUtc, Vec::new())), ty.clone()),
    }
}
