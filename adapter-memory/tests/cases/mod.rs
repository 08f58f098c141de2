//! Statements that are run in memory and on a database, and must give the same.

#![allow(dead_code, reason = "each test uses the parts it needs")]

pub(crate) mod build;
pub(crate) mod chinook;
pub(crate) mod compare;
pub(crate) mod reads;
pub(crate) mod tables;
pub(crate) mod values;
pub(crate) mod writes;

use drivetrain_adapter_api::Query;

/// A statement, or several that are run in order in one transaction that is rolled back.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) steps: Vec<Query>,
    /// Whether the order of the rows is part of the answer.
    pub(crate) ordered: bool,
}

/// All cases on the small tables.
pub(crate) fn all() -> Vec<Case> {
    let mut cases = reads::cases();
    cases.extend(values::cases());
    cases.extend(writes::cases());
    cases
}
