//! Adapters that reach a gateway by WebSockets only.
#![allow(dead_code, reason = "each test binary uses a part of it")]

pub(crate) mod dropping;

use std::ops::Deref;

use drivetrain_adapter_api::websocket::SharedWebSocketTransport;
use drivetrain_adapter_neon_http::{NeonAdapter, NeonConfig, Transport};
use drivetrain_gateway::neon::{NeonConfig as GatewayConfig, NeonGateway};

use crate::common::{Bench, connect, eventually, url};

/// The superuser's password.
pub(crate) fn password() -> String {
    let config: tokio_postgres::Config = url().parse().unwrap();
    String::from_utf8(config.get_password().unwrap().to_vec()).unwrap()
}

/// A gateway in front of the server, set up further.
pub(crate) async fn gateway(set_up: impl FnOnce(GatewayConfig) -> GatewayConfig) -> NeonGateway {
    NeonGateway::start(set_up(GatewayConfig::new(&url()).unwrap())).await.unwrap()
}

/// The way to a gateway by WebSockets, with more keys.
pub(crate) fn config(gateway: &NeonGateway, keys: &str) -> NeonConfig {
    let url = url();
    let separator = if url.contains('?') { '&' } else { '?' };
    let endpoint = format!("{}/sql", gateway.url());
    NeonConfig::from_url(&format!("{url}{separator}endpoint={endpoint}&transport=websocket{keys}")).unwrap()
}

pub(crate) fn adapter(config: NeonConfig) -> NeonAdapter {
    connect(config).unwrap()
}

/// An adapter with that transport.
pub(crate) fn adapter_by(config: NeonConfig, websocket: SharedWebSocketTransport) -> NeonAdapter {
    let http = drivetrain_env::default_http().unwrap();
    NeonAdapter::new(config, http, websocket, drivetrain_env::default_runtime()).unwrap()
}

/// A bench whose adapter goes by WebSockets, looks names up in the schema, and is known to the server by its name.
pub(crate) struct Sockets(Bench);

impl Deref for Sockets {
    type Target = Bench;

    fn deref(&self) -> &Bench {
        &self.0
    }
}

impl Sockets {
    pub(crate) async fn new(name: &str) -> Self {
        Self::with(name, |gateway| gateway).await
    }

    pub(crate) async fn with(name: &str, set_up: impl FnOnce(GatewayConfig) -> GatewayConfig) -> Self {
        let configure = |config: NeonConfig, schema: &str| {
            config.schema(schema).application_name(schema).transport(Transport::WebSocket)
        };
        Self(Bench::with(name, set_up, configure).await)
    }

    /// Goes on with that adapter.
    pub(crate) fn use_adapter(&mut self, adapter: NeonAdapter) {
        self.0.adapter = adapter;
    }

    /// Sessions of the adapter that are in that state, seen on the second path.
    pub(crate) async fn sessions(&self, condition: &str) -> i64 {
        self.count(&format!(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = '{}' AND ({condition})",
            self.schema
        ))
        .await
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
}
