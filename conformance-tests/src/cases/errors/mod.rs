//! Errors, field by field.

mod listed;
mod mysql;
mod placed;
mod postgres;
mod sqlite;
mod trigger;

use crate::case::Case;

/// The tables of cases of this group.
pub(super) const CASES: &[&[Case]] = &[
    listed::CASES,
    placed::CASES[0],
    placed::CASES[1],
    placed::CASES[2],
    placed::CASES[3],
    placed::CASES[4],
];
