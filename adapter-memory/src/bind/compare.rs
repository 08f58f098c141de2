//! Comparisons, of values and of rows of values.

use drivetrain_adapter_api::statement::{BinaryOperator, Expr};
use drivetrain_adapter_api::{DbType, Error, Result};

use super::Binder;
use super::expr::settled_pair;
use super::node::{Node, Typed};
use crate::error;
use crate::value::{comparable, concrete};

impl Binder<'_> {
    pub(super) fn comparison(
        &mut self,
        operator: BinaryOperator,
        left: &Expr,
        right: &Expr,
    ) -> Result<Typed> {
        match (left, right) {
            (Expr::Row(left), Expr::Row(right)) => {
                if left.len() != right.len() || left.is_empty() {
                    return Err(Error::misuse(format!(
                        "a row of {} values is compared with one of {}",
                        left.len(),
                        right.len()
                    )));
                }
                let pairs = left
                    .iter()
                    .zip(right)
                    .map(|(left, right)| {
                        let (left, right) = (self.expr(left)?, self.expr(right)?);
                        compared(operator, left, right)
                    })
                    .collect::<Result<_>>()?;
                Ok(Typed::condition(Node::CompareRows(operator, pairs)))
            }
            _ => {
                let (left, right) = (self.expr(left)?, self.expr(right)?);
                let (left, right) = compared(operator, left, right)?;
                Ok(Typed::condition(Node::Compare(operator, Box::new(left), Box::new(right))))
            }
        }
    }
}

/// Two expressions that can be compared. Labels of an enum are compared by their places where an order is asked for.
pub(super) fn compared(operator: BinaryOperator, left: Typed, right: Typed) -> Result<(Typed, Typed)> {
    let (left, right) = settled_pair(left, right)?;
    let (a, b) = (concrete(&left.ty), concrete(&right.ty));
    if !comparable(&a, &b) {
        return Err(error::undefined_function("comparison", &[&a, &b]));
    }
    let ordered = matches!(
        operator,
        BinaryOperator::Less
            | BinaryOperator::LessOrEqual
            | BinaryOperator::Greater
            | BinaryOperator::GreaterOrEqual
    );
    match left.labels.clone().or_else(|| right.labels.clone()).filter(|_| ordered) {
        Some(labels) => {
            let rank = |typed| Typed::new(Node::Rank(Box::new(typed), labels.clone()), DbType::Int32);
            Ok((rank(left), rank(right)))
        }
        None => Ok((left, right)),
    }
}
