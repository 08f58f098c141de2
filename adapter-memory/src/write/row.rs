//! Rows before they are stored: values become ones of the columns' types, defaults are filled in, constraints of a
//! single row are checked.

use drivetrain_adapter_api::{DbType, Error, ErrorKind, Result, Value};

use super::Writing;
use crate::define::{ColumnDefault, Definition};
use crate::run::{Env, truth};
use crate::store::Row;
use crate::value::{assign, in_range};

impl Writing<'_> {
    /// The column's default. A number that is drawn for it is remembered.
    pub(super) fn default_of(&mut self, definition: &Definition, at: usize) -> Result<Value> {
        let column = &definition.columns[at];
        Ok(match &column.default {
            None => Value::Null(column.ty.clone()),
            Some(ColumnDefault::Value(value)) => value.clone(),
            Some(ColumnDefault::Made(make)) => make(),
            Some(ColumnDefault::Now) => Value::TimestampTz(self.run.now.instant()),
            Some(ColumnDefault::Autoincrement) => {
                let number = self.run.store.next_number(&definition.key, at);
                self.last_id = u64::try_from(number).ok();
                in_range(number.into(), &DbType::Int64)?
            }
        })
    }

    /// A row of values that are of the columns' types, and that no constraint of a single row refuses.
    pub(super) fn fitting(&mut self, definition: &Definition, values: Vec<Value>) -> Result<Row> {
        let row = fitted(definition, values)?;
        let env = Env::row(&row, None);
        for check in &definition.checks {
            let held = self.run.eval(&check.condition, &env)?;
            // What is not known to fail is let through.
            if truth(&held) == Some(false) {
                return Err(Error::new(
                    ErrorKind::CheckViolation,
                    "a value is not allowed by a check of its table",
                )
                .with_table(definition.key.name())
                .with_constraint(&*check.name));
            }
        }
        Ok(row)
    }
}

/// The values as ones of the columns' types.
pub(crate) fn fitted(definition: &Definition, values: Vec<Value>) -> Result<Row> {
    let mut row = Vec::with_capacity(values.len());
    for (value, column) in values.into_iter().zip(&definition.columns) {
        let named = |error: Error| error.with_table(definition.key.name()).with_columns([column.name()]);
        let value = assign(value, &column.ty).map_err(named)?;
        match (&value, &column.labels) {
            (Value::Null(_), _) if !column.nullable => {
                return Err(named(Error::new(ErrorKind::NotNullViolation, "the column takes no NULL")));
            }
            (Value::Enum(label) | Value::Text(label), Some(labels))
                if !labels.iter().any(|known| **known == **label) =>
            {
                return Err(named(Error::new(
                    ErrorKind::InvalidValue,
                    "the value is none of the labels that the column takes",
                )));
            }
            _ => {}
        }
        row.push(value);
    }
    Ok(row.into())
}
