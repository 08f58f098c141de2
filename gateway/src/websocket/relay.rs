//! Copies bytes between a client and the database, each way no faster than the other end takes them.

use std::future::pending;
use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::Sessions;
use super::socket::{self, Socket};
use crate::backend::{Canceller, Connection, Stream};

/// How much is read from the database for one message.
const CHUNK: usize = 64 * 1024;

/// How long the client may take to answer a close frame.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// How often a statement is cancelled whose client is gone, and how long each time is waited for its end.
const CANCEL_ATTEMPTS: usize = 20;
const CANCEL_INTERVAL: Duration = Duration::from_millis(250);

/// ReadyForQuery outside of a transaction. Where the bytes from the database end like this nothing runs, but for a value
/// that happens to end so; that is good enough to choose who may stay a little when the gateway closes.
const READY: &[u8] = b"Z\0\0\0\x05I";

/// The database's end.
pub(super) struct Backend {
    stream: Stream,
    /// What has been read from it already.
    buffer: BytesMut,
    /// Cancels what runs; none where the client itself logs in, and the key is the client's secret.
    canceller: Option<Canceller>,
}

impl Backend {
    pub(super) fn logged_in(connection: Connection) -> Self {
        let canceller = connection.canceller();
        let (stream, buffer) = connection.into_parts();
        Self { stream, buffer, canceller: Some(canceller) }
    }

    pub(super) fn raw(stream: Stream) -> Self {
        Self { stream, buffer: BytesMut::new(), canceller: None }
    }
}

/// Copies until one end closes, and then closes the other; `greeting` is what the client gets first.
pub(super) async fn relay(socket: Socket, backend: Backend, greeting: Bytes, sessions: &Sessions) {
    let (client, unread) = socket.into_parts();
    let (mut to_client, mut from_client) = client.split();
    let (mut from_database, mut to_database) = tokio::io::split(backend.stream);
    let mut messages = Messages::default();
    let (busy, mut idle) = watch::channel(false);

    let ended = {
        let upwards = async {
            let mut bytes = unread.freeze();
            loop {
                messages.pass(&bytes);
                if !bytes.is_empty() {
                    busy.send_replace(true);
                }
                if send(&mut to_database, &bytes).await.is_err() {
                    // The database has closed. What it said before that is on its way down.
                    pending::<()>().await;
                }
                match socket::next(&mut from_client, &sessions.counters).await {
                    Ok(Some(next)) => bytes = next,
                    // A client that breaks the rules is dropped, as one that is gone.
                    Ok(None) | Err(_) => break,
                }
            }
        };
        let downwards = async {
            let mut buffer = BytesMut::from(greeting);
            buffer.unsplit(backend.buffer);
            let mut listening = true;
            loop {
                if buffer.ends_with(READY) {
                    busy.send_replace(false);
                }
                if listening && !buffer.is_empty() {
                    // That the client is gone is found out by the other direction, after what it still said.
                    listening = to_client.send(Message::Binary(buffer.split().freeze())).await.is_ok();
                }
                buffer.clear();
                buffer.reserve(CHUNK);
                match from_database.read_buf(&mut buffer).await {
                    Ok(read) if read > 0 => {}
                    Ok(_) | Err(_) => break,
                }
            }
        };
        let leaving = async {
            sessions.closing.cancelled().await;
            tokio::select! {
                // The sender is alive.
                _ = idle.wait_for(|busy| !busy) => {}
                () = sessions.ending.cancelled() => {}
            }
        };
        tokio::select! {
            () = downwards => Ended::Database,
            () = upwards => Ended::Client,
            () = leaving => Ended::Gateway,
        }
    };
    let code = match ended {
        Ended::Client => None,
        Ended::Database => Some(CloseCode::Normal),
        Ended::Gateway => Some(CloseCode::Away),
    };
    if let Some(code) = code {
        let frame = CloseFrame { code, reason: "".into() };
        let close = async {
            if to_client.send(Message::Close(Some(frame))).await.is_ok() {
                while let Ok(Some(_)) = socket::next(&mut from_client, &sessions.counters).await {}
            }
        };
        // A client that does not answer in time is cut off.
        drop(timeout(CLOSE_TIMEOUT, close).await);
    }
    if !matches!(ended, Ended::Database) {
        drop((to_client, from_client));
        // The database sees the end of the session, be it now or once the statement is done or cancelled.
        drop(to_database.shutdown().await);
        match backend.canceller {
            Some(canceller) if !messages.terminated => cancel(&canceller, &mut from_database).await,
            // What was sent before the Terminate is carried out, as over TCP.
            Some(_) => drop(drain(&mut from_database).await),
            None => {}
        }
    }
}

/// Who ended the session.
enum Ended {
    Client,
    Database,
    Gateway,
}

async fn send(to: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> io::Result<()> {
    to.write_all(bytes).await?;
    to.flush().await
}

/// Reads until the other end closes.
async fn drain(from: &mut (impl AsyncRead + Unpin)) -> io::Result<()> {
    tokio::io::copy(from, &mut tokio::io::sink()).await.map(drop)
}

/// Cancels until the session has ended: one request ends one statement, and more may have been sent ahead.
async fn cancel(canceller: &Canceller, from_database: &mut (impl AsyncRead + Unpin)) {
    for _ in 0..CANCEL_ATTEMPTS {
        if let Ok(_closed) = timeout(Duration::ZERO, drain(from_database)).await {
            return;
        }
        if canceller.clone().cancel().await.is_err() {
            return;
        }
        if let Ok(_closed) = timeout(CANCEL_INTERVAL, drain(from_database)).await {
            return;
        }
    }
}

/// Follows the messages of a client, without their contents, to see a Terminate.
#[derive(Default)]
struct Messages {
    header: BytesMut,
    /// How much of the message at hand is still to come.
    rest: usize,
    terminated: bool,
}

impl Messages {
    fn pass(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let skipped = self.rest.min(bytes.len());
            self.rest -= skipped;
            bytes = &bytes[skipped..];
            let taken = (5 - self.header.len()).min(bytes.len());
            if self.rest > 0 || taken == 0 {
                continue;
            }
            self.header.extend_from_slice(&bytes[..taken]);
            bytes = &bytes[taken..];
            if let Some(&[tag, length @ ..]) = self.header.first_chunk::<5>() {
                self.terminated |= tag == b'X';
                self.rest = (u32::from_be_bytes(length) as usize).saturating_sub(4);
                self.header.clear();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminate_is_seen_however_the_bytes_are_cut() {
        let bytes = b"Q\0\0\0\x08XXX\0S\0\0\0\x04X\0\0\0\x04";
        for size in 1..=bytes.len() {
            let mut messages = Messages::default();
            for (at, part) in bytes.chunks(size).enumerate() {
                assert!(!messages.terminated, "{size} {at}");
                messages.pass(part);
            }
            assert!(messages.terminated, "{size}");
        }
    }
}
