//! One connection to SQLite, on the thread that owns it.

mod batch;
mod control;
mod facts;
mod open;
mod run;
mod script;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use drivetrain_adapter_api::Column;
use rusqlite::Connection;

pub(crate) use control::{Begin, ended};
pub(crate) use open::Opener;
pub(crate) use run::{Answer, Policy, Ran, Request, Sink, read_only};

use self::facts::{Facts, Noted};
use crate::rows::Declared;
use crate::worker::watch::Watch;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Writes, and reads for those who write.
    Writer,
    /// Reads.
    Reader,
    /// Belongs to a session, which may do with it what it likes.
    Session,
}

impl Role {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Writer => "writer",
            Self::Reader => "reader",
            Self::Session => "session",
        }
    }
}

/// A connection with what is known of its statements.
pub(crate) struct Link {
    role: Role,
    connection: Connection,
    pub(crate) watch: Arc<Watch>,
    noted: Arc<Mutex<Noted>>,
    known: HashMap<Arc<str>, Known>,
    capacity: usize,
    /// When the transaction must be over.
    pub(crate) limit: Option<Instant>,
    /// Whether something was changed that the next user must not see.
    dirty: bool,
    /// Whether the database is gone when the connection is.
    only_one: bool,
    opener: Arc<Opener>,
}

/// What is known of a prepared statement.
#[derive(Clone)]
struct Known {
    facts: Facts,
    columns: Option<Described>,
}

/// The columns of a statement, as of its last preparation.
#[derive(Debug, Clone)]
pub(crate) struct Described {
    preparations: i32,
    pub(crate) columns: Arc<[Column]>,
    pub(crate) declared: Arc<[Declared]>,
}

impl Link {
    /// Whether no transaction is open.
    pub(crate) fn is_autocommit(&self) -> bool {
        self.connection.is_autocommit()
    }

    /// Lets nobody use it after this.
    pub(crate) fn spoil(&mut self) {
        self.dirty = true;
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the connection ready for its next user, or lets it go: nothing stays open and nothing that was set is
    /// left. `sound` is `false` after a panic.
    pub(crate) fn settle(mut self, sound: bool) -> Option<Self> {
        self.watch.begin();
        self.limit = None;
        if !self.is_autocommit() {
            let undone = self.connection.execute_batch("ROLLBACK");
            if undone.is_err() && !self.is_autocommit() && !self.only_one {
                return None;
            }
        }
        if sound && !self.dirty {
            return Some(self);
        }
        if !self.only_one {
            return None;
        }
        self.known.clear();
        self.connection.flush_prepared_statement_cache();
        let opener = Arc::clone(&self.opener);
        // The database lives in this connection: it is put right as far as it can be, rather than lost.
        self.dirty = opener.restore(&mut self.connection).is_err();
        Some(self)
    }
}
