//! A byte stream over a WebSocket: where one message ends and the next begins means nothing, so what is written up to a
//! flush leaves as one message.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use drivetrain_adapter_api::websocket::WebSocket;
use drivetrain_adapter_api::{Error, ErrorKind};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How much is kept for one message. What is longer leaves as several.
const LARGEST: usize = 256 << 10;

/// The bytes that go through a WebSocket.
pub(crate) struct SocketStream {
    socket: Box<dyn WebSocket>,
    /// What has arrived and was not read yet.
    incoming: Bytes,
    /// What was written since the last message.
    outgoing: BytesMut,
}

impl SocketStream {
    pub(crate) fn new(socket: Box<dyn WebSocket>) -> Self {
        Self { socket, incoming: Bytes::new(), outgoing: BytesMut::new() }
    }

    /// Hands what was written to the socket, as one message.
    fn poll_send(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.outgoing.is_empty() {
            ready!(self.socket.poll_ready(context)).map_err(to_io)?;
            let message = std::mem::take(&mut self.outgoing).freeze();
            self.socket.start_send(message).map_err(to_io)?;
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for SocketStream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        while this.incoming.is_empty() {
            match ready!(this.socket.poll_receive(context)) {
                Some(message) => this.incoming = message.map_err(to_io)?,
                None => return Poll::Ready(Ok(())),
            }
        }
        let length = this.incoming.len().min(buffer.remaining());
        buffer.put_slice(&this.incoming[..length]);
        this.incoming.advance(length);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for SocketStream {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        if this.outgoing.len() >= LARGEST {
            ready!(this.poll_send(context))?;
        }
        let length = bytes.len().min(LARGEST - this.outgoing.len());
        this.outgoing.extend_from_slice(&bytes[..length]);
        Poll::Ready(Ok(length))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_send(context))?;
        this.socket.poll_flush(context).map_err(to_io)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_send(context))?;
        this.socket.poll_close(context).map_err(to_io)
    }
}

impl fmt::Debug for SocketStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SocketStream")
            .field("socket", &self.socket)
            .field("unread", &self.incoming.len())
            .field("unsent", &self.outgoing.len())
            .finish()
    }
}

fn to_io(error: Error) -> io::Error {
    let kind = match error.kind() {
        ErrorKind::ConnectionLost => io::ErrorKind::ConnectionReset,
        _ => io::ErrorKind::InvalidData,
    };
    io::Error::new(kind, error)
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::sync::{Arc, Mutex};
    use std::task::Waker;

    use drivetrain_adapter_api::Result;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    /// A socket that gives out what it was made with, and keeps what it is sent.
    #[derive(Debug, Default)]
    struct Fake {
        incoming: VecDeque<Result<Bytes>>,
        sent: Arc<Mutex<Vec<Bytes>>>,
        /// How often it is not ready yet.
        busy: usize,
        closed: Arc<Mutex<bool>>,
    }

    impl WebSocket for Fake {
        fn poll_receive(&mut self, _: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
            Poll::Ready(self.incoming.pop_front())
        }

        fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
            if self.busy == 0 {
                return Poll::Ready(Ok(()));
            }
            self.busy -= 1;
            context.waker().wake_by_ref();
            Poll::Pending
        }

        fn start_send(&mut self, message: Bytes) -> Result<()> {
            self.sent.lock().unwrap().push(message);
            Ok(())
        }

        fn poll_flush(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_close(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
            *self.closed.lock().unwrap() = true;
            Poll::Ready(Ok(()))
        }
    }

    #[tokio::test]
    async fn what_is_written_up_to_a_flush_is_one_message() {
        let fake = Fake { busy: 2, ..Fake::default() };
        let (sent, closed) = (Arc::clone(&fake.sent), Arc::clone(&fake.closed));
        let mut stream = SocketStream::new(Box::new(fake));
        stream.write_all(b"ab").await.unwrap();
        stream.write_all(b"c").await.unwrap();
        assert!(sent.lock().unwrap().is_empty());
        stream.flush().await.unwrap();
        stream.flush().await.unwrap();
        stream.write_all(b"d").await.unwrap();
        stream.shutdown().await.unwrap();
        assert_eq!(*sent.lock().unwrap(), [&b"abc"[..], b"d"]);
        assert!(*closed.lock().unwrap());
    }

    #[tokio::test]
    async fn what_is_kept_for_a_message_is_bounded() {
        let fake = Fake { busy: 1, ..Fake::default() };
        let sent = Arc::clone(&fake.sent);
        let mut stream = SocketStream::new(Box::new(fake));
        let bytes: Vec<u8> = (0..2 * LARGEST + 5).map(|at| at as u8).collect();
        stream.write_all(&bytes).await.unwrap();
        assert_eq!(sent.lock().unwrap().len(), 2);
        stream.flush().await.unwrap();
        let sent = sent.lock().unwrap();
        assert!(sent.iter().all(|message| message.len() <= LARGEST));
        assert_eq!(sent.concat(), bytes);
    }

    #[tokio::test]
    async fn messages_are_read_as_bytes_up_to_the_end() {
        let incoming = [&b"abc"[..], b"", b"defg"].map(|message| Ok(Bytes::from_static(message))).into();
        let mut stream = SocketStream::new(Box::new(Fake { incoming, ..Fake::default() }));
        let mut two = [0; 2];
        stream.read_exact(&mut two).await.unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.unwrap();
        assert_eq!((&two[..], &rest[..]), (&b"ab"[..], &b"cdefg"[..]));
    }

    #[test]
    fn what_came_before_an_error_is_read_first() {
        let lost = Error::new(ErrorKind::ConnectionLost, "gone");
        let incoming = VecDeque::from([Ok(Bytes::from_static(b"x")), Err(lost)]);
        let mut stream = SocketStream::new(Box::new(Fake { incoming, ..Fake::default() }));
        let mut context = Context::from_waker(Waker::noop());
        let mut space = [0; 4];
        let mut buffer = ReadBuf::new(&mut space);
        assert!(matches!(Pin::new(&mut stream).poll_read(&mut context, &mut buffer), Poll::Ready(Ok(()))));
        assert_eq!(buffer.filled(), b"x");
        let Poll::Ready(Err(error)) = Pin::new(&mut stream).poll_read(&mut context, &mut buffer) else {
            panic!("an error is due");
        };
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    }
}
