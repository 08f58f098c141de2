//! The beginning of a session: TLS request, startup message, authentication, first parameters.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use drivetrain_adapter_api::{Error, ErrorKind, Result, RetryClass};
use postgres_protocol::message::frontend;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

use super::auth::{AuthMethod, Authenticator, ChannelBinding, nul_in_password};
use super::lru::Lru;
use super::message::{self, Authentication, Message};
use super::receive::Reply;
use super::wire::{Wire, lost};
use super::{CancelKey, Session, Shared, StatementMode, TransactionStatus};
use crate::error::InFlight;

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
    /// Whether a statement that is not known yet is described on the way, its rows asked for as text, rather than in a
    /// round trip of its own: for streams on which a round trip is dear.
    pub eager: bool,
    /// How an error that the server reports at the start is to be understood: for servers that send other SQLSTATEs then
    /// than Postgres does.
    pub translate: fn(Error) -> Error,
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
            eager: false,
            translate: std::convert::identity,
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

/// How far a start has come.
#[derive(Debug)]
pub(super) struct Starting {
    /// The server has asked for the password that was sent ahead.
    asked: bool,
    /// The server has let us in.
    accepted: bool,
    /// The server does not want the password that was sent ahead.
    pub(super) refused: bool,
    /// The server has answered with an error.
    pub(super) failed: bool,
    /// It is over.
    pub(super) answered: Arc<AtomicBool>,
    pub(super) translate: fn(Error) -> Error,
}

impl Starting {
    fn new(translate: fn(Error) -> Error) -> Self {
        let answered = Arc::new(AtomicBool::new(false));
        Self { asked: false, accepted: false, refused: false, failed: false, answered, translate }
    }
}

/// Tells whether a start that was sent ahead has been answered in full.
#[derive(Debug, Clone)]
pub struct StartWatch(pub(super) Arc<AtomicBool>);

impl StartWatch {
    /// Whether it has.
    pub fn is_answered(&self) -> bool {
        self.0.load(Ordering::Acquire)
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
        let mut session = Self::unstarted(stream, start, shared)?;
        session.authenticate(start).await?;
        session.finish_start().await?;
        session.under_way = InFlight::Nothing;
        Ok(session)
    }

    /// Begins a session with a server that is expected to ask for the password in clear text, as Neon's proxy does on
    /// WebSockets, without waiting for it to ask. Nothing is sent yet: start-up message and password leave together with
    /// the messages of the first call, in one write where the stream takes them in one. The answers to the start are read
    /// before those to the call, and its errors come out of the call.
    ///
    /// - An error that the server reports at the start has kind and retry class of one met by [`start`](Self::start): the
    ///   call has not been run.
    /// - If the connection breaks before the server has let us in, the call may have been run all the same: the error is
    ///   that of the call.
    /// - If the server asks for another proof than a password in clear text, or for none,
    ///   [`pipelining_refused`](Self::pipelining_refused) tells.
    ///
    /// [`cancel_key`](Self::cancel_key) and [`parameter`](Self::parameter) give nothing until the answers to the start
    /// have been read.
    ///
    /// # Errors
    /// As [`start`](Self::start) where a server asks for the password in clear text: on a stream that others can read,
    /// where [`Start::allow_insecure_password`] is not set, and without a password.
    pub fn start_pipelined(stream: S, start: &Start, shared: Arc<Shared>) -> Result<Self> {
        let password = Authenticator::new(start).openly("in clear text")?;
        let mut session = Self::unstarted(stream, start, shared)?;
        session.wire.put(|out| frontend::password_message(password, out)).map_err(|_| nul_in_password())?;
        Ok(session)
    }

    /// Reads the answers to a [pipelined](Self::start_pipelined) start, where no call has done so; sends it by itself,
    /// where no call has. For all other sessions there is nothing to do.
    ///
    /// # Errors
    /// As [`start`](Self::start); see also [`pipelining_refused`](Self::pipelining_refused).
    pub async fn await_start(&mut self) -> Result<()> {
        if self.starting.is_none() {
            return Ok(());
        }
        if self.is_in_flight() {
            self.check_whole()?;
        } else {
            self.under_way = InFlight::Connect;
        }
        self.finish_start().await
    }

    /// Gives up a session whose [pipelined](Self::start_pipelined) start is not answered: it is broken then. The error is
    /// `error`, with the kind and retry class of a connection that broke under the call that was sent with the start.
    pub fn give_up_start(&mut self, error: Error) -> Error {
        self.violated(error.with_kind(ErrorKind::ConnectionLost))
    }

    /// A session whose start-up message lies in the buffer.
    fn unstarted(stream: S, start: &Start, shared: Arc<Shared>) -> Result<Self> {
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
            eager: start.eager,
            method: AuthMethod::None,
            starting: Some(Starting::new(start.translate)),
        };
        let identity = [("user", &*start.user), ("database", &*start.database)];
        let settings = start.settings.iter().map(|(name, value)| (&**name, &**value));
        session
            .wire
            .put(|out| frontend::startup_message(identity.into_iter().chain(settings), out))
            .map_err(|_| Error::config("the user, the database or a setting has the character NUL"))?;
        Ok(session)
    }

    /// Answers the server's questions, up to where it lets us in.
    async fn authenticate(&mut self, start: &Start) -> Result<()> {
        let mut authenticator = Authenticator::new(start);
        loop {
            match self.receive_next().await? {
                Reply::Error(fields) => {
                    self.wire.kill();
                    return Err(self.reported(*fields));
                }
                Reply::Message(Message::Authentication(Authentication::Ok)) => {
                    authenticator.accepted()?;
                    self.method = authenticator.method;
                    if let Some(starting) = &mut self.starting {
                        starting.accepted = true;
                    }
                    return Ok(());
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

    /// Reads the rest of the answers to the start: all of them where the password was sent ahead.
    pub(super) async fn finish_start(&mut self) -> Result<()> {
        loop {
            let reply = self.receive_next().await?;
            let Some(starting) = &mut self.starting else { return Ok(()) };
            match reply {
                Reply::Error(fields) => {
                    self.wire.kill();
                    return Err(self.reported(*fields));
                }
                Reply::Message(Message::Authentication(step)) if !starting.accepted => match step {
                    Authentication::Cleartext if !starting.asked => {
                        starting.asked = true;
                        self.method = AuthMethod::Cleartext;
                    }
                    Authentication::Ok if starting.asked => starting.accepted = true,
                    _ => {
                        starting.refused = true;
                        self.wire.kill();
                        return Err(not_asked());
                    }
                },
                Reply::Message(Message::KeyData { process_id, secret }) if starting.accepted => {
                    self.cancel_key = Some(CancelKey { process_id, secret });
                }
                Reply::Message(Message::Ready(status)) if starting.accepted => {
                    self.status =
                        TransactionStatus::from_byte(status).map_err(|error| self.violated(error))?;
                    if let Some(starting) = self.starting.take() {
                        starting.answered.store(true, Ordering::Release);
                    }
                    return Ok(());
                }
                Reply::Message(other) => return Err(self.out_of_place(&other)),
            }
        }
    }

    fn out_of_place(&mut self, message: &Message) -> Error {
        self.violated(message::violation(format!("{}, at the beginning of a session", message.name())))
            .with_hint("is this the port of a Postgres server?")
    }
}

/// The error for a server that does not want the password that was sent ahead.
fn not_asked() -> Error {
    Error::new(
        ErrorKind::Connect,
        "the server does not ask for the password in clear text, and it was sent ahead",
    )
    .with_retry(RetryClass::SafeNow)
    .with_hint("start the session without pipelining")
}
