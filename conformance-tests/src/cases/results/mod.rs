//! Rows and columns.

mod changing;
mod failing;
mod pausing;
mod shape;
mod size;
mod statements;
mod streaming;

use crate::case::Case;

/// The tables of cases of this group.
pub(super) const CASES: &[&[Case]] = &[
    shape::CASES,
    size::CASES,
    streaming::CASES,
    pausing::CASES,
    failing::CASES,
    statements::CASES,
    changing::CASES,
];
