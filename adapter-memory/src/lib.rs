//! A Drivetrain adapter that evaluates abstract statements in memory.

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
