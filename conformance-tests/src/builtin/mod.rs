//! Harnesses for the adapters that are built into Drivetrain.

mod postgres;
mod sqlite;

pub use postgres::PostgresHarness;
pub use sqlite::SqliteHarness;
