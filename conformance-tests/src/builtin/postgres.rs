//! The harness of the Postgres adapter: a schema for each case.

use std::fmt::Write as _;
use std::sync::Arc;

use drivetrain_adapter_api::{Adapter as _, Error, SharedAdapter, async_trait};
use drivetrain_adapter_postgres::{Address, Host, PoolConfig, PostgresAdapter, PostgresConfig};

use crate::case::{P, Places};
use crate::harness::{Admin, Harness, Namespace, Naming, Oracle, Setup, Unmade, Upstream};
use crate::oracles::postgres::PostgresServer;

/// The Postgres adapter, with a schema of its own for each case.
#[derive(Debug, Clone)]
pub struct PostgresHarness {
    config: PostgresConfig,
    server: Option<PostgresServer>,
    secrets: Vec<String>,
}

impl PostgresHarness {
    /// The adapter on the server of `url`; the oracle is on the same database by `oracle_url`. Without an oracle
    /// schemas are made by the adapter itself.
    ///
    /// # Errors
    /// [`Config`](drivetrain_adapter_api::ErrorKind::Config) for URLs that cannot be read.
    pub fn new(url: &str, oracle_url: Option<&str>) -> Result<Self, Error> {
        let config = PostgresConfig::from_url(url)?;
        let password = url
            .split_once("://")
            .and_then(|(_, rest)| rest.split_once('@'))
            .and_then(|(user, _)| user.split_once(':'));
        let secrets = password.map(|(_, password)| password.to_owned()).into_iter().collect();
        let server = oracle_url.map(PostgresServer::from_url).transpose()?;
        Ok(Self { config, server, secrets })
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
            server: self.server.clone(),
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

    fn secrets(&self) -> Vec<String> {
        self.secrets.clone()
    }
}

#[derive(Debug)]
struct PostgresNamespace {
    schema: String,
    config: PostgresConfig,
    server: Option<PostgresServer>,
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

#[async_trait]
impl Namespace for PostgresNamespace {
    fn naming(&self) -> Naming {
        Naming { schema: Some(self.schema.clone()), prefix: String::new() }
    }

    async fn adapter(&self, setup: &Setup) -> Result<SharedAdapter, Unmade> {
        let mut config = self.config.clone().schema(&self.schema);
        if let Some(marker) = &setup.marker {
            config = config.application_name(marker);
        }
        let mut pool = PoolConfig::default();
        if let Some(connections) = setup.pool_max {
            pool.max_size = connections;
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
        config = config.pool(pool);
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
        if let Some(password) = &setup.password {
            config = config.password(password);
        }
        if !setup.settings.is_empty() {
            let mut options = String::new();
            for (name, value) in &setup.settings {
                // Blanks and backslashes are escaped as libpq does in `options`.
                let value = value.replace('\\', "\\\\").replace(' ', "\\ ");
                write!(options, " -c {name}={value}").expect("a String takes everything");
            }
            config = config.options(options.trim_start());
        }
        Ok(Arc::new(PostgresAdapter::connect(config, drivetrain_env::default_runtime()).await?))
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
