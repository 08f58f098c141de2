//! Errors of every origin.

use std::time::Duration;

use drivetrain_adapter_api::{ErrorKind, RetryClass};
use serde_json::json;

use super::{Answered, Asked, Failure, failure};

fn fails(status: u16, body: &[u8], asked: Asked) -> Failure {
    let failure = failure(&Answered { status, retry_after: None, body }, asked, Duration::ZERO);
    let shown = format!("{} {:?}", failure.error, failure.error);
    assert!(!shown.contains("canary"), "{shown}");
    failure
}

/// The endpoint's own error with that message.
fn says(message: &str, status: u16, asked: Asked) -> (ErrorKind, RetryClass, bool) {
    let body = json!({"message": message, "code": "", "severity": "", "detail": null, "position": null});
    let failure = fails(status, body.to_string().as_bytes(), asked);
    assert_eq!(failure.error.server_message(), Some(message));
    assert_eq!(failure.error.sqlstate(), None);
    (failure.error.kind(), failure.error.retry(), failure.waking)
}

#[test]
fn every_field_of_the_database_arrives() {
    let body = json!({
        "message": "duplicate key value violates unique constraint \"users_email_key\"", "code": "23505",
        "detail": "Key (email)=(canary) already exists.", "hint": null, "position": "7", "severity": "ERROR",
        "internalPosition": null, "internalQuery": null, "where": null, "schema": "public", "table": "users",
        "column": null, "dataType": null, "constraint": "users_email_key", "file": "nbtinsert.c", "line": "666",
        "routine": "_bt_check_unique",
    });
    for status in [400, 401, 404, 429, 500] {
        let error = fails(status, body.to_string().as_bytes(), Asked::Write).error;
        assert_eq!(error.kind(), ErrorKind::UniqueViolation, "{status}");
        assert_eq!(error.sqlstate().map(|state| state.to_string()).as_deref(), Some("23505"));
        assert_eq!((error.schema(), error.table()), (Some("public"), Some("users")));
        assert_eq!((error.constraint(), error.column()), (Some("users_email_key"), Some("email")));
        assert_eq!((error.position(), error.retry()), (Some(7), RetryClass::Never));
        assert_eq!(error.server_detail(), Some("Key (email)=(canary) already exists."));
    }
}

#[test]
fn what_can_have_run_decides_on_trying_again() {
    let class = |status, asked| fails(status, b"<html>canary</html>", asked).error.retry();
    for status in [500, 502, 503, 504, 599] {
        assert_eq!(class(status, Asked::Read), RetryClass::SafeNow);
        assert_eq!(class(status, Asked::ReadTransaction), RetryClass::SafeNow);
        assert_eq!(class(status, Asked::Write), RetryClass::OutcomeUnknown);
        assert_eq!(class(status, Asked::WriteTransaction), RetryClass::OutcomeUnknown);
    }
    assert_eq!(class(429, Asked::Write), RetryClass::SafeNow);
    assert_eq!(class(401, Asked::Read), RetryClass::Never);
    assert_eq!(class(204, Asked::Write), RetryClass::OutcomeUnknown);
    let shutting_down = fails(503, br#"{"msg":"shutting down"}"#, Asked::Write).error;
    assert_eq!(shutting_down.server_message(), Some("shutting down"));
    assert_eq!(shutting_down.kind(), ErrorKind::ServerUnavailable);
}

#[test]
fn a_status_without_json_is_told_by_itself() {
    for (status, kind) in [
        (302, ErrorKind::Protocol),
        (400, ErrorKind::Protocol),
        (401, ErrorKind::AuthenticationFailed),
        (402, ErrorKind::LimitExceeded),
        (403, ErrorKind::AuthenticationFailed),
        (404, ErrorKind::UnsupportedServer),
        (405, ErrorKind::UnsupportedServer),
        (413, ErrorKind::RequestTooLarge),
        (415, ErrorKind::UnsupportedServer),
        (429, ErrorKind::RateLimited),
        (500, ErrorKind::ServerUnavailable),
        (507, ErrorKind::ResponseTooLarge),
    ] {
        for body in
            [&b""[..], b"<html>canary</html>", b"{}", b"[\"canary\"]", b"1", b"null", b"{\"message\":{}}"]
        {
            assert_eq!(fails(status, body, Asked::Read).error.kind(), kind, "{status}");
        }
    }
    assert_eq!(
        fails(400, br#""query is not supported""#, Asked::Read).error.kind(),
        ErrorKind::UnsupportedServer
    );
}

#[test]
fn the_endpoints_messages_are_known() {
    use ErrorKind::{
        AuthenticationFailed, Cancelled, Config, ConnectionLost, DatabaseNotFound, LimitExceeded, Protocol,
        RequestTooLarge, ResponseTooLarge, ServerUnavailable, TooManyConnections,
    };
    use RetryClass::{Never, OutcomeUnknown, SafeNow};
    let write = Asked::Write;
    for (message, status, kind, retry, waking) in [
        ("password authentication failed for user 'canary'", 400, AuthenticationFailed, Never, false),
        ("missing authentication credentials: required password", 400, AuthenticationFailed, Never, false),
        (
            "missing authentication credentials: required authorization bearer token in JWT format",
            400,
            AuthenticationFailed,
            Never,
            false,
        ),
        ("missing database name", 400, Config, Never, false),
        ("missing username", 400, Config, Never, false),
        ("invalid connection string: relative URL without a base", 400, Config, Never, false),
        ("invalid header: neon-connection-string", 400, Config, Never, false),
        ("incorrect scheme", 400, Config, Never, false),
        ("request is too large (max is 10485760 bytes)", 413, RequestTooLarge, Never, false),
        ("response is too large (max is 10485760 bytes)", 507, ResponseTooLarge, OutcomeUnknown, false),
        ("Control plane request failed", 500, ServerUnavailable, SafeNow, true),
        (
            "Control plane request failed: endpoint is temporarily unavailable",
            500,
            ServerUnavailable,
            SafeNow,
            true,
        ),
        ("Control plane request failed: endpoint cannot be found", 500, DatabaseNotFound, Never, false),
        ("Control plane request failed: endpoint is disabled", 500, ServerUnavailable, Never, false),
        ("Couldn't connect to compute node", 500, ServerUnavailable, SafeNow, true),
        (
            "Too many connections to this endpoint. Please try again later.",
            500,
            TooManyConnections,
            SafeNow,
            false,
        ),
        ("Your project has exceeded the data transfer quota.", 500, LimitExceeded, Never, false),
        ("could not parse postgres response", 500, Protocol, OutcomeUnknown, false),
        ("Query cancelled, connection was terminated", 400, Cancelled, OutcomeUnknown, false),
        ("connection closed", 400, ConnectionLost, OutcomeUnknown, false),
    ] {
        assert_eq!(says(message, status, write), (kind, retry, waking), "{message}");
    }
    assert_eq!(says("response is too large", 507, Asked::WriteTransaction).1, Never, "it was rolled back");
    assert_eq!(says("response is too large", 507, Asked::Read).1, Never);
    assert_eq!(says("something of tomorrow", 400, Asked::Read).1, Never);
    assert_eq!(says("something of tomorrow", 400, write).1, OutcomeUnknown);
}

#[test]
fn a_cancel_by_the_endpoint_is_one_and_the_databases_protocol_errors_stay() {
    let body = json!({"message": "Query cancelled, connection was terminated", "code": "08P01", "severity": "ERROR"});
    assert_eq!(fails(400, body.to_string().as_bytes(), Asked::Read).error.kind(), ErrorKind::Cancelled);
    let body = json!({
        "message": "bind message supplies 0 parameters, but prepared statement \"\" requires 1", "code": "08P01",
        "severity": "ERROR", "routine": "exec_bind_message",
    });
    assert_eq!(fails(400, body.to_string().as_bytes(), Asked::Read).error.kind(), ErrorKind::ParameterCount);
}

#[test]
fn what_a_function_of_the_users_raises_is_not_taken_for_the_endpoints_words() {
    let body = json!({
        "message": "request is too large, canary", "code": "P0001", "severity": "ERROR", "routine": "exec_stmt_raise",
    });
    assert_eq!(fails(400, body.to_string().as_bytes(), Asked::Read).error.kind(), ErrorKind::Database);
}

#[test]
fn a_connection_that_broke_during_a_transaction_may_have_broken_its_commit() {
    let body = json!({"message": "terminating connection due to administrator command", "code": "57P01", "severity": "FATAL"});
    let of = |asked| {
        let error = fails(400, body.to_string().as_bytes(), asked).error;
        (error.kind(), error.retry())
    };
    assert_eq!(of(Asked::Read), (ErrorKind::ConnectionLost, RetryClass::SafeNow));
    assert_eq!(of(Asked::Write), (ErrorKind::ConnectionLost, RetryClass::OutcomeUnknown));
    assert_eq!(of(Asked::ReadTransaction), (ErrorKind::ConnectionLost, RetryClass::RetryTransaction));
    assert_eq!(of(Asked::WriteTransaction), (ErrorKind::CommitOutcomeUnknown, RetryClass::OutcomeUnknown));
}

#[test]
fn a_server_that_starts_is_waited_for() {
    let body = json!({"message": "the database system is starting up", "code": "57P03", "severity": "FATAL"});
    let failure = fails(400, body.to_string().as_bytes(), Asked::Write);
    assert!(failure.waking);
    assert_eq!(failure.error.retry(), RetryClass::SafeNow);
}

#[test]
fn the_wait_that_is_asked_for_is_told() {
    let wait = |text: Option<&str>| {
        let answer = Answered { status: 429, retry_after: text, body: b"{\"message\":\"slow down\"}" };
        failure(&answer, Asked::Write, Duration::ZERO).error.hint().map(str::to_owned)
    };
    assert_eq!(wait(Some("7")).as_deref(), Some("it asks to wait 7 s"));
    assert_eq!(wait(Some("soon")), None);
    assert_eq!(wait(None), None);
}
