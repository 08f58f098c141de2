//! A typed database client for Rust whose way of reaching the database is a part you choose.
//!
//! A schema (`schema.prisma`) is turned into Rust by `drivetrain-codegen`; the generated module has a struct for each
//! model, and everything below is typed by it. The way to the database is an
//! [`Adapter`], handed in when the client is made: this crate names none.
//!
//! ```
//! # mod db { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sample/mod.rs")); }
//! # use db::*;
//! # async fn example(adapter: drivetrain::SharedAdapter) -> drivetrain::Result<()> {
//! let db = Client::new(adapter)?; // such as `drivetrain_adapters::connect_url("sqlite::memory:").await?`
//!
//! let ada = db.user()
//!     .create(user::new().email("ada@example.com").todos([todo::new().title("write the first program")]))
//!     .include(user::todos)
//!     .await?;
//! assert_eq!(ada.todos[0].title, "write the first program");
//!
//! let open = db.todo().find_many().filter(todo::done.equals(false)).order_by(todo::title.asc()).await?;
//! # Ok(()) }
//! # fn main() {}
//! ```
//!
//! - Reading, writing and counting begin at [`Records`], which a client and a transaction give for every model.
//! - Relations are fields whose type says whether they are loaded: [`NotLoaded`] until they are
//!   [included](FindMany::include).
//! - Transactions are closures ([`Client::transaction`]) or objects ([`Client::begin`]).
//! - Raw SQL with typed rows begins at [`RawExecutor::sql`].

mod client;
pub mod create;
mod engine;
mod error;
pub mod filter;
mod generated;
mod include;
mod loaded;
pub mod model;
mod ops;
mod plan;
pub mod prelude;
mod raw;
mod transaction;

pub use adapter_api::value::{
    Array, Date, Decimal, Interval, Json, Time, TimeTz, Timestamp, TimestampTz, Uuid,
};
pub use adapter_api::{
    Adapter, Capabilities, DbType, Dialect, Error, ErrorKind, FromCell, IsolationLevel, Result, RetryClass,
    SharedAdapter, ToValue, TransactionOptions, Value, ValueRef, decode,
};
pub use client::{Client, ClientOptions};
pub use drivetrain_adapter_api as adapter_api;
pub use engine::{Engine, Executor};
pub use error::DatabaseError;
pub use filter::{
    Assignment, Column, Filter, IntoFilter, IntoNullable, IntoUnique, IntoValue, Order, Unique,
};
pub use include::{Include, IncludeIn, Including, LoadedAs, ManyRelationExt, Related, RelationExt, RowOf};
pub use loaded::{Loaded, MaybeLoaded, NotLoaded, load_one};
pub use ops::{
    Count, Create, CreateMany, Delete, DeleteMany, FindFirst, FindMany, FindUnique, Operation, Operations,
    Page, PageQuery, Records, Required, Update, UpdateMany, Upsert,
};
pub use plan::LoadStrategy;
pub use raw::{FromRow, RawExecutor, Sql, SqlQuery};
pub use transaction::{Begin, NestedTx, Retryable, Tx};

#[doc(hidden)]
pub use serde;

/// An instant: what a `DateTime` field is unless the configuration chooses another type.
pub type DateTime = TimestampTz;

/// The markers of a column's type, as generated code names them.
pub mod column {
    pub use crate::filter::{Key, Nullable, Plain, Required};
}
