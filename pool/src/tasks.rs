//! What a pool does in the background: connecting, tidying up, trying again, closing what is too old.
//!
//! A runtime may drop a task at any time (it has ended); each then still settles its account.

use std::sync::Arc;
use std::time::Duration;

use drivetrain_adapter_api::runtime::with_timeout;
use futures_util::future::{Either, select};

use crate::error::ConnectFailure;
use crate::shared::Shared;
use crate::state::Entry;
use crate::{Manager, wait};

/// How often idle connections are looked at when none can grow old sooner.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// How often they are looked at, at most.
const LOOK_AT_MOST_EVERY: Duration = Duration::from_millis(10);

/// Makes one connection, for whoever is first in the queue when it is done.
pub(crate) fn connect<M: Manager>(shared: &Arc<Shared<M>>) {
    let attempt = Attempt { shared: Arc::clone(shared), started: shared.now(), open: true };
    shared.runtime.spawn(Box::pin(attempt.run()));
}

struct Attempt<M: Manager> {
    shared: Arc<Shared<M>>,
    started: Duration,
    open: bool,
}

impl<M: Manager> Attempt<M> {
    async fn run(mut self) {
        let limit = self.shared.config.connect_timeout;
        let outcome = {
            let connecting = with_timeout(&*self.shared.runtime, limit, self.shared.manager.connect());
            let connecting = std::pin::pin!(connecting);
            match select(connecting, wait::closed(&self.shared)).await {
                Either::Left((outcome, _)) => Some(outcome),
                Either::Right(((), _)) => None,
            }
        };
        self.open = false;
        match outcome {
            Some(Some(Ok(connection))) => {
                self.shared.change(|state, now, _| state.connected(connection, &self.shared.config, now));
            }
            Some(Some(Err(error))) => self.failed(&ConnectFailure::Failed(error)),
            Some(None) => self.failed(&ConnectFailure::TimedOut(limit)),
            None => self.shared.change(|state, _, _| state.abandoned()),
        }
    }

    fn failed(&self, failure: &ConnectFailure<M::Error>) {
        self.shared.change(|state, now, effects| state.not_connected(failure, self.started, now, effects));
    }
}

impl<M: Manager> Drop for Attempt<M> {
    fn drop(&mut self) {
        if self.open {
            self.failed(&ConnectFailure::Stopped);
        }
    }
}

/// Tidies up a connection whose user is done with it.
pub(crate) fn recycle<M: Manager>(shared: &Arc<Shared<M>>, entry: Entry<M::Connection>) {
    let cleaning = Cleaning { shared: Arc::clone(shared), entry: Some(entry) };
    shared.runtime.spawn(Box::pin(cleaning.run()));
}

struct Cleaning<M: Manager> {
    shared: Arc<Shared<M>>,
    entry: Option<Entry<M::Connection>>,
}

impl<M: Manager> Cleaning<M> {
    async fn run(mut self) {
        let Some(entry) = &mut self.entry else { return };
        let work = self.shared.manager.recycle(&mut entry.connection);
        let done = with_timeout(&*self.shared.runtime, self.shared.config.recycle_timeout, work).await;
        if let Some(Ok(())) = done {
            let entry = self.entry.take();
            self.shared.change(|state, now, effects| state.end_recycling(entry, now, effects));
        }
    }
}

impl<M: Manager> Drop for Cleaning<M> {
    /// It failed, took too long or was dropped half-way: the connection is of no use.
    fn drop(&mut self) {
        if let Some(entry) = self.entry.take() {
            self.shared.change(|state, now, effects| {
                state.end_recycling(None, now, effects);
                state.retire(entry, effects);
            });
        }
    }
}

/// Looks at the books again later, when a new attempt to connect is allowed.
pub(crate) fn retry<M: Manager>(shared: &Arc<Shared<M>>, after: Duration) {
    let shared = Arc::clone(shared);
    let runtime = Arc::clone(&shared.runtime);
    runtime.spawn(Box::pin(async move {
        select(shared.runtime.sleep(after), wait::closed(&shared)).await;
        shared.change(|state, _, _| state.retry_is_due());
    }));
}

/// Closes idle connections when they are too old, until the pool is closed.
pub(crate) fn maintain<M: Manager>(shared: &Arc<Shared<M>>) {
    let shared = Arc::clone(shared);
    let runtime = Arc::clone(&shared.runtime);
    // One that is given back after a look has grown old by the next.
    let limits = [shared.config.idle_timeout, shared.config.max_lifetime, Some(LOOK_EVERY)];
    let look_every = limits.into_iter().flatten().min().unwrap_or(LOOK_EVERY).max(LOOK_AT_MOST_EVERY);
    runtime.spawn(Box::pin(async move {
        loop {
            let next = shared.change(|state, now, effects| state.reap(&shared.config, now, effects));
            let pause = next.map_or(look_every, |at| at.saturating_sub(shared.now()).min(look_every));
            match select(shared.runtime.sleep(pause), wait::closed(&shared)).await {
                Either::Left(_) => {}
                Either::Right(_) => return,
            }
        }
    }));
}
