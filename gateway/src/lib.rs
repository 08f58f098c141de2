//! Local stand-ins for serverless database endpoints, in front of an ordinary database.
//!
//! People develop and test against them without an account in anybody's cloud. They share no code with Drivetrain's
//! adapters, so that the two cannot be wrong in the same way.

mod backend;
pub mod command;
mod error;
pub mod neon;
mod websocket;

pub use error::Error;
