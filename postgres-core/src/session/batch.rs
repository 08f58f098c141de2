//! Several statements in one round trip.

use std::collections::HashMap;
use std::sync::Arc;

use drivetrain_adapter_api::{Access, Error, Result};
use tokio::io::{AsyncRead, AsyncWrite};

use super::encode::{Plan, parameter_count};
use super::group::{Group, Unit};
use super::query::{Answer, copy_is_unsupported, invalidated};
use super::request::Request;
use super::shared::Description;
use super::transaction::check_committed;
use super::{Prepared, Session, TransactionStatus};
use crate::error::InFlight;

/// How the statements of a batch belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Atomicity {
    /// All in one transaction, begun with that statement: it takes effect as a whole or not at all.
    Together(String),
    /// Each in a transaction of its own: what ran before a failure stays, what comes after it is not run.
    Each,
    /// All in the transaction that is open, or is begun by what goes ahead.
    Within,
}

/// Statements of the batch that are prepared in it: their names, by text.
type Names = HashMap<Arc<str>, Arc<str>>;

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Runs statements in one flight, which stops at the first failure. `before` are statements without rows that go
    /// ahead.
    ///
    /// What is not known yet is described on the way, its rows asked for as text, so that no batch needs a second
    /// round trip. Prepared statements that are no longer valid are dealt with as in [`query`](Self::query); what had
    /// run of an atomic batch has been rolled back by then.
    ///
    /// # Errors
    /// As [`query`](Self::query), with the index of the statement that failed.
    /// [`TransactionRolledBack`](drivetrain_adapter_api::ErrorKind::TransactionRolledBack) if COMMIT was answered with a rollback.
    pub async fn batch(
        &mut self,
        before: &[String],
        requests: &[Request<'_>],
        atomicity: &Atomicity,
    ) -> Result<Vec<Answer>> {
        self.check_ready()?;
        if requests.is_empty() {
            return Ok(Vec::new());
        }
        if *atomicity != Atomicity::Within && self.status != TransactionStatus::Idle {
            return Err(Error::misuse("a batch of its own cannot be run within a transaction"));
        }
        self.under_way = match atomicity {
            Atomicity::Within => InFlight::Transaction,
            _ if requests.iter().all(|request| request.access == Access::Read) => InFlight::Read,
            Atomicity::Together(_) => InFlight::Commit,
            Atomicity::Each => InFlight::Write,
        };
        let mut answers = Vec::with_capacity(requests.len());
        let mut again = *atomicity != Atomicity::Within;
        loop {
            let start = answers.len();
            let mut group = Group::default();
            if let Err(error) = self.put_batch(&mut group, before, requests, start, atomicity) {
                // What goes ahead is sent also if the batch itself cannot be.
                self.control(before).await?;
                return Err(error);
            }
            if let Err(error) = self.finish(&mut group).await {
                // A server that waits for data and is sent the next statement gives the connection up.
                return Err(match group.copied() {
                    Some(index) => copy_is_unsupported().with_batch_index(index),
                    None => error,
                });
            }
            let Some(failure) = group.failure.take() else {
                if let Atomicity::Together(_) = atomicity {
                    check_committed(group.control_tag.as_ref())?;
                }
                self.take_answers(&mut group, requests, requests.len(), &mut answers).await?;
                return Ok(answers);
            };
            if *atomicity != Atomicity::Within && self.status != TransactionStatus::Idle {
                self.rollback().await?;
            }
            let index = match failure.unit {
                Unit::Statement(index) | Unit::Around(index) => Some(index),
                Unit::Before | Unit::After | Unit::End => None,
            };
            for (at, request) in requests.iter().enumerate().skip(start) {
                if Some(at) != index || !failure.invalidates() {
                    self.keep_prepared(request, group.reply(at));
                }
            }
            let with_index = |error: Error| match index {
                Some(index) => error.with_batch_index(index),
                None => error,
            };
            match index {
                Some(index) if failure.invalidates() => {
                    self.invalidate(&requests[index]);
                    if !again {
                        return Err(with_index(invalidated(self.failed(failure))));
                    }
                    again = false;
                    if *atomicity == Atomicity::Each {
                        self.take_answers(&mut group, requests, index, &mut answers).await?;
                    }
                }
                _ => return Err(with_index(self.failed(failure))),
            }
        }
    }

    /// Takes the answers up to the one before `end`.
    async fn take_answers(
        &mut self,
        group: &mut Group,
        requests: &[Request<'_>],
        end: usize,
        answers: &mut Vec<Answer>,
    ) -> Result<()> {
        for (index, request) in requests.iter().enumerate().take(end).skip(answers.len()) {
            let reply = std::mem::take(group.reply(index));
            let answer = self.answer(request, reply).await;
            answers.push(answer.map_err(|error| error.with_batch_index(index))?);
        }
        Ok(())
    }

    /// Puts all of the batch, or nothing.
    fn put_batch(
        &mut self,
        group: &mut Group,
        before: &[String],
        requests: &[Request<'_>],
        start: usize,
        atomicity: &Atomicity,
    ) -> Result<()> {
        let mark = self.wire.mark();
        let closing = self.closing.clone();
        let outcome = self.put_all(group, before, requests, start, atomicity);
        if outcome.is_err() {
            self.wire.unput(mark);
            self.closing = closing;
            self.unconfirmed.clear();
            self.unsynced = false;
        }
        outcome
    }

    fn put_all(
        &mut self,
        group: &mut Group,
        before: &[String],
        requests: &[Request<'_>],
        start: usize,
        atomicity: &Atomicity,
    ) -> Result<()> {
        self.put_closes(group)?;
        for sql in before {
            self.put_control(group, Unit::Before, sql)?;
        }
        if let Atomicity::Together(begin) = atomicity {
            self.put_control(group, Unit::Before, begin)?;
        }
        let mut names = Names::new();
        for (index, request) in requests.iter().enumerate().skip(start) {
            if *atomicity == Atomicity::Each {
                self.put_control(group, Unit::Around(index), "BEGIN")?;
            }
            self.put_one(group, index, request, &mut names).map_err(|error| error.with_batch_index(index))?;
            if *atomicity == Atomicity::Each {
                self.put_control(group, Unit::Around(index), "COMMIT")?;
            }
        }
        if let Atomicity::Together(_) = atomicity {
            self.put_control(group, Unit::After, "COMMIT")?;
        }
        Ok(())
    }

    fn put_one(
        &mut self,
        group: &mut Group,
        index: usize,
        request: &Request<'_>,
        names: &mut Names,
    ) -> Result<()> {
        let unit = Unit::Statement(index);
        let plan = self.plan(request);
        let description: Option<&Arc<Description>> = match &plan {
            Plan::Warm(Prepared { description, .. }) | Plan::Known(description) => Some(description),
            Plan::Unknown => None,
        };
        if let Some(description) = description
            && description.parameters != request.params.len()
        {
            return Err(parameter_count(description.parameters, request.params.len()));
        }
        let layout = description.map(|description| description.layout(&self.shared));
        let earlier = names.get(&request.text).cloned();
        let describe_portal = match (&plan, &earlier) {
            (Plan::Warm(_), _) => false,
            (Plan::Known(_), _) | (Plan::Unknown, Some(_)) => true,
            // The statement's own description has the formats that are asked for: all text.
            (Plan::Unknown, None) => false,
        };
        let name = match (&plan, earlier) {
            (Plan::Warm(prepared), _) => Arc::clone(&prepared.name),
            (_, Some(name)) => name,
            (_, None) => {
                let name = self.new_name(request);
                self.put_parse(group, unit, &name, request)?;
                if let Plan::Unknown = plan {
                    self.put_describe_statement(group, unit, &name)?;
                }
                if !name.is_empty() {
                    names.insert(Arc::clone(&request.text), Arc::clone(&name));
                }
                name
            }
        };
        self.put_bind(group, unit, &name, request, layout.as_ref())?;
        if describe_portal {
            self.put_describe_portal(group, unit)?;
        }
        self.put_execute(group, unit, 0)
    }
}
