//! The contract between Drivetrain and the part that reaches a database.
//!
//! An [`Adapter`] is a way to reach a database: a dialect, a transport and a classification of errors. The client
//! issues [`Query`] values; the adapter lowers them (with `drivetrain-sql` or by itself), sends them, and hands back
//! [`Rows`] that are decoded when they are read. Nothing here does I/O, spawns a task or reads a clock: what an
//! adapter needs of its surroundings, the [`Runtime`](runtime::Runtime) and the
//! [`HttpTransport`](http::HttpTransport), is handed in.
//!
//! # For authors of adapters
//!
//! Implement [`Adapter`], [`Connection`] and, where the database has them, [`Transaction`] and [`Session`], under
//! the [`macro@async_trait`] attribute of this crate. Optional operations have a default that answers
//! [`Unsupported`](ErrorKind::Unsupported). State what the adapter can do in its [`Capabilities`]: they are claims,
//! and the conformance suite proves each of them both ways. Every obligation is a numbered MUST or SHOULD in the
//! docs of the trait it belongs to; [`obligations`] lists them all.
//!
//! ```
//! use drivetrain_adapter_api::{Capabilities, Dialect, TransactionSupport};
//!
//! let capabilities = Capabilities::none(Dialect::Sqlite)
//!     .with_returning_insert(true)
//!     .with_transactions(TransactionSupport::AtomicBatch);
//! assert!(capabilities.returning_insert());
//! assert!(!capabilities.streaming(), "what is not declared is not there");
//! ```

extern crate self as drivetrain_adapter_api;

mod adapter;
mod batch;
pub mod capabilities;
pub mod check;
mod column;
pub mod convert;
pub mod decode;
mod dialect;
mod error;
pub mod http;
pub mod layer;
mod maybe_send;
pub mod obligations;
mod query;
mod rows;
pub mod runtime;
pub mod statement;
mod stream;
mod transaction;
pub mod value;
pub mod websocket;

pub use adapter::{Adapter, Connection, Session, SharedAdapter, Transaction};
pub use batch::Batch;
pub use capabilities::{AffectedRows, Capabilities, Capability, TransactionSupport};
pub use column::Column;
pub use decode::{FromCell, ToValue};
pub use dialect::{Dialect, Flavor, ServerInfo, Transport, Version};
pub use drivetrain_adapter_api_macros::async_trait;
pub use error::{Error, ErrorKind, Result, RetryClass, SqlState};
pub use maybe_send::{BoxFuture, BoxStream, MaybeSend, MaybeSync};
pub use query::{Access, Lowered, Prepare, Query, QueryOptions};
pub use rows::{OwnedRows, QueryResult, RowSet, Rows};
pub use statement::Statement;
pub use stream::{RowStream, StreamOptions};
pub use transaction::{IsolationLevel, IsolationLevels, Savepoint, TransactionOptions};
pub use value::{DbType, Value, ValueRef};

/// What the attribute of this crate expands to. Not part of the contract.
#[doc(hidden)]
pub mod __private {
    pub use async_trait::async_trait;
}
