//! Errors, field by field.

mod concurrent;
mod connecting;
mod ended;
mod listed;
mod mysql;
mod placed;
mod postgres;
mod sqlite;
mod states;
mod trigger;
mod whole;

use crate::case::Case;

/// The tables of cases of this group.
pub(super) const CASES: &[&[Case]] = &[
    listed::CASES,
    concurrent::CASES,
    ended::CASES,
    connecting::CASES,
    states::CASES,
    whole::CASES,
    placed::CASES[0],
    placed::CASES[1],
    placed::CASES[2],
    placed::CASES[3],
    placed::CASES[4],
];
