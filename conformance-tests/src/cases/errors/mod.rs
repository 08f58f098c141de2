//! Errors, field by field.

mod concurrent;
mod connecting;
mod ended;
mod listed;
mod mysql;
mod placed;
mod postgres;
mod sqlite;
mod states;
mod trigger;
mod whole;

use drivetrain_adapter_api::Query;

use crate::Context;
use crate::case::Case;

/// The tables of cases of this group.
pub(super) const CASES: &[&[Case]] = &[
    listed::CASES,
    concurrent::CASES,
    ended::CASES,
    connecting::CASES,
    states::CASES,
    whole::CASES,
    placed::CASES[0],
    placed::CASES[1],
    placed::CASES[2],
    placed::CASES[3],
    placed::CASES[4],
];

/// Every statement of the tables, with the case it belongs to and the statements that go before it: for other groups to
/// compare adapters by.
pub(super) fn triggers(cx: &Context) -> impl Iterator<Item = (&'static str, &'static [&'static str], Query)> {
    trigger::Trigger::all(cx.dialect()).iter().map(|trigger| (trigger.id, trigger.setup, trigger.query(cx).0))
}
