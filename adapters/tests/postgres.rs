//! Postgres, for real: TEST_POSTGRES_URL says where.
#![cfg(feature = "postgres")]

use drivetrain_adapter_api::{Dialect, ErrorKind, Query, TransactionOptions, Value};
use drivetrain_adapters::{Settings, connect, connect_url};

fn url() -> String {
    std::env::var("TEST_POSTGRES_URL")
        .expect("set TEST_POSTGRES_URL to a Postgres server, or run the tests with `cargo xtask test`")
}

#[tokio::test]
async fn a_server_is_reached_by_its_scheme_and_by_name() {
    for settings in [Settings::new(url()), Settings::new(url()).with_adapter("postgres")] {
        let adapter = connect(settings).await.unwrap();
        assert_eq!(adapter.name(), "postgres");
        assert_eq!(adapter.capabilities().dialect(), Dialect::Postgres);
        adapter.health_check().await.unwrap();
        let result = adapter.query(Query::raw("select $1::int8 + 1", vec![Value::Int64(41)])).await.unwrap();
        assert_eq!(result.rows.get::<i64>(0, 0).unwrap(), 42);
        let mut transaction = adapter.begin(TransactionOptions::new()).await.unwrap();
        transaction.query(Query::raw("select 1", vec![])).await.unwrap();
        transaction.rollback().await.unwrap();
        adapter.close().await.unwrap();
        let error = adapter.health_check().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Closed);
    }
}

#[tokio::test]
async fn a_database_that_does_not_exist() {
    let url = url();
    let (before, query) = url.split_once('?').unwrap_or((&url, ""));
    let server = before.rsplit_once('/').expect("the URL names a database").0;
    let error = connect_url(&format!("{server}/no_such_database?{query}")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DatabaseNotFound, "{error}");
}

#[tokio::test]
async fn a_wrong_password_is_not_shown() {
    let url = url();
    let (scheme, rest) = url.split_once("://").expect("the URL has a scheme");
    let (credentials, place) = rest.rsplit_once('@').expect("the URL names a user");
    let user = credentials.split(':').next().expect("a split has a first part");
    let error = connect_url(&format!("{scheme}://{user}:canary-4711@{place}")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AuthenticationFailed, "{error}");
    assert!(!format!("{error} {error:?}").contains("canary-4711"));
}
