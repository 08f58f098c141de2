//! What is known of an expression by looking at it.

use std::sync::Arc;

use drivetrain_adapter_api::DbType;
use drivetrain_adapter_api::statement::{AggregateFunction, Expr, Function, InList, Projection};

/// Whether the expression has an aggregate of the select it stands in.
pub(super) fn has_aggregate(expr: &Expr) -> bool {
    let any = |exprs: &[Expr]| exprs.iter().any(has_aggregate);
    match expr {
        Expr::Aggregate { .. } => true,
        Expr::Binary(_, left, right) => has_aggregate(left) || has_aggregate(right),
        Expr::And(exprs) | Expr::Or(exprs) | Expr::Row(exprs) => any(exprs),
        Expr::Not(inner) | Expr::IsNull(inner) | Expr::Cast(inner, _) => has_aggregate(inner),
        Expr::In { expr, list: InList::Slot(_) | InList::Rows(_) | InList::Select(_) }
        | Expr::TextMatch { expr, .. } => has_aggregate(expr),
        Expr::Call(Function::RowNumber { partition_by, order_by }, _) => {
            any(partition_by) || order_by.iter().any(|term| has_aggregate(&term.expr))
        }
        Expr::Call(_, arguments) => any(arguments),
        Expr::Case { arms, otherwise } => {
            arms.iter().any(|(condition, result)| has_aggregate(condition) || has_aggregate(result))
                || otherwise.as_deref().is_some_and(has_aggregate)
        }
        _ => false,
    }
}

/// The name of a result's column, as Postgres chooses it.
pub(super) fn name_of(projection: &Projection) -> Arc<str> {
    if let Some(alias) = &projection.alias {
        return alias.as_str().into();
    }
    own_name(&projection.expr).unwrap_or_else(|| "?column?".into())
}

fn own_name(expr: &Expr) -> Option<Arc<str>> {
    Some(match expr {
        Expr::Column { column, .. } => column.as_str().into(),
        Expr::Aggregate { function, .. } => match function {
            AggregateFunction::Count => "count".into(),
            AggregateFunction::Sum => "sum".into(),
            AggregateFunction::Average => "avg".into(),
            AggregateFunction::Min => "min".into(),
            AggregateFunction::Max => "max".into(),
            _ => return None,
        },
        Expr::Call(function, arguments) => match function {
            Function::Coalesce if arguments.len() == 1 => return own_name(&arguments[0]),
            Function::Coalesce => "coalesce".into(),
            Function::Lower => "lower".into(),
            Function::Upper => "upper".into(),
            Function::Length if arguments.iter().any(is_array) => "cardinality".into(),
            Function::Length => "length".into(),
            Function::Abs => "abs".into(),
            Function::Now => "current_timestamp".into(),
            Function::NowUtc => "timezone".into(),
            Function::NextId { .. } => "nextval".into(),
            Function::RowNumber { .. } => "row_number".into(),
            _ => return None,
        },
        Expr::Case { .. } => "case".into(),
        Expr::Exists(_) => "exists".into(),
        Expr::Cast(inner, ty) => own_name(inner).unwrap_or_else(|| type_name(ty)),
        Expr::Scalar(select) => name_of(select.projections.first()?),
        Expr::Row(_) => "row".into(),
        _ => return None,
    })
}

fn is_array(expr: &Expr) -> bool {
    match expr {
        Expr::Slot(slot) => slot.ty.element().is_some(),
        Expr::Cast(_, ty) => ty.element().is_some(),
        _ => false,
    }
}

fn type_name(ty: &DbType) -> Arc<str> {
    match ty {
        DbType::Bool => "bool",
        DbType::Int16 => "int2",
        DbType::Int32 => "int4",
        DbType::Int64 => "int8",
        DbType::UInt64 | DbType::Decimal => "numeric",
        DbType::Float32 => "float4",
        DbType::Float64 => "float8",
        DbType::Text => "text",
        DbType::Bytes => "bytea",
        DbType::Json => "jsonb",
        DbType::Named(named) => return named.name.clone(),
        DbType::Array(element) => return type_name(element),
        other => return other.to_string().into(),
    }
    .into()
}
