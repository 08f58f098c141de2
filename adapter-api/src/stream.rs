//! Rows that arrive in chunks, with backpressure.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_core::Stream;

use crate::{BoxStream, Column, Result, Rows};

/// How a result is streamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct StreamOptions {
    /// How many rows a chunk has at most.
    pub chunk_rows: usize,
    /// How many bytes of cells a chunk has at most, unless a single row has more.
    pub chunk_bytes: usize,
}

impl Default for StreamOptions {
    /// Chunks of at most 1000 rows and 1 MiB.
    fn default() -> Self {
        Self { chunk_rows: 1000, chunk_bytes: 1 << 20 }
    }
}

/// The chunks of a result. No chunk is fetched before it is asked for, but for one that may be on its way.
///
/// After an error the stream ends, and an ended stream goes on saying so. Dropping it stops the statement.
pub struct RowStream<'a> {
    columns: Arc<[Column]>,
    chunks: BoxStream<'a, Result<Rows>>,
    ended: bool,
}

impl<'a> RowStream<'a> {
    /// A stream of chunks that have those columns.
    pub fn new(columns: Arc<[Column]>, chunks: BoxStream<'a, Result<Rows>>) -> Self {
        Self { columns, chunks, ended: false }
    }

    /// The columns, known before the first row.
    pub fn columns(&self) -> &Arc<[Column]> {
        &self.columns
    }
}

impl Stream for RowStream<'_> {
    type Item = Result<Rows>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let polled = self.chunks.as_mut().poll_next(context);
        self.ended = matches!(polled, Poll::Ready(None | Some(Err(_))));
        polled
    }
}

impl fmt::Debug for RowStream<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowStream").field("columns", &self.columns.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;
    use crate::Error;

    #[test]
    fn an_ended_stream_is_not_asked_again() {
        // The boxed stream panics if it is polled after its end.
        let mut left = vec![Err(Error::misuse("the end")), Ok(Rows::empty())];
        let chunks = Box::pin(Chunks(move || left.pop()));
        let mut stream = RowStream::new([].into(), chunks);
        let mut context = Context::from_waker(Waker::noop());
        let mut next = || Pin::new(&mut stream).poll_next(&mut context);
        assert!(matches!(next(), Poll::Ready(Some(Ok(_)))));
        assert!(matches!(next(), Poll::Ready(Some(Err(_)))));
        assert!(matches!(next(), Poll::Ready(None)));
        assert!(matches!(next(), Poll::Ready(None)));
    }

    struct Chunks<F>(F);

    impl<F: FnMut() -> Option<Result<Rows>> + Unpin> Stream for Chunks<F> {
        type Item = Result<Rows>;

        fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
            Poll::Ready(Some((self.0)().expect("polled after its end")))
        }
    }
}
