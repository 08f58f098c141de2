//! Makes connections: names to addresses, sockets, TLS, the beginning of the session.

mod digest;
mod reason;
mod stream;
mod tls;
mod verify;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use drivetrain_adapter_api::{Error, ErrorKind, Result, RetryClass, async_trait};
use drivetrain_postgres_core::session::{
    CancelKey, ChannelBinding, Session, Shared, Start, StatementMode, TlsAnswer, request_tls,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;

use crate::config::{Address, BindingMode, Host, PostgresConfig, SslMode, TargetSession};
pub(crate) use stream::Stream;
pub(crate) use tls::Tls;

/// Makes connections to one database.
#[derive(Debug)]
pub(crate) struct Connector {
    config: PostgresConfig,
    tls: Option<Tls>,
    shared: Arc<Shared>,
}

/// Where a session is: to reach the same server again, to cancel a statement.
#[derive(Debug, Clone)]
pub(crate) struct Origin {
    place: Place,
    /// The name that the certificate is compared with.
    name: Arc<str>,
    encrypted: bool,
}

#[derive(Debug, Clone)]
enum Place {
    Tcp(SocketAddr),
    Unix(PathBuf),
}

impl Connector {
    /// # Errors
    /// [`Config`](ErrorKind::Config) if certificates cannot be read.
    pub(crate) fn new(config: PostgresConfig, shared: Arc<Shared>) -> Result<Self> {
        let tls = match config.tls.mode {
            SslMode::Disable => None,
            _ => Some(Tls::new(&config.tls)?),
        };
        Ok(Self { config, tls, shared })
    }

    pub(crate) fn config(&self) -> &PostgresConfig {
        &self.config
    }

    async fn connect_to(&self, host: &Host) -> Result<(Session<Stream>, Origin)> {
        let (stream, origin) = self.dial(host).await?;
        let binding = stream.channel_binding(self.config.tls.channel_binding);
        if self.config.tls.channel_binding == BindingMode::Require && binding == ChannelBinding::Unavailable {
            return Err(Error::new(
                ErrorKind::AuthenticationUnsupported,
                "channel binding is required, and there is no TLS connection to bind to",
            )
            .with_hint("channel_binding=prefer goes on without"));
        }
        let start = Start {
            password: self.config.password.get().await?,
            settings: self.config.settings(),
            confidential: stream.is_confidential(),
            allow_insecure_password: self.config.allow_insecure_password,
            channel_binding: binding,
            mode: self.config.mode,
            cached_statements: self.config.cached_statements,
            ..Start::new(&*self.config.user, &*self.config.database)
        };
        let mut session = Session::start(stream, &start, Arc::clone(&self.shared)).await?;
        self.check_target(&mut session).await?;
        Ok((session, origin))
    }

    /// A stream to the host, with TLS as asked for.
    async fn dial(&self, host: &Host) -> Result<(Stream, Origin)> {
        match &host.address {
            Address::Folder(folder) => {
                let file = Host::socket_file(folder, host.port);
                let stream = unix(&file).await?;
                let origin = Origin { place: Place::Unix(file), name: "".into(), encrypted: false };
                Ok((stream, origin))
            }
            Address::Name(name) => {
                let (stream, address) = self.tcp(name, host.port).await?;
                let stream = self.encrypt(stream, name).await?;
                let encrypted = stream.is_encrypted();
                let origin = Origin { place: Place::Tcp(address), name: (&**name).into(), encrypted };
                Ok((stream, origin))
            }
        }
    }

    async fn tcp(&self, name: &str, port: u16) -> Result<(TcpStream, SocketAddr)> {
        let addresses: Vec<SocketAddr> = match tokio::net::lookup_host((name, port)).await {
            Ok(addresses) => addresses.collect(),
            Err(error) => return Err(reason::unknown_host(error)),
        };
        let mut last = None;
        for address in addresses {
            match TcpStream::connect(address).await {
                Ok(stream) => {
                    self.tune(&stream)?;
                    return Ok((stream, address));
                }
                Err(error) => last = Some(reason::unreachable(error)),
            }
        }
        Err(last.unwrap_or_else(|| reason::failed("the host name has no address")))
    }

    /// Small messages at once, and silence noticed.
    fn tune(&self, stream: &TcpStream) -> Result<()> {
        stream.set_nodelay(true).map_err(reason::unreachable)?;
        if let Some(idle) = self.config.keepalive {
            let keepalive = socket2::TcpKeepalive::new().with_time(idle);
            socket2::SockRef::from(stream).set_tcp_keepalive(&keepalive).map_err(reason::unreachable)?;
        }
        Ok(())
    }

    async fn encrypt(&self, mut stream: TcpStream, name: &str) -> Result<Stream> {
        let Some(tls) = &self.tls else { return Ok(Stream::Tcp(stream)) };
        match request_tls(&mut stream).await? {
            TlsAnswer::Accepted => tls.handshake(stream, name).await.map(Stream::tls),
            TlsAnswer::Refused if self.config.tls.mode == SslMode::Prefer => Ok(Stream::Tcp(stream)),
            TlsAnswer::Refused => Err(Error::new(
                ErrorKind::Tls,
                "the server has no TLS, and sslmode asks for it",
            )
            .with_hint(
                "turn TLS on at the server, or set sslmode=prefer if the connection need not be encrypted",
            )),
        }
    }

    /// Refuses a server that is not of the sort asked for.
    async fn check_target(&self, session: &mut Session<Stream>) -> Result<()> {
        let (question, wanted) = match self.config.target {
            TargetSession::Any => return Ok(()),
            TargetSession::ReadWrite => ("SHOW transaction_read_only", "off"),
            TargetSession::ReadOnly => ("SHOW transaction_read_only", "on"),
            TargetSession::Primary => ("SELECT pg_catalog.pg_is_in_recovery()::text", "false"),
            TargetSession::Standby => ("SELECT pg_catalog.pg_is_in_recovery()::text", "true"),
        };
        let mut request = drivetrain_postgres_core::session::Request::new(question);
        request.keep = false;
        let answer = session.query(&[], &request).await?;
        let found: String = answer.rows.get(0, 0)?;
        if found == wanted {
            return Ok(());
        }
        Err(reason::failed("the server is not of the sort that target_session_attrs asks for"))
    }
}

#[async_trait]
impl drivetrain_postgres_core::pooled::Connector for Connector {
    type Stream = Stream;
    type Origin = Origin;

    fn name(&self) -> &'static str {
        crate::adapter::NAME
    }

    fn mode(&self) -> StatementMode {
        self.config.mode
    }

    /// A session on the first host that can be reached and is of the sort asked for.
    async fn connect(&self) -> Result<(Session<Stream>, Origin)> {
        let mut last = None;
        for host in &self.config.hosts {
            match self.connect_to(host).await {
                Ok(connected) => return Ok(connected),
                Err(error) => {
                    let error = reason::with_place(error, host, &self.config);
                    // A wrong password is wrong on all of them.
                    if matches!(error.kind(), ErrorKind::AuthenticationFailed | ErrorKind::Config) {
                        return Err(error);
                    }
                    last = Some(error);
                }
            }
        }
        Err(last.unwrap_or_else(|| Error::config("there is no host to connect to")))
    }

    /// Asks the server of a session to cancel what the session is doing, and waits until it has done so.
    async fn cancel(&self, origin: &Origin, key: CancelKey) -> Result<()> {
        let mut stream = match &origin.place {
            Place::Unix(file) => unix(file).await?,
            Place::Tcp(address) => {
                let stream = TcpStream::connect(address).await.map_err(reason::unreachable)?;
                stream.set_nodelay(true).map_err(reason::unreachable)?;
                if origin.encrypted { self.encrypt(stream, &origin.name).await? } else { Stream::Tcp(stream) }
            }
        };
        let outcome = async {
            stream.write_all(&key.request()).await?;
            stream.flush().await?;
            // The server closes the connection when the signal has been sent.
            let mut nothing = [0; 64];
            while stream.read(&mut nothing).await? > 0 {}
            Ok::<(), std::io::Error>(())
        };
        match outcome.await {
            Ok(()) => Ok(()),
            // Closing without TLS's goodbye is what Postgres does.
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(()),
            Err(error) => Err(reason::unreachable(error)),
        }
    }
    fn timed_out(&self, limit: Duration) -> Error {
        timed_out(limit, &self.config)
    }
}

#[cfg(unix)]
async fn unix(file: &std::path::Path) -> Result<Stream> {
    UnixStream::connect(file).await.map(Stream::Unix).map_err(reason::unreachable)
}

#[cfg(not(unix))]
async fn unix(file: &std::path::Path) -> Result<Stream> {
    let _ = file;
    Err(Error::unsupported("this system has no Unix sockets; name a host"))
}

/// The error for a time limit that ran out while connecting.
pub(crate) fn timed_out(limit: Duration, config: &PostgresConfig) -> Error {
    let error = Error::new(ErrorKind::Connect, format!("no connection was made within {limit:?}"))
        .with_retry(RetryClass::SafeNow)
        .with_hint(
            "is the host right, and does a firewall let the port through? connect_timeout sets the limit",
        );
    match config.hosts.first() {
        Some(host) => reason::with_place(error, host, config),
        None => error,
    }
}
