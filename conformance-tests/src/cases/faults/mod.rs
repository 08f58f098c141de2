//! What the wire does wrong.

mod bench;
mod cut;
mod exchange;
mod gone;
mod operations;
mod postgres;
mod slow;

use crate::case::Case;

/// The tables of cases of this group.
pub(super) const CASES: &[&[Case]] =
    &[cut::CASES, slow::CASES, gone::CASES, postgres::LENGTHS, postgres::ORDER];
