//! Accepts connections, and speaks HTTP/1.1 and HTTP/2 on them, over TLS where it was configured.

use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

use super::route;
use super::state::State;

/// How long a TLS handshake may take, as on Neon.
const HANDSHAKE_TIME: Duration = Duration::from_secs(15);

/// How long to wait where a connection cannot be accepted, as when there are too many open files.
const BREATH: Duration = Duration::from_millis(50);

/// Serves until the gateway closes.
pub(crate) async fn run(listener: TcpListener, tls: Option<TlsAcceptor>, state: Arc<State>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = state.closing.cancelled() => return,
        };
        match accepted {
            Ok((stream, _)) => {
                let (tls, state) = (tls.clone(), state.clone());
                state.tasks.clone().spawn(connection(stream, tls, state));
            }
            Err(error) => {
                if state.log {
                    eprintln!("a connection could not be accepted: {error}");
                }
                sleep(BREATH).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, tls: Option<TlsAcceptor>, state: Arc<State>) {
    let complain = |what: &str, error: &dyn std::fmt::Display| {
        if state.log {
            eprintln!("{what}: {error}");
        }
    };
    if let Err(error) = stream.set_nodelay(true) {
        complain("a connection cannot be used", &error);
        return;
    }
    let served = match tls {
        None => serve(stream, &state).await,
        Some(tls) => {
            let stream = tokio::select! {
                shaken = timeout(HANDSHAKE_TIME, tls.accept(stream)) => shaken,
                () = state.closing.cancelled() => return,
            };
            match stream {
                Ok(Ok(stream)) => serve(stream, &state).await,
                Ok(Err(error)) => return complain("a TLS handshake failed", &error),
                Err(_) => return complain("a TLS handshake failed", &"it took too long"),
            }
        }
    };
    if let Err(error) = served {
        complain("a connection ended early", &error);
    }
}

async fn serve<S>(stream: S, state: &Arc<State>) -> Result<(), Box<dyn std::error::Error + Send + Sync>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new());
    builder.http2().timer(TokioTimer::new());
    let service = service_fn(|request| route::handle(state.clone(), request));
    let mut connection =
        std::pin::pin!(builder.serve_connection_with_upgrades(TokioIo::new(stream), service));
    tokio::select! {
        served = connection.as_mut() => return served,
        () = state.closing.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    tokio::select! {
        served = connection.as_mut() => served,
        // What was cancelled is still to be answered.
        () = async { state.ending.cancelled().await; sleep(LAST_WORDS).await } => Ok(()),
    }
}

/// How long a client has to take the answer to what was cancelled when the gateway ended.
const LAST_WORDS: Duration = Duration::from_secs(1);
