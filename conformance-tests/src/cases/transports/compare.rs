//! Two adapters side by side, and what must be equal between their answers.

use drivetrain_adapter_api::{Error, Query, QueryResult, Result, Rows, SharedAdapter, Value};

use crate::outcome::ensure_eq;
use crate::{Context, Outcome, Stop, Within as _};

/// The adapter of the case, and one over the second transport.
pub(super) struct Pair {
    pub(super) own: SharedAdapter,
    pub(super) peer: SharedAdapter,
}

impl Pair {
    pub(super) async fn new(cx: &Context) -> Outcome<Self> {
        Ok(Self { own: cx.adapter().await?, peer: cx.peer().await? })
    }

    /// Runs the query on both; what they answer, be it rows or an error, must be the same. Gives the answer.
    pub(super) async fn same(&self, what: &str, query: Query) -> Outcome<Result<QueryResult>> {
        let own = self.own.query(query.clone()).await;
        let peer = self.peer.query(query).await;
        same(&own, &peer).within(what)?;
        Ok(own)
    }

    /// The same, for a query that must not fail.
    pub(super) async fn same_rows(&self, what: &str, query: Query) -> Outcome<QueryResult> {
        self.same(what, query).await?.within(what)
    }
}

/// Fails unless both answers are the same in every respect.
pub(super) fn same(own: &Result<QueryResult>, peer: &Result<QueryResult>) -> Outcome {
    match (own, peer) {
        (Ok(own), Ok(peer)) => {
            ensure_eq!(peer.affected, own.affected, "affected rows");
            ensure_eq!(peer.last_insert_id, own.last_insert_id, "the last id");
            same_rows(&own.rows, &peer.rows)
        }
        (Err(own), Err(peer)) => same_error(own, peer),
        (Ok(_), Err(error)) => Err(Stop::from(error.clone()).within("only the second transport fails")),
        (Err(error), Ok(_)) => Err(Stop::from(error.clone()).within("only the first transport fails")),
    }
}

/// Columns with all that is known of them, and every cell.
fn same_rows(own: &Rows, peer: &Rows) -> Outcome {
    ensure_eq!(peer.columns(), own.columns(), "columns");
    ensure_eq!(peer.len(), own.len(), "rows");
    for row in 0..own.len() {
        for column in 0..own.columns().len() {
            let place = format!("row {row}, column {column}");
            let (own, peer) = (own.get::<Value>(row, column), peer.get::<Value>(row, column));
            match (own, peer) {
                (Ok(own), Ok(peer)) => ensure_eq!(peer, own, "{place}"),
                (Err(own), Err(peer)) => same_error(&own, &peer).within(place)?,
                (own, peer) => {
                    return Err(Stop::fail(format!("{place}: got {peer:?}, expected {own:?}")));
                }
            }
        }
    }
    Ok(())
}

/// Every field but the adapter's name.
pub(super) fn same_error(own: &Error, peer: &Error) -> Outcome {
    ensure_eq!(peer.kind(), own.kind(), "the kind");
    ensure_eq!(peer.retry(), own.retry(), "the retry class");
    ensure_eq!(peer.message(), own.message(), "the message");
    ensure_eq!(peer.sqlstate(), own.sqlstate(), "the SQLSTATE");
    ensure_eq!(peer.code(), own.code(), "the code");
    ensure_eq!(peer.schema(), own.schema(), "the schema");
    ensure_eq!(peer.table(), own.table(), "the table");
    ensure_eq!(peer.columns(), own.columns(), "the columns");
    ensure_eq!(peer.constraint(), own.constraint(), "the constraint");
    ensure_eq!(peer.data_type(), own.data_type(), "the type");
    ensure_eq!(peer.position(), own.position(), "the position");
    ensure_eq!(peer.hint(), own.hint(), "the hint");
    ensure_eq!(peer.batch_index(), own.batch_index(), "the index in a batch");
    ensure_eq!(peer.server_message(), own.server_message(), "the server's message");
    ensure_eq!(peer.server_detail(), own.server_detail(), "the server's detail");
    Ok(())
}
