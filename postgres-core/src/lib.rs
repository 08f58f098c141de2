//! The Postgres protocol over any byte stream: codecs, error mapping, statement cache, sessions.

pub mod codec;
pub mod error;
pub mod session;
pub mod statement;
pub mod text;
pub mod types;
