//! Messages over a byte stream: writing and reading go on at the same time, so that neither side can wait for the
//! other with full buffers.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::BytesMut;
use drivetrain_adapter_api::{Error, ErrorKind, Result};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::message::{self, Message};

/// How much is asked of the stream at once.
const READ_AT_ONCE: usize = 16 << 10;
/// The largest message that a server takes: `PQ_LARGE_MESSAGE_LIMIT` in `libpq.h` of its sources.
pub(super) const LARGEST_SENT: usize = (1 << 30) - 2;

/// The error for what does not fit into a message.
pub(super) fn too_large() -> Error {
    Error::new(
        ErrorKind::RequestTooLarge,
        "the statement and its parameters are larger than the 1 GiB that Postgres takes",
    )
}

/// A byte stream with what has been read of it but not taken, and what is still to be written.
pub(crate) struct Wire<S> {
    stream: S,
    incoming: BytesMut,
    outgoing: BytesMut,
    /// Bytes were handed to the stream since it was last flushed.
    unflushed: bool,
    /// Something has been handed to the stream.
    begun: bool,
    /// Why nothing more can be written. The server may have said more than the stream does: it is read on.
    write_error: Option<io::Error>,
    /// Nothing more can be done with it.
    dead: bool,
}

impl<S> Wire<S> {
    pub(crate) fn new(stream: S) -> Self {
        Self {
            stream,
            incoming: BytesMut::new(),
            outgoing: BytesMut::new(),
            unflushed: false,
            begun: false,
            write_error: None,
            dead: false,
        }
    }

    /// Puts messages into the buffer. Nothing is sent before the next [`receive`](Self::receive) or
    /// [`flush`](Self::flush).
    ///
    /// # Errors
    /// [`InvalidValue`](ErrorKind::InvalidValue) for a zero byte where a text ends with one, and
    /// [`RequestTooLarge`](ErrorKind::RequestTooLarge). The buffer is as it was, then.
    pub(crate) fn put(&mut self, encode: impl FnOnce(&mut BytesMut) -> io::Result<()>) -> Result<()> {
        let before = self.outgoing.len();
        let outcome = encode(&mut self.outgoing);
        let size = self.outgoing.len() - before;
        let error = match outcome {
            Ok(()) if size <= LARGEST_SENT => return Ok(()),
            Err(error) if size <= LARGEST_SENT && error.to_string().contains("null") => {
                Error::new(ErrorKind::InvalidValue, "the SQL text has the character NUL, which ends it")
            }
            _ => too_large(),
        };
        self.outgoing.truncate(before);
        Err(error)
    }

    /// How much is in the buffer, for [`unput`](Self::unput).
    pub(crate) fn mark(&self) -> usize {
        self.outgoing.len()
    }

    /// Takes out of the buffer what was put since the mark. Nothing must have been sent in between.
    pub(crate) fn unput(&mut self, mark: usize) {
        self.outgoing.truncate(mark);
    }

    /// Whether something is still to be written.
    pub(crate) fn is_writing(&self) -> bool {
        !self.outgoing.is_empty() || self.unflushed
    }

    /// Whether a part of what was put has not been handed to the stream.
    pub(crate) fn has_unwritten(&self) -> bool {
        !self.outgoing.is_empty()
    }

    /// Whether anything has ever been handed to the stream.
    pub(crate) fn has_begun(&self) -> bool {
        self.begun
    }

    /// Whether nothing more can be done with it.
    pub(crate) fn is_dead(&self) -> bool {
        self.dead
    }

    /// States that nothing more can be done with it.
    pub(crate) fn kill(&mut self) {
        self.dead = true;
    }

    /// Whether something has been read that nobody has taken.
    pub(crate) fn has_unread(&self) -> bool {
        !self.incoming.is_empty()
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Wire<S> {
    /// The next message. What is in the buffer is sent meanwhile.
    ///
    /// # Errors
    /// [`ConnectionLost`](ErrorKind::ConnectionLost) and [`Protocol`](ErrorKind::Protocol); nothing more can be
    /// done with the stream then.
    pub(crate) async fn receive(&mut self) -> Result<Message> {
        poll_fn(|context| self.poll_receive(context)).await
    }

    /// See [`receive`](Self::receive).
    pub(crate) fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<Result<Message>> {
        if self.dead {
            return Poll::Ready(Err(lost("the connection is closed")));
        }
        let outcome = self.poll_receive_alive(context);
        if let Poll::Ready(Err(_)) = &outcome {
            self.dead = true;
        }
        outcome
    }

    fn poll_receive_alive(&mut self, context: &mut Context<'_>) -> Poll<Result<Message>> {
        self.pump_out(context);
        loop {
            if let Some(message) = message::take(&mut self.incoming)? {
                return Poll::Ready(Ok(message));
            }
            match self.poll_read(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Ok(0)) => {
                    let error = match self.write_error.take() {
                        Some(error) => lost("the connection broke while sending").with_source(error),
                        None => lost("the server closed the connection"),
                    };
                    return Poll::Ready(Err(error));
                }
                Poll::Ready(Ok(_)) => {}
                Poll::Ready(Err(error)) => {
                    return Poll::Ready(Err(
                        lost(format!("the connection broke: {}", error.kind())).with_source(error)
                    ));
                }
            }
        }
    }

    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        // Grown as bytes arrive, never by what a length announces.
        let start = self.incoming.len();
        let chunk = start.clamp(READ_AT_ONCE, 16 * READ_AT_ONCE);
        self.incoming.reserve(chunk);
        self.incoming.resize(start + chunk, 0);
        let mut buffer = ReadBuf::new(&mut self.incoming[start..]);
        let outcome = Pin::new(&mut self.stream).poll_read(context, &mut buffer);
        let read = buffer.filled().len();
        self.incoming.truncate(start + read);
        outcome.map_ok(|()| read)
    }

    /// Looks whether the other side has closed the stream, without sending anything. What it said is kept.
    pub(crate) fn is_open(&mut self, context: &mut Context<'_>) -> bool {
        if !self.dead {
            self.dead =
                matches!(self.poll_read(context), Poll::Ready(Ok(0) | Err(_))) && self.incoming.is_empty();
        }
        !self.dead
    }

    /// Writes what can be written now. Whether all of it was is told by [`is_writing`](Self::is_writing).
    fn pump_out(&mut self, context: &mut Context<'_>) {
        while self.write_error.is_none() && !self.outgoing.is_empty() {
            match Pin::new(&mut self.stream).poll_write(context, &self.outgoing) {
                Poll::Pending => return,
                Poll::Ready(Ok(0)) => self.write_error = Some(io::ErrorKind::WriteZero.into()),
                Poll::Ready(Ok(written)) => {
                    bytes::Buf::advance(&mut self.outgoing, written);
                    self.unflushed = true;
                    self.begun = true;
                }
                Poll::Ready(Err(error)) => self.write_error = Some(error),
            }
        }
        if self.write_error.is_none() && self.unflushed {
            match Pin::new(&mut self.stream).poll_flush(context) {
                Poll::Pending => return,
                Poll::Ready(Ok(())) => self.unflushed = false,
                Poll::Ready(Err(error)) => self.write_error = Some(error),
            }
        }
        if self.write_error.is_some() {
            self.outgoing.clear();
            self.unflushed = false;
        }
        if self.outgoing.is_empty() && self.outgoing.capacity() > 16 * READ_AT_ONCE {
            // A large request should not be kept in memory for the life of the connection.
            self.outgoing = BytesMut::new();
        }
    }

    /// Sends all that is in the buffer, reading nothing.
    ///
    /// # Errors
    /// [`ConnectionLost`](ErrorKind::ConnectionLost).
    pub(crate) async fn flush(&mut self) -> Result<()> {
        poll_fn(|context| {
            self.pump_out(context);
            match self.write_error.take() {
                Some(error) => {
                    self.dead = true;
                    Poll::Ready(Err(lost("the connection broke while sending").with_source(error)))
                }
                None if self.is_writing() => Poll::Pending,
                None => Poll::Ready(Ok(())),
            }
        })
        .await
    }

    /// Ends the stream.
    pub(crate) async fn shutdown(&mut self) {
        self.dead = true;
        // It is over either way; a peer that is gone already is no failure.
        let _ = poll_fn(|context| Pin::new(&mut self.stream).poll_shutdown(context)).await;
    }
}

/// The error for a connection that broke. Whether to try again is for the caller to say, who knows what was sent.
pub(crate) fn lost(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::ConnectionLost, message)
}

impl<S> std::fmt::Debug for Wire<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wire")
            .field("unread", &self.incoming.len())
            .field("unwritten", &self.outgoing.len())
            .field("dead", &self.dead)
            .finish_non_exhaustive()
    }
}
