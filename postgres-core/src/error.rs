//! Errors of the server: their fields, and what they are in the words of every adapter.
//!
//! The SQLSTATEs are those of the appendix "PostgreSQL Error Codes".

mod fields;
mod key;
mod kind;
mod message;
mod retry;
#[cfg(test)]
mod tests;

pub use fields::ErrorFields;

use drivetrain_adapter_api::{Error, ErrorKind, SqlState};

/// What was under way on the connection when the server reported an error. It decides whether trying again is safe
/// where the error ends the connection or the transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum InFlight {
    /// The handshake: no statement has been sent.
    Connect,
    /// Nothing: the connection was idle.
    Nothing,
    /// A statement that only reads, outside of a transaction.
    Read,
    /// A statement that may write, outside of a transaction.
    Write,
    /// A statement in a transaction, which is lost with the connection.
    Transaction,
    /// COMMIT.
    Commit,
}

/// The error in the words of every adapter.
///
/// The kind follows from the SQLSTATE; one that is not known is kept, with the kind [`Database`](ErrorKind::Database).
/// The message is the server's only where that cannot repeat values of rows or parameters; else it is in our words,
/// or the server's without its quoted parts. The server's own message and detail are kept beside it.
///
/// Columns are those the server names: in a field of its own (NOT NULL), or as the key in the detail of a violated
/// constraint, if that can be told from the values behind it. Where a row could not be deleted because another table
/// refers to it, the key is of the table referred to and the table named is the other: then there are no columns.
pub fn to_error(fields: ErrorFields, in_flight: InFlight) -> Error {
    let state = fields.code.as_deref().and_then(SqlState::new);
    let code = state.as_ref().map_or("", SqlState::as_str);
    let lost = retry::loses_connection(code);
    let kind = match in_flight {
        InFlight::Commit if lost && !retry::lost_while_idle(code) => ErrorKind::CommitOutcomeUnknown,
        InFlight::Connect if lost => ErrorKind::ServerUnavailable,
        _ => kind::of(code, &fields),
    };
    let mut error = Error::new(kind, message::of(kind, code, &fields))
        .with_retry(retry::of(kind, code, in_flight))
        .with_columns(key::columns(code, &fields));
    if let Some(state) = state {
        error = error.with_sqlstate(state);
    }
    if let Some(hint) = message::hint(kind, code, &fields) {
        error = error.with_hint(hint);
    }
    // A position in a query within a function is none in the statement that was sent.
    let position = fields.position.as_deref().and_then(|text| text.parse().ok());
    if let Some(position) = position.filter(|position| *position > 0) {
        error = error.with_position(position);
    }
    for (field, with) in [
        (fields.schema, Error::with_schema as fn(Error, String) -> Error),
        (fields.table, Error::with_table),
        (fields.constraint, Error::with_constraint),
        (fields.data_type, Error::with_data_type),
        (fields.message, Error::with_server_message),
        (fields.detail, Error::with_server_detail),
    ] {
        if let Some(text) = field.filter(|text| !text.is_empty()) {
            error = with(error, text);
        }
    }
    error
}
