//! A gateway in front of a server to test against, a second path to the server (tokio-postgres), and a schema of its own
//! for each test.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::sync::Arc;
use std::time::Duration;

use drivetrain_adapter_api::{Adapter, Error, FromCell, Query, QueryResult, Value};
use drivetrain_adapter_neon_http::{NeonAdapter, NeonConfig, Transport};
use drivetrain_env::ReqwestHttp;
use drivetrain_gateway::neon::{NeonConfig as GatewayConfig, NeonGateway};
use tokio_postgres::NoTls;

/// The server, as a superuser.
pub(crate) fn url() -> String {
    std::env::var("TEST_POSTGRES_URL").expect(
        "TEST_POSTGRES_URL is not set: run the tests with `cargo xtask test`, or set it to point at a Postgres server",
    )
}

/// The second path: another driver, which sees what really is in the database.
pub(crate) async fn oracle() -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(&url(), NoTls).await.unwrap();
    // It ends with the client.
    tokio::spawn(connection);
    client
}

/// An adapter at a gateway, a second path, and a schema that is empty and their own.
pub(crate) struct Bench {
    pub(crate) adapter: NeonAdapter,
    pub(crate) gateway: NeonGateway,
    pub(crate) oracle: tokio_postgres::Client,
    pub(crate) schema: String,
}

impl Bench {
    /// With a schema named after the test, which is not looked in: requests are plain.
    pub(crate) async fn new(name: &str) -> Self {
        Self::with(name, |gateway| gateway, |config, _| config).await
    }

    /// With a schema named after the test, in which names are looked up by a setting that each request makes.
    pub(crate) async fn in_schema(name: &str) -> Self {
        Self::with(name, |gateway| gateway, NeonConfig::schema).await
    }

    /// The same by HTTP only.
    pub(crate) async fn http_only(name: &str) -> Self {
        Self::with(name, |gateway| gateway, |config, schema| config.schema(schema).transport(Transport::Http))
            .await
    }

    pub(crate) async fn with(
        name: &str,
        gateway: impl FnOnce(GatewayConfig) -> GatewayConfig,
        configure: impl FnOnce(NeonConfig, &str) -> NeonConfig,
    ) -> Self {
        let oracle = oracle().await;
        let schema = format!("dt_neon_{name}");
        let renew = format!(
            "DROP SCHEMA IF EXISTS {schema} CASCADE; CREATE SCHEMA {schema}; SET search_path = {schema}"
        );
        oracle.batch_execute(&renew).await.unwrap();
        let gateway = NeonGateway::start(gateway(GatewayConfig::new(&url()).unwrap())).await.unwrap();
        let config = NeonConfig::from_url(&url()).unwrap().endpoint(format!("{}/sql", gateway.url()));
        let adapter = connect(configure(config, &schema)).unwrap();
        Self { adapter, gateway, oracle, schema }
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

    /// How many requests `work` makes.
    pub(crate) async fn requests<T>(&self, work: impl Future<Output = T>) -> (T, u64) {
        let before = self.gateway.requests();
        let output = work.await;
        (output, self.gateway.requests() - before)
    }

    /// The adapter still answers as it should.
    pub(crate) async fn assert_usable(&self) {
        let result = self.query("SELECT $1::int8", vec![Value::Int64(7919)]).await.unwrap();
        assert_eq!(first::<i64>(&result), 7919);
    }
}

/// An adapter by the real transports.
pub(crate) fn connect(config: NeonConfig) -> Result<NeonAdapter, Error> {
    let http = Arc::new(ReqwestHttp::new().unwrap());
    NeonAdapter::new(
        config,
        http,
        drivetrain_env::default_websocket().unwrap(),
        drivetrain_env::default_runtime(),
    )
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
pub(crate) fn first<T: for<'a> FromCell<'a>>(result: &QueryResult) -> T {
    result.rows.get(0, 0).unwrap()
}
