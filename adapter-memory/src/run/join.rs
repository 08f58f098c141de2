//! Rows of the sources of a select, joined from left to right.

use std::collections::HashMap;
use std::sync::Arc;

use drivetrain_adapter_api::statement::JoinKind;
use drivetrain_adapter_api::{DbType, Result, Value};

use super::{Env, Index, Run};
use crate::bind::{Joined, Source, Typed};
use crate::error;
use crate::store::Row;
use crate::value::Key;

/// Fewer rows are tried one by one.
const WORTH_AN_INDEX: usize = 8;

impl Run {
    /// The rows of a source, before any condition. `left` is the row that a lateral one may refer to.
    pub(super) fn source_rows(
        &mut self,
        source: &Source,
        left: &[Value],
        outer: Option<&Env<'_>>,
    ) -> Result<Arc<Vec<Row>>> {
        match source {
            Source::Table(table) => Ok(Arc::clone(table.rows())),
            Source::Cte(id) => self.cte(*id),
            Source::Fixed(rows) => Ok(Arc::clone(rows)),
            Source::Select { select, lateral: true } => {
                let env = Env::row(left, outer);
                self.rows_of(select, Some(&env))
            }
            Source::Select { select, lateral: false } => self.rows_of(select, outer),
        }
    }

    /// The rows that the first source gives, before they are joined.
    pub(super) fn first_rows(&mut self, source: &Joined, outer: Option<&Env<'_>>) -> Result<Vec<Row>> {
        let rows = self.source_rows(&source.rows, &[], outer)?;
        match self.candidates(source, &rows, &[], outer)? {
            Some(found) => Ok(found.iter().map(|at| Arc::clone(&rows[*at as usize])).collect()),
            None => Ok(rows.to_vec()),
        }
    }

    /// One row of the first source, joined with those of the others.
    pub(super) fn joined(
        &mut self,
        first: Row,
        others: &[Joined],
        fixed: &[Option<Arc<Vec<Row>>>],
        outer: Option<&Env<'_>>,
    ) -> Result<Vec<Row>> {
        let mut left = vec![first];
        for (source, fixed) in others.iter().zip(fixed) {
            let mut joined = Vec::new();
            for row in left {
                self.join_one(&row, source, fixed.as_ref(), outer, &mut joined)?;
            }
            left = joined;
        }
        Ok(left)
    }

    fn join_one(
        &mut self,
        left: &Row,
        source: &Joined,
        fixed: Option<&Arc<Vec<Row>>>,
        outer: Option<&Env<'_>>,
        out: &mut Vec<Row>,
    ) -> Result<()> {
        let rows = match fixed {
            Some(rows) => Arc::clone(rows),
            None => self.source_rows(&source.rows, left, outer)?,
        };
        let before = out.len();
        match self.candidates(source, &rows, left, outer)? {
            Some(found) => {
                for at in found.iter() {
                    self.try_pair(left, &rows[*at as usize], source.on.as_ref(), outer, out)?;
                }
            }
            None => {
                for row in rows.iter() {
                    self.try_pair(left, row, source.on.as_ref(), outer, out)?;
                }
            }
        }
        if out.len() == before && source.kind == JoinKind::Left {
            let nothing = std::iter::repeat_n(Value::Null(DbType::Unknown), source.width);
            out.push(left.iter().cloned().chain(nothing).collect());
        }
        Ok(())
    }

    fn try_pair(
        &mut self,
        left: &Row,
        right: &Row,
        on: Option<&Typed>,
        outer: Option<&Env<'_>>,
        out: &mut Vec<Row>,
    ) -> Result<()> {
        self.tick()?;
        let row: Row = left.iter().chain(right.iter()).cloned().collect();
        if self.holds(on, &Env::row(&row, outer))? {
            out.push(row);
        }
        Ok(())
    }

    /// The rows of a source that may fulfil its condition; `None` for all of them.
    fn candidates(
        &mut self,
        source: &Joined,
        rows: &Arc<Vec<Row>>,
        left: &[Value],
        outer: Option<&Env<'_>>,
    ) -> Result<Option<Arc<[u32]>>> {
        let Some((column, wanted)) = &source.lookup else { return Ok(None) };
        let lasting = match &source.rows {
            Source::Select { select, .. } => select.cache.is_some(),
            _ => true,
        };
        if rows.len() < WORTH_AN_INDEX || !lasting {
            return Ok(None);
        }
        let wanted = self.eval(wanted, &Env::row(left, outer))?;
        if wanted.is_null() {
            return Ok(Some(Arc::new([])));
        }
        let index = self.index(rows, *column)?;
        Ok(Some(
            index
                .get(&Key::of(&wanted)?)
                .map_or_else(|| Arc::new([]) as Arc<[u32]>, |found| found.as_slice().into()),
        ))
    }

    fn index(&mut self, rows: &Arc<Vec<Row>>, column: usize) -> Result<Arc<HashMap<Key, Vec<u32>>>> {
        let place = (Arc::as_ptr(rows) as usize, column);
        if let Some(index) = self.indexes.get(&place) {
            return Ok(Arc::clone(&index.by_key));
        }
        let mut by_key: HashMap<Key, Vec<u32>> = HashMap::with_capacity(rows.len());
        for (at, row) in rows.iter().enumerate() {
            let value = row.get(column).ok_or_else(|| error::broken("a row is shorter than its columns"))?;
            if !value.is_null() {
                by_key.entry(Key::of(value)?).or_default().push(at as u32);
            }
        }
        let by_key = Arc::new(by_key);
        self.indexes.insert(place, Index { by_key: Arc::clone(&by_key), _rows: Arc::clone(rows) });
        Ok(by_key)
    }
}
