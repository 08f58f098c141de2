//! A database of its own for each test, a gateway in front of it, and a bare client for HTTP.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use drivetrain_gateway::neon::{NeonConfig, NeonGateway};
use http_body_util::{BodyExt, Full};
use hyper::header::HeaderMap;
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_postgres::NoTls;

/// How long anything may take.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// The server, as a superuser.
pub(crate) fn url() -> String {
    std::env::var("TEST_POSTGRES_URL").expect(
        "TEST_POSTGRES_URL is not set: run the tests with `cargo xtask test`, or set it to point at a Postgres server",
    )
}

/// Another driver on the server itself, in this database.
pub(crate) async fn direct(database: Option<&str>) -> tokio_postgres::Client {
    let mut config: tokio_postgres::Config = url().parse().unwrap();
    if let Some(database) = database {
        config.dbname(database);
    }
    let (client, connection) = config.connect(NoTls).await.unwrap();
    // It ends with the client.
    tokio::spawn(connection);
    client
}

/// A database and a role of the test's own, its owner; and a gateway.
pub(crate) struct Bench {
    pub(crate) gateway: NeonGateway,
    /// The name of the role and of the database.
    pub(crate) name: String,
    /// The second path, as a superuser in the database.
    pub(crate) oracle: tokio_postgres::Client,
}

pub(crate) const PASSWORD: &str = "a pass/word";
pub(crate) const ENCODED_PASSWORD: &str = "a%20pass%2Fword";

impl Bench {
    pub(crate) async fn new(name: &str) -> Self {
        Self::with(name, |config| config).await
    }

    pub(crate) async fn with(name: &str, configure: impl FnOnce(NeonConfig) -> NeonConfig) -> Self {
        Self::before(name, &url(), configure).await
    }

    /// With a gateway that reaches the server by this URL.
    pub(crate) async fn before(
        name: &str,
        server: &str,
        configure: impl FnOnce(NeonConfig) -> NeonConfig,
    ) -> Self {
        let name = format!("gateway_{name}");
        let admin = direct(None).await;
        for sql in [
            format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
            format!("DROP ROLE IF EXISTS {name}"),
            format!("CREATE ROLE {name} LOGIN PASSWORD '{PASSWORD}'"),
            format!("CREATE DATABASE {name} OWNER {name} TEMPLATE template0 ENCODING 'UTF8'"),
        ] {
            admin.batch_execute(&sql).await.unwrap();
        }
        let config = configure(NeonConfig::new(server).unwrap());
        let gateway = NeonGateway::start(config).await.unwrap();
        let oracle = direct(Some(&name)).await;
        Self { gateway, name, oracle }
    }

    /// What the header says.
    pub(crate) fn connection_string(&self) -> String {
        self.connection_string_to(&self.name)
    }

    /// What the header says for another database.
    pub(crate) fn connection_string_to(&self, database: &str) -> String {
        format!("postgres://{}:{ENCODED_PASSWORD}@ep-test-1.local/{database}", self.name)
    }

    /// A request to `/sql` that this body is yet to be put in.
    pub(crate) fn request(&self, headers: &[(&str, &str)]) -> hyper::http::request::Builder {
        let mut request = Request::builder().method(Method::POST).uri("/sql");
        if headers.iter().all(|(name, _)| *name != "neon-connection-string") {
            request = request.header("neon-connection-string", self.connection_string());
        }
        headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
    }

    /// Asks over HTTP/1.1 with these headers besides the connection string.
    pub(crate) async fn post(&self, headers: &[(&str, &str)], body: impl Into<Bytes>) -> Answer {
        send(self.gateway.address(), self.request(headers).body(Full::new(body.into())).unwrap()).await
    }

    /// Runs one query with raw text and arrays, and expects rows.
    pub(crate) async fn rows(&self, headers: &[(&str, &str)], query: &str) -> Value {
        let mut all = vec![("neon-raw-text-output", "true"), ("neon-array-mode", "true")];
        all.extend_from_slice(headers);
        let answer = self.post(&all, serde_json::json!({ "query": query }).to_string()).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["rows"].clone()
    }

    /// How many backends of the role run this statement.
    pub(crate) async fn running(&self, part: &str) -> i64 {
        let sql =
            "SELECT count(*) FROM pg_stat_activity WHERE usename = $1 AND state = 'active' AND query LIKE $2";
        let row = self.oracle.query_one(sql, &[&self.name, &format!("%{part}%")]).await.unwrap();
        row.get(0)
    }

    /// Waits until so many backends run the statement.
    pub(crate) async fn until_running(&self, part: &str, count: i64) {
        eventually(async || self.running(part).await == count).await;
    }
}

/// Polls until it is so.
pub(crate) async fn eventually(mut so: impl AsyncFnMut() -> bool) {
    let polls = async {
        while !so().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(DEADLINE, polls).await.expect("it became so in time");
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub(crate) fn message(&self) -> String {
        self.json()["message"].as_str().unwrap().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// Sends a request over a connection of its own.
pub(crate) async fn send<B>(address: SocketAddr, request: Request<B>) -> Answer
where
    B: hyper::body::Body<Error: std::error::Error + Send + Sync, Data: Send> + Send + 'static,
{
    let stream = TcpStream::connect(address).await.unwrap();
    let mut client = http1(stream).await;
    let answer = async { read(client.send_request(request).await.unwrap()).await };
    tokio::time::timeout(DEADLINE, answer).await.expect("an answer in time")
}

/// A client for HTTP/1.1; its connection lives as long as it does.
pub(crate) async fn http1<B>(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
) -> hyper::client::conn::http1::SendRequest<B>
where
    B: hyper::body::Body<Error: std::error::Error + Send + Sync, Data: Send> + Send + 'static,
{
    let (client, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    client
}

/// A client for HTTP/2.
pub(crate) async fn http2(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
) -> hyper::client::conn::http2::SendRequest<Full<Bytes>> {
    let (client, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Reads an answer to its end.
pub(crate) async fn read(response: hyper::Response<hyper::body::Incoming>) -> Answer {
    let (head, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Answer { status: head.status, headers: head.headers, body: String::from_utf8(body.to_vec()).unwrap() }
}
