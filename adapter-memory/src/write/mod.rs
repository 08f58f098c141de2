//! Statements as a whole: what is read comes from the state before the statement, what is written makes the state after
//! it. If anything fails, the state before stays.

mod conflict;
mod foreign;
mod insert;
mod row;
mod unique;
mod update;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use drivetrain_adapter_api::{Result, Value};

use crate::bind::{Bound, Program, Typed};
use crate::define::Definition;
use crate::run::{Env, Run};
use crate::store::{Row, Snapshot, TableKey};
use unique::Uniques;

/// What a statement gave.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) rows: Vec<Row>,
    /// `None` for a select.
    pub(crate) affected: Option<u64>,
    /// The last number that was drawn for a row of an insert.
    pub(crate) last_id: Option<u64>,
    /// The state after it, if it wrote.
    pub(crate) after: Option<Snapshot>,
}

/// A row that the statement wrote.
struct Change {
    table: TableKey,
    number: u64,
    old: Option<Row>,
    new: Option<Row>,
}

/// A statement that writes, while it is run.
struct Writing<'r> {
    run: &'r mut Run,
    after: Snapshot,
    changes: Vec<Change>,
    /// Rows that a part of the statement has written: no other part writes them again.
    touched: HashSet<(TableKey, u64)>,
    uniques: HashMap<TableKey, Uniques>,
    last_id: Option<u64>,
}

/// What one part of a statement gave.
#[derive(Default)]
struct Part {
    rows: Vec<Row>,
    affected: u64,
}

/// Runs a statement on the state `before`.
pub(crate) fn execute(run: &mut Run, before: &Snapshot, program: &Program) -> Result<Outcome> {
    run.reserve(program.ctes, program.caches);
    let writes = |body: &Bound| !matches!(body, Bound::Select(_));
    if !writes(&program.body) && !program.with.iter().any(|cte| writes(&cte.body)) {
        for cte in &program.with {
            if let Bound::Select(select) = &cte.body {
                let rows = run.select(select, None)?;
                run.set_cte(cte.id, rows);
            }
        }
        let rows = match &program.body {
            Bound::Select(select) => run.select(select, None)?,
            _ => Vec::new(),
        };
        return Ok(Outcome { rows, affected: None, last_id: None, after: None });
    }
    let mut writing = Writing {
        run,
        after: before.clone(),
        changes: Vec::new(),
        touched: HashSet::new(),
        uniques: HashMap::new(),
        last_id: None,
    };
    for cte in &program.with {
        let part = writing.part(&cte.body)?;
        writing.run.set_cte(cte.id, part.rows);
    }
    writing.last_id = None;
    let part = writing.part(&program.body)?;
    let last_id = writing.last_id.filter(|_| matches!(program.body, Bound::Insert(_)));
    writing.keep_references()?;
    let affected = writes(&program.body).then_some(part.affected);
    Ok(Outcome { rows: part.rows, affected, last_id, after: Some(writing.after) })
}

impl Writing<'_> {
    fn part(&mut self, body: &Bound) -> Result<Part> {
        match body {
            Bound::Select(select) => {
                let rows = self.run.select(select, None)?;
                Ok(Part { rows, affected: 0 })
            }
            Bound::Insert(insert) => self.insert(insert),
            Bound::Update(update) => self.update(update),
            Bound::Delete(delete) => self.delete(delete),
        }
    }

    fn returning(&mut self, projections: &[Typed], row: &[Value], out: &mut Vec<Row>) -> Result<()> {
        if projections.is_empty() {
            return Ok(());
        }
        let env = Env::row(row, None);
        let given = projections.iter().map(|one| self.run.eval(one, &env)).collect::<Result<Row>>()?;
        out.push(given);
        Ok(())
    }

    /// The unique values of a table's rows as they are now.
    fn uniques(&mut self, definition: &Definition) -> Result<&mut Uniques> {
        let key = &definition.key;
        if !self.uniques.contains_key(key) {
            let table = self.after.table_at(key).ok_or_else(|| crate::error::broken("a table is gone"))?;
            let uniques = Uniques::of(definition, table)?;
            self.uniques.insert(key.clone(), uniques);
        }
        self.uniques.get_mut(key).ok_or_else(|| crate::error::broken("a table is gone"))
    }

    /// Puts a new row into the table. Its values are checked, but for unique ones.
    fn put_new(&mut self, definition: &Definition, row: Row) -> Result<u64> {
        self.uniques(definition)?.check(definition, &row, None)?;
        let number = self.after.table_mut(&definition.key)?.push(Arc::clone(&row));
        self.uniques(definition)?.add(definition, &row, number)?;
        self.note(definition, number, None, Some(row));
        Ok(number)
    }

    /// Puts another row in the place of one that is there.
    fn put_other(&mut self, definition: &Definition, number: u64, old: Row, row: Row) -> Result<()> {
        let uniques = self.uniques(definition)?;
        uniques.remove(definition, &old, number)?;
        uniques.check(definition, &row, Some(number))?;
        uniques.add(definition, &row, number)?;
        self.after.table_mut(&definition.key)?.replace(number, Arc::clone(&row));
        self.note(definition, number, Some(old), Some(row));
        Ok(())
    }

    fn take_away(&mut self, definition: &Definition, number: u64, old: Row) -> Result<()> {
        self.uniques(definition)?.remove(definition, &old, number)?;
        self.after.table_mut(&definition.key)?.remove(number);
        self.note(definition, number, Some(old), None);
        Ok(())
    }

    fn note(&mut self, definition: &Definition, number: u64, old: Option<Row>, new: Option<Row>) {
        self.touched.insert((definition.key.clone(), number));
        self.changes.push(Change { table: definition.key.clone(), number, old, new });
    }

    fn is_touched(&self, definition: &Definition, number: u64) -> bool {
        self.touched.contains(&(definition.key.clone(), number))
    }
}
