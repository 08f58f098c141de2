//! HTTP answers that are told by their status: limits, failures, refusals, redirects.

use drivetrain_adapter_api::{Access, Error, ErrorKind, RetryClass, SqlState};
use serde_json::json;

use super::super::bench::{Bench, PATIENCE};
use super::messages::{JSON, always, answer};
use crate::case::{Case, HTTP, N, Need, case};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(in super::super) const CASES: &[Case] = &[
    case!(
        "FLT-30",
        Faults,
        R,
        HTTP,
        [Need::PlainFaults],
        ["A-5"],
        "429 is RateLimited, nothing happened, and the wait that is asked for is told",
        rate_limited
    ),
    case!(
        "FLT-31",
        Faults,
        R,
        HTTP,
        [Need::PlainFaults],
        ["A-5", "A-10"],
        "500 to 504 is a failure of the server, whatever its body, and a write may have happened",
        server_failed
    ),
    case!(
        "FLT-32",
        Faults,
        R,
        HTTP,
        [Need::PlainFaults],
        ["A-5"],
        "401 and 403 are failures to authenticate",
        unauthorized
    ),
    case!(
        "FLT-33",
        Faults,
        R,
        N,
        [Need::PlainFaults],
        ["A-5"],
        "400 with an error of the database has every field of it",
        database_error
    ),
    case!(
        "FLT-34",
        Faults,
        R,
        HTTP,
        [Need::PlainFaults],
        ["A-5"],
        "404, 405 and 415 say that the endpoint is not one",
        no_endpoint
    ),
    case!(
        "FLT-41",
        Faults,
        R,
        HTTP,
        [Need::PlainFaults],
        ["A-7"],
        "a redirect is not followed: credentials go to nobody else",
        redirect
    ),
    case!(
        "FLT-45",
        Faults,
        R,
        HTTP,
        [Need::PlainFaults],
        ["A-5"],
        "a token that has expired is a failure to authenticate, and is not tried again",
        expired
    ),
];

/// The error of a call that is answered so.
async fn refused(
    bench: &Bench,
    what: &str,
    answer: Vec<u8>,
    access: Access,
    kinds: &[ErrorKind],
) -> Outcome<Error> {
    bench.set(always(answer));
    let query = bench.cx.raw("select 1", vec![]).with_access(access);
    let outcome = bench.cx.within(PATIENCE, "the call", bench.adapter.query(query)).await.within(what)?;
    ensure!(bench.passed().to_server > 0, "{what}: nothing was asked");
    bench.heal();
    let error = must_fail(outcome, kinds, what)?;
    bench.check_usable().await.within(what)?;
    Ok(error)
}

/// An adapter whose kept connections are gone, so that the next request is answered by the plan.
async fn bench(cx: &Context) -> Outcome<Bench> {
    let bench = Bench::new(cx).await?;
    bench.check_usable().await?;
    bench.reset().await?;
    Ok(bench)
}

async fn rate_limited(cx: Context) -> Outcome {
    let bench = bench(&cx).await?;
    for wait in [None, Some("7"), Some("Wed, 21 Oct 2099 07:28:00 GMT"), Some("soon")] {
        let headers: Vec<_> = [JSON].into_iter().chain(wait.map(|wait| ("retry-after", wait))).collect();
        let what = format!("429, {wait:?}");
        let answer = answer("429 Too Many Requests", &headers, b"{\"message\":\"too many requests\"}");
        let error = refused(&bench, &what, answer, Access::Write, &[ErrorKind::RateLimited]).await?;
        ensure_eq!(error.retry(), RetryClass::SafeNow, "{what}: the retry class");
        if wait == Some("7") {
            ensure!(
                error.hint().is_some_and(|hint| hint.contains('7')),
                "{what}: the hint is {:?}",
                error.hint()
            );
        }
        bench.reset().await?;
    }
    Ok(())
}

async fn server_failed(cx: Context) -> Outcome {
    let bench = bench(&cx).await?;
    let bodies: [(&str, &[u8]); 3] = [
        ("application/json", b"{\"message\":\"failed\"}"),
        ("text/html", b"<html><body>Bad Gateway</body></html>"),
        ("text/plain", b""),
    ];
    let kinds =
        [ErrorKind::ServerUnavailable, ErrorKind::ConnectionLost, ErrorKind::Database, ErrorKind::Protocol];
    for status in
        ["500 Internal Server Error", "502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout"]
    {
        for (kind, body) in bodies {
            let what = format!("{status} as {kind}");
            let answer = answer(status, &[("content-type", kind)], body);
            let error = refused(&bench, &what, answer, Access::Write, &kinds).await?;
            if !status.starts_with("503") {
                // Whoever is in between may have passed the request on.
                ensure!(
                    error.retry() != RetryClass::SafeNow,
                    "{what}: a write that may have happened is safe"
                );
            }
            bench.reset().await?;
        }
    }
    Ok(())
}

async fn unauthorized(cx: Context) -> Outcome {
    let bench = bench(&cx).await?;
    for status in ["401 Unauthorized", "403 Forbidden"] {
        for body in [&b"{\"message\":\"no\"}"[..], b""] {
            let answer = answer(status, &[JSON], body);
            let kinds = [ErrorKind::AuthenticationFailed, ErrorKind::InsufficientPrivilege];
            let error = refused(&bench, status, answer, Access::Unknown, &kinds).await?;
            ensure_eq!(error.retry(), RetryClass::Never, "{status}: the retry class");
            bench.reset().await?;
        }
    }
    Ok(())
}

async fn database_error(cx: Context) -> Outcome {
    let bench = bench(&cx).await?;
    let body = json!({
        "message": "duplicate key value violates unique constraint \"users_email_key\"",
        "code": "23505", "severity": "ERROR", "detail": "Key (email)=(canary7Tq) already exists.",
        "schema": "public", "table": "users", "constraint": "users_email_key",
        "file": "nbtinsert.c", "line": "666", "routine": "_bt_check_unique",
    });
    let answer = answer("400 Bad Request", &[JSON], body.to_string().as_bytes());
    let error = refused(&bench, "400", answer, Access::Write, &[ErrorKind::UniqueViolation]).await?;
    ensure_eq!(error.sqlstate(), SqlState::new("23505"), "the SQLSTATE");
    ensure_eq!(error.constraint(), Some("users_email_key"), "the constraint");
    ensure_eq!((error.schema(), error.table()), (Some("public"), Some("users")), "schema and table");
    ensure_eq!(error.column(), Some("email"), "the column");
    ensure_eq!(error.retry(), RetryClass::Never, "the retry class");
    ensure!(!format!("{error} {error:?}").contains("canary7Tq"), "the error shows a value: {error}");
    Ok(())
}

async fn no_endpoint(cx: Context) -> Outcome {
    let bench = bench(&cx).await?;
    let kinds = [
        ErrorKind::Config,
        ErrorKind::Connect,
        ErrorKind::Protocol,
        ErrorKind::DatabaseNotFound,
        ErrorKind::UnsupportedServer,
    ];
    for status in ["404 Not Found", "405 Method Not Allowed", "415 Unsupported Media Type"] {
        for (kind, body) in [("application/json", &b"{}"[..]), ("text/html", b"<html>not here</html>")] {
            let answer = answer(status, &[("content-type", kind)], body);
            refused(&bench, status, answer, Access::Unknown, &kinds).await?;
            bench.reset().await?;
        }
    }
    Ok(())
}

async fn redirect(cx: Context) -> Outcome {
    let bench = bench(&cx).await?;
    let elsewhere = cx.proxy().await?;
    let (host, port) = elsewhere.address();
    let place = format!("http://{host}:{port}/sql");
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "303 See Other",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let answer = answer(status, &[("location", &place)], b"");
        let kinds = [ErrorKind::Protocol, ErrorKind::Connect, ErrorKind::Config];
        refused(&bench, status, answer, Access::Unknown, &kinds).await?;
        ensure_eq!(elsewhere.traffic().connections, 0, "{status}: requests to another host");
        bench.reset().await?;
    }
    Ok(())
}

async fn expired(cx: Context) -> Outcome {
    let bench = bench(&cx).await?;
    // A clock that is wrong is nobody's business but the token's.
    let headers = [
        JSON,
        ("date", "Thu, 01 Jan 1970 00:00:00 GMT"),
        ("www-authenticate", "Bearer error=\"invalid_token\""),
    ];
    let body = b"{\"message\":\"the token has expired\",\"code\":\"unauthenticated\"}";
    let answer = answer("401 Unauthorized", &headers, body);
    let error =
        refused(&bench, "401", answer.clone(), Access::Read, &[ErrorKind::AuthenticationFailed]).await?;
    ensure_eq!(error.retry(), RetryClass::Never, "the retry class");
    bench.reset().await?;
    bench.set(always(answer));
    drop(cx.within(PATIENCE, "the call", bench.adapter.query(cx.raw("select 1", vec![]))).await?);
    ensure!(bench.passed().connections <= 1, "it was tried {} times", bench.passed().connections);
    Ok(())
}
