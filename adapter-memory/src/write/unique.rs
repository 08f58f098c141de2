//! Unique constraints.

use std::collections::HashMap;

use drivetrain_adapter_api::{Error, ErrorKind, Result, Value};

use crate::define::{Definition, Unique};
use crate::store::Table;
use crate::value::Key;

/// Which row has which values, for each unique constraint of a table. Rows with a NULL in them are not among them.
pub(super) struct Uniques {
    rows: Vec<HashMap<Vec<Key>, u64>>,
}

impl Uniques {
    pub(super) fn of(definition: &Definition, table: &Table) -> Result<Self> {
        let mut uniques = Self { rows: vec![HashMap::new(); definition.uniques.len()] };
        for (number, row) in table.numbered() {
            uniques.add(definition, row, number)?;
        }
        Ok(uniques)
    }

    pub(super) fn add(&mut self, definition: &Definition, row: &[Value], number: u64) -> Result<()> {
        for (unique, rows) in definition.uniques.iter().zip(&mut self.rows) {
            if let Some(key) = key_of(unique, row)? {
                rows.insert(key, number);
            }
        }
        Ok(())
    }

    pub(super) fn remove(&mut self, definition: &Definition, row: &[Value], number: u64) -> Result<()> {
        for (unique, rows) in definition.uniques.iter().zip(&mut self.rows) {
            if let Some(key) = key_of(unique, row)?
                && rows.get(&key) == Some(&number)
            {
                rows.remove(&key);
            }
        }
        Ok(())
    }

    /// The row that has the values of `row` in a constraint.
    pub(super) fn find(&self, definition: &Definition, at: usize, row: &[Value]) -> Result<Option<u64>> {
        let (Some(unique), Some(rows)) = (definition.uniques.get(at), self.rows.get(at)) else {
            return Ok(None);
        };
        Ok(key_of(unique, row)?.and_then(|key| rows.get(&key).copied()))
    }

    /// Whether a row has those values in a constraint.
    pub(super) fn has(&self, at: usize, key: &[Key]) -> bool {
        self.rows.get(at).is_some_and(|rows| rows.contains_key(key))
    }

    /// Refuses a row whose values another row has.
    pub(super) fn check(&self, definition: &Definition, row: &[Value], own: Option<u64>) -> Result<()> {
        for (at, unique) in definition.uniques.iter().enumerate() {
            if self.find(definition, at, row)?.is_some_and(|found| Some(found) != own) {
                return Err(violation(definition, unique));
            }
        }
        Ok(())
    }
}

fn key_of(unique: &Unique, row: &[Value]) -> Result<Option<Vec<Key>>> {
    let values = unique.columns.iter().map(|at| &row[*at]);
    if values.clone().any(Value::is_null) {
        return Ok(None);
    }
    Key::all(values).map(Some)
}

fn violation(definition: &Definition, unique: &Unique) -> Error {
    let error = Error::new(ErrorKind::UniqueViolation, "a record with these unique values exists already")
        .with_table(definition.key.name())
        .with_columns(definition.names(&unique.columns))
        .with_constraint(&*unique.name);
    match definition.key.schema() {
        Some(schema) => error.with_schema(schema),
        None => error,
    }
}
