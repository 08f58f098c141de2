//! What a gateway is started with.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;

use super::state::Limits;
use super::tls;
use crate::Error;
use crate::backend::Upstream;
use crate::websocket::Mode;

const MIB: usize = 1024 * 1024;

/// What a [`NeonGateway`](super::NeonGateway) is started with.
///
/// ```
/// # fn main() -> Result<(), drivetrain_gateway::Error> {
/// use drivetrain_gateway::neon::NeonConfig;
///
/// let config = NeonConfig::new("postgres://localhost:5432")?.max_response_bytes(64 * 1024 * 1024);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct NeonConfig {
    pub(super) upstream: Upstream,
    pub(super) mode: Mode,
    pub(super) listen: SocketAddr,
    pub(super) allow_remote: bool,
    pub(super) tls: Option<Arc<ServerConfig>>,
    pub(super) limits: Limits,
    pub(super) grace: Duration,
    pub(super) log: bool,
}

impl NeonConfig {
    /// A gateway in front of the server of this URL, listening on a free port of `127.0.0.1`.
    ///
    /// Of `postgres://host:port/?sslmode=...` counts where the server is, and how it is reached (`sslmode` is one of
    /// `disable`, `prefer`, `require` and `verify-full`; `sslrootcert`, `host` and `port` are known too). User, password
    /// and database count for nothing: each client of the gateway brings its own, and the server checks them.
    ///
    /// # Errors
    /// Where the URL cannot be used. The URL is not part of the message.
    pub fn new(postgres_url: &str) -> Result<Self, Error> {
        Ok(Self {
            upstream: Upstream::from_url(postgres_url).map_err(Error::new)?,
            mode: Mode::Proxy,
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            allow_remote: false,
            tls: None,
            limits: Limits { request: 10 * MIB, response: 10 * MIB },
            grace: Duration::from_secs(10),
            log: false,
        })
    }

    /// Where to listen; port 0 takes a free one. Anything but a loopback address needs [`Self::allow_remote`].
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.listen = address;
        self
    }

    /// Allows addresses that other machines can reach. They can then try passwords, and without TLS read along.
    #[must_use]
    pub fn allow_remote(mut self, allow: bool) -> Self {
        self.allow_remote = allow;
        self
    }

    /// Speaks TLS by a chain of certificates and a private key, both in PEM.
    ///
    /// # Errors
    /// Where a file cannot be read or used; the message names it.
    pub fn tls(mut self, certificate: impl AsRef<Path>, key: impl AsRef<Path>) -> Result<Self, Error> {
        self.tls = Some(tls::server(certificate.as_ref(), key.as_ref()).map_err(Error::new)?);
        Ok(self)
    }

    /// The longest body of a request to `/sql`, in bytes; a longer one is answered by 413. 10 MiB if not set.
    #[must_use]
    pub fn max_request_bytes(mut self, max: usize) -> Self {
        self.limits.request = max;
        self
    }

    /// How many bytes of rows a result of `/sql` may have before another row; more are answered by 507. 10 MiB if not
    /// set.
    #[must_use]
    pub fn max_response_bytes(mut self, max: usize) -> Self {
        self.limits.response = max;
        self
    }

    /// Copies the bytes of WebSockets to the server unchanged, as wsproxy does, where Neon's proxy asks for the password
    /// itself in clear text. Clients then log in as the server wants it (SCRAM, with most), and may not send the password
    /// before they are asked. A statement whose client is gone is not cancelled.
    #[must_use]
    pub fn raw_websockets(mut self, on: bool) -> Self {
        self.mode = if on { Mode::Raw } else { Mode::Proxy };
        self
    }

    /// How long requests have to finish when the gateway shuts down, before their statements are cancelled. 10 seconds
    /// if not set.
    #[must_use]
    pub fn shutdown_grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// Writes a line to standard error for every request: method, path, user, database, status, milliseconds.
    #[must_use]
    pub fn log(mut self, on: bool) -> Self {
        self.log = on;
        self
    }
}

impl fmt::Debug for NeonConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NeonConfig")
            .field("upstream", &self.upstream)
            .field("listen", &self.listen)
            .field("tls", &self.tls.is_some())
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
