//! Statements of no dialect: the same question has the same answer on every adapter.

mod answers;
mod build;
mod kept;
mod reads;
mod writes;

use crate::case::Case;

/// The tables of cases of this group.
pub(super) const CASES: &[&[Case]] = &[reads::CASES, writes::CASES];
