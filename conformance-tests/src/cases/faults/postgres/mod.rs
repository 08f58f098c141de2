//! Postgres's protocol, broken: message by message.

mod auth;
mod frames;
mod lengths;
mod order;
mod tampered;
mod tls;

pub(super) use auth::CASES as AUTH;
pub(super) use lengths::CASES as LENGTHS;
pub(super) use order::CASES as ORDER;
pub(super) use tls::CASES as TLS;
