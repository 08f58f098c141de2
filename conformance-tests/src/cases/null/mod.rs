//! NULL.

mod everywhere;
mod meaning;

use crate::case::Case;

/// The tables of cases of this group.
pub(super) const CASES: &[&[Case]] = &[everywhere::CASES, meaning::CASES];
