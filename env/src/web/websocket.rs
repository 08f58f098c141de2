//! WebSockets by the host's `WebSocket`.
//!
//! JavaScript objects stay on the thread that made them, but an open WebSocket must be `Send`. So a task owns the
//! object, and what is handed out are the ends of channels to that task.

mod host;
mod socket;

use drivetrain_adapter_api::websocket::{WebSocket, WebSocketRequest, WebSocketTransport};
use drivetrain_adapter_api::{Error, ErrorKind, RetryClass, async_trait};
use futures_channel::{mpsc, oneshot};

use self::host::HostSocket;
use self::socket::Socket;

/// Opens WebSockets with the `WebSocket` of the host: a browser, an edge isolate or Node.js (22 or later).
///
/// - The host does not tell why a WebSocket was not opened: a status, a certificate that is not trusted and a server
///   that does not answer are all errors of kind [`Connect`](ErrorKind::Connect).
/// - Nor does it tell a connection that broke from one that was closed: both are an end.
/// - It has no way to be told to read more slowly: what arrives is kept until it is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct WebWebSocket {
    _made_by_new: (),
}

impl WebWebSocket {
    /// The transport of this isolate.
    pub fn new() -> Self {
        Self::default()
    }
}

#[async_trait]
impl WebSocketTransport for WebWebSocket {
    async fn open(&self, request: WebSocketRequest) -> Result<Box<dyn WebSocket>, Error> {
        let (opened, opening) = oneshot::channel();
        let (arriving, arrived) = mpsc::unbounded();
        let (orders, ordered) = mpsc::channel(ORDERS);
        let (held, dropped) = oneshot::channel();
        let host = HostSocket::open(&request.url, opened, arriving)?;
        wasm_bindgen_futures::spawn_local(host.run(ordered, dropped));
        let socket = Socket::new(arrived, orders, held);
        match opening.await {
            Ok(()) => Ok(Box::new(socket)),
            // `opened` was dropped: the host reported the end of a WebSocket that was never open.
            Err(oneshot::Canceled) => Err(Error::new(
                ErrorKind::Connect,
                "the database's WebSocket endpoint cannot be reached, or refuses to open a WebSocket",
            )
            .with_retry(RetryClass::SafeNow)),
        }
    }
}

/// Messages that wait for the task, besides the one it holds.
const ORDERS: usize = 8;

/// What the task is told to do.
enum Order {
    /// To send a message.
    Send(bytes::Bytes),
    /// To say when all before has been given to the host.
    Flush(oneshot::Sender<()>),
    /// To close after all before, and to say so.
    Close(oneshot::Sender<()>),
}
