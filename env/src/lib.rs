//! The environment handed to Drivetrain adapters: tasks, sleep and clocks, and the transports over HTTP and WebSocket.
//!
//! `drivetrain-adapter-api` says what an adapter may ask for ([`Runtime`],
//! [`HttpTransport`](drivetrain_adapter_api::http::HttpTransport) and
//! [`WebSocketTransport`](drivetrain_adapter_api::websocket::WebSocketTransport)); here is what answers:
//!
//! | | native | wasm32 |
//! |---|---|---|
//! | tasks, sleep, clocks | `TokioRuntime` (feature `tokio`, on by default) | `WebRuntime` |
//! | HTTP (feature `http`) | `ReqwestHttp` | `FetchHttp` |
//! | WebSocket (feature `websocket`) | `TokioWebSocket` | `WebWebSocket` |
//!
//! `default_runtime`, `default_http` and `default_websocket` pick by target. Where neither fits, implement the traits yourself.
//!
//! [`Runtime`]: drivetrain_adapter_api::runtime::Runtime

#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(target_arch = "wasm32")]
mod web;

#[cfg(all(not(target_arch = "wasm32"), feature = "http"))]
pub use native::http::ReqwestHttp;
#[cfg(all(not(target_arch = "wasm32"), feature = "tokio"))]
pub use native::runtime::TokioRuntime;
#[cfg(all(not(target_arch = "wasm32"), feature = "websocket"))]
pub use native::websocket::TokioWebSocket;
#[cfg(all(target_arch = "wasm32", feature = "http"))]
pub use web::http::FetchHttp;
#[cfg(target_arch = "wasm32")]
pub use web::runtime::WebRuntime;
#[cfg(all(target_arch = "wasm32", feature = "websocket"))]
pub use web::websocket::WebWebSocket;

/// The runtime of this target: tokio's, or that of the wasm host.
#[cfg(any(target_arch = "wasm32", feature = "tokio"))]
pub fn default_runtime() -> drivetrain_adapter_api::runtime::SharedRuntime {
    #[cfg(not(target_arch = "wasm32"))]
    let runtime = TokioRuntime::new();
    #[cfg(target_arch = "wasm32")]
    let runtime = WebRuntime::new();
    std::sync::Arc::new(runtime)
}

/// The HTTP transport of this target: reqwest, or `fetch`.
///
/// # Errors
/// [`Config`](drivetrain_adapter_api::ErrorKind::Config) when this machine trusts no certificate authority at all.
#[cfg(feature = "http")]
pub fn default_http()
-> Result<drivetrain_adapter_api::http::SharedHttpTransport, drivetrain_adapter_api::Error> {
    #[cfg(not(target_arch = "wasm32"))]
    let transport = ReqwestHttp::new()?;
    #[cfg(target_arch = "wasm32")]
    let transport = FetchHttp::new();
    Ok(std::sync::Arc::new(transport))
}

/// The WebSocket transport of this target: tokio and rustls, or the host's `WebSocket`.
///
/// # Errors
/// [`Config`](drivetrain_adapter_api::ErrorKind::Config) when this machine trusts no certificate authority at all.
#[cfg(feature = "websocket")]
pub fn default_websocket()
-> Result<drivetrain_adapter_api::websocket::SharedWebSocketTransport, drivetrain_adapter_api::Error> {
    #[cfg(not(target_arch = "wasm32"))]
    let transport = TokioWebSocket::new()?;
    #[cfg(target_arch = "wasm32")]
    let transport = WebWebSocket::new();
    Ok(std::sync::Arc::new(transport))
}
