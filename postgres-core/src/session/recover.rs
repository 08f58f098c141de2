//! After a call that was dropped: what it sent goes on at the server, and its answers are read and thrown away.

use std::task::{Context, Poll, Waker};

use drivetrain_adapter_api::Result;
use postgres_protocol::message::frontend;
use tokio::io::{AsyncRead, AsyncWrite};

use super::message::Message;
use super::receive::Reply;
use super::{Session, wire};
use crate::error::InFlight;

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Reads all answers that are still to come, so that the session can be used again. What they say is lost, but
    /// for the transaction status. To have them come soon, cancel the statement on another connection first.
    ///
    /// # Errors
    /// [`ConnectionLost`](drivetrain_adapter_api::ErrorKind::ConnectionLost) if a request had been sent in part:
    /// what it would do is better not done. And what the connection meets.
    pub async fn recover(&mut self) -> Result<()> {
        if self.wire.is_dead() {
            return Err(wire::lost("the connection is closed"));
        }
        if !self.is_in_flight() {
            return Ok(());
        }
        self.check_whole()?;
        let extended = self.unsynced || !self.simple;
        if self.unsynced {
            self.put_sync()?;
        }
        while self.awaited > 0 {
            match self.receive().await? {
                Reply::Message(Message::Ready(status)) => self.is_ready(status)?,
                Reply::Message(Message::CopyIn) => self.wire.put(|out| {
                    frontend::copy_fail("the statement was cancelled", out)?;
                    if extended {
                        // The server passes over the one that was sent before.
                        frontend::sync(out);
                    }
                    Ok(())
                })?,
                Reply::Message(Message::CommandComplete(tag)) => self.note(&tag),
                Reply::Error(_) | Reply::Message(_) => {}
            }
        }
        if self.wire.is_writing() {
            self.wire.flush().await?;
        }
        self.closing.append(&mut self.unconfirmed);
        self.finishing = false;
        self.suspended = false;
        Ok(())
    }

    /// What was dropped when it had been sent in part is better not done.
    pub(super) fn check_whole(&mut self) -> Result<()> {
        if self.wire.has_unwritten() {
            self.wire.kill();
            return Err(wire::lost("a request was dropped when it had been sent in part"));
        }
        Ok(())
    }

    /// Looks whether an idle connection is still open, without waiting: takes in what has arrived meanwhile
    /// (notices, notifications, the end). `false` if it is of no more use.
    pub fn is_alive(&mut self) -> bool {
        if self.check_ready().is_err() {
            return false;
        }
        self.under_way = InFlight::Nothing;
        let mut context = Context::from_waker(Waker::noop());
        if self.starting.is_some() {
            // A start that waits for its first call must not be sent without it.
            return self.wire.is_open(&mut context);
        }
        loop {
            match self.wire.poll_receive(&mut context) {
                Poll::Pending => return !self.wire.has_unread(),
                Poll::Ready(Err(_)) => return false,
                Poll::Ready(Ok(message)) => match self.sort(message) {
                    Ok(None) => {}
                    // An answer that nobody asked for.
                    Ok(Some(_)) | Err(_) => {
                        self.wire.kill();
                        return false;
                    }
                },
            }
        }
    }

    /// Says goodbye and closes the connection.
    pub async fn terminate(&mut self) {
        if self.is_unsent() {
            // Nobody is there to say goodbye to.
            self.wire.unput(0);
        } else if !self.wire.is_dead()
            && self
                .wire
                .put(|out| {
                    frontend::terminate(out);
                    Ok(())
                })
                .is_ok()
        {
            // The connection is closed in any case: a server that does not listen any more is told nothing.
            let _ = self.wire.flush().await;
        }
        self.wire.shutdown().await;
    }
}
