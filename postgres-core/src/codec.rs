//! Between Postgres's forms of values and ours: parameters are written as text, cells are read from text or binary.
//!
//! Formats are those of the input, output, receive and send functions in the Postgres sources
//! (`src/backend/utils/adt`). What cannot be read exactly is an error, never a guess. One thing text does not show:
//! with `extra_float_digits` below 1 the server cuts floats short. A session over which floats travel as text has
//! to leave that setting at its default.
//!
//! Types without a value of their own (network addresses, geometry, ranges, composites, text search, `money`, types
//! of extensions) are handed over in the server's text with the name of the type.

mod binary;
mod decoded;
mod encode;
mod rows;
mod text;

pub use encode::text_encode;
pub use rows::{PgColumn, PgRows, PgRowsBuilder};

use crate::types::TypeRegistry;

/// The form that a value travels in, with the protocol's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u16)]
pub enum Format {
    /// What the type's output function writes.
    Text = 0,
    /// What the type's send function writes.
    Binary = 1,
}

/// The format to ask for: binary where the type is known and its decoder exact, else text, which every type has.
pub fn preferred_format(oid: u32, registry: &TypeRegistry) -> Format {
    if registry.resolve(oid).prefers_binary() { Format::Binary } else { Format::Text }
}
