//! What `IN` looks in.

use std::sync::Arc;

use drivetrain_adapter_api::statement::{BinaryOperator, InList, Slot};
use drivetrain_adapter_api::{DbType, Error, Result, Value};

use super::compare::compared;
use super::expr::settled;
use super::node::{List, Node, Typed};
use super::{Binder, transposed};
use crate::error;
use crate::value::{Key, concrete, one_key};

impl Binder<'_> {
    /// The list, and the values looked for, once they have types.
    pub(super) fn list(&mut self, left: Vec<Typed>, list: &InList) -> Result<(Vec<Typed>, List)> {
        match list {
            InList::Slot(slot) => {
                let (ty, values) = self.elements(slot)?;
                fixed(left, &[ty], values.into_iter().map(|value| vec![value]).collect())
            }
            InList::Rows(slots) => {
                if slots.len() != left.len() || slots.is_empty() {
                    return Err(Error::misuse(format!(
                        "a row of {} values is looked for in rows of {} columns",
                        left.len(),
                        slots.len()
                    )));
                }
                let slots: Vec<&Slot> = slots.iter().collect();
                let (types, columns) = self.columns_of(&slots)?;
                fixed(left, &types, transposed(columns))
            }
            InList::Select(select) => {
                let select = self.subselect(select)?;
                if select.columns.len() != left.len() {
                    return Err(Error::new(
                        drivetrain_adapter_api::ErrorKind::Syntax,
                        format!(
                            "a row of {} values is looked for in a select of {} columns",
                            left.len(),
                            select.columns.len()
                        ),
                    ));
                }
                let types: Vec<DbType> = select.columns.iter().map(|column| column.ty.clone()).collect();
                let left = checked(left, &types)?;
                Ok((left, List::Select(Box::new(select))))
            }
            _ => Err(error::unknown("list")),
        }
    }
}

/// The values looked for, if they can be compared with values of those types.
fn checked(left: Vec<Typed>, types: &[DbType]) -> Result<Vec<Typed>> {
    left.into_iter()
        .zip(types)
        .map(|(left, ty)| {
            let left = settled(left, ty)?;
            let other = Typed::new(Node::Const(Value::Null(ty.clone())), ty.clone());
            compared(BinaryOperator::Equal, left, other).map(|(left, _)| left)
        })
        .collect()
}

fn fixed(left: Vec<Typed>, types: &[DbType], rows: Vec<Vec<Value>>) -> Result<(Vec<Typed>, List)> {
    let left = checked(left, types)?;
    let keyed = left.iter().zip(types).all(|(left, ty)| one_key(&concrete(&left.ty), &concrete(ty)));
    if keyed && !rows.iter().flatten().any(Value::is_null) {
        let keys = rows.iter().map(Key::all).collect::<Result<_>>()?;
        return Ok((left, List::Keys(Arc::new(keys))));
    }
    Ok((left, List::Rows(Arc::new(rows))))
}
