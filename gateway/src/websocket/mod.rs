//! The Postgres protocol in WebSocket messages, as Neon's proxy speaks it.
//!
//! Every request to upgrade is accepted, whatever its path, so that `/v2`, and `/v1?address=host:port` of wsproxy work;
//! the address is ignored, because there is one database. Only binary messages count, and where one ends means nothing.
//! There is no compression and no subprotocol (RFC 6455).

mod cancel;
mod options;
mod packet;
mod password;
mod relay;
mod reply;
mod session;
mod socket;

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HeaderMap, HeaderName, UPGRADE};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio_tungstenite::tungstenite::handshake::server::create_response_with_body;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::backend::Upstream;
use crate::neon::state::Counters;
pub(crate) use cancel::Keys;
use socket::Socket;

/// What the WebSocket sessions of a gateway share.
pub(crate) struct Sessions {
    pub(crate) upstream: Upstream,
    pub(crate) mode: Mode,
    /// The keys by which clients cancel.
    pub(crate) keys: Keys,
    pub(crate) counters: Arc<Counters>,
    /// Sessions in which nothing runs end.
    pub(crate) closing: CancellationToken,
    /// All sessions end.
    pub(crate) ending: CancellationToken,
    pub(crate) tasks: TaskTracker,
}

/// Who logs in to the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Mode {
    /// The gateway, with the user and password that the client sends in clear text: as Neon's proxy does.
    #[default]
    Proxy,
    /// The client itself: bytes are copied unchanged, as wsproxy does. Authentication is then the database's own.
    Raw,
}

/// Whether the request asks for a WebSocket.
pub(crate) fn is_upgrade(request: &Request<Incoming>) -> bool {
    let headers = request.headers();
    has_token(headers, &CONNECTION, "upgrade") && has_token(headers, &UPGRADE, "websocket")
}

fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    let values = headers.get_all(name).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|value| value.trim().eq_ignore_ascii_case(token))
}

/// Accepts the WebSocket, and starts the session that goes on over it.
///
/// The connection has to be served with upgrades. A handshake that RFC 6455 does not allow is answered with 400.
pub(crate) fn upgrade(mut request: Request<Incoming>, sessions: &Arc<Sessions>) -> Response<Full<Bytes>> {
    let response = match create_response_with_body(&request, Full::default) {
        Ok(response) => response,
        Err(error) => {
            let mut response = Response::new(Full::from(format!("no WebSocket: {error}\n")));
            *response.status_mut() = StatusCode::BAD_REQUEST;
            return response;
        }
    };
    let upgraded = hyper::upgrade::on(&mut request);
    let session = {
        let sessions = Arc::clone(sessions);
        async move {
            // A client that is gone before the switch of protocols leaves nothing to end.
            if let Ok(upgraded) = upgraded.await {
                let socket = Socket::new(TokioIo::new(upgraded), Arc::clone(&sessions.counters)).await;
                session::run(socket, &sessions).await;
            }
        }
    };
    sessions.tasks.spawn(session);
    response
}
