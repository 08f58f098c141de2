//! Stops what a connection is doing: because its caller went away, or because the time is up.
//!
//! A [`Watch`] belongs to a connection, a [`Ticket`] to a call. A call is stopped through its ticket, under the
//! ticket's lock and only while it runs, so that a stop can never hit the call after it.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use drivetrain_adapter_api::{Error, ErrorKind, Result};
use rusqlite::{Connection, InterruptHandle};

use crate::connection::Link;

/// How many steps of SQLite's virtual machine pass between two looks at the watch.
const STEPS: i32 = 2000;

/// Whether a connection's current statement is to stop.
pub(crate) struct Watch {
    interrupt: InterruptHandle,
    cancelled: AtomicBool,
    deadline: Mutex<Option<Instant>>,
}

impl Watch {
    /// Watches `connection`, which waits up to `busy_timeout` for the locks of others.
    pub(crate) fn install(
        connection: &mut Connection,
        busy_timeout: Duration,
    ) -> rusqlite::Result<Arc<Self>> {
        let watch = Arc::new(Self {
            interrupt: connection.get_interrupt_handle(),
            cancelled: AtomicBool::new(false),
            deadline: Mutex::new(None),
        });
        let seen = Arc::clone(&watch);
        connection.progress_handler(STEPS, Some(move || seen.must_stop()))?;
        let seen = Arc::clone(&watch);
        let mut since = Instant::now();
        connection.busy_handler(Some(move |attempt: i32| {
            if attempt == 0 {
                since = Instant::now();
            }
            let left = busy_timeout.saturating_sub(since.elapsed());
            if left.is_zero() || seen.must_stop() {
                return false;
            }
            let pause = Duration::from_millis(1 << attempt.clamp(0, 5));
            thread::sleep(pause.min(left));
            !seen.must_stop()
        }))?;
        Ok(watch)
    }

    /// Forgets what was asked of the call before.
    pub(crate) fn begin(&self) {
        self.cancelled.store(false, Ordering::Release);
        self.limit(None);
    }

    /// The next statements may run until `deadline`.
    pub(crate) fn limit(&self, deadline: Option<Instant>) {
        *self.deadline.lock().unwrap_or_else(PoisonError::into_inner) = deadline;
    }

    fn must_stop(&self) -> bool {
        self.is_cancelled() || self.is_late()
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Acquire)
    }

    fn is_late(&self) -> bool {
        let deadline = *self.deadline.lock().unwrap_or_else(PoisonError::into_inner);
        deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    /// Why the current call was stopped or must not go on.
    pub(crate) fn reason(&self) -> Option<Error> {
        if self.is_cancelled() {
            Some(Error::new(ErrorKind::Cancelled, "the statement was cancelled"))
        } else if self.is_late() {
            Some(Error::new(ErrorKind::Timeout, "the statement took longer than its limit of time"))
        } else {
            None
        }
    }

    /// Refuses to go on where the call was stopped.
    pub(crate) fn check(&self) -> Result<()> {
        self.reason().map_or(Ok(()), Err)
    }

    fn stop(&self) {
        self.cancelled.store(true, Ordering::Release);
        self.interrupt.interrupt();
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("cancelled", &self.is_cancelled()).finish_non_exhaustive()
    }
}

/// A call, from its start to its end.
#[derive(Debug)]
pub(crate) struct Ticket(Mutex<Stage>);

#[derive(Debug)]
enum Stage {
    Waiting,
    Running(Arc<Watch>),
    Over,
}

impl Ticket {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(Stage::Waiting)))
    }

    fn replace(&self, stage: Stage) -> Stage {
        std::mem::replace(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner), stage)
    }

    /// The call begins to run, unless it was cancelled before: then nothing of it may happen.
    pub(crate) fn start(&self, watch: &Arc<Watch>) -> bool {
        let mut stage = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let starts = matches!(*stage, Stage::Waiting);
        if starts {
            watch.begin();
            *stage = Stage::Running(Arc::clone(watch));
        }
        starts
    }

    /// Starts the call on that connection; tells it where there is none; drops it if it was cancelled before.
    pub(crate) fn with(&self, link: Result<&mut Link>, work: impl FnOnce(Result<&mut Link>)) {
        match link {
            Ok(link) => {
                if self.start(&link.watch) {
                    work(Ok(link));
                }
            }
            Err(error) => work(Err(error)),
        }
    }

    /// The call has run.
    pub(crate) fn finish(&self) {
        self.replace(Stage::Over);
    }

    /// Whether nobody waits for the call any more.
    pub(crate) fn is_over(&self) -> bool {
        matches!(*self.0.lock().unwrap_or_else(PoisonError::into_inner), Stage::Over)
    }

    /// The caller went away: what waits never runs, what runs is stopped, what has run stays.
    pub(crate) fn cancel(&self) {
        let mut stage = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Stage::Running(watch) = &*stage {
            watch.stop();
        }
        *stage = Stage::Over;
    }
}
