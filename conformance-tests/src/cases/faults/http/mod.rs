//! HTTP, broken: statuses, bodies, and the connection below.

mod bodies;
mod messages;
mod statuses;
mod transport;

pub(super) use bodies::CASES as BODIES;
pub(super) use statuses::CASES as STATUSES;
pub(super) use transport::CASES as TRANSPORT;
