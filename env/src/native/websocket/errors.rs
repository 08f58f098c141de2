//! What went wrong with a WebSocket, and whether trying again is of use.

use std::io;

use drivetrain_adapter_api::{Error, ErrorKind, RetryClass};
use tokio_tungstenite::tungstenite::Error as WsError;
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::handshake::client::Response;

use crate::native::tls::{is_tls, root};

/// An error before there was a connection.
pub(super) fn while_connecting(error: io::Error) -> Error {
    unreachable("the database's WebSocket endpoint cannot be reached", error)
}

/// An error of the TLS handshake.
pub(super) fn while_encrypting(error: io::Error) -> Error {
    if !is_tls(&error) {
        return unreachable("the connection broke during the TLS handshake", error);
    }
    let message =
        format!("the TLS handshake with the database's WebSocket endpoint failed: {}", root(&error));
    Error::new(ErrorKind::Tls, message).with_source(error)
}

fn unreachable(what: &str, error: io::Error) -> Error {
    Error::new(ErrorKind::Connect, format!("{what}: {}", root(&error)))
        .with_retry(RetryClass::SafeNow)
        .with_source(error)
}

/// An error of the upgrade. Nothing has reached the database yet.
pub(super) fn while_opening(error: WsError) -> Error {
    match error {
        WsError::Http(answer) => refused(&answer),
        // With TLS 1.3 the server judges what the client sent when the client takes the handshake for finished.
        WsError::Io(error) if is_tls(&error) => while_encrypting(error),
        WsError::Io(error) => unreachable("the connection broke while the WebSocket was opened", error),
        WsError::Protocol(ProtocolError::HandshakeIncomplete) => {
            Error::new(ErrorKind::Connect, "the server closed the connection while the WebSocket was opened")
                .with_retry(RetryClass::SafeNow)
        }
        error => {
            let message = format!("the server's answer does not open a WebSocket: {error}");
            Error::new(ErrorKind::Protocol, message).with_source(error)
        }
    }
}

/// The server answered, but not with 101. What it says besides is not repeated: anything can stand there.
fn refused(answer: &Response) -> Error {
    let status = answer.status().as_u16();
    let message = |what: &str| format!("{what} (HTTP status {status})");
    let error = match status {
        401 | 403 => {
            Error::new(ErrorKind::AuthenticationFailed, message("the server refused to open a WebSocket"))
        }
        429 => Error::new(ErrorKind::RateLimited, message("the server asks for fewer WebSockets"))
            .with_retry(RetryClass::SafeNow),
        500..=599 => {
            Error::new(ErrorKind::ServerUnavailable, message("the server cannot open a WebSocket now"))
                .with_retry(RetryClass::SafeNow)
        }
        300..=399 => Error::new(
            ErrorKind::Protocol,
            message("the server answered with a redirect, which is not followed"),
        ),
        _ => Error::new(ErrorKind::Protocol, message("the endpoint does not open WebSockets"))
            .with_hint("check the URL of the database's WebSocket endpoint"),
    };
    // RFC 9110, 10.2.3: seconds, or a date.
    let seconds =
        answer.headers().get("retry-after").and_then(|wait| wait.to_str().ok()?.parse::<u64>().ok());
    match seconds {
        Some(seconds) if error.retry() == RetryClass::SafeNow => {
            error.with_hint(format!("the server asks to wait {seconds} seconds"))
        }
        _ => error,
    }
}

/// An error of a WebSocket that was open.
pub(super) fn while_open(error: WsError) -> Error {
    match error {
        WsError::Io(error) => {
            Error::new(ErrorKind::ConnectionLost, format!("the WebSocket broke: {}", root(&error)))
                .with_retry(RetryClass::OutcomeUnknown)
                .with_source(error)
        }
        WsError::Protocol(ProtocolError::SendAfterClosing)
        | WsError::AlreadyClosed
        | WsError::ConnectionClosed => closed(),
        error => protocol(format!("the server broke the WebSocket protocol: {error}")),
    }
}

/// There is nobody to send to.
pub(super) fn closed() -> Error {
    Error::new(ErrorKind::ConnectionLost, "the server has closed the WebSocket")
        .with_retry(RetryClass::OutcomeUnknown)
}

/// What the server sends cannot be read.
pub(super) fn protocol(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Protocol, message).with_retry(RetryClass::OutcomeUnknown)
}
