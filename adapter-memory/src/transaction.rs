//! Transactions: a state of the tables of their own, and the right to write until they end.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use drivetrain_adapter_api::{
    Batch, Connection, Error, ErrorKind, Query, QueryResult, Result, RowStream, Savepoint, StreamOptions,
    Transaction, TransactionOptions, async_trait,
};
use futures_util::future::{AbortHandle, abortable};

use crate::engine::{Engine, sooner, writes};
use crate::error::{self, ADAPTER};
use crate::store::{Moment, Permit, Snapshot};
use crate::stream;

/// A transaction. Dropping it drops its state, and with it all that it wrote.
#[derive(Debug)]
pub(crate) struct MemoryTransaction {
    engine: Arc<Engine>,
    state: Arc<Mutex<State>>,
    /// Ends it when its time is up.
    timer: Option<AbortHandle>,
}

enum State {
    Open(Box<Open>),
    Over(&'static str),
}

struct Open {
    /// `None` for one that only reads.
    permit: Option<Permit>,
    tables: Snapshot,
    wrote: bool,
    now: Moment,
    deadline: Option<Duration>,
    savepoints: Vec<(u32, Snapshot)>,
    last_savepoint: u32,
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open(open) => f
                .debug_struct("Open")
                .field("writes", &open.permit.is_some())
                .field("savepoints", &open.savepoints.len())
                .finish_non_exhaustive(),
            Self::Over(why) => f.debug_tuple("Over").field(why).finish(),
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn over(why: &str) -> Error {
    Error::new(ErrorKind::TransactionEnded, format!("the transaction is over: {why}"))
}

fn named(error: Error) -> Error {
    error.with_adapter(ADAPTER)
}

const TIMED_OUT: &str = "it outlived its limit of time and was rolled back";
const ENDED: &str = "it was committed or rolled back";

impl MemoryTransaction {
    pub(crate) async fn begin(engine: Arc<Engine>, options: &TransactionOptions) -> Result<Self> {
        let permit = if options.read_only { None } else { Some(engine.permit(None).await?) };
        let open = Open {
            permit,
            tables: (*engine.snapshot()?).clone(),
            wrote: false,
            now: engine.store.clock.now(),
            deadline: engine.deadline(options.timeout),
            savepoints: Vec::new(),
            last_savepoint: 0,
        };
        let state = Arc::new(Mutex::new(State::Open(Box::new(open))));
        let timer = options.timeout.and_then(|limit| timer(&engine, &state, limit));
        Ok(Self { engine, state, timer })
    }

    /// Does something within the transaction, if it is not over.
    fn within<T>(&self, work: impl FnOnce(&Engine, &mut Open) -> Result<T>) -> Result<T> {
        let mut state = lock(&self.state);
        if self.is_late(&state) {
            *state = State::Over(TIMED_OUT);
        }
        let done = match &mut *state {
            State::Over(why) => Err(over(why)),
            State::Open(open) => self.engine.check_open().and_then(|()| work(&self.engine, open)),
        };
        done.map_err(named)
    }

    fn is_late(&self, state: &State) -> bool {
        let State::Open(open) = state else { return false };
        match (open.deadline, self.engine.runtime()) {
            (Some(deadline), Some(runtime)) => runtime.monotonic() >= deadline,
            _ => false,
        }
    }

    fn end(&mut self) -> Result<Box<Open>> {
        if let Some(timer) = self.timer.take() {
            timer.abort();
        }
        self.within(|_, _| Ok(()))?;
        match std::mem::replace(&mut *lock(&self.state), State::Over(ENDED)) {
            State::Open(open) => Ok(open),
            State::Over(why) => Err(named(over(why))),
        }
    }
}

/// Ends a transaction whose time is up, so that others can write although nobody uses it.
fn timer(engine: &Engine, state: &Arc<Mutex<State>>, limit: Duration) -> Option<AbortHandle> {
    let runtime = engine.runtime()?;
    let watched = Arc::downgrade(state);
    let sleep = runtime.sleep(limit);
    let (task, handle) = abortable(async move {
        sleep.await;
        if let Some(state) = watched.upgrade() {
            let mut state = lock(&state);
            if matches!(*state, State::Open(_)) {
                *state = State::Over(TIMED_OUT);
            }
        }
    });
    runtime.spawn(Box::pin(async move {
        // It is aborted where the transaction ended by itself.
        let _ = task.await;
    }));
    Some(handle)
}

impl Drop for MemoryTransaction {
    fn drop(&mut self) {
        if let Some(timer) = &self.timer {
            timer.abort();
        }
    }
}

impl Open {
    fn check(&self, query: &Query) -> Result<()> {
        if self.permit.is_none() && writes(query) { Err(error::read_only()) } else { Ok(()) }
    }

    fn run(&mut self, engine: &Engine, query: &Query) -> Result<QueryResult> {
        self.check(query)?;
        let deadline = sooner(self.deadline, engine.deadline(query.options.timeout));
        let (result, after) = engine.run(&self.tables, query, self.now, deadline)?;
        if let Some(after) = after {
            self.tables = after;
            self.wrote = true;
        }
        Ok(result)
    }

    fn place_of(&self, savepoint: Savepoint) -> Result<usize> {
        self.savepoints.iter().position(|(number, _)| *number == savepoint.number()).ok_or_else(|| {
            Error::new(
                ErrorKind::NoSuchSavepoint,
                "there is no such savepoint: it was released, rolled back to, or is of another transaction",
            )
        })
    }

    fn rollback_to(&mut self, savepoint: Savepoint) -> Result<()> {
        let at = self.place_of(savepoint)?;
        if let Some((_, tables)) = self.savepoints.drain(at..).next() {
            self.tables = tables;
        }
        Ok(())
    }
}

#[async_trait]
impl Connection for MemoryTransaction {
    async fn query(&mut self, query: Query) -> Result<QueryResult> {
        self.engine.check(&query).map_err(named)?;
        self.within(|engine, open| open.run(engine, &query))
    }

    async fn batch(&mut self, batch: Batch) -> Result<Vec<QueryResult>> {
        self.engine.check_batch(&batch).map_err(named)?;
        self.within(|engine, open| {
            let (before, wrote) = (open.tables.clone(), open.wrote);
            let mut results = Vec::with_capacity(batch.queries.len());
            for (at, query) in batch.queries.iter().enumerate() {
                match open.run(engine, query) {
                    Ok(result) => results.push(result),
                    Err(error) => {
                        // An atomic batch is a savepoint here.
                        if batch.atomic.is_some() {
                            (open.tables, open.wrote) = (before, wrote);
                        }
                        return Err(error.with_batch_index(at));
                    }
                }
            }
            Ok(results)
        })
    }

    async fn stream(&mut self, query: Query, options: StreamOptions) -> Result<RowStream<'_>> {
        self.engine.check(&query).map_err(named)?;
        let engine = Arc::clone(&self.engine);
        self.within(|_, open| {
            open.check(&query)?;
            let deadline = sooner(open.deadline, engine.deadline(query.options.timeout));
            let opened = stream::open(&engine, &open.tables, &query, open.now, deadline, options)?;
            if let Some(after) = opened.after {
                open.tables = after;
                open.wrote = true;
            }
            Ok(opened.stream)
        })
    }
}

#[async_trait]
impl Transaction for MemoryTransaction {
    async fn savepoint(&mut self) -> Result<Savepoint> {
        self.within(|_, open| {
            open.last_savepoint += 1;
            open.savepoints.push((open.last_savepoint, open.tables.clone()));
            Ok(Savepoint::new(open.last_savepoint))
        })
    }

    async fn release(&mut self, savepoint: Savepoint) -> Result<()> {
        self.within(|_, open| {
            let at = open.place_of(savepoint)?;
            open.savepoints.truncate(at);
            Ok(())
        })
    }

    async fn rollback_to(&mut self, savepoint: Savepoint) -> Result<()> {
        self.within(|_, open| open.rollback_to(savepoint))
    }

    fn abandon(&mut self, savepoint: Savepoint) {
        if let State::Open(open) = &mut *lock(&self.state) {
            // One that is not there has been undone or kept already.
            let _ = open.rollback_to(savepoint);
        }
    }

    async fn commit(mut self: Box<Self>) -> Result<()> {
        let open = self.end()?;
        match &open.permit {
            Some(permit) if open.wrote => self.engine.publish(permit, open.tables.clone()).map_err(named),
            _ => Ok(()),
        }
    }

    async fn rollback(mut self: Box<Self>) -> Result<()> {
        self.end().map(drop)
    }
}
