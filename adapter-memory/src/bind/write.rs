//! Statements that write, and whole statements.

use std::sync::Arc;

use drivetrain_adapter_api::statement::{
    Assignment, Body, Cte as CteStatement, CteBody, Delete, Expr, Ident, Insert, InsertSource, Literal,
    OnConflict, Projection, Slot, Update,
};
use drivetrain_adapter_api::{Error, ErrorKind, Result, Value};

use super::expr::settled;
use super::node::{Node, OutColumn, Select, Typed};
use super::scope::{Frame, undefined_column};
use super::walk::name_of;
use super::{Binder, transposed};
use crate::define::Definition;
use crate::error;
use crate::store::Table;

/// A statement that can be run.
#[derive(Debug)]
pub(crate) struct Program {
    /// In order; those that write are run whether they are referred to or not.
    pub(crate) with: Vec<Cte>,
    pub(crate) body: Bound,
    /// The columns it gives.
    pub(crate) columns: Vec<OutColumn>,
    pub(crate) ctes: usize,
    pub(crate) caches: usize,
}

#[derive(Debug)]
pub(crate) struct Cte {
    pub(crate) id: usize,
    pub(crate) body: Bound,
}

#[derive(Debug)]
pub(crate) enum Bound {
    Select(Box<Select>),
    Insert(BoundInsert),
    Update(BoundUpdate),
    Delete(BoundDelete),
}

#[derive(Debug)]
pub(crate) struct BoundInsert {
    pub(crate) table: Arc<Table>,
    /// Where each value of a row goes.
    pub(crate) columns: Vec<usize>,
    pub(crate) rows: Rows,
    pub(crate) conflict: Option<Conflict>,
    pub(crate) returning: Vec<Typed>,
}

#[derive(Debug)]
pub(crate) enum Rows {
    Exprs(Vec<Vec<Typed>>),
    Values(Vec<Vec<Value>>),
    Select(Box<Select>),
}

#[derive(Debug)]
pub(crate) enum Conflict {
    Nothing,
    /// The unique constraints over the columns that were named, and the changes. They see the row that is there, then
    /// the one that was to be written.
    Update {
        uniques: Vec<usize>,
        set: Vec<(usize, Typed)>,
    },
}

#[derive(Debug)]
pub(crate) struct BoundUpdate {
    pub(crate) table: Arc<Table>,
    pub(crate) set: Vec<(usize, Typed)>,
    pub(crate) filter: Option<Typed>,
    pub(crate) returning: Vec<Typed>,
}

#[derive(Debug)]
pub(crate) struct BoundDelete {
    pub(crate) table: Arc<Table>,
    pub(crate) filter: Option<Typed>,
    pub(crate) returning: Vec<Typed>,
}

impl Binder<'_> {
    /// Binds a whole statement.
    ///
    /// # Errors
    /// What is wrong with it; `Unsupported` for raw SQL.
    pub(crate) fn program(mut self, body: &Body) -> Result<Program> {
        let with = match body {
            Body::Select(select) => self.with(&select.with)?,
            Body::Insert(insert) => self.with(&insert.with)?,
            Body::Update(update) => self.with(&update.with)?,
            Body::Delete(delete) => self.with(&delete.with)?,
            Body::Raw(_) => {
                return Err(Error::unsupported("the adapter has no SQL: it evaluates abstract statements")
                    .with_hint(
                        "declare what the query asks for through the client, or test it on a database",
                    ));
            }
            _ => return Err(error::unknown("statement")),
        };
        let (body, columns) = match body {
            Body::Select(select) => {
                let bound = self.body(select, Vec::new())?;
                let columns = bound.columns.clone();
                (Bound::Select(Box::new(bound)), columns)
            }
            Body::Insert(insert) => self.insert(insert)?,
            Body::Update(update) => self.update(update)?,
            Body::Delete(delete) => self.delete(delete)?,
            _ => return Err(error::unknown("statement")),
        };
        Ok(Program { with, body, columns, ctes: self.next_cte, caches: self.next_cache })
    }

    fn with(&mut self, ctes: &[CteStatement]) -> Result<Vec<Cte>> {
        let mut with = Vec::with_capacity(ctes.len());
        for cte in ctes {
            let (body, columns) = match &cte.body {
                CteBody::Select(select) => {
                    let bound = self.select(select)?;
                    let columns = bound.columns.clone();
                    (Bound::Select(Box::new(bound)), columns)
                }
                CteBody::Insert(insert) => self.within_cte(&insert.with, |binder| binder.insert(insert))?,
                CteBody::Update(update) => self.within_cte(&update.with, |binder| binder.update(update))?,
                CteBody::Delete(delete) => self.within_cte(&delete.with, |binder| binder.delete(delete))?,
                _ => return Err(error::unknown("common table expression")),
            };
            let id = self.name_cte(cte, columns, usize::MAX)?;
            with.push(Cte { id, body });
        }
        Ok(with)
    }

    fn within_cte<T>(
        &mut self,
        ctes: &[CteStatement],
        bind: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        if ctes.is_empty() {
            return bind(self);
        }
        Err(Error::unsupported("common table expressions of a common table expression that writes"))
    }

    fn insert(&mut self, insert: &Insert) -> Result<(Bound, Vec<OutColumn>)> {
        let table = self.table(&insert.table)?;
        let definition = &table.definition;
        let columns = insert
            .columns
            .iter()
            .map(|name| {
                definition.position(name).ok_or_else(|| undefined_column(Some(&insert.table.name), name))
            })
            .collect::<Result<Vec<usize>>>()?;
        for (at, column) in columns.iter().enumerate() {
            if columns[..at].contains(column) {
                return Err(twice(&insert.columns[at]));
            }
        }
        let rows = self.insert_rows(insert, definition, &columns)?;
        let conflict = match &insert.on_conflict {
            None => None,
            Some(OnConflict::DoNothing) => Some(Conflict::Nothing),
            Some(OnConflict::DoUpdate { target, set }) => {
                Some(self.do_update(insert, definition, target, set)?)
            }
            Some(_) => return Err(error::unknown("answer to a conflict")),
        };
        let (returning, given) = self.returning(&insert.table.name, definition, &insert.returning)?;
        Ok((Bound::Insert(BoundInsert { table, columns, rows, conflict, returning }), given))
    }

    fn insert_rows(&mut self, insert: &Insert, definition: &Definition, columns: &[usize]) -> Result<Rows> {
        let counted = |count: usize| {
            if count == columns.len() {
                return Ok(());
            }
            Err(Error::misuse(format!(
                "an insert into {} columns of {:?} has a row of {count} values",
                columns.len(),
                insert.table.name,
            )))
        };
        match &insert.source {
            InsertSource::Defaults if columns.is_empty() => Ok(Rows::Exprs(vec![Vec::new()])),
            InsertSource::Defaults => Err(Error::misuse(format!(
                "an insert of defaults into {:?} names columns",
                insert.table.name
            ))),
            InsertSource::Rows(rows) if rows.is_empty() => {
                Err(Error::misuse(format!("an insert into {:?} has no rows", insert.table.name)))
            }
            InsertSource::Rows(rows) => {
                let mut bound = Vec::with_capacity(rows.len());
                for row in rows {
                    counted(row.len())?;
                    let cells = row.iter().zip(columns).map(|(expr, at)| self.written(definition, *at, expr));
                    bound.push(cells.collect::<Result<_>>()?);
                }
                Ok(Rows::Exprs(bound))
            }
            InsertSource::Arrays(slots) => {
                counted(slots.len())?;
                let (_, values) = self.columns_of(&slots.iter().collect::<Vec<&Slot>>())?;
                let rows = transposed(values);
                if rows.is_empty() {
                    return Err(Error::new(
                        ErrorKind::InvalidValue,
                        format!(
                            "an insert of many rows was given none: value {} is an empty array",
                            slots.first().map_or(1, |slot| slot.index + 1)
                        ),
                    ));
                }
                Ok(Rows::Values(rows))
            }
            InsertSource::Select(select) => {
                let mut select = self.select(select)?;
                counted(select.columns.len())?;
                // A constant of no type becomes one of the column's.
                for (projection, at) in select.core.projections.iter_mut().zip(columns) {
                    if let Node::Const(Value::Null(_)) = projection.node {
                        projection.ty = definition.columns[*at].ty.clone();
                    }
                }
                Ok(Rows::Select(Box::new(select)))
            }
            _ => Err(error::unknown("source of rows")),
        }
    }

    /// The value that a column is given.
    fn written(&mut self, definition: &Definition, at: usize, expr: &Expr) -> Result<Typed> {
        let column = &definition.columns[at];
        if *expr == Expr::Default {
            return Ok(Typed::new(Node::Default, column.ty.clone()));
        }
        let bound = self.expr(expr)?;
        match expr {
            Expr::Literal(Literal::Text(_) | Literal::Null) => settled(bound, &column.ty),
            _ => Ok(bound),
        }
    }

    fn assignments(&mut self, definition: &Definition, set: &[Assignment]) -> Result<Vec<(usize, Typed)>> {
        let mut bound: Vec<(usize, Typed)> = Vec::with_capacity(set.len());
        for Assignment { column, value } in set {
            let at = definition
                .position(column)
                .ok_or_else(|| undefined_column(Some(&Ident::from(definition.key.name())), column))?;
            if bound.iter().any(|(known, _)| *known == at) {
                return Err(twice(column));
            }
            bound.push((at, self.written(definition, at, value)?));
        }
        Ok(bound)
    }

    fn do_update(
        &mut self,
        insert: &Insert,
        definition: &Definition,
        target: &[Ident],
        set: &[Assignment],
    ) -> Result<Conflict> {
        let positions = target
            .iter()
            .map(|name| {
                definition.position(name).ok_or_else(|| undefined_column(Some(&insert.table.name), name))
            })
            .collect::<Result<Vec<usize>>>()?;
        if positions.is_empty() {
            return Err(Error::misuse(format!(
                "an upsert into {:?} does not say which columns are unique",
                insert.table.name
            )));
        }
        let uniques: Vec<usize> = definition
            .uniques
            .iter()
            .enumerate()
            .filter(|(_, unique)| {
                unique.columns.iter().all(|at| positions.contains(at))
                    && positions.iter().all(|at| unique.columns.contains(at))
            })
            .map(|(at, _)| at)
            .collect();
        if uniques.is_empty() {
            return Err(Error::new(
                ErrorKind::UndefinedObject,
                format!("no unique constraint of {:?} is over the columns of the upsert", insert.table.name),
            )
            .with_table(insert.table.name.as_str())
            .with_columns(target.iter().map(Ident::as_str)));
        }
        let mut frame = Frame::default();
        frame.push_table(&insert.table.name, definition);
        frame.push_excluded(definition);
        let set = self.within(&mut frame, |binder| binder.assignments(definition, set))?;
        Ok(Conflict::Update { uniques, set })
    }

    /// The value that an insert in conflict wanted to write: it stands behind the columns of the row that is there.
    pub(super) fn excluded(&mut self, column: &Ident) -> Result<Typed> {
        let found = self.frames.iter().enumerate().rev().find_map(|(index, frame)| {
            let at =
                frame.columns.iter().position(|known| known.source.is_none() && known.name == *column)?;
            Some((index, at))
        });
        let Some((index, at)) = found else {
            return Err(Error::misuse(format!(
                "the value of {column:?} that an insert wanted to write is only known where it met a row"
            )));
        };
        self.lowest = self.lowest.min(index);
        let known = &self.frames[index].columns[at];
        let node = Node::Column { depth: self.frames.len() - 1 - index, at };
        Ok(Typed { node, ty: known.ty.clone(), labels: known.labels.clone() })
    }

    fn returning(
        &mut self,
        table: &Ident,
        definition: &Definition,
        projections: &[Projection],
    ) -> Result<(Vec<Typed>, Vec<OutColumn>)> {
        let mut frame = Frame::default();
        frame.push_table(table, definition);
        let bound = self.within(&mut frame, |binder| binder.projections(projections))?;
        let columns = projections
            .iter()
            .zip(&bound)
            .map(|(projection, bound)| OutColumn {
                name: name_of(projection),
                ty: bound.ty.clone(),
                labels: bound.labels.clone(),
            })
            .collect();
        Ok((bound, columns))
    }

    fn update(&mut self, update: &Update) -> Result<(Bound, Vec<OutColumn>)> {
        let table = self.table(&update.table)?;
        let definition = &table.definition;
        if update.set.is_empty() {
            return Err(Error::misuse(format!("an update of {:?} changes nothing", update.table.name)));
        }
        let mut frame = Frame::default();
        frame.push_table(&update.table.name, definition);
        let (set, filter) = self.within(&mut frame, |binder| {
            let set = binder.assignments(definition, &update.set)?;
            let filter = update.filter.as_ref().map(|filter| binder.condition(filter)).transpose()?;
            Ok((set, filter))
        })?;
        let (returning, given) = self.returning(&update.table.name, definition, &update.returning)?;
        Ok((Bound::Update(BoundUpdate { table, set, filter, returning }), given))
    }

    fn delete(&mut self, delete: &Delete) -> Result<(Bound, Vec<OutColumn>)> {
        let table = self.table(&delete.table)?;
        let definition = &table.definition;
        let mut frame = Frame::default();
        frame.push_table(&delete.table.name, definition);
        let filter = self.within(&mut frame, |binder| {
            delete.filter.as_ref().map(|filter| binder.condition(filter)).transpose()
        })?;
        let (returning, given) = self.returning(&delete.table.name, definition, &delete.returning)?;
        Ok((Bound::Delete(BoundDelete { table, filter, returning }), given))
    }
}

fn twice(column: &Ident) -> Error {
    Error::new(ErrorKind::AlreadyExists, format!("the column {column:?} is written twice"))
        .with_columns([column.as_str()])
}
