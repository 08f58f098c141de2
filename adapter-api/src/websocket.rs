//! The WebSocket transport that adapters are handed: binary messages in order, both ways.
//!
//! `drivetrain-env` implements it with tokio and rustls, and with the `WebSocket` of a wasm host.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;

use crate::{Error, Result};

/// Opens WebSockets.
#[crate::async_trait]
pub trait WebSocketTransport: fmt::Debug + Send + Sync + 'static {
    /// Opens a WebSocket; resolves when the server has agreed to the upgrade.
    ///
    /// - Redirects are not followed.
    /// - Dropping the future abandons the attempt, dropping the socket closes its connection.
    /// - Whatever fails here, nothing has happened at the database: the error's retry class is
    ///   [`SafeNow`](crate::RetryClass::SafeNow), or [`Never`](crate::RetryClass::Never) where trying again is of no use
    ///   (a certificate that is not trusted, an upgrade that is refused with a status of 4xx other than 429).
    /// - A refusal has the kind that tells it best: [`AuthenticationFailed`](crate::ErrorKind::AuthenticationFailed) for
    ///   401 and 403, [`RateLimited`](crate::ErrorKind::RateLimited) for 429,
    ///   [`ServerUnavailable`](crate::ErrorKind::ServerUnavailable) for 5xx, [`Protocol`](crate::ErrorKind::Protocol)
    ///   for other answers; seconds asked for by `Retry-After` are in the hint. A host that hides the status reports
    ///   [`Connect`](crate::ErrorKind::Connect).
    async fn open(&self, request: WebSocketRequest) -> Result<Box<dyn WebSocket>>;
}

/// A shared handle on the WebSocket transport.
pub type SharedWebSocketTransport = Arc<dyn WebSocketTransport>;

/// What is opened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct WebSocketRequest {
    /// A `wss:` or `ws:` URL, without credentials.
    pub url: String,
}

impl WebSocketRequest {
    /// A WebSocket at that URL.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into() }
    }
}

/// An open WebSocket that carries binary messages. It is `Send` on every target, so that a pool can keep it.
///
/// Pings are answered by the implementation. A text message is an error of kind
/// [`Protocol`](crate::ErrorKind::Protocol).
pub trait WebSocket: fmt::Debug + Send {
    /// The next message. `None` when the other side has closed, with or without a close frame, and after every message
    /// that came before has been given out; an error where the connection broke. After either, `None`.
    ///
    /// Reading is also what answers pings, and what notices that the other side has closed.
    ///
    /// # Errors
    /// [`ConnectionLost`](crate::ErrorKind::ConnectionLost), or [`Protocol`](crate::ErrorKind::Protocol) for what is no
    /// WebSocket, a text message, or a message longer than the implementation takes. Whether the server has acted on
    /// what was sent is not known here: the retry class is [`OutcomeUnknown`](crate::RetryClass::OutcomeUnknown).
    fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes>>>;

    /// Whether [`start_send`](Self::start_send) may be called: what is on its way is bounded.
    ///
    /// # Errors
    /// [`ConnectionLost`](crate::ErrorKind::ConnectionLost).
    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>>;

    /// Takes a message, after [`poll_ready`](Self::poll_ready) has said so. It is on its way when
    /// [`poll_flush`](Self::poll_flush) is done.
    ///
    /// # Errors
    /// [`ConnectionLost`](crate::ErrorKind::ConnectionLost).
    fn start_send(&mut self, message: Bytes) -> Result<()>;

    /// Sends what was taken.
    ///
    /// # Errors
    /// [`ConnectionLost`](crate::ErrorKind::ConnectionLost).
    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<()>>;

    /// Sends what was taken, and a close frame. It does not wait for the other side's; where that has closed already,
    /// there is nothing to do.
    ///
    /// # Errors
    /// [`ConnectionLost`](crate::ErrorKind::ConnectionLost).
    fn poll_close(&mut self, context: &mut Context<'_>) -> Poll<Result<()>>;
}
