//! Neon's protocol, for real: a gateway in front of the server that TEST_POSTGRES_URL names.
#![cfg(feature = "neon-http")]

use drivetrain_adapter_api::{ErrorKind, Query, TransactionOptions, Transport, Value};
use drivetrain_adapters::{Settings, connect};
use drivetrain_gateway::neon::{NeonConfig, NeonGateway};

fn url() -> String {
    std::env::var("TEST_POSTGRES_URL")
        .expect("set TEST_POSTGRES_URL to a Postgres server, or run the tests with `cargo xtask test`")
}

#[tokio::test]
async fn a_server_is_reached_through_its_endpoint() {
    let gateway = NeonGateway::start(NeonConfig::new(&url()).unwrap()).await.unwrap();
    let settings = Settings::new(url())
        .with_adapter("neon-http")
        .with_endpoint(format!("{}/sql", gateway.url()))
        .with_namespace("drivetrain_adapters");
    let adapter = connect(settings).await.unwrap();
    assert_eq!((gateway.requests(), gateway.websockets()), (0, 0), "nothing is asked beforehand");
    assert_eq!(adapter.name(), "neon-http");
    assert_eq!(adapter.capabilities().transport(), Transport::Http);
    adapter.health_check().await.unwrap();
    let result = adapter.query(Query::raw("select $1::int8 + 1", vec![Value::Int64(41)])).await.unwrap();
    assert_eq!(result.rows.get::<i64>(0, 0).unwrap(), 42);
    let path = adapter.query(Query::raw("show search_path", vec![])).await.unwrap();
    assert_eq!(path.rows.get::<String>(0, 0).unwrap(), "\"drivetrain_adapters\"");
    let mut transaction = adapter.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(Query::raw("select 1", vec![])).await.unwrap();
    transaction.rollback().await.unwrap();
    assert_eq!((gateway.requests(), gateway.websockets()), (3, 1));
    adapter.close().await.unwrap();
    assert_eq!(adapter.health_check().await.unwrap_err().kind(), ErrorKind::Closed);
}

#[tokio::test]
async fn an_endpoint_elsewhere_needs_tls() {
    let settings = Settings::new(url()).with_adapter("neon-http").with_endpoint("http://db.example.com/sql");
    let error = connect(settings).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(error.to_string().contains("no TLS"), "{error}");
}
