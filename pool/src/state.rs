//! The books of a pool: who waits, what is idle, how many connections do what. Plain data behind a lock; what must
//! happen outside of it (waking, closing, connecting) is put down in [`Effects`].

use std::collections::{BTreeMap, VecDeque};
use std::mem;
use std::task::Waker;
use std::time::Duration;

use crate::effects::Effects;
use crate::error::{ConnectFailure, PoolError};
use crate::gate::{self, Gate};
use crate::{Config, Manager, Status};

/// A place in the queue; also names listeners and connections.
pub(crate) type Ticket = u64;

/// A connection and when it has lived long enough.
pub(crate) struct Entry<C> {
    pub(crate) connection: C,
    pub(crate) expires: Option<Duration>,
}

/// A connection on its way to a user.
pub(crate) struct Handed<C> {
    pub(crate) entry: Entry<C>,
    /// Since when it had been idle: now, for one that comes straight from its maker or its last user.
    pub(crate) idle_since: Duration,
}

struct Idle<C> {
    entry: Entry<C>,
    since: Duration,
}

type Delivery<M> = Result<Handed<<M as Manager>::Connection>, PoolError<<M as Manager>::Error>>;

pub(crate) struct State<M: Manager> {
    /// The newest last.
    idle: VecDeque<Idle<M::Connection>>,
    waiting: BTreeMap<Ticket, Waker>,
    /// Given out by the books, not yet picked up; connections here count as in use.
    delivered: BTreeMap<Ticket, Delivery<M>>,
    /// To be woken by every change once the pool is closed.
    listeners: BTreeMap<Ticket, Waker>,
    next_ticket: Ticket,
    in_use: usize,
    connecting: usize,
    recycling: usize,
    /// Out of use, and not closed yet.
    closing: usize,
    gate: Gate<M::Error>,
    retry_scheduled: bool,
    closed: bool,
}

impl<M: Manager> State<M> {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            idle: VecDeque::new(),
            waiting: BTreeMap::new(),
            delivered: BTreeMap::new(),
            listeners: BTreeMap::new(),
            next_ticket: 0,
            in_use: 0,
            connecting: 0,
            recycling: 0,
            closing: 0,
            gate: Gate::new(config.first_backoff, config.max_backoff),
            retry_scheduled: false,
            closed: false,
        }
    }

    pub(crate) fn ticket(&mut self) -> Ticket {
        self.next_ticket += 1;
        self.next_ticket
    }

    pub(crate) fn status(&self, config: &Config) -> Status {
        Status {
            max_size: config.max_size,
            size: self.size(),
            idle: self.idle.len(),
            in_use: self.in_use,
            connecting: self.connecting,
            recycling: self.recycling + self.closing,
            waiting: self.waiting.len(),
            closed: self.closed,
        }
    }

    fn size(&self) -> usize {
        self.idle.len() + self.in_use + self.connecting + self.recycling + self.closing
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Whether the pool is closed and nothing of it is left.
    pub(crate) fn is_drained(&self) -> bool {
        self.closed && self.size() == 0
    }

    pub(crate) fn last_failure(&self) -> Option<&ConnectFailure<M::Error>> {
        self.gate.failure()
    }

    /// From here on there are no new connections and no waiting.
    pub(crate) fn close(&mut self) {
        self.closed = true;
    }

    /// An idle connection, if there is one and nobody waits.
    pub(crate) fn take(
        &mut self,
        config: &Config,
        now: Duration,
        effects: &mut Effects<M>,
    ) -> Option<Handed<M::Connection>> {
        if self.closed || !self.waiting.is_empty() {
            return None;
        }
        self.pop_idle(config, now, effects)
    }

    fn pop_idle(
        &mut self,
        config: &Config,
        now: Duration,
        effects: &mut Effects<M>,
    ) -> Option<Handed<M::Connection>> {
        while let Some(idle) = self.idle.pop_back() {
            if is_stale(&idle, config, now, self.size() + 1 - self.closing > config.min_size) {
                self.retire(idle.entry, effects);
            } else {
                self.in_use += 1;
                return Some(Handed { entry: idle.entry, idle_since: idle.since });
            }
        }
        None
    }

    /// Puts a waker into the queue, in the place of its ticket.
    pub(crate) fn wait(&mut self, ticket: Ticket, waker: Waker, effects: &mut Effects<M>) {
        effects.drop_waker(self.waiting.insert(ticket, waker));
    }

    /// What was delivered to a ticket.
    pub(crate) fn pick_up(&mut self, ticket: Ticket) -> Option<Delivery<M>> {
        self.delivered.remove(&ticket)
    }

    /// A waiter has gone away; what was on its way to it is for the next one.
    pub(crate) fn stop_waiting(&mut self, ticket: Ticket, effects: &mut Effects<M>) {
        effects.drop_waker(self.waiting.remove(&ticket));
        if let Some(Ok(handed)) = self.delivered.remove(&ticket) {
            self.untake(handed);
        }
    }

    /// Has the listener woken by the changes that follow closing.
    pub(crate) fn listen(&mut self, ticket: Ticket, waker: Waker, effects: &mut Effects<M>) {
        effects.drop_waker(self.listeners.insert(ticket, waker));
    }

    pub(crate) fn stop_listening(&mut self, ticket: Ticket, effects: &mut Effects<M>) {
        effects.drop_waker(self.listeners.remove(&ticket));
    }

    /// A user is done with a connection that is ready for the next one.
    pub(crate) fn put_back(&mut self, entry: Entry<M::Connection>, now: Duration, effects: &mut Effects<M>) {
        self.in_use -= 1;
        self.rest(entry, now, effects);
    }

    /// A connection was taken and turned out not to be usable as it is; it has been idle all along.
    pub(crate) fn untake(&mut self, handed: Handed<M::Connection>) {
        self.in_use -= 1;
        self.idle.push_back(Idle { entry: handed.entry, since: handed.idle_since });
    }

    /// Lets a connection idle, unless it has lived long enough.
    fn rest(&mut self, entry: Entry<M::Connection>, now: Duration, effects: &mut Effects<M>) {
        if entry.expires.is_some_and(|expires| now >= expires) {
            self.retire(entry, effects);
        } else {
            self.idle.push_back(Idle { entry, since: now });
        }
    }

    /// A user is done with a connection that has to be tidied up.
    pub(crate) fn begin_recycling(&mut self) {
        self.in_use -= 1;
        self.recycling += 1;
    }

    /// A connection was tidied up, or has to be closed (`None`).
    pub(crate) fn end_recycling(
        &mut self,
        entry: Option<Entry<M::Connection>>,
        now: Duration,
        effects: &mut Effects<M>,
    ) {
        self.recycling -= 1;
        if let Some(entry) = entry {
            self.rest(entry, now, effects);
        }
    }

    /// A connection in use has left the pool.
    pub(crate) fn forget(&mut self) {
        self.in_use -= 1;
    }

    /// Has a connection closed; it counts until that is done.
    pub(crate) fn retire(&mut self, entry: Entry<M::Connection>, effects: &mut Effects<M>) {
        self.closing += 1;
        effects.close.push(entry);
    }

    /// So many connections have been closed.
    pub(crate) fn retired(&mut self, count: usize) {
        self.closing -= count;
    }

    /// A connection was made.
    pub(crate) fn connected(&mut self, connection: M::Connection, config: &Config, now: Duration) {
        self.connecting -= 1;
        self.gate.succeeded();
        let salt = self.ticket();
        let expires = config.max_lifetime.map(|lifetime| now + lifetime - gate::less(lifetime / 10, salt));
        self.idle.push_back(Idle { entry: Entry { connection, expires }, since: now });
    }

    /// A connection could not be made, by an attempt begun at `started`.
    pub(crate) fn not_connected(
        &mut self,
        failure: &ConnectFailure<M::Error>,
        started: Duration,
        now: Duration,
        effects: &mut Effects<M>,
    ) {
        self.connecting -= 1;
        let salt = self.ticket();
        self.gate.failed(started, now, failure.clone(), salt);
        if self.in_use + self.recycling == 0 {
            // Who waits for more than what is still under way waits in vain: the oldest hear of it.
            while self.waiting.len() > self.connecting {
                self.refuse_first(PoolError::Connect(failure.clone()), effects);
            }
        }
    }

    /// An attempt was abandoned because the pool was closed.
    pub(crate) fn abandoned(&mut self) {
        self.connecting -= 1;
    }

    pub(crate) fn retry_is_due(&mut self) {
        self.retry_scheduled = false;
    }

    /// Closes idle connections that are too old; says when to look again.
    pub(crate) fn reap(
        &mut self,
        config: &Config,
        now: Duration,
        effects: &mut Effects<M>,
    ) -> Option<Duration> {
        let mut size = self.size() - self.closing;
        for idle in mem::take(&mut self.idle) {
            if is_stale(&idle, config, now, size > config.min_size) {
                size -= 1;
                self.retire(idle.entry, effects);
            } else {
                self.idle.push_back(idle);
            }
        }
        let lifetimes = self.idle.iter().filter_map(|idle| idle.entry.expires);
        let shrinks = size > config.min_size;
        let idling =
            self.idle.front().and_then(|idle| Some(idle.since + config.idle_timeout.filter(|_| shrinks)?));
        lifetimes.chain(idling).min()
    }

    /// Settles what can be settled. Called after every change.
    pub(crate) fn settle(&mut self, config: &Config, now: Duration, effects: &mut Effects<M>) {
        if self.closed {
            for idle in mem::take(&mut self.idle) {
                self.retire(idle.entry, effects);
            }
            while !self.waiting.is_empty() {
                self.refuse_first(PoolError::Closed, effects);
            }
            effects.wake.extend(mem::take(&mut self.listeners).into_values());
            return;
        }
        while !self.waiting.is_empty()
            && let Some(handed) = self.pop_idle(config, now, effects)
        {
            self.deliver_to_first(Ok(handed), effects);
        }
        while self.wants_more(config) && self.gate.may_connect(now, self.connecting) {
            self.connecting += 1;
            effects.connect += 1;
        }
        if self.connecting == 0 && self.wants_more(config) && self.gate.failure().is_some() {
            if self.in_use + self.recycling == 0 {
                while let Some(failure) = self.gate.failure().filter(|_| !self.waiting.is_empty()).cloned() {
                    self.refuse_first(PoolError::Connect(failure), effects);
                }
            }
            if self.wants_more(config) && !self.retry_scheduled {
                self.retry_scheduled = true;
                effects.retry_in = self.gate.retry_in(now);
            }
        }
    }

    /// Whether there should be more connections than there are, and may be.
    fn wants_more(&self, config: &Config) -> bool {
        let size = self.size();
        size < config.max_size && (self.connecting < self.waiting.len() || size < config.min_size)
    }

    fn refuse_first(&mut self, error: PoolError<M::Error>, effects: &mut Effects<M>) {
        self.deliver_to_first(Err(error), effects);
    }

    fn deliver_to_first(&mut self, delivery: Delivery<M>, effects: &mut Effects<M>) {
        if let Some((ticket, waker)) = self.waiting.pop_first() {
            self.delivered.insert(ticket, delivery);
            effects.wake.push(waker);
        }
    }
}

fn is_stale<C>(idle: &Idle<C>, config: &Config, now: Duration, may_shrink: bool) -> bool {
    let too_old = idle.entry.expires.is_some_and(|expires| now >= expires);
    let too_idle = config.idle_timeout.is_some_and(|limit| now.saturating_sub(idle.since) >= limit);
    too_old || (too_idle && may_shrink)
}
