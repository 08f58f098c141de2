//! Capabilities, both ways: what is declared works; the twin of what is not shows that it is refused.

mod claims;
mod counts;
mod limits;
mod operations;
mod queries;
mod statements;
mod transactions;
mod types;
mod values;

use crate::case::Case;

/// The tables of cases of this group.
pub(super) const CASES: &[&[Case]] = &[
    claims::CASES,
    operations::CASES,
    queries::CASES,
    transactions::CASES,
    statements::CASES,
    counts::CASES,
    values::CASES,
    limits::CASES,
    types::CASES,
];
