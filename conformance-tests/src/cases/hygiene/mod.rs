//! What is left behind. What concerns the runner and not an adapter is in the tests of this package.

mod leftovers;

use crate::case::Case;

/// The tables of cases of this group.
pub(super) const CASES: &[&[Case]] = &[leftovers::CASES];
