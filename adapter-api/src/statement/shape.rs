//! The 128-bit hash of a statement.
//!
//! Keyed at random once in a process: two statements must never share cached SQL, also where somebody from outside
//! can choose filters, so collisions must not be computable beforehand.

use std::hash::{BuildHasher as _, Hash as _, RandomState};
use std::sync::OnceLock;

use siphasher::sip128::{Hasher128 as _, SipHasher13};

use super::Body;

pub(super) fn of(body: &Body) -> u128 {
    static KEYS: OnceLock<(u64, u64)> = OnceLock::new();
    let (first, second) =
        *KEYS.get_or_init(|| (RandomState::new().hash_one(1), RandomState::new().hash_one(2)));
    let mut hasher = SipHasher13::new_with_keys(first, second);
    body.hash(&mut hasher);
    hasher.finish128().as_u128()
}
