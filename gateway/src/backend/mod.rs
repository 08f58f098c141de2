//! A minimal Postgres client of the gateway's own: connect, encrypt, log in, cancel, pass messages.
//!
//! It speaks version 3.0 of the protocol ([PostgreSQL, chapter 55](https://www.postgresql.org/docs/current/protocol.html))
//! and leaves to its callers what the messages after the first ReadyForQuery mean.

mod cancel;
mod connection;
mod error;
mod login;
mod stream;
mod tls;
mod upstream;

pub(crate) use cancel::{CancelKey, Canceller};
pub(crate) use connection::{Connection, Message};
pub(crate) use error::{ConnectError, ErrorFields};
pub(crate) use login::{Login, connect};
pub(crate) use stream::Stream;
pub(crate) use upstream::Upstream;
