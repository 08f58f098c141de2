//! The texts that were lowered already: bounded, and safe to share.
//!
//! Two generations: what is used moves to the young one, and when that is full the old one is forgotten. So what is
//! used within a generation's time stays, at the cost of one hash look-up or two.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::form::{Form, Question};
use crate::template::Template;

/// Statements in one generation, at most.
const ENTRIES: usize = 1024;
/// Bytes of one generation's texts and binds, at most.
const BYTES: usize = 4 << 20;
/// Larger statements are not kept.
const ENTRY_BYTES: usize = BYTES / 8;

/// What is known of a statement.
#[derive(Debug, Clone)]
pub(crate) enum Entry {
    /// Its text, whatever the values, or for the answers in its key.
    Text(Arc<Template>),
    /// What its values must be asked to know the text.
    Questions(Arc<[Question]>),
}

/// A statement's shape and the answers of a query's values.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) shape: u128,
    pub(crate) forms: Vec<Form>,
}

#[derive(Debug, Default)]
pub(crate) struct Cache(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Key, Entry>,
    young_bytes: usize,
    old: HashMap<Key, Entry>,
}

impl Cache {
    pub(crate) fn get(&self, key: &Key) -> Option<Entry> {
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = generations.young.get(key) {
            return Some(entry.clone());
        }
        let (key, entry) = generations.old.remove_entry(key)?;
        generations.insert(key, entry.clone());
        Some(entry)
    }

    pub(crate) fn insert(&self, key: Key, entry: Entry) {
        if entry.weight() <= ENTRY_BYTES {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key, entry);
        }
    }
}

impl Generations {
    fn insert(&mut self, key: Key, entry: Entry) {
        let weight = entry.weight();
        if self.young.len() >= ENTRIES || self.young_bytes + weight > BYTES {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        self.young_bytes += weight;
        if let Some(before) = self.young.insert(key, entry) {
            self.young_bytes -= before.weight();
        }
    }
}

impl Entry {
    fn weight(&self) -> usize {
        match self {
            Self::Text(template) => template.weight(),
            Self::Questions(questions) => questions.len() * size_of::<Question>(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: usize) -> Entry {
        Entry::Text(Arc::new(Template { text: "x".repeat(bytes).into(), binds: Vec::new() }))
    }

    fn key(shape: u128) -> Key {
        Key { shape, forms: Vec::new() }
    }

    fn size(cache: &Cache) -> usize {
        let generations = cache.0.lock().unwrap();
        generations.young.len() + generations.old.len()
    }

    #[test]
    fn it_never_holds_more_than_two_generations() {
        let cache = Cache::default();
        for shape in 0..10_000 {
            cache.insert(key(shape), text(10));
            assert!(size(&cache) <= 2 * ENTRIES);
        }
        assert!(cache.get(&key(9_999)).is_some());
        assert!(cache.get(&key(0)).is_none());
    }

    #[test]
    fn large_texts_count_by_their_bytes_and_the_largest_are_not_kept() {
        let cache = Cache::default();
        for shape in 0..1000 {
            cache.insert(key(shape), text(ENTRY_BYTES / 2));
            assert!(size(&cache) <= 2 * BYTES / (ENTRY_BYTES / 2));
        }
        cache.insert(key(5000), text(ENTRY_BYTES + 1));
        assert!(cache.get(&key(5000)).is_none());
    }

    #[test]
    fn what_is_used_stays() {
        let cache = Cache::default();
        cache.insert(key(0), text(10));
        for shape in 1..10_000 {
            cache.insert(key(shape), text(10));
            assert!(cache.get(&key(0)).is_some(), "after {shape}");
        }
    }
}
