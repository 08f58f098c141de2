//! The harness of the Postgres adapter: a schema for each case.

use std::fmt::Write as _;
use std::sync::Arc;

use drivetrain_adapter_api::{Error, SharedAdapter, async_trait};
use drivetrain_adapter_postgres::{Address, Host, PoolConfig, PostgresAdapter, PostgresConfig};

use crate::harness::{Admin, Harness, Namespace, Naming, Oracle, Setup, Unmade, Upstream};
use crate::oracles::postgres::PostgresServer;

/// The Postgres adapter, with a schema of its own for each case.
#[derive(Debug, Clone)]
pub struct PostgresHarness {
    config: PostgresConfig,
    server: PostgresServer,
    secrets: Vec<String>,
}

impl PostgresHarness {
    /// The adapter on the server of `url`; the oracle is on the same server by `oracle_url`.
    ///
    /// # Errors
    /// [`Config`](drivetrain_adapter_api::ErrorKind::Config) for URLs that cannot be read.
    pub fn new(url: &str, oracle_url: &str) -> Result<Self, Error> {
        let config = PostgresConfig::from_url(url)?;
        let password = url
            .split_once("://")
            .and_then(|(_, rest)| rest.split_once('@'))
            .and_then(|(user, _)| user.split_once(':'));
        let secrets = password.map(|(_, password)| password.to_owned()).into_iter().collect();
        Ok(Self { config, server: PostgresServer::from_url(oracle_url)?, secrets })
    }
}

#[async_trait]
impl Harness for PostgresHarness {
    fn name(&self) -> &str {
        "postgres"
    }

    async fn namespace(&self, label: &str) -> Result<Box<dyn Namespace>, Error> {
        self.server.run(&format!("create schema {label}")).await?;
        Ok(Box::new(PostgresNamespace {
            schema: label.to_owned(),
            config: self.config.clone(),
            server: self.server.clone(),
        }))
    }

    fn has_oracle(&self) -> bool {
        true
    }

    fn has_admin(&self) -> bool {
        true
    }

    fn upstream(&self) -> Option<Upstream> {
        let Host { address, port } = self.config.hosts().first()?;
        match address {
            Address::Name(host) => Some(Upstream { host: host.clone(), port: *port, encrypted: false }),
            _ => None,
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
    server: PostgresServer,
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
        Ok(Box::new(self.server.oracle().await?))
    }

    fn admin(&self) -> Option<&dyn Admin> {
        Some(&self.server)
    }

    async fn remove(&self) -> Result<(), Error> {
        self.server
            .run(&format!("set client_min_messages to warning; drop schema {} cascade", self.schema))
            .await
    }
}
