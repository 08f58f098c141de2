//! WebSockets by tungstenite, over TCP or rustls, inside tokio.

mod address;
mod errors;
mod socket;
mod whole_head;

use std::io;
use std::sync::Arc;

use drivetrain_adapter_api::websocket::{WebSocket, WebSocketRequest, WebSocketTransport};
use drivetrain_adapter_api::{Error, async_trait};
use rustls::ClientConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::runtime::Handle;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::client_async_with_config;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use self::address::Address;
use self::socket::Socket;
use self::whole_head::WholeHead;
use super::tls;

/// Opens WebSockets over TCP or TLS. It must be used inside tokio.
///
/// - Certificates are verified as the operating system does, by rustls with the ring provider; the process-wide
///   default provider is neither read nor set.
/// - Every address that a name stands for is tried, one after the other.
/// - The variables of the environment that name proxies (`HTTPS_PROXY` and the like) are not used.
/// - A message of the server's may have 64 MiB, in however many frames; a longer one is an error of kind
///   [`Protocol`](drivetrain_adapter_api::ErrorKind::Protocol). A message that is sent may have any length, and is one
///   frame.
/// - A server that closes in the middle of a frame has closed: that frame is not given out.
///
/// Cloning is cheap.
#[derive(Debug, Clone)]
pub struct TokioWebSocket {
    tls: Arc<ClientConfig>,
}

impl TokioWebSocket {
    /// Trusts the certificate authorities of this machine.
    ///
    /// # Errors
    /// [`Config`](drivetrain_adapter_api::ErrorKind::Config) when there are none.
    pub fn new() -> Result<Self, Error> {
        Self::with_extra_authorities([])
    }

    /// Trusts these certificate authorities (X.509, DER) too.
    ///
    /// # Errors
    /// [`Config`](drivetrain_adapter_api::ErrorKind::Config) when one of them is not a certificate, or when there
    /// are none at all.
    pub fn with_extra_authorities(authorities: impl IntoIterator<Item = Vec<u8>>) -> Result<Self, Error> {
        let mut config = tls::config(authorities)?;
        // RFC 6455 is an upgrade of HTTP/1.1: a server that prefers HTTP/2 must not be given the choice.
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { tls: Arc::new(config) })
    }
}

#[async_trait]
impl WebSocketTransport for TokioWebSocket {
    async fn open(&self, request: WebSocketRequest) -> Result<Box<dyn WebSocket>, Error> {
        let address = Address::parse(&request.url)?;
        if Handle::try_current().is_err() {
            return Err(Error::misuse("a WebSocket can be opened inside tokio only"));
        }
        let stream = connect(&address).await.map_err(errors::while_connecting)?;
        let Some(name) = address.tls.clone() else { return upgrade(stream, &address).await };
        let connector = TlsConnector::from(Arc::clone(&self.tls));
        let stream = connector.connect(name, stream).await.map_err(errors::while_encrypting)?;
        upgrade(stream, &address).await
    }
}

/// The first of the addresses that answers.
async fn connect(address: &Address) -> io::Result<TcpStream> {
    let mut failure = None;
    for place in lookup_host((address.host.as_str(), address.port)).await? {
        match TcpStream::connect(place).await {
            Ok(stream) => {
                stream.set_nodelay(true)?;
                return Ok(stream);
            }
            Err(error) => failure = Some(error),
        }
    }
    Err(failure.unwrap_or_else(|| io::Error::new(io::ErrorKind::NotFound, "the name has no address")))
}

/// The longest message that is taken. Neon's proxy sends 64 KiB at most, but how a server cuts its bytes is its own
/// matter, up to putting a whole answer into one message.
const MAX_MESSAGE: usize = 64 << 20;

async fn upgrade<S>(stream: S, address: &Address) -> Result<Box<dyn WebSocket>, Error>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let config = WebSocketConfig::default()
        .read_buffer_size(32 << 10)
        .write_buffer_size(64 << 10)
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE));
    let (socket, _) = client_async_with_config(address.url.as_str(), WholeHead::new(stream), Some(config))
        .await
        .map_err(errors::while_opening)?;
    Ok(Box::new(Socket::new(socket)))
}
