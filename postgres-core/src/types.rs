//! Postgres types by object id: the built-in ones, and those a database has of its own.
//!
//! The object ids and names are those of `pg_type.dat` in the Postgres sources, which are fixed for ids below
//! 10000. All others (extensions, enums, domains, composites, their arrays) differ from database to database: a
//! session asks for them with [`catalog_query`] when it meets one, and teaches them to its [`TypeRegistry`].

mod builtin;
mod catalog;
mod registry;
mod resolved;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub use catalog::{CATALOG_COLUMNS, catalog_query, parse_catalog_row};
pub use registry::TypeRegistry;
pub(crate) use resolved::{ArrayType, Codec, Resolved, Scalar};

/// What is known of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeInfo {
    /// The object id.
    pub oid: u32,
    /// The schema it is in; `None` for built-in types.
    pub schema: Option<Arc<str>>,
    /// The name, unquoted and without schema. An array's begins with an underscore.
    pub name: Arc<str>,
    /// What sort of type it is.
    pub kind: TypeKind,
}

/// What sort of type it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum TypeKind {
    /// A scalar, a pseudo-type or a type of an extension.
    Base,
    /// An enum. Its labels need not be known.
    Enum,
    /// A domain over the type with that object id.
    Domain(u32),
    /// A composite: a row of a table, or a type made with `CREATE TYPE ... AS`.
    Composite,
    /// A range over the type with that object id.
    Range(u32),
    /// A multirange over the type with that object id, where it is known.
    Multirange(Option<u32>),
    /// An array.
    Array {
        /// The object id of the elements' type.
        element: u32,
        /// What stands between elements in text form: a comma but for a few geometric types.
        delimiter: u8,
    },
}
