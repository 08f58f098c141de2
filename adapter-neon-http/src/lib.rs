//! The Drivetrain adapter for Neon and what speaks its protocol: Postgres over HTTP, and over WebSocket where state is
//! needed.

mod adapter;
mod capabilities;
mod config;
mod http;
mod waking;
mod websocket;
pub mod wire;

pub use adapter::NeonAdapter;
pub use config::{NeonConfig, PipelineConnect, Transport};
