//! Postgres's protocol, broken: message by message.

mod frames;
mod lengths;
mod order;
mod tampered;

pub(super) use lengths::CASES as LENGTHS;
pub(super) use order::CASES as ORDER;
