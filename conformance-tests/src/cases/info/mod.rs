//! Connecting, and what is known of the connection.

mod connecting;
mod runtimes;
mod server;
mod sessions;
mod unreachable;
mod urls;

use crate::case::Case;

/// The tables of cases of this group.
pub(super) const CASES: &[&[Case]] =
    &[connecting::CASES, urls::CASES, server::CASES, sessions::CASES, unreachable::CASES, runtimes::CASES];
