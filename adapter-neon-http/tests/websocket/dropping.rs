//! A WebSocket transport on which `options` of the start-up message are lost, as behind a pooler that ignores them.

use std::task::{Context, Poll};

use bytes::Bytes;
use drivetrain_adapter_api::websocket::{
    SharedWebSocketTransport, WebSocket, WebSocketRequest, WebSocketTransport,
};
use drivetrain_adapter_api::{Result, async_trait};

#[derive(Debug)]
pub(crate) struct DropsOptions(SharedWebSocketTransport);

impl DropsOptions {
    pub(crate) fn new() -> Self {
        Self(drivetrain_env::default_websocket().unwrap())
    }
}

#[async_trait]
impl WebSocketTransport for DropsOptions {
    async fn open(&self, request: WebSocketRequest) -> Result<Box<dyn WebSocket>> {
        Ok(Box::new(Dropping(self.0.open(request).await?)))
    }
}

#[derive(Debug)]
struct Dropping(Box<dyn WebSocket>);

impl WebSocket for Dropping {
    fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        self.0.poll_receive(context)
    }

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        self.0.poll_ready(context)
    }

    /// The name becomes one of the protocol's own options, of the same length, which nobody knows.
    fn start_send(&mut self, message: Bytes) -> Result<()> {
        let mut message = message.to_vec();
        if let Some(at) = message.windows(9).position(|part| part == b"\0options\0") {
            message[at + 1..at + 8].copy_from_slice(b"_pq_.ab");
        }
        self.0.start_send(message.into())
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        self.0.poll_flush(context)
    }

    fn poll_close(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        self.0.poll_close(context)
    }
}
