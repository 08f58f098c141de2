//! What is known of an expression by looking at it.

use std::sync::Arc;

use drivetrain_adapter_api::DbType;
use drivetrain_adapter_api::statement::{AggregateFunction, Expr, Function, InList, Literal, Projection};

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
    own_name(&projection.expr).map_or_else(|| "?column?".into(), |(name, _)| name)
}

/// The name of an expression, and whether one around it takes it for its own.
fn own_name(expr: &Expr) -> Option<(Arc<str>, bool)> {
    let name = match expr {
        Expr::Column { column, .. } => column.as_str(),
        // It is cast to its type there.
        Expr::Slot(slot) if *slot.ty.carrier() != DbType::Unknown && slot.ty != DbType::Enum => {
            return Some((type_name(&slot.ty), false));
        }
        Expr::Literal(Literal::Bool(_)) => return Some(("bool".into(), false)),
        Expr::Aggregate { function, .. } => match function {
            AggregateFunction::Count => "count",
            AggregateFunction::Sum => "sum",
            AggregateFunction::Average => "avg",
            AggregateFunction::Min => "min",
            AggregateFunction::Max => "max",
            _ => return None,
        },
        Expr::Call(function, arguments) => match function {
            Function::Coalesce if arguments.len() == 1 => return own_name(&arguments[0]),
            Function::Coalesce => "coalesce",
            Function::Lower => "lower",
            Function::Upper => "upper",
            Function::Length if arguments.iter().any(is_array) => "cardinality",
            Function::Length => "length",
            Function::Abs => "abs",
            Function::Now => "current_timestamp",
            Function::NowUtc => "timezone",
            Function::NextId { .. } => "nextval",
            Function::RowNumber { .. } => "row_number",
            _ => return None,
        },
        Expr::Case { otherwise, .. } => {
            let last = otherwise.as_deref().and_then(own_name).filter(|(_, strong)| *strong);
            return last.or_else(|| Some(("case".into(), false)));
        }
        Expr::Exists(_) => "exists",
        Expr::Cast(inner, ty) => {
            let inner = own_name(inner).filter(|(_, strong)| *strong);
            return inner.or_else(|| Some((type_name(ty), false)));
        }
        Expr::Scalar(select) => {
            let first = select.projections.first()?;
            return match &first.alias {
                Some(alias) => Some((alias.as_str().into(), true)),
                None => own_name(&first.expr),
            };
        }
        Expr::JsonRows(_) => "coalesce",
        Expr::Row(_) => "row",
        _ => return None,
    };
    Some((name.into(), true))
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
