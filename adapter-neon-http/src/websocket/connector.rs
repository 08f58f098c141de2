//! Opens WebSockets and starts sessions in them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::time::Duration;

use drivetrain_adapter_api::runtime::{SharedRuntime, with_timeout};
use drivetrain_adapter_api::websocket::{SharedWebSocketTransport, WebSocketRequest};
use drivetrain_adapter_api::{Error, ErrorKind, Result, RetryClass, async_trait};
use drivetrain_postgres_core::pooled::Connector;
use drivetrain_postgres_core::session::{AuthMethod, CancelKey, Session, Shared, Start, StatementMode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::stream::SocketStream;
use super::{Setup, SocketPolicy, parameters, settings, start_error};
use crate::adapter::NAME;
use crate::waking;

/// How long the proxy may take to close a WebSocket on which it was asked to cancel.
const CANCEL: Duration = Duration::from_secs(2);

/// Opens WebSockets to one database and starts sessions in them.
#[derive(Debug)]
pub(crate) struct SocketConnector {
    setup: Setup,
    transport: SharedWebSocketTransport,
    runtime: SharedRuntime,
    shared: Arc<Shared>,
    /// What the server asks for, as one of the constants below.
    asks: AtomicU8,
    /// The settings have been found to reach the database.
    settled: AtomicBool,
}

/// Nothing is known yet.
const UNKNOWN: u8 = 0;
/// The password in clear text.
const CLEARTEXT: u8 = 1;
/// Something else, or nothing.
const OTHER: u8 = 2;

impl SocketConnector {
    pub(super) fn new(setup: Setup, transport: SharedWebSocketTransport, runtime: SharedRuntime) -> Self {
        let shared = Arc::new(Shared::new());
        let (asks, settled) = (AtomicU8::new(UNKNOWN), AtomicBool::new(false));
        Self { setup, transport, runtime, shared, asks, settled }
    }

    async fn open(&self) -> Result<SocketStream> {
        let socket = self.transport.open(WebSocketRequest::new(&*self.setup.url)).await?;
        Ok(SocketStream::new(socket))
    }

    /// Whether the password goes ahead of the question for it.
    fn goes_ahead(&self) -> bool {
        match (self.setup.policy, self.asks.load(Ordering::Acquire)) {
            _ if self.must_be_settled() => false,
            (SocketPolicy::Ask, _) | (_, OTHER) | (SocketPolicy::Learn, UNKNOWN) => false,
            (SocketPolicy::Ahead | SocketPolicy::Learn, _) => true,
        }
    }

    /// Whether it is still to be found out that settings reach the database: a pooler may drop them without a word.
    fn must_be_settled(&self) -> bool {
        self.setup.mode == StatementMode::Unnamed
            && settings::are_at_stake(&self.setup.settings)
            && !self.settled.load(Ordering::Acquire)
    }

    async fn start(&self) -> Result<Session<SocketStream>> {
        let setup = &self.setup;
        let start = Start {
            password: setup.password.get().await?,
            settings: parameters::of(&setup.settings, &setup.words),
            confidential: setup.confidential,
            // Where the stream can be read by others, the configuration allows that.
            allow_insecure_password: true,
            mode: setup.mode,
            cached_statements: setup.cached_statements,
            eager: !setup.settings.iter().any(|(name, _)| changes_texts(name)),
            translate: start_error::translate,
            ..Start::new(&*setup.user, &*setup.database)
        };
        let shared = Arc::clone(&self.shared);
        if self.goes_ahead() && start.password.is_some() {
            return Session::start_pipelined(self.open().await?, &start, shared);
        }
        let mut session = Session::start(self.open().await?, &start, shared).await?;
        let asks = if session.auth_method() == AuthMethod::Cleartext { CLEARTEXT } else { OTHER };
        self.asks.store(asks, Ordering::Release);
        if self.must_be_settled() {
            settings::check(&mut session, &setup.settings).await?;
            self.settled.store(true, Ordering::Release);
        }
        Ok(session)
    }

    /// The same error with where it was to and as whom.
    fn with_place(&self, error: Error) -> Error {
        let Setup { place, user, database, .. } = &self.setup;
        let message =
            format!("{} (connecting to {place}, database `{database}`, user `{user}`)", error.message());
        let error = match error.kind() {
            // Whatever breaks before the session has begun, nothing has happened.
            ErrorKind::ConnectionLost => error.with_kind(ErrorKind::Connect).with_retry(RetryClass::SafeNow),
            _ => error,
        };
        if error.kind() == ErrorKind::Connect && error.hint().is_none() {
            let hint =
                "is the endpoint right, and does the server run? `websocket_endpoint` sets another one";
            return error.with_message(message).with_hint(hint);
        }
        error.with_message(message)
    }
}

/// Whether the setting changes the texts of values. Then rows are asked for in the form that it does not change.
fn changes_texts(name: &str) -> bool {
    name.eq_ignore_ascii_case("DateStyle") || name.eq_ignore_ascii_case("extra_float_digits")
}

#[async_trait]
impl Connector for SocketConnector {
    type Stream = SocketStream;
    type Origin = ();

    fn name(&self) -> &'static str {
        NAME
    }

    fn mode(&self) -> StatementMode {
        self.setup.mode
    }

    async fn connect(&self) -> Result<(Session<SocketStream>, ())> {
        let mut attempt = 1;
        loop {
            let error = match self.start().await {
                Ok(session) => return Ok((session, ())),
                Err(error) => error,
            };
            match self.retry_start(&error, attempt) {
                Some(wait) => self.runtime.sleep(wait).await,
                None => return Err(self.with_place(error)),
            }
            attempt += 1;
        }
    }

    /// A database that sleeps is being woken up: it is asked again, as long as the caller waits or so many times.
    fn retry_start(&self, error: &Error, attempt: u32) -> Option<Duration> {
        let sleeps = error.kind() == ErrorKind::ServerUnavailable && error.retry() == RetryClass::SafeNow;
        if !sleeps || attempt >= waking::ATTEMPTS {
            return None;
        }
        let wait = waking::wait_after(attempt);
        waking::tell(attempt, wait);
        Some(wait)
    }

    async fn cancel(&self, (): &(), key: CancelKey) -> Result<()> {
        let broken = |error: std::io::Error| {
            Error::new(ErrorKind::Connect, "the WebSocket to cancel a statement broke")
                .with_retry(RetryClass::SafeNow)
                .with_source(error)
        };
        let work = async {
            let mut stream = self.open().await?;
            stream.write_all(&key.request()).await.map_err(broken)?;
            stream.flush().await.map_err(broken)?;
            // The proxy closes when it has passed the request on.
            let mut nothing = [0; 64];
            while stream.read(&mut nothing).await.map_err(broken)? > 0 {}
            Ok(())
        };
        // A proxy that keeps the WebSocket open has the request all the same.
        with_timeout(&*self.runtime, CANCEL, work).await.unwrap_or(Ok(()))
    }

    fn forgo_pipelining(&self) {
        self.asks.store(OTHER, Ordering::Release);
    }

    fn timed_out(&self, limit: Duration) -> Error {
        let error = Error::new(ErrorKind::Connect, format!("no session was started within {limit:?}"))
            .with_retry(RetryClass::SafeNow)
            .with_hint(
                "is the host right, and does it let WebSockets through? connect_timeout sets the limit",
            );
        self.with_place(error)
    }
}
