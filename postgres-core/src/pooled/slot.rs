//! The place where a transaction or a session keeps its connection, and where a time limit can take it away.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use async_lock::{Mutex, MutexGuardArc};
use drivetrain_adapter_api::runtime::SharedRuntime;
use drivetrain_adapter_api::{Error, ErrorKind, Result};
use drivetrain_pool::Pooled;

use super::Connector;
use super::connection::Connection;
use super::manager::SessionManager;
use crate::session::Session;

/// A connection of the pool that several things may wait for: the calls of its user, one at a time, and the cleaning
/// up after a call that was dropped.
#[derive(Debug)]
pub(super) struct Slot<C: Connector> {
    connection: Arc<Mutex<Option<Pooled<SessionManager<C>>>>>,
    /// A transaction on it was dropped, and is to be rolled back before anything else.
    owes_rollback: AtomicBool,
    /// The stream that the connection is in the middle of, by its number; 0 for none.
    stream: AtomicU64,
    streams: AtomicU64,
    runtime: SharedRuntime,
}

impl<C: Connector> Slot<C> {
    pub(super) fn new(connection: Pooled<SessionManager<C>>, runtime: SharedRuntime) -> Arc<Self> {
        let connection = Arc::new(Mutex::new(Some(connection)));
        Arc::new(Self {
            connection,
            owes_rollback: AtomicBool::new(false),
            stream: AtomicU64::new(0),
            streams: AtomicU64::new(0),
            runtime,
        })
    }

    /// The connection, when it is free and usable. A stream in the middle of which it is, is given up. `None` if it
    /// is gone.
    pub(super) async fn hold(&self) -> Result<Option<Held<C>>> {
        let held = self.lock().await;
        self.make_usable(held).await
    }

    /// Lets go of the connection in the middle of a stream, which goes on with it later. Gives the stream's number.
    pub(super) fn suspend(&self, held: Held<C>) -> u64 {
        let number = self.streams.fetch_add(1, Ordering::AcqRel) + 1;
        self.suspend_again(held, number);
        number
    }

    /// Lets go of the connection in the middle of the stream with that number.
    pub(super) fn suspend_again(&self, mut held: Held<C>, number: u64) {
        self.stream.store(number, Ordering::Release);
        drop(held.guard.take());
    }

    /// The connection for the stream with that number. `None` if the stream has been given up, or the connection is
    /// gone.
    pub(super) async fn resume(&self, number: u64) -> Option<Held<C>> {
        let mut held = self.lock().await;
        // Whoever holds it from now on finds no stream to give up, but a call to recover from.
        let current = self.stream.load(Ordering::Acquire) == number;
        (current && held.connection().is_some()).then_some(held)
    }

    /// Gives up the stream with that number in the background, if the connection is in the middle of it still.
    pub(super) fn end_stream(self: &Arc<Self>, number: u64) {
        let slot = Arc::clone(self);
        self.runtime.spawn(Box::pin(async move {
            let mut held = slot.lock().await;
            if slot.stream.load(Ordering::Acquire) == number {
                // What fails here has closed the connection, which undoes all the same.
                drop(slot.make_usable(held).await);
            } else {
                drop(held.guard.take());
            }
        }));
    }

    /// Has the transaction on it rolled back, now if it can be, in any case before anything else.
    pub(super) fn owe_rollback(self: &Arc<Self>) {
        self.owes_rollback.store(true, Ordering::Release);
        let slot = Arc::clone(self);
        self.runtime.spawn(Box::pin(async move {
            let mut held = slot.lock().await;
            if slot.owes_rollback.load(Ordering::Acquire) {
                // What fails here has closed the connection, which undoes all the same.
                drop(slot.make_usable(held).await);
            } else {
                drop(held.guard.take());
            }
        }));
    }

    async fn lock(&self) -> Held<C> {
        let guard = self.connection.lock_arc().await;
        Held { guard: Some(guard), runtime: Arc::clone(&self.runtime) }
    }

    async fn make_usable(&self, mut held: Held<C>) -> Result<Option<Held<C>>> {
        self.stream.store(0, Ordering::Release);
        let owes_rollback = self.owes_rollback.swap(false, Ordering::AcqRel);
        let Some(connection) = held.connection() else { return Ok(None) };
        connection.owes_rollback |= owes_rollback;
        match connection.ready().await {
            Ok(()) => Ok(Some(held)),
            Err(error) => {
                held.give_up();
                Err(error)
            }
        }
    }
}

/// The connection, held by one call. If the call is dropped before it ends, the connection is made usable again in
/// the background, held meanwhile.
pub(super) struct Held<C: Connector> {
    guard: Option<MutexGuardArc<Option<Pooled<SessionManager<C>>>>>,
    runtime: SharedRuntime,
}

impl<C: Connector> Held<C> {
    /// The connection, unless it is gone.
    pub(super) fn connection(&mut self) -> Option<&mut Connection<C>> {
        self.guard.as_mut()?.as_mut().map(|pooled| &mut **pooled)
    }

    /// The session of a connection that is there.
    pub(super) fn session(&mut self) -> Result<&mut Session<C::Stream>> {
        self.connection().map(|connection| &mut connection.session).ok_or_else(gone)
    }

    /// Gives the connection back to the pool, which cleans it.
    pub(super) fn give_up(&mut self) {
        if let Some(guard) = &mut self.guard {
            drop(guard.take());
        }
    }

    /// Takes the connection out.
    pub(super) fn take(&mut self) -> Option<Pooled<SessionManager<C>>> {
        self.guard.as_mut()?.take()
    }
}

impl<C: Connector> Drop for Held<C> {
    fn drop(&mut self) {
        let Some(mut guard) = self.guard.take() else { return };
        match guard.as_mut() {
            Some(connection) if connection.session.is_broken() => drop(guard.take()),
            Some(connection) if connection.session.is_in_flight() => {
                self.runtime.spawn(Box::pin(async move {
                    if let Some(connection) = guard.as_mut()
                        && connection.ready().await.is_err()
                    {
                        drop(guard.take());
                    }
                }));
            }
            _ => {}
        }
    }
}

/// The error for a connection that is gone.
pub(super) fn gone() -> Error {
    Error::new(ErrorKind::ConnectionLost, "the connection is gone")
}
