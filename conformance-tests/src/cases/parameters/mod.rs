//! Parameters.

mod count;
mod large;
mod secrecy;
mod text;
mod types;

use crate::case::Case;

/// The tables of cases of this group.
pub(super) const CASES: &[&[Case]] = &[count::CASES, types::CASES, text::CASES, large::CASES, secrecy::CASES];
