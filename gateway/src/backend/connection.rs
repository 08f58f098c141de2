//! A connection that is logged in: messages out, messages in.

use std::fmt;
use std::io;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::cancel::{CancelKey, Canceller};
use super::stream::Stream;
use super::upstream::Upstream;

/// The type byte and the four bytes of the length.
const HEADER: usize = 5;

/// The longest message that is believed: Postgres sends none above 1 GiB, and a longer one is no Postgres.
const LONGEST: usize = 1 << 30;

/// A message of the server: its type byte, and what follows the length.
#[derive(Clone)]
pub(crate) struct Message {
    pub(crate) tag: u8,
    pub(crate) body: Bytes,
}

impl fmt::Debug for Message {
    /// Without the body, which can hold rows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Message")
            .field("tag", &char::from(self.tag))
            .field("bytes", &self.body.len())
            .finish()
    }
}

/// A connection to the database, after its first ReadyForQuery.
pub(crate) struct Connection {
    pub(super) stream: Stream,
    pub(super) buffer: BytesMut,
    /// What the server reported by ParameterStatus, in its order.
    pub(super) parameters: Vec<(String, String)>,
    /// The notices that came while logging in.
    pub(super) notices: Vec<Message>,
    pub(super) key: Option<CancelKey>,
    pub(super) upstream: Upstream,
}

impl Connection {
    pub(super) fn new(stream: Stream, upstream: Upstream) -> Self {
        Self {
            stream,
            buffer: BytesMut::new(),
            parameters: Vec::new(),
            notices: Vec::new(),
            key: None,
            upstream,
        }
    }

    /// Sends bytes that are whole messages.
    pub(crate) async fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.write_all(bytes).await?;
        self.stream.flush().await
    }

    /// The next message, whichever it is. Can be dropped while it waits: nothing is lost.
    ///
    /// # Errors
    /// `UnexpectedEof` where the server closed the connection, `InvalidData` where it does not speak the protocol.
    pub(crate) async fn receive(&mut self) -> io::Result<Message> {
        loop {
            if let Some(message) = next_message(&mut self.buffer)? {
                return Ok(message);
            }
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    "the database closed the connection",
                ));
            }
        }
    }

    /// What the server reported by ParameterStatus while logging in.
    pub(crate) fn parameters(&self) -> &[(String, String)] {
        &self.parameters
    }

    /// The notices that came while logging in.
    pub(crate) fn notices(&self) -> &[Message] {
        &self.notices
    }

    /// Cancels what runs on this connection, from another one.
    pub(crate) fn canceller(&self) -> Canceller {
        Canceller::new(self.upstream.clone(), self.key)
    }

    /// The stream, and the bytes that were read from it and not yet taken.
    pub(crate) fn into_parts(self) -> (Stream, BytesMut) {
        (self.stream, self.buffer)
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").field("upstream", &self.upstream).finish_non_exhaustive()
    }
}

/// Takes one message off the front, if it is there as a whole.
fn next_message(buffer: &mut BytesMut) -> io::Result<Option<Message>> {
    let Some((header, _)) = buffer.split_first_chunk::<HEADER>() else {
        return Ok(None);
    };
    let [tag, length @ ..] = *header;
    let length = u32::from_be_bytes(length) as usize;
    if !(4..=LONGEST).contains(&length) {
        return Err(io::Error::new(
            io::ErrorKind::InvalidData,
            format!("the database sent a message of {length} bytes, which is not the Postgres protocol"),
        ));
    }
    let whole = 1 + length;
    if buffer.len() < whole {
        buffer.reserve(whole - buffer.len());
        return Ok(None);
    }
    let mut body = buffer.split_to(whole).freeze();
    body.advance(HEADER);
    Ok(Some(Message { tag, body }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_taken_one_by_one() {
        let mut buffer = BytesMut::from(&b"Z\0\0\0\x05IC\0\0\0\x0aSELEC"[..]);
        let ready = next_message(&mut buffer).unwrap().unwrap();
        assert_eq!((ready.tag, &ready.body[..]), (b'Z', &b"I"[..]));
        assert!(next_message(&mut buffer).unwrap().is_none());
        buffer.extend_from_slice(b"T");
        let complete = next_message(&mut buffer).unwrap().unwrap();
        assert_eq!((complete.tag, &complete.body[..]), (b'C', &b"SELECT"[..]));
        assert!(next_message(&mut buffer).unwrap().is_none());
    }

    #[test]
    fn impossible_lengths_are_errors() {
        for length in [0_u32, 3, u32::MAX] {
            let mut buffer = BytesMut::from(&b"Z"[..]);
            buffer.extend_from_slice(&length.to_be_bytes());
            assert_eq!(next_message(&mut buffer).unwrap_err().kind(), io::ErrorKind::InvalidData);
        }
    }
}
