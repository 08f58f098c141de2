//! The builder methods of a configuration.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use drivetrain_adapter_api::{BoxFuture, Result};
use drivetrain_postgres_core::session::StatementMode;
use drivetrain_postgres_core::url::keys::quoted_schema;

use super::{BindingMode, Host, Password, PostgresConfig, Roots, SslMode, TargetSession};

impl PostgresConfig {
    /// On those hosts instead.
    #[must_use]
    pub fn with_hosts(mut self, hosts: Vec<Host>) -> Self {
        self.hosts = hosts;
        self
    }

    /// As that user instead.
    #[must_use]
    pub fn with_user(mut self, user: impl Into<String>) -> Self {
        self.user = user.into();
        self
    }

    /// On that database instead.
    #[must_use]
    pub fn with_database(mut self, database: impl Into<String>) -> Self {
        self.database = database.into();
        self
    }

    /// With that password.
    #[must_use]
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = Password::Fixed(password.into());
        self
    }

    /// With a password that is asked for each time a connection is made: for passwords that change and tokens that
    /// end.
    #[must_use]
    pub fn password_from(
        mut self,
        provider: impl Fn() -> BoxFuture<'static, Result<String>> + Send + Sync + 'static,
    ) -> Self {
        self.password = Password::Provider(Arc::new(provider));
        self
    }

    /// With that use of TLS.
    #[must_use]
    pub fn ssl_mode(mut self, mode: SslMode) -> Self {
        self.tls.mode = mode;
        self
    }

    /// Trusting those authorities.
    #[must_use]
    pub fn ssl_roots(mut self, roots: Roots) -> Self {
        self.tls.roots = Some(roots);
        self
    }

    /// With a certificate of the client's own: PEM files of certificate and key.
    #[must_use]
    pub fn ssl_client(mut self, certificate: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.tls.certificate = Some(certificate.into());
        self.tls.key = Some(key.into());
        self
    }

    /// With the authentication bound to TLS, or not.
    #[must_use]
    pub fn channel_binding(mut self, mode: BindingMode) -> Self {
        self.tls.channel_binding = mode;
        self
    }

    /// Known to the server by that name.
    #[must_use]
    pub fn application_name(mut self, name: impl Into<String>) -> Self {
        self.session.application_name = Some(name.into());
        self
    }

    /// Looking up names without a schema in that one.
    #[must_use]
    pub fn schema(mut self, schema: &str) -> Self {
        self.session.search_path = Some(quoted_schema(schema));
        self
    }

    /// Looking up names without a schema in those, in the form of the server's setting: `"tenant a", public`.
    #[must_use]
    pub fn search_path(mut self, list: impl Into<String>) -> Self {
        self.session.search_path = Some(list.into());
        self
    }

    /// With those options of the server's command line, such as `-c geqo=off`.
    #[must_use]
    pub fn options(mut self, options: impl Into<String>) -> Self {
        self.session.options = Some(options.into());
        self
    }

    /// With a time limit for every statement, enforced by the server. Zero is none.
    #[must_use]
    pub fn statement_timeout(mut self, limit: Duration) -> Self {
        self.session.statement_timeout = Some(limit.as_millis().to_string());
        self
    }

    /// With a time limit for waiting for a lock, enforced by the server. Zero is none.
    #[must_use]
    pub fn lock_timeout(mut self, limit: Duration) -> Self {
        self.session.lock_timeout = Some(limit.as_millis().to_string());
        self
    }

    /// With a time limit for a transaction in which nothing is asked, enforced by the server, which ends the
    /// connection then. Zero is none.
    #[must_use]
    pub fn idle_in_transaction_timeout(mut self, limit: Duration) -> Self {
        self.session.idle_in_transaction_timeout = Some(limit.as_millis().to_string());
        self
    }

    /// Probing a TCP connection after so long a silence, or not at all.
    #[must_use]
    pub fn keepalive(mut self, idle: Option<Duration>) -> Self {
        self.keepalive = idle;
        self
    }

    /// Sending the password in clear text or MD5 without TLS, if the server asks for it.
    #[must_use]
    pub fn allow_insecure_password(mut self, allow: bool) -> Self {
        self.allow_insecure_password = allow;
        self
    }

    /// With a time limit for making a connection, name look-up, TLS and authentication included.
    #[must_use]
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.pool.connect_timeout = limit;
        self
    }

    /// With that many connections at most.
    #[must_use]
    pub fn pool_max(mut self, connections: usize) -> Self {
        self.pool.max_size = connections;
        self
    }

    /// Waiting so long for a connection; `None` waits for ever.
    #[must_use]
    pub fn pool_timeout(mut self, limit: Option<Duration>) -> Self {
        self.pool.acquire_timeout = limit;
        self
    }

    /// With those settings of the pool.
    #[must_use]
    pub fn pool(mut self, pool: drivetrain_pool::Config) -> Self {
        self.pool = pool;
        self
    }

    /// Preparing statements that way.
    #[must_use]
    pub fn statement_mode(mut self, mode: StatementMode) -> Self {
        self.mode = mode;
        self
    }

    /// Keeping that many prepared statements on a connection.
    #[must_use]
    pub fn statement_cache_size(mut self, statements: usize) -> Self {
        self.cached_statements = statements;
        self
    }

    /// On a server of that sort.
    #[must_use]
    pub fn target_session(mut self, target: TargetSession) -> Self {
        self.target = target;
        self
    }
}
