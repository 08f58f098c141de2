//! All threads of an adapter, so that closing can wait for them, and those that are lent out, so that it can end them.

use std::collections::HashMap;
use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use drivetrain_adapter_api::Result;

use super::queue::{closed, no_thread};

/// Asks who has a connection for itself to give it back.
type Evictor = Box<dyn FnOnce() + Send>;

/// The threads of an adapter.
#[derive(Default)]
pub(crate) struct Crew {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    alive: usize,
    closed: bool,
    next: u64,
    evictors: HashMap<u64, Evictor>,
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

    /// Remembers how to get a connection back that is lent out.
    pub(crate) fn lent(self: &Arc<Self>, evictor: impl FnOnce() + Send + 'static) -> Loan {
        let mut state = self.state();
        state.next += 1;
        let number = state.next;
        state.evictors.insert(number, Box::new(evictor));
        drop(state);
        Loan { crew: Arc::clone(self), number }
    }

    /// Waits until all threads have ended; asks for what is lent out after `patience`.
    pub(crate) async fn gone(self: &Arc<Self>, patience: Duration) -> Result<()> {
        if !self.state().evictors.is_empty() {
            let crew = Arc::clone(self);
            let evict =
                thread::Builder::new().name("sqlite-close".to_owned()).spawn(move || crew.evict(patience));
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
            let mut left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let evictors = std::mem::take(&mut state.evictors);
                drop(state);
                for evictor in evictors.into_values() {
                    evictor();
                }
                // One that was lent in this moment is asked for in the next round.
                left = Duration::from_millis(20);
                state = self.state();
            }
            if state.alive > 0 {
                state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
            }
        }
    }
}

impl fmt::Debug for Crew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Crew")
            .field("alive", &state.alive)
            .field("lent", &state.evictors.len())
            .finish_non_exhaustive()
    }
}

/// A connection that is lent out, until this is dropped.
#[derive(Debug)]
pub(crate) struct Loan {
    crew: Arc<Crew>,
    number: u64,
}

impl Drop for Loan {
    fn drop(&mut self) {
        self.crew.state().evictors.remove(&self.number);
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
