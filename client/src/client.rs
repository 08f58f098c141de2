//! The client: a shared adapter, typed by a schema.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use drivetrain_adapter_api::runtime::SharedRuntime;
use drivetrain_adapter_api::{
    Adapter, Batch, Capabilities, Capability, Error, Query, QueryResult, Result, SharedAdapter, Transaction,
    TransactionOptions, async_trait, check,
};

use crate::engine::{Engine, Executor, Unit, sealed};
use crate::model::{SchemaMeta, check_dialect};

/// A client of the database, for the models of the schema `S`. Cloning it is cheap, and gives the same client.
pub struct Client<S> {
    inner: Arc<Inner>,
    schema: PhantomData<fn() -> S>,
}

#[derive(Debug)]
struct Inner {
    adapter: SharedAdapter,
    options: ClientOptions,
}

/// How a client behaves.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct ClientOptions {
    /// Lets retried transactions wait between attempts. Without one they are tried again at once.
    pub runtime: Option<SharedRuntime>,
}

impl<S> Clone for Client<S> {
    fn clone(&self) -> Self {
        Self { inner: Arc::clone(&self.inner), schema: PhantomData }
    }
}

impl<S> fmt::Debug for Client<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("adapter", &self.inner.adapter.name()).finish_non_exhaustive()
    }
}

impl<S: SchemaMeta> Client<S> {
    /// The client that reaches its database through that adapter, or shared adapter. Nothing is sent.
    ///
    /// # Errors
    /// [`Config`](drivetrain_adapter_api::ErrorKind::Config) if the schema was not made for the adapter's dialect.
    pub fn new(adapter: impl Adapter) -> Result<Self> {
        Self::with_options(adapter, ClientOptions::default())
    }

    /// The same with options.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_options(adapter: impl Adapter, options: ClientOptions) -> Result<Self> {
        let adapter: SharedAdapter = Arc::new(adapter);
        check_dialect::<S>(adapter.name(), adapter.capabilities().dialect())?;
        Ok(Self { inner: Arc::new(Inner { adapter, options }), schema: PhantomData })
    }
}

impl<S> Client<S> {
    /// The adapter.
    pub fn adapter(&self) -> &SharedAdapter {
        &self.inner.adapter
    }

    pub(crate) fn options(&self) -> &ClientOptions {
        &self.inner.options
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// Why the database cannot be used.
    pub async fn health_check(&self) -> Result<()> {
        self.inner.adapter.health_check().await
    }

    /// Closes the adapter, for all clones of the client.
    ///
    /// # Errors
    /// What closing meets. The adapter is closed all the same.
    pub async fn close(&self) -> Result<()> {
        self.inner.adapter.close().await
    }

    /// Runs a text of several statements.
    ///
    /// # Errors
    /// What the database reports of the first statement that fails. Whether those before it have taken effect is the
    /// database's: Postgres runs a script as one transaction unless it holds others, SQLite runs each statement by itself.
    /// [`Unsupported`](drivetrain_adapter_api::ErrorKind::Unsupported) if the adapter runs no such texts.
    pub async fn script(&self, sql: &str) -> Result<()> {
        Engine::script(&*self.inner, sql).await
    }
}

impl<S> sealed::Sealed for Client<S> {}

impl<S: SchemaMeta> Executor for Client<S> {
    type Schema = S;

    fn engine(&self) -> &dyn Engine {
        &*self.inner
    }
}

#[async_trait]
impl Engine for Inner {
    fn capabilities(&self) -> &Capabilities {
        self.adapter.capabilities()
    }

    fn in_transaction(&self) -> bool {
        false
    }

    async fn query(&self, query: Query) -> Result<QueryResult> {
        check::query(self.capabilities(), &query)?;
        self.adapter.query(query).await
    }

    async fn batch(&self, batch: Batch) -> Result<Vec<QueryResult>> {
        check::batch(self.capabilities(), &batch)?;
        self.adapter.batch(batch).await
    }

    async fn script(&self, sql: &str) -> Result<()> {
        check::operation(
            self.capabilities(),
            Capability::Scripts,
            "a text of several statements cannot be run",
        )?;
        self.adapter.script(sql).await
    }

    async fn unit(&self, options: TransactionOptions) -> Result<Box<dyn Unit + '_>> {
        check::begin(self.capabilities(), &options)?;
        let transaction = self.adapter.begin(options).await?;
        Ok(Box::new(OwnTransaction { capabilities: self.capabilities(), transaction }))
    }
}

/// A unit that is a transaction of its own.
#[derive(Debug)]
struct OwnTransaction<'a> {
    capabilities: &'a Capabilities,
    transaction: Box<dyn Transaction>,
}

#[async_trait]
impl Unit for OwnTransaction<'_> {
    fn capabilities(&self) -> &Capabilities {
        self.capabilities
    }

    async fn query(&mut self, query: Query) -> Result<QueryResult> {
        check::query(self.capabilities, &query)?;
        self.transaction.query(query).await
    }

    async fn finish(self: Box<Self>) -> Result<()> {
        self.transaction.commit().await
    }
}

impl<S: SchemaMeta> Client<S> {
    pub(crate) async fn begin_raw(&self, options: TransactionOptions) -> Result<Box<dyn Transaction>, Error> {
        check::begin(self.inner.capabilities(), &options)?;
        self.inner.adapter.begin(options).await
    }
}
