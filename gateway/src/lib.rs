//! Local stand-ins for serverless database endpoints, in front of an ordinary database.

mod backend;
mod websocket;
