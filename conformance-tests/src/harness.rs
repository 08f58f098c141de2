//! What an author writes: how the suite reaches an adapter, its database, and the second path to it.

use std::fmt::{self, Debug};
use std::sync::Arc;
use std::time::Duration;

use drivetrain_adapter_api::{Error, MaybeSend, MaybeSync, SharedAdapter, async_trait};

use crate::case::{Level, Places};
use crate::dataset::Shape;
use crate::faults::Damage;
use crate::waiver::Waiver;

/// How the suite reaches one adapter and its database.
///
/// [`namespace`](Self::namespace) is all that must be written; every other hook that is left out makes the cases that
/// need it `not-run`, and a level with such cases is not certified.
#[async_trait]
pub trait Harness: Debug + Send + Sync + 'static {
    /// The name of the adapter in reports, such as `postgres`.
    fn name(&self) -> &str;

    /// A fresh, empty namespace for one case: a schema, a database, a file. `label` is unique to the case, made of
    /// lower-case letters, digits and `_`, and at most 30 characters long.
    ///
    /// # Errors
    /// Why there is none: the case fails. Where no case gets one, the whole run does.
    async fn namespace(&self, label: &str) -> Result<Box<dyn Namespace>, Error>;

    /// The harness that this one stands around, if it does: every hook below that is left out is that harness's.
    fn inner(&self) -> Option<&dyn Harness> {
        None
    }

    /// Dialect and transport, where they are known before anything is connected: then a test runner lists only the cases
    /// that apply. The adapter must bear it out.
    fn place(&self) -> Option<Places> {
        self.inner().and_then(Harness::place)
    }

    /// Whether namespaces have an [`oracle`](Namespace::oracle).
    fn has_oracle(&self) -> bool {
        self.inner().is_some_and(Harness::has_oracle)
    }

    /// Whether namespaces have an [`admin`](Namespace::admin).
    fn has_admin(&self) -> bool {
        self.inner().is_some_and(Harness::has_admin)
    }

    /// Where the server listens, so that a fault proxy can stand in front of it; then
    /// [`Setup::through`] must be honoured. `None` where there is no wire.
    fn upstream(&self) -> Option<Upstream> {
        self.inner().and_then(Harness::upstream)
    }

    /// Whether [`Namespace::peer`] gives an adapter over a second transport.
    fn has_peer(&self) -> bool {
        self.inner().is_some_and(Harness::has_peer)
    }

    /// Whether namespaces have a [`url`](Namespace::url), and [`Setup::url`] is honoured.
    fn has_url(&self) -> bool {
        self.inner().is_some_and(Harness::has_url)
    }

    /// Whether [`Namespace::damage`] can be done: the database is a file.
    fn has_file(&self) -> bool {
        self.inner().is_some_and(Harness::has_file)
    }

    /// Certificates for the cases about TLS.
    fn tls(&self) -> Option<TlsFiles> {
        self.inner().and_then(Harness::tls)
    }

    /// The levels that the adapter is held to; cases of others are `not-run`, so that those levels are not certified. For
    /// an adapter in the making: all of them, unless stated.
    fn levels(&self) -> &[Level] {
        self.inner().map_or(&Level::ALL, Harness::levels)
    }

    /// Cases that fail because of a limit of the server. Strict.
    fn waivers(&self) -> Vec<Waiver> {
        self.inner().map(Harness::waivers).unwrap_or_default()
    }

    /// The secrets that adapters are made with (password, token): the suite looks for them wherever it can.
    fn secrets(&self) -> Vec<String> {
        self.inner().map(Harness::secrets).unwrap_or_default()
    }
}

/// The part of a database that belongs to one case, and the adapters on it.
#[async_trait]
pub trait Namespace: Debug + Send + Sync + 'static {
    /// How tables of this namespace are named in SQL.
    fn naming(&self) -> Naming;

    /// A new adapter on this namespace, without layers around it.
    ///
    /// # Errors
    /// [`Unmade::Error`] with what the adapter met; [`Unmade::NotProvided`] where the harness cannot honour `setup`.
    async fn adapter(&self, setup: &Setup) -> Result<SharedAdapter, Unmade>;

    /// The namespace that this one stands around, if it does: every hook below that is left out is that namespace's.
    fn inner(&self) -> Option<&dyn Namespace> {
        None
    }

    /// A new connection to the same database by another driver.
    ///
    /// # Errors
    /// [`Unmade::NotProvided`] where there is none.
    async fn oracle(&self) -> Result<Box<dyn Oracle>, Unmade> {
        match self.inner() {
            Some(inner) => inner.oracle().await,
            None => Err(Unmade::NotProvided("the harness has no oracle".to_owned())),
        }
    }

    /// Makes tables in the namespace: for adapters without raw SQL, whose databases have no DDL.
    ///
    /// # Errors
    /// [`Unmade::NotProvided`] where tables are made by SQL.
    async fn define(&self, tables: &[Shape]) -> Result<(), Unmade> {
        match self.inner() {
            Some(inner) => inner.define(tables).await,
            None => Err(Unmade::NotProvided("the harness does not define tables by itself".to_owned())),
        }
    }

    /// A new adapter on this namespace over another transport, to compare with.
    ///
    /// # Errors
    /// As [`adapter`](Self::adapter).
    async fn peer(&self, setup: &Setup) -> Result<SharedAdapter, Unmade> {
        match self.inner() {
            Some(inner) => inner.peer(setup).await,
            None => Err(Unmade::NotProvided("the harness has no second transport".to_owned())),
        }
    }

    /// The URL by which an application configures the adapter on this namespace, with everything in it.
    fn url(&self) -> Option<String> {
        self.inner().and_then(Namespace::url)
    }

    /// Damages the file of the database, whoever has it open.
    ///
    /// # Errors
    /// [`Unmade::NotProvided`] where there is no file, and what the file system says.
    async fn damage(&self, damage: Damage) -> Result<(), Unmade> {
        match self.inner() {
            Some(inner) => inner.damage(damage).await,
            None => Err(Unmade::NotProvided("the database is not a file".to_owned())),
        }
    }

    /// The adapter's sessions at the server.
    fn admin(&self) -> Option<&dyn Admin> {
        self.inner().and_then(Namespace::admin)
    }

    /// Removes what the case made. Called once, after its adapters are closed.
    ///
    /// # Errors
    /// Why something is left: the case fails.
    async fn remove(&self) -> Result<(), Error>;
}

/// How tables of a namespace are named.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Naming {
    /// The schema (on MySQL: the database) that names are qualified with; none where the connection's own is meant.
    pub schema: Option<String>,
    /// What every name of a table begins with.
    pub prefix: String,
}

/// What a case asks of an adapter that is made for it. Everything left out is as the adapter likes it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Setup {
    /// A name by which [`Admin::sessions`] finds the adapter's sessions (`application_name`, a connection attribute).
    pub marker: Option<String>,
    /// Connections that are kept open.
    pub pool_min: Option<usize>,
    /// Connections at most.
    pub pool_max: Option<usize>,
    /// How long to wait for a connection of the pool.
    pub pool_timeout: Option<Duration>,
    /// How long a connection may be idle.
    pub pool_idle: Option<Duration>,
    /// How old a connection may become.
    pub pool_lifetime: Option<Duration>,
    /// How long connecting may take.
    pub connect_timeout: Option<Duration>,
    /// Prepared statements that a connection keeps.
    pub statement_cache: Option<usize>,
    /// How long to wait for a lock that somebody else holds.
    pub lock_wait: Option<Duration>,
    /// Settings that every session is to have: names and values as `SET` (on SQLite `PRAGMA`) takes them.
    pub settings: Vec<(String, String)>,
    /// Host and port to connect to instead of the server's own.
    pub through: Option<(String, u16)>,
    /// Made from this URL, in the adapter's own form, and not as the harness does.
    pub url: Option<String>,
    /// Another user.
    pub user: Option<String>,
    /// Another password.
    pub password: Option<String>,
    /// A password that is asked for each time a connection is made.
    pub password_source: Option<PasswordSource>,
    /// Another database; on SQLite another file, by its path from the folder of the namespace's own.
    pub database: Option<String>,
    /// How the connection is encrypted.
    pub tls: Option<TlsSetup>,
}

/// Where a password comes from that changes. Its `Debug` shows nothing of it.
#[derive(Clone)]
pub struct PasswordSource(Arc<dyn Fn() -> String + Send + Sync>);

impl PasswordSource {
    /// What `source` says at the time.
    pub fn new(source: impl Fn() -> String + Send + Sync + 'static) -> Self {
        Self(Arc::new(source))
    }

    /// The password at this time.
    pub fn now(&self) -> String {
        (self.0)()
    }
}

impl Debug for PasswordSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordSource")
    }
}

/// The same source, not the same password.
impl PartialEq for PasswordSource {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for PasswordSource {}

/// How a connection is encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsSetup {
    /// Not at all.
    Off,
    /// Certificate and host name verified against the authority in this PEM file.
    Verify {
        /// The path of the authority's certificate.
        authority: String,
        /// The name to connect to the server by, which the certificate must be made out to; the harness's own, if
        /// none is stated.
        host: Option<String>,
    },
}

/// Files for the cases about TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate of the authority that signed the server's.
    pub authority: String,
    /// The certificate of an authority that did not.
    pub other_authority: String,
}

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// A name or an address.
    pub host: String,
    /// The port.
    pub port: u16,
    /// Whether what passes is encrypted.
    pub encrypted: bool,
}

/// Why there is no adapter.
#[derive(Debug, Clone)]
pub enum Unmade {
    /// The adapter met this.
    Error(Error),
    /// The harness cannot do it: the case is `not-run`.
    NotProvided(String),
}

impl From<Error> for Unmade {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

/// An independent second path to the database. It judges: what it says is taken for true.
#[async_trait]
pub trait Oracle: Debug + MaybeSend + MaybeSync {
    /// Runs one statement. Each cell is the text that the server prints for it; `None` for NULL.
    ///
    /// # Errors
    /// What the server says.
    async fn rows(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, String>;

    /// Runs one or more statements and drops their rows.
    ///
    /// # Errors
    /// What the server says.
    async fn run(&mut self, sql: &str) -> Result<(), String>;
}

/// The adapter's sessions as the server sees them.
#[async_trait]
pub trait Admin: Debug + Send + Sync {
    /// The sessions of adapters made with [`Setup::marker`] = `marker`.
    ///
    /// # Errors
    /// What the server says.
    async fn sessions(&self, marker: &str) -> Result<Vec<ServerSession>, Error>;

    /// Ends a session from outside.
    ///
    /// # Errors
    /// What the server says.
    async fn kill(&self, session: i64) -> Result<(), Error>;
}

/// One session at the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerSession {
    /// The server's number for it.
    pub id: i64,
    /// Whether a transaction is open.
    pub in_transaction: bool,
    /// Whether a statement is running.
    pub running: bool,
    /// Whether it waits for a lock.
    pub waiting: bool,
    /// Its last or current statement, where the server tells.
    pub statement: String,
}
