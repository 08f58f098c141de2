//! The schema of one case, and the adapters on it.

use drivetrain_adapter_api::{Adapter as _, Error, Query, SharedAdapter, async_trait};
use drivetrain_adapter_neon_http::{NeonConfig, Transport};
use drivetrain_adapter_postgres::PostgresAdapter;

use super::super::postgres::{options, pool};
use super::{Base, by_the_endpoint, connect};
use crate::harness::{Admin, Namespace, Naming, Oracle, ServerSession, Setup, TlsSetup, Unmade};
use crate::oracles::postgres::PostgresServer;

#[derive(Debug)]
pub(super) struct NeonNamespace {
    base: Base,
    schema: String,
    server: Option<PostgresServer>,
    unnamed: Option<Unnamed>,
}

/// Sessions that have no name, known by what they run.
#[derive(Debug)]
struct Unnamed(PostgresServer);

#[async_trait]
impl Admin for Unnamed {
    async fn sessions(&self, marker: &str) -> Result<Vec<ServerSession>, Error> {
        self.0.sessions_that_run(marker).await
    }

    async fn kill(&self, session: i64) -> Result<(), Error> {
        self.0.kill(session).await
    }
}

impl NeonNamespace {
    pub(super) fn new(base: Base, server: Option<PostgresServer>, schema: &str) -> Self {
        let unnamed = server.clone().filter(|_| base.transport != Transport::WebSocket).map(Unnamed);
        Self { base, schema: schema.to_owned(), server, unnamed }
    }

    /// Runs a statement by the oracle, or where there is none by the adapter.
    pub(super) async fn run(&self, sql: &str) -> Result<(), Error> {
        if let Some(server) = &self.server {
            return server.run(sql).await;
        }
        let adapter = connect(self.base.config.clone()).await?;
        let ran = adapter.query(Query::raw(sql, vec![])).await.map(drop);
        adapter.close().await.and(ran)
    }

    /// What the case asks for, as a configuration.
    fn config(&self, setup: &Setup) -> Result<NeonConfig, Unmade> {
        let mut config = match &setup.url {
            Some(url) => NeonConfig::from_url(url)?,
            None => self.base.config.clone(),
        };
        if self.base.transport == Transport::WebSocket {
            if setup.url.is_none() {
                config = config.schema(&self.schema);
            }
            if let Some(marker) = &setup.marker {
                config = config.application_name(marker);
            }
        }
        if self.base.transport != Transport::Http {
            let mut pool = pool(setup);
            pool.connect_timeout = setup.connect_timeout.unwrap_or(pool.connect_timeout);
            config = config.pool(pool);
        }
        if let Some(user) = &setup.user {
            config = config.with_user(user);
        }
        if let Some(password) = &setup.password {
            config = config.password(password);
        }
        if let Some(source) = setup.password_source.clone() {
            config = config.password_from(move || {
                let password = source.now();
                Box::pin(async { Ok(password) })
            });
        }
        if let Some(database) = &setup.database {
            config = config.with_database(database);
        }
        if let Some(statements) = setup.statement_cache {
            config = config.statement_cache_size(statements);
        }
        if let Some(limit) = setup.lock_wait {
            config = config.lock_timeout(limit);
        }
        if let Some((host, port)) = &setup.through {
            config = through(config, host, *port)?;
        }
        let encrypted = config.endpoint_url()?.starts_with("https:");
        if setup.tls.as_ref().is_some_and(|tls| *tls != TlsSetup::Off || encrypted) {
            return Err(by_the_endpoint());
        }
        if !setup.settings.is_empty() {
            config = config.options(&options(setup))?;
        }
        Ok(config)
    }
}

/// The same endpoint, at another host and port.
fn through(config: NeonConfig, host: &str, port: u16) -> Result<NeonConfig, Error> {
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    let elsewhere = |url: &str| {
        let (scheme, rest) = url.split_once("://").unwrap_or_default();
        let path = rest.find('/').map_or("", |at| &rest[at..]);
        format!("{scheme}://{host}:{port}{path}")
    };
    let (endpoint, websocket) = (elsewhere(&config.endpoint_url()?), elsewhere(&config.websocket_url()?));
    Ok(config.endpoint(endpoint).websocket_endpoint(websocket).allow_insecure_endpoint(true))
}

#[async_trait]
impl Namespace for NeonNamespace {
    fn naming(&self) -> Naming {
        Naming { schema: Some(self.schema.clone()), prefix: String::new() }
    }

    async fn adapter(&self, setup: &Setup) -> Result<SharedAdapter, Unmade> {
        Ok(connect(self.config(setup)?).await?)
    }

    async fn peer(&self, setup: &Setup) -> Result<SharedAdapter, Unmade> {
        let Some(config) = self.base.peer.clone() else {
            return Err(Unmade::NotProvided(
                "there is no second transport: give the oracle's URL".to_owned(),
            ));
        };
        let config = match self.base.transport {
            Transport::WebSocket => config.schema(&self.schema),
            _ => config,
        };
        let config = config.pool(pool(setup)).application_name(setup.marker.as_deref().unwrap_or("peer"));
        Ok(std::sync::Arc::new(PostgresAdapter::connect(config, drivetrain_env::default_runtime()).await?))
    }

    fn url(&self) -> Option<String> {
        let transport = match self.base.transport {
            Transport::Http => "http",
            Transport::WebSocket => "websocket",
            Transport::Auto => "auto",
        };
        let url = &self.base.url.0;
        let separator = if url.contains('?') { '&' } else { '?' };
        let mut url = format!("{url}{separator}transport={transport}");
        if let Some(endpoint) = &self.base.endpoint {
            url += &format!("&endpoint={endpoint}");
        }
        if self.base.transport == Transport::WebSocket {
            url += &format!("&schema={}", self.schema);
        }
        Some(url)
    }

    async fn oracle(&self) -> Result<Box<dyn Oracle>, Unmade> {
        match &self.server {
            Some(server) => Ok(Box::new(server.oracle().await?)),
            None => Err(Unmade::NotProvided("there is no oracle: give its URL".to_owned())),
        }
    }

    fn admin(&self) -> Option<&dyn Admin> {
        match &self.unnamed {
            Some(unnamed) => Some(unnamed),
            None => self.server.as_ref().map(|server| server as &dyn Admin),
        }
    }

    async fn remove(&self) -> Result<(), Error> {
        self.run(&format!("drop schema {} cascade", self.schema)).await
    }
}
