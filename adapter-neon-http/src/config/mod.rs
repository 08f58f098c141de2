//! How a database is reached: host, user and password or token, endpoints, settings of the sessions, limits.

mod builder;
mod connection_string;
pub(crate) mod endpoint;
mod keys;
mod options;
mod session;
#[cfg(test)]
mod tests;

use std::fmt;

use drivetrain_adapter_api::{Error, Result, Version};
use drivetrain_postgres_core::secret::Secret;
use drivetrain_postgres_core::session::StatementMode;
use drivetrain_postgres_core::url;

pub(crate) use session::SessionConfig;

/// The version that is taken for the server's unless the configuration says another: the oldest that Neon and
/// PlanetScale have.
const SERVER_VERSION: Version = Version::new(14, 0, 0);

/// The oldest version that is supported.
const OLDEST: u16 = 12;

/// What hosted Neon takes as one request and gives as one answer.
const HOSTED_LIMIT: usize = 64 << 20;

/// How a Neon database, or one that speaks Neon's protocol, is reached.
///
/// Made from a URL, and refined by builder methods. `Debug` shows neither password, token nor URL.
///
/// ```
/// use drivetrain_adapter_neon_http::NeonConfig;
///
/// # fn main() -> Result<(), drivetrain_adapter_api::Error> {
/// let config = NeonConfig::from_url("postgres://app:secret@ep-cool-sun-123456.eu-central-1.aws.neon.tech/shop")?;
/// assert_eq!(config.endpoint_url()?, "https://api.eu-central-1.aws.neon.tech/sql");
/// assert!(!format!("{config:?}").contains("secret"));
/// # Ok(())
/// # }
/// ```
///
/// # Where requests go
///
/// To the `endpoint`, if there is one. Else to `https://HOST/sql`; for hosts below `neon.tech` and `neon.build`, the
/// first label of the host is replaced by `api`, or by `apiauth` where there is a token. The URL's port is that of the
/// Postgres protocol and not used. Endpoints without TLS (`http://`, `ws://`) are for this machine only, since credentials
/// travel in a header, unless `allow_insecure_endpoint=true` says otherwise.
///
/// WebSockets go to the `websocket_endpoint`, if there is one; else to `/v2` beside the `endpoint`, if that is not a host
/// of Neon; else to `wss://HOST/v2`.
///
/// # Keys of the URL
///
/// `postgres://USER:PASSWORD@HOST:PORT/DATABASE?KEY=VALUE&...`, each part percent-encoded. Keys that are not known, and
/// values that cannot be honoured, are refused.
///
/// | Key | Meaning |
/// |---|---|
/// | `host`, `port`, `user`, `password`, `dbname` | the same as in the URL's own places |
/// | `endpoint`, `websocket_endpoint` | where requests go, instead of what follows from the host |
/// | `allow_insecure_endpoint` | `true`: an endpoint without TLS may be on another machine |
/// | `transport` | `auto` (default: HTTP, and a WebSocket where state is needed), `http`, `websocket` |
/// | `pipeline_connect` | `auto` (default), `always`, `never`: whether the password is sent with the first message of a WebSocket |
/// | `server_version` | the server's version, such as `17`: HTTP does not tell it. Default 14 |
/// | `max_request_bytes`, `max_response_bytes` | the largest request that is sent, and the largest answer that is read, in bytes. Default 64 MiB each, the limit of hosted Neon |
/// | `application_name`, `schema`, `search_path`, `statement_timeout`, `lock_timeout`, `idle_in_transaction_session_timeout` | as for the adapter `postgres`. Over HTTP each request becomes a transaction that begins by setting them |
/// | `options` | `-c name=value`, the same for any setting, but those under which values could not be read over HTTP as they are (`DateStyle` other than ISO, `extra_float_digits` below 1); `endpoint=ID`, `project=ID` and `neon_NAME:VALUE` are passed on to the proxy |
/// | `sslmode`, `channel_binding`, `sslrootcert=system` | certificates are always verified in full, by the authorities of the transport that is handed in. What needs TLS is refused for an endpoint without it, and `sslmode=disable` for one with it |
/// | `pool_max`, `connection_limit`, `pool_min`, `pool_timeout`, `pool_idle_timeout`, `pool_max_lifetime`, `connect_timeout` | the pool of WebSockets, as for the adapter `postgres`, but for 5 connections at most by default; refused with `transport=http` |
/// | `statement_mode`, `pgbouncer`, `statement_cache_size` | for WebSockets, as for the adapter `postgres`. Hosts whose first label ends with `-pooler` have `statement_mode=unnamed` by default |
/// | `target_session_attrs` | `any` only |
#[derive(Clone)]
pub struct NeonConfig {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) user: String,
    pub(crate) password: Secret,
    pub(crate) database: String,
    pub(crate) token: Secret,
    pub(crate) endpoint: Option<String>,
    pub(crate) websocket_endpoint: Option<String>,
    pub(crate) allow_insecure_endpoint: bool,
    pub(crate) tls: Tls,
    pub(crate) transport: Transport,
    pub(crate) pipeline_connect: PipelineConnect,
    pub(crate) server_version: Version,
    pub(crate) session: SessionConfig,
    pub(crate) pool: drivetrain_pool::Config,
    pub(crate) mode: Option<StatementMode>,
    pub(crate) cached_statements: usize,
    pub(crate) max_request_bytes: usize,
    pub(crate) max_response_bytes: usize,
}

/// What the URL says of TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Tls {
    /// Nothing that decides.
    #[default]
    Any,
    /// There must be none.
    Never(&'static str),
    /// There must be TLS: for that key and value.
    Always(&'static str),
}

/// How the database is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Transport {
    /// By HTTP, one request for a query or a batch; by a WebSocket, opened on demand, for transactions, sessions, streams
    /// and scripts. With a token and no password there are no WebSockets: they take passwords only.
    #[default]
    Auto,
    /// By HTTP only: queries and batches.
    Http,
    /// By WebSockets only.
    WebSocket,
}

/// Whether a WebSocket's first message holds the password and the first query, before the server has asked for a
/// password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PipelineConnect {
    /// On hosts of Neon, which ask for the password itself; elsewhere the server is waited for.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl NeonConfig {
    /// The database `database` as `user` at that host.
    pub fn new(host: impl Into<String>, user: impl Into<String>, database: impl Into<String>) -> Self {
        Self {
            host: host.into(),
            port: url::DEFAULT_PORT,
            user: user.into(),
            password: Secret::None,
            database: database.into(),
            token: Secret::None,
            endpoint: None,
            websocket_endpoint: None,
            allow_insecure_endpoint: false,
            tls: Tls::Any,
            transport: Transport::Auto,
            pipeline_connect: PipelineConnect::Auto,
            server_version: SERVER_VERSION,
            session: SessionConfig::default(),
            pool: default_pool(),
            mode: None,
            cached_statements: 256,
            max_request_bytes: HOSTED_LIMIT,
            max_response_bytes: HOSTED_LIMIT,
        }
    }

    /// The configuration in a URL. See [the keys](Self#keys-of-the-url).
    ///
    /// # Errors
    /// [`Config`](drivetrain_adapter_api::ErrorKind::Config), naming the part that is wrong and the mend. Nothing of the
    /// URL that could be secret is repeated.
    pub fn from_url(url: &str) -> Result<Self> {
        Self::from_url_at(url, None)
    }

    /// The configuration in a URL, with an endpoint that is given beside it and goes before the URL's own.
    ///
    /// # Errors
    /// As [`from_url`](Self::from_url).
    pub fn from_url_at(url: &str, endpoint: Option<&str>) -> Result<Self> {
        let mut config = Self::new("", "", "");
        let target = url::parse(url, |key, value| keys::apply(&mut config, key, value))?;
        (config.user, config.database) = target.identity()?;
        let hosts = target.hosts()?;
        let [(host, port)] = hosts.as_slice() else {
            return Err(
                Error::config("the URL has several hosts: HTTP has one endpoint").with_hint("name one host")
            );
        };
        (config.host, config.port) = (host.clone(), *port);
        config.password = target.password.map_or(Secret::None, Secret::Fixed);
        if let Some(endpoint) = endpoint {
            config.endpoint = Some(endpoint.to_owned());
        }
        config.check()?;
        Ok(config)
    }

    /// The host, as the URL has it.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The user.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The database.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// Checks that the settings agree with one another.
    pub(crate) fn check(&self) -> Result<()> {
        self.endpoint_url()?;
        self.websocket_url()?;
        if self.server_version.major < OLDEST {
            return Err(Error::config(format!("server_version is {}", self.server_version))
                .with_hint(format!("Postgres {OLDEST} and later are supported")));
        }
        if self.max_request_bytes == 0 || self.max_response_bytes == 0 {
            return Err(Error::config("max_request_bytes and max_response_bytes must be above 0"));
        }
        if self.transport == Transport::WebSocket && !self.token.is_none() {
            return Err(Error::config("a token is for HTTP, and transport=websocket has none")
                .with_hint("give a password, or use transport=http"));
        }
        if self.transport != Transport::WebSocket {
            session::check_over_http(&self.session.settings())?;
        }
        if self.transport == Transport::Http && self.pool != default_pool() {
            return Err(Error::config("with transport=http there is no pool of connections to set up")
                .with_hint(
                    "leave out connect_timeout, connection_limit and the keys that begin with pool_",
                ));
        }
        self.pool.check().map_err(|error| Error::config(error.to_string()))
    }

    /// Whether there are WebSockets: they take passwords and no tokens.
    pub(crate) fn has_websockets(&self) -> bool {
        match self.transport {
            Transport::Auto => self.token.is_none() || !self.password.is_none(),
            Transport::Http => false,
            Transport::WebSocket => true,
        }
    }

    /// How statements are prepared over WebSockets.
    pub(crate) fn prepared(&self) -> StatementMode {
        let pooler = self.host.split('.').next().is_some_and(|label| label.ends_with("-pooler"));
        self.mode.unwrap_or(if pooler { StatementMode::Unnamed } else { StatementMode::Named })
    }
}

/// The pool of WebSockets: small, since only what needs a session goes through it.
fn default_pool() -> drivetrain_pool::Config {
    drivetrain_pool::Config { max_size: 5, ..drivetrain_pool::Config::default() }
}

impl fmt::Debug for NeonConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NeonConfig")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("user", &self.user)
            .field("password", &self.password)
            .field("database", &self.database)
            .field("token", &self.token)
            .field("transport", &self.transport)
            .field("pipeline_connect", &self.pipeline_connect)
            .field("server_version", &self.server_version)
            .field("session", &self.session)
            .field("pool", &self.pool)
            .field("max_request_bytes", &self.max_request_bytes)
            .field("max_response_bytes", &self.max_response_bytes)
            .finish_non_exhaustive()
    }
}
