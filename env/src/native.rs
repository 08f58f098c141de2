//! Native targets.

#[cfg(feature = "http")]
pub(crate) mod http;
#[cfg(feature = "tokio")]
pub(crate) mod runtime;
#[cfg(feature = "tokio")]
mod thread_sleep;
