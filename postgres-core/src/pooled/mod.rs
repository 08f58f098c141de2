//! Sessions in a pool, and the calls of an adapter on them: what every adapter has that speaks Postgres's protocol,
//! whatever the sessions run over.
//!
//! An adapter adds a [`Connector`], which makes sessions, and hands its calls on to a [`SessionPool`]. A call whose
//! future is dropped stops its statement at the server: the connection stays out of the pool until the server has been
//! told to cancel, has answered, and what was open has been rolled back.
//!
//! By `tracing`, with the target `drivetrain`, it reports how long a call waits for a connection (the span `db.acquire`
//! with the server's process id as `db.connection`, where it is known by then) and, when a connection is given back,
//! the server's notices: their severity and SQLSTATE, not their text.

mod clock;
mod connection;
mod connector;
mod inner;
mod manager;
mod session;
mod slot;
mod stream;
mod transaction;

use std::sync::Arc;

use drivetrain_adapter_api::runtime::SharedRuntime;
use drivetrain_adapter_api::{
    Access, Batch, Error, ErrorKind, Lowered, Query, QueryResult, Result, RowStream, Session, StreamOptions,
    Transaction, TransactionOptions,
};
use drivetrain_pool::{Config, Pool, Status};
use drivetrain_sql::Lowerer;

pub use connector::Connector;

use crate::session::{Answer, Atomicity, Session as PgSession, StatementMode, TransactionStatus, begin_sql};
use crate::text::{self, Place};
use connection::call;
use inner::{Inner, batch_limit, requests, results};
use manager::SessionManager;
use session::PinnedSession;
use slot::Slot;
use transaction::PooledTransaction;

/// A pool of sessions, and the calls of an adapter on it. Errors carry the adapter's name.
///
/// Cloning it is cheap and gives another handle on the same pool.
#[derive(Debug)]
pub struct SessionPool<C: Connector> {
    inner: Arc<Inner<C>>,
}

impl<C: Connector> SessionPool<C> {
    /// A pool of the sessions that `connector` makes. `first` is one that was made beforehand, with where it is: it is
    /// used for the first call.
    ///
    /// # Errors
    /// [`Config`](ErrorKind::Config) for limits of the pool that contradict one another.
    pub fn new(
        connector: Arc<C>,
        lowerer: Lowerer,
        config: Config,
        runtime: SharedRuntime,
        first: Option<(PgSession<C::Stream>, C::Origin)>,
    ) -> Result<Self> {
        let limit = config.connect_timeout;
        let manager = SessionManager::new(Arc::clone(&connector), Arc::clone(&runtime), limit, first);
        let pool = Pool::new(manager, config, Arc::clone(&runtime))
            .map_err(|error| Error::config(error.to_string()))?;
        Ok(Self { inner: Arc::new(Inner { pool, connector, lowerer, runtime }) })
    }

    /// What makes the sessions.
    pub fn connector(&self) -> &C {
        &self.inner.connector
    }

    /// What the pool's connections are doing now.
    pub fn status(&self) -> Status {
        self.inner.pool.status()
    }

    /// See [`Adapter::lower`](drivetrain_adapter_api::Adapter::lower).
    ///
    /// # Errors
    /// What lowering refuses.
    pub fn lower(&self, query: &Query) -> Result<Lowered> {
        let lowering = self.inner.lowerer.lower(query);
        lowering.map(|lowering| lowering.to_lowered()).map_err(|error| self.inner.named(error))
    }

    /// See [`Adapter::query`](drivetrain_adapter_api::Adapter::query). A raw query that is said to read only is run in a
    /// read-only transaction, in one round trip.
    ///
    /// # Errors
    /// What the server reports, and what the connection meets.
    pub async fn query(&self, query: Query) -> Result<QueryResult> {
        let inner = &self.inner;
        if query.statement.is_raw() && query.options.access == Access::Read {
            // What is said to read only may be run a second time, so the server holds it to that.
            let batch = Batch::atomic(vec![query], TransactionOptions::new().read_only());
            let mut results = self.batch(batch).await.map_err(Error::without_batch_index)?;
            return results.pop().ok_or_else(|| {
                inner.named(Error::new(ErrorKind::Protocol, "a batch of one query gave no result"))
            });
        }
        let work = async {
            let statement = inner.statement(&query, Place::Alone)?;
            let request = statement.request()?;
            let mut connection = inner.acquire().await?;
            if statement.leaves_traces {
                connection.session.mark_traces();
            }
            call!(connection, connection.session.query(&[], &request)).map(Answer::into_result)
        };
        inner
            .within(query.options.timeout, query.options.access, work)
            .await
            .map_err(|error| inner.named(error))
    }

    /// See [`Adapter::batch`](drivetrain_adapter_api::Adapter::batch). Always one round trip.
    ///
    /// # Errors
    /// As [`query`](Self::query), with the index of the query that failed.
    pub async fn batch(&self, batch: Batch) -> Result<Vec<QueryResult>> {
        let inner = &self.inner;
        let (limit, access) = batch_limit(&batch);
        let limit = limit.into_iter().chain(batch.atomic.and_then(|options| options.timeout)).min();
        let work = async {
            let place = if batch.atomic.is_some() { Place::Transaction } else { Place::Alone };
            let statements = inner.statements(&batch, place)?;
            if statements.is_empty() {
                return Ok(Vec::new());
            }
            let requests = requests(&statements)?;
            let atomicity = match &batch.atomic {
                Some(options) => Atomicity::Together(begin_sql(options)),
                None => Atomicity::Each,
            };
            let mut connection = inner.acquire().await?;
            if statements.iter().any(|statement| statement.leaves_traces) {
                connection.session.mark_traces();
            }
            call!(connection, connection.session.batch(&[], &requests, &atomicity)).map(results)
        };
        inner.within(limit, access, work).await.map_err(|error| inner.named(error))
    }

    /// See [`Adapter::stream`](drivetrain_adapter_api::Adapter::stream). The stream owns a connection until its end.
    ///
    /// # Errors
    /// As [`query`](Self::query).
    pub async fn stream(&self, query: Query, options: StreamOptions) -> Result<RowStream<'static>> {
        let inner = &self.inner;
        let work = async {
            let statement = inner.statement(&query, Place::Alone)?;
            let request = statement.request()?;
            let mut connection = inner.acquire().await?;
            if statement.leaves_traces {
                connection.session.mark_traces();
            }
            let (rows, bytes) = (options.chunk_rows, options.chunk_bytes);
            let portal = call!(connection, connection.session.open(&[], &request, rows, bytes, true))?;
            Ok(stream::owned(inner.name(), connection, portal))
        };
        inner
            .within(query.options.timeout, query.options.access, work)
            .await
            .map_err(|error| inner.named(error))
    }

    /// See [`Adapter::begin`](drivetrain_adapter_api::Adapter::begin). BEGIN is sent with the first statement.
    ///
    /// # Errors
    /// Why there is no connection.
    pub async fn begin(&self, options: TransactionOptions) -> Result<Box<dyn Transaction>> {
        let inner = &self.inner;
        let connection = inner.acquire().await.map_err(|error| inner.named(error))?;
        let slot = Slot::new(connection, Arc::clone(&inner.runtime));
        Ok(Box::new(PooledTransaction::owning(Arc::clone(inner), slot, &options)))
    }

    /// See [`Adapter::session`](drivetrain_adapter_api::Adapter::session). What it leaves behind is discarded before the
    /// connection is used again.
    ///
    /// # Errors
    /// [`Unsupported`](ErrorKind::Unsupported) behind a pooler; why there is no connection.
    pub async fn session(&self) -> Result<Box<dyn Session>> {
        let inner = &self.inner;
        if inner.connector.mode() == StatementMode::Unnamed {
            return Err(inner.named(Error::unsupported(
                "behind a pooler (statement_mode=unnamed) there are no sessions",
            )));
        }
        let mut connection = inner.acquire().await.map_err(|error| inner.named(error))?;
        connection.session.mark_traces();
        Ok(Box::new(PinnedSession::new(Arc::clone(inner), connection)))
    }

    /// See [`Adapter::script`](drivetrain_adapter_api::Adapter::script).
    ///
    /// # Errors
    /// As [`query`](Self::query); [`Misuse`](ErrorKind::Misuse) for a script that leaves a transaction open.
    pub async fn script(&self, sql: &str) -> Result<()> {
        let inner = &self.inner;
        let work = async {
            let mut connection = inner.acquire().await?;
            if text::leaves_traces(sql) {
                connection.session.mark_traces();
            }
            call!(connection, connection.session.simple(sql))?;
            if connection.session.transaction_status() != TransactionStatus::Idle {
                return Err(Error::misuse("the script left a transaction open, which has been rolled back")
                    .with_hint("end it with COMMIT"));
            }
            Ok(())
        };
        work.await.map_err(|error| inner.named(error))
    }

    /// See [`Adapter::health_check`](drivetrain_adapter_api::Adapter::health_check).
    ///
    /// # Errors
    /// As [`query`](Self::query).
    pub async fn health_check(&self) -> Result<()> {
        let inner = &self.inner;
        let work = async {
            let mut connection = inner.acquire().await?;
            call!(connection, connection.session.simple("SELECT 1")).map(drop)
        };
        work.await.map_err(|error| inner.named(error))
    }

    /// Ends the pool: idle connections are closed now, those in use when they are given back.
    pub async fn close(&self) {
        self.inner.pool.close().await;
    }
}

impl<C: Connector> Clone for SessionPool<C> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner) }
    }
}
