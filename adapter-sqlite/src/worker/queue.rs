//! A queue of jobs, first come first served, and the threads that work through it.

use std::collections::VecDeque;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use drivetrain_adapter_api::{Error, ErrorKind, Result, RetryClass};

use super::call::Call;
use super::crew::{Crew, Member};
use super::watch::Ticket;
use crate::connection::{Link, Opener, Role};

type Work = Box<dyn FnOnce(Result<&mut Link>) + Send>;

struct Job {
    ticket: Arc<Ticket>,
    /// When it has waited too long, and whether that is its caller's limit.
    expires: Instant,
    limited: bool,
    work: Work,
}

/// The way to the connections of one role.
pub(crate) struct Queue {
    role: Role,
    opener: Arc<Opener>,
    crew: Arc<Crew>,
    most_threads: usize,
    patience: Duration,
    state: Mutex<State>,
    /// Workers wait here for jobs.
    ready: Condvar,
    /// The keeper waits here for the first job to expire.
    keep: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    idle: usize,
    threads: usize,
    /// Until when the keeper sleeps, if there is one.
    keeper: Option<Instant>,
    closed: bool,
}

impl Queue {
    /// A queue for `most_threads` connections of that role, started when they are needed. A job waits for `patience`
    /// at most.
    pub(crate) fn new(
        role: Role,
        opener: &Arc<Opener>,
        crew: &Arc<Crew>,
        most_threads: usize,
        patience: Duration,
    ) -> Arc<Self> {
        Arc::new(Self {
            role,
            opener: Arc::clone(opener),
            crew: Arc::clone(crew),
            most_threads,
            patience,
            state: Mutex::default(),
            ready: Condvar::new(),
            keep: Condvar::new(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` on one of the connections, if it can begin before `deadline`. It is stopped when the call is
    /// dropped.
    pub(crate) fn submit<T: Send + 'static>(
        self: &Arc<Self>,
        deadline: Option<Instant>,
        work: impl FnOnce(&mut Link) -> Result<T> + Send + 'static,
    ) -> Call<T> {
        let ticket = Ticket::new();
        let (reply, call) = Call::new(Some(Arc::clone(&ticket)));
        let running = Arc::clone(&ticket);
        self.lend(deadline, ticket, move |link| {
            let answer = link.and_then(work);
            running.finish();
            reply.send(answer);
        });
        call
    }

    /// Lends one of the connections to `work`, or tells it why there is none. Where the ticket was cancelled before,
    /// `work` is dropped.
    pub(crate) fn lend(
        self: &Arc<Self>,
        deadline: Option<Instant>,
        ticket: Arc<Ticket>,
        work: impl FnOnce(Result<&mut Link>) + Send + 'static,
    ) {
        let running = Arc::clone(&ticket);
        let work: Work = Box::new(move |link| running.with(link, work));
        let latest = Instant::now() + self.patience;
        let (expires, limited) = match deadline {
            Some(deadline) if deadline < latest => (deadline, true),
            _ => (latest, false),
        };
        self.push(Job { ticket, expires, limited, work });
    }

    fn push(self: &Arc<Self>, job: Job) {
        let mut state = self.state();
        if state.closed {
            drop(state);
            return (job.work)(Err(closed()));
        }
        // Jobs whose callers went away are passed over in their turn; that many of them are not kept till then.
        if state.jobs.len() >= 64 && state.jobs.len().is_power_of_two() {
            state.jobs.retain(|job| !job.ticket.is_over());
        }
        let expires = job.expires;
        state.jobs.push_back(job);
        if state.idle >= state.jobs.len() {
            self.ready.notify_one();
            return;
        }
        if state.threads < self.most_threads {
            state.threads += 1;
            drop(state);
            let queue = Arc::clone(self);
            let member = self.crew.enlist();
            let name = format!("sqlite-{}", self.role.name());
            let started = thread::Builder::new().name(name).spawn(move || queue.work(member));
            if let Err(error) = started {
                self.thread_lost(&error);
            }
            return;
        }
        match state.keeper {
            Some(until) if until <= expires => {}
            Some(_) => self.keep.notify_one(),
            None => {
                state.keeper = Some(expires);
                drop(state);
                let queue = Arc::clone(self);
                let keeper = thread::Builder::new().name("sqlite-keeper".to_owned());
                if keeper.spawn(move || queue.keep()).is_err() {
                    // The next job that waits tries again.
                    self.state().keeper = None;
                }
            }
        }
    }

    /// No thread could be started: if there is none at all, nobody would ever answer.
    fn thread_lost(&self, error: &std::io::Error) {
        let mut state = self.state();
        state.threads -= 1;
        let jobs = if state.threads == 0 { std::mem::take(&mut state.jobs) } else { VecDeque::new() };
        drop(state);
        for job in jobs {
            (job.work)(Err(no_thread(error)));
        }
    }

    fn next(&self) -> Option<Job> {
        let mut state = self.state();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                return Some(job);
            }
            if state.closed {
                return None;
            }
            state.idle += 1;
            state = self.ready.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }

    /// What a thread of this queue does.
    fn work(&self, member: Member) {
        let mut kept: Option<Link> = None;
        while let Some(job) = self.next() {
            if job.ticket.is_over() {
                continue;
            }
            let opened = kept.take().map_or_else(|| self.opener.open(self.role), Ok);
            match opened {
                Ok(mut link) => {
                    let sound = catch_unwind(AssertUnwindSafe(|| (job.work)(Ok(&mut link)))).is_ok();
                    kept = link.settle(sound);
                }
                Err(error) => (job.work)(Err(error)),
            }
        }
        drop(kept);
        drop(member);
    }

    /// Answers the jobs that have waited too long.
    fn keep(&self) {
        let mut state = self.state();
        loop {
            state.keeper = state.jobs.iter().map(|job| job.expires).min();
            let Some(until) = state.keeper else { return };
            let now = Instant::now();
            if until > now {
                state = self.keep.wait_timeout(state, until - now).unwrap_or_else(PoisonError::into_inner).0;
                continue;
            }
            let waiting = state.jobs.len();
            let (late, left) =
                std::mem::take(&mut state.jobs).into_iter().partition(|job| job.expires <= now);
            state.jobs = left;
            drop(state);
            let late: VecDeque<Job> = late;
            for job in late {
                if !job.ticket.is_over() {
                    let error = if job.limited { late_start() } else { self.too_late(waiting) };
                    (job.work)(Err(error));
                }
            }
            state = self.state();
        }
    }

    fn too_late(&self, waiting: usize) -> Error {
        let role = self.role.name();
        Error::new(
            ErrorKind::PoolTimeout,
            format!(
                "no {role} connection to the database became free within {:?}; {waiting} calls wait for one",
                self.patience
            ),
        )
        .with_retry(RetryClass::SafeNow)
        .with_hint(
            "end open transactions, sessions and streams before waiting for others, or raise `acquire_timeout`",
        )
    }

    /// Takes no more jobs. The threads end when those that wait are done.
    pub(crate) fn close(&self) {
        self.state().closed = true;
        self.ready.notify_all();
        self.keep.notify_all();
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("Queue")
            .field("role", &self.role)
            .field("threads", &state.threads)
            .field("idle", &state.idle)
            .field("waiting", &state.jobs.len())
            .field("closed", &state.closed)
            .finish_non_exhaustive()
    }
}

fn late_start() -> Error {
    Error::new(ErrorKind::Timeout, "the limit of time ran out before the statement could begin")
        .with_retry(RetryClass::SafeNow)
}

pub(crate) fn closed() -> Error {
    Error::new(ErrorKind::Closed, "the SQLite adapter has been closed")
}

pub(crate) fn no_thread(error: &std::io::Error) -> Error {
    Error::new(
        ErrorKind::LimitExceeded,
        format!("no thread could be started for a SQLite connection: {}", error.kind()),
    )
}
