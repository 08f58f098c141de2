//! Begins and ends transactions on a connection.

use drivetrain_adapter_api::{Error, ErrorKind, Result, RetryClass, Savepoint};

use super::{Link, Role};
use crate::error;

/// How a transaction is begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Begin {
    /// With the lock for writing, so that it cannot fail later for want of it.
    Write,
    /// Reading one state of the database, and refusing to write.
    ReadOnly,
}

impl Link {
    /// Runs a statement of our own that gives no rows.
    fn control(&mut self, sql: &str) -> Result<()> {
        self.watch.limit(self.limit);
        let done = self.connection.prepare_cached(sql).and_then(|mut statement| {
            let mut rows = statement.raw_query();
            while rows.next()?.is_some() {}
            Ok(())
        });
        done.map_err(|cause| self.stopped(cause, None))
    }

    /// Begins a transaction. After an error there is none.
    pub(crate) fn begin(&mut self, begin: Begin) -> Result<()> {
        let begun = match begin {
            Begin::Write => self.control("BEGIN IMMEDIATE"),
            Begin::ReadOnly => self.begin_read_only(),
        };
        if begun.is_err() {
            self.rollback()?;
        }
        begun
    }

    fn begin_read_only(&mut self) -> Result<()> {
        if self.role != Role::Reader {
            self.control("PRAGMA query_only = ON")?;
        }
        self.control("BEGIN")?;
        // The state that is read is that of the first read.
        self.control("SELECT 1 FROM sqlite_schema LIMIT 1")
    }

    /// Makes the transaction durable. After an error it is rolled back.
    pub(crate) fn commit(&mut self) -> Result<()> {
        let committed = self.control("COMMIT");
        let Err(cause) = committed else { return self.leave_read_only() };
        let was_open = !self.is_autocommit();
        self.rollback()?;
        let hint = "the transaction was rolled back";
        Err(match cause.kind() {
            _ if !was_open => cause,
            ErrorKind::LockTimeout => cause.with_retry(RetryClass::RetryTransaction).with_hint(hint),
            _ => cause.with_hint(hint),
        })
    }

    /// Undoes the transaction, if one is open.
    pub(crate) fn rollback(&mut self) -> Result<()> {
        if !self.is_autocommit() {
            let limit = self.limit.take();
            self.watch.begin();
            let undone = self.control("ROLLBACK");
            self.limit = limit;
            undone?;
        }
        self.leave_read_only()
    }

    fn leave_read_only(&mut self) -> Result<()> {
        if self.role == Role::Reader || !self.only_reads() {
            return Ok(());
        }
        self.control("PRAGMA query_only = OFF")
    }

    fn only_reads(&self) -> bool {
        // A connection that cannot tell is taken for one that must be set back.
        self.connection.pragma_query_value(None, "query_only", |row| row.get(0)).unwrap_or(true)
    }

    pub(crate) fn savepoint(&mut self, savepoint: Savepoint) -> Result<()> {
        self.control(&format!("SAVEPOINT {savepoint}"))
    }

    pub(crate) fn release(&mut self, savepoint: Savepoint) -> Result<()> {
        self.control(&format!("RELEASE {savepoint}"))
    }

    /// Undoes what was done since the savepoint, and forgets it.
    pub(crate) fn rollback_to(&mut self, savepoint: Savepoint) -> Result<()> {
        self.control(&format!("ROLLBACK TO {savepoint}"))?;
        self.control(&format!("RELEASE {savepoint}"))
    }

    /// Reads the header of the file.
    pub(crate) fn touch(&mut self) -> Result<()> {
        self.control("PRAGMA schema_version")
    }

    /// A limit of SQLite for this connection; `None` where it does not tell.
    pub(crate) fn sqlite_limit(&self, limit: rusqlite::limits::Limit) -> Result<Option<u64>> {
        let limit = self.connection.limit(limit).map_err(|cause| error::from_sqlite(cause, None))?;
        Ok(u64::try_from(limit).ok())
    }
}

/// The transaction is over, though nobody ended it by a call.
pub(crate) fn ended(why: &str) -> Error {
    Error::new(ErrorKind::TransactionEnded, format!("the transaction is over: {why}"))
}
