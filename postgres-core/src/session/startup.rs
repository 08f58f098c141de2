//! The beginning of a session: TLS request, startup message, authentication, first parameters.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::Arc;

use drivetrain_adapter_api::{Error, ErrorKind, Result};
use postgres_protocol::message::frontend;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::auth::{Authenticator, ChannelBinding};
use super::lru::Lru;
use super::message::{self, Authentication, Message};
use super::receive::Reply;
use super::wire::{Wire, lost};
use super::{CancelKey, Session, Shared, StatementMode, TransactionStatus};
use crate::error::{InFlight, to_error};

/// What a session is begun with. Its `Debug` does not show the password.
#[derive(Clone)]
pub struct Start {
    /// The user.
    pub user: String,
    /// The database.
    pub database: String,
    /// The password, if there is one.
    pub password: Option<String>,
    /// Settings that the session is to have, by name.
    pub settings: Vec<(String, String)>,
    /// Whether nobody else can read the stream: TLS, or a Unix socket.
    pub confidential: bool,
    /// Whether the password may be sent as clear text or MD5 where others can read the stream.
    pub allow_insecure_password: bool,
    /// What binds the authentication to the TLS connection.
    pub channel_binding: ChannelBinding,
    /// How statements are prepared.
    pub mode: StatementMode,
    /// How many statements are kept prepared under a name.
    pub cached_statements: usize,
}

impl Start {
    /// A session of that user in that database, without password and settings, on a stream that others can read.
    pub fn new(user: impl Into<String>, database: impl Into<String>) -> Self {
        Self {
            user: user.into(),
            database: database.into(),
            password: None,
            settings: Vec::new(),
            confidential: false,
            allow_insecure_password: false,
            channel_binding: ChannelBinding::Unavailable,
            mode: StatementMode::default(),
            cached_statements: 256,
        }
    }
}

impl fmt::Debug for Start {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Start")
            .field("user", &self.user)
            .field("database", &self.database)
            .field("password", &self.password.as_ref().map(|_| "..."))
            .field("settings", &self.settings)
            .field("mode", &self.mode)
            .finish_non_exhaustive()
    }
}

/// What the server says to a request for TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsAnswer {
    /// The handshake can begin.
    Accepted,
    /// It has none: the session can go on in clear text.
    Refused,
}

/// Asks the server for TLS, as the first thing on a stream. Not a byte is read beyond the answer: what somebody in
/// between may have put there is left to the TLS handshake, which fails on it (CVE-2021-23222).
///
/// # Errors
/// [`ConnectionLost`](ErrorKind::ConnectionLost), and [`Protocol`](ErrorKind::Protocol) for any other answer.
pub async fn request_tls<S: AsyncRead + AsyncWrite + Unpin>(stream: &mut S) -> Result<TlsAnswer> {
    let broken = |error: std::io::Error| lost("the connection broke before TLS").with_source(error);
    let mut request = bytes::BytesMut::new();
    frontend::ssl_request(&mut request);
    stream.write_all(&request).await.map_err(broken)?;
    stream.flush().await.map_err(broken)?;
    match stream.read_u8().await.map_err(broken)? {
        b'S' => Ok(TlsAnswer::Accepted),
        b'N' => Ok(TlsAnswer::Refused),
        // An error here is not authenticated; its text is not believed.
        b'E' => Err(Error::new(ErrorKind::Tls, "the server answered the request for TLS with an error")),
        other => Err(message::violation(format!("0x{other:02x} in answer to the request for TLS"))),
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Begins a session on a stream on which TLS, if there is any, has been negotiated.
    ///
    /// # Errors
    /// [`AuthenticationFailed`](ErrorKind::AuthenticationFailed),
    /// [`AuthenticationUnsupported`](ErrorKind::AuthenticationUnsupported),
    /// [`DatabaseNotFound`](ErrorKind::DatabaseNotFound), [`TooManyConnections`](ErrorKind::TooManyConnections) and
    /// whatever else the server reports, and what the connection meets.
    pub async fn start(stream: S, start: &Start, shared: Arc<Shared>) -> Result<Self> {
        let mut session = Self {
            wire: Wire::new(stream),
            status: TransactionStatus::Idle,
            parameters: BTreeMap::new(),
            cancel_key: None,
            notices: VecDeque::new(),
            notifications: VecDeque::new(),
            mode: start.mode,
            statements: Lru::new(start.cached_statements),
            next_name: 0,
            closing: Vec::new(),
            unconfirmed: Vec::new(),
            shared,
            awaited: 0,
            unsynced: false,
            simple: false,
            finishing: false,
            under_way: InFlight::Connect,
            suspended: false,
            traces: false,
        };
        let identity = [("user", &*start.user), ("database", &*start.database)];
        let settings = start.settings.iter().map(|(name, value)| (&**name, &**value));
        session
            .wire
            .put(|out| frontend::startup_message(identity.into_iter().chain(settings), out))
            .map_err(|_| Error::config("the user, the database or a setting has the character NUL"))?;
        session.awaited = 1;
        session.authenticate(start).await?;
        session.await_readiness().await?;
        session.under_way = InFlight::Nothing;
        Ok(session)
    }

    async fn authenticate(&mut self, start: &Start) -> Result<()> {
        let mut authenticator = Authenticator::new(start);
        loop {
            match self.receive().await? {
                Reply::Error(fields) => {
                    self.wire.kill();
                    return Err(to_error(*fields, InFlight::Connect));
                }
                Reply::Message(Message::Authentication(Authentication::Ok)) => {
                    return authenticator.accepted();
                }
                Reply::Message(Message::Authentication(step)) => {
                    if let Some(answer) = authenticator.answer(step)? {
                        self.wire.put(|out| {
                            out.extend_from_slice(&answer);
                            Ok(())
                        })?;
                    }
                }
                Reply::Message(other) => return Err(self.out_of_place(&other)),
            }
        }
    }

    async fn await_readiness(&mut self) -> Result<()> {
        loop {
            match self.receive().await? {
                Reply::Error(fields) => {
                    self.wire.kill();
                    return Err(to_error(*fields, InFlight::Connect));
                }
                Reply::Message(Message::KeyData { process_id, secret }) => {
                    self.cancel_key = Some(CancelKey { process_id, secret });
                }
                Reply::Message(Message::Ready(status)) => return self.is_ready(status),
                Reply::Message(other) => return Err(self.out_of_place(&other)),
            }
        }
    }

    fn out_of_place(&mut self, message: &Message) -> Error {
        self.violated(message::violation(format!("{}, at the beginning of a session", message.name())))
            .with_hint("is this the port of a Postgres server?")
    }
}
