//! The harness of the adapter for Neon: a schema for each case, at any endpoint that speaks Neon's protocol.

mod namespace;

use drivetrain_adapter_api::{Adapter as _, Error, Query, SharedAdapter, Version, async_trait};
use drivetrain_adapter_neon_http::{NeonAdapter, NeonConfig, Transport};
use drivetrain_adapter_postgres::PostgresConfig;
use tokio::sync::OnceCell;

use self::namespace::NeonNamespace;
use super::hidden::{self, Hidden};
use crate::case::{N, Places, W};
use crate::harness::{Harness, Namespace, Unmade, Upstream};
use crate::oracles::postgres::PostgresServer;

/// The adapter for Neon, by one transport, with a schema of its own for each case.
///
/// Over HTTP names are qualified, and sessions have no name: a setting, be it that of a schema, would make a transaction of
/// every request. There is no pool either, and what cases ask of one is passed over.
#[derive(Debug, Clone)]
pub struct NeonHarness {
    base: Base,
    server: Option<PostgresServer>,
    secrets: Vec<Hidden>,
    version: OnceCell<Version>,
}

/// What every adapter of the harness has in common.
#[derive(Debug, Clone)]
struct Base {
    config: NeonConfig,
    url: Hidden,
    endpoint: Option<String>,
    transport: Transport,
    /// The same server over TCP.
    peer: Option<PostgresConfig>,
}

impl NeonHarness {
    /// The adapter on the database of `url`, at the endpoint that follows from its host, or at `endpoint`; the oracle, and
    /// the second transport, are on the same database by `oracle_url`. Without an oracle schemas are made by the adapter
    /// itself.
    ///
    /// # Errors
    /// [`Config`](drivetrain_adapter_api::ErrorKind::Config) for URLs that cannot be read, or an endpoint that may not be
    /// used.
    pub fn new(
        url: &str,
        endpoint: Option<&str>,
        transport: Transport,
        oracle_url: Option<&str>,
    ) -> Result<Self, Error> {
        let mut config = NeonConfig::from_url(url)?.transport(transport);
        if let Some(endpoint) = endpoint {
            config = config.endpoint(endpoint);
        }
        config.endpoint_url()?;
        let base = Base {
            config,
            url: Hidden(url.to_owned()),
            endpoint: endpoint.map(str::to_owned),
            transport,
            peer: oracle_url.map(PostgresConfig::from_url).transpose()?,
        };
        Ok(Self {
            base,
            server: oracle_url.map(PostgresServer::from_url).transpose()?,
            secrets: hidden::password(url).into_iter().collect(),
            version: OnceCell::new(),
        })
    }

    /// The server's version, which HTTP does not tell: asked for once, and configured as an application would.
    async fn version(&self) -> Result<Version, Error> {
        let ask = async || {
            let adapter = connect(self.base.config.clone()).await?;
            let asked =
                adapter.query(Query::raw("select current_setting('server_version_num')::int4", vec![])).await;
            let closed = adapter.close().await;
            let number: i32 = asked?.rows.get(0, 0)?;
            closed?;
            let part = |number: i32| u16::try_from(number).unwrap_or_default();
            Ok(Version::new(part(number / 10_000), part(number % 10_000), 0))
        };
        self.version.get_or_try_init(ask).await.copied()
    }
}

/// An adapter with the transports of this machine.
async fn connect(config: NeonConfig) -> Result<SharedAdapter, Error> {
    let adapter = NeonAdapter::new(
        config,
        drivetrain_env::default_http()?,
        drivetrain_env::default_websocket()?,
        drivetrain_env::default_runtime(),
    )?;
    Ok(std::sync::Arc::new(adapter))
}

#[async_trait]
impl Harness for NeonHarness {
    fn name(&self) -> &str {
        match self.base.transport {
            Transport::Http => "neon-http over HTTP",
            Transport::WebSocket => "neon-http over WebSocket",
            Transport::Auto => "neon-http over both",
        }
    }

    async fn namespace(&self, label: &str) -> Result<Box<dyn Namespace>, Error> {
        let base = Base {
            config: self.base.config.clone().server_version(self.version().await?),
            ..self.base.clone()
        };
        let namespace = NeonNamespace::new(base, self.server.clone(), label);
        namespace.run(&format!("create schema {label}")).await?;
        Ok(Box::new(namespace))
    }

    fn place(&self) -> Option<Places> {
        Some(if self.base.transport == Transport::WebSocket { W } else { N })
    }

    fn has_oracle(&self) -> bool {
        self.server.is_some()
    }

    fn has_admin(&self) -> bool {
        self.server.is_some()
    }

    fn upstream(&self) -> Option<Upstream> {
        let (encrypted, host, port) = place(&self.base.config.endpoint_url().ok()?)?;
        Some(Upstream { host, port, encrypted })
    }

    fn has_peer(&self) -> bool {
        self.base.peer.is_some()
    }

    fn has_url(&self) -> bool {
        true
    }

    fn secrets(&self) -> Vec<String> {
        self.secrets.iter().map(|secret| secret.0.clone()).collect()
    }
}

/// Whether the endpoint has TLS, its host and its port.
fn place(endpoint: &str) -> Option<(bool, String, u16)> {
    let (scheme, rest) = endpoint.split_once("://")?;
    let encrypted = scheme == "https";
    let authority = rest.split(['/', '?']).next()?;
    let (host, port) = match authority.strip_prefix('[') {
        Some(bracketed) => bracketed.split_once(']')?,
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let port = match port.strip_prefix(':') {
        Some(port) => port.parse().ok()?,
        None if encrypted => 443,
        None => 80,
    };
    Some((encrypted, host.to_owned(), port))
}

/// Why there is no adapter that is encrypted in another way than the endpoint is.
fn by_the_endpoint() -> Unmade {
    Unmade::NotProvided("whether the connection is encrypted is up to the endpoint".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_a_place() {
        let place = |endpoint| place(endpoint).unwrap();
        assert_eq!(place("http://127.0.0.1:4444/sql"), (false, "127.0.0.1".to_owned(), 4444));
        assert_eq!(place("https://api.eu.aws.neon.tech/sql"), (true, "api.eu.aws.neon.tech".to_owned(), 443));
        assert_eq!(place("http://[::1]:80/sql?x"), (false, "::1".to_owned(), 80));
    }
}
