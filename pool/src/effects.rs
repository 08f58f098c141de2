//! What a change of the books asks for outside of their lock.

use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use crate::Manager;
use crate::shared::Shared;
use crate::state::Entry;
use crate::tasks;

/// Collected under the lock, carried out after it. Connections and wakers run foreign code when dropped, so they
/// are dropped here too.
pub(crate) struct Effects<M: Manager> {
    pub(crate) wake: Vec<Waker>,
    /// How many connections to make.
    pub(crate) connect: usize,
    /// After which time to look at the books again.
    pub(crate) retry_in: Option<Duration>,
    pub(crate) close: Vec<Entry<M::Connection>>,
    dropped: Vec<Waker>,
}

impl<M: Manager> Effects<M> {
    pub(crate) fn new() -> Self {
        Self { wake: Vec::new(), connect: 0, retry_in: None, close: Vec::new(), dropped: Vec::new() }
    }

    pub(crate) fn drop_waker(&mut self, waker: Option<Waker>) {
        self.dropped.extend(waker);
    }

    pub(crate) fn carry_out(self, shared: &Arc<Shared<M>>) {
        self.wake.into_iter().for_each(Waker::wake);
        let count = self.close.len();
        for entry in self.close {
            shared.manager.close(entry.connection);
        }
        if count > 0 {
            shared.change(|state, _, _| state.retired(count));
        }
        for _ in 0..self.connect {
            tasks::connect(shared);
        }
        if let Some(after) = self.retry_in {
            tasks::retry(shared, after);
        }
    }
}
