//! wasm32: browsers, edge isolates, Node.js.

#[cfg(feature = "http")]
pub(crate) mod http;
pub(crate) mod runtime;
#[cfg(feature = "websocket")]
pub(crate) mod websocket;
