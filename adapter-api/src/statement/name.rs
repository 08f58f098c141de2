//! Names of things in a database. Always quoted by the lowering, so any text is safe here.

use std::fmt;
use std::sync::Arc;

/// A name, exactly as the database has it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ident(Arc<str>);

impl Ident {
    /// The name.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self(name.into())
    }

    /// Its text, unquoted.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Ident {
    fn from(name: &str) -> Self {
        Self(name.into())
    }
}

impl From<String> for Ident {
    fn from(name: String) -> Self {
        Self(name.into())
    }
}

impl fmt::Debug for Ident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// A table, in a schema that is named or in the one the connection looks in first.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TableName {
    /// The schema (on MySQL: the database), if it is named.
    pub schema: Option<Ident>,
    /// The table.
    pub name: Ident,
}

impl TableName {
    /// A table in the default schema.
    pub fn new(name: impl Into<Ident>) -> Self {
        Self { schema: None, name: name.into() }
    }

    /// A table in that schema.
    pub fn in_schema(schema: impl Into<Ident>, name: impl Into<Ident>) -> Self {
        Self { schema: Some(schema.into()), name: name.into() }
    }
}

impl From<&str> for TableName {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}
