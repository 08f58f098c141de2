//! Runs the steps of a script in their order. A step that waits for somebody else's is told from one that is merely
//! slow by asking the server, and the script goes on without it.

use std::collections::VecDeque;
use std::task::Poll;
use std::time::Duration;

use drivetrain_adapter_api::{
    BoxFuture, Error, IsolationLevel, Query, QueryResult, Session, SharedAdapter, Transaction,
    TransactionOptions,
};
use futures_util::future::{Either, poll_fn, select};

use super::log::{Event, Log, Place};
use super::script::{Act, Script, Step};
use crate::cases::transactions::support::stored;
use crate::{Context, Outcome, Stop, Within as _};

/// How often the server is asked who waits.
const PROBE: Duration = Duration::from_millis(2);
/// After which a step is taken to wait where there is nobody to ask. Where waiting ends with an error by itself (as on
/// SQLite) it is never taken so.
const PATIENCE: Duration = Duration::from_millis(400);
/// After which nothing can be waited for any more.
const LIMIT: Duration = Duration::from_secs(6);

/// How transactions are begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begin {
    /// By the adapter, at that level.
    Adapter(IsolationLevel),
    /// By `BEGIN` as text in a session.
    Session,
}

/// A transaction that is open.
enum Handle {
    Transaction(Box<dyn Transaction>),
    Session(Box<dyn Session>),
}

impl Handle {
    async fn begin(adapter: SharedAdapter, begin: Begin) -> Result<Self, Error> {
        match begin {
            Begin::Adapter(level) => {
                let options = TransactionOptions::new().isolation(level);
                Ok(Self::Transaction(adapter.begin(options).await?))
            }
            Begin::Session => {
                let mut session = adapter.session().await?;
                session.query(Query::raw("begin", vec![])).await?;
                Ok(Self::Session(session))
            }
        }
    }

    async fn query(&mut self, query: Query) -> Result<QueryResult, Error> {
        match self {
            Self::Transaction(transaction) => transaction.query(query).await,
            Self::Session(session) => session.query(query).await,
        }
    }

    async fn end(self, commit: bool) -> Result<(), Error> {
        match self {
            Self::Transaction(transaction) if commit => transaction.commit().await,
            Self::Transaction(transaction) => transaction.rollback().await,
            Self::Session(mut session) => {
                let text = if commit { "commit" } else { "rollback" };
                let ended = session.query(Query::raw(text, vec![])).await.map(drop);
                // What the commit left open is undone with the session.
                session.close().await?;
                ended
            }
        }
    }
}

/// What a step gave, and the transaction, unless the step ended it.
type Done = (Option<Handle>, Result<Vec<(i64, i64)>, Error>);

enum State {
    Open(Handle),
    Busy { step: BoxFuture<'static, Done>, place: Place, name: Option<&'static str>, waited: bool },
    Over,
}

struct Actor {
    state: State,
    /// Steps that are to be done once it goes on.
    later: VecDeque<Step>,
}

struct Driver<'a> {
    cx: &'a Context,
    actors: Vec<Actor>,
    log: Log,
}

/// Runs a script. Each transaction is begun on an adapter of its own if `adapters` has several, else all on one.
pub(super) async fn run(
    cx: &Context,
    script: &Script,
    adapters: &[SharedAdapter],
    begin: Begin,
) -> Outcome<Log> {
    let mut driver = Driver { cx, actors: Vec::new(), log: Log::default() };
    for number in 0..script.transactions {
        let adapter = adapters[number % adapters.len()].clone();
        let step = Box::pin(async move {
            match Handle::begin(adapter, begin).await {
                Ok(handle) => (Some(handle), Ok(Vec::new())),
                Err(error) => (None, Err(error)),
            }
        });
        let state = State::Busy { step, place: Place::Begin, name: None, waited: false };
        driver.actors.push(Actor { state, later: VecDeque::new() });
        driver.settle().await?;
    }
    for step in script.steps {
        driver.actors[step.transaction - 1].later.push_back(*step);
        driver.settle().await.within(format_args!("after {}", driver.log))?;
    }
    driver.finish().await?;
    driver.log.left = stored(cx).await?;
    Ok(driver.log)
}

impl Driver<'_> {
    /// Starts what can be started, and waits until nothing is going on but steps that wait for others.
    async fn settle(&mut self) -> Outcome {
        let runtime = self.cx.runtime();
        let start = runtime.monotonic();
        loop {
            self.start();
            let busy = self.busy();
            if busy == 0 {
                return Ok(());
            }
            if self.step_or_pause().await {
                continue;
            }
            let elapsed = runtime.monotonic().saturating_sub(start);
            if all_wait(self.cx, busy, elapsed).await? {
                for actor in &mut self.actors {
                    if let State::Busy { waited, .. } = &mut actor.state {
                        *waited = true;
                    }
                }
                return Ok(());
            }
            if elapsed > LIMIT {
                return Err(Stop::fail(format!("a step is not done after {LIMIT:?}: {}", self.log)));
            }
        }
    }

    /// Waits for the steps that wait still: for as long as a server takes to see a deadlock.
    async fn finish(&mut self) -> Outcome {
        let runtime = self.cx.runtime();
        let end = runtime.monotonic() + LIMIT;
        loop {
            self.start();
            if self.busy() == 0 {
                return Ok(());
            }
            self.step_or_pause().await;
            if runtime.monotonic() > end {
                return Err(Stop::fail(format!("transactions wait for ever: {}", self.log)));
            }
        }
    }

    fn busy(&self) -> usize {
        self.actors.iter().filter(|actor| matches!(actor.state, State::Busy { .. })).count()
    }

    /// Starts the next step of everybody who is free to do one.
    fn start(&mut self) {
        let cx = self.cx;
        for actor in &mut self.actors {
            match &actor.state {
                State::Busy { .. } => continue,
                State::Over => {
                    actor.later.clear();
                    continue;
                }
                State::Open(_) => {}
            }
            let Some(step) = actor.later.pop_front() else { continue };
            let State::Open(mut handle) = std::mem::replace(&mut actor.state, State::Over) else { continue };
            let (place, name) = match step.act {
                Act::Run(_) => (Place::Statement, None),
                Act::Read(name, _) => (Place::Statement, Some(name)),
                Act::Commit => (Place::Commit, None),
                Act::Abort => (Place::Abort, None),
            };
            let step: BoxFuture<'static, Done> = match step.act {
                Act::Run(sql) | Act::Read(_, sql) => {
                    let query = cx.raw(sql, vec![]);
                    Box::pin(async move {
                        match handle.query(query).await.and_then(|result| pairs(&result)) {
                            Ok(rows) => (Some(handle), Ok(rows)),
                            // Who failed gives way at once. What the rollback meets, its own error tells already.
                            Err(error) => {
                                let _ = handle.end(false).await;
                                (None, Err(error))
                            }
                        }
                    })
                }
                Act::Commit | Act::Abort => {
                    let commit = matches!(step.act, Act::Commit);
                    Box::pin(async move { (None, handle.end(commit).await.map(|()| Vec::new())) })
                }
            };
            actor.state = State::Busy { step, place, name, waited: false };
        }
    }

    /// Waits until a step is done, and notes it; or for a moment. Whether one is done.
    async fn step_or_pause(&mut self) -> bool {
        let actors = &mut self.actors;
        let done = poll_fn(|context| {
            for (at, actor) in actors.iter_mut().enumerate() {
                if let State::Busy { step, .. } = &mut actor.state
                    && let Poll::Ready(done) = step.as_mut().poll(context)
                {
                    return Poll::Ready((at, done));
                }
            }
            Poll::Pending
        });
        let Either::Left(((at, (handle, outcome)), _)) = select(done, self.cx.runtime().sleep(PROBE)).await
        else {
            return false;
        };
        let next = handle.map_or(State::Over, State::Open);
        if let State::Busy { place, name, waited, .. } = std::mem::replace(&mut self.actors[at].state, next) {
            self.log.events.push(Event { transaction: at + 1, place, name, waited, outcome });
        }
        true
    }
}

/// Whether so many as are busy wait for a lock.
async fn all_wait(cx: &Context, busy: usize, elapsed: Duration) -> Outcome<bool> {
    if cx.harness().has_admin() {
        let sessions = cx.sessions().await?;
        return Ok(sessions.iter().filter(|session| session.waiting).count() >= busy);
    }
    let ends_by_itself = cx.dialect() == drivetrain_adapter_api::Dialect::Sqlite;
    Ok(!ends_by_itself && elapsed > PATIENCE)
}

/// The rows of a read: two numbers each. Statements that read nothing have none.
fn pairs(result: &QueryResult) -> Result<Vec<(i64, i64)>, Error> {
    (0..result.rows.len()).map(|row| Ok((result.rows.get(row, 0)?, result.rows.get(row, 1)?))).collect()
}
