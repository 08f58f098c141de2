//! The Drivetrain adapter for Neon and what speaks its protocol: Postgres over HTTP, and over WebSocket where state is
//! needed.

mod config;
mod websocket;
pub mod wire;

pub use config::{NeonConfig, PipelineConnect, Transport};
