//! Rows as they stand in a response: arrays of texts and nulls.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use drivetrain_adapter_api::Result;
use drivetrain_postgres_core::codec::{PgColumn, PgRows, PgRowsBuilder};
use serde::de::{DeserializeSeed, Deserializer, Error as _, SeqAccess, Visitor};

use super::body::ours;

/// The rows of a response, in one piece of memory: each in the form of the body of a DataRow message of the Postgres
/// protocol, so that they are decoded as those are.
#[derive(Default)]
pub struct RowData {
    bytes: Bytes,
    /// Where each row ends.
    ends: Vec<usize>,
    /// How many cells each row has; 0 if there are no rows.
    width: usize,
}

impl RowData {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// How many cells each row has; `None` if there are no rows.
    pub fn width(&self) -> Option<usize> {
        (!self.is_empty()).then_some(self.width)
    }

    /// The cells of each row as texts.
    pub fn texts(&self) -> impl Iterator<Item = Vec<Option<&str>>> {
        self.bodies().map(|(start, end)| cells(&self.bytes[start..end]))
    }

    /// The rows with the decoders of their columns.
    ///
    /// # Errors
    /// [`Protocol`](drivetrain_adapter_api::ErrorKind::Protocol) if rows have another number of cells than there are
    /// columns.
    pub fn decoded(&self, columns: Arc<[PgColumn]>) -> Result<PgRows> {
        let mut builder = PgRowsBuilder::new(columns);
        self.bodies().try_for_each(|(start, end)| builder.push(self.bytes.slice(start..end)))?;
        Ok(builder.finish())
    }

    fn bodies(&self) -> impl Iterator<Item = (usize, usize)> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(self.ends.iter().copied())
    }
}

impl fmt::Debug for RowData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowData")
            .field("rows", &self.len())
            .field("width", &self.width)
            .finish_non_exhaustive()
    }
}

fn cells(body: &[u8]) -> Vec<Option<&str>> {
    let mut cells = Vec::new();
    let mut rest = body.get(2..).unwrap_or_default();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = usize::try_from(i32::from_be_bytes(*length)).ok();
        let (cell, after) = after.split_at_checked(length.unwrap_or(0)).unwrap_or_default();
        cells.push(length.and_then(|_| std::str::from_utf8(cell).ok()));
        rest = after;
    }
    cells
}

impl<'de> serde::Deserialize<'de> for RowData {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(RowsVisitor)
    }
}

struct RowsVisitor;

impl<'de> Visitor<'de> for RowsVisitor {
    type Value = RowData;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<RowData, A::Error> {
        let mut bytes = Vec::new();
        let mut data = RowData::default();
        while let Some(width) = rows.next_element_seed(Row(&mut bytes))? {
            if data.is_empty() {
                data.width = width;
            } else if width != data.width {
                return Err(A::Error::custom(ours("rows have different numbers of cells")));
            }
            data.ends.push(bytes.len());
        }
        data.bytes = bytes.into();
        Ok(data)
    }
}

/// Writes one row behind those that are there, and gives the number of its cells.
struct Row<'a>(&'a mut Vec<u8>);

impl<'de> DeserializeSeed<'de> for Row<'_> {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Row<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a row as an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut cells: A) -> Result<usize, A::Error> {
        let start = self.0.len();
        self.0.extend([0; 2]);
        let mut count: u16 = 0;
        while cells.next_element_seed(Cell(self.0))?.is_some() {
            count = count.checked_add(1).ok_or_else(|| A::Error::custom(ours("a row has too many cells")))?;
        }
        self.0[start..start + 2].copy_from_slice(&count.to_be_bytes());
        Ok(count.into())
    }
}

/// Writes one cell behind those that are there.
struct Cell<'a>(&'a mut Vec<u8>);

impl<'de> DeserializeSeed<'de> for Cell<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Cell<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a cell as a text or null")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        let length = i32::try_from(text.len()).map_err(|_| E::custom(ours("a cell is too long")))?;
        self.0.extend(length.to_be_bytes());
        self.0.extend(text.as_bytes());
        Ok(())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        self.0.extend((-1_i32).to_be_bytes());
        Ok(())
    }
}
