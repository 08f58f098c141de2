//! Typed records: how a row type is read, and how its relation slots change type when they are loaded.

use std::fmt;

use drivetrain_adapter_api::{Error, ErrorKind, FromCell, Result, Rows, Value, ValueRef};

use super::{Model, Relation};

/// A row type: a model's struct with each relation loaded or not.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a record of a model")]
pub trait Row: Send + Sized + 'static {
    /// The model it is a record of.
    type Model: Model;

    /// Reads the record.
    ///
    /// # Errors
    /// If a cell is not of its field's type.
    fn read(record: &mut Record) -> Result<Self>;
}

/// A row type whose relation `R` is not loaded yet, and the type it becomes when it is.
#[diagnostic::on_unimplemented(
    message = "the relation `{R}` cannot be included in `{Self}`",
    label = "included already, or a relation of another model",
    note = "a relation can be included once, in a query of the model that has it"
)]
pub trait Slot<R: Relation> {
    /// The same row type with the relation loaded as `L`.
    type With<L>;
}

/// How many records a relation refers to.
pub trait Cardinality {
    /// What a loaded relation is.
    type Loaded<C>;
}

/// Any number of records: a `Vec`.
#[derive(Debug)]
pub enum Many {}

/// One record at most: an `Option`.
#[derive(Debug)]
pub enum MaybeOne {}

/// Exactly one record.
#[derive(Debug)]
pub enum One {}

impl Cardinality for Many {
    type Loaded<C> = Vec<C>;
}

impl Cardinality for MaybeOne {
    type Loaded<C> = Option<C>;
}

impl Cardinality for One {
    type Loaded<C> = C;
}

/// A record as the engine hands it over: its columns, and its loaded relations.
///
/// Its `Debug` shows which relations are loaded and never the values.
#[derive(Clone)]
pub struct Record {
    cells: Cells,
    relations: Vec<(usize, Vec<Self>)>,
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let relations: Vec<_> =
            self.relations.iter().map(|(relation, records)| (relation, records.len())).collect();
        f.debug_struct("Record").field("relations", &relations).finish_non_exhaustive()
    }
}

#[derive(Clone)]
enum Cells {
    Rows { rows: Rows, row: usize, first: usize },
    Values(Vec<Value>),
}

impl Record {
    /// The record in that row of a result, whose columns begin at `first`.
    pub(crate) fn from_rows(rows: &Rows, row: usize, first: usize) -> Self {
        Self { cells: Cells::Rows { rows: rows.clone(), row, first }, relations: Vec::new() }
    }

    /// The record with those values.
    pub(crate) fn from_values(values: Vec<Value>) -> Self {
        Self { cells: Cells::Values(values), relations: Vec::new() }
    }

    pub(crate) fn set_relation(&mut self, index: usize, records: Vec<Self>) {
        self.relations.push((index, records));
    }

    pub(crate) fn cell(&self, column: usize) -> Result<ValueRef<'_>> {
        match &self.cells {
            Cells::Rows { rows, row, first } => rows.cell(*row, first + column),
            Cells::Values(values) => values.get(column).map(Value::as_ref).ok_or_else(|| {
                Error::new(
                    ErrorKind::Protocol,
                    "a record of a relation has fewer values than its model has columns",
                )
            }),
        }
    }

    /// The field in that column.
    ///
    /// # Errors
    /// If the cell is not of that type; the error names the model's field.
    pub fn get<T: for<'a> FromCell<'a>>(&self, model: &'static super::ModelMeta, column: usize) -> Result<T> {
        self.cell(column).and_then(T::from_cell).map_err(|error| {
            let field = model.columns.get(column).map_or("?", |column| column.field);
            error.with_table(model.name).with_columns([field])
        })
    }

    /// The list in that column. NULL, which Prisma leaves in the column of a list that was not given, is the empty list.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn get_list<T>(&self, model: &'static super::ModelMeta, column: usize) -> Result<Vec<T>>
    where
        Vec<T>: for<'a> FromCell<'a>,
    {
        Ok(self.get::<Option<Vec<T>>>(model, column)?.unwrap_or_default())
    }

    /// The records of that relation, if it was loaded. They are given once.
    pub fn take_relation(&mut self, index: usize) -> Option<Vec<Self>> {
        let at = self.relations.iter().position(|(known, _)| *known == index)?;
        Some(self.relations.swap_remove(at).1)
    }
}
