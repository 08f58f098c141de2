//! `INSERT`.

use std::collections::HashSet;
use std::sync::Arc;

use drivetrain_adapter_api::{Dialect, Result, Value};

use super::{Part, Writing};
use crate::bind::{BoundInsert, Conflict, Node, Rows, Typed};
use crate::define::{ColumnDefault, Definition};
use crate::run::Env;

/// What a column of a new row is given.
enum Given {
    Value(Value),
    Default,
}

impl Writing<'_> {
    pub(super) fn insert(&mut self, insert: &BoundInsert) -> Result<Part> {
        let definition = Arc::clone(&insert.table.definition);
        let mut part = Part::default();
        // Rows of this very insert are not changed by it a second time.
        let mut own = HashSet::new();
        match &insert.rows {
            Rows::Exprs(rows) => {
                for row in rows {
                    let given = row.iter().map(|expr| self.given(expr)).collect::<Result<Vec<_>>>()?;
                    self.insert_one(insert, &definition, given, &mut own, &mut part)?;
                }
            }
            Rows::Values(rows) => {
                for row in rows {
                    let given = row.iter().cloned().map(Given::Value).collect();
                    self.insert_one(insert, &definition, given, &mut own, &mut part)?;
                }
            }
            Rows::Select(select) => {
                for row in self.run.select(select, None)? {
                    let given = row.iter().cloned().map(Given::Value).collect();
                    self.insert_one(insert, &definition, given, &mut own, &mut part)?;
                }
            }
        }
        Ok(part)
    }

    fn given(&mut self, expr: &Typed) -> Result<Given> {
        match expr.node {
            Node::Default => Ok(Given::Default),
            _ => self.run.eval(expr, &Env::NONE).map(Given::Value),
        }
    }

    fn insert_one(
        &mut self,
        insert: &BoundInsert,
        definition: &Definition,
        given: Vec<Given>,
        own: &mut HashSet<u64>,
        part: &mut Part,
    ) -> Result<()> {
        let mut values: Vec<Option<Value>> = vec![None; definition.columns.len()];
        for (at, given) in insert.columns.iter().zip(given) {
            if let Given::Value(value) = given {
                values[*at] = Some(value);
            }
        }
        if self.after.dialect() != Dialect::Postgres {
            without_null_numbers(definition, &mut values);
        }
        let explicit: Vec<bool> = values.iter().map(Option::is_some).collect();
        let mut row = Vec::with_capacity(values.len());
        for (at, value) in values.into_iter().enumerate() {
            row.push(match value {
                Some(value) => value,
                None => self.default_of(definition, at)?,
            });
        }
        let row = self.fitting(definition, row)?;
        let written = match &insert.conflict {
            None => None,
            Some(Conflict::Nothing) => {
                if self.meets_any(definition, &row)? {
                    return Ok(());
                }
                None
            }
            Some(Conflict::Update { uniques, set }) => self.do_update(definition, uniques, set, &row, own)?,
        };
        let row = match written {
            Some(row) => row,
            None => {
                self.numbers_given(definition, &explicit, &row);
                own.insert(self.put_new(definition, Arc::clone(&row))?);
                row
            }
        };
        part.affected += 1;
        self.returning(&insert.returning, &row, &mut part.rows)
    }

    /// Numbers that a row brings are passed over by those drawn later, but on Postgres, whose sequences do not know
    /// them.
    fn numbers_given(&mut self, definition: &Definition, explicit: &[bool], row: &[Value]) {
        if self.after.dialect() == Dialect::Postgres {
            return;
        }
        for (at, column) in definition.columns.iter().enumerate() {
            let numbered = matches!(column.default, Some(ColumnDefault::Autoincrement));
            if let (true, true, Some(number)) = (numbered, explicit[at], crate::value::whole(&row[at])) {
                let number = i64::try_from(number).unwrap_or(i64::MAX);
                self.run.store.number_seen(&definition.key, at, number);
            }
        }
    }
}

/// Everywhere but on Postgres, NULL for a column that the database numbers asks for a number.
fn without_null_numbers(definition: &Definition, values: &mut [Option<Value>]) {
    for (column, value) in definition.columns.iter().zip(values) {
        let numbered = matches!(column.default, Some(ColumnDefault::Autoincrement));
        if numbered && value.as_ref().is_some_and(Value::is_null) {
            *value = None;
        }
    }
}
