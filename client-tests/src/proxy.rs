//! A TCP proxy that counts round trips: how often the client speaks after the server has.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A proxy in front of a server.
#[derive(Debug, Clone)]
pub struct CountingProxy {
    /// The port it listens on, on 127.0.0.1.
    pub port: u16,
    trips: Arc<AtomicU64>,
}

impl CountingProxy {
    /// Listens, and hands everything to `server` and back.
    pub async fn start(server: String) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let trips = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&trips);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let (server, counter) = (server.clone(), Arc::clone(&counter));
                tokio::spawn(async move {
                    // A connection that ends on either side ends here; the test sees it in its own results.
                    let _ended = pump(client, &server, &counter).await;
                });
            }
        });
        Ok(Self { port, trips })
    }

    /// Round trips so far, over all connections.
    pub fn trips(&self) -> u64 {
        self.trips.load(Ordering::SeqCst)
    }
}

/// Hands bytes on in both directions. A message of the client begins a round trip if it is the first one, or the server
/// has answered since the last one.
async fn pump(mut client: TcpStream, server: &str, trips: &AtomicU64) -> std::io::Result<()> {
    let mut server = TcpStream::connect(server).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let mut up = vec![0; 1 << 16];
    let mut down = vec![0; 1 << 16];
    let mut answered = true;
    loop {
        tokio::select! {
            read = client.read(&mut up) => {
                let read = read?;
                if read == 0 {
                    return server.shutdown().await;
                }
                if std::mem::take(&mut answered) {
                    trips.fetch_add(1, Ordering::SeqCst);
                }
                server.write_all(&up[..read]).await?;
            }
            read = server.read(&mut down) => {
                let read = read?;
                if read == 0 {
                    return client.shutdown().await;
                }
                answered = true;
                client.write_all(&down[..read]).await?;
            }
        }
    }
}
