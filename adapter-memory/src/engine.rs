//! One statement on one state of the tables: what transactions, batches and streams are made of.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use drivetrain_adapter_api::runtime::{SharedRuntime, with_timeout};
use drivetrain_adapter_api::statement::{Body, LockWait};
use drivetrain_adapter_api::{
    Access, Batch, Capabilities, Column, Error, ErrorKind, OwnedRows, Query, QueryResult, Result, Rows,
    TransactionOptions, Value, check,
};

use crate::bind::{Binder, OutColumn, Program};
use crate::error;
use crate::run::{Run, timed_out};
use crate::store::{Moment, Permit, Row, Snapshot, Store};
use crate::write::execute;

/// The store, what the adapter declares, and whether it is closed.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) store: Arc<Store>,
    pub(crate) capabilities: Capabilities,
    closed: AtomicBool,
}

impl Engine {
    pub(crate) fn new(store: Arc<Store>, capabilities: Capabilities) -> Self {
        Self { store, capabilities, closed: AtomicBool::new(false) }
    }

    /// Refuses everything from now on.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// # Errors
    /// `Closed`, once the adapter is.
    pub(crate) fn check_open(&self) -> Result<()> {
        if self.closed.load(Ordering::Acquire) {
            return Err(Error::new(ErrorKind::Closed, "the adapter is closed"));
        }
        Ok(())
    }

    /// What is committed.
    pub(crate) fn snapshot(&self) -> Result<Arc<Snapshot>> {
        self.check_open()?;
        Ok(self.store.snapshot())
    }

    /// Makes what was written what everybody sees.
    pub(crate) fn publish(&self, permit: &Permit, snapshot: Snapshot) -> Result<()> {
        self.check_open()?;
        self.store.publish(permit, snapshot);
        Ok(())
    }

    pub(crate) fn runtime(&self) -> Option<&SharedRuntime> {
        self.store.clock.runtime()
    }

    /// Refuses a query that cannot be run at all.
    pub(crate) fn check(&self, query: &Query) -> Result<()> {
        check::query(&self.capabilities, query)?;
        self.check_limit(query.options.timeout)?;
        if query.options.access == Access::Read && writes(query) {
            return Err(error::read_only());
        }
        Ok(())
    }

    pub(crate) fn check_batch(&self, batch: &Batch) -> Result<()> {
        check::batch(&self.capabilities, batch)?;
        if let Some(options) = &batch.atomic {
            self.check_limit(options.timeout)?;
        }
        let each =
            |(at, query): (usize, &Query)| self.check(query).map_err(|error| error.with_batch_index(at));
        batch.queries.iter().enumerate().try_for_each(each)
    }

    /// Refuses limits of time where there is no clock.
    pub(crate) fn check_limit(&self, limit: Option<Duration>) -> Result<()> {
        if limit.is_some() && self.runtime().is_none() {
            return Err(Error::unsupported("a limit of time needs a clock")
                .with_hint("give the MemoryConfig a runtime"));
        }
        Ok(())
    }

    /// When something that may take that long must be done.
    pub(crate) fn deadline(&self, limit: Option<Duration>) -> Option<Duration> {
        self.runtime()?.monotonic().checked_add(limit?)
    }

    /// Waits for the right to write, until the deadline.
    pub(crate) async fn permit(&self, deadline: Option<Duration>) -> Result<Permit> {
        self.check_open()?;
        let permit = match (deadline, self.runtime()) {
            (Some(deadline), Some(runtime)) => {
                let left = deadline.saturating_sub(runtime.monotonic());
                with_timeout(&**runtime, left, self.store.permit()).await.ok_or_else(timed_out)?
            }
            _ => self.store.permit().await,
        };
        self.check_open()?;
        Ok(permit)
    }

    /// The right to write for one query, which may refuse to wait for it.
    pub(crate) async fn permit_for(&self, query: &Query, deadline: Option<Duration>) -> Result<Permit> {
        let waits = match query.statement.body() {
            Body::Select(select) => select.lock.is_none_or(|lock| lock.wait != LockWait::NoWait),
            _ => true,
        };
        if waits {
            return self.permit(deadline).await;
        }
        self.check_open()?;
        self.store
            .permit_now()
            .ok_or_else(|| Error::new(ErrorKind::LockTimeout, "a transaction that writes is open"))
    }

    pub(crate) fn bind(&self, before: &Snapshot, query: &Query) -> Result<Program> {
        Binder::new(before, &query.params).program(query.statement.body())
    }

    pub(crate) fn run_at(&self, now: Moment, deadline: Option<Duration>) -> Run {
        Run::new(Arc::clone(&self.store), now, deadline)
    }

    /// Runs a query on the state `before`. Gives the state after it, if it wrote.
    pub(crate) fn run(
        &self,
        before: &Snapshot,
        query: &Query,
        now: Moment,
        deadline: Option<Duration>,
    ) -> Result<(QueryResult, Option<Snapshot>)> {
        let program = self.bind(before, query)?;
        let outcome = execute(&mut self.run_at(now, deadline), before, &program)?;
        let rows = rows_of(columns_of(&program.columns), outcome.rows);
        let result =
            QueryResult::new(rows).with_affected(outcome.affected).with_last_insert_id(outcome.last_id);
        Ok((result, outcome.after))
    }

    /// Runs one query by itself.
    pub(crate) async fn query(&self, query: &Query) -> Result<QueryResult> {
        let deadline = self.deadline(query.options.timeout);
        if !writes(query) {
            let before = self.snapshot()?;
            return self.run(&before, query, self.store.clock.now(), deadline).map(|(result, _)| result);
        }
        let permit = self.permit_for(query, deadline).await?;
        let before = self.snapshot()?;
        let (result, after) = self.run(&before, query, self.store.clock.now(), deadline)?;
        if let Some(after) = after {
            self.publish(&permit, after)?;
        }
        Ok(result)
    }

    /// Runs queries together: all take effect, or none.
    pub(crate) async fn atomic(
        &self,
        queries: &[Query],
        options: &TransactionOptions,
    ) -> Result<Vec<QueryResult>> {
        let deadline = self.deadline(options.timeout);
        if let Some(at) = queries.iter().position(|query| options.read_only && writes(query)) {
            return Err(error::read_only().with_batch_index(at));
        }
        let permit = if queries.iter().any(writes) { Some(self.permit(deadline).await?) } else { None };
        let mut state = (*self.snapshot()?).clone();
        let results = self.in_order(queries, &mut state, self.store.clock.now(), deadline)?;
        if let Some(permit) = permit {
            self.publish(&permit, state)?;
        }
        Ok(results)
    }

    /// Runs queries one after the other. What the last of them left is in `state`, also if one failed.
    pub(crate) fn in_order(
        &self,
        queries: &[Query],
        state: &mut Snapshot,
        now: Moment,
        deadline: Option<Duration>,
    ) -> Result<Vec<QueryResult>> {
        let mut results = Vec::with_capacity(queries.len());
        for (at, query) in queries.iter().enumerate() {
            let deadline = sooner(deadline, self.deadline(query.options.timeout));
            let ran = self.run(state, query, now, deadline).map_err(|error| error.with_batch_index(at));
            let (result, after) = ran?;
            if let Some(after) = after {
                *state = after;
            }
            results.push(result);
        }
        Ok(results)
    }
}

pub(crate) fn sooner(one: Option<Duration>, other: Option<Duration>) -> Option<Duration> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

pub(crate) fn writes(query: &Query) -> bool {
    query.statement.access() != Access::Read
}

pub(crate) fn columns_of(columns: &[OutColumn]) -> Arc<[Column]> {
    columns.iter().map(|column| Column::new(Arc::clone(&column.name), column.ty.clone())).collect()
}

pub(crate) fn rows_of(columns: Arc<[Column]>, rows: Vec<Row>) -> Rows {
    let typed = |row: Row| -> Vec<Value> { row.iter().cloned().collect() };
    Rows::new(columns, OwnedRows::new(rows.into_iter().map(typed).collect()))
}
