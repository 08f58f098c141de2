//! Runs one statement: prepared or found prepared, bound, stepped, and its rows handed to a sink.

use std::sync::{Arc, PoisonError};
use std::time::Instant;

use drivetrain_adapter_api::{Column, Error, ErrorKind, QueryResult, Result, Rows};
use rusqlite::{CachedStatement, Row, Statement, StatementStatus};

use super::facts::Facts;
use super::{Described, Known, Link};
use crate::error;
use crate::rows::{Declared, Packed};
use crate::values::Bind;
use crate::worker::watch::Watch;

/// A statement with its values, ready for a connection.
pub(crate) struct Request {
    pub(crate) text: Arc<str>,
    pub(crate) params: Vec<Bind>,
    /// Whether the statement is worth keeping prepared.
    pub(crate) keep: bool,
    pub(crate) deadline: Option<Instant>,
}

/// What a statement may do where it runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Policy {
    /// Read only; a statement that writes is given back and does not run.
    Reads,
    /// Anything but to begin, divide or end a transaction.
    NoControl,
    /// Anything.
    Free,
}

/// A statement that goes back to the cache, or does not.
enum Prepared<'c> {
    Kept(CachedStatement<'c>),
    Once(Statement<'c>),
}

impl<'c> Prepared<'c> {
    fn statement(&mut self) -> &mut Statement<'c> {
        match self {
            Self::Kept(statement) => statement,
            Self::Once(statement) => statement,
        }
    }
}

/// Where rows go.
pub(crate) trait Sink {
    /// The columns, before the first row.
    fn columns(&mut self, described: &Described) -> Result<()>;

    /// A row. An error stops the statement.
    fn row(&mut self, row: &Row<'_>) -> Result<()>;
}

/// What became of a statement.
#[derive(Debug)]
pub(crate) enum Ran {
    Done {
        affected: Option<u64>,
        last_insert_id: Option<u64>,
    },
    /// It writes, and may not here: nothing of it was run.
    Writes,
}

/// What became of a query on a connection that only reads.
pub(crate) enum Answer {
    Done(QueryResult),
    /// It writes: it is for the writer.
    Writes(Request),
}

/// All rows, packed.
#[derive(Default)]
struct Collect(Option<(Arc<[Column]>, Packed)>);

impl Sink for Collect {
    fn columns(&mut self, described: &Described) -> Result<()> {
        self.0 = Some((Arc::clone(&described.columns), Packed::new(Arc::clone(&described.declared))));
        Ok(())
    }

    fn row(&mut self, row: &Row<'_>) -> Result<()> {
        match &mut self.0 {
            Some((_, packed)) => packed.push(row).map_err(|cause| error::from_sqlite(cause, None)),
            None => Err(Error::new(ErrorKind::Protocol, "a row came before its columns")),
        }
    }
}

impl Collect {
    fn rows(self) -> Rows {
        self.0.map_or_else(Rows::empty, |(columns, packed)| Rows::new(columns, packed))
    }
}

impl Link {
    /// Runs a query where it may write.
    pub(crate) fn query(&mut self, request: &Request, policy: Policy) -> Result<QueryResult> {
        let mut collect = Collect::default();
        match self.run(request, policy, &mut collect)? {
            Ran::Done { affected, last_insert_id } => Ok(QueryResult::new(collect.rows())
                .with_affected(affected)
                .with_last_insert_id(last_insert_id)),
            Ran::Writes => Err(read_only()),
        }
    }

    /// Runs a query where it may only read.
    pub(crate) fn read(&mut self, request: Request) -> Result<Answer> {
        let mut collect = Collect::default();
        Ok(match self.run(&request, Policy::Reads, &mut collect)? {
            Ran::Done { .. } => Answer::Done(QueryResult::new(collect.rows())),
            Ran::Writes => Answer::Writes(request),
        })
    }

    /// Runs a statement.
    pub(crate) fn run(&mut self, request: &Request, policy: Policy, sink: &mut impl Sink) -> Result<Ran> {
        let earliest = [request.deadline, self.limit].into_iter().flatten().min();
        self.watch.limit(earliest);
        self.watch.check()?;
        let sql = request.text.trim();
        if sql.contains('\0') {
            return Err(error::nul());
        }
        self.forget_some();
        let mut attempt = self.attempt(request, sql, policy, sink, request.keep && self.capacity > 0)?;
        if attempt.is_none() {
            // It was kept prepared, but what is known of it was not.
            attempt = self.attempt(request, sql, policy, sink, false)?;
        }
        attempt.ok_or_else(|| Error::new(ErrorKind::Protocol, "SQLite told nothing of the statement"))
    }

    /// Runs a statement; `None` if it was prepared before and nothing is known of it.
    fn attempt(
        &mut self,
        request: &Request,
        sql: &str,
        policy: Policy,
        sink: &mut impl Sink,
        keep: bool,
    ) -> Result<Option<Ran>> {
        {
            let mut noted = self.noted();
            noted.prepared = false;
            noted.facts = Facts::default();
            noted.expected = None;
            noted.inserted = false;
        }
        let prepared = if keep {
            self.connection.prepare_cached(sql).map(Prepared::Kept)
        } else {
            self.connection.prepare(sql).map(Prepared::Once)
        };
        let mut prepared = match prepared {
            Ok(prepared) => prepared,
            Err(rusqlite::Error::Empty) => return empty(request).map(Some),
            Err(cause) => return Err(stopped(&self.watch, cause, Some(&request.text))),
        };
        let statement = prepared.statement();
        let facts = {
            let mut noted = self.noted.lock().unwrap_or_else(PoisonError::into_inner);
            if noted.prepared || !keep {
                let facts = std::mem::take(&mut noted.facts);
                noted.expected.clone_from(&facts.inserts_into);
                self.known.insert(sql.into(), Known { facts: facts.clone(), columns: None });
                facts
            } else {
                let Some(known) = self.known.get(sql) else { return Ok(None) };
                noted.expected.clone_from(&known.facts.inserts_into);
                known.facts.clone()
            }
        };
        if facts.controls && policy != Policy::Free {
            return Err(control());
        }
        if policy == Policy::Reads && !statement.readonly() {
            return Ok(Some(Ran::Writes));
        }
        self.dirty |= facts.dirties;
        check_count(statement.parameter_count(), request.params.len())?;
        for (at, value) in request.params.iter().enumerate() {
            statement
                .raw_bind_parameter(at + 1, value.output())
                .map_err(|cause| error::from_sqlite(cause, None))?;
        }
        let known = self.known.get_mut(sql);
        let mut described = None;
        let mut rows = statement.raw_query();
        let stepped = loop {
            match rows.next() {
                Ok(Some(row)) => {
                    if described.is_none() {
                        let found = describe(row.as_ref(), known.as_deref());
                        sink.columns(&found)?;
                        described = Some(found);
                    }
                    sink.row(row)?;
                }
                Ok(None) => break Ok(()),
                Err(cause) => break Err(cause),
            }
        };
        drop(rows);
        if let Err(cause) = stepped {
            return Err(stopped(&self.watch, cause, None));
        }
        if described.is_none() && statement.column_count() > 0 {
            let found = describe(statement, known.as_deref());
            sink.columns(&found)?;
            described = Some(found);
        }
        if let Some(known) = known {
            known.columns = described;
        }
        if !facts.writes || facts.defines || statement.is_explain() != 0 {
            return Ok(Some(Ran::Done { affected: None, last_insert_id: None }));
        }
        let inserted = self.noted.lock().unwrap_or_else(PoisonError::into_inner).inserted;
        let last_insert_id =
            if inserted { u64::try_from(self.connection.last_insert_rowid()).ok() } else { None };
        Ok(Some(Ran::Done { affected: Some(self.connection.changes()), last_insert_id }))
    }

    /// Keeps what is known of statements within bounds.
    fn forget_some(&mut self) {
        if self.known.len() > 2 * self.capacity + 16 {
            self.known.clear();
            self.connection.flush_prepared_statement_cache();
        }
    }

    /// The error of a call to SQLite: that it was stopped, if it was.
    pub(super) fn stopped(&self, cause: rusqlite::Error, sql: Option<&str>) -> Error {
        stopped(&self.watch, cause, sql)
    }
}

pub(super) fn stopped(watch: &Watch, cause: rusqlite::Error, sql: Option<&str>) -> Error {
    let found = error::from_sqlite(cause, sql);
    match (found.kind(), watch.reason()) {
        (ErrorKind::Cancelled | ErrorKind::LockTimeout, Some(reason)) => reason,
        _ => found,
    }
}

/// Nothing but space and comments: nothing is done.
fn empty(request: &Request) -> Result<Ran> {
    check_count(0, request.params.len())?;
    Ok(Ran::Done { affected: None, last_insert_id: None })
}

pub(super) fn check_count(takes: usize, given: usize) -> Result<()> {
    if takes == given {
        return Ok(());
    }
    Err(Error::new(
        ErrorKind::ParameterCount,
        format!("the statement takes {takes} values and was given {given}"),
    ))
}

pub(super) fn control() -> Error {
    Error::misuse("the statement begins, divides or ends a transaction; it was not run")
        .with_hint("use the calls for transactions and savepoints, or a session")
}

pub(crate) fn read_only() -> Error {
    Error::new(ErrorKind::ReadOnly, "the statement writes, and may only read here; it was not run")
}

/// The columns of a statement that was stepped at least once: SQLite prepares it anew at its first step if the schema
/// has changed.
fn describe(statement: &Statement<'_>, known: Option<&Known>) -> Described {
    let preparations = statement.get_status(StatementStatus::RePrepare);
    if let Some(described) = known.and_then(|known| known.columns.as_ref())
        && described.preparations == preparations
        && described.columns.len() == statement.column_count()
    {
        return described.clone();
    }
    let (columns, declared): (Vec<_>, Vec<_>) = statement
        .columns()
        .map(|column| {
            let declared = column.decl_type().map_or(Declared::Unknown, Declared::read);
            (Column::new(column.name(), declared.db_type()), declared)
        })
        .unzip();
    Described { preparations, columns: columns.into(), declared: declared.into() }
}
