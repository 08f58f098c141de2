//! The Postgres protocol over any byte stream: codecs, error mapping, statement cache, sessions, and what adapters do
//! with a pool of them.

pub mod capabilities;
pub mod codec;
pub mod error;
pub mod pooled;
pub mod secret;
pub mod session;
pub mod statement;
pub mod text;
pub mod types;
pub mod url;
