//! The corpus: statements with values, in groups. Each is lowered for every dialect and compared with what is kept,
//! and what is lowered for Postgres and SQLite is run there on the fixture.

mod expressions;
mod filters;
mod inserts;
mod joins;
mod json;
mod lists;
mod names;
mod raw;
mod selects;
mod sets;
mod upserts;
mod writes;

use crate::support::case::Case;

/// The groups, by name.
pub(crate) fn groups() -> Vec<(&'static str, Vec<Case>)> {
    vec![
        ("selects", selects::cases()),
        ("joins", joins::cases()),
        ("sets", sets::cases()),
        ("filters", filters::cases()),
        ("lists", lists::cases()),
        ("expressions", expressions::cases()),
        ("inserts", inserts::cases()),
        ("upserts", upserts::cases()),
        ("writes", writes::cases()),
        ("json", json::cases()),
        ("raw", raw::cases()),
        ("names", names::cases()),
    ]
}
