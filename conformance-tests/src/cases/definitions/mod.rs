//! Definitions and names.

mod altering;
mod columns;
mod names;
mod schemas;

use crate::case::Case;

/// The tables of cases of this group.
pub(super) const CASES: &[&[Case]] = &[names::CASES, columns::CASES, schemas::CASES, altering::CASES];
