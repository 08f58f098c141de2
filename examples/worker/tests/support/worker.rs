//! A runtime that serves the worker.

use std::process::Stdio;
use std::time::Duration;

use drivetrain_adapter_api::http::{HttpMethod, HttpRequest, HttpTransport as _};
use drivetrain_env::ReqwestHttp;
use drivetrain_gateway::neon::{NeonConfig, NeonGateway};
use serde_json::Value;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use super::{Database, build};

const PATIENCE: Duration = Duration::from_secs(60);
/// Answers are small.
const LARGEST: usize = 1 << 20;

/// The worker behind a port, and the gateway behind the worker.
pub(crate) struct Worker {
    gateway: NeonGateway,
    base: String,
    http: ReqwestHttp,
    /// Ends with it, before its folder does.
    _runtime: Child,
    _folder: TempDir,
}

impl Worker {
    pub(crate) async fn start(database: &Database) -> Self {
        Self::start_as(database, &database.url()).await
    }

    /// The worker with that URL of the database.
    pub(crate) async fn start_as(database: &Database, url: &str) -> Self {
        let gateway = NeonGateway::start(NeonConfig::new(&database.url()).expect("the URL can be read"))
            .await
            .expect("the gateway starts");
        let endpoint = format!("{}/sql", gateway.url());
        let folder = TempDir::new().expect("there are temporary folders");
        build::put_into(folder.path());
        let configuration =
            build::configuration(folder.path(), &[("DATABASE_URL", url), ("DATABASE_ENDPOINT", &endpoint)]);
        std::fs::write(folder.path().join("config.capnp"), configuration)
            .expect("the target folder can be written");

        let mut runtime = Command::new(build::runtime())
            .args(["serve", "config.capnp", "--control-fd=1"])
            .current_dir(folder.path())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the runtime starts");
        let said = runtime.stdout.take().expect("it is piped");
        let port =
            tokio::time::timeout(PATIENCE, listening(said)).await.expect("the runtime listens in time");
        let http = ReqwestHttp::new().expect("there is HTTP");
        Self { gateway, base: format!("http://127.0.0.1:{port}"), http, _runtime: runtime, _folder: folder }
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        self.send(HttpMethod::Get, path, String::new()).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.send(HttpMethod::Post, path, body.to_string()).await
    }

    async fn send(&self, method: HttpMethod, path: &str, body: String) -> (u16, Value) {
        let url = format!("{}{path}", self.base);
        let request =
            HttpRequest { method, url, headers: vec![], body: body.into(), timeout: Some(PATIENCE) };
        let response = self.http.send(request).await.expect("the worker answers");
        let status = response.status;
        let body = response.bytes(LARGEST).await.expect("the worker answers in full");
        let parsed = serde_json::from_slice(&body);
        (status, parsed.unwrap_or_else(|_| panic!("status {status}: {}", String::from_utf8_lossy(&body))))
    }

    /// How many HTTP requests the gateway has answered.
    pub(crate) fn requests(&self) -> u64 {
        self.gateway.requests()
    }

    /// How many WebSockets the gateway has seen.
    pub(crate) fn websockets(&self) -> u64 {
        self.gateway.websockets()
    }
}

/// The port, from what the runtime says when it is ready.
async fn listening(said: tokio::process::ChildStdout) -> u64 {
    let mut lines = BufReader::new(said).lines();
    while let Some(line) = lines.next_line().await.expect("the runtime's events can be read") {
        let event: Value = serde_json::from_str(&line).expect("events are JSON");
        if event["event"] == "listen" {
            return event["port"].as_u64().expect("it listens at a port");
        }
    }
    panic!("the runtime ended before it listened");
}
