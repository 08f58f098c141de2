//! The Postgres protocol inside WebSockets: what needs a session, through a small pool that is opened on demand.
//!
//! What goes through a WebSocket, and in which order, is as Neon's proxy has it (`proxy/src/serverless/websocket.rs` in
//! `neondatabase/neon`): binary messages whose borders mean nothing, no TLS inside, and a password in clear text, which is
//! sent together with the first statement where the server is known to ask for it.

mod connector;
mod parameters;
mod settings;
mod start_error;
mod stream;

use drivetrain_adapter_api::Result;
use drivetrain_adapter_api::runtime::SharedRuntime;
use drivetrain_adapter_api::websocket::SharedWebSocketTransport;
use drivetrain_postgres_core::pooled::SessionPool;
use drivetrain_postgres_core::secret::Secret;
use drivetrain_postgres_core::session::StatementMode;
use drivetrain_sql::Lowerer;
use std::sync::Arc;

use crate::config::endpoint::{is_loopback, neon_region};
use crate::config::{NeonConfig, PipelineConnect};
pub(crate) use connector::SocketConnector;

/// The calls of the adapter that go through WebSockets.
pub(crate) type WebSocketSide = SessionPool<SocketConnector>;

/// The side of an adapter of that configuration. Nothing is opened before the first call.
///
/// # Errors
/// [`Config`](drivetrain_adapter_api::ErrorKind::Config).
pub(crate) fn side(
    config: &NeonConfig,
    lowerer: Lowerer,
    transport: SharedWebSocketTransport,
    runtime: SharedRuntime,
) -> Result<WebSocketSide> {
    let connector = SocketConnector::new(Setup::of(config)?, transport, Arc::clone(&runtime));
    SessionPool::new(Arc::new(connector), lowerer, config.pool.clone(), runtime, None)
}

/// How sessions are started.
#[derive(Debug)]
struct Setup {
    url: String,
    /// Where that is, for people to read.
    place: String,
    user: String,
    database: String,
    password: Secret,
    settings: Vec<(String, String)>,
    /// What `options` has for the proxy.
    words: Vec<String>,
    policy: SocketPolicy,
    /// Nobody else can read what goes through the WebSocket.
    confidential: bool,
    mode: StatementMode,
    cached_statements: usize,
}

/// Whether the password goes ahead of the question for it, with the first statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SocketPolicy {
    /// It does, until the server turns out to ask for something else.
    Ahead,
    /// It does not.
    Ask,
    /// It does when the server has asked for it on an earlier WebSocket.
    Learn,
}

impl Setup {
    fn of(config: &NeonConfig) -> Result<Self> {
        let url = config.websocket_url()?;
        let place = place(&url);
        let host = host(place);
        let policy = match config.pipeline_connect {
            PipelineConnect::Always => SocketPolicy::Ahead,
            PipelineConnect::Never => SocketPolicy::Ask,
            PipelineConnect::Auto if neon_region(host).is_some() || is_loopback(host) => SocketPolicy::Ahead,
            PipelineConnect::Auto => SocketPolicy::Learn,
        };
        Ok(Self {
            place: place.to_owned(),
            user: config.user.clone(),
            database: config.database.clone(),
            password: config.password.clone(),
            settings: config.session.settings(),
            words: config.session.options.words.clone(),
            policy,
            confidential: url.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("wss:"))
                || is_loopback(host),
            mode: config.prepared(),
            cached_statements: config.cached_statements,
            url,
        })
    }
}

/// Host and port of a URL that has been checked.
fn place(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?']).next().unwrap_or(rest)
}

/// The host of host and port.
fn host(place: &str) -> &str {
    match place.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or(bracketed),
        None => place.split(':').next().unwrap_or(place),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn setup(url: &str) -> Setup {
        Setup::of(&NeonConfig::from_url(url).unwrap()).unwrap()
    }

    #[test]
    fn the_password_goes_ahead_where_it_will_be_asked_for() {
        let neon = setup("postgres://u:canary@ep-1.eu.aws.neon.tech/d");
        assert_eq!((neon.policy, neon.confidential), (SocketPolicy::Ahead, true));
        assert_eq!((&*neon.url, &*neon.place), ("wss://ep-1.eu.aws.neon.tech/v2", "ep-1.eu.aws.neon.tech"));
        assert!(!format!("{neon:?}").contains("canary"));
        let never = setup("postgres://u@ep-1.eu.aws.neon.tech/d?pipeline_connect=never");
        assert_eq!(never.policy, SocketPolicy::Ask);
        let other = setup("postgres://u@x.pg.psdb.cloud/d");
        assert_eq!((other.policy, other.confidential), (SocketPolicy::Learn, true));
        assert_eq!(other.url, "wss://x.pg.psdb.cloud/v2?address=x.pg.psdb.cloud:5432");
        let always = setup("postgres://u@x.pg.psdb.cloud/d?pipeline_connect=always");
        assert_eq!(always.policy, SocketPolicy::Ahead);
        for endpoint in
            ["ws://127.0.0.1:4444/v2", "ws://[::1]:4444/v2", "ws://localhost/v2", "wss://localhost/v2"]
        {
            let local = setup(&format!("postgres://u@x.pg.psdb.cloud/d?websocket_endpoint={endpoint}"));
            assert_eq!((local.policy, local.confidential), (SocketPolicy::Ahead, true), "{endpoint}");
        }
        let plain =
            setup("postgres://u@h/d?websocket_endpoint=ws://gateway:80/v2&allow_insecure_endpoint=true");
        assert_eq!((plain.policy, plain.confidential), (SocketPolicy::Learn, false));
    }

    #[test]
    fn poolers_get_statements_without_names() {
        assert_eq!(setup("postgres://u@ep-1-pooler.eu.aws.neon.tech/d").mode, StatementMode::Unnamed);
        assert_eq!(setup("postgres://u@ep-1.eu.aws.neon.tech/d").mode, StatementMode::Named);
    }
}
