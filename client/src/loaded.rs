//! The slots of relations: not loaded, loaded, perhaps loaded.

use std::fmt;
use std::marker::PhantomData;

use drivetrain_adapter_api::{Error, ErrorKind, Result};
use serde::{Serialize, Serializer};

use crate::model::{Record, Relation, Row};

/// A relation that was not loaded: it has no contents, and nothing to read them with.
///
/// Include it in the query to have it: `.include(user::todos)`.
pub struct NotLoaded<R>(PhantomData<fn() -> R>);

impl<R> NotLoaded<R> {
    /// The empty slot.
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<R> Default for NotLoaded<R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<R> Clone for NotLoaded<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for NotLoaded<R> {}

impl<R> PartialEq for NotLoaded<R> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<R> Eq for NotLoaded<R> {}

impl<R> fmt::Debug for NotLoaded<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NotLoaded")
    }
}

/// A relation that was loaded if a condition held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MaybeLoaded<T> {
    /// It was loaded.
    Loaded(T),
    /// It was not.
    NotLoaded,
}

impl<T> MaybeLoaded<T> {
    /// The contents, if they were loaded.
    pub fn loaded(self) -> Option<T> {
        match self {
            Self::Loaded(contents) => Some(contents),
            Self::NotLoaded => None,
        }
    }

    /// The contents, borrowed, if they were loaded.
    pub fn as_loaded(&self) -> Option<&T> {
        match self {
            Self::Loaded(contents) => Some(contents),
            Self::NotLoaded => None,
        }
    }
}

/// What can stand in the slot of a relation.
pub trait Loaded: Sized {
    /// Takes the relation's contents from the record.
    ///
    /// # Errors
    /// If the contents are not readable, or not as many as the relation says.
    fn load(record: &mut Record, relation: usize, field: &'static str) -> Result<Self>;

    /// Whether there is something to show: what is not loaded is left out of serialized records.
    fn is_loaded(&self) -> bool {
        true
    }
}

impl<R: Relation> Loaded for NotLoaded<R> {
    fn load(_: &mut Record, _: usize, _: &'static str) -> Result<Self> {
        Ok(Self::new())
    }

    fn is_loaded(&self) -> bool {
        false
    }
}

fn taken(record: &mut Record, relation: usize, field: &'static str) -> Result<Vec<Record>> {
    record.take_relation(relation).ok_or_else(|| {
        Error::new(ErrorKind::Protocol, format!("the relation `{field}` was asked for and not loaded"))
    })
}

impl<C: Row> Loaded for Vec<C> {
    fn load(record: &mut Record, relation: usize, field: &'static str) -> Result<Self> {
        taken(record, relation, field)?.iter_mut().map(C::read).collect()
    }
}

impl<C: Row> Loaded for Option<C> {
    fn load(record: &mut Record, relation: usize, field: &'static str) -> Result<Self> {
        taken(record, relation, field)?.first_mut().map(C::read).transpose()
    }
}

impl<T: Loaded> Loaded for MaybeLoaded<T> {
    fn load(record: &mut Record, relation: usize, field: &'static str) -> Result<Self> {
        match record.take_relation(relation) {
            Some(records) => {
                record.set_relation(relation, records);
                T::load(record, relation, field).map(Self::Loaded)
            }
            None => Ok(Self::NotLoaded),
        }
    }

    fn is_loaded(&self) -> bool {
        matches!(self, Self::Loaded(_))
    }
}

/// Reads the slot of a relation that always has one record. For generated code.
///
/// # Errors
/// [`NotFound`](ErrorKind::NotFound) if there is none, which a foreign key rules out.
pub fn load_one<C: Row>(record: &mut Record, relation: usize, field: &'static str) -> Result<C> {
    let mut records = taken(record, relation, field)?;
    let first = records.first_mut().ok_or_else(|| {
        Error::new(ErrorKind::NotFound, format!("the required relation `{field}` refers to no record"))
            .with_hint("the database has a row whose foreign key points nowhere")
    })?;
    C::read(first)
}

impl<R> Serialize for NotLoaded<R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

impl<T: Serialize> Serialize for MaybeLoaded<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_loaded().serialize(serializer)
    }
}
