//! The adapter itself: which call goes by which transport.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_lock::{RwLock, RwLockReadGuard};
use drivetrain_adapter_api::http::SharedHttpTransport;
use drivetrain_adapter_api::runtime::{SharedRuntime, with_timeout};
use drivetrain_adapter_api::websocket::SharedWebSocketTransport;
use drivetrain_adapter_api::{
    Access, Adapter, Batch, Capabilities, Dialect, Error, ErrorKind, Lowered, MaybeSend, Query, QueryResult,
    Result, RetryClass, RowStream, Session, StreamOptions, Transaction, TransactionOptions, async_trait,
};
use drivetrain_postgres_core::session::Shared;
use drivetrain_postgres_core::statement::Statement;
use drivetrain_postgres_core::text::Place;
use drivetrain_sql::{Lowerer, script};

use crate::config::{NeonConfig, Transport};
use crate::http::{Call, HttpSide, Until, sent};
use crate::websocket::{self, WebSocketSide};
use crate::wire::error::Asked;
use crate::{capabilities, wire};

/// The name of the adapter.
pub(crate) const NAME: &str = "neon-http";

fn named(error: Error) -> Error {
    error.with_adapter(NAME)
}

/// Postgres behind an endpoint that speaks Neon's protocol.
///
/// Cloning it is cheap and gives another handle on the same connections.
#[derive(Clone)]
pub struct NeonAdapter {
    inner: Arc<Inner>,
}

struct Inner {
    /// What goes by HTTP; `None` with [`Transport::WebSocket`].
    http: Option<HttpSide>,
    /// What needs a session; `None` with [`Transport::Http`].
    websocket: Option<WebSocketSide>,
    lowerer: Lowerer,
    capabilities: Capabilities,
    runtime: SharedRuntime,
    closed: AtomicBool,
    /// Held for reading by every request, and for writing by the one who closes.
    running: RwLock<()>,
}

impl NeonAdapter {
    /// An adapter with that configuration, by those transports. Nothing is sent, and no WebSocket opened, before the first
    /// call that needs it.
    ///
    /// # Errors
    /// [`Config`](ErrorKind::Config) for settings that contradict one another, and for endpoints that may not be used.
    pub fn new(
        config: NeonConfig,
        http: SharedHttpTransport,
        websocket: SharedWebSocketTransport,
        runtime: SharedRuntime,
    ) -> Result<Self> {
        Self::new_inner(config, http, websocket, runtime).map_err(named)
    }

    fn new_inner(
        config: NeonConfig,
        http: SharedHttpTransport,
        websocket: SharedWebSocketTransport,
        runtime: SharedRuntime,
    ) -> Result<Self> {
        config.check()?;
        let capabilities = capabilities::of(&config);
        let lowerer = Lowerer::new(&capabilities);
        let websocket = if config.has_websockets() {
            let lowerer = Lowerer::new(&capabilities);
            Some(websocket::side(&config, lowerer, websocket, Arc::clone(&runtime))?)
        } else {
            None
        };
        let http = match config.transport {
            Transport::WebSocket => None,
            _ => Some(HttpSide::new(Arc::new(config), http, Arc::clone(&runtime), Arc::new(Shared::new()))?),
        };
        let (closed, running) = (AtomicBool::new(false), RwLock::new(()));
        Ok(Self {
            inner: Arc::new(Inner { http, websocket, lowerer, capabilities, runtime, closed, running }),
        })
    }

    /// What the pool of WebSockets is doing now. There are none with [`Transport::Http`].
    pub fn pool_status(&self) -> drivetrain_pool::Status {
        self.inner.websocket.as_ref().map(WebSocketSide::status).unwrap_or_default()
    }

    /// The WebSockets, for a call that needs a session.
    fn stateful(&self, what: &str) -> Result<&WebSocketSide> {
        self.inner.websocket.as_ref().ok_or_else(|| {
            named(Error::unsupported(format!("{what} needs a WebSocket, and there is none here")).with_hint(
                "use transport=auto and a password; what is known as a whole beforehand can be an atomic batch",
            ))
        })
    }
}

impl Inner {
    /// Lets a request in, unless the adapter has been closed.
    async fn enter(&self) -> Result<RwLockReadGuard<'_, ()>> {
        let refused = || Error::new(ErrorKind::Closed, "the adapter has been closed");
        if self.closed.load(Ordering::Acquire) {
            return Err(refused());
        }
        let running = self.running.read().await;
        if self.closed.load(Ordering::Acquire) { Err(refused()) } else { Ok(running) }
    }

    /// Runs `work` until its limit of time.
    async fn within<T, F>(
        &self,
        limit: Option<Duration>,
        access: Access,
        work: impl FnOnce(Until) -> F + MaybeSend,
    ) -> Result<T>
    where
        F: Future<Output = Result<T>> + MaybeSend,
    {
        let _running = self.enter().await?;
        let Some(limit) = limit else { return work(Until(None)).await };
        let until = Until(Some(self.runtime.monotonic() + limit));
        with_timeout(&*self.runtime, limit, work(until)).await.unwrap_or_else(|| {
            let retry = Asked::single(access).fate_unknown();
            Err(Error::new(ErrorKind::Timeout, format!("the limit of {limit:?} ran out")).with_retry(retry))
        })
    }

    fn statement(&self, query: &Query, place: Place) -> Result<Statement> {
        Statement::new(&self.lowerer, query, place)
    }

    /// One query in a request of its own.
    async fn one(&self, query: &Query, until: Until) -> Result<QueryResult> {
        let access = query.options.access;
        // What is said to read only may be run a second time, so the server holds it to that.
        let held_to_it = query.statement.is_raw() && access == Access::Read;
        let place = if held_to_it { Place::Transaction } else { Place::Alone };
        let statement = self.statement(query, place)?;
        let call = Call {
            statements: vec![sent(&statement)?],
            transaction: held_to_it.then(|| TransactionOptions::new().read_only()),
            asked: Asked::single(access),
            until,
        };
        self.only(call).await
    }

    async fn run(&self, call: Call<'_>) -> Result<Vec<QueryResult>> {
        let http = self
            .http
            .as_ref()
            .ok_or_else(|| Error::unsupported("with transport=websocket there is no HTTP"))?;
        http.run(call).await
    }

    async fn only(&self, call: Call<'_>) -> Result<QueryResult> {
        let mut results = self.run(call).await?;
        results.pop().ok_or_else(|| Error::new(ErrorKind::Protocol, "a request gave no result"))
    }

    /// Queries in one transaction, in one request. The endpoint does not tell which of them failed.
    async fn together(
        &self,
        queries: &[Query],
        options: TransactionOptions,
        access: Access,
        until: Until,
    ) -> Result<Vec<QueryResult>> {
        let place = |error: Error, index| error.with_batch_index(index);
        let lowered = queries.iter().enumerate().map(|(index, query)| {
            self.statement(query, Place::Transaction).map_err(|error| place(error, index))
        });
        let lowered: Vec<Statement> = lowered.collect::<Result<_>>()?;
        let statements = lowered
            .iter()
            .enumerate()
            .map(|(index, statement)| sent(statement).map_err(|error| place(error, index)));
        let asked = Asked::transaction(if options.read_only { Access::Read } else { access });
        let statements = statements.collect::<Result<_>>()?;
        self.run(Call { statements, transaction: Some(options), asked, until }).await
    }

    /// Queries that each take effect by themselves: one request for each, up to the first failure.
    async fn in_turn(&self, queries: &[Query], until: Until) -> Result<Vec<QueryResult>> {
        // What is refused without asking is refused before any of it runs.
        for (index, query) in queries.iter().enumerate() {
            let checked =
                self.statement(query, Place::Alone).and_then(|statement| sent(&statement).map(drop));
            checked.map_err(|error| error.with_batch_index(index))?;
        }
        let mut results = Vec::with_capacity(queries.len());
        for (index, query) in queries.iter().enumerate() {
            let result = self.one(query, until).await.map_err(|error| {
                // Those before it have taken effect: only the one that failed may be asked again.
                let error = error.with_batch_index(index);
                let again = matches!(error.retry(), RetryClass::SafeNow | RetryClass::RetryTransaction);
                let wrote = queries[..index].iter().any(|query| query.options.access != Access::Read);
                if again && wrote { error.with_retry(RetryClass::OutcomeUnknown) } else { error }
            });
            results.push(result?);
        }
        Ok(results)
    }

    /// The statements of a script, as one request: one by itself, several in a transaction, as the protocol of Postgres
    /// runs scripts.
    async fn script(&self, sql: &str, until: Until) -> Result<()> {
        let statements = script::split(Dialect::Postgres, sql)?;
        let place = if statements.len() == 1 { Place::Alone } else { Place::Transaction };
        let check = |text: &str| drivetrain_postgres_core::text::check(text, place);
        statements.iter().try_for_each(|statement| check(statement.text))?;
        let call = Call {
            transaction: (statements.len() > 1).then(TransactionOptions::new),
            asked: if statements.len() > 1 { Asked::WriteTransaction } else { Asked::Write },
            statements: statements.iter().map(|statement| wire::Statement::new(statement.text)).collect(),
            until,
        };
        let outcome = if call.statements.is_empty() { Ok(Vec::new()) } else { self.run(call).await };
        outcome.map(drop).map_err(|error| match (statements.as_slice(), error.position()) {
            (_, None) => error,
            ([only], Some(position)) => {
                let before = sql.get(..only.offset).unwrap_or_default().chars().count();
                error.with_position(position.saturating_add(u32::try_from(before).unwrap_or(u32::MAX)))
            }
            // Which statement it is in is not told.
            (_, Some(_)) => error.without_position(),
        })
    }
}

/// The shortest limit of time of a batch, and whether it writes.
fn batch_limit(batch: &Batch) -> (Option<Duration>, Access) {
    let own = batch.queries.iter().filter_map(|query| query.options.timeout);
    let limit = own.chain(batch.atomic.and_then(|options| options.timeout)).min();
    let reads = batch.queries.iter().all(|query| query.options.access == Access::Read);
    (limit, if reads { Access::Read } else { Access::Unknown })
}

#[async_trait]
impl Adapter for NeonAdapter {
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
        if let (Some(websocket), None) = (&self.inner.websocket, &self.inner.http) {
            return websocket.query(query).await;
        }
        let (limit, access) = (query.options.timeout, query.options.access);
        let work = |until| self.inner.one(&query, until);
        self.inner.within(limit, access, work).await.map_err(named)
    }

    async fn batch(&self, batch: Batch) -> Result<Vec<QueryResult>> {
        let inner = &self.inner;
        if let (Some(websocket), None) = (&inner.websocket, &inner.http) {
            return websocket.batch(batch).await;
        }
        let (limit, access) = batch_limit(&batch);
        let work = |until| async move {
            match batch.atomic {
                _ if batch.queries.is_empty() => Ok(Vec::new()),
                Some(options) => inner.together(&batch.queries, options, access, until).await,
                None => inner.in_turn(&batch.queries, until).await,
            }
        };
        inner.within(limit, access, work).await.map_err(named)
    }

    async fn stream(&self, query: Query, options: StreamOptions) -> Result<RowStream<'static>> {
        self.stateful("a stream of rows")?.stream(query, options).await
    }

    async fn begin(&self, options: TransactionOptions) -> Result<Box<dyn Transaction>> {
        self.stateful("an interactive transaction")?.begin(options).await
    }

    async fn session(&self) -> Result<Box<dyn Session>> {
        self.stateful("a session")?.session().await
    }

    async fn script(&self, sql: &str) -> Result<()> {
        if let Some(websocket) = &self.inner.websocket {
            return websocket.script(sql).await;
        }
        let work = |until| self.inner.script(sql, until);
        self.inner.within(None, Access::Unknown, work).await.map_err(named)
    }

    async fn health_check(&self) -> Result<()> {
        if let (Some(websocket), None) = (&self.inner.websocket, &self.inner.http) {
            return websocket.health_check().await;
        }
        let work = |until| {
            let statements = vec![wire::Statement::new("SELECT 1")];
            self.inner.only(Call { statements, transaction: None, asked: Asked::Read, until })
        };
        self.inner.within(None, Access::Read, work).await.map(drop).map_err(named)
    }

    async fn close(&self) -> Result<()> {
        self.inner.closed.store(true, Ordering::Release);
        if let Some(websocket) = &self.inner.websocket {
            websocket.close().await;
        }
        drop(self.inner.running.write().await);
        Ok(())
    }
}

impl fmt::Debug for NeonAdapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NeonAdapter")
            .field("http", &self.inner.http)
            .field("websocket", &self.inner.websocket)
            .finish_non_exhaustive()
    }
}
