//! Values of every type, both ways.

mod arrays;
mod bytes;
mod checks;
mod data;
mod dates;
mod decimals;
mod floats;
mod integers;
mod intervals;
mod json;
mod large;
mod matrix;
mod others;
mod random;
mod texts;

use crate::case::Case;

pub(super) use checks::{insert, one_row};
pub(super) use matrix::all_types;

/// The tables of cases of this group.
pub(super) const CASES: &[&[Case]] = &[
    integers::CASES,
    floats::CASES,
    decimals::CASES,
    texts::CASES,
    large::CASES,
    bytes::CASES,
    dates::CASES,
    intervals::CASES,
    json::CASES,
    arrays::CASES,
    others::CASES,
    random::CASES,
];
