//! The columns of a model in statements.

use drivetrain_adapter_api::statement::{Expr, Function, Ident, Projection};
use drivetrain_adapter_api::{DbType, Dialect, Value};

use crate::model::{ColumnMeta, DefaultMeta, ModelMeta, TypeMeta};
use crate::plan::generate;

pub(super) fn projection(expr: Expr) -> Projection {
    Projection::new(expr)
}

/// A type that is cast to on Postgres, and nothing elsewhere.
pub(super) fn postgres_type(name: &str) -> DbType {
    DbType::named(Dialect::Postgres, None, name, DbType::Unknown)
}

/// The column as it can be read: the text of Postgres's `money` depends on the server's settings, its number does not.
fn readable(expr: Expr, column: &ColumnMeta) -> Projection {
    fn plain(ty: TypeMeta) -> Option<DbType> {
        match ty {
            TypeMeta::Native { dialect: Dialect::Postgres, name: "money", .. } => {
                Some(postgres_type("numeric"))
            }
            TypeMeta::List(element) => plain(*element).map(DbType::array),
            _ => None,
        }
    }
    match plain(column.ty) {
        Some(ty) => Projection::named(Expr::Cast(Box::new(expr), ty), column.column),
        None => projection(expr),
    }
}

/// All columns of a model, in order.
pub(super) fn all(model: &ModelMeta, alias: &Ident) -> Vec<Projection> {
    model.columns.iter().map(|column| readable(Expr::of(alias.clone(), column.column), column)).collect()
}

/// All columns of a model, in order, as a RETURNING clause names them.
pub(super) fn returning(model: &ModelMeta) -> Vec<Projection> {
    model.columns.iter().map(|column| readable(Expr::column(column.column), column)).collect()
}

/// The same as they are in the table, for a RETURNING clause that another part of the statement reads.
pub(super) fn written(model: &ModelMeta) -> Vec<Projection> {
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
        DbType::TimeTz => Expr::Cast(Box::new(Expr::Call(Function::Now, Vec::new())), ty.clone()),
        _ => Expr::Cast(Box::new(Expr::Call(Function::NowUtc, Vec::new())), ty.clone()),
    }
}
