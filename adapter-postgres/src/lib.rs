//! The Drivetrain adapter for Postgres over TCP and Unix sockets.
//!
//! ```no_run
//! use drivetrain_adapter_api::{Adapter, Query, Value};
//! use drivetrain_adapter_postgres::{PostgresAdapter, PostgresConfig};
//!
//! # async fn run() -> Result<(), drivetrain_adapter_api::Error> {
//! let config = PostgresConfig::from_url("postgres://app:secret@localhost/shop")?;
//! let adapter = PostgresAdapter::connect(config, drivetrain_env::default_runtime()).await?;
//! let result = adapter.query(Query::raw("SELECT $1::int8 + 1", vec![Value::Int64(41)])).await?;
//! assert_eq!(result.rows.get::<i64>(0, 0)?, 42);
//! # Ok(())
//! # }
//! ```
//!
//! Sockets are those of tokio: make and use the adapter within a tokio runtime.
//!
//! A batch that is not atomic has BEGIN and COMMIT around each of its statements, all in one round trip: statements that
//! refuse to run in a transaction, such as VACUUM, are for [`query`](drivetrain_adapter_api::Adapter::query).
//!
//! By `tracing`, with the target `drivetrain`, it reports how long a call waits for a connection (the span `db.acquire`
//! with the server's process id as `db.connection`) and, when a connection is given back, the server's notices: their
//! severity and SQLSTATE, not their text.
//!
//! A future that is dropped stops its statement at the server: the connection stays out of the pool until the server
//! has been told to cancel, has answered, and what was open has been rolled back.

mod adapter;
mod capabilities;
mod config;
mod connect;

pub use adapter::PostgresAdapter;
pub use config::{Address, BindingMode, Host, PostgresConfig, Roots, SslMode, TargetSession};
pub use drivetrain_pool::{Config as PoolConfig, Status as PoolStatus};
pub use drivetrain_postgres_core::session::StatementMode;
