//! What the connections of one adapter know together: types, and what statements look like.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use drivetrain_adapter_api::Column;

use super::lru::Lru;
use super::message::Field;
use crate::codec::{Format, PgColumn, preferred_format};
use crate::types::TypeRegistry;

/// How many descriptions of statements are kept.
const DESCRIPTIONS: usize = 4096;

/// What the connections to one database, as one user, know together.
///
/// A statement that one connection has had described is run on the others in one round trip from the first time.
#[derive(Debug)]
pub struct Shared {
    pub(crate) types: TypeRegistry,
    /// Types that the catalog was asked for: those it does not know are not asked for again.
    asked: Mutex<HashSet<u32>>,
    descriptions: Mutex<Lru<Arc<Description>>>,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            types: TypeRegistry::new(),
            asked: Mutex::default(),
            descriptions: Mutex::new(Lru::new(DESCRIPTIONS)),
        }
    }
}

impl Shared {
    /// Nothing known yet but the built-in types.
    pub fn new() -> Self {
        Self::default()
    }

    /// The types that are known.
    pub fn types(&self) -> &TypeRegistry {
        &self.types
    }

    /// The types among `oids` to ask the catalog for.
    pub fn unknown(&self, oids: impl IntoIterator<Item = u32>) -> Vec<u32> {
        let mut unknown = self.types.unknown(oids);
        if !unknown.is_empty() {
            let asked = lock(&self.asked);
            unknown.retain(|oid| !asked.contains(oid));
        }
        unknown
    }

    /// Notes that the catalog has been asked for them.
    pub fn asked(&self, oids: &[u32]) {
        lock(&self.asked).extend(oids);
    }

    pub(crate) fn description(&self, text: &str) -> Option<Arc<Description>> {
        lock(&self.descriptions).get(text)
    }

    pub(crate) fn describe(&self, text: &Arc<str>, description: &Arc<Description>) {
        lock(&self.descriptions).insert(text, Arc::clone(description));
    }

    /// Forgets what a statement looks like: it has changed.
    pub(crate) fn forget(&self, text: &str) {
        lock(&self.descriptions).remove(text);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the result of a statement looks like.
#[derive(Debug)]
pub(crate) struct Description {
    /// How many placeholders it has.
    pub(crate) parameters: usize,
    /// Name and type of each column.
    fields: Vec<(Arc<str>, u32)>,
    /// The columns in the formats that are preferred, where all types were known when it was made.
    layout: Option<Arc<Layout>>,
}

/// The columns of a result, for decoding and for the client.
#[derive(Debug)]
pub(crate) struct Layout {
    pub(crate) cells: Arc<[PgColumn]>,
    pub(crate) columns: Arc<[Column]>,
}

impl Description {
    pub(crate) fn new(fields: &[Field], parameters: usize, shared: &Shared) -> Self {
        let fields: Vec<(Arc<str>, u32)> =
            fields.iter().map(|field| (Arc::from(&*field.name), field.type_oid)).collect();
        let complete = shared.types.unknown(fields.iter().map(|(_, oid)| *oid)).is_empty();
        let layout = complete.then(|| Arc::new(Layout::preferred(&fields, shared)));
        Self { parameters, fields, layout }
    }

    /// The columns, in the formats to ask for.
    pub(crate) fn layout(&self, shared: &Shared) -> Arc<Layout> {
        self.layout.clone().unwrap_or_else(|| Arc::new(Layout::preferred(&self.fields, shared)))
    }

    /// Whether it describes those columns.
    pub(crate) fn matches(&self, fields: &[Field]) -> bool {
        self.fields.len() == fields.len()
            && self
                .fields
                .iter()
                .zip(fields)
                .all(|((name, oid), field)| **name == *field.name && *oid == field.type_oid)
    }
}

impl Layout {
    fn preferred(fields: &[(Arc<str>, u32)], shared: &Shared) -> Self {
        Self::new(fields.iter().map(|(name, oid)| {
            PgColumn::new(Arc::clone(name), *oid, preferred_format(*oid, &shared.types), &shared.types)
        }))
    }

    /// The columns as a portal describes them, in the formats that it gives.
    pub(crate) fn of(fields: &[Field], shared: &Shared) -> Self {
        Self::new(fields.iter().map(|field| {
            let format = if field.format == 1 { Format::Binary } else { Format::Text };
            PgColumn::new(&*field.name, field.type_oid, format, &shared.types)
        }))
    }

    fn new(columns: impl Iterator<Item = PgColumn>) -> Self {
        let cells: Arc<[PgColumn]> = columns.collect();
        let columns = cells.iter().map(PgColumn::column).collect();
        Self { cells, columns }
    }

    /// Whether the cells come in those formats.
    pub(crate) fn has_formats(&self, fields: &[Field]) -> bool {
        self.cells.len() == fields.len()
            && self.cells.iter().zip(fields).all(|(cell, field)| cell.format() as i16 == field.format)
    }

    /// The format codes of a Bind message: one for all columns where one is enough.
    pub(crate) fn formats(&self) -> Vec<i16> {
        let codes: Vec<i16> = self.cells.iter().map(|column| column.format() as i16).collect();
        match codes.first() {
            Some(first) if codes.iter().all(|code| code == first) => vec![*first],
            _ => codes,
        }
    }
}
