//! The Drivetrain adapter for SQLite, embedded: the library is part of the program, and nothing else is needed.
//!
//! ```
//! use drivetrain_adapter_api::{Adapter, Query, Value};
//! use drivetrain_adapter_sqlite::{SqliteAdapter, SqliteConfig};
//!
//! # async fn example() -> drivetrain_adapter_api::Result<()> {
//! let adapter = SqliteAdapter::open(SqliteConfig::from_url("sqlite::memory:")?).await?;
//! let result = adapter.query(Query::raw("SELECT ? + 1", vec![Value::Int64(41)])).await?;
//! assert_eq!(result.rows.get::<i64>(0, 0)?, 42);
//! adapter.close().await
//! # }
//! # futures_executor::block_on(example()).unwrap();
//! ```
//!
//! # Threads
//!
//! SQLite's calls block, so each connection lives on a thread of its own, and calls are sent to it. No async runtime
//! is needed, and none is blocked.
//!
//! | what | runs on |
//! |---|---|
//! | statements and batches that write, scripts, transactions | the one connection that writes, in the order they came |
//! | statements and batches that read | one of up to [`readers`](SqliteConfig::readers) connections that cannot write |
//! | sessions, streams of reads, transactions that only read | a connection opened for each of them |
//! | everything, for a database in memory | the one connection there is |
//!
//! Raw SQL that begins with `SELECT`, `VALUES`, `WITH` or `EXPLAIN` is tried on a reader; if SQLite says that it
//! writes, it goes to the writer before any of it has run. Other raw SQL goes to the writer.
//!
//! In WAL mode readers see every write that was answered before they began, and neither wait for the writer nor hold
//! it up. A transaction keeps the writer until it ends: other writes wait for it, first come first served, for
//! [`acquire_timeout`](SqliteConfig::acquire_timeout) at most
//! ([`PoolTimeout`](drivetrain_adapter_api::ErrorKind::PoolTimeout)). Other processes, and sessions that write, are
//! waited for by SQLite's own locks, for [`busy_timeout`](SqliteConfig::busy_timeout) at most
//! ([`LockTimeout`](drivetrain_adapter_api::ErrorKind::LockTimeout)).
//!
//! A connection on which a `PRAGMA` was set, a database attached or a temporary table made is closed when its user
//! is done with it, and another one takes its place: such things last for the statement, script, transaction or
//! session they stand in, and no longer. The only connection of a database in memory is put right instead: its
//! temporary tables and views are dropped, attached databases are detached, and the settings that change what
//! statements mean are set back.
//!
//! # Transactions
//!
//! A transaction begins with `BEGIN IMMEDIATE`, so that it cannot fail half-way for want of the lock; one that only
//! reads begins with `BEGIN` and reads the state of that moment. SQLite's isolation is serializable, and that is the
//! one level that is declared. Statements of text that begin, end or divide a transaction are refused
//! ([`Misuse`](drivetrain_adapter_api::ErrorKind::Misuse)) everywhere but in scripts that end what they begin, and in
//! sessions.
//!
//! A statement that fails leaves its transaction as it was. Where SQLite ends the transaction by itself (`OR
//! ROLLBACK`, `RAISE(ROLLBACK)`, a full disk, a write that was interrupted), the calls after it answer
//! [`TransactionEnded`](drivetrain_adapter_api::ErrorKind::TransactionEnded). A `COMMIT` that fails is rolled back.
//!
//! Dropping a future stops its statement. A dropped read leaves its transaction usable; SQLite undoes the whole
//! transaction with a write that it interrupts.
//!
//! # Values
//!
//! SQLite has five storage classes (<https://www.sqlite.org/datatype3.html>). Values are stored as Prisma stores them,
//! so that a database can be shared with it:
//!
//! | value | is stored as |
//! |---|---|
//! | NULL | NULL |
//! | boolean | INTEGER 0 or 1 |
//! | integers | INTEGER; beyond 9223372036854775807 refused |
//! | floats | REAL; NaN refused, which SQLite would make NULL. Columns of REAL affinity lose the sign of `-0.0` |
//! | decimal | INTEGER or REAL, if that reads back as the same number: up to 15 significant digits, or any 64-bit integer; else refused. Zeros at the end of the fraction are not kept. In raw SQL: TEXT |
//! | text, enum label | TEXT |
//! | bytes | BLOB |
//! | UUID | TEXT, in lower case with hyphens |
//! | timestamp, with zone or without | TEXT `YYYY-MM-DDTHH:MM:SS.sss+00:00`, with six digits where three do not do; years 1 to 9999 |
//! | date | TEXT `YYYY-MM-DD`; years 1 to 9999 |
//! | time, with zone or without | TEXT `HH:MM:SS` with six digits of a fraction if there is one, and the offset |
//! | JSON | TEXT; a document that is a bare number: BLOB in SQLite's JSONB form, since columns declared JSON have numeric affinity. In raw SQL: TEXT |
//! | interval, array | refused |
//!
//! The order of the texts of timestamps and dates is that of time, and SQLite's functions understand them.
//!
//! Cells are read by the declared type of their column, where they fit it, whoever wrote them:
//!
//! | declared | and stored as | is read as |
//! |---|---|---|
//! | `BOOLEAN` | 0 or 1 | boolean |
//! | `DECIMAL`, `NUMERIC` | a number, or the text of one | decimal |
//! | `DATETIME`, `TIMESTAMP` | TEXT with an offset (brought to UTC) or without; INTEGER milliseconds since 1970 | timestamp |
//! | `TIMESTAMPTZ`, `TIMESTAMP WITH TIME ZONE` | the same | timestamp with zone |
//! | `DATE`, `TIME`, `TIMETZ` | TEXT in ISO form | date, time, time with zone |
//! | `JSON`, `JSONB` | TEXT, JSONB, a number | JSON |
//! | `UUID` | TEXT, or 16 bytes | UUID |
//!
//! Everything else, expressions included, is read by its storage class: 64-bit integer, 64-bit float, text, bytes.
//! Text that is not UTF-8 is an error of its cell.
//!
//! # Other habits
//!
//! - A name in double quotes that does not exist is an error, and not a string as in SQLite's own default.
//! - `last_insert_id` is the rowid of the last row that the statement inserted into its table; rows of tables
//!   `WITHOUT ROWID` and rows that triggers insert have none.
//! - `affected` counts matched rows, and not those that triggers and foreign keys changed.
//! - An empty statement does nothing.
//! - Streams of statements that write keep the writer until their end.

mod adapter;
mod capabilities;
mod config;
mod connection;
mod error;
mod lowering;
mod route;
mod rows;
mod session;
mod stream;
mod transaction;
mod values;
mod worker;

pub use adapter::SqliteAdapter;
pub use config::{JournalMode, OpenMode, SqliteConfig, Synchronous};
