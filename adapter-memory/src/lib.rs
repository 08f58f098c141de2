//! A Drivetrain adapter that evaluates abstract statements in memory, without SQL.
//!
//! It is the proof that a [`Query`](drivetrain_adapter_api::Query) is in no dialect, a second opinion on what the
//! answer to one is, and what code on top of Drivetrain is unit-tested with: no server, no file, and nothing shared
//! between tests.
//!
//! ```
//! use drivetrain_adapter_api::statement::{Expr, Projection, Select, Source};
//! use drivetrain_adapter_api::{Adapter, DbType, ErrorKind, Query, Statement, Value};
//! use drivetrain_adapter_memory::{ColumnDef, MemoryAdapter, MemoryConfig, TableDef};
//!
//! # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
//! let adapter = MemoryAdapter::new(MemoryConfig::new());
//! adapter.define([TableDef::new("User")
//!     .column(ColumnDef::new("id", DbType::Int32).autoincrement())
//!     .column(ColumnDef::new("email", DbType::Text))
//!     .primary_key(["id"])
//!     .unique("User_email_key", ["email"])])?;
//! let email = |email: &str| vec![Value::Text(email.into())];
//! adapter.insert("User", &["email"], [email("ada@example.com"), email("bob@example.com")])?;
//!
//! let select = Select {
//!     projections: vec![Projection::new(Expr::column("id"))],
//!     from: Some(Source::table("User")),
//!     filter: Some(Expr::column("email").equal(Expr::slot(0, DbType::Text))),
//!     ..Select::default()
//! };
//! let result = adapter.query(Query::new(Statement::new(select), email("bob@example.com"))).await?;
//! assert_eq!(result.rows.get::<i32>(0, 0)?, 2);
//!
//! let fork = adapter.fork()?;
//! let error = fork.insert("User", &["email"], [email("ada@example.com")]).unwrap_err();
//! assert_eq!((error.kind(), error.constraint()), (ErrorKind::UniqueViolation, Some("User_email_key")));
//! # Ok::<(), drivetrain_adapter_api::Error>(())
//! # }).unwrap();
//! ```
//!
//! # With the typed client
//!
//! With the feature `schema`, [`tables_of`] makes the tables of a `schema.prisma`:
//!
//! ```
//! # #[cfg(feature = "schema")] {
//! use drivetrain_adapter_memory::{MemoryAdapter, MemoryConfig, tables_of};
//! use drivetrain_schema::{Provider, Schema};
//!
//! let schema = r#"
//!     datasource db {
//!       provider = "postgresql"
//!     }
//!
//!     model Tag {
//!       id   Int    @id @default(autoincrement())
//!       name String @unique
//!     }
//! "#;
//! let schema = Schema::parse("schema.prisma", schema)?;
//! let adapter = MemoryAdapter::new(MemoryConfig::new());
//! adapter.define(tables_of(&schema, Provider::Postgresql)?)?;
//! // let db = Client::new(Arc::new(adapter))?;
//! assert!(adapter.rows("Tag")?.is_empty());
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # How it works
//!
//! - **Statements** are bound to the tables first: names, types and places are decided there, so that a mistake is found
//!   whether there are rows or not. Then they are evaluated, by value, with the three truths of SQL. All of the
//!   statement language is there; raw SQL is not, and is refused with
//!   [`Unsupported`](drivetrain_adapter_api::ErrorKind::Unsupported).
//! - **Types** of results are those of Postgres: the sum of 32-bit integers has 64 bits, that of 64-bit integers and every
//!   average of exact numbers is a decimal, with the digits that Postgres gives it; integers divide towards zero, and
//!   what leaves its type is [`OutOfRange`](drivetrain_adapter_api::ErrorKind::OutOfRange). Columns without a name are
//!   named as there.
//! - **Order and equality**: texts by code points; NaN equals itself and is the largest float; JSON compares as documents,
//!   but keeps its text. The labels of an enum are ordered as they are defined.
//! - **A statement** takes effect as a whole or not at all. Its parts read the state before it, also what other parts
//!   wrote: a row is written by the first part that finds it. Unique constraints are checked row by row, foreign keys
//!   when the statement ends.
//! - **Transactions** are [serializable](drivetrain_adapter_api::IsolationLevel::Serializable): one that may write has the
//!   right to write from its beginning to its end, and others that want to write wait in line. Readers see the last
//!   committed state, or that at their beginning, and wait for nobody. A transaction that is dropped leaves nothing
//!   behind. An error of a statement leaves its transaction usable.
//! - **Nothing runs in the background**, but for the end of transactions that have a limit of time. A query is evaluated
//!   within one poll of its future: dropping the future stops what waits, and nothing else. There are no threads, and no
//!   clock but that of the runtime handed in, so it builds for `wasm32-unknown-unknown`.

mod adapter;
mod bind;
mod capabilities;
mod config;
mod define;
mod engine;
mod error;
mod run;
#[cfg(feature = "schema")]
mod schema;
mod store;
mod stream;
mod transaction;
mod value;
mod write;

pub use adapter::MemoryAdapter;
pub use config::MemoryConfig;
pub use define::{Action, ColumnDef, ForeignKeyDef, TableDef};
#[cfg(feature = "schema")]
pub use schema::tables_of;
