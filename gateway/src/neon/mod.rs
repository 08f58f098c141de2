//! A stand-in for Neon's proxy: SQL over HTTP at `/sql`, and the Postgres protocol over WebSockets at any path.
//!
//! It answers as the proxy of `neondatabase/neon` does, observed in March 2026, word for word where clients can tell.
//! Two things it does better, because nobody can rely on them: in parsed mode an empty array, `int2vector`, `oidvector`
//! and `box[]` are lists, where the proxy answers 500 or garbles them.
//!
//! It has no control plane: the host of a connection string selects nothing, every client reaches the one server that
//! the gateway stands in front of, and that server checks the password.

mod config;
mod connection_string;
mod failure;
mod log;
mod message;
mod modes;
mod parameter;
mod payload;
mod pool;
mod query;
mod respond;
mod route;
mod server;
mod session;
mod sql;
pub(crate) mod state;
mod tls;
mod value;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

pub use config::NeonConfig;
use state::State;

use crate::Error;

/// A running gateway. Dropping it cancels what runs and stops it; [`NeonGateway::shutdown`] lets requests finish.
#[derive(Debug)]
pub struct NeonGateway {
    state: Arc<State>,
    address: SocketAddr,
    secure: bool,
    grace: Duration,
}

impl NeonGateway {
    /// Starts a gateway on the current tokio runtime. Whether the database can be reached shows with the first request.
    ///
    /// # Errors
    /// Where the address is not a loopback one and that was not allowed, or cannot be listened on.
    pub async fn start(config: NeonConfig) -> Result<Self, Error> {
        let NeonConfig { upstream, mode, listen, allow_remote, tls, limits, grace, log } = config;
        if !allow_remote && !listen.ip().is_loopback() {
            return Err(Error::new(format!(
                "the gateway listens on loopback addresses only, and {} is none: use 127.0.0.1 or ::1, or allow remote \
                 clients (--allow-remote)",
                listen.ip()
            )));
        }
        let unusable = |error| Error::new(format!("the gateway cannot listen on {listen}: {error}"));
        let listener = TcpListener::bind(listen).await.map_err(unusable)?;
        let address = listener.local_addr().map_err(unusable)?;
        let state = Arc::new(State::new(upstream, mode, limits, log));
        let secure = tls.is_some();
        state.tasks.spawn(server::run(listener, tls.map(TlsAcceptor::from), state.clone()));
        Ok(Self { state, address, secure, grace })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its URL without a path: `http://127.0.0.1:4444`. Queries go to `/sql` below it.
    pub fn url(&self) -> String {
        format!("{}://{}", if self.secure { "https" } else { "http" }, self.address)
    }

    /// How many HTTP requests have come so far, upgrades to WebSockets aside.
    pub fn requests(&self) -> u64 {
        self.state.counters.requests.get()
    }

    /// How many WebSocket connections have been opened so far.
    pub fn websockets(&self) -> u64 {
        self.state.counters.websockets.get()
    }

    /// How many messages clients have sent over WebSockets so far, pings, pongs and closes aside.
    pub fn websocket_messages(&self) -> u64 {
        self.state.counters.messages.get()
    }

    /// Stops listening, lets requests finish for the time of [`NeonConfig::shutdown_grace`], cancels what still runs,
    /// and returns when everything has ended.
    pub async fn shutdown(self) {
        let state = &self.state;
        state.closing.cancel();
        state.tasks.close();
        if timeout(self.grace, state.tasks.wait()).await.is_err() {
            state.ending.cancel();
            state.tasks.wait().await;
        }
    }
}

impl Drop for NeonGateway {
    fn drop(&mut self) {
        self.state.closing.cancel();
        self.state.ending.cancel();
    }
}
