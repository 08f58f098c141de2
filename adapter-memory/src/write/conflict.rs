//! Rows of an insert that meet one which is there.

use std::collections::HashSet;
use std::sync::Arc;

use drivetrain_adapter_api::{Error, ErrorKind, Result, Value};

use super::Writing;
use crate::bind::{Node, Typed};
use crate::define::Definition;
use crate::error;
use crate::run::Env;
use crate::store::Row;

impl Writing<'_> {
    /// Whether a row has a new one's values in some unique constraint.
    pub(super) fn meets_any(&mut self, definition: &Definition, row: &[Value]) -> Result<bool> {
        let uniques = self.uniques(definition)?;
        for at in 0..definition.uniques.len() {
            if uniques.find(definition, at, row)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Changes the row that a new one meets, and gives it as it is then. `None` if it meets none.
    pub(super) fn do_update(
        &mut self,
        definition: &Definition,
        uniques: &[usize],
        set: &[(usize, Typed)],
        wanted: &Row,
        own: &mut HashSet<u64>,
    ) -> Result<Option<Row>> {
        let mut met = None;
        for at in uniques {
            met = met.or(self.uniques(definition)?.find(definition, *at, wanted)?);
        }
        let Some(number) = met else { return Ok(None) };
        if !own.insert(number) {
            return Err(Error::new(
                ErrorKind::Cardinality,
                "an upsert meets the same row twice: two of its rows have the same unique values",
            )
            .with_table(definition.key.name()));
        }
        let old = self.after.table_at(&definition.key).and_then(|table| table.get(number)).cloned();
        let old = old.ok_or_else(|| error::broken("a row that was met is not there"))?;
        let both: Row = old.iter().chain(wanted.iter()).cloned().collect();
        let row = self.changed(definition, set, &old, &Env::row(&both, None))?;
        self.put_other(definition, number, old, Arc::clone(&row))?;
        Ok(Some(row))
    }

    /// A row after changes that are computed from `env`.
    pub(super) fn changed(
        &mut self,
        definition: &Definition,
        set: &[(usize, Typed)],
        old: &Row,
        env: &Env<'_>,
    ) -> Result<Row> {
        let mut values = old.to_vec();
        for (at, expr) in set {
            values[*at] = match expr.node {
                Node::Default => self.default_of(definition, *at)?,
                _ => self.run.eval(expr, env)?,
            };
        }
        self.fitting(definition, values)
    }
}
