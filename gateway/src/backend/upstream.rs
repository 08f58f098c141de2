//! Where the database is, and how it is reached: the part of a connection URL that is the gateway's own.

use std::borrow::Cow;
use std::fmt;
#[cfg(unix)]
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::Url;

use super::error::ConnectError;
use super::stream::Stream;
use super::tls::{Trust, connector};

/// How long reaching the database and logging in may take.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

const DEFAULT_PORT: u16 = 5432;

/// The database behind the gateway: one server, reached over TCP or a Unix socket, encrypted or not.
#[derive(Clone)]
pub(crate) struct Upstream(Arc<Inner>);

struct Inner {
    place: Place,
    tls: Tls,
}

enum Place {
    Tcp {
        host: String,
        port: u16,
    },
    #[cfg(unix)]
    Unix(PathBuf),
}

enum Tls {
    Never,
    /// As the server likes it.
    Offered(TlsConnector),
    Demanded(TlsConnector),
}

impl Upstream {
    /// Reads `postgres://host:port/?sslmode=...`.
    ///
    /// A Unix socket is named by its folder, as the host (`postgres://%2Fvar%2Frun%2Fpostgresql`) or as `?host=`. The
    /// user, password and database of the URL count for nothing here: every client of the gateway brings its own.
    /// Parameters: `host`, `port`, `sslmode` (`disable`, `prefer`, `require`, `verify-full`; `prefer` if not stated),
    /// `sslrootcert` (a PEM file or `system`; with `verify-full`).
    ///
    /// # Errors
    /// A sentence that names what cannot be used. The URL itself is not in it: it can hold a password.
    pub(crate) fn from_url(url: &str) -> Result<Self, String> {
        let url =
            Url::parse(url).map_err(|error| format!("the URL of the database cannot be read: {error}"))?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(format!(
                "the URL of the database begins with `{}://`, and the gateway speaks to postgres://",
                url.scheme()
            ));
        }
        let mut host = decoded("host", url.host_str().unwrap_or_default())?;
        let mut port = url.port().unwrap_or(DEFAULT_PORT);
        let mut mode = Cow::Borrowed("prefer");
        let mut roots = None;
        for (key, value) in url.query_pairs() {
            match &*key {
                "host" => host = value.into_owned(),
                "port" => {
                    port =
                        value.parse().map_err(|_| format!("`port={value}` of the URL is no port number"))?;
                }
                "sslmode" => mode = value,
                "sslrootcert" => roots = Some(value),
                _ => {
                    return Err(format!(
                        "the gateway does not know the parameter `{key}` of the database's URL: it takes host, port, \
                         sslmode and sslrootcert, and clients bring the settings of their sessions"
                    ));
                }
            }
        }
        let tls = tls(&mode, roots.as_deref())?;
        Ok(Self(Arc::new(Inner { place: place(host, port)?, tls })))
    }

    /// A stream to the server, encrypted as asked for, with nothing of the session sent yet.
    pub(super) async fn dial(&self) -> Result<Stream, ConnectError> {
        self.stream(true).await
    }

    /// A stream for a client that begins the session itself, and may ask for encryption: encrypted only where `sslmode`
    /// demands it.
    pub(crate) async fn dial_unchanged(&self) -> Result<Stream, ConnectError> {
        timeout(CONNECT_TIMEOUT, self.stream(false)).await.unwrap_or_else(|_| Err(self.silent()))
    }

    /// The error for a server that does not answer.
    pub(super) fn silent(&self) -> ConnectError {
        ConnectError::Unreachable(format!(
            "the database at {self} did not answer within {} seconds",
            CONNECT_TIMEOUT.as_secs()
        ))
    }

    async fn stream(&self, accept_offer: bool) -> Result<Stream, ConnectError> {
        let unreachable = |error: std::io::Error| {
            ConnectError::Unreachable(format!("the database at {} cannot be reached: {error}", self.0.place))
        };
        match &self.0.place {
            Place::Tcp { host, port } => {
                let stream = TcpStream::connect((host.as_str(), *port)).await.map_err(unreachable)?;
                stream.set_nodelay(true).map_err(unreachable)?;
                self.encrypted(stream, host, accept_offer).await
            }
            #[cfg(unix)]
            Place::Unix(file) => Ok(Stream::Unix(UnixStream::connect(file).await.map_err(unreachable)?)),
        }
    }

    /// The stream after the SSLRequest and the handshake, where there is to be one.
    async fn encrypted(
        &self,
        mut stream: TcpStream,
        host: &str,
        accept_offer: bool,
    ) -> Result<Stream, ConnectError> {
        let (tls, demanded) = match &self.0.tls {
            Tls::Never => return Ok(Stream::Tcp(stream)),
            Tls::Offered(_) if !accept_offer => return Ok(Stream::Tcp(stream)),
            Tls::Offered(tls) => (tls, false),
            Tls::Demanded(tls) => (tls, true),
        };
        let broken = |error: std::io::Error| {
            ConnectError::Unreachable(format!(
                "the database at {} cannot be reached over TLS: {error}",
                self.0.place
            ))
        };
        let mut request = bytes::BytesMut::new();
        postgres_protocol::message::frontend::ssl_request(&mut request);
        stream.write_all(&request).await.map_err(broken)?;
        // One byte and no more: what came before the handshake must not pass for encrypted.
        match stream.read_u8().await.map_err(broken)? {
            b'S' => {
                let name = ServerName::try_from(host.to_owned()).map_err(|_| {
                    ConnectError::Unreachable(format!(
                        "`{host}` is neither a name nor an address, and TLS needs one"
                    ))
                })?;
                Ok(Stream::Tls(Box::new(tls.connect(name, stream).await.map_err(broken)?)))
            }
            b'N' if !demanded => Ok(Stream::Tcp(stream)),
            b'N' => Err(ConnectError::Unreachable(format!(
                "the database at {} does not offer TLS, and sslmode demands it",
                self.0.place
            ))),
            _ => Err(ConnectError::Unreachable(format!("{} does not speak as Postgres does", self.0.place))),
        }
    }
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Upstream({})", self.0.place)
    }
}

impl fmt::Display for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.place.fmt(f)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            #[cfg(unix)]
            Self::Unix(file) => file.display().fmt(f),
        }
    }
}

fn decoded(what: &str, text: &str) -> Result<String, String> {
    percent_decode_str(text)
        .decode_utf8()
        .map(Cow::into_owned)
        .map_err(|_| format!("the {what} of the database's URL is not UTF-8"))
}

fn place(host: String, port: u16) -> Result<Place, String> {
    if host.starts_with('/') {
        #[cfg(unix)]
        return Ok(Place::Unix(PathBuf::from(host).join(format!(".s.PGSQL.{port}"))));
        #[cfg(not(unix))]
        return Err(format!("the database's URL names a Unix socket, {host}, and this system has none"));
    }
    if host.is_empty() {
        return Err("the URL of the database has no host".to_owned());
    }
    // An IPv6 address stands in brackets in a URL only.
    let host =
        host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).map_or(host.clone(), str::to_owned);
    Ok(Place::Tcp { host, port })
}

fn tls(mode: &str, roots: Option<&str>) -> Result<Tls, String> {
    if roots.is_some() && mode != "verify-full" {
        return Err(format!(
            "sslrootcert is for sslmode=verify-full, and the database's URL says sslmode={mode}"
        ));
    }
    match mode {
        "disable" => Ok(Tls::Never),
        "prefer" => connector(Trust::Anybody).map(Tls::Offered),
        "require" => connector(Trust::Anybody).map(Tls::Demanded),
        "verify-full" => {
            let trust = match roots {
                None | Some("system") => Trust::System,
                Some(file) => Trust::File(file.as_ref()),
            };
            connector(trust).map(Tls::Demanded)
        }
        _ => Err(format!(
            "`sslmode={mode}` of the database's URL is none of disable, prefer, require and verify-full"
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_read() {
        let of = |url: &str| Upstream::from_url(url).unwrap().to_string();
        assert_eq!(of("postgres://u:p@localhost:5433/db"), "localhost:5433");
        assert_eq!(of("postgresql://[::1]/db?sslmode=disable"), "[::1]:5432");
        assert_eq!(of("postgres://h?port=1&sslmode=require"), "h:1");
        #[cfg(unix)]
        assert_eq!(of("postgres://%2Fvar%2Frun:7/db"), "/var/run/.s.PGSQL.7");
        #[cfg(unix)]
        assert_eq!(of("postgres:///db?host=/tmp&port=8"), "/tmp/.s.PGSQL.8");
    }

    #[test]
    fn what_cannot_be_used_is_named_without_the_url() {
        for (url, named) in [
            ("mysql://h", "mysql://"),
            ("postgres:///db", "no host"),
            ("postgres://u:sesame@h?sslmode=verify-ca", "verify-ca"),
            ("postgres://u:sesame@h?search_path=a", "search_path"),
            ("postgres://u:sesame@h?sslrootcert=system", "sslrootcert"),
            ("postgres://u:sesame@h?sslmode=verify-full&sslrootcert=/nowhere.pem", "/nowhere.pem"),
            ("postgres://u:sesame@h?port=x", "port=x"),
            ("nonsense:sesame", "nonsense"),
            ("u:sesame@h", "u"),
        ] {
            let error = Upstream::from_url(url).unwrap_err();
            assert!(error.contains(named), "{error}");
            assert!(!error.contains("sesame"), "{error}");
        }
    }
}
