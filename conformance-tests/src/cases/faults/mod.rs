//! What the wire does wrong.

mod bench;
mod cut;
mod exchange;
mod file;
mod flips;
mod gone;
mod http;
mod operations;
mod postgres;
mod slow;
mod websocket;

use crate::case::Case;

/// The tables of cases of this group.
pub(super) const CASES: &[&[Case]] = &[
    cut::CASES,
    slow::CASES,
    gone::CASES,
    postgres::LENGTHS,
    postgres::ORDER,
    postgres::AUTH,
    postgres::TLS,
    flips::CASES,
    websocket::CASES,
    http::STATUSES,
    http::BODIES,
    http::TRANSPORT,
    file::CASES,
];
