//! Hands the server's answer to the upgrade over in one piece.
//!
//! Tungstenite takes an answer that comes in many small packets for an attack, and some networks deliver in such.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The longest head that is waited for; tungstenite takes no longer one either.
const LONGEST: usize = 64 << 10;

/// A stream whose first bytes, up to an empty line, are given out together; then it is what it stands around.
#[derive(Debug)]
pub(super) struct WholeHead<S> {
    inner: S,
    head: Vec<u8>,
    whole: bool,
}

impl<S> WholeHead<S> {
    pub(super) fn new(inner: S) -> Self {
        Self { inner, head: Vec::new(), whole: false }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for WholeHead<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        while !self.whole {
            let mut piece = [0; 4096];
            let mut piece = ReadBuf::new(&mut piece);
            ready!(Pin::new(&mut self.inner).poll_read(context, &mut piece))?;
            let piece = piece.filled();
            // The empty line may begin in what came before.
            let from = self.head.len().saturating_sub(3);
            self.head.extend_from_slice(piece);
            let ended = self.head[from..].windows(4).any(|four| four == b"\r\n\r\n");
            self.whole = ended || piece.is_empty() || self.head.len() >= LONGEST;
        }
        if self.head.is_empty() {
            return Pin::new(&mut self.inner).poll_read(context, buffer);
        }
        let length = self.head.len().min(buffer.remaining());
        buffer.put_slice(&self.head[..length]);
        self.head.drain(..length);
        if self.head.is_empty() {
            self.head = Vec::new();
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for WholeHead<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
