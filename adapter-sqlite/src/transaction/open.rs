//! An open transaction, on the thread of its connection.

use std::time::Instant;

use drivetrain_adapter_api::{Batch, Error, ErrorKind, QueryResult, Result, Savepoint, TransactionOptions};

use crate::connection::{Begin, Policy, Ran, Request, Sink, ended};
use crate::worker::tenant::Tenant;

/// An open transaction, or one that ended by itself and whose user does not know it yet.
pub(crate) struct Open {
    reads_only: bool,
    savepoints: Vec<u32>,
    last: u32,
    deadline: Option<Instant>,
    end: Option<Error>,
}

/// How a transaction with those options is begun.
pub(crate) fn begin_of(options: &TransactionOptions) -> Begin {
    if options.read_only { Begin::ReadOnly } else { Begin::Write }
}

impl Open {
    /// A transaction that was just begun.
    pub(crate) fn new(options: &TransactionOptions) -> Self {
        let deadline = options.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        Self { reads_only: options.read_only, savepoints: Vec::new(), last: 0, deadline, end: None }
    }

    /// When it must be over; nothing is due for one that is.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        if self.end.is_some() { None } else { self.deadline }
    }

    /// It ended by itself. The first reason stays.
    pub(crate) fn end(&mut self, why: Error) {
        self.end.get_or_insert(why);
    }
}

impl Tenant<'_> {
    /// Within a transaction: refuses to go on where it is over.
    fn open(&mut self) -> Result<Option<&mut Open>> {
        if self.deadline().is_some_and(|deadline| Instant::now() >= deadline) {
            self.expire();
        }
        let autocommit = self.link.is_autocommit();
        let Some(open) = &mut self.transaction else { return Ok(None) };
        if open.end.is_none() && autocommit {
            open.end(ended("a statement of it rolled it back"));
        }
        match &open.end {
            Some(end) => Err(end.clone()),
            None => Ok(Some(open)),
        }
    }

    fn in_transaction(&mut self) -> Result<&mut Open> {
        self.open()?.ok_or_else(|| ended("it was committed or rolled back"))
    }

    /// What statements may do here.
    fn policy(&self) -> Policy {
        match &self.transaction {
            None => Policy::Free,
            Some(open) if open.reads_only => Policy::Reads,
            Some(_) => Policy::NoControl,
        }
    }

    /// Says so if the statement that failed took the transaction with it.
    fn noting_end<T>(&mut self, answer: Result<T>) -> Result<T> {
        let over = self.transaction.is_some() && self.link.is_autocommit();
        match answer {
            Err(error) if over && error.hint().is_none() && error.kind() != ErrorKind::TransactionEnded => {
                Err(error.with_hint("the transaction was rolled back with it"))
            }
            other => other,
        }
    }

    pub(crate) fn query(&mut self, request: &Request) -> Result<QueryResult> {
        self.open()?;
        self.set_limit();
        let answer = self.link.query(request, self.policy());
        self.noting_end(answer)
    }

    pub(crate) fn run(&mut self, request: &Request, sink: &mut impl Sink) -> Result<Ran> {
        self.open()?;
        self.set_limit();
        let answer = self.link.run(request, self.policy(), sink);
        self.noting_end(answer)
    }

    pub(crate) fn batch(&mut self, requests: &[Request], atomic: Option<Begin>) -> Result<Vec<QueryResult>> {
        let within = self.open()?.is_some();
        self.set_limit();
        let answer = match atomic {
            Some(_) if within => self.link.savepoint_batch(requests, self.policy()),
            Some(begin) if self.link.is_autocommit() => self.link.atomic_batch(requests, begin),
            Some(_) => self.link.savepoint_batch(requests, Policy::NoControl),
            None => self.link.batch(requests, self.policy()),
        };
        self.noting_end(answer)
    }

    pub(crate) fn script(&mut self, text: &str) -> Result<()> {
        self.open()?;
        self.set_limit();
        let answer = self.link.script(text, self.policy());
        self.noting_end(answer)
    }

    fn set_limit(&mut self) {
        self.link.limit = self.deadline();
    }

    /// Begins a transaction on a connection that is lent already.
    pub(crate) fn begin(&mut self, options: &TransactionOptions) -> Result<()> {
        if self.transaction.is_some() {
            return Err(Error::misuse("the session has a transaction already"));
        }
        if !self.link.is_autocommit() {
            return Err(Error::misuse("the session is in a transaction that was begun by SQL text")
                .with_hint("end it with COMMIT or ROLLBACK first"));
        }
        self.link.begin(begin_of(options))?;
        self.transaction = Some(Open::new(options));
        Ok(())
    }

    pub(crate) fn commit(&mut self) -> Result<()> {
        if let Err(end) = self.in_transaction() {
            self.over();
            return Err(end);
        }
        self.set_limit();
        let committed = self.link.commit();
        let committed = committed.map_err(|error| match error.kind() {
            ErrorKind::Timeout => ended("it outlived its limit of time and was rolled back"),
            _ => error,
        });
        self.over();
        committed
    }

    pub(crate) fn rollback(&mut self) -> Result<()> {
        let end = self.open().err();
        let undone = self.link.rollback();
        self.over();
        end.map_or(undone, Err)
    }

    pub(crate) fn savepoint(&mut self) -> Result<Savepoint> {
        let open = self.in_transaction()?;
        let savepoint = Savepoint::new(open.last + 1);
        self.set_limit();
        self.link.savepoint(savepoint)?;
        let open = self.in_transaction()?;
        open.last = savepoint.number();
        open.savepoints.push(savepoint.number());
        Ok(savepoint)
    }

    pub(crate) fn release(&mut self, savepoint: Savepoint) -> Result<()> {
        let at = self.place_of(savepoint)?;
        self.set_limit();
        self.link.release(savepoint)?;
        self.in_transaction()?.savepoints.truncate(at);
        Ok(())
    }

    pub(crate) fn rollback_to(&mut self, savepoint: Savepoint) -> Result<()> {
        let at = self.place_of(savepoint)?;
        self.set_limit();
        self.link.rollback_to(savepoint)?;
        self.in_transaction()?.savepoints.truncate(at);
        Ok(())
    }

    /// Undoes what was done since a savepoint that was dropped; if that fails, all of the transaction.
    pub(crate) fn abandon(&mut self, savepoint: Savepoint) {
        self.link.watch.begin();
        match self.rollback_to(savepoint) {
            Err(error) if error.kind() != ErrorKind::NoSuchSavepoint => {
                let undone = self.link.rollback();
                if let Some(open) = &mut self.transaction {
                    open.end(undone.err().unwrap_or(error));
                }
            }
            _ => {}
        }
    }

    fn place_of(&mut self, savepoint: Savepoint) -> Result<usize> {
        let open = self.in_transaction()?;
        open.savepoints.iter().position(|number| *number == savepoint.number()).ok_or_else(|| {
            Error::new(
                ErrorKind::NoSuchSavepoint,
                "there is no such savepoint: it was released, rolled back to, or is of another transaction",
            )
        })
    }
}

/// The atomic part of a batch.
pub(crate) fn atomic_of(batch: &Batch) -> Option<Begin> {
    batch.atomic.as_ref().map(begin_of)
}
