//! A server to test against, a second path to it (tokio-postgres), and a schema of its own for each test.
#![allow(dead_code, reason = "each test binary uses a part of it")]

pub(crate) mod proxy;

use std::time::Duration;

use drivetrain_adapter_api::{Adapter, Error, Query, QueryResult, Value};
use drivetrain_adapter_postgres::{PostgresAdapter, PostgresConfig};
use tokio_postgres::NoTls;

/// A variable that `cargo xtask test` sets.
pub(crate) fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set: run the tests with `cargo xtask test`, or set it to point at a Postgres server")
    })
}

/// The server, as a superuser.
pub(crate) fn url() -> String {
    variable("TEST_POSTGRES_URL")
}

/// The server, with more keys.
pub(crate) fn url_with(keys: &str) -> String {
    let url = url();
    let separator = if url.contains('?') { '&' } else { '?' };
    format!("{url}{separator}{keys}")
}

pub(crate) fn config() -> PostgresConfig {
    PostgresConfig::from_url(&url()).unwrap()
}

pub(crate) async fn connect(config: PostgresConfig) -> PostgresAdapter {
    PostgresAdapter::connect(config, drivetrain_env::default_runtime()).await.unwrap()
}

/// The second path: another driver, which sees what really is in the database.
pub(crate) async fn oracle() -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(&url(), NoTls).await.unwrap();
    tokio::spawn(async move {
        // It ends with the client.
        let _ = connection.await;
    });
    client
}

/// An adapter, a second path, and a schema that is empty and their own.
pub(crate) struct Bench {
    pub(crate) adapter: PostgresAdapter,
    pub(crate) oracle: tokio_postgres::Client,
    pub(crate) schema: String,
}

impl Bench {
    /// With a schema named after the test.
    pub(crate) async fn new(name: &str) -> Self {
        Self::with(name, config()).await
    }

    pub(crate) async fn with(name: &str, config: PostgresConfig) -> Self {
        let oracle = oracle().await;
        let schema = format!("dt_{name}");
        let renew = format!(
            "DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}; SET search_path = {schema}"
        );
        oracle.batch_execute(&renew).await.unwrap();
        let adapter = connect(config.schema(&schema).application_name(&schema)).await;
        Self { adapter, oracle, schema }
    }

    /// Runs setup on the second path.
    pub(crate) async fn setup(&self, sql: &str) {
        self.oracle.batch_execute(sql).await.unwrap();
    }

    /// Runs a query on the adapter.
    pub(crate) async fn query(&self, sql: &str, params: Vec<Value>) -> Result<QueryResult, Error> {
        self.adapter.query(Query::raw(sql, params)).await
    }

    /// One number, seen on the second path.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        self.oracle.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// Sessions of the adapter that are in that state, seen on the second path.
    pub(crate) async fn sessions(&self, condition: &str) -> i64 {
        self.count(&format!(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = '{}' AND ({condition})",
            self.schema
        ))
        .await
    }

    /// Waits until a number seen on the second path is what it should be.
    pub(crate) async fn until(&self, sql: &str, expected: i64) {
        eventually(async || self.count(sql).await == expected, sql).await;
    }

    /// Waits until no session of the adapter is in that state.
    pub(crate) async fn until_no_session(&self, condition: &str) {
        eventually(async || self.sessions(condition).await == 0, condition).await;
    }

    /// Waits until the pool has cleaned up every connection that was given back.
    pub(crate) async fn until_clean(&self) {
        let clean = async || {
            let status = self.adapter.pool_status();
            status.recycling + status.connecting + status.in_use == 0
        };
        eventually(clean, "the pool has cleaned up").await;
    }

    /// The adapter still answers as it should, on every connection.
    pub(crate) async fn assert_usable(&self) {
        let nonce = Value::Int64(self.schema.len() as i64 * 7919);
        let result = self.query("SELECT $1::int8", vec![nonce.clone()]).await.unwrap();
        assert_eq!(result.rows.get::<Value>(0, 0).unwrap(), nonce);
    }
}

/// Waits until `condition` holds; fails after a time that only a hang needs.
pub(crate) async fn eventually(mut condition: impl AsyncFnMut() -> bool, what: &str) {
    for _ in 0..1000 {
        if condition().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it never came about: {what}");
}

pub(crate) fn raw(sql: &str) -> Query {
    Query::raw(sql, Vec::new())
}

/// The first cell.
pub(crate) fn first<T: for<'a> drivetrain_adapter_api::FromCell<'a>>(result: &QueryResult) -> T {
    result.rows.get(0, 0).unwrap()
}
