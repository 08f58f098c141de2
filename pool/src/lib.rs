//! A runtime-neutral connection pool.
//!
//! It knows neither databases nor runtimes: a [`Manager`] makes and judges connections, a
//! [`Runtime`](drivetrain_adapter_api::runtime::Runtime) spawns and sleeps. What it promises:
//!
//! - **Fair.** Those who wait are served in the order in which they came; nobody overtakes.
//! - **Cancel-safe.** Dropping an acquire, at any point, loses neither a connection nor anyone else's turn.
//! - **Clean.** A connection that must be tidied up (a rollback) is tidied in the background before its next use;
//!   one that breaks, fails its check or is cancelled half-way is closed and replaced.
//! - **Calm.** Connections are made in the background, never more at once than are waited for. After a failure there
//!   is one attempt at a time, further and further apart, and whoever has no connection to wait for is told at once.
//! - **Exact.** [`Pool::status`] adds up at every moment.
//!
//! Idle connections are reused newest first, so that a pool that has grown can shrink again.

mod config;
mod convert;
mod effects;
mod error;
mod gate;
mod guard;
mod manager;
mod pool;
mod shared;
mod state;
mod status;
mod tasks;
mod wait;

pub use config::{Config, InvalidConfig};
pub use error::{ConnectFailure, PoolError};
pub use guard::Pooled;
pub use manager::{Manager, Returned, Reuse};
pub use pool::Pool;
pub use status::Status;
