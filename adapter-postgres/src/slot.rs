//! The place where a transaction or a session keeps its connection, and where a time limit can take it away.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_lock::{Mutex, MutexGuardArc};
use drivetrain_adapter_api::Result;
use drivetrain_adapter_api::runtime::SharedRuntime;
use drivetrain_pool::Pooled;
use drivetrain_postgres_core::session::Session;

use crate::connect::Stream;
use crate::connection::Connection;
use crate::manager::PgManager;

/// A connection of the pool that several things may wait for: the calls of its user, one at a time, and the cleaning
/// up after a call that was dropped.
#[derive(Debug)]
pub(crate) struct Slot {
    connection: Arc<Mutex<Option<Pooled<PgManager>>>>,
    /// A transaction on it was dropped, and is to be rolled back before anything else.
    owes_rollback: AtomicBool,
    runtime: SharedRuntime,
}

impl Slot {
    pub(crate) fn new(connection: Pooled<PgManager>, runtime: SharedRuntime) -> Arc<Self> {
        let connection = Arc::new(Mutex::new(Some(connection)));
        Arc::new(Self { connection, owes_rollback: AtomicBool::new(false), runtime })
    }

    /// The connection, when it is free and usable. `None` if it is gone.
    pub(crate) async fn hold(self: &Arc<Self>) -> Result<Option<Held>> {
        let guard = self.connection.lock_arc().await;
        let mut held = Held { guard: Some(guard), runtime: Arc::clone(&self.runtime) };
        let Some(connection) = held.connection() else { return Ok(None) };
        if self.owes_rollback.swap(false, Ordering::AcqRel) {
            connection.owes_rollback = true;
        }
        if let Err(error) = connection.ready().await {
            held.give_up();
            return Err(error);
        }
        Ok(Some(held))
    }

    /// Has the transaction on it rolled back, now if it can be, in any case before anything else.
    pub(crate) fn owe_rollback(self: &Arc<Self>) {
        self.owes_rollback.store(true, Ordering::Release);
        let slot = Arc::clone(self);
        self.runtime.spawn(Box::pin(async move {
            // What fails here has closed the connection, which undoes all the same.
            drop(slot.hold().await);
        }));
    }
}

/// The connection, held by one call. If the call is dropped before it ends, the connection is made usable again in
/// the background, held meanwhile.
pub(crate) struct Held {
    guard: Option<MutexGuardArc<Option<Pooled<PgManager>>>>,
    runtime: SharedRuntime,
}

impl Held {
    /// The connection, unless it is gone.
    pub(crate) fn connection(&mut self) -> Option<&mut Connection> {
        self.guard.as_mut()?.as_mut().map(|pooled| &mut **pooled)
    }

    /// The session of a connection that is there.
    pub(crate) fn session(&mut self) -> Result<&mut Session<Stream>> {
        self.connection().map(|connection| &mut connection.session).ok_or_else(gone)
    }

    /// Gives the connection back to the pool, which cleans it.
    pub(crate) fn give_up(&mut self) {
        if let Some(guard) = &mut self.guard {
            drop(guard.take());
        }
    }

    /// Takes the connection out.
    pub(crate) fn take(&mut self) -> Option<Pooled<PgManager>> {
        self.guard.as_mut()?.take()
    }
}

impl Drop for Held {
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

fn gone() -> drivetrain_adapter_api::Error {
    drivetrain_adapter_api::Error::new(
        drivetrain_adapter_api::ErrorKind::ConnectionLost,
        "the connection is gone",
    )
}
