//! A WebSocket as the source of a stream of bytes.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::neon::state::Counters;

pub(super) type Stream = WebSocketStream<TokioIo<Upgraded>>;

/// Longer messages than Postgres itself takes are not collected.
const LONGEST_MESSAGE: usize = 1 << 30;

/// How long a client may take to close its side once it has been told all there is.
const LINGER: Duration = Duration::from_secs(2);

/// The client's end, before its bytes are only copied.
pub(super) struct Socket {
    stream: Stream,
    /// What has been received and not been taken.
    buffer: BytesMut,
    counters: Arc<Counters>,
}

impl Socket {
    pub(super) async fn new(io: TokioIo<Upgraded>, counters: Arc<Counters>) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(16 * 1024)
            .write_buffer_size(0)
            .max_message_size(Some(LONGEST_MESSAGE))
            .max_frame_size(Some(LONGEST_MESSAGE));
        let stream = Stream::from_raw_socket(io, Role::Server, Some(config)).await;
        Self { stream, buffer: BytesMut::new(), counters }
    }

    /// Takes the first `length` bytes, once they are there.
    ///
    /// # Errors
    /// `UnexpectedEof` where the client is gone before, `InvalidData` where it breaks the rules.
    pub(super) async fn take(&mut self, length: usize) -> io::Result<Bytes> {
        self.peek(length).await?;
        Ok(self.buffer.split_to(length).freeze())
    }

    /// The bytes that are there, at least `length` of them.
    pub(super) async fn peek(&mut self, length: usize) -> io::Result<&[u8]> {
        while self.buffer.len() < length {
            let bytes = next(&mut self.stream, &self.counters).await?.ok_or(io::ErrorKind::UnexpectedEof)?;
            self.buffer.extend_from_slice(&bytes);
        }
        Ok(&self.buffer)
    }

    pub(super) async fn send(&mut self, bytes: Bytes) -> io::Result<()> {
        self.stream.send(Message::Binary(bytes)).await.map_err(broken)
    }

    /// Ends the connection without a close frame, as Neon's proxy does, and yet so that what was sent before arrives: a
    /// socket that is closed with bytes unread is reset, and then not every system hands over what it has received.
    pub(super) async fn hang_up(self) {
        let mut io = self.stream.into_inner();
        let linger = async {
            io.shutdown().await?;
            let mut unread = [0; 4096];
            while io.read(&mut unread).await? > 0 {}
            io::Result::Ok(())
        };
        // Whether the client waits for the end or leaves before, the socket is closed now.
        drop(timeout(LINGER, linger).await);
    }

    pub(super) fn into_parts(self) -> (Stream, BytesMut) {
        (self.stream, self.buffer)
    }
}

/// The bytes of the next binary message; none where the client has closed.
///
/// # Errors
/// `InvalidData` for a text message and for what RFC 6455 forbids.
pub(super) async fn next(
    stream: &mut (impl StreamExt<Item = Result<Message, Error>> + Unpin),
    counters: &Counters,
) -> io::Result<Option<Bytes>> {
    loop {
        match stream.next().await {
            Some(Ok(Message::Binary(bytes))) => {
                counters.messages.increment();
                return Ok(Some(bytes));
            }
            Some(Ok(Message::Text(_))) => {
                return Err(io::Error::new(io::ErrorKind::InvalidData, "a text message"));
            }
            // Pings are answered by the library.
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
            Some(Ok(Message::Close(_))) | None => return Ok(None),
            Some(Err(error)) => return Err(broken(error)),
        }
    }
}

pub(super) fn broken(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        error => io::Error::new(io::ErrorKind::InvalidData, error),
    }
}
