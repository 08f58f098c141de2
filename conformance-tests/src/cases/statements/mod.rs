//! Prepared statements and their caches.

mod caching;
mod changing;
mod failing;
mod seen;
mod sharing;

use crate::case::Case;

/// The tables of cases of this group.
pub(super) const CASES: &[&[Case]] = &[caching::CASES, changing::CASES, failing::CASES, sharing::CASES];
