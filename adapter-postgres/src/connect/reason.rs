//! Why a connection was not made, in words that name the place and the mend.

use std::io;

use drivetrain_adapter_api::{Error, ErrorKind, RetryClass};

use crate::config::{Host, PostgresConfig};

pub(super) fn failed(message: &str) -> Error {
    Error::new(ErrorKind::Connect, message).with_retry(RetryClass::SafeNow)
}

pub(super) fn unknown_host(error: io::Error) -> Error {
    failed("the host name cannot be resolved").with_hint("is it spelled right?").with_source(error)
}

pub(super) fn unreachable(error: io::Error) -> Error {
    let (message, hint) = match error.kind() {
        io::ErrorKind::ConnectionRefused => {
            ("the connection was refused", "is the server running, and does it listen on this port?")
        }
        io::ErrorKind::NotFound => {
            ("there is no such socket", "is the server running, and is this its socket folder?")
        }
        io::ErrorKind::PermissionDenied => {
            ("the socket may not be used by this user", "check its permissions")
        }
        io::ErrorKind::TimedOut => ("the server did not answer", "does a firewall let the port through?"),
        _ => ("the server cannot be reached", "is the host right?"),
    };
    failed(message).with_hint(hint).with_source(error)
}

/// The same error with where it was to and as whom.
pub(super) fn with_place(error: Error, host: &Host, config: &PostgresConfig) -> Error {
    let error = super::tls::refused_late(error);
    let message = format!(
        "{} (connecting to {host}, database `{}`, user `{}`)",
        error.message(),
        config.database,
        config.user
    );
    let error = match error.kind() {
        // Whatever breaks before the session has begun, nothing has happened.
        ErrorKind::ConnectionLost => error.with_kind(ErrorKind::Connect).with_retry(RetryClass::SafeNow),
        // What PgBouncer and its like answer to settings that they do not keep track of.
        ErrorKind::Protocol if error.message().contains("startup parameter") => error
            .with_kind(ErrorKind::Connect)
            .with_hint("is this a pooler? then set statement_mode=unnamed, and leave the setting out"),
        _ => error,
    };
    error.with_message(message)
}
