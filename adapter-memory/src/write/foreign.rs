//! Foreign keys, kept when a statement ends: first what follows a row that was deleted or whose key changed, then
//! whether every row refers to one that is there.

use std::collections::HashMap;
use std::sync::Arc;

use drivetrain_adapter_api::{DbType, Error, ErrorKind, Result, Value};

use super::{Change, Writing};
use crate::define::{Action, Definition, Foreign};
use crate::error;
use crate::store::{Row, TableKey};
use crate::value::Key;

/// A foreign key of a table.
#[derive(Clone)]
struct Reference {
    from: Arc<Definition>,
    at: usize,
}

impl Reference {
    fn foreign(&self) -> &Foreign {
        &self.from.foreign[self.at]
    }
}

/// The numbers of rows by the values of a foreign key.
type Children = HashMap<Vec<Key>, Vec<u64>>;

impl Writing<'_> {
    pub(super) fn keep_references(&mut self) -> Result<()> {
        let mut done = 0;
        let mut left_behind: Vec<(Reference, Vec<Key>)> = Vec::new();
        while done < self.changes.len() {
            let round = done..self.changes.len();
            done = round.end;
            self.follow(round, &mut left_behind)?;
        }
        self.check_left_behind(&left_behind)?;
        self.check_written()
    }

    /// The foreign keys that refer to a table.
    fn references_to(&self, target: &TableKey) -> Vec<Reference> {
        let mut found = Vec::new();
        for table in self.after.tables() {
            for (at, foreign) in table.definition.foreign.iter().enumerate() {
                if foreign.target == *target {
                    found.push(Reference { from: Arc::clone(&table.definition), at });
                }
            }
        }
        found
    }

    /// Does to the rows that refer to changed ones what their foreign keys say.
    fn follow(
        &mut self,
        round: std::ops::Range<usize>,
        left_behind: &mut Vec<(Reference, Vec<Key>)>,
    ) -> Result<()> {
        let mut tables: Vec<TableKey> = Vec::new();
        for change in &self.changes[round.clone()] {
            if change.old.is_some() && !tables.contains(&change.table) {
                tables.push(change.table.clone());
            }
        }
        for target in tables {
            for reference in self.references_to(&target) {
                let foreign = reference.foreign().clone();
                let mut gone = Vec::new();
                for change in &self.changes[round.clone()] {
                    if change.table == target
                        && let Some(key) = key_given_up(&foreign, change)?
                    {
                        gone.push((key, change.new.clone()));
                    }
                }
                if gone.is_empty() {
                    continue;
                }
                let children = self.children(&reference)?;
                for (key, new) in gone {
                    let numbers = children.get(&key).cloned().unwrap_or_default();
                    self.follow_one(&reference, key, new.as_ref(), &numbers, left_behind)?;
                }
            }
        }
        Ok(())
    }

    fn children(&self, reference: &Reference) -> Result<Children> {
        let mut children = Children::new();
        let table = self.after.table_at(&reference.from.key);
        let table = table.ok_or_else(|| error::broken("a table is gone"))?;
        for (number, row) in table.numbered() {
            if let Some(key) = key_at(&reference.foreign().columns, row)? {
                children.entry(key).or_default().push(number);
            }
        }
        Ok(children)
    }

    fn follow_one(
        &mut self,
        reference: &Reference,
        key: Vec<Key>,
        new: Option<&Row>,
        numbers: &[u64],
        left_behind: &mut Vec<(Reference, Vec<Key>)>,
    ) -> Result<()> {
        let foreign = reference.foreign();
        let action = if new.is_some() { foreign.on_update } else { foreign.on_delete };
        for number in numbers {
            // It may have been deleted or changed since.
            let old = self.after.table_at(&reference.from.key).and_then(|table| table.get(*number)).cloned();
            let Some(old) = old else { continue };
            if key_at(&foreign.columns, &old)?.as_ref() != Some(&key) {
                continue;
            }
            match (action, new) {
                (Action::NoAction, _) => {
                    left_behind.push((reference.clone(), key));
                    return Ok(());
                }
                (Action::Restrict, _) => return Err(still_referred_to(reference)),
                (Action::Cascade, None) => self.take_away(&reference.from, *number, old)?,
                (Action::Cascade, Some(parent)) => {
                    let mut values = old.to_vec();
                    for (at, from) in foreign.columns.iter().zip(&foreign.references) {
                        values[*at] = parent[*from].clone();
                    }
                    self.change_child(&reference.from, *number, old, values)?;
                }
                (Action::SetNull, _) => {
                    let mut values = old.to_vec();
                    for at in &foreign.columns {
                        values[*at] = Value::Null(DbType::Unknown);
                    }
                    self.change_child(&reference.from, *number, old, values)?;
                }
                (Action::SetDefault, _) => {
                    let mut values = old.to_vec();
                    for at in &foreign.columns {
                        values[*at] = self.default_of(&reference.from, *at)?;
                    }
                    self.change_child(&reference.from, *number, old, values)?;
                }
            }
        }
        Ok(())
    }

    fn change_child(
        &mut self,
        definition: &Definition,
        number: u64,
        old: Row,
        values: Vec<Value>,
    ) -> Result<()> {
        let row = self.fitting(definition, values)?;
        self.put_other(definition, number, old, row)
    }

    /// Keys that were given up while rows referred to them must be there again, or those rows gone.
    fn check_left_behind(&mut self, left_behind: &[(Reference, Vec<Key>)]) -> Result<()> {
        for (reference, key) in left_behind {
            if !self.has_parent(reference, key)? && self.children(reference)?.contains_key(key) {
                return Err(still_referred_to(reference));
            }
        }
        Ok(())
    }

    /// Every row that was written refers to one that is there.
    fn check_written(&mut self) -> Result<()> {
        let mut wanted: Vec<(Reference, Vec<Key>)> = Vec::new();
        for change in &self.changes {
            let table = self.after.table_at(&change.table);
            let Some(table) = table.filter(|_| change.new.is_some()) else { continue };
            let Some(row) = table.get(change.number) else { continue };
            for (at, foreign) in table.definition.foreign.iter().enumerate() {
                if let Some(key) = key_at(&foreign.columns, row)? {
                    wanted.push((Reference { from: Arc::clone(&table.definition), at }, key));
                }
            }
        }
        for (reference, key) in wanted {
            if !self.has_parent(&reference, &key)? {
                return Err(violation(&reference, "the record that a foreign key refers to does not exist"));
            }
        }
        Ok(())
    }

    fn has_parent(&mut self, reference: &Reference, key: &[Key]) -> Result<bool> {
        let foreign = reference.foreign();
        let target = self.after.table_at(&foreign.target).map(|table| Arc::clone(&table.definition));
        let target = target.ok_or_else(|| error::broken("the target of a foreign key is gone"))?;
        let same = |columns: &[usize]| {
            columns.len() == foreign.references.len()
                && foreign.references.iter().all(|at| columns.contains(at))
        };
        let unique = target.uniques.iter().position(|unique| same(&unique.columns));
        let unique = unique.ok_or_else(|| error::broken("a foreign key refers to no unique key"))?;
        // The key in the order of the constraint's columns.
        let ordered: Vec<Key> = target.uniques[unique]
            .columns
            .iter()
            .filter_map(|column| foreign.references.iter().position(|at| at == column))
            .filter_map(|at| key.get(at).cloned())
            .collect();
        Ok(self.uniques(&target)?.has(unique, &ordered))
    }
}

/// The key that a deleted or changed row no longer has.
fn key_given_up(foreign: &Foreign, change: &Change) -> Result<Option<Vec<Key>>> {
    let Some(old) = &change.old else { return Ok(None) };
    let Some(key) = key_at(&foreign.references, old)? else { return Ok(None) };
    if let Some(new) = &change.new
        && key_at(&foreign.references, new)?.as_ref() == Some(&key)
    {
        return Ok(None);
    }
    Ok(Some(key))
}

/// The values of those columns; `None` if one of them is NULL.
fn key_at(columns: &[usize], row: &[Value]) -> Result<Option<Vec<Key>>> {
    let values = columns.iter().map(|at| &row[*at]);
    if values.clone().any(Value::is_null) {
        return Ok(None);
    }
    Key::all(values).map(Some)
}

/// Without columns, as on Postgres: the row is one of the other table's.
fn still_referred_to(reference: &Reference) -> Error {
    violation(reference, "another record still refers to the record").with_columns(Vec::<String>::new())
}

fn violation(reference: &Reference, message: &str) -> Error {
    let foreign = reference.foreign();
    let error = Error::new(ErrorKind::ForeignKeyViolation, message)
        .with_table(reference.from.key.name())
        .with_columns(reference.from.names(&foreign.columns))
        .with_constraint(&*foreign.name);
    match reference.from.key.schema() {
        Some(schema) => error.with_schema(schema),
        None => error,
    }
}
