//! Selects: their clauses in the order in which names become known.

use drivetrain_adapter_api::statement::{
    Cte, CteBody, Direction, Distinct as Wanted, Expr, Ident, Nulls, OrderBy, Projection, Select as Statement,
};
use drivetrain_adapter_api::{DbType, Dialect, Error, ErrorKind, Result};

use super::Binder;
use super::expr::{converted, settled};
use super::function::ranked;
use super::group::is_grouped;
use super::node::{By, Core, Distinct, Grouping, OrderTerm, OutColumn, Select, Typed};
use super::scope::{CteEntry, Frame, Stage};
use super::source::find_lookups;
use super::walk::name_of;
use crate::error;
use crate::value::{common, concrete};

impl Binder<'_> {
    /// A select within another statement. If it depends on no row around it, it is run once.
    pub(super) fn subselect(&mut self, select: &Statement) -> Result<Select> {
        let around = self.frames.len();
        let before = std::mem::replace(&mut self.lowest, usize::MAX);
        let mut bound = self.select(select)?;
        if self.lowest >= around {
            bound.cache = Some(self.next_cache);
            self.next_cache += 1;
            self.lowest = before;
        } else {
            self.lowest = self.lowest.min(before);
        }
        Ok(bound)
    }

    pub(super) fn select(&mut self, select: &Statement) -> Result<Select> {
        let known = self.ctes.len();
        let bound = self.select_with(select);
        self.ctes.truncate(known);
        bound
    }

    fn select_with(&mut self, select: &Statement) -> Result<Select> {
        let mut with = Vec::new();
        for cte in &select.with {
            let CteBody::Select(body) = &cte.body else {
                return Err(Error::unsupported(
                    "a common table expression that writes stands only at the top of a statement",
                ));
            };
            let before = std::mem::replace(&mut self.lowest, usize::MAX);
            let bound = self.select(body)?;
            let lowest = std::mem::replace(&mut self.lowest, before);
            with.push((self.name_cte(cte, bound.columns.clone(), lowest)?, bound));
        }
        self.body(select, with)
    }

    /// The select without its common table expressions, which are bound already.
    pub(super) fn body(&mut self, select: &Statement, with: Vec<(usize, Select)>) -> Result<Select> {
        let (core, mut columns) = self.core(select)?;
        let mut combined = Vec::with_capacity(select.set_operations.len());
        for (operator, other) in &select.set_operations {
            let other = self.select(other)?;
            combine(&mut columns, &other.columns)?;
            combined.push((*operator, other));
        }
        let order = if combined.is_empty() { Vec::new() } else { self.order_of_outputs(select, &columns)? };
        let limit = select.limit.as_ref().map(|expr| self.count(expr)).transpose()?;
        let offset = select.offset.as_ref().map(|expr| self.count(expr)).transpose()?;
        Ok(Select { with, core, combined, columns, cache: None, order, limit, offset })
    }

    /// Makes a common table expression known, and gives its number.
    pub(super) fn name_cte(
        &mut self,
        cte: &Cte,
        mut columns: Vec<OutColumn>,
        lowest: usize,
    ) -> Result<usize> {
        if cte.columns.len() > columns.len() {
            return Err(Error::new(
                ErrorKind::Syntax,
                format!("{:?} names {} columns and has {}", cte.name, cte.columns.len(), columns.len()),
            ));
        }
        for (column, name) in columns.iter_mut().zip(&cte.columns) {
            column.name = name.as_str().into();
        }
        let id = self.next_cte;
        self.next_cte += 1;
        self.ctes.push(CteEntry { name: cte.name.clone(), id, columns, lowest });
        Ok(id)
    }

    fn core(&mut self, select: &Statement) -> Result<(Core, Vec<OutColumn>)> {
        let mut frame = Frame::default();
        let mut sources = self.sources(select, &mut frame)?;
        let bound = self.within(&mut frame, |binder| {
            let filter = select.filter.as_ref().map(|filter| binder.condition(filter)).transpose()?;
            let keys = if is_grouped(select) {
                Some(binder.group_keys(select)?)
            } else {
                binder.top()?.stage = Stage::Results;
                None
            };
            let having = select.having.as_ref().map(|having| {
                binder.at_stage(Stage::Groups { windows: false }, |binder| binder.condition(having))
            });
            let having = having.transpose()?;
            let projections = binder.projections(&select.projections)?;
            let distinct = match &select.distinct {
                Wanted::No => Distinct::No,
                Wanted::Rows => Distinct::Rows,
                Wanted::On(exprs) => Distinct::On(binder.distinct_on(select, exprs)?),
                _ => return Err(error::unknown("sort of DISTINCT")),
            };
            let order = if select.set_operations.is_empty() {
                binder.order_of_select(select, &projections)?
            } else {
                Vec::new()
            };
            let frame = binder.top()?;
            let grouping =
                keys.map(|keys| Grouping { keys, aggregates: std::mem::take(&mut frame.aggregates), having });
            let windows = std::mem::take(&mut frame.windows);
            Ok((filter, grouping, windows, projections, distinct, order))
        });
        let (filter, grouping, windows, projections, distinct, order) = bound?;
        find_lookups(&mut sources, &frame, filter.as_ref());
        let columns = select
            .projections
            .iter()
            .zip(&projections)
            .map(|(projection, bound)| OutColumn {
                name: name_of(projection),
                ty: bound.ty.clone(),
                labels: bound.labels.clone(),
            })
            .collect();
        Ok((Core { sources, filter, grouping, windows, projections, distinct, order }, columns))
    }

    pub(super) fn projections(&mut self, projections: &[Projection]) -> Result<Vec<Typed>> {
        projections
            .iter()
            .map(|projection| {
                let bound = self.expr(&projection.expr)?;
                settled(bound, &DbType::Text)
            })
            .collect()
    }

    fn distinct_on(&mut self, select: &Statement, exprs: &[Expr]) -> Result<Vec<Typed>> {
        exprs
            .iter()
            .map(|expr| {
                let bound = match named(select, expr) {
                    Some(at) => self.expr(&select.projections[at].expr)?,
                    None => self.expr(expr)?,
                };
                settled(bound, &DbType::Text)
            })
            .collect()
    }

    fn order_of_select(&mut self, select: &Statement, projections: &[Typed]) -> Result<Vec<OrderTerm>> {
        select
            .order_by
            .iter()
            .map(|term| {
                let by = match given(select, &term.expr) {
                    Some(at) => By::Output(at, projections[at].labels.clone()),
                    None if select.distinct == Wanted::Rows => {
                        return Err(Error::new(
                            ErrorKind::Syntax,
                            "distinct rows are ordered by what they do not give",
                        ));
                    }
                    None => {
                        let bound = self.expr(&term.expr)?;
                        By::Expr(ranked(settled(bound, &DbType::Text)?))
                    }
                };
                Ok(self.order_term(by, term))
            })
            .collect()
    }

    fn order_of_outputs(&mut self, select: &Statement, columns: &[OutColumn]) -> Result<Vec<OrderTerm>> {
        select
            .order_by
            .iter()
            .map(|term| {
                let by_name = |name: &Ident| columns.iter().position(|column| *column.name == *name.as_str());
                let at = match &term.expr {
                    Expr::Column { table: None, column } => by_name(column),
                    _ => None,
                };
                let at = at.or_else(|| given(select, &term.expr)).ok_or_else(|| {
                    Error::new(ErrorKind::Syntax, "combined rows are ordered by what they do not give")
                })?;
                Ok(self.order_term(By::Output(at, columns[at].labels.clone()), term))
            })
            .collect()
    }

    /// NULLs are the largest values on Postgres, and the smallest ones elsewhere.
    pub(super) fn order_term(&self, by: By, term: &OrderBy) -> OrderTerm {
        let descending = term.direction == Direction::Descending;
        let largest = self.dialect == Dialect::Postgres;
        let nulls_first = match term.nulls {
            Some(nulls) => nulls == Nulls::First,
            None => descending == largest,
        };
        OrderTerm { by, descending, nulls_first }
    }

    /// A number of rows.
    fn count(&mut self, expr: &Expr) -> Result<Typed> {
        let bound = self.expr(expr)?;
        converted(bound, &DbType::Int64)
    }
}

/// Which of the select's columns has that name, given by an alias.
fn named(select: &Statement, expr: &Expr) -> Option<usize> {
    let Expr::Column { table: None, column } = expr else { return None };
    select.projections.iter().position(|projection| projection.alias.as_ref() == Some(column))
}

/// Which of the select's columns an order's expression is: by its alias, or because it is the same expression.
fn given(select: &Statement, expr: &Expr) -> Option<usize> {
    named(select, expr).or_else(|| select.projections.iter().position(|projection| projection.expr == *expr))
}

/// The columns of combined selects: one type for each.
fn combine(columns: &mut [OutColumn], others: &[OutColumn]) -> Result<()> {
    if columns.len() != others.len() {
        return Err(Error::new(
            ErrorKind::Syntax,
            format!("selects of {} and of {} columns are combined", columns.len(), others.len()),
        ));
    }
    for (column, other) in columns.iter_mut().zip(others) {
        let ty = common(&column.ty, &other.ty).ok_or_else(|| {
            error::type_mismatch("combined selects have no type in common", &other.ty, &column.ty)
        })?;
        if concrete(&column.ty) != concrete(&other.ty) {
            column.labels = None;
        }
        column.ty = ty;
    }
    Ok(())
}
