//! A connection lent by a pool.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::time::Duration;

use crate::Manager;
use crate::shared::Shared;
use crate::state::{Entry, Handed};

/// A connection lent by a pool; dropping it gives it back.
///
/// It may outlive the pool: it is closed, then, when dropped.
pub struct Pooled<M: Manager> {
    /// `None` only while it is being taken apart.
    entry: Option<Entry<M::Connection>>,
    shared: Arc<Shared<M>>,
    /// Close it instead of giving it back.
    unusable: bool,
}

impl<M: Manager> Pooled<M> {
    pub(crate) fn new(entry: Entry<M::Connection>, shared: Arc<Shared<M>>) -> Self {
        Self { entry: Some(entry), shared, unusable: false }
    }

    /// Closes the connection instead of giving it back: its state is not known, or it should not be used again.
    pub fn discard(mut self) {
        self.unusable = true;
    }

    /// Takes the connection out of the pool for good; the pool may make another one in its stead.
    pub fn detach(mut self) -> M::Connection {
        let entry = self.entry.take().expect(LENT);
        self.shared.change(|state, _, _| state.forget());
        entry.connection
    }

    /// Gives it back as if it had never been lent.
    pub(crate) fn untouched(mut self, idle_since: Duration) {
        if let Some(entry) = self.entry.take() {
            self.shared.change(|state, _, _| state.untake(Handed { entry, idle_since }));
        }
    }

    /// Marks it to be closed if it is dropped, or takes the mark away.
    pub(crate) fn mark_unusable(&mut self, unusable: bool) {
        self.unusable = unusable;
    }
}

const LENT: &str = "a guard holds its connection until it is dropped, detached or discarded";

impl<M: Manager> Deref for Pooled<M> {
    type Target = M::Connection;

    fn deref(&self) -> &Self::Target {
        &self.entry.as_ref().expect(LENT).connection
    }
}

impl<M: Manager> DerefMut for Pooled<M> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.entry.as_mut().expect(LENT).connection
    }
}

impl<M: Manager> Drop for Pooled<M> {
    fn drop(&mut self) {
        match self.entry.take() {
            Some(entry) if self.unusable => self.shared.discard(entry),
            Some(entry) => self.shared.take_back(entry),
            None => {}
        }
    }
}

impl<M: Manager> fmt::Debug for Pooled<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pooled").finish_non_exhaustive()
    }
}
