//! Native targets.

#[cfg(feature = "http")]
pub(crate) mod http;
#[cfg(feature = "tokio")]
pub(crate) mod runtime;
#[cfg(feature = "tokio")]
mod thread_sleep;
#[cfg(any(feature = "http", feature = "websocket"))]
mod tls;
#[cfg(feature = "websocket")]
pub(crate) mod websocket;
