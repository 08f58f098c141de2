//! `UPDATE` and `DELETE`.

use std::sync::Arc;

use drivetrain_adapter_api::Result;

use super::{Part, Writing};
use crate::bind::{BoundDelete, BoundUpdate, Typed};
use crate::run::Env;
use crate::store::{Row, Table};

impl Writing<'_> {
    /// The rows of a table before the statement that fulfil a condition, and that no part of it has written.
    fn matching(&mut self, table: &Table, filter: Option<&Typed>) -> Result<Vec<(u64, Row)>> {
        let mut found = Vec::new();
        for (number, row) in table.numbered() {
            if self.run.holds(filter, &Env::row(row, None))? && !self.is_touched(&table.definition, number) {
                found.push((number, Arc::clone(row)));
            }
        }
        Ok(found)
    }

    pub(super) fn update(&mut self, update: &BoundUpdate) -> Result<Part> {
        let definition = Arc::clone(&update.table.definition);
        let mut part = Part::default();
        let mut changed = Vec::new();
        for (number, old) in self.matching(&update.table, update.filter.as_ref())? {
            let row = self.changed(&definition, &update.set, &old, &Env::row(&old, None))?;
            changed.push((number, old, row));
        }
        for (number, old, row) in changed {
            self.put_other(&definition, number, old, Arc::clone(&row))?;
            part.affected += 1;
            self.returning(&update.returning, &row, &mut part.rows)?;
        }
        Ok(part)
    }

    pub(super) fn delete(&mut self, delete: &BoundDelete) -> Result<Part> {
        let definition = Arc::clone(&delete.table.definition);
        let mut part = Part::default();
        for (number, old) in self.matching(&delete.table, delete.filter.as_ref())? {
            self.take_away(&definition, number, Arc::clone(&old))?;
            part.affected += 1;
            self.returning(&delete.returning, &old, &mut part.rows)?;
        }
        Ok(part)
    }
}
