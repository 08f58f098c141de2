//! Calls at the same time.

mod changing_tables;
mod contended_rows;
mod deadlock;
mod nonces;
mod pipelines;
mod read_modify_write;

use crate::case::Case;

/// The tables of cases of this group.
pub(super) const CASES: &[&[Case]] = &[
    nonces::CASES,
    pipelines::CASES,
    contended_rows::CASES,
    deadlock::CASES,
    read_modify_write::CASES,
    changing_tables::CASES,
];
