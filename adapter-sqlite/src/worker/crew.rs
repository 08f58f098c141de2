//! All threads of an adapter, so that closing can wait for them, and those that are lent out, so that it can end them.

use std::collections::HashMap;
use std::future::poll_fn;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use drivetrain_adapter_api::Result;

use super::queue::{closed, no_thread};
use super::tenant::Command;

/// The threads of an adapter.
#[derive(Debug, Default)]
pub(crate) struct Crew {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    alive: usize,
    closed: bool,
    next: u64,
    tenants: HashMap<u64, Sender<Command>>,
    wakers: Vec<Waker>,
}

impl Crew {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a thread in, until the member is dropped.
    pub(crate) fn enlist(self: &Arc<Self>) -> Member {
        self.state().alive += 1;
        Member(Arc::clone(self))
    }

    /// Starts a thread of its own for `work`.
    pub(crate) fn spawn(self: &Arc<Self>, name: &str, work: impl FnOnce() + Send + 'static) -> Result<()> {
        if self.state().closed {
            return Err(closed());
        }
        let member = self.enlist();
        let started = thread::Builder::new().name(format!("sqlite-{name}")).spawn(move || {
            work();
            drop(member);
        });
        started.map(drop).map_err(|error| no_thread(&error))
    }

    /// Starts no more threads.
    pub(crate) fn close(&self) {
        self.state().closed = true;
    }

    /// Remembers who to ask to leave.
    pub(crate) fn tenant(&self, inbox: Sender<Command>) -> u64 {
        let mut state = self.state();
        state.next += 1;
        let number = state.next;
        state.tenants.insert(number, inbox);
        number
    }

    /// The tenant has left.
    pub(crate) fn left(&self, number: u64) {
        self.state().tenants.remove(&number);
    }

    /// Waits until all threads have ended; asks tenants to leave after `patience`.
    pub(crate) async fn gone(self: &Arc<Self>, patience: Duration) -> Result<()> {
        if !self.state().tenants.is_empty() {
            let crew = Arc::clone(self);
            let evict = thread::Builder::new().name("sqlite-close".to_owned()).spawn(move || crew.evict(patience));
            evict.map_err(|error| no_thread(&error))?;
        }
        poll_fn(|context| {
            let mut state = self.state();
            if state.alive == 0 {
                return Poll::Ready(Ok(()));
            }
            if !state.wakers.iter().any(|waker| waker.will_wake(context.waker())) {
                state.wakers.push(context.waker().clone());
            }
            Poll::Pending
        })
        .await
    }

    fn evict(&self, patience: Duration) {
        let end = Instant::now() + patience;
        let mut state = self.state();
        while state.alive > 0 {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        for inbox in state.tenants.values() {
            // A tenant that has left in the meantime needs no request.
            let _ = inbox.send(Box::new(|tenant| tenant.evict()));
        }
    }
}

/// A thread that is counted.
#[derive(Debug)]
pub(crate) struct Member(Arc<Crew>);

impl Drop for Member {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.alive -= 1;
        let wakers = if state.alive == 0 { std::mem::take(&mut state.wakers) } else { Vec::new() };
        drop(state);
        self.0.changed.notify_all();
        for waker in wakers {
            waker.wake();
        }
    }
}
