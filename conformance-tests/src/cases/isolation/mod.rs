//! Anomalies at each isolation level: Hermitage's scripts against what was measured, and invariants under load.

mod appends;
mod bank;
mod counts;
mod driver;
mod hermitage;
mod history;
mod log;
mod matrix;
mod script;
mod scripts;

use crate::case::Case;

/// The tables of cases of this group.
pub(super) const CASES: &[&[Case]] = &[
    hermitage::DIRTY_WRITE,
    hermitage::ABORTED_READ,
    hermitage::INTERMEDIATE_READ,
    hermitage::CIRCULAR_FLOW,
    hermitage::VANISHED,
    hermitage::PREDICATE,
    hermitage::PREDICATE_WRITE,
    hermitage::LOST_UPDATE,
    hermitage::READ_SKEW,
    hermitage::READ_SKEW_WRITE,
    hermitage::WRITE_SKEW,
    hermitage::PREDICATE_SKEW,
    hermitage::TWO_EDGES,
    bank::CASES,
    appends::CASES,
    counts::CASES,
];
