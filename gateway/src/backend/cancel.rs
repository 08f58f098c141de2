//! Cancels a running statement by a CancelRequest over a connection of its own.

use std::fmt;
use std::io;

use bytes::BytesMut;
use postgres_protocol::message::frontend;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::upstream::{CONNECT_TIMEOUT, Upstream};

/// What the server hands out by BackendKeyData, and asks for in a CancelRequest.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct CancelKey {
    pub(crate) process: i32,
    pub(crate) secret: i32,
}

impl fmt::Debug for CancelKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancelKey").field("process", &self.process).finish_non_exhaustive()
    }
}

/// Cancels what runs on one connection.
#[derive(Debug, Clone)]
pub(crate) struct Canceller {
    upstream: Upstream,
    key: Option<CancelKey>,
}

impl Canceller {
    pub(crate) fn new(upstream: Upstream, key: Option<CancelKey>) -> Self {
        Self { upstream, key }
    }

    /// Asks the server to cancel, and waits until it has taken notice. Whether anything was running is not told.
    ///
    /// # Errors
    /// Where the server cannot be reached. A server that gave no key has nothing to cancel by, which is no error.
    pub(crate) async fn cancel(self) -> io::Result<()> {
        let Some(key) = self.key else {
            return Ok(());
        };
        let request = async {
            let mut stream =
                self.upstream.dial().await.map_err(|error| io::Error::other(error.to_string()))?;
            let mut bytes = BytesMut::new();
            frontend::cancel_request(key.process, key.secret, &mut bytes);
            stream.write_all(&bytes).await?;
            stream.flush().await?;
            // The server closes once it has sent the signal; a reset says the same.
            let mut rest = [0; 64];
            while matches!(stream.read(&mut rest).await, Ok(read) if read > 0) {}
            Ok(())
        };
        timeout(CONNECT_TIMEOUT, request).await.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
    }
}
