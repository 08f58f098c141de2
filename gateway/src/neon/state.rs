//! What every request and session of one gateway shares.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::pool::Pool;
use crate::backend::Upstream;
use crate::websocket::{Keys, Mode, Sessions};

/// How large requests and responses of `/sql` may be, in bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) request: usize,
    pub(crate) response: usize,
}

/// What every request and session of one gateway shares.
pub(crate) struct State {
    pub(crate) upstream: Upstream,
    pub(crate) limits: Limits,
    pub(crate) log: bool,
    pub(crate) pool: Pool,
    pub(crate) websockets: Arc<Sessions>,
    pub(crate) counters: Arc<Counters>,
    /// No new work; what runs may finish, what only waits ends.
    pub(crate) closing: CancellationToken,
    /// What still runs is cancelled.
    pub(crate) ending: CancellationToken,
    /// Everything that was spawned, so that shutting down can wait for it.
    pub(crate) tasks: TaskTracker,
}

impl State {
    pub(crate) fn new(upstream: Upstream, mode: Mode, limits: Limits, log: bool) -> Self {
        let counters = Arc::<Counters>::default();
        let (closing, ending) = (CancellationToken::new(), CancellationToken::new());
        let tasks = TaskTracker::new();
        let websockets = Sessions {
            upstream: upstream.clone(),
            mode,
            keys: Keys::default(),
            counters: counters.clone(),
            closing: closing.clone(),
            ending: ending.clone(),
            tasks: tasks.clone(),
        };
        Self {
            websockets: Arc::new(websockets),
            upstream,
            limits,
            log,
            pool: Pool::default(),
            counters,
            closing,
            ending,
            tasks,
        }
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("upstream", &self.upstream).finish_non_exhaustive()
    }
}

/// What has been asked of the gateway so far.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    /// HTTP requests, upgrades aside.
    pub(crate) requests: Counter,
    /// WebSocket connections.
    pub(crate) websockets: Counter,
    /// Messages that clients sent over WebSockets, control frames aside.
    pub(crate) messages: Counter,
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn increment(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
