//! Errors at the start of a session, which Neon's proxy flattens: they have the SQLSTATE XX000 and nothing but a message,
//! whatever the database said.

use drivetrain_adapter_api::{Error, ErrorKind, RetryClass, SqlState};

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

/// The error that a message of Postgres itself, or of the proxy, stands for; with the SQLSTATE that Postgres has for it
/// (`src/backend/utils/init/postinit.c`, `src/backend/utils/misc/guc.c` and `src/backend/libpq/auth.c` in its sources).
fn told_by(message: &str) -> Option<Error> {
    use ErrorKind::{
        AuthenticationFailed, Config, DatabaseNotFound, InsufficientPrivilege, ServerUnavailable,
        TooManyConnections,
    };
    let has = |part: &str| message.contains(part);
    let names = |what: &str| message.starts_with(what) && message.ends_with(" does not exist");
    let full = || has("too many connections") || has("too many clients") || has("remaining connection slots");
    if message.starts_with("password authentication failed") {
        return wire::error::at_start(message).map(|error| with_state(error, "28P01"));
    }
    let (kind, state, says) = if names("database ") {
        (DatabaseNotFound, "3D000", "there is no such database")
    } else if names("role ") || has("is not permitted to log in") || has("no pg_hba.conf entry") {
        (AuthenticationFailed, "28000", "the server does not let the user in")
    } else if has("permission denied for database") {
        (InsufficientPrivilege, "42501", "the user may not connect to the database")
    } else if full() {
        (TooManyConnections, "53300", "the server has too many connections")
    } else if has("the database system is ") {
        (ServerUnavailable, "57P03", "the server is starting or stopping")
    } else if has("unrecognized configuration parameter") {
        (Config, "42704", "the server does not know a setting of the configuration")
    } else if has("invalid value for parameter") {
        (Config, "22023", "the server does not take the value of a setting of the configuration")
    } else {
        return wire::error::at_start(message);
    };
    let retry = match kind {
        TooManyConnections | ServerUnavailable => RetryClass::SafeNow,
        _ => RetryClass::Never,
    };
    Some(with_state(Error::new(kind, says).with_retry(retry), state))
}

fn with_state(error: Error, state: &str) -> Error {
    match SqlState::new(state) {
        Some(state) => error.with_sqlstate(state),
        None => error,
    }
}

#[cfg(test)]
mod tests {
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
    fn what_postgres_says_has_the_sqlstate_that_it_has_there() {
        for (message, state) in [
            ("password authentication failed for user 'x'", Some("28P01")),
            ("database \"nope\" does not exist", Some("3D000")),
            ("too many connections for role \"x\"", Some("53300")),
            ("the database system is starting up", Some("57P03")),
            ("Control plane request failed", None),
        ] {
            let error = translate(reported(FLAT, message));
            assert_eq!(error.sqlstate(), state.and_then(SqlState::new), "{message}");
        }
    }

    #[test]
    fn errors_of_the_database_itself_stay_as_they_are() {
        let error = translate(reported("53300", "database \"x\" does not exist"));
        assert_eq!(error.kind(), ErrorKind::Database);
    }
}
