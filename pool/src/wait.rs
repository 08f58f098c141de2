//! The futures that wait for the books to change: for a connection, or for the end of the pool.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::Manager;
use crate::error::PoolError;
use crate::shared::Shared;
use crate::state::{Handed, State, Ticket};

/// Waits for a connection, in the place of its ticket. What reaches it after it was dropped goes to the next one.
pub(crate) struct Wait<'a, M: Manager> {
    shared: &'a Arc<Shared<M>>,
    ticket: Ticket,
    queued: bool,
}

impl<'a, M: Manager> Wait<'a, M> {
    pub(crate) fn new(shared: &'a Arc<Shared<M>>, ticket: Ticket) -> Self {
        Self { shared, ticket, queued: false }
    }
}

impl<M: Manager> Future for Wait<'_, M> {
    type Output = Result<Handed<M::Connection>, PoolError<M::Error>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let (shared, ticket, queued) = (self.shared, self.ticket, self.queued);
        let outcome = shared.change(|state, now, effects| {
            if queued {
                if let Some(delivery) = state.pick_up(ticket) {
                    return Poll::Ready(delivery);
                }
            } else if state.is_closed() {
                return Poll::Ready(Err(PoolError::Closed));
            } else if let Some(handed) = state.take(&shared.config, now, effects) {
                return Poll::Ready(Ok(handed));
            }
            state.wait(ticket, context.waker().clone(), effects);
            state.settle(&shared.config, now, effects);
            state.pick_up(ticket).map_or(Poll::Pending, Poll::Ready)
        });
        self.queued = outcome.is_pending();
        outcome
    }
}

impl<M: Manager> Drop for Wait<'_, M> {
    fn drop(&mut self) {
        if self.queued {
            self.shared.change(|state, _, effects| state.stop_waiting(self.ticket, effects));
        }
    }
}

/// Waits until something is so that can only come about by closing the pool.
pub(crate) struct Until<'a, M: Manager, F> {
    shared: &'a Arc<Shared<M>>,
    is_so: F,
    ticket: Option<Ticket>,
}

impl<'a, M: Manager, F: Fn(&State<M>) -> bool> Until<'a, M, F> {
    pub(crate) fn new(shared: &'a Arc<Shared<M>>, is_so: F) -> Self {
        Self { shared, is_so, ticket: None }
    }
}

/// Waits until the pool is closed.
pub(crate) fn closed<M: Manager>(shared: &Arc<Shared<M>>) -> Until<'_, M, impl Fn(&State<M>) -> bool> {
    Until::new(shared, State::is_closed)
}

impl<M: Manager, F: Fn(&State<M>) -> bool + Unpin> Future for Until<'_, M, F> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let this = &mut *self;
        // Only the listening itself is put down: settling would wake the listener it has just put down.
        this.shared.note(|state, effects| {
            if (this.is_so)(state) {
                return Poll::Ready(());
            }
            let ticket = *this.ticket.get_or_insert_with(|| state.ticket());
            state.listen(ticket, context.waker().clone(), effects);
            Poll::Pending
        })
    }
}

impl<M: Manager, F> Drop for Until<'_, M, F> {
    fn drop(&mut self) {
        if let Some(ticket) = self.ticket {
            self.shared.note(|state, effects| state.stop_listening(ticket, effects));
        }
    }
}
