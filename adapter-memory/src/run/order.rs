//! Orders.

use std::cmp::Ordering;

use drivetrain_adapter_api::{DbType, Error, Result, Value};

use super::{Env, Run};
use crate::bind::{By, OrderTerm};
use crate::value::order;

impl Run {
    /// What a row is ordered by: one value for each term. `outputs` is what the row gives.
    pub(super) fn order_values(
        &mut self,
        terms: &[OrderTerm],
        outputs: &[Value],
        env: &Env<'_>,
    ) -> Result<Vec<Value>> {
        terms
            .iter()
            .map(|term| match &term.by {
                By::Expr(expr) => self.eval(expr, env),
                By::Output(at, labels) => {
                    let value = outputs.get(*at).cloned().unwrap_or(Value::NULL);
                    Ok(match (labels, &value) {
                        (Some(labels), Value::Enum(label) | Value::Text(label)) => {
                            let rank = labels.iter().position(|known| **known == *label);
                            Value::Int32(rank.unwrap_or(labels.len()) as i32)
                        }
                        (Some(_), _) => Value::Null(DbType::Int32),
                        _ => value,
                    })
                }
            })
            .collect()
    }
}

/// Rows with what they are ordered by.
pub(super) struct Sorted;

impl Sorted {
    /// Sorts; rows that are equal stay as they were.
    pub(super) fn sort<T>(mut rows: Vec<(Vec<Value>, T)>, terms: &[OrderTerm]) -> Result<Vec<T>> {
        let mut failed: Option<Error> = None;
        rows.sort_by(|(a, _), (b, _)| {
            compare(a, b, terms).unwrap_or_else(|error| {
                failed.get_or_insert(error);
                Ordering::Equal
            })
        });
        match failed {
            Some(error) => Err(error),
            None => Ok(rows.into_iter().map(|(_, row)| row).collect()),
        }
    }
}

fn compare(left: &[Value], right: &[Value], terms: &[OrderTerm]) -> Result<Ordering> {
    for ((a, b), term) in left.iter().zip(right).zip(terms) {
        let nulls = if term.nulls_first { Ordering::Less } else { Ordering::Greater };
        let one = match (a.is_null(), b.is_null()) {
            (true, true) => Ordering::Equal,
            (true, false) => nulls,
            (false, true) => nulls.reverse(),
            (false, false) if term.descending => order(a, b)?.reverse(),
            (false, false) => order(a, b)?,
        };
        if one.is_ne() {
            return Ok(one);
        }
    }
    Ok(Ordering::Equal)
}
