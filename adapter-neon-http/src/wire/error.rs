//! Responses that are no success: the database's errors, those of the endpoint and of whatever stands before it.

mod endpoint;
mod fields;
mod retry_after;
#[cfg(test)]
mod tests;

use std::time::Duration;

use drivetrain_adapter_api::{Access, Error, ErrorKind, RetryClass, SqlState};
use drivetrain_postgres_core::error::{ErrorFields, InFlight, to_error};

use fields::Body;

/// What a request asked for: it decides what a failure means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// One statement, which only reads.
    Read,
    /// One statement, which may write.
    Write,
    /// A transaction that only reads.
    ReadTransaction,
    /// A transaction that may write.
    WriteTransaction,
}

impl Asked {
    /// One statement of that access.
    pub fn single(access: Access) -> Self {
        if access == Access::Read { Self::Read } else { Self::Write }
    }

    /// A transaction of that access.
    pub fn transaction(access: Access) -> Self {
        if access == Access::Read { Self::ReadTransaction } else { Self::WriteTransaction }
    }

    /// The class of a failure after which nobody knows whether it ran.
    pub fn fate_unknown(self) -> RetryClass {
        match self {
            Self::Read | Self::ReadTransaction => RetryClass::SafeNow,
            Self::Write | Self::WriteTransaction => RetryClass::OutcomeUnknown,
        }
    }

    /// The class of a failure that would come again, and after which nobody knows whether it ran.
    pub fn would_come_again(self) -> RetryClass {
        match self.fate_unknown() {
            RetryClass::SafeNow => RetryClass::Never,
            class => class,
        }
    }

    fn in_flight(self) -> InFlight {
        match self {
            Self::Read => InFlight::Read,
            Self::Write => InFlight::Write,
            Self::ReadTransaction => InFlight::Transaction,
            // Which statement failed is not told, and it may have been the COMMIT.
            Self::WriteTransaction => InFlight::Commit,
        }
    }
}

/// An answer whose status is not 200.
#[derive(Clone, Copy)]
pub struct Answered<'a> {
    /// The status.
    pub status: u16,
    /// The header `Retry-After`.
    pub retry_after: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
}

impl std::fmt::Debug for Answered<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answered")
            .field("status", &self.status)
            .field("retry_after", &self.retry_after)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}

/// What went wrong.
#[derive(Debug)]
pub struct Failure {
    /// The error.
    pub error: Error,
    /// The database was not reached, and soon may be: it wakes up, starts, or has too much to do. Nothing of the request
    /// has run.
    pub waking: bool,
}

impl Failure {
    fn of(error: Error) -> Self {
        Self { error, waking: false }
    }
}

/// The error that an answer stands for. `now` is the time since 1970, for waits that are told as a date.
pub fn failure(answer: &Answered<'_>, asked: Asked, now: Duration) -> Failure {
    match fields::read(answer.body) {
        Body::Fields(fields) => {
            let message = fields.message.clone().unwrap_or_default();
            // What the database says in an error of its own may be anybody's words.
            if fields.code.as_deref().and_then(SqlState::new).is_none() || is_cancel(&fields) {
                let known = endpoint::by_message(&message, asked);
                return known.unwrap_or_else(|| by_status(answer, asked, now)).noting(&message);
            }
            // FATAL: the server ended the connection that the endpoint wanted to make.
            let fatal = fields.is_fatal();
            let error = to_error(*fields, asked.in_flight());
            let waking = fatal && error.kind() == ErrorKind::ServerUnavailable;
            Failure { error, waking }
        }
        Body::Text(text) if text == "query is not supported" => {
            Failure::of(endpoint::not_there(answer.status))
        }
        Body::Text(_) | Body::Other => by_status(answer, asked, now),
    }
}

/// The error for one of the endpoint's messages at the start of a session, where nothing has been asked yet.
pub(crate) fn at_start(message: &str) -> Option<Error> {
    endpoint::by_message(message, Asked::Read).map(|failure| failure.error)
}

impl Failure {
    /// The same with the endpoint's own words beside it.
    fn noting(self, message: &str) -> Self {
        if message.is_empty() {
            return self;
        }
        Self { error: self.error.with_server_message(message), ..self }
    }
}

/// Whether the endpoint cancelled the statement. It gives this SQLSTATE by itself, without the place in the database's
/// sources that errors of Postgres have.
fn is_cancel(fields: &ErrorFields) -> bool {
    fields.code.as_deref() == Some("08P01") && fields.routine.is_none()
}

fn by_status(answer: &Answered<'_>, asked: Asked, now: Duration) -> Failure {
    let status = answer.status;
    let error = match status {
        401 | 403 => Error::new(
            ErrorKind::AuthenticationFailed,
            format!("the endpoint did not accept the credentials (HTTP status {status})"),
        )
        .with_hint("check user, password and token; a token may have expired"),
        402 => Error::new(
            ErrorKind::LimitExceeded,
            "the endpoint asks for payment: a quota is used up (HTTP status 402)",
        ),
        404 | 405 | 415 => endpoint::not_there(status),
        413 => endpoint::request_too_large(),
        429 => rate_limited(answer, now),
        507 => endpoint::response_too_large(asked),
        300..=399 => Error::new(
            ErrorKind::Protocol,
            format!("the endpoint redirects elsewhere (HTTP status {status}), which is not followed"),
        )
        .with_hint("the request carries credentials: set `endpoint` to where the database is"),
        500..=599 => Error::new(
            ErrorKind::ServerUnavailable,
            format!("the endpoint could not answer (HTTP status {status})"),
        )
        .with_retry(asked.fate_unknown()),
        400..=499 => Error::new(
            ErrorKind::Protocol,
            format!("the endpoint refused the request (HTTP status {status})"),
        )
        .with_retry(asked.would_come_again()),
        _ => Error::new(
            ErrorKind::Protocol,
            format!("the endpoint's answer has the HTTP status {status}, which is none of the protocol's"),
        )
        .with_retry(asked.would_come_again()),
    };
    Failure::of(error)
}

fn rate_limited(answer: &Answered<'_>, now: Duration) -> Error {
    let error = Error::new(ErrorKind::RateLimited, "the endpoint asks for fewer requests (HTTP status 429)")
        .with_retry(RetryClass::SafeNow);
    match answer.retry_after.and_then(|text| retry_after::parse(text, now)) {
        Some(wait) => error.with_hint(format!("it asks to wait {} s", wait.as_secs())),
        None => error,
    }
}
