//! A bounded map that forgets what has not been used for the longest time.

use std::borrow::Borrow;
use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::sync::Arc;

/// Keys are shared text; values are handed out by clone.
#[derive(Debug)]
pub(crate) struct Lru<V> {
    capacity: usize,
    clock: u64,
    entries: HashMap<Key, (u64, V)>,
    by_use: BTreeMap<u64, Arc<str>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key(Arc<str>);

impl Borrow<str> for Key {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl<V: Clone> Lru<V> {
    /// One that holds `capacity` values at most.
    pub(crate) fn new(capacity: usize) -> Self {
        Self { capacity, clock: 0, entries: HashMap::new(), by_use: BTreeMap::new() }
    }

    pub(crate) fn get(&mut self, key: &str) -> Option<V> {
        let (used, value) = self.entries.get_mut(key)?;
        self.clock += 1;
        if let Some(shared) = self.by_use.remove(used) {
            self.by_use.insert(self.clock, shared);
        }
        *used = self.clock;
        Some(value.clone())
    }

    /// Puts the value in, and gives back what had to leave: the one used longest ago, or the value itself where
    /// nothing can be kept.
    pub(crate) fn insert(&mut self, key: &Arc<str>, value: V) -> Option<V> {
        if self.capacity == 0 {
            return Some(value);
        }
        let replaced = self.remove(key);
        self.clock += 1;
        self.entries.insert(Key(Arc::clone(key)), (self.clock, value));
        self.by_use.insert(self.clock, Arc::clone(key));
        if replaced.is_some() || self.entries.len() <= self.capacity {
            return replaced;
        }
        let (_, oldest) = self.by_use.pop_first()?;
        self.entries.remove(&*oldest).map(|(_, value)| value)
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<V> {
        let (used, value) = self.entries.remove(key)?;
        self.by_use.remove(&used);
        Some(value)
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
        self.by_use.clear();
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_longest_ago_leaves() {
        let mut lru = Lru::new(2);
        let [a, b, c] = ["a", "b", "c"].map(Arc::<str>::from);
        assert_eq!(lru.insert(&a, 1), None);
        assert_eq!(lru.insert(&b, 2), None);
        assert_eq!(lru.get("a"), Some(1));
        assert_eq!(lru.insert(&c, 3), Some(2));
        assert_eq!((lru.get("b"), lru.get("a"), lru.len()), (None, Some(1), 2));
        assert_eq!(lru.insert(&a, 4), Some(1), "the value that is replaced");
        assert_eq!(lru.remove("a"), Some(4));
        assert_eq!(lru.len(), 1);
    }

    #[test]
    fn without_room_nothing_is_kept() {
        let mut lru = Lru::new(0);
        assert_eq!(lru.insert(&"a".into(), 1), Some(1));
        assert_eq!(lru.get("a"), None);
    }
}
