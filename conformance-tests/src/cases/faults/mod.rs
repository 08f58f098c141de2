//! What the wire does wrong.

mod bench;
mod cut;
mod exchange;

use crate::case::Case;

/// The tables of cases of this group.
pub(super) const CASES: &[&[Case]] = &[cut::CASES];
