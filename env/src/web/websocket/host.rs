//! The host's object, and the task that owns it.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use drivetrain_adapter_api::{Error, ErrorKind, RetryClass};
use futures_channel::{mpsc, oneshot};
use futures_util::StreamExt as _;
use futures_util::future::{Either, select};
use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{BinaryType, CloseEvent, MessageEvent, WebSocket};

use super::Order;
use crate::web::runtime;

/// A message is not given to the host while it has more than this many bytes to send.
const BUFFERED: u32 = 256 << 10;

/// How often to look whether it has fewer: there is no event for that.
const LOOK: Duration = Duration::from_millis(5);

type Arriving = mpsc::UnboundedSender<Result<Bytes, Error>>;

/// The object with its handlers. Dropped, it is closed.
pub(super) struct HostSocket {
    socket: WebSocket,
    /// Resolves when the host reports the end.
    over: oneshot::Receiver<()>,
    _on_open: Closure<dyn FnMut()>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut(CloseEvent)>,
}

impl HostSocket {
    /// Begins to open it. `opened` is told, or dropped; messages go to `arriving`, which is closed at the end.
    pub(super) fn open(url: &str, opened: oneshot::Sender<()>, arriving: Arriving) -> Result<Self, Error> {
        // What the host says of a URL repeats it.
        let socket = WebSocket::new(url).map_err(|_| {
            Error::config("the URL of the database's WebSocket endpoint is not valid, or not allowed here")
        })?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let opened = Rc::new(Cell::new(Some(opened)));

        let on_open = Closure::<dyn FnMut()>::new({
            let opened = Rc::clone(&opened);
            move || {
                // Where nobody waits any longer, the task ends by itself.
                let _unless_dropped = opened.take().map(|opened| opened.send(()));
            }
        });
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new({
            let (arriving, socket) = (arriving.clone(), socket.clone());
            move |event: MessageEvent| match event.data().dyn_into::<ArrayBuffer>() {
                Ok(buffer) => give(&arriving, Ok(Uint8Array::new(&buffer).to_vec().into())),
                Err(_) => {
                    give(&arriving, Err(text()));
                    arriving.close_channel();
                    close(&socket);
                }
            }
        });
        let (ending, over) = oneshot::channel();
        let mut ending = Some(ending);
        let on_close = Closure::<dyn FnMut(CloseEvent)>::new(move |_| {
            drop(opened.take());
            arriving.close_channel();
            drop(ending.take());
        });
        socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        Ok(Self { socket, over, _on_open: on_open, _on_message: on_message, _on_close: on_close })
    }

    /// Does what it is told until the host reports the end, or until the other end of the channels is dropped.
    pub(super) async fn run(mut self, ordered: mpsc::Receiver<Order>, dropped: oneshot::Receiver<()>) {
        let ends = select(&mut self.over, dropped);
        let orders = Box::pin(carry_out(&self.socket, ordered));
        if let Either::Right(((), ends)) = select(ends, orders).await {
            // Closed as it was told to: the end that the host reports is still to come.
            ends.await;
        }
    }
}

impl Drop for HostSocket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        close(&self.socket);
    }
}

async fn carry_out(socket: &WebSocket, mut ordered: mpsc::Receiver<Order>) {
    while let Some(order) = ordered.next().await {
        let done = match order {
            Order::Send(message) => {
                while socket.buffered_amount() > BUFFERED {
                    runtime::sleep(LOOK).await;
                }
                // A copy of its own: the host may read it later, when the memory of this module has moved.
                let copy = Uint8Array::from(&message[..]);
                if socket.send_with_array_buffer(&copy.buffer()).is_err() {
                    return;
                }
                continue;
            }
            Order::Flush(done) => done,
            Order::Close(done) => {
                ordered.close();
                close(socket);
                done
            }
        };
        // Where nobody waits for it any longer, it is done all the same.
        let _unless_dropped = done.send(());
    }
}

fn give(arriving: &Arriving, message: Result<Bytes, Error>) {
    // After the other end has been dropped, nobody is there to read it.
    let _unless_dropped = arriving.unbounded_send(message);
}

/// Closing fails for a code or a reason that are not allowed only, and none is given.
fn close(socket: &WebSocket) {
    let _never_refused = socket.close();
}

fn text() -> Error {
    Error::new(ErrorKind::Protocol, "the server sent a text message where only binary ones belong")
        .with_retry(RetryClass::OutcomeUnknown)
}
