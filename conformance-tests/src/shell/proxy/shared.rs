//! What the connections of a proxy share: the plan, the counts, and the order to break.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};

use tokio::sync::watch;

use crate::faults::{Plan, Traffic};
use crate::harness::Upstream;

/// What the connections of a proxy share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) upstream: Upstream,
    plan: watch::Sender<Arc<Plan>>,
    /// How often everything was to be reset.
    resets: watch::Sender<u64>,
    connections: AtomicU64,
    open: AtomicU64,
    to_server: AtomicU64,
    to_client: AtomicU64,
    turns: AtomicU64,
}

impl Shared {
    pub(super) fn new(upstream: Upstream) -> Self {
        Self {
            upstream,
            plan: watch::Sender::default(),
            resets: watch::Sender::default(),
            connections: AtomicU64::default(),
            open: AtomicU64::default(),
            to_server: AtomicU64::default(),
            to_client: AtomicU64::default(),
            turns: AtomicU64::default(),
        }
    }

    pub(super) fn set(&self, plan: Plan) {
        self.plan.send_replace(Arc::new(plan));
    }

    pub(super) fn plan(&self) -> watch::Receiver<Arc<Plan>> {
        self.plan.subscribe()
    }

    pub(super) fn reset_all(&self) {
        self.resets.send_modify(|resets| *resets += 1);
    }

    pub(super) fn traffic(&self) -> Traffic {
        Traffic {
            connections: self.connections.load(Relaxed),
            open: self.open.load(Relaxed),
            to_server: self.to_server.load(Relaxed),
            to_client: self.to_client.load(Relaxed),
            turns: self.turns.load(Relaxed),
        }
    }
}

/// A connection that is open until this is dropped, and its counts.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) shared: Arc<Shared>,
    pub(super) resets: watch::Receiver<u64>,
    /// Whether what the adapter says next begins a round trip.
    turn: AtomicBool,
}

impl Open {
    pub(super) fn new(shared: &Arc<Shared>) -> Self {
        shared.connections.fetch_add(1, Relaxed);
        shared.open.fetch_add(1, Relaxed);
        Self { shared: Arc::clone(shared), resets: shared.resets.subscribe(), turn: AtomicBool::new(true) }
    }

    /// The adapter has said so many bytes.
    pub(super) fn said(&self, bytes: usize) {
        self.shared.to_server.fetch_add(bytes as u64, Relaxed);
        if self.turn.swap(false, Relaxed) {
            self.shared.turns.fetch_add(1, Relaxed);
        }
    }

    /// The adapter has been told so many bytes.
    pub(super) fn told(&self, bytes: usize) {
        self.shared.to_client.fetch_add(bytes as u64, Relaxed);
        self.turn.store(true, Relaxed);
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.shared.open.fetch_sub(1, Relaxed);
    }
}
