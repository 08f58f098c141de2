//! Errors of the endpoint itself, which have no SQLSTATE: told by their message.
//!
//! The messages are those of Neon's proxy: `proxy/src/error.rs`, `proxy/src/control_plane`, `proxy/src/compute`,
//! `proxy/src/serverless` and `proxy/src/auth` in `neondatabase/neon`.

use drivetrain_adapter_api::{Error, ErrorKind, RetryClass};

use super::{Asked, Failure};

/// The error for one of the endpoint's messages, if it is known.
pub(super) fn by_message(message: &str, asked: Asked) -> Option<Failure> {
    let begins = |start: &str| message.starts_with(start);
    let has = |part: &str| message.contains(part);
    let known = |kind, says: &str| Error::new(kind, says);

    if begins("password authentication failed") {
        return done(known(
            ErrorKind::AuthenticationFailed,
            "the server did not accept the user and the password",
        ));
    }
    if begins("missing authentication credentials") || has("JWT") || begins("invalid authorization header") {
        let error = known(ErrorKind::AuthenticationFailed, "the endpoint asks for other credentials");
        return done(error.with_hint(if has("required password") {
            "it takes a password and no token: give a password, or another endpoint"
        } else {
            "it takes a token and no password: set auth_token"
        }));
    }
    if begins("missing database name") {
        return done(known(ErrorKind::Config, "the endpoint needs the name of a database"));
    }
    if begins("missing username") {
        return done(known(ErrorKind::Config, "the endpoint needs the name of a user"));
    }
    if begins("invalid connection string") || begins("incorrect scheme") || begins("invalid header") {
        return done(known(ErrorKind::Config, "the endpoint does not take the connection string"));
    }
    if has("Endpoint ID is not specified") {
        return done(
            known(ErrorKind::Config, "the endpoint cannot tell which database is meant")
                .with_hint("the host's first label, or options=endpoint%3D..., names it"),
        );
    }
    if begins("request is too large") {
        return done(request_too_large());
    }
    if begins("response is too large") {
        return done(response_too_large(asked));
    }
    if begins("Control plane request failed") || begins("Console request failed") {
        return Some(control_plane(message));
    }
    if begins("Too many connections to this endpoint") || has("acquire permit") {
        return Some(not_yet(ErrorKind::TooManyConnections, "the endpoint has too many connections"));
    }
    if begins("Couldn't connect to compute node") || begins("could not connect to compute") {
        return Some(not_yet(ErrorKind::ServerUnavailable, "the endpoint cannot reach the database yet"));
    }
    if has("exceeded the") && has("quota") {
        return done(known(ErrorKind::LimitExceeded, "a quota of the project is used up"));
    }
    if begins("Query cancelled, connection was terminated") {
        return done(
            known(ErrorKind::Cancelled, "the endpoint cancelled the statement")
                .with_retry(asked.fate_unknown()),
        );
    }
    if begins("could not parse postgres response") || begins("error parsing response from server") {
        return done(
            known(ErrorKind::Protocol, "the endpoint cannot read the database's answer")
                .with_retry(asked.would_come_again()),
        );
    }
    let lost =
        ["connection closed", "connection reset", "broken pipe", "error communicating with the server"];
    if lost.iter().any(|words| has(words)) {
        return done(
            known(ErrorKind::ConnectionLost, "the endpoint lost its connection to the database")
                .with_retry(asked.fate_unknown()),
        );
    }
    None
}

#[allow(clippy::unnecessary_wraps, reason = "it ends the branches above")]
fn done(error: Error) -> Option<Failure> {
    Some(Failure::of(error))
}

/// Nothing has run, and trying again may help.
fn not_yet(kind: ErrorKind, says: &str) -> Failure {
    Failure {
        error: Error::new(kind, says).with_retry(RetryClass::SafeNow),
        waking: kind == ErrorKind::ServerUnavailable,
    }
}

/// The control plane starts databases: what it refuses has not begun.
fn control_plane(message: &str) -> Failure {
    if message.contains("cannot be found") || message.contains("could not be found") {
        let error = Error::new(ErrorKind::DatabaseNotFound, "there is no such endpoint");
        return Failure::of(error.with_hint("check the host of the connection string"));
    }
    if message.contains("is disabled") {
        let error = Error::new(ErrorKind::ServerUnavailable, "the endpoint is disabled");
        return Failure::of(error.with_hint("enable it in the console"));
    }
    if message.contains("quota") {
        return Failure::of(Error::new(ErrorKind::LimitExceeded, "a quota of the project is used up"));
    }
    not_yet(ErrorKind::ServerUnavailable, "the database behind the endpoint is not up yet")
}

pub(super) fn not_there(status: u16) -> Error {
    Error::new(
        ErrorKind::UnsupportedServer,
        format!("no database takes SQL at this endpoint (HTTP status {status})"),
    )
    .with_hint("its path is /sql: check `endpoint`, or the host of the connection string")
}

pub(super) fn request_too_large() -> Error {
    Error::new(
        ErrorKind::RequestTooLarge,
        "the request is larger than the endpoint takes: split the operation",
    )
}

pub(super) fn response_too_large(asked: Asked) -> Error {
    let retry = match asked {
        // It is rolled back with its transaction.
        Asked::WriteTransaction => RetryClass::Never,
        asked => asked.would_come_again(),
    };
    Error::new(ErrorKind::ResponseTooLarge, "the answer is larger than the endpoint gives")
        .with_hint("ask for fewer rows, or stream them over a WebSocket")
        .with_retry(retry)
}
