//! Spans and events.

mod reported;
mod spans;

use crate::case::Case;

/// The tables of cases of this group.
pub(super) const CASES: &[&[Case]] = &[spans::CASES, reported::CASES];
