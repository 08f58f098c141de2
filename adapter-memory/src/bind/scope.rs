//! Which names mean what.

use std::sync::Arc;

use drivetrain_adapter_api::statement::{Expr, Ident};
use drivetrain_adapter_api::{DbType, Error, ErrorKind, Result};

use super::Binder;
use super::node::{Aggregate, Labels, Node, OutColumn, Typed, Window};
use crate::define::Definition;
use crate::store::Table;

/// The columns of one select's sources, and what is collected while its expressions are bound.
#[derive(Debug, Default)]
pub(crate) struct Frame {
    pub(super) columns: Vec<ScopeColumn>,
    /// The tables among the sources, and where their columns start.
    pub(super) tables: Vec<(usize, Arc<Table>)>,
    pub(super) stage: Stage,
    pub(super) groups: Vec<Expr>,
    /// Positions that a group decides.
    pub(super) grouped: Vec<usize>,
    pub(super) aggregates: Vec<Aggregate>,
    pub(super) windows: Vec<Window>,
}

/// What an expression may refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Stage {
    /// Rows of the sources.
    #[default]
    Rows,
    /// Rows, and numbers of rows.
    Results,
    /// Groups; numbers of groups too, if so.
    Groups { windows: bool },
    /// Rows, within an expression that is a key of the groups.
    Key,
}

#[derive(Debug, Clone)]
pub(super) struct ScopeColumn {
    pub(super) source: Option<Ident>,
    pub(super) name: Ident,
    pub(super) ty: DbType,
    pub(super) labels: Labels,
}

/// A common table expression that can be named.
#[derive(Debug, Clone)]
pub(super) struct CteEntry {
    pub(super) name: Ident,
    pub(super) id: usize,
    pub(super) columns: Vec<OutColumn>,
    /// The outermost frame that its rows depend on.
    pub(super) lowest: usize,
}

impl Frame {
    pub(super) fn push_table(&mut self, alias: &Ident, definition: &Definition) {
        self.columns.extend(definition.columns.iter().map(|column| ScopeColumn {
            source: Some(alias.clone()),
            name: column.name.clone(),
            ty: column.ty.clone(),
            labels: column.labels.clone(),
        }));
    }

    /// The row that an insert wanted to write: its columns have no source, and are found by nothing but `Excluded`.
    pub(super) fn push_excluded(&mut self, definition: &Definition) {
        self.columns.extend(definition.columns.iter().map(|column| ScopeColumn {
            source: None,
            name: column.name.clone(),
            ty: column.ty.clone(),
            labels: column.labels.clone(),
        }));
    }

    pub(super) fn push_columns(&mut self, alias: &Ident, columns: &[OutColumn]) {
        self.columns.extend(columns.iter().map(|column| ScopeColumn {
            source: Some(alias.clone()),
            name: Ident::new(Arc::clone(&column.name)),
            ty: column.ty.clone(),
            labels: column.labels.clone(),
        }));
    }

    fn has_source(&self, table: &Ident) -> bool {
        self.columns.iter().any(|column| column.source.as_ref() == Some(table))
    }

    /// The column's position. `None` if it is not here.
    pub(super) fn find(&self, table: Option<&Ident>, name: &Ident) -> Result<Option<usize>> {
        let fits = |column: &ScopeColumn| {
            let Some(source) = &column.source else { return false };
            column.name == *name && table.is_none_or(|table| source == table)
        };
        let mut found = self.columns.iter().enumerate().filter(|(_, column)| fits(column));
        match (found.next(), found.next()) {
            (None, _) => Ok(None),
            (Some((at, _)), None) => Ok(Some(at)),
            (Some(_), Some(_)) => Err(Error::new(
                ErrorKind::AmbiguousColumn,
                format!("the column {name:?} can be of several tables: name the one meant"),
            )
            .with_columns([name.as_str()])),
        }
    }
}

impl Binder<'_> {
    /// Binds within a frame.
    pub(super) fn within<T>(
        &mut self,
        frame: &mut Frame,
        bind: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        self.frames.push(std::mem::take(frame));
        let bound = bind(self);
        if let Some(used) = self.frames.pop() {
            *frame = used;
        }
        bound
    }

    pub(super) fn top(&mut self) -> Result<&mut Frame> {
        self.frames.last_mut().ok_or_else(|| crate::error::broken("an expression outside of a select"))
    }

    pub(super) fn stage(&self) -> Stage {
        self.frames.last().map(|frame| frame.stage).unwrap_or_default()
    }

    /// Binds at another stage of the same select.
    pub(super) fn at_stage<T>(
        &mut self,
        stage: Stage,
        bind: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        let before = self.stage();
        self.top()?.stage = stage;
        let bound = bind(self);
        self.top()?.stage = before;
        bound
    }

    pub(super) fn column(&mut self, table: Option<&Ident>, name: &Ident) -> Result<Typed> {
        for index in (0..self.frames.len()).rev() {
            let frame = &self.frames[index];
            let Some(at) = frame.find(table, name)? else {
                // A nearer table of that name hides the farther ones.
                if table.is_some_and(|table| frame.has_source(table)) {
                    break;
                }
                continue;
            };
            if matches!(frame.stage, Stage::Groups { .. }) && !frame.grouped.contains(&at) {
                return Err(Error::new(
                    ErrorKind::Syntax,
                    format!("the column {name:?} must be grouped by, or stand in an aggregate"),
                )
                .with_columns([name.as_str()]));
            }
            let column = &frame.columns[at];
            let (ty, labels) = (column.ty.clone(), column.labels.clone());
            self.lowest = self.lowest.min(index);
            let depth = self.frames.len() - 1 - index;
            return Ok(Typed { node: Node::Column { depth, at }, ty, labels });
        }
        match table {
            Some(table) if !self.frames.iter().any(|frame| frame.has_source(table)) => Err(Error::new(
                ErrorKind::UndefinedTable,
                format!("the statement has no table named {table:?} where {name:?} of it is used"),
            )
            .with_table(table.as_str())),
            _ => Err(undefined_column(table, name)),
        }
    }
}

pub(super) fn undefined_column(table: Option<&Ident>, name: &Ident) -> Error {
    let error = Error::new(
        ErrorKind::UndefinedColumn,
        match table {
            Some(table) => format!("the table {table:?} has no column {name:?}"),
            None => format!("there is no column {name:?}"),
        },
    )
    .with_columns([name.as_str()]);
    match table {
        Some(table) => error.with_table(table.as_str()),
        None => error,
    }
}
