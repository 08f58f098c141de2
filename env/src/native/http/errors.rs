//! What went wrong while talking HTTP, and whether the server can have acted.

use drivetrain_adapter_api::{Error, ErrorKind, RetryClass};

use crate::native::tls::{is_tls, root};

/// An error before the answer's headers were there.
pub(super) fn while_sending(error: reqwest::Error) -> Error {
    // The URL may hold more than a host name; adapters name the endpoint themselves.
    let error = error.without_url();
    if error.is_builder() {
        return Error::config(format!("the HTTP request cannot be made: {}", root(&error)));
    }
    if error.is_connect() {
        let tls = is_tls(&error);
        let (kind, what) = if tls {
            (ErrorKind::Tls, "the TLS handshake with the database's HTTP endpoint failed")
        } else if error.is_timeout() {
            (ErrorKind::Connect, "connecting to the database's HTTP endpoint took too long")
        } else {
            (ErrorKind::Connect, "the database's HTTP endpoint cannot be reached")
        };
        let retry = if tls { RetryClass::Never } else { RetryClass::SafeNow };
        return Error::new(kind, format!("{what}: {}", root(&error))).with_retry(retry).with_source(error);
    }
    if error.is_timeout() {
        return Error::new(
            ErrorKind::Timeout,
            "the database's HTTP endpoint did not answer within the time limit",
        )
        .with_retry(RetryClass::OutcomeUnknown)
        .with_source(error);
    }
    Error::new(
        ErrorKind::ConnectionLost,
        format!("the connection broke while waiting for the answer: {}", root(&error)),
    )
    .with_retry(RetryClass::OutcomeUnknown)
    .with_source(error)
}

/// An error after them.
pub(super) fn while_receiving(error: reqwest::Error) -> Error {
    let error = error.without_url();
    let described = if error.is_timeout() {
        Error::new(
            ErrorKind::Timeout,
            "the answer of the database's HTTP endpoint was not complete within the time limit",
        )
    } else {
        let reason = root(&error);
        Error::new(
            ErrorKind::ConnectionLost,
            format!("the answer of the database's HTTP endpoint ended early: {reason}"),
        )
    };
    described.with_retry(RetryClass::OutcomeUnknown).with_source(error)
}
