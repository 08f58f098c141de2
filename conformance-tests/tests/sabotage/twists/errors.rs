//! Errors that say too much, too little, or the wrong thing.

use drivetrain_adapter_api::{Error, ErrorKind, RetryClass};

/// S-24: an error that ended the transaction is told as one of the statement alone.
pub(crate) fn deadlocks_are_small(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Deadlock | ErrorKind::SerializationFailure => error.with_retry(RetryClass::SafeNow),
        _ => error,
    }
}

/// S-30: what the server says, with the values in it, becomes the message.
pub(crate) fn server_speaks(error: Error) -> Error {
    let said = [error.server_message(), error.server_detail()];
    let said: Vec<_> = said.into_iter().flatten().map(str::to_owned).collect();
    if said.is_empty() { error } else { error.with_message(said.join(": ")) }
}

/// S-55: every error of the database is of one kind.
pub(crate) fn one_kind(error: Error) -> Error {
    match error.kind() {
        ErrorKind::Unsupported | ErrorKind::Misuse | ErrorKind::Closed => error,
        _ => error.with_kind(ErrorKind::Database),
    }
}

/// S-56: the names that the server gave are lost.
#[allow(clippy::needless_pass_by_value, reason = "all twists of errors have this signature")]
pub(crate) fn names_lost(error: Error) -> Error {
    let mut bare = Error::new(error.kind(), error.message().to_owned()).with_retry(error.retry());
    if let Some(state) = error.sqlstate() {
        bare = bare.with_sqlstate(state);
    }
    if let Some(code) = error.code() {
        bare = bare.with_code(code);
    }
    if let Some(index) = error.batch_index() {
        bare = bare.with_batch_index(index);
    }
    bare.with_adapter(error.adapter().unwrap_or_default())
}

/// S-57: it is not said which query of a batch failed, but another.
pub(crate) fn index_off_by_one(error: Error) -> Error {
    match error.batch_index() {
        Some(index) => error.with_batch_index(index + 1),
        None => error,
    }
}
