//! The end that is handed out.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use drivetrain_adapter_api::websocket::WebSocket;
use drivetrain_adapter_api::{Error, ErrorKind, RetryClass};
use futures_channel::{mpsc, oneshot};
use futures_util::StreamExt as _;

use super::Order;

/// Channels to the task that owns the host's object.
pub(super) struct Socket {
    arrived: mpsc::UnboundedReceiver<Result<Bytes, Error>>,
    orders: mpsc::Sender<Order>,
    /// Says that a flush or a close has been carried out.
    done: Option<oneshot::Receiver<()>>,
    closing: bool,
    /// Nothing more will come.
    ended: bool,
    /// Dropped with this: the task ends.
    _held: oneshot::Sender<()>,
}

impl Socket {
    pub(super) fn new(
        arrived: mpsc::UnboundedReceiver<Result<Bytes, Error>>,
        orders: mpsc::Sender<Order>,
        held: oneshot::Sender<()>,
    ) -> Self {
        Self { arrived, orders, done: None, closing: false, ended: false, _held: held }
    }

    /// Hands an order to the task once, and waits until it is carried out.
    fn poll_done(
        &mut self,
        context: &mut Context<'_>,
        order: fn(oneshot::Sender<()>) -> Order,
    ) -> Poll<Result<(), Error>> {
        let done = match &mut self.done {
            Some(done) => done,
            none => {
                ready!(self.orders.poll_ready(context)).map_err(|_| closed())?;
                let (say, done) = oneshot::channel();
                self.orders.start_send(order(say)).map_err(|_| closed())?;
                none.insert(done)
            }
        };
        let outcome = ready!(Pin::new(done).poll(context));
        self.done = None;
        Poll::Ready(outcome.map_err(|oneshot::Canceled| closed()))
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSocket").field("ended", &self.ended).finish_non_exhaustive()
    }
}

impl WebSocket for Socket {
    fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let next = ready!(self.arrived.poll_next_unpin(context));
        self.ended = !matches!(next, Some(Ok(_)));
        Poll::Ready(next)
    }

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        if self.ended || self.closing {
            return Poll::Ready(Err(closed()));
        }
        self.orders.poll_ready(context).map_err(|_| closed())
    }

    fn start_send(&mut self, message: Bytes) -> Result<(), Error> {
        self.orders.start_send(Order::Send(message)).map_err(|_| closed())
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.poll_done(context, Order::Flush)
    }

    fn poll_close(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        if !self.closing {
            // A flush that was begun is passed over: closing comes after it, and sends all the same.
            self.done = None;
            self.closing = true;
        }
        if self.done.is_none() && self.orders.is_closed() {
            return Poll::Ready(Ok(()));
        }
        // The task does not end but with the WebSocket: then it is closed too.
        self.poll_done(context, Order::Close).map(|_closed_either_way| Ok(()))
    }
}

fn closed() -> Error {
    Error::new(ErrorKind::ConnectionLost, "the server has closed the WebSocket")
        .with_retry(RetryClass::OutcomeUnknown)
}
