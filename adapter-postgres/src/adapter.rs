//! The adapter itself: one-shot calls, and the making of transactions, sessions and streams.

use std::sync::Arc;
use std::time::Duration;

use drivetrain_adapter_api::runtime::{SharedRuntime, with_timeout};
use drivetrain_adapter_api::{
    Access, Adapter, Batch, Capabilities, Error, ErrorKind, Lowered, Query, QueryResult, Result, RetryClass,
    RowStream, Session, StreamOptions, Transaction, TransactionOptions, async_trait,
};
use drivetrain_pool::{ConnectFailure, Pool, PoolError, Pooled};
use drivetrain_postgres_core::session::{
    Answer, Atomicity, Request, Shared, StatementMode, TransactionStatus, begin_sql,
};
use drivetrain_sql::Lowerer;
use tracing::{Instrument as _, debug_span, field};

use crate::config::PostgresConfig;
use crate::connect::{self, Connector};
use crate::connection::Connection;
use crate::manager::PgManager;
use crate::session::PgSession;
use crate::slot::Slot;
use crate::transaction::PgTransaction;
use crate::{capabilities, stream};
use drivetrain_postgres_core::statement::Statement;
use drivetrain_postgres_core::text::Place;

/// The name of the adapter.
pub(crate) const NAME: &str = "postgres";

/// The error, as this adapter's.
pub(crate) fn named(error: Error) -> Error {
    error.with_adapter(NAME)
}

/// Postgres over TCP and Unix sockets, through a pool of connections.
///
/// Cloning it is cheap and gives another handle on the same pool.
#[derive(Debug, Clone)]
pub struct PostgresAdapter {
    inner: Arc<Inner>,
}

/// What calls, transactions and sessions share.
#[derive(Debug)]
pub(crate) struct Inner {
    pool: Pool<PgManager>,
    connector: Arc<Connector>,
    lowerer: Lowerer,
    capabilities: Capabilities,
    pub(crate) runtime: SharedRuntime,
}

impl PostgresAdapter {
    /// Connects once, which teaches the server's version, and keeps the connection for the first call.
    ///
    /// # Errors
    /// Why no connection can be made: [`Connect`](ErrorKind::Connect), [`Tls`](ErrorKind::Tls),
    /// [`AuthenticationFailed`](ErrorKind::AuthenticationFailed),
    /// [`DatabaseNotFound`](ErrorKind::DatabaseNotFound), ...;
    /// [`UnsupportedServer`](ErrorKind::UnsupportedServer) for a server older than Postgres 12;
    /// [`Config`](ErrorKind::Config).
    pub async fn connect(config: PostgresConfig, runtime: SharedRuntime) -> Result<Self> {
        Self::connect_inner(config, runtime).await.map_err(named)
    }

    async fn connect_inner(config: PostgresConfig, runtime: SharedRuntime) -> Result<Self> {
        let pool = config.pool.clone();
        pool.check().map_err(|error| Error::config(error.to_string()))?;
        let connector = Arc::new(Connector::new(config, Arc::new(Shared::new()))?);
        let limit = pool.connect_timeout;
        let (session, origin) = with_timeout(&*runtime, limit, connector.connect())
            .await
            .unwrap_or_else(|| Err(connect::timed_out(limit, connector.config())))?;
        let capabilities = capabilities::of(session.parameter("server_version"), connector.config().mode)?;
        let first = Connection::new(session, origin, Arc::clone(&connector), Arc::clone(&runtime));
        let manager = PgManager::new(Arc::clone(&connector), Arc::clone(&runtime), first);
        let pool = Pool::new(manager, pool, Arc::clone(&runtime))
            .map_err(|error| Error::config(error.to_string()))?;
        let lowerer = Lowerer::new(&capabilities);
        Ok(Self { inner: Arc::new(Inner { pool, connector, lowerer, capabilities, runtime }) })
    }

    /// What the pool's connections are doing now.
    pub fn pool_status(&self) -> drivetrain_pool::Status {
        self.inner.pool.status()
    }
}

impl Inner {
    /// A query, lowered, if it belongs at that place.
    pub(crate) fn statement(&self, query: &Query, place: Place) -> Result<Statement> {
        Statement::new(&self.lowerer, query, place)
    }

    /// The statements of a batch.
    pub(crate) fn statements(&self, batch: &Batch, place: Place) -> Result<Vec<Statement>> {
        let one =
            |(index, query)| self.statement(query, place).map_err(|error| error.with_batch_index(index));
        batch.queries.iter().enumerate().map(one).collect()
    }

    async fn acquire(&self) -> Result<Pooled<PgManager>> {
        let span = debug_span!(
            target: "drivetrain",
            "db.acquire",
            adapter = NAME,
            db.connection = field::Empty,
        );
        let acquired = self.pool.acquire().instrument(span.clone()).await;
        let connection = acquired.map_err(|error| self.not_acquired(error))?;
        if let Some(key) = connection.session.cancel_key() {
            span.record("db.connection", key.process_id);
        }
        Ok(connection)
    }

    fn not_acquired(&self, error: PoolError<Error>) -> Error {
        match error {
            PoolError::Closed => Error::new(ErrorKind::Closed, "the adapter has been closed"),
            PoolError::Connect(failure) => self.not_connected(failure),
            PoolError::Timeout { waited, status, last_failure } => {
                let error = Error::new(
                    ErrorKind::PoolTimeout,
                    format!("no pooled connection became free within {waited:?} ({status})"),
                )
                .with_retry(RetryClass::SafeNow);
                match last_failure {
                    Some(failure) => error.with_source(self.not_connected(failure)),
                    None => {
                        error.with_hint("raise pool_max, or look for transactions that are held too long")
                    }
                }
            }
        }
    }

    fn not_connected(&self, failure: ConnectFailure<Error>) -> Error {
        match failure {
            ConnectFailure::Failed(error) => error,
            ConnectFailure::TimedOut(limit) => connect::timed_out(limit, self.connector.config()),
            ConnectFailure::Stopped => {
                Error::new(ErrorKind::Closed, "the runtime that was making the connection has ended")
            }
        }
    }

    /// Runs `work` within a query's own limit of time.
    pub(crate) async fn within<T>(
        &self,
        limit: Option<Duration>,
        access: Access,
        work: impl Future<Output = Result<T>> + Send,
    ) -> Result<T> {
        let Some(limit) = limit else { return work.await };
        with_timeout(&*self.runtime, limit, work).await.unwrap_or_else(|| Err(out_of_time(limit, access)))
    }
}

/// The error for a query whose limit of time ran out.
pub(crate) fn out_of_time(limit: Duration, access: Access) -> Error {
    let retry = match access {
        Access::Read => RetryClass::SafeNow,
        _ => RetryClass::OutcomeUnknown,
    };
    Error::new(ErrorKind::Timeout, format!("the limit of {limit:?} ran out")).with_retry(retry)
}

/// The shortest limit of time of a batch's queries, and whether it writes.
pub(crate) fn batch_limit(batch: &Batch) -> (Option<Duration>, Access) {
    let limit = batch.queries.iter().filter_map(|query| query.options.timeout).min();
    let reads = batch.queries.iter().all(|query| query.options.access == Access::Read);
    (limit, if reads { Access::Read } else { Access::Unknown })
}

pub(crate) fn results(answers: Vec<Answer>) -> Vec<QueryResult> {
    answers.into_iter().map(Answer::into_result).collect()
}

#[async_trait]
impl Adapter for PostgresAdapter {
    fn name(&self) -> &str {
        NAME
    }

    fn capabilities(&self) -> &Capabilities {
        &self.inner.capabilities
    }

    fn lower(&self, query: &Query) -> Result<Lowered> {
        self.inner.lowerer.lower(query).map(|lowering| lowering.to_lowered()).map_err(named)
    }

    async fn query(&self, query: Query) -> Result<QueryResult> {
        let inner = &self.inner;
        if query.statement.is_raw() && query.options.access == Access::Read {
            // What is said to read only may be run a second time, so the server holds it to that.
            let batch = Batch::atomic(vec![query], TransactionOptions::new().read_only());
            let mut results = self.batch(batch).await.map_err(Error::without_batch_index)?;
            return results.pop().ok_or_else(|| {
                named(Error::new(ErrorKind::Protocol, "a batch of one query gave no result"))
            });
        }
        let work = async {
            let statement = inner.statement(&query, Place::Alone)?;
            let request = statement.request()?;
            let mut connection = inner.acquire().await?;
            if statement.leaves_traces {
                connection.session.mark_traces();
            }
            connection.session.query(&[], &request).await.map(Answer::into_result)
        };
        inner.within(query.options.timeout, query.options.access, work).await.map_err(named)
    }

    async fn batch(&self, batch: Batch) -> Result<Vec<QueryResult>> {
        let inner = &self.inner;
        let (limit, access) = batch_limit(&batch);
        let limit = limit.into_iter().chain(batch.atomic.and_then(|options| options.timeout)).min();
        let work = async {
            let place = if batch.atomic.is_some() { Place::Transaction } else { Place::Alone };
            let statements = inner.statements(&batch, place)?;
            if statements.is_empty() {
                return Ok(Vec::new());
            }
            let requests = statements
                .iter()
                .enumerate()
                .map(|(index, statement)| statement.request().map_err(|error| error.with_batch_index(index)));
            let requests: Vec<Request<'_>> = requests.collect::<Result<_>>()?;
            let atomicity = match &batch.atomic {
                Some(options) => Atomicity::Together(begin_sql(options)),
                None => Atomicity::Each,
            };
            let mut connection = inner.acquire().await?;
            if statements.iter().any(|statement| statement.leaves_traces) {
                connection.session.mark_traces();
            }
            connection.session.batch(&[], &requests, &atomicity).await.map(results)
        };
        inner.within(limit, access, work).await.map_err(named)
    }

    async fn stream(&self, query: Query, options: StreamOptions) -> Result<RowStream<'static>> {
        let inner = &self.inner;
        let work = async {
            let statement = inner.statement(&query, Place::Alone)?;
            let request = statement.request()?;
            let mut connection = inner.acquire().await?;
            if statement.leaves_traces {
                connection.session.mark_traces();
            }
            let (rows, bytes) = (options.chunk_rows, options.chunk_bytes);
            let portal = connection.session.open(&[], &request, rows, bytes, true).await?;
            Ok(stream::owned(connection, portal))
        };
        inner.within(query.options.timeout, query.options.access, work).await.map_err(named)
    }

    async fn begin(&self, options: TransactionOptions) -> Result<Box<dyn Transaction>> {
        let connection = self.inner.acquire().await.map_err(named)?;
        let slot = Slot::new(connection, Arc::clone(&self.inner.runtime));
        Ok(Box::new(PgTransaction::owning(Arc::clone(&self.inner), slot, &options)))
    }

    async fn session(&self) -> Result<Box<dyn Session>> {
        if self.inner.connector.config().mode == StatementMode::Unnamed {
            return Err(named(Error::unsupported(
                "behind a pooler (statement_mode=unnamed) there are no sessions",
            )));
        }
        let mut connection = self.inner.acquire().await.map_err(named)?;
        connection.session.mark_traces();
        Ok(Box::new(PgSession::new(Arc::clone(&self.inner), connection)))
    }

    async fn script(&self, sql: &str) -> Result<()> {
        let work = async {
            let mut connection = self.inner.acquire().await?;
            if drivetrain_postgres_core::text::leaves_traces(sql) {
                connection.session.mark_traces();
            }
            connection.session.simple(sql).await?;
            if connection.session.transaction_status() != TransactionStatus::Idle {
                return Err(Error::misuse("the script left a transaction open, which has been rolled back")
                    .with_hint("end it with COMMIT"));
            }
            Ok(())
        };
        work.await.map_err(named)
    }

    async fn health_check(&self) -> Result<()> {
        let work = async {
            let mut connection = self.inner.acquire().await?;
            connection.session.simple("SELECT 1").await.map(drop)
        };
        work.await.map_err(named)
    }

    async fn close(&self) -> Result<()> {
        self.inner.pool.close().await;
        Ok(())
    }
}
