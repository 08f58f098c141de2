//! Answers of `/sql` that are no result: the status, and the body with every key of an error.

use std::fmt;

use hyper::StatusCode;
use serde::Serialize;

use crate::backend::{ConnectError, ErrorFields};

/// Why a request has no result.
pub(crate) struct Failure {
    status: StatusCode,
    body: Body,
}

/// The body as it is sent, its keys in the proxy's order.
#[derive(Serialize)]
#[serde(untagged)]
enum Body {
    Full(Box<Full>),
    /// The proxy's answer to what was cancelled has these keys alone.
    Short {
        message: String,
        code: &'static str,
    },
}

#[derive(Serialize, Default)]
#[serde(rename_all = "camelCase")]
struct Full {
    message: String,
    code: String,
    detail: Option<String>,
    hint: Option<String>,
    position: Option<String>,
    internal_position: Option<String>,
    internal_query: Option<String>,
    severity: String,
    r#where: Option<String>,
    table: Option<String>,
    column: Option<String>,
    schema: Option<String>,
    data_type: Option<String>,
    constraint: Option<String>,
    file: Option<String>,
    line: Option<String>,
    routine: Option<String>,
}

impl Failure {
    /// An error of the gateway's own, with no SQLSTATE.
    fn own(status: StatusCode, message: impl Into<String>) -> Self {
        let body = Body::Full(Box::new(Full { message: message.into(), ..Full::default() }));
        Self { status, body }
    }

    /// The request cannot be used.
    pub(crate) fn request(message: impl Into<String>) -> Self {
        Self::own(StatusCode::BAD_REQUEST, message)
    }

    /// The request's body is longer than `max` bytes.
    pub(crate) fn request_too_large(max: usize) -> Self {
        Self::own(StatusCode::PAYLOAD_TOO_LARGE, format!("request is too large (max is {max} bytes)"))
    }

    /// The rows are more than `max` bytes.
    pub(crate) fn response_too_large(max: usize) -> Self {
        Self::own(StatusCode::INSUFFICIENT_STORAGE, format!("response is too large (max is {max} bytes)"))
    }

    /// Postgres sent what cannot be turned into JSON.
    pub(crate) fn conversion() -> Self {
        Self::own(StatusCode::INTERNAL_SERVER_ERROR, "could not parse postgres response")
    }

    /// The gateway itself failed.
    pub(crate) fn internal() -> Self {
        Self::own(StatusCode::INTERNAL_SERVER_ERROR, "the gateway failed while it answered the request")
    }

    /// The statement was cancelled because the gateway ends, or because nobody waits for it any more.
    pub(crate) fn cancelled() -> Self {
        let message = "Query cancelled, connection was terminated".to_owned();
        Self { status: StatusCode::BAD_REQUEST, body: Body::Short { message, code: "08P01" } }
    }

    /// Postgres refused a statement.
    pub(crate) fn postgres(fields: &ErrorFields) -> Self {
        Self { status: StatusCode::BAD_REQUEST, body: Body::Full(Box::new(Full::of(fields))) }
    }

    /// There is no connection to the database for `user`.
    ///
    /// The proxy checks passwords itself and says so in words of its own, the same for a user that does not exist. What
    /// the server refuses for want of resources (class 53, `57P03`) is a server error, as everything between Neon's
    /// proxy and its computes.
    pub(crate) fn connect(error: &ConnectError, user: &str) -> Self {
        if error.is_wrong_password() {
            return Self::request(format!("password authentication failed for user '{user}'"));
        }
        match error {
            ConnectError::Refused(fields) => {
                let mut failure = Self::postgres(fields);
                if fields.code().starts_with("53") || fields.code() == "57P03" {
                    failure.status = StatusCode::INTERNAL_SERVER_ERROR;
                }
                failure
            }
            other => Self::own(
                StatusCode::INTERNAL_SERVER_ERROR,
                format!("Couldn't connect to compute node: {other}"),
            ),
        }
    }

    /// Whether it is an error of the database, which had a say to the end.
    pub(crate) fn is_of_postgres(&self) -> bool {
        matches!(&self.body, Body::Full(full) if !full.code.is_empty())
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    #[cfg(test)]
    pub(crate) fn message(&self) -> &str {
        match &self.body {
            Body::Full(full) => &full.message,
            Body::Short { message, .. } => message,
        }
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Vec<u8> {
        serde_json::to_vec(&self.body).expect("strings under fixed keys are JSON")
    }
}

impl Full {
    fn of(fields: &ErrorFields) -> Self {
        let text = |letter| fields.get(letter).map(str::to_owned);
        let position = text(b'P');
        // The one or the other: a position in the statement, or in a query that the server made itself.
        let internal = text(b'p').zip(text(b'q')).filter(|_| position.is_none());
        let (internal_position, internal_query) = internal.unzip();
        Self {
            message: fields.message().to_owned(),
            code: fields.code().to_owned(),
            detail: text(b'D'),
            hint: text(b'H'),
            position,
            internal_position,
            internal_query,
            severity: text(b'S').unwrap_or_default(),
            r#where: text(b'W'),
            table: text(b't'),
            column: text(b'c'),
            schema: text(b's'),
            data_type: text(b'd'),
            constraint: text(b'n'),
            file: text(b'F'),
            line: text(b'L'),
            routine: text(b'R'),
        }
    }
}

impl fmt::Debug for Failure {
    /// Without the body: messages of the database can quote values of rows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failure").field("status", &self.status).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn every_key_is_there() {
        let text = String::from_utf8(Failure::request("no").json()).unwrap();
        let expected = r#"{"message":"no","code":"","detail":null,"hint":null,"position":null,"internalPosition":null,"internalQuery":null,"severity":"","where":null,"table":null,"column":null,"schema":null,"dataType":null,"constraint":null,"file":null,"line":null,"routine":null}"#;
        assert_eq!(text, expected);
        let text = String::from_utf8(Failure::cancelled().json()).unwrap();
        assert_eq!(text, r#"{"message":"Query cancelled, connection was terminated","code":"08P01"}"#);
    }

    #[test]
    fn a_position_is_in_the_statement_or_in_a_query_of_the_servers() {
        let full = |body: &'static [u8]| Full::of(&ErrorFields::parse(&Bytes::from_static(body)));
        let outer = full(b"MX\0P3\0p4\0qselect\0\0");
        assert_eq!((outer.position.as_deref(), outer.internal_position), (Some("3"), None));
        let inner = full(b"MX\0p4\0qselect\0\0");
        assert_eq!((inner.position, inner.internal_query.as_deref()), (None, Some("select")));
    }

    #[test]
    fn a_server_that_is_full_is_not_the_requests_fault() {
        let refused = |body: &'static [u8]| {
            let error = ConnectError::Refused(ErrorFields::parse(&Bytes::from_static(body)));
            Failure::connect(&error, "u").status()
        };
        assert_eq!(refused(b"C53300\0Mfull\0\0"), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(refused(b"C3D000\0Mno such database\0\0"), StatusCode::BAD_REQUEST);
        assert_eq!(refused(b"C28P01\0Mno\0\0"), StatusCode::BAD_REQUEST);
    }
}
