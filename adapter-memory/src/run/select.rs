//! Selects.

use std::collections::HashSet;
use std::sync::Arc;

use drivetrain_adapter_api::statement::SetOperator;
use drivetrain_adapter_api::{DbType, Error, ErrorKind, Result, Value};

use super::order::Sorted;
use super::{Env, Run};
use crate::bind::{Core, Distinct, Select, Source, Typed};
use crate::error;
use crate::store::Row;
use crate::value::{Key, cast, concrete};

/// A row of the sources, or a group of them.
pub(super) struct Unit {
    pub(super) row: Row,
    pub(super) aggregates: Vec<Value>,
    pub(super) windows: Vec<Value>,
}

impl Unit {
    pub(super) fn env<'a>(&'a self, outer: Option<&'a Env<'a>>) -> Env<'a> {
        Env { row: &self.row, aggregates: &self.aggregates, windows: &self.windows, outer }
    }
}

impl Run {
    /// The rows of a select, kept if they are the same for every row around it.
    pub(crate) fn rows_of(&mut self, select: &Select, outer: Option<&Env<'_>>) -> Result<Arc<Vec<Row>>> {
        let Some(cache) = select.cache else { return self.select(select, outer).map(Arc::new) };
        if let Some(Some(rows)) = self.caches.get(cache) {
            return Ok(Arc::clone(rows));
        }
        let rows = Arc::new(self.select(select, outer)?);
        if let Some(place) = self.caches.get_mut(cache) {
            *place = Some(Arc::clone(&rows));
        }
        Ok(rows)
    }

    pub(crate) fn select(&mut self, select: &Select, outer: Option<&Env<'_>>) -> Result<Vec<Row>> {
        for (id, cte) in &select.with {
            let rows = self.select(cte, outer)?;
            self.set_cte(*id, rows);
        }
        let mut rows = self.core(&select.core, outer)?;
        if !select.combined.is_empty() {
            rows = self.combined(select, rows, outer)?;
        }
        let (skip, take) = self.limits(select, outer)?;
        Ok(rows.into_iter().skip(skip).take(take).collect())
    }

    pub(super) fn limits(&mut self, select: &Select, outer: Option<&Env<'_>>) -> Result<(usize, usize)> {
        let skip = self.count(select.offset.as_ref(), outer)?.unwrap_or(0);
        let take = self.count(select.limit.as_ref(), outer)?.unwrap_or(usize::MAX);
        Ok((skip, take))
    }

    fn count(&mut self, expr: Option<&Typed>, outer: Option<&Env<'_>>) -> Result<Option<usize>> {
        let Some(expr) = expr else { return Ok(None) };
        match self.eval(expr, outer.unwrap_or(&Env::NONE))? {
            Value::Int64(count) => usize::try_from(count)
                .map(Some)
                .map_err(|_| Error::new(ErrorKind::InvalidValue, "a limit or offset is negative")),
            _ => Ok(None),
        }
    }

    fn core(&mut self, core: &Core, outer: Option<&Env<'_>>) -> Result<Vec<Row>> {
        let rows = self.filtered(core, outer)?;
        let mut units = match &core.grouping {
            Some(grouping) => {
                let width = core.sources.iter().map(|source| source.width).sum();
                self.grouped(rows, grouping, width, outer)?
            }
            None => rows
                .into_iter()
                .map(|row| Unit { row, aggregates: Vec::new(), windows: Vec::new() })
                .collect(),
        };
        self.number(&mut units, &core.windows, outer)?;
        let mut given = Vec::with_capacity(units.len());
        for unit in &units {
            self.tick()?;
            let env = unit.env(outer);
            let row = self.project(&core.projections, &env)?;
            let by = self.order_values(&core.order, &row, &env)?;
            let on = match &core.distinct {
                Distinct::On(exprs) => {
                    let values =
                        exprs.iter().map(|expr| self.eval(expr, &env)).collect::<Result<Vec<_>>>()?;
                    Key::all(&values)?
                }
                _ => Vec::new(),
            };
            given.push((by, (on, row)));
        }
        let mut rows = if core.order.is_empty() {
            given.into_iter().map(|(_, row)| row).collect()
        } else {
            Sorted::sort(given, &core.order)?
        };
        let mut seen = HashSet::new();
        match &core.distinct {
            Distinct::No => {}
            Distinct::On(_) => rows.retain(|(on, _)| seen.insert(on.clone())),
            Distinct::Rows => return distinct(rows.into_iter().map(|(_, row)| row)),
        }
        Ok(rows.into_iter().map(|(_, row)| row).collect())
    }

    pub(super) fn project(&mut self, projections: &[Typed], env: &Env<'_>) -> Result<Row> {
        let mut row = Vec::with_capacity(projections.len());
        for projection in projections {
            row.push(self.eval(projection, env)?);
        }
        Ok(row.into())
    }

    /// The rows of the sources for which WHERE holds.
    fn filtered(&mut self, core: &Core, outer: Option<&Env<'_>>) -> Result<Vec<Row>> {
        let (firsts, fixed) = self.begin(core, outer)?;
        let mut rows = Vec::new();
        for first in firsts {
            self.expand(core, first, &fixed, outer, &mut rows)?;
        }
        Ok(rows)
    }

    /// The rows of the first source, and those of the others that are the same for each of them.
    fn begin(&mut self, core: &Core, outer: Option<&Env<'_>>) -> Result<(Vec<Row>, Fixed)> {
        let Some((first, others)) = core.sources.split_first() else {
            return Ok((vec![Arc::new([])], Vec::new()));
        };
        let firsts = self.first_rows(first, outer)?;
        let mut fixed = Vec::with_capacity(others.len());
        for source in others {
            fixed.push(match &source.rows {
                Source::Select { lateral: true, .. } => None,
                rows => Some(self.source_rows(rows, &[], outer)?),
            });
        }
        Ok((firsts, fixed))
    }

    fn expand(
        &mut self,
        core: &Core,
        first: Row,
        fixed: &Fixed,
        outer: Option<&Env<'_>>,
        out: &mut Vec<Row>,
    ) -> Result<()> {
        self.tick()?;
        let others = core.sources.get(1..).unwrap_or_default();
        for row in self.joined(first, others, fixed, outer)? {
            if self.holds(core.filter.as_ref(), &Env::row(&row, outer))? {
                out.push(row);
            }
        }
        Ok(())
    }

    fn combined(&mut self, select: &Select, first: Vec<Row>, outer: Option<&Env<'_>>) -> Result<Vec<Row>> {
        let types: Vec<DbType> = select.core.projections.iter().map(|one| one.ty.clone()).collect();
        let mut rows = self.of_types(first, &types, select)?;
        for (operator, other) in &select.combined {
            let types: Vec<DbType> = other.columns.iter().map(|column| column.ty.clone()).collect();
            let others = self.rows_of(other, outer)?.to_vec();
            let others = self.of_types(others, &types, select)?;
            let keys =
                |rows: &[Row]| rows.iter().map(|row| Key::all(row.iter())).collect::<Result<HashSet<_>>>();
            rows = match operator {
                SetOperator::UnionAll => rows.into_iter().chain(others).collect(),
                SetOperator::Union => distinct(rows.into_iter().chain(others))?,
                SetOperator::Intersect | SetOperator::Except => {
                    let others = keys(&others)?;
                    let wanted = *operator == SetOperator::Intersect;
                    let mut kept = Vec::new();
                    for row in distinct(rows.into_iter())? {
                        if others.contains(&Key::all(row.iter())?) == wanted {
                            kept.push(row);
                        }
                    }
                    kept
                }
                _ => return Err(error::unknown("set operation")),
            };
        }
        if select.order.is_empty() {
            return Ok(rows);
        }
        let mut by = Vec::with_capacity(rows.len());
        for row in rows {
            by.push((self.order_values(&select.order, &row, &Env::NONE)?, row));
        }
        Sorted::sort(by, &select.order)
    }

    /// The rows as ones of the combined select's types.
    fn of_types(&mut self, rows: Vec<Row>, types: &[DbType], select: &Select) -> Result<Vec<Row>> {
        let same = |(ty, column): (&DbType, &crate::bind::OutColumn)| concrete(ty) == concrete(&column.ty);
        if types.iter().zip(&select.columns).all(same) {
            return Ok(rows);
        }
        rows.into_iter()
            .map(|row| {
                let cells = row.iter().zip(&select.columns);
                cells.map(|(value, column)| cast(value.clone(), &column.ty)).collect()
            })
            .collect()
    }
}

type Fixed = Vec<Option<Arc<Vec<Row>>>>;

fn distinct(rows: impl Iterator<Item = Row>) -> Result<Vec<Row>> {
    let mut seen = HashSet::new();
    let mut kept = Vec::new();
    for row in rows {
        if seen.insert(Key::all(row.iter())?) {
            kept.push(row);
        }
    }
    Ok(kept)
}

/// A select whose rows are made when they are asked for: one without groups, orders and the like, which need all rows
/// at once.
pub(crate) struct Lazy {
    select: Select,
    firsts: std::vec::IntoIter<Row>,
    fixed: Fixed,
    skip: usize,
    take: usize,
}

impl Lazy {
    /// `Err` gives the select back where all its rows are needed to make the first.
    pub(crate) fn begin(run: &mut Run, select: Select) -> Result<Result<Self, Box<Select>>> {
        let core = &select.core;
        let at_once = !select.combined.is_empty()
            || core.grouping.is_some()
            || !core.windows.is_empty()
            || !core.order.is_empty()
            || !matches!(core.distinct, Distinct::No);
        if at_once {
            return Ok(Err(Box::new(select)));
        }
        for (id, cte) in &select.with {
            let rows = run.select(cte, None)?;
            run.set_cte(*id, rows);
        }
        let (skip, take) = run.limits(&select, None)?;
        let (firsts, fixed) = run.begin(&select.core, None)?;
        Ok(Ok(Self { firsts: firsts.into_iter(), fixed, skip, take, select }))
    }

    /// Some rows more; none where there are no more.
    pub(crate) fn next(&mut self, run: &mut Run) -> Result<Vec<Row>> {
        while self.take > 0 {
            let Some(first) = self.firsts.next() else { break };
            let mut rows = Vec::new();
            run.expand(&self.select.core, first, &self.fixed, None, &mut rows)?;
            let mut given = Vec::with_capacity(rows.len());
            for row in rows {
                if self.skip > 0 {
                    self.skip -= 1;
                } else if self.take > 0 {
                    self.take -= 1;
                    given.push(run.project(&self.select.core.projections, &Env::row(&row, None))?);
                }
            }
            if !given.is_empty() {
                return Ok(given);
            }
        }
        self.take = 0;
        Ok(Vec::new())
    }
}
