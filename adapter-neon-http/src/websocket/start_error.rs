//! Errors at the start of a session, which Neon's proxy flattens: they have the SQLSTATE XX000 and nothing but a message,
//! whatever the database said.

use drivetrain_adapter_api::{Error, ErrorKind, RetryClass};

use crate::wire;

/// The SQLSTATE of all errors that the proxy reports by itself.
const FLAT: &str = "XX000";

/// The error, of the kind that its message stands for. Nothing that was sent with the start has been run.
pub(super) fn translate(error: Error) -> Error {
    let message = error.server_message().unwrap_or_default();
    if message.contains("unsupported startup parameter") {
        // What PgBouncer answers to settings that it does not keep track of.
        return error
            .with_kind(ErrorKind::Config)
            .with_retry(RetryClass::Never)
            .with_message("the pooler does not take a setting of the configuration")
            .with_hint("leave the setting out, or name the host without `-pooler`");
    }
    if error.sqlstate().is_some_and(|state| state.as_str() != FLAT) {
        return error;
    }
    match told_by(message) {
        Some(told) => told.with_server_message(message),
        None => error,
    }
}

fn told_by(message: &str) -> Option<Error> {
    wire::error::at_start(message).or_else(|| {
        let has = |part: &str| message.contains(part);
        let names = |what: &str| message.starts_with(what) && message.ends_with(" does not exist");
        let (kind, retry, says) = if names("database ") {
            (ErrorKind::DatabaseNotFound, RetryClass::Never, "there is no such database")
        } else if names("role ") || has("is not permitted to log in") || has("no pg_hba.conf entry") {
            (ErrorKind::AuthenticationFailed, RetryClass::Never, "the server does not let the user in")
        } else if has("permission denied for database") {
            (ErrorKind::InsufficientPrivilege, RetryClass::Never, "the user may not connect to the database")
        } else if has("too many connections") || has("too many clients") || has("remaining connection slots")
        {
            (ErrorKind::TooManyConnections, RetryClass::SafeNow, "the server has too many connections")
        } else if has("the database system is ") {
            (ErrorKind::ServerUnavailable, RetryClass::SafeNow, "the server is starting or stopping")
        } else if has("unrecognized configuration parameter") || has("invalid value for parameter") {
            (ErrorKind::Config, RetryClass::Never, "the server does not take a setting of the configuration")
        } else {
            return None;
        };
        Some(Error::new(kind, says).with_retry(retry))
    })
}

#[cfg(test)]
mod tests {
    use drivetrain_adapter_api::SqlState;

    use super::*;

    fn reported(state: &str, message: &str) -> Error {
        Error::new(ErrorKind::Database, "an error")
            .with_sqlstate(SqlState::new(state).unwrap())
            .with_server_message(message)
    }

    #[test]
    fn flat_errors_are_told_by_their_message() {
        for (message, kind, retry) in [
            (
                "password authentication failed for user 'x'",
                ErrorKind::AuthenticationFailed,
                RetryClass::Never,
            ),
            ("database \"nope\" does not exist", ErrorKind::DatabaseNotFound, RetryClass::Never),
            ("role \"x\" does not exist", ErrorKind::AuthenticationFailed, RetryClass::Never),
            ("role \"x\" is not permitted to log in", ErrorKind::AuthenticationFailed, RetryClass::Never),
            ("permission denied for database \"d\"", ErrorKind::InsufficientPrivilege, RetryClass::Never),
            ("sorry, too many clients already", ErrorKind::TooManyConnections, RetryClass::SafeNow),
            (
                "Too many connections to this endpoint. Please try again later.",
                ErrorKind::TooManyConnections,
                RetryClass::SafeNow,
            ),
            ("the database system is starting up", ErrorKind::ServerUnavailable, RetryClass::SafeNow),
            (
                "Control plane request failed: endpoint cannot be found",
                ErrorKind::DatabaseNotFound,
                RetryClass::Never,
            ),
            ("Control plane request failed", ErrorKind::ServerUnavailable, RetryClass::SafeNow),
            ("Couldn't connect to compute node", ErrorKind::ServerUnavailable, RetryClass::SafeNow),
            ("Endpoint ID is not specified. Either please upgrade", ErrorKind::Config, RetryClass::Never),
            ("unsupported startup parameter in options: geqo", ErrorKind::Config, RetryClass::Never),
            ("unrecognized configuration parameter \"x\"", ErrorKind::Config, RetryClass::Never),
            ("something else", ErrorKind::Database, RetryClass::Never),
        ] {
            let error = translate(reported(FLAT, message));
            assert_eq!((error.kind(), error.retry()), (kind, retry), "{message}");
            assert_eq!(error.server_message(), Some(message));
        }
    }

    #[test]
    fn errors_of_the_database_itself_stay_as_they_are() {
        let error = translate(reported("53300", "database \"x\" does not exist"));
        assert_eq!(error.kind(), ErrorKind::Database);
    }
}
