//! Transactions.

mod basics;
mod batch_options;
mod batches;
mod control;
mod endings;
mod failed;
mod handles;
mod levels;
mod limits;
mod locks;
mod lost;
mod mysql;
mod retry_layer;
mod retrying;
mod savepoints;
mod scopes;
mod sqlite;
pub(super) mod support;

use crate::case::Case;

/// The tables of cases of this group.
pub(super) const CASES: &[&[Case]] = &[
    basics::CASES,
    scopes::CASES,
    endings::CASES,
    failed::CASES,
    sqlite::CASES,
    mysql::CASES,
    savepoints::CASES,
    control::CASES,
    levels::CASES,
    retrying::CASES,
    retry_layer::CASES,
    limits::CASES,
    handles::CASES,
    batches::CASES,
    batch_options::CASES,
    locks::CASES,
    lost::CASES,
];
