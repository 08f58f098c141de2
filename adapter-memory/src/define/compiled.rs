//! A table's definition with names resolved to positions.

use std::sync::Arc;

use drivetrain_adapter_api::statement::Ident;

use super::{Action, ColumnDef};
use crate::bind::Typed;
use crate::store::TableKey;

/// A checked definition.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) key: TableKey,
    pub(crate) columns: Vec<ColumnDef>,
    /// The primary key first.
    pub(crate) uniques: Vec<Unique>,
    pub(crate) foreign: Vec<Foreign>,
    pub(crate) checks: Vec<Check>,
}

/// A primary key or unique constraint.
#[derive(Debug, Clone)]
pub(crate) struct Unique {
    pub(crate) name: Arc<str>,
    pub(crate) columns: Vec<usize>,
    pub(crate) primary: bool,
}

/// A foreign key.
#[derive(Debug, Clone)]
pub(crate) struct Foreign {
    pub(crate) name: Arc<str>,
    pub(crate) columns: Vec<usize>,
    pub(crate) target: TableKey,
    /// Positions in the target, which may be the table itself.
    pub(crate) references: Vec<usize>,
    pub(crate) on_delete: Action,
    pub(crate) on_update: Action,
}

/// A check constraint.
#[derive(Debug)]
pub(crate) struct Check {
    pub(crate) name: Arc<str>,
    pub(crate) condition: Typed,
}

impl Definition {
    pub(crate) fn position(&self, column: &Ident) -> Option<usize> {
        self.columns.iter().position(|known| known.name == *column)
    }

    /// The names of those columns, for errors.
    pub(crate) fn names<'a>(&'a self, columns: &'a [usize]) -> impl Iterator<Item = &'a str> {
        columns.iter().map(|at| self.columns[*at].name())
    }

    pub(crate) fn primary_key(&self) -> Option<&Unique> {
        self.uniques.iter().find(|unique| unique.primary)
    }
}
