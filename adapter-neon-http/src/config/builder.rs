//! The builder methods of a configuration.

use std::sync::Arc;
use std::time::Duration;

use drivetrain_adapter_api::{BoxFuture, Result, Version};
use drivetrain_postgres_core::secret::Secret;
use drivetrain_postgres_core::session::StatementMode;
use drivetrain_postgres_core::url::keys::quoted_schema;

use super::{NeonConfig, PipelineConnect, Transport, options};

impl NeonConfig {
    /// As another user.
    #[must_use]
    pub fn with_user(mut self, user: impl Into<String>) -> Self {
        self.user = user.into();
        self
    }

    /// On another database.
    #[must_use]
    pub fn with_database(mut self, database: impl Into<String>) -> Self {
        self.database = database.into();
        self
    }

    /// With that password.
    #[must_use]
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = Secret::Fixed(password.into());
        self
    }

    /// With a password that is asked for with each request and each WebSocket.
    #[must_use]
    pub fn password_from(
        mut self,
        provider: impl Fn() -> BoxFuture<'static, Result<String>> + Send + Sync + 'static,
    ) -> Self {
        self.password = Secret::Provider(Arc::new(provider));
        self
    }

    /// With that token (a JWT), which is sent as `Authorization: Bearer`. Neon's hosts are asked at `apiauth` then.
    #[must_use]
    pub fn auth_token(mut self, token: impl Into<String>) -> Self {
        self.token = Secret::Fixed(token.into());
        self
    }

    /// With a token that is asked for with each request.
    #[must_use]
    pub fn auth_token_from(
        mut self,
        provider: impl Fn() -> BoxFuture<'static, Result<String>> + Send + Sync + 'static,
    ) -> Self {
        self.token = Secret::Provider(Arc::new(provider));
        self
    }

    /// Sending requests there.
    #[must_use]
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// Opening WebSockets there.
    #[must_use]
    pub fn websocket_endpoint(mut self, url: impl Into<String>) -> Self {
        self.websocket_endpoint = Some(url.into());
        self
    }

    /// Allowing an endpoint without TLS on another machine.
    #[must_use]
    pub fn allow_insecure_endpoint(mut self, allow: bool) -> Self {
        self.allow_insecure_endpoint = allow;
        self
    }

    /// By that transport.
    #[must_use]
    pub fn transport(mut self, transport: Transport) -> Self {
        self.transport = transport;
        self
    }

    /// Sending the password unasked over a WebSocket, or not.
    #[must_use]
    pub fn pipeline_connect(mut self, pipeline: PipelineConnect) -> Self {
        self.pipeline_connect = pipeline;
        self
    }

    /// Taking the server to be of that version.
    #[must_use]
    pub fn server_version(mut self, version: Version) -> Self {
        self.server_version = version;
        self
    }

    /// Sending requests of so many bytes at most.
    #[must_use]
    pub fn max_request_bytes(mut self, bytes: usize) -> Self {
        self.max_request_bytes = bytes;
        self
    }

    /// Reading answers of so many bytes at most.
    #[must_use]
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes;
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
    ///
    /// # Errors
    /// [`Config`](drivetrain_adapter_api::ErrorKind::Config) for options other than settings and words for Neon's proxy.
    pub fn options(mut self, options: &str) -> Result<Self> {
        self.session.options = options::parse(options)?;
        Ok(self)
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

    /// With those settings of the pool of WebSockets.
    #[must_use]
    pub fn pool(mut self, pool: drivetrain_pool::Config) -> Self {
        self.pool = pool;
        self
    }

    /// Preparing statements that way over WebSockets.
    #[must_use]
    pub fn statement_mode(mut self, mode: StatementMode) -> Self {
        self.mode = Some(mode);
        self
    }

    /// Keeping that many prepared statements on a WebSocket.
    #[must_use]
    pub fn statement_cache_size(mut self, statements: usize) -> Self {
        self.cached_statements = statements;
        self
    }
}
