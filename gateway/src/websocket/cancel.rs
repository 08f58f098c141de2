//! Which key, handed out by the gateway, cancels what on the database.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

use crate::backend::{CancelKey, Canceller};

/// The keys of the sessions that are open.
#[derive(Default)]
pub(crate) struct Keys(Mutex<HashMap<CancelKey, Canceller>>);

impl Keys {
    /// A new key for a session, by chance; it counts until the registration is dropped.
    pub(super) fn register(&self, canceller: Canceller) -> Registration<'_> {
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut key = random();
        while keys.contains_key(&key) {
            key = random();
        }
        keys.insert(key, canceller);
        Registration { keys: self, key }
    }

    pub(super) fn find(&self, key: CancelKey) -> Option<Canceller> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned()
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys")
    }
}

/// A key that counts as long as this is held.
pub(super) struct Registration<'a> {
    keys: &'a Keys,
    pub(super) key: CancelKey,
}

impl Drop for Registration<'_> {
    fn drop(&mut self) {
        self.keys.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

/// The bits of a version 4 UUID that are chosen by chance in whole bytes: the first six and the last seven bytes.
fn random() -> CancelKey {
    let [a, b, c, d, .., e, f, g, h] = *Uuid::new_v4().as_bytes();
    CancelKey { process: i32::from_be_bytes([a & 0x7f, b, c, d]), secret: i32::from_be_bytes([e, f, g, h]) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::Upstream;

    #[test]
    fn a_key_counts_as_long_as_its_session() {
        let upstream = Upstream::from_url("postgres://localhost?sslmode=disable").unwrap();
        let keys = Keys::default();
        let canceller = || Canceller::new(upstream.clone(), None);
        let (one, other) = (keys.register(canceller()), keys.register(canceller()));
        let (key, other_key) = (one.key, other.key);
        assert_ne!(key, other_key);
        assert!(keys.find(key).is_some());
        drop(one);
        assert!(keys.find(key).is_none() && keys.find(other_key).is_some());
    }
}
