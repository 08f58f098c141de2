//! Functions, aggregates and numbers of rows.

use drivetrain_adapter_api::statement::{AggregateFunction, Expr, Function, OrderBy};
use drivetrain_adapter_api::{DbType, Error, ErrorKind, Result};

use super::Binder;
use super::expr::{settled, unified};
use super::node::{Aggregate, By, Call, Node, OrderTerm, Typed, Window};
use super::scope::{Stage, undefined_column};
use crate::define::ColumnDefault;
use crate::error;
use crate::value::{concrete, is_integer, is_number, is_text};

impl Binder<'_> {
    pub(super) fn call(&mut self, function: &Function, arguments: &[Expr]) -> Result<Typed> {
        match function {
            Function::Coalesce => {
                let (ty, all) = unified(self.exprs(arguments)?)?;
                Ok(Typed::new(Node::Coalesce(all), ty))
            }
            Function::Lower | Function::Upper => {
                let text = self.text(only(arguments)?)?;
                let call = if *function == Function::Lower { Call::Lower } else { Call::Upper };
                Ok(Typed::new(Node::Call(call, Box::new(text)), DbType::Text))
            }
            Function::Length => {
                let bound = self.expr(only(arguments)?)?;
                let bound = settled(bound, &DbType::Text)?;
                let ty = concrete(&bound.ty);
                if !is_text(&ty) && !matches!(ty, DbType::Array(_) | DbType::Bytes) {
                    return Err(error::undefined_function("length", &[&ty]));
                }
                Ok(Typed::new(Node::Call(Call::Length, Box::new(bound)), DbType::Int32))
            }
            Function::Abs => {
                let bound = self.expr(only(arguments)?)?;
                let ty = concrete(&bound.ty);
                if !is_number(&ty) {
                    return Err(error::undefined_function("absolute value", &[&ty]));
                }
                Ok(Typed::new(Node::Call(Call::Absolute, Box::new(bound)), ty))
            }
            Function::Now => Ok(Typed::new(Node::Now, DbType::TimestampTz)),
            Function::NowUtc => Ok(Typed::new(Node::NowUtc, DbType::Timestamp)),
            Function::NextId { table, column } => {
                let found = self.table(table)?;
                let at = found
                    .definition
                    .position(column)
                    .ok_or_else(|| undefined_column(Some(&table.name), column))?;
                if !matches!(found.definition.columns[at].default, Some(ColumnDefault::Autoincrement)) {
                    return Err(Error::new(
                        ErrorKind::UndefinedObject,
                        format!("the column {column:?} of {:?} is not numbered by a sequence", table.name),
                    ));
                }
                Ok(Typed::new(Node::NextId(found, at), DbType::Int64))
            }
            Function::RowNumber { partition_by, order_by } => self.row_number(partition_by, order_by),
            _ => Err(error::unknown("function")),
        }
    }

    fn row_number(&mut self, partition_by: &[Expr], order_by: &[OrderBy]) -> Result<Typed> {
        let inner = match self.stage() {
            Stage::Results => Stage::Rows,
            Stage::Groups { windows: true } => Stage::Groups { windows: false },
            _ => {
                return Err(Error::new(
                    ErrorKind::Syntax,
                    "rows can be numbered only in what a select gives or is ordered by",
                ));
            }
        };
        let window = self.at_stage(inner, |binder| {
            Ok(Window { partition: binder.exprs(partition_by)?, order: binder.order_of(order_by)? })
        })?;
        let frame = self.top()?;
        frame.windows.push(window);
        let at = frame.windows.len() - 1;
        Ok(Typed::new(Node::Window(at), DbType::Int64))
    }

    /// The terms of an order that is not of a result.
    pub(super) fn order_of(&mut self, terms: &[OrderBy]) -> Result<Vec<OrderTerm>> {
        terms
            .iter()
            .map(|term| {
                let expr = self.expr(&term.expr)?;
                Ok(self.order_term(By::Expr(ranked(settled(expr, &DbType::Text)?)), term))
            })
            .collect()
    }

    pub(super) fn aggregate(
        &mut self,
        function: AggregateFunction,
        argument: Option<&Expr>,
        distinct: bool,
    ) -> Result<Typed> {
        if !matches!(self.stage(), Stage::Groups { .. }) {
            return Err(Error::new(ErrorKind::Syntax, "an aggregate stands where rows are not grouped yet"));
        }
        let argument = match argument {
            Some(expr) => Some(self.at_stage(Stage::Rows, |binder| binder.expr(expr))?),
            None if function == AggregateFunction::Count && !distinct => None,
            None => return Err(Error::misuse("an aggregate other than count has no argument")),
        };
        let argument = argument.map(|bound| settled(bound, &DbType::Text)).transpose()?;
        let (ty, labels) = match &argument {
            None => (DbType::Int64, None),
            Some(bound) => (result_of(function, bound)?, bound.labels.clone()),
        };
        let frame = self.top()?;
        frame.aggregates.push(Aggregate { function, argument, distinct, ty: ty.clone() });
        let node = Node::Aggregate(frame.aggregates.len() - 1);
        let labels = labels.filter(|_| matches!(function, AggregateFunction::Min | AggregateFunction::Max));
        Ok(Typed { node, ty, labels })
    }
}

fn only(arguments: &[Expr]) -> Result<&Expr> {
    match arguments {
        [only] => Ok(only),
        _ => Err(Error::misuse(format!("a function of one argument is given {}", arguments.len()))),
    }
}

/// The type of an aggregate, as on Postgres.
fn result_of(function: AggregateFunction, argument: &Typed) -> Result<DbType> {
    let ty = concrete(&argument.ty);
    let refused = |what| Err(error::undefined_function(what, &[&ty]));
    Ok(match function {
        AggregateFunction::Count => DbType::Int64,
        AggregateFunction::Sum => match &ty {
            DbType::Int16 | DbType::Int32 => DbType::Int64,
            DbType::Int64 | DbType::UInt64 | DbType::Decimal => DbType::Decimal,
            DbType::Float32 | DbType::Float64 => ty,
            _ => return refused("sum"),
        },
        AggregateFunction::Average => match &ty {
            DbType::Float32 | DbType::Float64 => DbType::Float64,
            ty if is_integer(ty) || *ty == DbType::Decimal => DbType::Decimal,
            _ => return refused("average"),
        },
        AggregateFunction::Min | AggregateFunction::Max => match &ty {
            DbType::Bool | DbType::Json => return refused("least or greatest value"),
            _ => argument.ty.clone(),
        },
        _ => return Err(error::unknown("aggregate")),
    })
}

/// An enum's label as its place, to be ordered by.
pub(super) fn ranked(typed: Typed) -> Typed {
    match typed.labels.clone() {
        Some(labels) => Typed::new(Node::Rank(Box::new(typed), labels), DbType::Int32),
        None => typed,
    }
}
