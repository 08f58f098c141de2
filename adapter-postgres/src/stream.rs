//! Rows in chunks, from a connection that the stream owns or borrows.

use drivetrain_adapter_api::{BoxStream, Error, Result, RowStream, Rows};
use drivetrain_pool::Pooled;
use drivetrain_postgres_core::session::{Portal, TransactionState};
use futures_util::stream;

use crate::adapter::named;
use crate::manager::PgManager;
use crate::slot::Held;

/// A stream that owns a connection of the pool.
pub(crate) fn owned(connection: Pooled<PgManager>, portal: Portal) -> RowStream<'static> {
    let columns = portal.columns().clone();
    let chunks = stream::unfold(Some((connection, portal)), async |state| {
        let (mut connection, mut portal) = state?;
        let outcome = connection.session.fetch(&mut portal).await;
        next(outcome, (connection, portal))
    });
    RowStream::new(columns, boxed(chunks))
}

/// A stream on the connection of a transaction, or of a session without one.
pub(crate) fn borrowed<'a>(
    held: Held,
    portal: Portal,
    transaction: Option<&'a mut TransactionState>,
) -> RowStream<'a> {
    let columns = portal.columns().clone();
    let chunks = stream::unfold(Some((held, portal, transaction)), async |state| {
        let (mut held, mut portal, mut transaction) = state?;
        let outcome = match (held.session(), &mut transaction) {
            (Err(error), _) => Err(error),
            (Ok(session), Some(transaction)) => transaction.fetch(session, &mut portal).await,
            (Ok(session), None) => session.fetch(&mut portal).await,
        };
        next(outcome, (held, portal, transaction))
    });
    RowStream::new(columns, boxed(chunks))
}

/// A chunk and what gives the next one; nothing after an error or the end.
fn next<T>(outcome: Result<Option<Rows>>, state: T) -> Option<(Result<Rows>, Option<T>)> {
    match outcome {
        Ok(Some(rows)) => Some((Ok(rows), Some(state))),
        Ok(None) => None,
        Err(error) => Some((Err(named(error)), None)),
    }
}

fn boxed<'a>(
    chunks: impl futures_util::Stream<Item = Result<Rows, Error>> + Send + 'a,
) -> BoxStream<'a, Result<Rows>> {
    Box::pin(chunks)
}
