//! The pool itself.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use drivetrain_adapter_api::runtime::{SharedRuntime, with_timeout};

use crate::shared::Shared;
use crate::state::{Handed, State};
use crate::wait::{self, Until, Wait};
use crate::{Config, InvalidConfig, Manager, PoolError, Pooled, Reuse, Status, tasks};

/// A pool of connections. Cloning it is cheap and gives another handle on the same pool.
///
/// When the last handle is dropped the pool closes, without waiting: idle connections at once, those in use when
/// they are given back.
pub struct Pool<M: Manager> {
    handle: Arc<Handle<M>>,
}

/// Closes the pool with its last handle; guards and tasks hold only what is inside.
struct Handle<M: Manager> {
    shared: Arc<Shared<M>>,
}

impl<M: Manager> Drop for Handle<M> {
    fn drop(&mut self) {
        self.shared.change(|state, _, _| state.close());
    }
}

impl<M: Manager> Clone for Pool<M> {
    fn clone(&self) -> Self {
        Self { handle: Arc::clone(&self.handle) }
    }
}

impl<M: Manager> fmt::Debug for Pool<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("status", &self.status()).finish_non_exhaustive()
    }
}

impl<M: Manager> Pool<M> {
    /// A pool that makes its connections through `manager`, in tasks of `runtime`.
    ///
    /// Nothing is contacted now unless the configuration sets a `min_size`.
    ///
    /// # Errors
    /// Settings that contradict one another.
    pub fn new(manager: M, config: Config, runtime: SharedRuntime) -> Result<Self, InvalidConfig> {
        config.check()?;
        let shared = Arc::new(Shared::new(manager, config, runtime));
        shared.change(|_, _, _| ());
        if shared.config.idle_timeout.is_some() || shared.config.max_lifetime.is_some() {
            tasks::maintain(&shared);
        }
        Ok(Self { handle: Arc::new(Handle { shared }) })
    }

    /// Lends a connection, waiting up to [`Config::acquire_timeout`] for one. First come, first served.
    ///
    /// Dropping the future gives up the place in the queue and nothing else.
    ///
    /// # Errors
    /// - [`PoolError::Timeout`] when none became free in time.
    /// - [`PoolError::Connect`] when none can be made and none is in use that could become free.
    /// - [`PoolError::Closed`] when the pool is closed, or closes meanwhile.
    pub async fn acquire(&self) -> Result<Pooled<M>, PoolError<M::Error>> {
        self.acquire_within(self.shared().config.acquire_timeout).await
    }

    /// As [`acquire`](Self::acquire), with a time limit of its own; `None` waits for ever.
    ///
    /// # Errors
    /// As for [`acquire`](Self::acquire).
    pub async fn acquire_within(&self, limit: Option<Duration>) -> Result<Pooled<M>, PoolError<M::Error>> {
        // Most often one is idle: no place in the queue and no timer, then.
        if let Some(connection) = self.try_acquire() {
            return Ok(connection);
        }
        let Some(limit) = limit else { return self.acquire_unlimited().await };
        match with_timeout(&*self.shared().runtime, limit, self.acquire_unlimited()).await {
            Some(outcome) => outcome,
            None => Err(self.shared().read(|state| PoolError::Timeout {
                waited: limit,
                status: state.status(&self.shared().config),
                last_failure: state.last_failure().cloned(),
            })),
        }
    }

    async fn acquire_unlimited(&self) -> Result<Pooled<M>, PoolError<M::Error>> {
        let shared = self.shared();
        // Kept while unusable connections are passed over: they cost time, not the place in the queue.
        let ticket = shared.note(|state, _| state.ticket());
        loop {
            let handed = Wait::new(shared, ticket).await?;
            if let Some(connection) = self.vet(handed).await {
                return Ok(connection);
            }
        }
    }

    /// The connection, if it can be used; else it is closed.
    async fn vet(&self, handed: Handed<M::Connection>) -> Option<Pooled<M>> {
        let shared = self.shared();
        let mut connection = Pooled::new(handed.entry, Arc::clone(shared));
        let verdict = shared.manager.reuse(&mut connection, shared.now().saturating_sub(handed.idle_since));
        // Dropped half-way through a check, it is in no known state.
        connection.mark_unusable(true);
        match verdict {
            Reuse::Now => {}
            Reuse::AfterCheck => shared.manager.check(&mut connection).await.ok()?,
            Reuse::Never => return None,
        }
        connection.mark_unusable(false);
        Some(connection)
    }

    /// An idle connection that can be used as it is, if there is one and nobody waits. Makes none.
    pub fn try_acquire(&self) -> Option<Pooled<M>> {
        let shared = self.shared();
        loop {
            let handed = shared.change(|state, now, effects| state.take(&shared.config, now, effects))?;
            let mut connection = Pooled::new(handed.entry, Arc::clone(shared));
            match shared.manager.reuse(&mut connection, shared.now().saturating_sub(handed.idle_since)) {
                Reuse::Now => return Some(connection),
                Reuse::Never => connection.discard(),
                Reuse::AfterCheck => {
                    connection.untouched(handed.idle_since);
                    return None;
                }
            }
        }
    }

    /// What the connections are doing now.
    pub fn status(&self) -> Status {
        self.shared().read(|state| state.status(&self.shared().config))
    }

    /// The manager.
    pub fn manager(&self) -> &M {
        &self.shared().manager
    }

    /// Closes the pool: from now on every acquire is refused, also those that wait already; idle connections are
    /// closed; resolves when those in use have been given back and closed.
    ///
    /// Closing twice is no error. Dropping the future stops the wait, not the closing.
    pub async fn close(&self) {
        self.shared().change(|state, _, _| state.close());
        Until::new(self.shared(), State::is_drained).await;
    }

    /// Resolves when the pool is closed, by whichever handle.
    pub async fn closed(&self) {
        wait::closed(self.shared()).await;
    }

    fn shared(&self) -> &Arc<Shared<M>> {
        &self.handle.shared
    }
}
