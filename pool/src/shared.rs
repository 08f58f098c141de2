//! What the handles, guards and tasks of one pool share.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use drivetrain_adapter_api::runtime::SharedRuntime;

use crate::effects::Effects;
use crate::state::{Entry, State};
use crate::{Config, Manager, Returned, tasks};

pub(crate) struct Shared<M: Manager> {
    pub(crate) manager: M,
    pub(crate) config: Config,
    pub(crate) runtime: SharedRuntime,
    state: Mutex<State<M>>,
}

impl<M: Manager> Shared<M> {
    pub(crate) fn new(manager: M, config: Config, runtime: SharedRuntime) -> Self {
        let state = Mutex::new(State::new(&config));
        Self { manager, config, runtime, state }
    }

    pub(crate) fn now(&self) -> Duration {
        self.runtime.monotonic()
    }

    /// Reads the books.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&State<M>) -> T) -> T {
        look(&self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the books, settles them, and carries out what that asks for. `change` is told the time.
    pub(crate) fn change<T>(
        self: &Arc<Self>,
        change: impl FnOnce(&mut State<M>, Duration, &mut Effects<M>) -> T,
    ) -> T {
        let now = self.now();
        let mut effects = Effects::new();
        let outcome = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            let outcome = change(&mut state, now, &mut effects);
            state.settle(&self.config, now, &mut effects);
            outcome
        };
        effects.carry_out(self);
        outcome
    }

    /// Changes what the books say about listeners, which needs no settling.
    pub(crate) fn note<T>(self: &Arc<Self>, note: impl FnOnce(&mut State<M>, &mut Effects<M>) -> T) -> T {
        let mut effects = Effects::new();
        let outcome = note(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner), &mut effects);
        effects.carry_out(self);
        outcome
    }

    /// Takes back a connection from its user.
    pub(crate) fn take_back(self: &Arc<Self>, mut entry: Entry<M::Connection>) {
        match self.manager.returned(&mut entry.connection) {
            Returned::Broken => self.discard(entry),
            Returned::Clean => self.change(|state, now, effects| state.put_back(entry, now, effects)),
            Returned::Dirty => {
                self.change(|state, _, _| state.begin_recycling());
                tasks::recycle(self, entry);
            }
        }
    }

    /// Closes a connection that was in use.
    pub(crate) fn discard(self: &Arc<Self>, entry: Entry<M::Connection>) {
        self.change(|state, _, effects| {
            state.forget();
            state.retire(entry, effects);
        });
    }
}
