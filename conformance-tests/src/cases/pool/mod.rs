//! Pooled connections.

mod failing;
mod helpers;
mod lifetime;
mod load;
mod made;
mod size;
mod traces;

use crate::case::Case;

/// The tables of cases of this group.
pub(super) const CASES: &[&[Case]] =
    &[size::CASES, failing::CASES, traces::CASES, lifetime::CASES, load::CASES, made::CASES];
