//! The adapter itself: connects once, and hands calls on to the pool of sessions.

use std::sync::Arc;

use drivetrain_adapter_api::runtime::{SharedRuntime, with_timeout};
use drivetrain_adapter_api::{
    Adapter, Batch, Capabilities, Error, Lowered, Query, QueryResult, Result, RowStream, Session,
    StreamOptions, Transaction, TransactionOptions, async_trait,
};
use drivetrain_postgres_core::pooled::{Connector as _, SessionPool};
use drivetrain_postgres_core::session::Shared;
use drivetrain_sql::Lowerer;

use crate::capabilities;
use crate::config::PostgresConfig;
use crate::connect::Connector;

/// The name of the adapter.
pub(crate) const NAME: &str = "postgres";

/// Postgres over TCP and Unix sockets, through a pool of connections.
///
/// Cloning it is cheap and gives another handle on the same pool.
#[derive(Debug, Clone)]
pub struct PostgresAdapter {
    sessions: SessionPool<Connector>,
    capabilities: Arc<Capabilities>,
}

impl PostgresAdapter {
    /// Connects once, which teaches the server's version, and keeps the connection for the first call.
    ///
    /// # Errors
    /// Why no connection can be made: [`Connect`](drivetrain_adapter_api::ErrorKind::Connect),
    /// [`Tls`](drivetrain_adapter_api::ErrorKind::Tls),
    /// [`AuthenticationFailed`](drivetrain_adapter_api::ErrorKind::AuthenticationFailed),
    /// [`DatabaseNotFound`](drivetrain_adapter_api::ErrorKind::DatabaseNotFound), ...;
    /// [`UnsupportedServer`](drivetrain_adapter_api::ErrorKind::UnsupportedServer) for a server older than Postgres 12;
    /// [`Config`](drivetrain_adapter_api::ErrorKind::Config).
    pub async fn connect(config: PostgresConfig, runtime: SharedRuntime) -> Result<Self> {
        Self::connect_inner(config, runtime).await.map_err(|error| error.with_adapter(NAME))
    }

    async fn connect_inner(config: PostgresConfig, runtime: SharedRuntime) -> Result<Self> {
        let pool = config.pool.clone();
        pool.check().map_err(|error| Error::config(error.to_string()))?;
        let connector = Arc::new(Connector::new(config, Arc::new(Shared::new()))?);
        let limit = pool.connect_timeout;
        let (session, origin) = with_timeout(&*runtime, limit, connector.connect())
            .await
            .unwrap_or_else(|| Err(connector.timed_out(limit)))?;
        let capabilities = capabilities::of(session.parameter("server_version"), connector.config().mode)?;
        let lowerer = Lowerer::new(&capabilities);
        let sessions = SessionPool::new(connector, lowerer, pool, runtime, Some((session, origin)))?;
        Ok(Self { sessions, capabilities: Arc::new(capabilities) })
    }

    /// What the pool's connections are doing now.
    pub fn pool_status(&self) -> drivetrain_pool::Status {
        self.sessions.status()
    }
}

#[async_trait]
impl Adapter for PostgresAdapter {
    fn name(&self) -> &str {
        NAME
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn lower(&self, query: &Query) -> Result<Lowered> {
        self.sessions.lower(query)
    }

    async fn query(&self, query: Query) -> Result<QueryResult> {
        self.sessions.query(query).await
    }

    async fn batch(&self, batch: Batch) -> Result<Vec<QueryResult>> {
        self.sessions.batch(batch).await
    }

    async fn stream(&self, query: Query, options: StreamOptions) -> Result<RowStream<'static>> {
        self.sessions.stream(query, options).await
    }

    async fn begin(&self, options: TransactionOptions) -> Result<Box<dyn Transaction>> {
        self.sessions.begin(options).await
    }

    async fn session(&self) -> Result<Box<dyn Session>> {
        self.sessions.session().await
    }

    async fn script(&self, sql: &str) -> Result<()> {
        self.sessions.script(sql).await
    }

    async fn health_check(&self) -> Result<()> {
        self.sessions.health_check().await
    }

    async fn close(&self) -> Result<()> {
        self.sessions.close().await;
        Ok(())
    }
}
