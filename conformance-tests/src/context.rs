//! What a case is handed: the adapter, the oracle, the words of the dialect, and a source of chance.

use std::future::Future;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use drivetrain_adapter_api::layer::{CapabilityCheck, Layer as _};
use drivetrain_adapter_api::runtime::{Runtime, SharedRuntime, with_timeout};
use drivetrain_adapter_api::statement::{Expr, Ident, Projection, Select, Statement, TableName};
use drivetrain_adapter_api::{
    BoxFuture, Capabilities, DbType, Dialect, Error, Query, QueryResult, SharedAdapter, Value,
};
use futures_util::lock::Mutex as AsyncMutex;

use crate::case::{Case, Need, Places};
use crate::dataset::{Chinook, Shape};
use crate::faults::{Damage, FaultProxy};
use crate::harness::{Admin, Harness, Namespace, Naming, Oracle, ServerSession, Setup, TlsFiles, Unmade};
use crate::recorder::{Recorder, Seen};
use crate::suite::{Environment, Subject, Sweep};
use crate::tls::{Certificate, TlsServer};
use crate::{Outcome, Stop, words};

/// What a case is handed. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Context(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    case: &'static Case,
    harness: Arc<dyn Harness>,
    namespace: Box<dyn Namespace>,
    naming: Naming,
    environment: Environment,
    subject: Subject,
    marker: String,
    counter: AtomicI64,
    seed: u64,
    adapter: AsyncMutex<Option<SharedAdapter>>,
    made: Mutex<Vec<SharedAdapter>>,
    oracle: AsyncMutex<Option<Box<dyn Oracle>>>,
    /// Whether the case may use what it does not declare: while a twin runs.
    unchecked: AtomicBool,
}

impl Context {
    pub(crate) fn new(
        case: &'static Case,
        harness: &Arc<dyn Harness>,
        namespace: Box<dyn Namespace>,
        environment: &Environment,
        subject: &Subject,
        marker: String,
    ) -> Self {
        let naming = namespace.naming();
        // Each case has its own sequence, whatever ran before it.
        let seed = case.id.bytes().fold(environment.seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(Arc::new(Inner {
            case,
            harness: Arc::clone(harness),
            namespace,
            naming,
            environment: environment.clone(),
            subject: subject.clone(),
            marker,
            counter: AtomicI64::new(i64::try_from(seed % 1_000_000).unwrap_or_default() * 1_000_000),
            seed,
            adapter: AsyncMutex::new(None),
            made: Mutex::new(Vec::new()),
            oracle: AsyncMutex::new(None),
            unchecked: AtomicBool::new(false),
        }))
    }

    /// The case that is run.
    pub fn case(&self) -> &'static Case {
        self.0.case
    }

    /// The harness.
    pub fn harness(&self) -> &dyn Harness {
        &*self.0.harness
    }

    /// What the adapter claims.
    pub fn capabilities(&self) -> &Capabilities {
        &self.0.subject.capabilities
    }

    /// The adapter's dialect.
    pub fn dialect(&self) -> Dialect {
        self.capabilities().dialect()
    }

    /// Dialect and transport.
    pub fn place(&self) -> Places {
        self.0.subject.place
    }

    /// How much of a sweep is run.
    pub fn sweep(&self) -> Sweep {
        self.0.environment.sweep
    }

    /// The runtime that was handed in.
    pub fn runtime(&self) -> &SharedRuntime {
        &self.0.environment.runtime
    }

    /// The rows of the Chinook database.
    ///
    /// # Errors
    /// `not-run` where they are not there.
    pub fn chinook(&self) -> Outcome<Arc<Chinook>> {
        self.must_declare(Need::Chinook)?;
        let data = self.0.environment.chinook.clone();
        data.ok_or_else(|| Stop::NotRun("the Chinook data are not there".to_owned()))
    }

    /// Tables as the harness defines them by itself.
    pub(crate) async fn define(&self, shapes: &[Shape]) -> Result<(), Unmade> {
        self.0.namespace.define(shapes).await
    }

    /// The name by which the sessions of this case are known at the server.
    pub fn marker(&self) -> &str {
        &self.0.marker
    }

    fn must_declare(&self, need: Need) -> Outcome {
        if self.0.case.needs.contains(&need) || self.0.unchecked.load(Ordering::Relaxed) {
            Ok(())
        } else {
            Err(Stop::fail(format!("the case uses {need} and does not declare it: a defect of the suite")))
        }
    }

    pub(crate) fn allow_undeclared(&self) {
        self.0.unchecked.store(true, Ordering::Relaxed);
    }

    // ---- adapters

    /// The adapter of this case, with the shared capability check around it. Made at the first call.
    ///
    /// # Errors
    /// What making it meets.
    pub async fn adapter(&self) -> Outcome<SharedAdapter> {
        let mut adapter = self.0.adapter.lock().await;
        if let Some(adapter) = &*adapter {
            return Ok(Arc::clone(adapter));
        }
        let made = self.adapter_with(self.setup()).await?;
        *adapter = Some(Arc::clone(&made));
        Ok(made)
    }

    /// A setup with the marker of this case, to change and hand to [`adapter_with`](Self::adapter_with).
    pub fn setup(&self) -> Setup {
        Setup { marker: Some(self.0.marker.clone()), ..Setup::default() }
    }

    /// Another adapter, with the shared capability check around it.
    ///
    /// # Errors
    /// What making it meets.
    pub async fn adapter_with(&self, setup: Setup) -> Outcome<SharedAdapter> {
        Ok(CapabilityCheck.layer(self.bare_with(setup).await?))
    }

    /// Another adapter, without the shared capability check.
    ///
    /// # Errors
    /// What making it meets.
    pub async fn bare_with(&self, setup: Setup) -> Outcome<SharedAdapter> {
        self.try_adapter(setup).await?.map_err(Into::into)
    }

    /// Another adapter that the suite keeps no handle on, so that dropping it is its end.
    ///
    /// # Errors
    /// What making it meets.
    pub async fn fleeting(&self, setup: Setup) -> Outcome<SharedAdapter> {
        match self.0.namespace.adapter(&setup).await {
            Ok(adapter) => Ok(CapabilityCheck.layer(adapter)),
            Err(Unmade::Error(error)) => Err(error.into()),
            Err(Unmade::NotProvided(why)) => Err(Stop::NotRun(why)),
        }
    }

    /// Another adapter without the check, or the error that the adapter met.
    ///
    /// # Errors
    /// `not-run` where the harness cannot honour the setup.
    pub async fn try_adapter(&self, setup: Setup) -> Outcome<Result<SharedAdapter, Error>> {
        self.kept(self.0.namespace.adapter(&setup).await)
    }

    /// Another adapter that has reached the server, or the error that it met on the way: when it was made, or, where that
    /// sends nothing, when it was first asked for a sign of life.
    ///
    /// # Errors
    /// As [`try_adapter`](Self::try_adapter).
    pub async fn try_reaching(&self, setup: Setup) -> Outcome<Result<SharedAdapter, Error>> {
        Ok(match self.try_adapter(setup).await? {
            Ok(adapter) => adapter.health_check().await.map(|()| adapter),
            error => error,
        })
    }

    /// The URL by which an application configures the adapter on the namespace of this case.
    ///
    /// # Errors
    /// `not-run` where there is none.
    pub fn url(&self) -> Outcome<String> {
        self.must_declare(Need::Url)?;
        self.0.namespace.url().ok_or_else(|| Stop::NotRun("the namespace has no URL".to_owned()))
    }

    /// An adapter over the second transport.
    ///
    /// # Errors
    /// What making it meets.
    pub async fn peer(&self) -> Outcome<SharedAdapter> {
        self.must_declare(Need::Peer)?;
        Ok(CapabilityCheck.layer(self.kept(self.0.namespace.peer(&self.setup()).await)?.map_err(Stop::from)?))
    }

    fn kept(&self, made: Result<SharedAdapter, Unmade>) -> Outcome<Result<SharedAdapter, Error>> {
        match made {
            Ok(adapter) => {
                self.0
                    .made
                    .lock()
                    .expect("no case panics while it holds the list")
                    .push(Arc::clone(&adapter));
                Ok(Ok(adapter))
            }
            Err(Unmade::Error(error)) => Ok(Err(error)),
            Err(Unmade::NotProvided(why)) => Err(Stop::NotRun(why)),
        }
    }

    /// Closes what the case left open and removes its namespace.
    pub(crate) async fn clean(&self) -> Outcome {
        let made = std::mem::take(&mut *self.0.made.lock().expect("no case panics while it holds the list"));
        for adapter in made {
            // A case may have broken it on purpose: that it cannot say goodbye is no finding.
            let limit = Duration::from_secs(2);
            drop(with_timeout(&**self.runtime(), limit, adapter.close()).await);
        }
        *self.0.adapter.lock().await = None;
        *self.0.oracle.lock().await = None;
        self.0
            .namespace
            .remove()
            .await
            .map_err(|error| Stop::fail(format!("the namespace cannot be removed: {error}")))
    }

    // ---- words

    /// SQL from a template: `{t:name}` is a table of this case, `{q:name}` a quoted name, `{1}` the first parameter,
    /// `{int8}` a type of the dialect (`bool int2 int4 int8 float4 float8 decimal text key bytes uuid date time timestamp
    /// timestamptz json serial`), `{{` and `}}` braces.
    pub fn sql(&self, template: &str) -> String {
        words::fill(self.dialect(), &self.0.naming, template)
    }

    /// A table of this case, for abstract statements.
    pub fn table(&self, name: &str) -> TableName {
        TableName {
            schema: self.0.naming.schema.as_deref().map(Ident::from),
            name: Ident::from(format!("{}{name}", self.0.naming.prefix)),
        }
    }

    /// How tables of this case are named.
    pub fn naming(&self) -> &Naming {
        &self.0.naming
    }

    /// A literal of that text, as the dialect writes it.
    pub fn literal(&self, text: &str) -> String {
        words::literal(self.dialect(), text)
    }

    /// Raw SQL from a template, with values.
    pub fn raw(&self, template: &str, params: Vec<Value>) -> Query {
        Query::raw(self.sql(template), params)
    }

    // ---- shortcuts

    /// Runs SQL from a template on the adapter of the case.
    ///
    /// # Errors
    /// What the adapter reports.
    pub async fn query(&self, template: &str, params: Vec<Value>) -> Outcome<QueryResult> {
        self.try_query(template, params).await?.map_err(|error| Stop::from(error).within(template))
    }

    /// Runs SQL from a template on the adapter of the case, and hands its error on.
    ///
    /// # Errors
    /// Only what making the adapter meets.
    pub async fn try_query(&self, template: &str, params: Vec<Value>) -> Outcome<Result<QueryResult, Error>> {
        Ok(self.adapter().await?.query(self.raw(template, params)).await)
    }

    /// Makes tables and rows from templates, one statement each: by the oracle if there is one, else by the adapter.
    ///
    /// # Errors
    /// What the database reports.
    pub async fn prepare(&self, templates: &[&str]) -> Outcome {
        if self.harness().has_oracle() {
            let mut oracle = self.fresh_oracle().await?;
            for template in templates {
                let sql = self.sql(template);
                oracle
                    .run(&sql)
                    .await
                    .map_err(|error| Stop::fail(format!("cannot prepare `{sql}`: {error}")))?;
            }
            return Ok(());
        }
        let adapter = self.adapter().await?;
        for template in templates {
            adapter
                .query(self.raw(template, vec![]))
                .await
                .map_err(|error| Stop::from(error).within(template))?;
        }
        Ok(())
    }

    /// A number that no other query of this run asks for.
    pub fn nonce(&self) -> i64 {
        self.0.counter.fetch_add(1, Ordering::Relaxed)
    }

    /// A query for that number, which every adapter can answer: an abstract select of a slot.
    pub fn echo(&self, number: i64) -> Query {
        let select =
            Select { projections: vec![Projection::new(Expr::slot(0, DbType::Int64))], ..Select::default() };
        Query::new(Statement::new(select), vec![Value::Int64(number)])
    }

    /// Asks the adapter for a number of its own, and checks that this is what comes back: it is usable, and no answer
    /// of another call is left in it.
    ///
    /// # Errors
    /// A failure if anything else comes back.
    pub async fn check_usable(&self, adapter: &SharedAdapter) -> Outcome {
        let nonce = self.nonce();
        let result = adapter
            .query(self.echo(nonce))
            .await
            .map_err(|error| Stop::from(error).within("the adapter is not usable afterwards"))?;
        let got: i64 = result.rows.get(0, 0).map_err(Stop::from)?;
        if (result.rows.len(), got) == (1, nonce) {
            Ok(())
        } else {
            Err(Stop::fail(format!("the next query got {got} instead of its own {nonce}")))
        }
    }

    /// The same question, where its error is what the case is about.
    ///
    /// # Errors
    /// What the adapter reports; [`Protocol`](drivetrain_adapter_api::ErrorKind::Protocol) if another number comes back.
    pub async fn check_usable_as_result(&self, adapter: &SharedAdapter) -> Result<(), Error> {
        let nonce = self.nonce();
        let result = adapter.query(Query::raw(format!("select {nonce}"), vec![])).await?;
        let got: i64 = result.rows.get(0, 0)?;
        if got == nonce {
            return Ok(());
        }
        let wrong = format!("the query got {got} instead of its own {nonce}");
        Err(Error::new(drivetrain_adapter_api::ErrorKind::Protocol, wrong))
    }

    /// A source of chance with its own seed for each case.
    pub fn random(&self) -> Random {
        Random::new(self.0.seed)
    }

    /// Where chance begins in this run: what `--seed` takes.
    pub fn seed(&self) -> u64 {
        self.0.environment.seed
    }

    // ---- the oracle

    /// Rows that the oracle reads by SQL from a template, each cell as text.
    ///
    /// # Errors
    /// What the server says, and `not-run` where there is no oracle.
    pub async fn oracle_rows(&self, template: &str) -> Outcome<Vec<Vec<Option<String>>>> {
        self.must_declare(Need::Oracle)?;
        let mut kept = self.0.oracle.lock().await;
        if kept.is_none() {
            *kept = Some(self.fresh_oracle().await?);
        }
        let sql = self.sql(template);
        let oracle = kept.as_mut().expect("it was made above");
        oracle.rows(&sql).await.map_err(|error| Stop::fail(format!("the oracle cannot run `{sql}`: {error}")))
    }

    /// The only cell that the oracle reads.
    ///
    /// # Errors
    /// As [`oracle_rows`](Self::oracle_rows), and if there is not exactly one cell.
    pub async fn oracle_cell(&self, template: &str) -> Outcome<Option<String>> {
        let mut rows = self.oracle_rows(template).await?;
        match (rows.len(), rows.pop().map(|mut row| (row.len(), row.pop()))) {
            (1, Some((1, Some(cell)))) => Ok(cell),
            (rows, _) => {
                Err(Stop::fail(format!("the oracle gave {rows} rows for `{template}`, not one cell")))
            }
        }
    }

    /// How many rows the oracle sees in a table of this case.
    ///
    /// # Errors
    /// As [`oracle_cell`](Self::oracle_cell).
    pub async fn oracle_count(&self, table: &str) -> Outcome<u64> {
        let cell = self.oracle_cell(&format!("select count(*) from {{t:{table}}}")).await?;
        cell.and_then(|text| text.parse().ok()).ok_or_else(|| Stop::fail("the oracle's count is no number"))
    }

    /// A connection of the oracle's for the case alone, to hold transactions and locks on.
    ///
    /// # Errors
    /// `not-run` where there is no oracle.
    pub async fn own_oracle(&self) -> Outcome<Box<dyn Oracle>> {
        self.must_declare(Need::Oracle)?;
        self.fresh_oracle().await
    }

    async fn fresh_oracle(&self) -> Outcome<Box<dyn Oracle>> {
        self.0.namespace.oracle().await.map_err(|unmade| match unmade {
            Unmade::Error(error) => Stop::fail(format!("the oracle cannot connect: {error}")),
            Unmade::NotProvided(why) => Stop::NotRun(why),
        })
    }

    // ---- the server and the wire

    /// The certificates for cases about TLS.
    ///
    /// # Errors
    /// `not-run` where there are none.
    pub fn tls(&self) -> Outcome<TlsFiles> {
        self.must_declare(Need::Tls)?;
        self.harness().tls().ok_or_else(|| Stop::NotRun("the harness has no certificates".to_owned()))
    }

    /// The admin hook.
    ///
    /// # Errors
    /// `not-run` where there is none.
    pub fn admin(&self) -> Outcome<&dyn Admin> {
        self.must_declare(Need::Admin).or_else(|_| self.must_declare(Need::AdminOfServer))?;
        self.0.namespace.admin().ok_or_else(|| Stop::NotRun("the harness has no admin hook".to_owned()))
    }

    /// The sessions of this case's adapters at the server.
    ///
    /// # Errors
    /// What the server says.
    pub async fn sessions(&self) -> Outcome<Vec<ServerSession>> {
        Ok(self.admin()?.sessions(&self.0.marker).await?)
    }

    /// A proxy in front of the server; connect through it with `setup.through = Some(proxy.address())`.
    ///
    /// # Errors
    /// `not-run` where there is none.
    pub async fn proxy(&self) -> Outcome<Arc<dyn FaultProxy>> {
        self.must_declare(Need::Faults).or_else(|_| self.must_declare(Need::PlainFaults))?;
        let upstream =
            self.harness().upstream().ok_or_else(|| Stop::NotRun("there is no wire".to_owned()))?;
        let proxies = self.0.environment.proxies.as_ref();
        let proxies = proxies.ok_or_else(|| Stop::NotRun("this runner has no fault proxy".to_owned()))?;
        proxies
            .open(&upstream)
            .await
            .map_err(|error| Stop::fail(format!("the fault proxy cannot listen: {error}")))
    }

    /// A proxy in front of the server, for what can be counted where there is a wire; `None` where there is none, or
    /// this runner has no proxies.
    ///
    /// # Errors
    /// A failure if it cannot listen.
    pub async fn wire(&self) -> Outcome<Option<Arc<dyn FaultProxy>>> {
        let (Some(upstream), Some(proxies)) = (self.harness().upstream(), &self.0.environment.proxies) else {
            return Ok(None);
        };
        let proxy = proxies.open(&upstream).await;
        proxy.map(Some).map_err(|error| Stop::fail(format!("the fault proxy cannot listen: {error}")))
    }

    /// A TLS server with that certificate in front of the server; connect through it with `setup.through`.
    ///
    /// # Errors
    /// `not-run` where there is none.
    pub async fn tls_server(
        &self,
        certificate: Certificate,
        asks_client: bool,
    ) -> Outcome<Arc<dyn TlsServer>> {
        self.must_declare(Need::TlsServer)?;
        let upstream =
            self.harness().upstream().ok_or_else(|| Stop::NotRun("there is no wire".to_owned()))?;
        let servers = self.0.environment.tls_servers.as_ref();
        let servers = servers.ok_or_else(|| Stop::NotRun("this runner has no TLS server".to_owned()))?;
        servers
            .open(&upstream, certificate, asks_client)
            .await
            .map_err(|error| Stop::fail(format!("the TLS server cannot be set up: {error}")))
    }

    /// Runs `work` to its end in another runtime, while this one goes on.
    ///
    /// # Errors
    /// `not-run` where there is only one.
    pub async fn elsewhere(&self, work: BoxFuture<'static, ()>) -> Outcome {
        self.must_declare(Need::SecondRuntime)?;
        let elsewhere = self.0.environment.elsewhere.as_ref();
        let elsewhere = elsewhere.ok_or_else(|| Stop::NotRun("there is only one runtime".to_owned()))?;
        elsewhere.run(work).await.map_err(Stop::fail)
    }

    /// Damages the file of the database.
    ///
    /// # Errors
    /// `not-run` where there is none.
    pub async fn damage(&self, damage: Damage) -> Outcome {
        self.must_declare(Need::File)?;
        self.0.namespace.damage(damage).await.map_err(|unmade| match unmade {
            Unmade::Error(error) => Stop::fail(format!("the file cannot be damaged: {error}")),
            Unmade::NotProvided(why) => Stop::NotRun(why),
        })
    }

    // ---- time

    /// Waits.
    pub async fn sleep(&self, duration: Duration) {
        self.runtime().sleep(duration).await;
    }

    /// Runs `future` for `limit` at most.
    ///
    /// # Errors
    /// A failure that says `what` hangs.
    pub async fn within<T>(
        &self,
        limit: Duration,
        what: &str,
        future: impl Future<Output = T>,
    ) -> Outcome<T> {
        let runtime: &dyn Runtime = &**self.runtime();
        with_timeout(runtime, limit, future)
            .await
            .ok_or_else(|| Stop::fail(format!("{what} is not done after {limit:?}")))
    }

    /// Asks `probe` again and again, for `limit` at most, until it says yes.
    ///
    /// # Errors
    /// A failure that says `what` did not come true; what the probe meets.
    pub async fn eventually<F>(&self, limit: Duration, what: &str, mut probe: impl FnMut() -> F) -> Outcome
    where
        F: Future<Output = Outcome<bool>>,
    {
        let end = self.runtime().monotonic() + limit;
        loop {
            if probe().await? {
                return Ok(());
            }
            if self.runtime().monotonic() > end {
                return Err(Stop::fail(format!("{what}: not so after {limit:?}")));
            }
            self.sleep(Duration::from_millis(10)).await;
        }
    }

    /// Runs `future` and gives what it reported by `tracing` with its output.
    pub async fn recorded<T>(&self, future: impl Future<Output = T>) -> (T, Vec<Seen>) {
        Recorder::around(future).await
    }
}

/// A small generator of chance (xorshift): the same on every machine, and not for secrets.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// A source with that seed.
    pub fn new(seed: u64) -> Self {
        // Of nothing but zeros it would make nothing but zeros.
        Self(seed | 1)
    }

    /// Any 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `limit`, which is not 0.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.bits() % limit
    }

    /// One of `choices`, which are not none.
    pub fn choose<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        let at = self.below(choices.len() as u64);
        &choices[usize::try_from(at).expect("below the length")]
    }
}
