//! Errors, limits, and calls that end early.

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::{Bench, connect, eventually, raw, url};
use drivetrain_adapter_api::runtime::with_timeout;
use drivetrain_adapter_api::{Access, Adapter as _, Error, ErrorKind, Query, RetryClass, Value};
use drivetrain_adapter_neon_http::NeonConfig;

#[tokio::test]
async fn errors_have_the_fields_that_the_server_gives() {
    let bench = Bench::in_schema("errors").await;
    bench
        .setup("CREATE TABLE t (id int PRIMARY KEY, email text NOT NULL CONSTRAINT t_email UNIQUE, n int CHECK (n > 0))")
        .await;
    bench.setup("INSERT INTO t VALUES (1, 'canary@example.com', 1)").await;
    let fails = async |sql: &str, params: Vec<Value>| -> Error {
        let error = bench.query(sql, params).await.unwrap_err();
        assert_eq!(error.adapter(), Some("neon-http"), "{sql}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
        bench.assert_usable().await;
        error
    };
    let canary = || vec![Value::Text("canary@example.com".into())];
    let error = fails("INSERT INTO t VALUES (2, $1, 1)", canary()).await;
    assert_eq!(error.kind(), ErrorKind::UniqueViolation);
    assert_eq!(
        (error.constraint(), error.table(), error.column()),
        (Some("t_email"), Some("t"), Some("email"))
    );
    assert_eq!(error.schema(), Some(&*bench.schema));
    assert_eq!(error.sqlstate().unwrap().as_str(), "23505");
    assert!(error.server_detail().unwrap().contains("canary"));
    let error = fails("INSERT INTO t VALUES (2, NULL, 1)", vec![]).await;
    assert_eq!((error.kind(), error.column()), (ErrorKind::NotNullViolation, Some("email")));
    assert_eq!(
        fails("INSERT INTO t VALUES (2, $1 || 'x', 0)", canary()).await.kind(),
        ErrorKind::CheckViolation
    );
    let error = fails("SELECT 'é', nope FROM t", vec![]).await;
    assert_eq!((error.kind(), error.position()), (ErrorKind::UndefinedColumn, Some(13)));
    assert_eq!(fails("SELEKT", vec![]).await.kind(), ErrorKind::Syntax);
    assert_eq!(fails("SELECT 1; SELECT 2", vec![]).await.kind(), ErrorKind::Syntax);
    assert_eq!(fails("SELECT $1::int4", canary()).await.kind(), ErrorKind::InvalidValue);
    assert_eq!(fails("SELECT $1::int4", vec![]).await.kind(), ErrorKind::ParameterCount);
    assert_eq!(fails("SELECT 1", canary()).await.kind(), ErrorKind::ParameterCount);
    assert_eq!(fails("SELECT $1", vec![Value::Text("a\0b".into())]).await.kind(), ErrorKind::InvalidValue);
    assert_eq!(fails("COPY t TO STDOUT", vec![]).await.kind(), ErrorKind::Unsupported);
    assert_eq!(
        fails("SELECT pg_terminate_backend(pg_backend_pid())", vec![]).await.kind(),
        ErrorKind::ConnectionLost
    );
}

#[tokio::test]
async fn wrong_credentials_and_databases_are_told_apart() {
    let bench = Bench::new("login").await;
    let endpoint = format!("{}/sql", bench.gateway.url());
    let config = NeonConfig::from_url(&url()).unwrap().endpoint(endpoint.clone());
    let fails = async |config: NeonConfig| {
        let error = connect(config).unwrap().health_check().await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("canary"), "{error:?}");
        (error.kind(), error.retry())
    };
    let wrong = fails(config.clone().password("canary")).await;
    assert_eq!(wrong, (ErrorKind::AuthenticationFailed, RetryClass::Never));
    let asked = config.clone().password_from(|| Box::pin(async { Ok("canary".to_owned()) }));
    assert_eq!(fails(asked).await.0, ErrorKind::AuthenticationFailed);
    let token = config.clone().auth_token("canary");
    assert_eq!(fails(token).await.0, ErrorKind::AuthenticationFailed, "the gateway takes passwords");
    let mut elsewhere = NeonConfig::new("h", config.user(), "no_such_database").endpoint(endpoint);
    assert_eq!(fails(elsewhere.clone()).await.0, ErrorKind::AuthenticationFailed, "no password");
    elsewhere = elsewhere.password(password());
    assert_eq!(fails(elsewhere).await.0, ErrorKind::DatabaseNotFound);
    let wrong_path = config.endpoint(format!("{}/nope", bench.gateway.url()));
    assert_eq!(fails(wrong_path).await.0, ErrorKind::UnsupportedServer);
}

fn password() -> String {
    let config: tokio_postgres::Config = url().parse().unwrap();
    String::from_utf8(config.get_password().unwrap_or_default().to_vec()).unwrap()
}

#[tokio::test]
async fn what_is_too_large_is_told_as_such_by_either_side() {
    let bench = Bench::with(
        "limits",
        |gateway| gateway.max_request_bytes(100_000).max_response_bytes(100_000),
        |config, _| config,
    )
    .await;
    let text = |bytes: usize| vec![Value::Text("x".repeat(bytes))];
    let error = bench.query("SELECT length($1::text)", text(200_000)).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::RequestTooLarge, RetryClass::Never));
    let large = "SELECT repeat('x', 10000) FROM generate_series(1, 100)";
    let error = bench.adapter.query(raw(large).with_access(Access::Read)).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::ResponseTooLarge, RetryClass::Never));
    let error = bench.query(large, vec![]).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::ResponseTooLarge, RetryClass::OutcomeUnknown));
    bench.assert_usable().await;

    let own = Bench::with(
        "limits_own",
        |gateway| gateway,
        |config, _| config.max_request_bytes(10_000).max_response_bytes(10_000),
    )
    .await;
    let (outcome, requests) = own.requests(own.query("SELECT length($1::text)", text(10_000))).await;
    assert_eq!((outcome.unwrap_err().kind(), requests), (ErrorKind::RequestTooLarge, 0), "nothing is sent");
    let error = own.query("SELECT repeat('x', 10000)", vec![]).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::ResponseTooLarge, RetryClass::OutcomeUnknown));
    assert_eq!(own.adapter.capabilities().max_request_bytes(), Some(10_000));
    own.assert_usable().await;
}

/// Statements like `sql` that the server runs now.
async fn running(bench: &Bench, mark: &str) -> i64 {
    let sql = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%{mark}%' \
         AND pid <> pg_backend_pid()"
    );
    bench.count(&sql).await
}

#[tokio::test]
async fn a_call_that_is_dropped_ends_at_the_server() {
    let bench = Bench::new("drop").await;
    let runtime = drivetrain_env::default_runtime();
    let call = bench.query("SELECT pg_sleep(30) /* dropped 7Tq */", vec![]);
    let started = eventually(async || running(&bench, "dropped 7Tq").await == 1, "it runs");
    let limit = Duration::from_secs(20);
    tokio::select! {
        outcome = call => panic!("{outcome:?}"),
        () = started => {}
    }
    let ended = eventually(async || running(&bench, "dropped 7Tq").await == 0, "it ends");
    with_timeout(&*runtime, limit, ended).await.expect("it ends long before it is done");
    bench.assert_usable().await;
}

#[tokio::test]
async fn a_limit_of_time_ends_the_call_and_the_statement() {
    let bench = Bench::new("deadline").await;
    let query = |access| {
        raw("SELECT pg_sleep(30) /* late 7Tq */")
            .with_access(access)
            .with_timeout(Some(Duration::from_millis(200)))
    };
    for (access, retry) in [
        (Access::Read, RetryClass::SafeNow),
        (Access::Write, RetryClass::OutcomeUnknown),
        (Access::Unknown, RetryClass::OutcomeUnknown),
    ] {
        let error = bench.adapter.query(query(access)).await.unwrap_err();
        assert_eq!((error.kind(), error.retry()), (ErrorKind::Timeout, retry), "{access:?}");
    }
    eventually(async || running(&bench, "late 7Tq").await == 0, "the statements end").await;
    bench.assert_usable().await;
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_a_failure_to_connect() {
    let config = NeonConfig::from_url(&url()).unwrap().endpoint("http://127.0.0.1:9/sql");
    let error = connect(config).unwrap().query(raw("SELECT 1")).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Connect, RetryClass::SafeNow));
}

#[tokio::test]
async fn closing_waits_for_what_runs_and_refuses_what_comes() {
    let bench = Bench::new("close").await;
    let bench = Arc::new(bench);
    let running = tokio::spawn({
        let bench = Arc::clone(&bench);
        async move { bench.adapter.query(Query::raw("SELECT pg_sleep(0.5)", vec![])).await }
    });
    eventually(async || bench.gateway.requests() == 1, "the request is on its way").await;
    bench.adapter.close().await.unwrap();
    assert!(running.is_finished(), "it was waited for");
    running.await.unwrap().unwrap();
    assert_eq!(bench.query("SELECT 1", vec![]).await.unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(bench.adapter.health_check().await.unwrap_err().kind(), ErrorKind::Closed);
    bench.adapter.close().await.unwrap();
}

#[tokio::test]
async fn nothing_secret_is_shown() {
    let bench = Bench::new("secrets").await;
    let shown = format!("{:?} {:#?}", bench.adapter, bench.adapter);
    assert!(!shown.contains(&password()), "{shown}");
    assert!(bench.adapter.health_check().await.is_ok());
}
