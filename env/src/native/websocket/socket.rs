//! An open WebSocket.

use std::fmt;
use std::io;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use drivetrain_adapter_api::Error;
use drivetrain_adapter_api::websocket::WebSocket;
use futures_util::{SinkExt as _, StreamExt as _};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::{Error as WsError, Message};

use super::errors;

/// Tungstenite's WebSocket, in the terms of the contract.
///
/// It takes a message whole, and then none before that one is written: what is on its way is one message and the
/// buffers at most.
pub(super) struct Socket<S> {
    inner: WebSocketStream<S>,
    /// Nothing more will come.
    ended: bool,
}

impl<S> Socket<S> {
    pub(super) fn new(inner: WebSocketStream<S>) -> Self {
        Self { inner, ended: false }
    }
}

impl<S> fmt::Debug for Socket<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSocket").field("ended", &self.ended).finish_non_exhaustive()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> WebSocket for Socket<S> {
    fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        while !self.ended {
            let error = match ready!(self.inner.poll_next_unpin(context)) {
                Some(Ok(Message::Binary(message))) => return Poll::Ready(Some(Ok(message))),
                // Reading on answers a ping.
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => continue,
                Some(Ok(Message::Text(_))) => {
                    Some(errors::protocol("the server sent a text message where only binary ones belong"))
                }
                Some(Ok(Message::Close(_))) => {
                    // The answer to it is a courtesy: it goes out now, or not at all.
                    let _courtesy = self.inner.poll_flush_unpin(context);
                    None
                }
                None | Some(Err(WsError::Protocol(ProtocolError::ResetWithoutClosingHandshake))) => None,
                // TLS that ends without a word (RFC 8446, 6.1). Whether the messages are complete is told by them.
                Some(Err(WsError::Io(error))) if error.kind() == io::ErrorKind::UnexpectedEof => None,
                Some(Err(error)) => Some(errors::while_open(error)),
            };
            self.ended = true;
            return Poll::Ready(error.map(Err));
        }
        Poll::Ready(None)
    }

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        if self.ended {
            return Poll::Ready(Err(errors::closed()));
        }
        self.inner.poll_ready_unpin(context).map_err(errors::while_open)
    }

    fn start_send(&mut self, message: Bytes) -> Result<(), Error> {
        self.inner.start_send_unpin(Message::Binary(message)).map_err(errors::while_open)
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.inner.poll_flush_unpin(context).map_err(errors::while_open)
    }

    fn poll_close(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        match ready!(self.inner.poll_close_unpin(context)) {
            Ok(()) | Err(WsError::AlreadyClosed) => Poll::Ready(Ok(())),
            Err(error) => Poll::Ready(Err(errors::while_open(error))),
        }
    }
}
