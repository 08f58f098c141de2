//! Values of every type, both ways.

mod data;
mod integers;
mod matrix;

use crate::case::Case;

/// The tables of cases of this group.
pub(super) const CASES: &[&[Case]] = &[integers::CASES];
