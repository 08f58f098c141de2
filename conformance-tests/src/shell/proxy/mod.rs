//! The fault proxy: a TCP proxy that delays, slices, cuts, changes and invents traffic. HTTP passes it as plain TCP.
//!
//! It lives in the tokio runtime that it is opened in, on tasks of its own, and ends when it is dropped.

mod connection;
mod flow;
mod shared;
#[cfg(test)]
mod tests;

use std::net::SocketAddr;
use std::sync::Arc;

use drivetrain_adapter_api::async_trait;
use tokio::net::TcpListener;
use tokio::task::{AbortHandle, JoinSet};

use crate::faults::{FaultProxy, Plan, Proxies, Traffic};
use crate::harness::Upstream;
use shared::{Open, Shared};

/// Opens proxies on ports of this machine. Needs a tokio runtime with I/O and time.
#[derive(Debug, Clone, Copy, Default)]
pub struct TokioProxies;

#[async_trait]
impl Proxies for TokioProxies {
    async fn open(&self, upstream: &Upstream) -> Result<Arc<dyn FaultProxy>, String> {
        Ok(Arc::new(TokioProxy::open(upstream.clone()).await.map_err(|error| error.to_string())?))
    }
}

/// A proxy that listens.
#[derive(Debug)]
struct TokioProxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    task: AbortHandle,
}

impl TokioProxy {
    async fn open(upstream: Upstream) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared::new(upstream));
        let task = tokio::spawn(accept(listener, Arc::clone(&shared))).abort_handle();
        Ok(Self { address, shared, task })
    }
}

/// Serves connections until the task is aborted: they end with the set that holds them.
async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((client, _)) => {
                    // From now on it is open, and an order to reset is for it too.
                    let open = Open::new(&shared);
                    connections.spawn(connection::serve(client, open));
                }
                // Out of file descriptors, or the client has gone again: others may follow.
                Err(_) => tokio::task::yield_now().await,
            },
        }
    }
}

impl FaultProxy for TokioProxy {
    fn address(&self) -> (String, u16) {
        (self.address.ip().to_string(), self.address.port())
    }

    fn set(&self, plan: Plan) {
        self.shared.set(plan);
    }

    fn traffic(&self) -> Traffic {
        self.shared.traffic()
    }

    fn reset_all(&self) {
        self.shared.reset_all();
    }
}

impl Drop for TokioProxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}
