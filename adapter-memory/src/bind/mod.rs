//! From a statement to what can be run: finds tables and columns, decides types, puts values into slots.
//!
//! Mistakes of a statement (a column that is not there, a text compared with a number) are found here, as on a database:
//! whether there are rows or not.

mod compare;
mod expr;
mod function;
mod group;
mod list;
mod node;
mod scope;
mod select;
mod source;
mod walk;
mod write;

use drivetrain_adapter_api::statement::{Expr, Ident, Slot, TableName};
use drivetrain_adapter_api::{DbType, Dialect, Error, ErrorKind, Result, Value};

pub(crate) use node::{
    Aggregate, By, Call, Core, Distinct, Grouping, Joined, List, Node, OrderTerm, OutColumn, Select, Source,
    Typed, Window,
};
pub(crate) use write::{Bound, BoundDelete, BoundInsert, BoundUpdate, Conflict, Program, Rows};

use crate::define::Definition;
use crate::store::{Snapshot, Table};
use scope::{CteEntry, Frame};

/// Binds one statement.
pub(crate) struct Binder<'q> {
    snapshot: &'q Snapshot,
    params: &'q [Value],
    dialect: Dialect,
    frames: Vec<Frame>,
    ctes: Vec<CteEntry>,
    next_cte: usize,
    next_cache: usize,
    /// The outermost frame that was referred to since this was set.
    lowest: usize,
}

impl<'q> Binder<'q> {
    pub(crate) fn new(snapshot: &'q Snapshot, params: &'q [Value]) -> Self {
        Self {
            snapshot,
            params,
            dialect: snapshot.dialect(),
            frames: Vec::new(),
            ctes: Vec::new(),
            next_cte: 0,
            next_cache: 0,
            lowest: usize::MAX,
        }
    }

    /// A condition on the rows of a table that is defined, for a check constraint.
    pub(crate) fn check(mut self, definition: &Definition, condition: &Expr) -> Result<Typed> {
        let mut frame = Frame::default();
        frame.push_table(&Ident::from(definition.key.name()), definition);
        self.within(&mut frame, |binder| binder.condition(condition))
    }

    fn table(&self, name: &TableName) -> Result<std::sync::Arc<Table>> {
        let key = self.snapshot.key(name);
        self.snapshot.table_at(&key).cloned().ok_or_else(|| {
            Error::new(ErrorKind::UndefinedTable, format!("there is no table {key}")).with_table(key.name())
        })
    }

    /// The value of a slot, as one of the slot's type.
    fn slot(&self, slot: &Slot) -> Result<Value> {
        let value = self.params.get(slot.index as usize).ok_or_else(|| {
            Error::new(
                ErrorKind::ParameterCount,
                format!("the statement's value {} was not given", slot.index + 1),
            )
        })?;
        value.clone().coerce_to(&slot.ty)
    }

    /// The elements of the array in a slot, whose type may be that of the elements.
    fn elements(&self, slot: &Slot) -> Result<(DbType, Vec<Value>)> {
        let element = slot.ty.element().unwrap_or(&slot.ty).clone();
        let array = Slot { index: slot.index, ty: DbType::array(element.clone()) };
        match self.slot(&array)? {
            Value::Array(array) => {
                let known = if element == DbType::Unknown { array.element().clone() } else { element };
                Ok((known, array.into_values()))
            }
            Value::Null(_) => Ok((element.clone(), vec![Value::Null(element)])),
            _ => {
                Err(Error::new(ErrorKind::TypeMismatch, format!("value {} must be an array", slot.index + 1)))
            }
        }
    }

    /// The arrays in several slots, which make rows of one length.
    fn columns_of(&self, slots: &[&Slot]) -> Result<(Vec<DbType>, Vec<Vec<Value>>)> {
        let mut types = Vec::with_capacity(slots.len());
        let mut columns: Vec<Vec<Value>> = Vec::with_capacity(slots.len());
        for slot in slots {
            if !matches!(self.params.get(slot.index as usize), Some(Value::Array(_))) {
                return Err(Error::new(
                    ErrorKind::TypeMismatch,
                    format!("value {} must be an array", slot.index + 1),
                ));
            }
            let (ty, values) = self.elements(slot)?;
            if let Some(first) = columns.first()
                && first.len() != values.len()
            {
                return Err(Error::new(
                    ErrorKind::InvalidValue,
                    format!(
                        "values {} and {} are columns of the same rows, and have {} and {} elements",
                        slots[0].index + 1,
                        slot.index + 1,
                        first.len(),
                        values.len()
                    ),
                ));
            }
            types.push(ty);
            columns.push(values);
        }
        Ok((types, columns))
    }
}

/// Rows from columns of one length.
fn transposed(columns: Vec<Vec<Value>>) -> Vec<Vec<Value>> {
    let length = columns.first().map_or(0, Vec::len);
    let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
    (0..length).map(|_| columns.iter_mut().filter_map(Iterator::next).collect()).collect()
}
