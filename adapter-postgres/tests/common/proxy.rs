//! A TCP proxy that counts round trips, and can be told to break connections.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What has passed through.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Times that the client spoke after the server had: round trips.
    pub(crate) round_trips: AtomicUsize,
    /// Connections made.
    pub(crate) connections: AtomicUsize,
    /// The next bytes of the server are kept, and the connections cut instead.
    pub(crate) cut: AtomicBool,
    /// The server's bytes are passed on one by one.
    pub(crate) single_bytes: AtomicBool,
}

impl Seen {
    pub(crate) fn round_trips(&self) -> usize {
        self.round_trips.load(Ordering::SeqCst)
    }
}

/// Listens, and passes everything on to `server`.
pub(crate) async fn start(server: SocketAddr) -> (SocketAddr, Arc<Seen>) {
    start_on("127.0.0.1:0", server).await
}

/// The same on an address.
pub(crate) async fn start_on(listen: &str, server: SocketAddr) -> (SocketAddr, Arc<Seen>) {
    let listener = TcpListener::bind(listen).await.unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Arc::new(Seen::default());
    let shared = Arc::clone(&seen);
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            shared.connections.fetch_add(1, Ordering::SeqCst);
            let server = TcpStream::connect(server).await.unwrap();
            tokio::spawn(pass(client, server, Arc::clone(&shared)));
        }
    });
    (address, seen)
}

async fn pass(client: TcpStream, server: TcpStream, seen: Arc<Seen>) {
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    // Whether the server spoke last: what the client says next begins a round trip.
    let server_spoke = Arc::new(AtomicBool::new(true));
    let spoke = Arc::clone(&server_spoke);
    let counts = Arc::clone(&seen);
    let up = async move {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(read @ 1..) = from_client.read(&mut buffer).await {
            if spoke.swap(false, Ordering::SeqCst) {
                counts.round_trips.fetch_add(1, Ordering::SeqCst);
            }
            if to_server.write_all(&buffer[..read]).await.is_err() {
                break;
            }
        }
    };
    let down = async move {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(read @ 1..) = from_server.read(&mut buffer).await {
            if seen.cut.load(Ordering::SeqCst) {
                break;
            }
            server_spoke.store(true, Ordering::SeqCst);
            let size = if seen.single_bytes.load(Ordering::SeqCst) { 1 } else { read };
            for chunk in buffer[..read].chunks(size) {
                if to_client.write_all(chunk).await.is_err() {
                    return;
                }
                tokio::task::yield_now().await;
            }
        }
    };
    // Either end ends both.
    tokio::select! { () = up => {}, () = down => {} }
}
