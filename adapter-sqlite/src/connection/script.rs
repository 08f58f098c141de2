//! Runs a text of several statements, as SQLite itself splits it.

use drivetrain_adapter_api::{Error, Result};
use fallible_iterator::FallibleIterator;
use rusqlite::Batch;

use super::control::ended;
use super::facts::Facts;
use super::run::{check_count, control, stopped};
use super::{Link, Policy};
use crate::error;

impl Link {
    /// Runs the statements in order and drops their rows. Stops at the first failure.
    pub(crate) fn script(&mut self, text: &str, policy: Policy) -> Result<()> {
        if text.contains('\0') {
            return Err(error::nul());
        }
        self.watch.limit(self.limit);
        let in_transaction = !self.is_autocommit();
        let mut dirty = false;
        let done = self.statements(text, policy, &mut dirty, in_transaction);
        self.dirty |= dirty;
        done
    }

    fn statements(&self, text: &str, policy: Policy, dirty: &mut bool, in_transaction: bool) -> Result<()> {
        let mut batch = Batch::new(&self.connection, text);
        loop {
            self.watch.check()?;
            self.noted().facts = Facts::default();
            let next = batch.next().map_err(|cause| stopped(&self.watch, cause, Some(text)))?;
            let Some(mut statement) = next else { return Ok(()) };
            let facts = std::mem::take(&mut self.noted().facts);
            if facts.controls && policy != Policy::Free {
                return Err(control());
            }
            if policy == Policy::Reads && !statement.readonly() {
                return Err(super::run::read_only());
            }
            *dirty |= facts.dirties;
            check_count(statement.parameter_count(), 0)?;
            let mut rows = statement.raw_query();
            loop {
                match rows.next() {
                    Ok(Some(_)) => {}
                    Ok(None) => break,
                    Err(cause) => return Err(stopped(&self.watch, cause, None)),
                }
            }
            if in_transaction && policy != Policy::Free && self.is_autocommit() {
                return Err(ended("a statement of the script rolled it back"));
            }
        }
    }

    /// Runs a script outside of any transaction; one that it opens it must end.
    pub(crate) fn script_by_itself(&mut self, text: &str) -> Result<()> {
        let done = self.script(text, Policy::Free);
        if self.is_autocommit() {
            return done;
        }
        self.rollback()?;
        done.and(Err(Error::misuse("the script left a transaction open; what it did there was rolled back")
            .with_hint("end the script with COMMIT")))
    }
}
