//! Counts, generated ids, several statements in one text, and batches.

mod affected;
mod batches;
mod definitions;
mod ids;
mod large;
mod several;
mod special;

use crate::case::Case;

/// The tables of cases of this group.
pub(super) const CASES: &[&[Case]] = &[
    affected::CASES,
    definitions::CASES,
    special::CASES,
    large::CASES,
    ids::CASES,
    several::CASES,
    batches::CASES,
];

use drivetrain_adapter_api::AffectedRows;

use crate::Context;

/// The count that is expected where `rows` are changed: none, if the adapter declares none.
fn counted(cx: &Context, rows: u64) -> Option<u64> {
    (cx.capabilities().affected_rows() != AffectedRows::None).then_some(rows)
}
