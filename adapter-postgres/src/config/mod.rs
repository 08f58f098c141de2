//! How a database is reached: host, user, TLS, settings of the sessions, size of the pool.

mod builder;
mod hosts;
mod keys;
mod url;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use drivetrain_adapter_api::Result;
use drivetrain_postgres_core::session::StatementMode;

pub(crate) use drivetrain_postgres_core::secret::Secret as Password;
pub use hosts::{Address, Host};

/// How a Postgres database is reached.
///
/// Made from a URL, and refined by builder methods. `Debug` shows neither password nor URL.
///
/// ```
/// use drivetrain_adapter_postgres::PostgresConfig;
///
/// # fn main() -> Result<(), drivetrain_adapter_api::Error> {
/// let config = PostgresConfig::from_url("postgres://app:secret@db.example.com/shop?sslmode=verify-full")?
///     .application_name("shop")
///     .pool_max(20);
/// assert!(!format!("{config:?}").contains("secret"));
/// # Ok(())
/// # }
/// ```
///
/// # Keys of the URL
///
/// `postgres://USER:PASSWORD@HOST:PORT/DATABASE?KEY=VALUE&...`, each part percent-encoded. Several hosts are
/// separated by commas and tried in order. A Unix socket is a host that is a folder (`%2Frun%2Fpostgresql`, or
/// `?host=/run/postgresql`).
///
/// | Key | Meaning |
/// |---|---|
/// | `host`, `port`, `user`, `password`, `dbname` | the same as in the URL's own places |
/// | `sslmode` | `disable`, `prefer` (default: TLS if the server has it, unverified), `require` (TLS, unverified unless `sslrootcert` is given), `verify-ca`, `verify-full` |
/// | `sslrootcert` | a PEM file of authorities, or `system` for those of the machine (the default where certificates are verified) |
/// | `sslcert`, `sslkey` | PEM files of the client's certificate and key |
/// | `channel_binding` | `disable`, `prefer` (default), `require` |
/// | `application_name`, `options` | as in libpq |
/// | `schema`, `search_path` | the schema, or the list of schemas, that names without one are looked up in |
/// | `connect_timeout` | seconds; 0 is none. Default 10 |
/// | `statement_timeout`, `lock_timeout`, `idle_in_transaction_session_timeout` | as the server's settings: milliseconds, or with a unit (`30s`) |
/// | `pool_max`, `connection_limit` | connections at most. Default 10 |
/// | `pool_min` | connections kept open. Default 0 |
/// | `pool_timeout` | seconds to wait for a connection; 0 waits for ever. Default 30 |
/// | `pool_idle_timeout`, `pool_max_lifetime` | seconds after which connections are closed; 0 is never. Default 600 and 1800 |
/// | `statement_mode` | `named` (default) or `unnamed`: for poolers that share connections, such as PgBouncer's transaction mode. `pgbouncer=true` is the same as `unnamed` |
/// | `statement_cache_size` | prepared statements kept on a connection. Default 256 |
/// | `keepalives`, `keepalives_idle` | TCP keepalive: 1 (default) or 0; seconds of silence before it. Default 60 |
/// | `target_session_attrs` | `any` (default), `read-write`, `read-only`, `primary`, `standby` |
/// | `allow_insecure_password` | `true`: send the password in clear text or MD5 without TLS, if the server asks for it |
#[derive(Clone)]
pub struct PostgresConfig {
    pub(crate) hosts: Vec<Host>,
    pub(crate) user: String,
    pub(crate) password: Password,
    pub(crate) database: String,
    pub(crate) tls: TlsConfig,
    pub(crate) session: SessionConfig,
    pub(crate) pool: drivetrain_pool::Config,
    pub(crate) mode: StatementMode,
    pub(crate) cached_statements: usize,
    pub(crate) keepalive: Option<Duration>,
    pub(crate) target: TargetSession,
    pub(crate) allow_insecure_password: bool,
}

/// How the connection is encrypted and whom it trusts.
#[derive(Debug, Clone, Default)]
pub(crate) struct TlsConfig {
    pub(crate) mode: SslMode,
    pub(crate) roots: Option<Roots>,
    pub(crate) certificate: Option<PathBuf>,
    pub(crate) key: Option<PathBuf>,
    pub(crate) channel_binding: BindingMode,
}

/// Settings that every session has.
#[derive(Debug, Clone, Default)]
pub(crate) struct SessionConfig {
    pub(crate) application_name: Option<String>,
    pub(crate) search_path: Option<String>,
    pub(crate) options: Option<String>,
    pub(crate) statement_timeout: Option<String>,
    pub(crate) lock_timeout: Option<String>,
    pub(crate) idle_in_transaction_timeout: Option<String>,
}

/// Whether a connection is encrypted, and how the server's certificate is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SslMode {
    /// Not encrypted.
    Disable,
    /// Encrypted if the server can, without verification.
    #[default]
    Prefer,
    /// Encrypted; verified as with `VerifyCa` only where root certificates are given.
    Require,
    /// Encrypted, the certificate signed by a trusted authority.
    VerifyCa,
    /// The same, and made out to the host that was asked for.
    VerifyFull,
}

/// Whom a certificate may be signed by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Roots {
    /// The authorities that the machine trusts.
    System,
    /// The authorities in a PEM file.
    File(PathBuf),
}

/// Whether the authentication is bound to the TLS connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BindingMode {
    /// It is not.
    Disable,
    /// It is, if the server can.
    #[default]
    Prefer,
    /// It is, or there is no connection.
    Require,
}

/// Which of several servers is good enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TargetSession {
    /// Every one.
    #[default]
    Any,
    /// One that takes writes.
    ReadWrite,
    /// One that refuses writes.
    ReadOnly,
    /// One that is no standby.
    Primary,
    /// A standby.
    Standby,
}

impl PostgresConfig {
    /// The database `database` as `user`, on a host by name or address, at the port 5432.
    pub fn new(host: impl Into<String>, user: impl Into<String>, database: impl Into<String>) -> Self {
        Self {
            hosts: vec![Host {
                address: Address::Name(host.into()),
                port: drivetrain_postgres_core::url::DEFAULT_PORT,
            }],
            user: user.into(),
            password: Password::None,
            database: database.into(),
            tls: TlsConfig::default(),
            session: SessionConfig::default(),
            pool: drivetrain_pool::Config::default(),
            mode: StatementMode::Named,
            cached_statements: 256,
            keepalive: Some(Duration::from_secs(60)),
            target: TargetSession::Any,
            allow_insecure_password: false,
        }
    }

    /// The configuration in a URL. See [the keys](Self#keys-of-the-url).
    ///
    /// # Errors
    /// [`Config`](drivetrain_adapter_api::ErrorKind::Config), naming the part that is wrong and the mend. Nothing of
    /// the URL that could be secret is repeated.
    pub fn from_url(url: &str) -> Result<Self> {
        url::parse(url)
    }

    /// The hosts, in the order in which they are tried.
    pub fn hosts(&self) -> &[Host] {
        &self.hosts
    }

    /// The database.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// The user.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The settings that a session asks for when it begins.
    pub(crate) fn settings(&self) -> Vec<(String, String)> {
        let mut settings = vec![("client_encoding", "UTF8"), ("DateStyle", "ISO")];
        if self.mode == StatementMode::Named {
            // Poolers refuse settings that they do not keep track of.
            settings.extend([
                ("IntervalStyle", "postgres"),
                ("extra_float_digits", "3"),
                ("bytea_output", "hex"),
            ]);
        }
        let session = &self.session;
        let own = [
            ("application_name", &session.application_name),
            ("search_path", &session.search_path),
            ("options", &session.options),
            ("statement_timeout", &session.statement_timeout),
            ("lock_timeout", &session.lock_timeout),
            ("idle_in_transaction_session_timeout", &session.idle_in_transaction_timeout),
        ];
        settings.extend(own.into_iter().filter_map(|(name, value)| Some((name, value.as_deref()?))));
        settings.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }
}

impl fmt::Debug for PostgresConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresConfig")
            .field("hosts", &self.hosts)
            .field("user", &self.user)
            .field("password", &self.password)
            .field("database", &self.database)
            .field("tls", &self.tls)
            .field("session", &self.session)
            .field("pool", &self.pool)
            .field("mode", &self.mode)
            .field("cached_statements", &self.cached_statements)
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}
