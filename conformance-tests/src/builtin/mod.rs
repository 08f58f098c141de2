//! Harnesses for the adapters that are built into Drivetrain.

mod hidden;
mod neon;
mod postgres;
mod sqlite;

pub use drivetrain_adapter_neon_http::Transport as NeonTransport;
pub use neon::NeonHarness;
pub use postgres::PostgresHarness;
pub use sqlite::SqliteHarness;
