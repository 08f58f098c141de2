//! Rows in chunks, from a connection that the stream owns or borrows.

use std::sync::Arc;

use drivetrain_adapter_api::{BoxStream, Error, MaybeSend, Result, RowStream, Rows};
use drivetrain_pool::Pooled;
use futures_util::stream;

use super::Connector;
use super::clock::Clock;
use super::manager::SessionManager;
use super::slot::{Held, Slot, gone};
use crate::session::{Portal, TransactionState};

/// A stream that owns a connection of the pool.
pub(super) fn owned<C: Connector>(
    name: &'static str,
    connection: Pooled<SessionManager<C>>,
    portal: Portal,
) -> RowStream<'static> {
    let columns = portal.columns().clone();
    let chunks = stream::unfold(
        Some((connection, portal)),
        move |state: Option<(Pooled<SessionManager<C>>, Portal)>| async move {
            let (mut connection, mut portal) = state?;
            let outcome = connection.session.fetch(&mut portal).await;
            next(name, outcome, (connection, portal))
        },
    );
    RowStream::new(columns, boxed(chunks))
}

/// The transaction that a stream belongs to, and the limit of its life.
pub(super) struct Within<'a> {
    pub(super) state: &'a mut TransactionState,
    pub(super) clock: Option<&'a Clock>,
}

/// A stream on the connection of a transaction, or of a session without one.
///
/// Between chunks the connection is left in its slot, where the limit of a transaction's life can take it away.
pub(super) fn borrowed<'a, C: Connector>(
    name: &'static str,
    slot: Arc<Slot<C>>,
    held: Held<C>,
    portal: Portal,
    transaction: Option<Within<'a>>,
) -> RowStream<'a> {
    let columns = portal.columns().clone();
    let number = slot.suspend(held);
    let chunks = stream::unfold(
        Some(Borrowed { slot, number, portal, transaction, ended: false }),
        move |state: Option<Borrowed<'a, C>>| async move {
            let mut borrowed = state?;
            let outcome = borrowed.fetch().await;
            borrowed.ended = !matches!(outcome, Ok(Some(_)));
            next(name, outcome, borrowed)
        },
    );
    RowStream::new(columns, boxed(chunks))
}

struct Borrowed<'a, C: Connector> {
    slot: Arc<Slot<C>>,
    /// The stream's number in the slot.
    number: u64,
    portal: Portal,
    transaction: Option<Within<'a>>,
    ended: bool,
}

impl<C: Connector> Borrowed<'_, C> {
    async fn fetch(&mut self) -> Result<Option<Rows>> {
        let Some(mut held) = self.slot.resume(self.number).await else { return Err(self.lost()) };
        let session = held.session()?;
        let outcome = match &mut self.transaction {
            None => Some(session.fetch(&mut self.portal).await),
            Some(within) => {
                let work = within.state.fetch(session, &mut self.portal);
                match within.clock {
                    Some(clock) => clock.limit(work).await,
                    None => Some(work.await),
                }
            }
        };
        match outcome {
            Some(Ok(Some(rows))) => {
                self.slot.suspend_again(held, self.number);
                Ok(Some(rows))
            }
            Some(other) => other,
            None => Err(self.lost()),
        }
    }

    /// The error for a connection that was taken away: by the limit of the transaction's life, or by its loss.
    fn lost(&mut self) -> Error {
        let Some(within) = &mut self.transaction else { return gone() };
        within.state.end();
        within.clock.map_or_else(gone, Clock::error)
    }
}

impl<C: Connector> Drop for Borrowed<'_, C> {
    fn drop(&mut self) {
        if !self.ended {
            self.slot.end_stream(self.number);
        }
    }
}

/// A chunk and what gives the next one; nothing after an error or the end.
fn next<T>(name: &'static str, outcome: Result<Option<Rows>>, state: T) -> Option<(Result<Rows>, Option<T>)> {
    match outcome {
        Ok(Some(rows)) => Some((Ok(rows), Some(state))),
        Ok(None) => None,
        Err(error) => Some((Err(error.with_adapter(name)), None)),
    }
}

fn boxed<'a>(
    chunks: impl futures_util::Stream<Item = Result<Rows, Error>> + MaybeSend + 'a,
) -> BoxStream<'a, Result<Rows>> {
    Box::pin(chunks)
}
