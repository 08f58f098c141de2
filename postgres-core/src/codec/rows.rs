//! Rows as they came from the server, decoded cell by cell when read.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use drivetrain_adapter_api::{Column, Error, ErrorKind, Result, RowSet, ValueRef};

use super::decoded::{Decoded, Fault, Made};
use super::{Format, binary, text};
use crate::types::{Resolved, TypeRegistry};

/// A column of a result, with the decoder of its cells.
#[derive(Debug, Clone)]
pub struct PgColumn {
    name: Arc<str>,
    oid: u32,
    format: Format,
    ty: Resolved,
}

impl PgColumn {
    /// The column of that name and type, whose cells come in that format.
    pub fn new(name: impl Into<Arc<str>>, oid: u32, format: Format, registry: &TypeRegistry) -> Self {
        Self { name: name.into(), oid, format, ty: registry.resolve(oid) }
    }

    /// The object id of its type.
    pub fn oid(&self) -> u32 {
        self.oid
    }

    /// The format that its cells come in.
    pub fn format(&self) -> Format {
        self.format
    }

    fn error(&self, fault: &Fault, row: usize, column: usize) -> Error {
        // Binary forms are fixed; the form of text depends on settings of the session.
        let kind = match self.format {
            Format::Binary => ErrorKind::Protocol,
            Format::Text => ErrorKind::Decode,
        };
        let message = format!(
            "the cell at row {row}, column {column} of type {} cannot be read: {}",
            self.ty.name, fault.reason
        );
        let error = Error::new(kind, message).with_columns([&*self.name]);
        match fault.hint {
            Some(hint) => error.with_hint(hint),
            None => error,
        }
    }

    /// What the client is told of it.
    pub fn column(&self) -> Column {
        Column::new(Arc::clone(&self.name), self.ty.db_type()).with_type_oid(self.oid)
    }
}

/// Where a cell stands in the body of its row; `None` for NULL.
type Place = Option<(u32, u32)>;

/// Takes in rows, checks their structure, and becomes [`PgRows`].
#[derive(Debug)]
pub struct PgRowsBuilder {
    columns: Arc<[PgColumn]>,
    bodies: Vec<Bytes>,
    places: Vec<Place>,
    bytes: usize,
}

impl PgRowsBuilder {
    /// No rows yet.
    pub fn new(columns: Arc<[PgColumn]>) -> Self {
        Self { columns, bodies: Vec::new(), places: Vec::new(), bytes: 0 }
    }

    /// Takes the body of a DataRow message: what follows its length.
    ///
    /// # Errors
    /// [`Protocol`](ErrorKind::Protocol) if it is not of the form of such a message, or has another number of cells
    /// than there are columns. The row is not taken then.
    pub fn push(&mut self, body: Bytes) -> Result<()> {
        let start = self.places.len();
        if let Err(error) = self.index(&body) {
            self.places.truncate(start);
            return Err(error);
        }
        self.bytes += body.len();
        self.bodies.push(body);
        Ok(())
    }

    fn index(&mut self, body: &[u8]) -> Result<()> {
        let broken = |what: &str| Error::new(ErrorKind::Protocol, format!("a row of the answer {what}"));
        let (count, mut rest) = body.split_first_chunk::<2>().ok_or_else(|| broken("is cut short"))?;
        if usize::from(u16::from_be_bytes(*count)) != self.columns.len() {
            return Err(broken("has another number of cells than there are columns"));
        }
        for _ in 0..self.columns.len() {
            let (length, cells) = rest.split_first_chunk::<4>().ok_or_else(|| broken("is cut short"))?;
            let place = match i32::from_be_bytes(*length) {
                -1 => None,
                length => {
                    let length =
                        u32::try_from(length).map_err(|_| broken("has a cell of negative length"))?;
                    let start = u32::try_from(body.len() - cells.len())
                        .map_err(|_| broken("is longer than a message can be"))?;
                    Some((start, length))
                }
            };
            let length = place.map_or(0, |(_, length)| length as usize);
            rest = cells.get(length..).ok_or_else(|| broken("has a cell that ends beyond the row"))?;
            self.places.push(place);
        }
        if rest.is_empty() { Ok(()) } else { Err(broken("goes on after its last cell")) }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.bodies.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.bodies.is_empty()
    }

    /// How many bytes the rows take.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The rows taken so far.
    pub fn finish(self) -> PgRows {
        let made = self.columns.iter().map(|_| OnceLock::new()).collect();
        PgRows { columns: self.columns, rows: self.bodies, places: self.places, made }
    }
}

/// What was made of the cells of a column, by row.
type MadeColumn = Box<[OnceLock<Made>]>;

/// Rows as the server sent them. Cells borrow from the messages.
#[derive(Debug)]
pub struct PgRows {
    columns: Arc<[PgColumn]>,
    rows: Vec<Bytes>,
    /// Of all cells, row by row.
    places: Vec<Place>,
    /// What had to be made because it does not stand in the messages as it is (bytes in text form, say): of each
    /// column that needs it, of each row that was read.
    made: Box<[OnceLock<MadeColumn>]>,
}

impl PgRows {
    /// The columns.
    pub fn columns(&self) -> &Arc<[PgColumn]> {
        &self.columns
    }

    fn kept(&self, row: usize, column: usize) -> Option<&OnceLock<Made>> {
        self.made.get(column)?.get_or_init(|| self.rows.iter().map(|_| OnceLock::new()).collect()).get(row)
    }
}

impl RowSet for PgRows {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn cell(&self, row: usize, column: usize) -> Result<ValueRef<'_>> {
        let missing =
            || Error::new(ErrorKind::NoColumn, format!("there is no cell at row {row}, column {column}"));
        let (Some(body), Some(known)) = (self.rows.get(row), self.columns.get(column)) else {
            return Err(missing());
        };
        let Some((start, length)) = self.places.get(row * self.columns.len() + column).ok_or_else(missing)?
        else {
            return Ok(ValueRef::Null);
        };
        let bytes =
            body.get(*start as usize..).and_then(|rest| rest.get(..*length as usize)).ok_or_else(missing)?;
        let decoded = match known.format {
            Format::Text => text::decode(&known.ty, bytes),
            Format::Binary => binary::decode(&known.ty, bytes),
        };
        match decoded.map_err(|fault| known.error(&fault, row, column))? {
            Decoded::Value(value) => Ok(value),
            Decoded::Made(made) => {
                let kept = self.kept(row, column).ok_or_else(missing)?;
                Ok(kept.get_or_init(|| made).value(&known.ty))
            }
        }
    }
}

#[cfg(test)]
mod tests;
