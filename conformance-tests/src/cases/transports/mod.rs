//! The same over two transports: values, columns, counts and every field of errors.
//!
//! An adapter that is alone has nothing to be compared with; SQLite is reached in one way only.

mod compare;
mod failures;
mod literals;
mod results;
mod scenario;
mod values;

use crate::case::Case;

/// The tables of cases of this group.
pub(super) const CASES: &[&[Case]] = &[values::CASES, results::CASES, failures::CASES, scenario::CASES];
