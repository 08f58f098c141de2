//! The harness of the Postgres adapter: a schema for each case.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use drivetrain_adapter_api::{Adapter as _, Error, SharedAdapter, async_trait};
use drivetrain_adapter_postgres::{
    Address, Host, PoolConfig, PostgresAdapter, PostgresConfig, Roots, SslMode,
};

use super::hidden::{self, Hidden};
use crate::case::{P, Places};
use crate::harness::{
    Admin, Harness, Namespace, Naming, Oracle, Setup, TlsFiles, TlsSetup, Unmade, Upstream,
};
use crate::oracles::postgres::PostgresServer;

/// The Postgres adapter, with a schema of its own for each case.
#[derive(Debug, Clone)]
pub struct PostgresHarness {
    config: PostgresConfig,
    url: Hidden,
    server: Option<PostgresServer>,
    secrets: Vec<Hidden>,
    tls: Option<TlsFiles>,
    socket: Option<Host>,
}

impl PostgresHarness {
    /// The adapter on the server of `url`; the oracle is on the same database by `oracle_url`. Without an oracle
    /// schemas are made by the adapter itself.
    ///
    /// # Errors
    /// [`Config`](drivetrain_adapter_api::ErrorKind::Config) for URLs that cannot be read.
    pub fn new(url: &str, oracle_url: Option<&str>) -> Result<Self, Error> {
        let config = PostgresConfig::from_url(url)?;
        let secrets = hidden::password(url).into_iter().collect();
        let server = oracle_url.map(PostgresServer::from_url).transpose()?;
        Ok(Self { config, url: Hidden(url.to_owned()), server, secrets, tls: None, socket: None })
    }

    /// With the certificates of a server that has TLS: PEM files of the authority that signed the server's, and of one
    /// that did not.
    #[must_use]
    pub fn with_tls(mut self, authority: impl Into<String>, other_authority: impl Into<String>) -> Self {
        self.tls = Some(TlsFiles { authority: authority.into(), other_authority: other_authority.into() });
        self
    }

    /// With the folder of the server's Unix socket and its port: the second transport.
    #[must_use]
    pub fn with_socket(mut self, folder: impl Into<PathBuf>, port: u16) -> Self {
        self.socket = Some(Host { address: Address::Folder(folder.into()), port });
        self
    }

    /// With what the variables of `cargo xtask serve` say of certificates (`TEST_POSTGRES_CA`,
    /// `TEST_POSTGRES_WRONG_CA`) and of the Unix socket (`TEST_POSTGRES_SOCKET_DIR`, `TEST_POSTGRES_PORT`).
    ///
    /// # Errors
    /// [`Config`](drivetrain_adapter_api::ErrorKind::Config) if the port is no number.
    pub fn with_variables(mut self, variable: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let authorities = (variable("TEST_POSTGRES_CA"), variable("TEST_POSTGRES_WRONG_CA"));
        if let (Some(authority), Some(other)) = authorities {
            self = self.with_tls(authority, other);
        }
        let socket = (variable("TEST_POSTGRES_SOCKET_DIR"), variable("TEST_POSTGRES_PORT"));
        if let (Some(folder), Some(port)) = socket {
            let port = port.parse().map_err(|_| Error::config("TEST_POSTGRES_PORT is no port"))?;
            self = self.with_socket(folder, port);
        }
        Ok(self)
    }
}

#[async_trait]
impl Harness for PostgresHarness {
    fn name(&self) -> &str {
        "postgres"
    }

    async fn namespace(&self, label: &str) -> Result<Box<dyn Namespace>, Error> {
        let namespace = PostgresNamespace {
            schema: label.to_owned(),
            config: self.config.clone(),
            url: self.url.clone(),
            server: self.server.clone(),
            socket: self.socket.clone(),
        };
        namespace.run(&format!("create schema {label}")).await?;
        Ok(Box::new(namespace))
    }

    fn place(&self) -> Option<Places> {
        Some(P)
    }

    fn has_oracle(&self) -> bool {
        self.server.is_some()
    }

    fn has_admin(&self) -> bool {
        self.server.is_some()
    }

    fn upstream(&self) -> Option<Upstream> {
        let Host { address, port } = self.config.hosts().first()?;
        match address {
            Address::Name(host) => Some(Upstream { host: host.clone(), port: *port, encrypted: false }),
            Address::Folder(_) => None,
        }
    }

    fn has_peer(&self) -> bool {
        self.socket.is_some()
    }

    fn has_url(&self) -> bool {
        true
    }

    fn tls(&self) -> Option<TlsFiles> {
        self.tls.clone()
    }

    fn secrets(&self) -> Vec<String> {
        self.secrets.iter().map(|secret| secret.0.clone()).collect()
    }
}

#[derive(Debug)]
struct PostgresNamespace {
    schema: String,
    config: PostgresConfig,
    url: Hidden,
    server: Option<PostgresServer>,
    socket: Option<Host>,
}

impl PostgresNamespace {
    /// Runs a statement by the oracle, or where there is none by the adapter.
    async fn run(&self, sql: &str) -> Result<(), Error> {
        if let Some(server) = &self.server {
            return server.run(sql).await;
        }
        let adapter =
            PostgresAdapter::connect(self.config.clone(), drivetrain_env::default_runtime()).await?;
        let ran = adapter.script(sql).await;
        adapter.close().await.and(ran)
    }
}

impl PostgresNamespace {
    /// What the case asks for, as a configuration.
    fn config(&self, setup: &Setup) -> Result<PostgresConfig, Error> {
        let mut config = match &setup.url {
            Some(url) => PostgresConfig::from_url(url)?,
            None => self.config.clone().schema(&self.schema),
        };
        if let Some(marker) = &setup.marker {
            config = config.application_name(marker);
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
        config = config.pool(pool(setup));
        if let Some(limit) = setup.connect_timeout {
            config = config.connect_timeout(limit);
        }
        if let Some(statements) = setup.statement_cache {
            config = config.statement_cache_size(statements);
        }
        if let Some(limit) = setup.lock_wait {
            config = config.lock_timeout(limit);
        }
        if let Some((host, port)) = &setup.through {
            config = config.with_hosts(vec![Host { address: Address::Name(host.clone()), port: *port }]);
        }
        config = match &setup.tls {
            None => config,
            Some(TlsSetup::Off) => config.ssl_mode(SslMode::Disable),
            Some(TlsSetup::Verify { authority, host }) => {
                if let (Some(host), Some(Host { port, .. })) = (host, config.hosts().first().cloned()) {
                    config = config.with_hosts(vec![Host { address: Address::Name(host.clone()), port }]);
                }
                config.ssl_mode(SslMode::VerifyFull).ssl_roots(Roots::File(authority.into()))
            }
        };
        if !setup.settings.is_empty() {
            config = config.options(options(setup));
        }
        Ok(config)
    }
}

/// The settings that the case asks for, as the server's options. Blanks and backslashes are escaped as libpq does.
pub(super) fn options(setup: &Setup) -> String {
    let mut options = String::new();
    for (name, value) in &setup.settings {
        let value = value.replace('\\', "\\\\").replace(' ', "\\ ");
        write!(options, " -c {name}={value}").expect("a String takes everything");
    }
    options.trim_start().to_owned()
}

/// What the case asks of a pool.
pub(super) fn pool(setup: &Setup) -> PoolConfig {
    let mut pool = PoolConfig::default();
    if let Some(connections) = setup.pool_max {
        pool.max_size = connections;
    }
    if let Some(connections) = setup.pool_min {
        pool.min_size = connections;
    }
    if setup.pool_timeout.is_some() {
        pool.acquire_timeout = setup.pool_timeout;
    }
    if setup.pool_idle.is_some() {
        pool.idle_timeout = setup.pool_idle;
    }
    if setup.pool_lifetime.is_some() {
        pool.max_lifetime = setup.pool_lifetime;
    }
    pool
}

async fn connect(config: PostgresConfig) -> Result<SharedAdapter, Unmade> {
    Ok(Arc::new(PostgresAdapter::connect(config, drivetrain_env::default_runtime()).await?))
}

#[async_trait]
impl Namespace for PostgresNamespace {
    fn naming(&self) -> Naming {
        Naming { schema: Some(self.schema.clone()), prefix: String::new() }
    }

    async fn adapter(&self, setup: &Setup) -> Result<SharedAdapter, Unmade> {
        connect(self.config(setup)?).await
    }

    async fn peer(&self, setup: &Setup) -> Result<SharedAdapter, Unmade> {
        let Some(socket) = &self.socket else {
            return Err(Unmade::NotProvided("there is no Unix socket: give its folder and port".to_owned()));
        };
        connect(self.config(setup)?.with_hosts(vec![socket.clone()])).await
    }

    fn url(&self) -> Option<String> {
        let url = &self.url.0;
        let separator = if url.contains('?') { '&' } else { '?' };
        Some(format!("{url}{separator}schema={}", self.schema))
    }

    async fn oracle(&self) -> Result<Box<dyn Oracle>, Unmade> {
        match &self.server {
            Some(server) => Ok(Box::new(server.oracle().await?)),
            None => Err(Unmade::NotProvided("there is no oracle: give its URL".to_owned())),
        }
    }

    fn admin(&self) -> Option<&dyn Admin> {
        self.server.as_ref().map(|server| server as &dyn Admin)
    }

    async fn remove(&self) -> Result<(), Error> {
        self.run(&format!("set client_min_messages to warning; drop schema {} cascade", self.schema)).await
    }
}
