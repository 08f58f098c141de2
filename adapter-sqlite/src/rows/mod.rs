//! Rows in a compact form: packed on the thread of the connection, decoded where they are read.

mod declared;
mod decode;
mod jsonb;

use std::sync::Arc;

use drivetrain_adapter_api::{Error, ErrorKind, Result, RowSet, ValueRef};
use rusqlite::types::ValueRef as Stored;

pub(crate) use declared::Declared;

/// A cell in 16 bytes: the storage class with a length, and a number or the place in the heap.
#[derive(Clone, Copy)]
struct Cell {
    head: u64,
    data: u64,
}

const NULL: u64 = 0;
const INTEGER: u64 = 1;
const REAL: u64 = 2;
const TEXT: u64 = 3;
const BLOB: u64 = 4;
/// JSON text that was made from another storage class.
const JSON: u64 = 5;

/// The rows of a result, or of a chunk of one: one vector of cells, one of bytes.
pub(crate) struct Packed {
    declared: Arc<[Declared]>,
    cells: Vec<Cell>,
    heap: Vec<u8>,
    rows: usize,
}

impl Packed {
    pub(crate) fn new(declared: Arc<[Declared]>) -> Self {
        Self { declared, cells: Vec::new(), heap: Vec::new(), rows: 0 }
    }

    /// How many rows there are.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// How many bytes the cells take.
    pub(crate) fn bytes(&self) -> usize {
        self.heap.len() + self.cells.len() * size_of::<Cell>()
    }

    /// What is known of the columns.
    pub(crate) fn declared(&self) -> &Arc<[Declared]> {
        &self.declared
    }

    /// How many bytes the row will take.
    pub(crate) fn measure(&self, row: &rusqlite::Row<'_>) -> rusqlite::Result<usize> {
        (0..self.declared.len()).try_fold(self.declared.len() * size_of::<Cell>(), |size, column| {
            Ok(match row.get_ref(column)? {
                Stored::Text(bytes) | Stored::Blob(bytes) => size + bytes.len(),
                _ => size,
            })
        })
    }

    /// Adds a row.
    pub(crate) fn push(&mut self, row: &rusqlite::Row<'_>) -> rusqlite::Result<()> {
        for column in 0..self.declared.len() {
            let stored = row.get_ref(column)?;
            self.add(self.declared[column], stored);
        }
        self.rows += 1;
        Ok(())
    }

    fn add(&mut self, declared: Declared, stored: Stored<'_>) {
        if declared == Declared::Json && self.add_json(stored) {
            return;
        }
        match stored {
            Stored::Null => self.cells.push(Cell { head: NULL, data: 0 }),
            Stored::Integer(number) => self.cells.push(Cell { head: INTEGER, data: number.cast_unsigned() }),
            Stored::Real(number) => self.cells.push(Cell { head: REAL, data: number.to_bits() }),
            Stored::Text(text) => self.add_bytes(TEXT, text),
            Stored::Blob(bytes) => self.add_bytes(BLOB, bytes),
        }
    }

    fn add_bytes(&mut self, class: u64, bytes: &[u8]) {
        self.cells.push(Cell { head: class | (bytes.len() as u64) << 8, data: self.heap.len() as u64 });
        self.heap.extend_from_slice(bytes);
    }

    /// JSON that is stored as JSONB, or as a number because of its column's affinity, becomes text again.
    fn add_json(&mut self, stored: Stored<'_>) -> bool {
        let text = match stored {
            Stored::Integer(number) => number.to_string(),
            Stored::Real(number) if number.is_finite() => number.to_string(),
            Stored::Blob(bytes) => match jsonb::to_text(bytes) {
                Some(text) => text,
                None => return false,
            },
            _ => return false,
        };
        self.add_bytes(JSON, text.as_bytes());
        true
    }

    fn bytes_of(&self, cell: Cell) -> Result<&[u8]> {
        let lost = || Error::new(ErrorKind::Protocol, "a cell lies outside of its chunk");
        let start = usize::try_from(cell.data).map_err(|_| lost())?;
        let length = usize::try_from(cell.head >> 8).map_err(|_| lost())?;
        self.heap.get(start..start.saturating_add(length)).ok_or_else(lost)
    }

    fn text_of(&self, cell: Cell) -> Result<&str> {
        std::str::from_utf8(self.bytes_of(cell)?).map_err(|_| {
            Error::decode("the text in the database is not UTF-8")
                .with_hint("read the cell as bytes, with CAST(... AS BLOB)")
        })
    }
}

impl RowSet for Packed {
    fn len(&self) -> usize {
        self.rows
    }

    fn cell(&self, row: usize, column: usize) -> Result<ValueRef<'_>> {
        let width = self.declared.len();
        let at = row.checked_mul(width).and_then(|start| start.checked_add(column));
        let (Some(cell), Some(declared)) =
            (at.and_then(|at| self.cells.get(at)).copied(), self.declared.get(column).copied())
        else {
            return Err(Error::new(ErrorKind::NoColumn, "there is no such cell"));
        };
        match cell.head & 0xff {
            NULL => Ok(ValueRef::Null),
            INTEGER => Ok(decode::integer(declared, cell.data.cast_signed())),
            REAL => Ok(decode::real(declared, f64::from_bits(cell.data))),
            TEXT => Ok(decode::text(declared, self.text_of(cell)?)),
            JSON => Ok(ValueRef::Json(self.text_of(cell)?)),
            _ => Ok(decode::blob(declared, self.bytes_of(cell)?)),
        }
    }
}

impl std::fmt::Debug for Packed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Packed")
            .field("rows", &self.rows)
            .field("columns", &self.declared.len())
            .field("bytes", &self.bytes())
            .finish()
    }
}
