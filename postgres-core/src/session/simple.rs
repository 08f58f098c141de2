//! The simple query protocol: a text of several statements, their rows dropped.

use drivetrain_adapter_api::Result;
use postgres_protocol::message::frontend;
use tokio::io::{AsyncRead, AsyncWrite};

use super::message::{self, Message};
use super::query::copy_is_unsupported;
use super::receive::Reply;
use super::{CommandTag, Session, TransactionStatus};
use crate::error::{InFlight, to_error};

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Runs a text of any number of statements, and drops their rows. The server runs what no BEGIN surrounds as
    /// one transaction, and stops at the first failure.
    ///
    /// # Errors
    /// What the server reports, and what the connection meets.
    pub async fn simple(&mut self, sql: &str) -> Result<Vec<CommandTag>> {
        self.check_ready()?;
        self.under_way = match self.status {
            TransactionStatus::Idle => InFlight::Write,
            TransactionStatus::Open | TransactionStatus::Failed => InFlight::Transaction,
        };
        self.run_simple(sql).await
    }

    pub(super) async fn run_simple(&mut self, sql: &str) -> Result<Vec<CommandTag>> {
        self.wire.put(|out| frontend::query(sql, out))?;
        self.awaited += 1;
        self.simple = true;
        let mut tags = Vec::new();
        let mut failure = None;
        let mut copied = false;
        loop {
            match self.receive().await? {
                Reply::Error(fields) => {
                    failure.get_or_insert(fields);
                }
                Reply::Message(Message::Ready(status)) => {
                    self.is_ready(status)?;
                    break;
                }
                Reply::Message(Message::CommandComplete(tag)) => {
                    self.note(&tag);
                    tags.push(tag);
                }
                Reply::Message(Message::CopyIn) => {
                    copied = true;
                    self.wire.put(|out| frontend::copy_fail("COPY FROM STDIN is not supported here", out))?;
                }
                Reply::Message(Message::CopyOut | Message::CopyData | Message::CopyDone) => copied = true,
                Reply::Message(Message::Fields(_) | Message::Row(_) | Message::EmptyQuery) => {}
                Reply::Message(other) => {
                    return Err(self.violated(message::violation(format!(
                        "{}, which does not belong here",
                        other.name()
                    ))));
                }
            }
        }
        match failure {
            _ if copied => Err(copy_is_unsupported()),
            Some(fields) => Err(to_error(*fields, self.under_way)),
            None => Ok(tags),
        }
    }

    /// Rolls back whatever is open.
    ///
    /// # Errors
    /// What the connection meets.
    pub async fn rollback(&mut self) -> Result<()> {
        self.check_ready()?;
        self.under_way = InFlight::Transaction;
        self.run_simple("ROLLBACK").await.map(drop)
    }

    /// Undoes all that was left behind in the session: settings, prepared statements, temporary tables, locks.
    ///
    /// # Errors
    /// What the server reports, and what the connection meets.
    pub async fn discard_all(&mut self) -> Result<()> {
        self.check_ready()?;
        self.under_way = InFlight::Nothing;
        self.run_simple("DISCARD ALL").await?;
        self.traces = false;
        Ok(())
    }

    /// Asks for a sign of life that does nothing: a Sync.
    ///
    /// # Errors
    /// What the connection meets.
    pub async fn ping(&mut self) -> Result<()> {
        self.check_ready()?;
        self.under_way = InFlight::Nothing;
        let mut group = super::group::Group::default();
        self.finish(&mut group).await
    }
}
