//! Whether values are in a list.

use std::collections::HashSet;
use std::sync::Arc;

use drivetrain_adapter_api::{Result, Value};

use super::{Env, Run};
use crate::bind::{List, Select, Typed};
use crate::value::{Key, concrete, equal, one_key};

/// The rows of a select, to be looked for by key.
pub(super) struct Set {
    keys: HashSet<Vec<Key>>,
    /// Rows with a NULL in them are not found by key.
    has_null: bool,
}

impl Run {
    pub(super) fn is_in(&mut self, left: &[Typed], list: &List, env: &Env<'_>) -> Result<Option<bool>> {
        let mut wanted = Vec::with_capacity(left.len());
        for expr in left {
            wanted.push(self.eval(expr, env)?);
        }
        let any_null = wanted.iter().any(Value::is_null);
        match list {
            List::Keys(keys) if keys.is_empty() => Ok(Some(false)),
            List::Keys(keys) if !any_null => Ok(Some(keys.contains(&Key::all(&wanted)?))),
            // A NULL among several values can still be known to differ.
            List::Keys(_) if wanted.len() == 1 => Ok(None),
            List::Keys(keys) => among_keys(&wanted, keys),
            List::Rows(rows) => among(&wanted, rows.iter().map(Vec::as_slice)),
            List::Select(select) => {
                if !any_null
                    && let Some(set) = self.set(left, select, env)?
                    && !set.has_null
                {
                    return Ok(Some(set.keys.contains(&Key::all(&wanted)?)));
                }
                let rows = self.rows_of(select, Some(env))?;
                among(&wanted, rows.iter().map(|row| &**row))
            }
        }
    }

    /// The rows of a select that is the same for every row around it.
    fn set(&mut self, left: &[Typed], select: &Select, env: &Env<'_>) -> Result<Option<Arc<Set>>> {
        let Some(cache) = select.cache else { return Ok(None) };
        let keyed = left
            .iter()
            .zip(&select.columns)
            .all(|(left, column)| one_key(&concrete(&left.ty), &concrete(&column.ty)));
        if !keyed {
            return Ok(None);
        }
        if let Some(set) = self.sets.get(&cache) {
            return Ok(Some(Arc::clone(set)));
        }
        let rows = self.rows_of(select, Some(env))?;
        let mut set = Set { keys: HashSet::with_capacity(rows.len()), has_null: false };
        for row in rows.iter() {
            set.has_null |= row.iter().any(Value::is_null);
            set.keys.insert(Key::all(row.iter())?);
        }
        let set = Arc::new(set);
        self.sets.insert(cache, Arc::clone(&set));
        Ok(Some(set))
    }
}

fn among<'a>(wanted: &[Value], rows: impl Iterator<Item = &'a [Value]>) -> Result<Option<bool>> {
    let mut found = Some(false);
    for row in rows {
        let mut same = Some(true);
        for (wanted, value) in wanted.iter().zip(row) {
            match equal(wanted, value)? {
                Some(true) => {}
                Some(false) => {
                    same = Some(false);
                    break;
                }
                None => same = None,
            }
        }
        match same {
            Some(true) => return Ok(Some(true)),
            Some(false) => {}
            None => found = None,
        }
    }
    Ok(found)
}

/// A row with a NULL in it is in the list perhaps, or not.
fn among_keys(wanted: &[Value], rows: &HashSet<Vec<Key>>) -> Result<Option<bool>> {
    let wanted = Key::all(wanted)?;
    let perhaps = rows
        .iter()
        .any(|row| row.iter().zip(&wanted).all(|(known, wanted)| *wanted == Key::Null || known == wanted));
    Ok(if perhaps { None } else { Some(false) })
}
