//! Prepared statements and their caches.

use crate::case::Case;

/// The tables of cases of this group.
pub(super) const CASES: &[&[Case]] = &[];
