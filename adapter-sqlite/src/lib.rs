//! The Drivetrain adapter for SQLite, embedded.

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
