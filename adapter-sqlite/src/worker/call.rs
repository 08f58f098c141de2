//! The future of a call that a thread answers.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use drivetrain_adapter_api::{Error, ErrorKind, Result};
use futures_channel::oneshot;

use super::watch::Ticket;

/// Where the answer of a call goes.
#[derive(Debug)]
pub(crate) struct Reply<T>(oneshot::Sender<Result<T>>);

impl<T> Reply<T> {
    /// Answers. `false` if nobody waits for it any more.
    pub(crate) fn send(self, answer: Result<T>) -> bool {
        self.0.send(answer).is_ok()
    }
}

/// A call on its way. Dropping it cancels it.
#[derive(Debug)]
pub(crate) struct Call<T> {
    answer: oneshot::Receiver<Result<T>>,
    ticket: Option<Arc<Ticket>>,
}

impl<T> Call<T> {
    /// A call that is cancelled through `ticket`; without one it runs to its end whatever happens.
    pub(crate) fn new(ticket: Option<Arc<Ticket>>) -> (Reply<T>, Self) {
        let (sender, answer) = oneshot::channel();
        (Reply(sender), Self { answer, ticket })
    }
}

impl<T> Call<T> {
    /// From here on dropping it cancels nothing.
    pub(crate) fn keep_running(&mut self) {
        self.ticket = None;
    }
}

impl<T> Future for Call<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        Pin::new(&mut self.answer).poll(context).map(|answer| answer.unwrap_or_else(|_| Err(lost())))
    }
}

impl<T> Drop for Call<T> {
    fn drop(&mut self) {
        if let Some(ticket) = &self.ticket {
            ticket.cancel();
        }
    }
}

/// The thread ended without an answer. It does so for calls that come after the end of what they belong to.
pub(crate) fn lost() -> Error {
    Error::new(ErrorKind::ConnectionLost, "the thread of the SQLite connection ended without an answer")
}

/// Whether an error is the one of a thread that ended without an answer.
pub(crate) fn is_lost(error: &Error) -> bool {
    error.kind() == ErrorKind::ConnectionLost
}
