//! Runs several statements in a row.

use std::time::{Duration, Instant};

use drivetrain_adapter_api::{QueryResult, Result, Savepoint};

use super::control::ended;
use super::{Begin, Link, Policy, Request};

/// The savepoint of an atomic batch within a transaction. Others count from 1.
const OF_BATCH: Savepoint = Savepoint::new(0);

impl Link {
    /// Each by itself; what ran before a failure stays.
    pub(crate) fn batch(&mut self, requests: &[Request], policy: Policy) -> Result<Vec<QueryResult>> {
        let in_transaction = !self.is_autocommit();
        let mut results = Vec::with_capacity(requests.len());
        for (at, request) in requests.iter().enumerate() {
            let answer = self.watch.check().and_then(|()| self.query(request, policy));
            results.push(answer.map_err(|error| error.with_batch_index(at))?);
            if in_transaction && self.is_autocommit() {
                return Err(ended("a statement of the batch rolled it back").with_batch_index(at));
            }
        }
        Ok(results)
    }

    /// All of them in a transaction of their own, or none.
    pub(crate) fn atomic_batch(&mut self, requests: &[Request], begin: Begin) -> Result<Vec<QueryResult>> {
        self.begin(begin)?;
        let policy = if begin == Begin::ReadOnly { Policy::Reads } else { Policy::NoControl };
        match self.batch(requests, policy) {
            Ok(results) => self.watch.check().and_then(|()| self.commit()).map(|()| results),
            Err(error) => {
                self.rollback()?;
                Err(error)
            }
        }
    }

    /// The same, within `limit` of time.
    pub(crate) fn timed_batch(
        &mut self,
        requests: &[Request],
        begin: Begin,
        limit: Option<Duration>,
    ) -> Result<Vec<QueryResult>> {
        self.limit = limit.and_then(|limit| Instant::now().checked_add(limit));
        let results = self.atomic_batch(requests, begin);
        self.limit = None;
        results
    }

    /// All of them within the open transaction, or none.
    pub(crate) fn savepoint_batch(
        &mut self,
        requests: &[Request],
        policy: Policy,
    ) -> Result<Vec<QueryResult>> {
        self.savepoint(OF_BATCH)?;
        match self.batch(requests, policy) {
            Ok(results) => self.release(OF_BATCH).map(|()| results),
            Err(error) => {
                // A statement that ended the transaction took the savepoint with it.
                if !self.is_autocommit() {
                    self.watch.begin();
                    self.rollback_to(OF_BATCH)?;
                }
                Err(error)
            }
        }
    }
}
