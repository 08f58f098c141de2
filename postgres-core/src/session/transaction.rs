//! A transaction on a session: BEGIN rides with the first statement, abandoned savepoints are undone before the
//! next one, and COMMIT is believed only if the server says COMMIT.

use drivetrain_adapter_api::{Error, ErrorKind, Result, RetryClass, Rows, Savepoint, TransactionOptions};
use tokio::io::{AsyncRead, AsyncWrite};

use super::group::{Group, Unit};
use super::query::Answer;
use super::{Atomicity, CommandTag, Portal, Request, Session, TransactionStatus};
use crate::error::InFlight;

/// The BEGIN for a transaction of that kind.
pub fn begin_sql(options: &TransactionOptions) -> String {
    let mut modes = Vec::new();
    if let Some(level) = options.isolation {
        modes.push(format!("ISOLATION LEVEL {}", level.sql()));
    }
    if options.read_only {
        modes.push("READ ONLY".to_owned());
    }
    if options.deferrable {
        modes.push("DEFERRABLE".to_owned());
    }
    format!("BEGIN {}", modes.join(", ")).trim_end().to_owned()
}

/// What is known of a transaction on a session. It does not hold the session: every call is handed the same one.
#[derive(Debug)]
pub struct TransactionState {
    begin: String,
    stage: Stage,
    /// The savepoints that exist, outermost first.
    savepoints: Vec<Savepoint>,
    next: u32,
    /// The outermost savepoint that was abandoned.
    abandoned: Option<Savepoint>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// BEGIN has not been sent.
    New,
    /// BEGIN has been sent.
    Begun,
    /// There is no transaction any more.
    Over,
}

impl TransactionState {
    /// A transaction that is begun, with that BEGIN, when something is first asked of it.
    pub fn new(begin: String) -> Self {
        Self { begin, stage: Stage::New, savepoints: Vec::new(), next: 0, abandoned: None }
    }

    /// States that the transaction is over: it was rolled back elsewhere.
    pub fn end(&mut self) {
        self.stage = Stage::Over;
    }

    /// Back to the beginning: the session never was with the server, and another one takes its place.
    pub fn restart(&mut self) {
        let begin = std::mem::take(&mut self.begin);
        *self = Self::new(begin);
    }

    /// Whether there is no transaction any more.
    pub fn is_over(&self) -> bool {
        self.stage == Stage::Over
    }

    /// Whether BEGIN has been sent, and the transaction is not over.
    pub fn is_begun(&self) -> bool {
        self.stage == Stage::Begun
    }

    /// What goes ahead of the next thing that is sent.
    ///
    /// # Errors
    /// [`TransactionEnded`](ErrorKind::TransactionEnded).
    fn enter<S>(&mut self, session: &Session<S>) -> Result<Vec<String>> {
        if self.stage == Stage::Begun && session.transaction_status() == TransactionStatus::Idle {
            self.stage = Stage::Over;
        }
        match self.stage {
            Stage::Over => Err(over()),
            Stage::New if session.transaction_status() != TransactionStatus::Idle => {
                Err(Error::misuse("the session is in a transaction already, begun by a statement of its own"))
            }
            Stage::New => {
                self.stage = Stage::Begun;
                Ok(vec![self.begin.clone()])
            }
            Stage::Begun => Ok(self.undo_abandoned()),
        }
    }

    /// The statements that undo what was abandoned.
    fn undo_abandoned(&mut self) -> Vec<String> {
        let Some(savepoint) = self.abandoned.take() else { return Vec::new() };
        self.savepoints.retain(|other| *other < savepoint);
        vec![format!("ROLLBACK TO SAVEPOINT {savepoint}"), format!("RELEASE SAVEPOINT {savepoint}")]
    }

    /// Looks whether the transaction is still there, after something was asked of it.
    fn leave<S, T>(&mut self, session: &Session<S>, outcome: Result<T>) -> Result<T> {
        if session.is_broken()
            || (!session.is_in_flight() && session.transaction_status() == TransactionStatus::Idle)
        {
            self.stage = Stage::Over;
            if outcome.is_ok() {
                return Err(Error::new(
                    ErrorKind::TransactionEnded,
                    "the statement has ended the transaction; what it ran after that was outside of one",
                )
                .with_hint("end transactions with commit and rollback only"));
            }
        }
        outcome
    }

    /// Runs a statement. See [`Session::query`].
    ///
    /// # Errors
    /// As [`Session::query`], and [`TransactionEnded`](ErrorKind::TransactionEnded).
    pub async fn query<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        session: &mut Session<S>,
        request: &Request<'_>,
    ) -> Result<Answer> {
        let before = self.enter(session)?;
        let outcome = session.query(&before, request).await;
        self.leave(session, outcome)
    }

    /// Runs several statements. See [`Session::batch`].
    ///
    /// # Errors
    /// As [`Session::batch`], and [`TransactionEnded`](ErrorKind::TransactionEnded).
    pub async fn batch<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        session: &mut Session<S>,
        requests: &[Request<'_>],
    ) -> Result<Vec<Answer>> {
        if requests.is_empty() {
            return if self.is_over() { Err(over()) } else { Ok(Vec::new()) };
        }
        let before = self.enter(session)?;
        let outcome = session.batch(&before, requests, &Atomicity::Within).await;
        self.leave(session, outcome)
    }

    /// Begins a statement whose rows are fetched in chunks. See [`Session::open`].
    ///
    /// # Errors
    /// As [`Session::open`], and [`TransactionEnded`](ErrorKind::TransactionEnded).
    pub async fn open<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        session: &mut Session<S>,
        request: &Request<'_>,
        chunk_rows: usize,
        chunk_bytes: usize,
    ) -> Result<Portal> {
        let before = self.enter(session)?;
        // Nothing is fetched ahead: between chunks the statement can be given up without cancelling it, which would
        // fail the transaction.
        let outcome = session.open(&before, request, chunk_rows, chunk_bytes, false).await;
        if outcome.is_err() { self.leave(session, outcome) } else { outcome }
    }

    /// Fetches the next chunk. See [`Session::fetch`].
    ///
    /// # Errors
    /// As [`Session::fetch`], and [`TransactionEnded`](ErrorKind::TransactionEnded).
    pub async fn fetch<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        session: &mut Session<S>,
        portal: &mut Portal,
    ) -> Result<Option<Rows>> {
        let outcome = session.fetch(portal).await;
        self.leave(session, outcome)
    }

    /// Runs a text of several statements. See [`Session::simple`].
    ///
    /// # Errors
    /// As [`Session::simple`], and [`TransactionEnded`](ErrorKind::TransactionEnded).
    pub async fn simple<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        session: &mut Session<S>,
        sql: &str,
    ) -> Result<()> {
        let before = self.enter(session)?;
        let outcome = match session.control(&before).await {
            Ok(_) => session.simple(sql).await.map(drop),
            Err(error) => Err(error),
        };
        self.leave(session, outcome)
    }

    /// Sets a savepoint.
    ///
    /// # Errors
    /// What the server reports, and [`TransactionEnded`](ErrorKind::TransactionEnded).
    pub async fn savepoint<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        session: &mut Session<S>,
    ) -> Result<Savepoint> {
        let mut sql = self.enter(session)?;
        let savepoint = Savepoint::new(self.next);
        self.next += 1;
        sql.push(format!("SAVEPOINT {savepoint}"));
        let outcome = session.control(&sql).await;
        self.leave(session, outcome)?;
        self.savepoints.push(savepoint);
        Ok(savepoint)
    }

    /// Keeps what was done since the savepoint, and forgets it.
    ///
    /// # Errors
    /// [`NoSuchSavepoint`](ErrorKind::NoSuchSavepoint), with nothing sent; otherwise as
    /// [`savepoint`](Self::savepoint).
    pub async fn release<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        session: &mut Session<S>,
        savepoint: Savepoint,
    ) -> Result<()> {
        let sql = format!("RELEASE SAVEPOINT {savepoint}");
        self.finish_savepoint(session, savepoint, vec![sql]).await
    }

    /// Undoes what was done since the savepoint, and forgets it.
    ///
    /// # Errors
    /// As [`release`](Self::release).
    pub async fn rollback_to<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        session: &mut Session<S>,
        savepoint: Savepoint,
    ) -> Result<()> {
        let sql =
            vec![format!("ROLLBACK TO SAVEPOINT {savepoint}"), format!("RELEASE SAVEPOINT {savepoint}")];
        self.finish_savepoint(session, savepoint, sql).await
    }

    async fn finish_savepoint<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        session: &mut Session<S>,
        savepoint: Savepoint,
        last: Vec<String>,
    ) -> Result<()> {
        if self.is_over() {
            return Err(over());
        }
        let undone = self.abandoned.is_some_and(|abandoned| abandoned <= savepoint);
        if undone || !self.savepoints.contains(&savepoint) {
            return Err(Error::new(
                ErrorKind::NoSuchSavepoint,
                "there is no such savepoint: it, or one around it, has been released, rolled back or dropped",
            ));
        }
        let mut sql = self.enter(session)?;
        sql.extend(last);
        let outcome = session.control(&sql).await;
        if outcome.is_ok() {
            self.savepoints.retain(|other| *other < savepoint);
        }
        self.leave(session, outcome.map(drop))
    }

    /// Remembers that the savepoint was dropped: what was done since is undone before anything else is done.
    pub fn abandon(&mut self, savepoint: Savepoint) {
        if self.savepoints.contains(&savepoint) {
            self.abandoned = Some(self.abandoned.map_or(savepoint, |other| other.min(savepoint)));
        }
    }

    /// Makes all of it durable. Where nothing was asked of the transaction, nothing is sent.
    ///
    /// # Errors
    /// What the server reports; [`TransactionRolledBack`](ErrorKind::TransactionRolledBack) where it answers with a
    /// rollback; [`CommitOutcomeUnknown`](ErrorKind::CommitOutcomeUnknown) where no answer comes;
    /// [`TransactionEnded`](ErrorKind::TransactionEnded).
    pub async fn commit<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        session: &mut Session<S>,
    ) -> Result<()> {
        if self.stage == Stage::New {
            self.stage = Stage::Over;
            return Ok(());
        }
        let mut sql = self.enter(session)?;
        self.stage = Stage::Over;
        sql.push("COMMIT".to_owned());
        session.under_way = InFlight::Commit;
        session.finishing = true;
        let outcome = session.control_as(&sql, InFlight::Commit).await;
        session.finishing = false;
        if !session.is_broken() && session.transaction_status() != TransactionStatus::Idle {
            session.rollback().await?;
        }
        check_committed(outcome?.as_ref())
    }

    /// Undoes all of it.
    ///
    /// # Errors
    /// What the connection meets.
    pub async fn rollback<S: AsyncRead + AsyncWrite + Unpin>(
        &mut self,
        session: &mut Session<S>,
    ) -> Result<()> {
        if self.stage == Stage::New {
            self.stage = Stage::Over;
            return Ok(());
        }
        self.enter(session)?;
        self.stage = Stage::Over;
        session.rollback().await
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Runs statements without parameters and rows in one flight; gives the last tag.
    pub(super) async fn control(&mut self, sql: &[String]) -> Result<Option<CommandTag>> {
        self.control_as(sql, InFlight::Transaction).await
    }

    async fn control_as(&mut self, sql: &[String], under_way: InFlight) -> Result<Option<CommandTag>> {
        self.check_ready()?;
        if sql.is_empty() {
            return Ok(None);
        }
        self.under_way = under_way;
        let mut group = Group::default();
        self.put_closes(&mut group)?;
        for sql in sql {
            self.put_control(&mut group, Unit::Before, sql)?;
        }
        self.finish(&mut group).await?;
        match group.failure.take() {
            Some(failure) => Err(self.failed(failure)),
            None => Ok(group.control_tag),
        }
    }
}

/// Believes a COMMIT only if the server says so.
pub(super) fn check_committed(tag: Option<&CommandTag>) -> Result<()> {
    match tag.map(CommandTag::as_str) {
        Some("COMMIT") => Ok(()),
        _ => Err(Error::new(
            ErrorKind::TransactionRolledBack,
            "the server answered COMMIT with a rollback: a statement of the transaction had failed, and nothing of \
             it was written",
        )
        .with_retry(RetryClass::Never)),
    }
}

fn over() -> Error {
    Error::new(
        ErrorKind::TransactionEnded,
        "the transaction is over: it was committed, rolled back or ended by the server",
    )
}
