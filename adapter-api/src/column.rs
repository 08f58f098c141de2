//! What is known of a column of a result.

use std::sync::Arc;

use crate::DbType;

/// A column of a result.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Column {
    /// The name the database gave it. Names may repeat or be empty: columns are positional.
    pub name: Arc<str>,
    /// Its type. [`DbType::Unknown`] where the database does not say.
    pub ty: DbType,
    /// The type's object id, on Postgres.
    pub type_oid: Option<u32>,
    /// Whether it can be NULL, where the database says.
    pub nullable: Option<bool>,
}

impl Column {
    /// A column of which only name and type are known.
    pub fn new(name: impl Into<Arc<str>>, ty: DbType) -> Self {
        Self { name: name.into(), ty, type_oid: None, nullable: None }
    }

    /// The same with its Postgres object id.
    #[must_use]
    pub fn with_type_oid(mut self, oid: u32) -> Self {
        self.type_oid = Some(oid);
        self
    }

    /// The same with its nullability.
    #[must_use]
    pub fn with_nullable(mut self, nullable: bool) -> Self {
        self.nullable = Some(nullable);
        self
    }
}
