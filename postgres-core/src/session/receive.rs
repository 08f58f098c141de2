//! Reading messages, with those that can come at any time taken care of.

use drivetrain_adapter_api::{Error, ErrorKind, Result, RetryClass};
use tokio::io::{AsyncRead, AsyncWrite};

use super::message::Message;
use super::status::{Notice, Notification, TransactionStatus};
use super::tag::CommandTag;
use super::{KEPT, Session};
use crate::error::{ErrorFields, InFlight, to_error};

/// A message that belongs to what was asked.
#[derive(Debug)]
pub(super) enum Reply {
    Message(Message),
    /// An error that leaves the connection usable.
    Error(Box<ErrorFields>),
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// The next message that belongs to what was asked. An error is the end of the connection. What answers a start
    /// that was sent ahead is read first.
    pub(super) async fn receive(&mut self) -> Result<Reply> {
        if self.starting.is_some() {
            self.finish_start().await?;
        }
        self.receive_next().await
    }

    /// See [`receive`](Self::receive); what answers a start is given out as well.
    pub(super) async fn receive_next(&mut self) -> Result<Reply> {
        loop {
            let message = match self.wire.receive().await {
                Ok(message) => message,
                Err(error) => return Err(ended(error, self.under_way)),
            };
            if let Some(reply) = self.sort(message)? {
                return Ok(reply);
            }
        }
    }

    /// Takes care of a message that can come at any time; gives back all others.
    pub(super) fn sort(&mut self, message: Message) -> Result<Option<Reply>> {
        match message {
            Message::Notice(body) => {
                let fields = ErrorFields::parse(&body).map_err(|error| self.violated(error))?;
                let text = Option::unwrap_or_default;
                let notice = Notice {
                    severity: text(fields.severity),
                    code: text(fields.code),
                    message: text(fields.message),
                };
                keep(&mut self.notices, notice);
                Ok(None)
            }
            Message::ParameterStatus { name, value } => {
                // A server has some dozens of them; one that makes them up is not listened to.
                if self.parameters.len() < KEPT || self.parameters.contains_key(&name) {
                    self.parameters.insert(name, value);
                }
                Ok(None)
            }
            Message::Notification { process_id, channel, payload } => {
                keep(&mut self.notifications, Notification { process_id, channel, payload });
                Ok(None)
            }
            Message::Error(body) => {
                let fields = ErrorFields::parse(&body).map_err(|error| self.violated(error))?;
                if fields.is_fatal() {
                    self.wire.kill();
                    return Err(self.reported(fields));
                }
                Ok(Some(Reply::Error(Box::new(fields))))
            }
            other => Ok(Some(Reply::Message(other))),
        }
    }

    /// The error for what the server reports. At the start it says that nothing that was sent with it has been run.
    pub(super) fn reported(&mut self, fields: ErrorFields) -> Error {
        match &mut self.starting {
            Some(starting) => {
                starting.failed = true;
                (starting.translate)(to_error(fields, InFlight::Connect))
            }
            None => to_error(fields, self.under_way),
        }
    }

    /// The error for an answer that does not follow the protocol: nothing more can be believed.
    pub(super) fn violated(&mut self, error: Error) -> Error {
        self.wire.kill();
        ended(error, self.under_way)
    }

    /// Takes the status of a ReadyForQuery.
    pub(super) fn is_ready(&mut self, status: u8) -> Result<()> {
        self.status = TransactionStatus::from_byte(status).map_err(|error| self.violated(error))?;
        self.awaited = self.awaited.saturating_sub(1);
        Ok(())
    }

    /// Takes note of what a command did to the session.
    pub(super) fn note(&mut self, tag: &CommandTag) {
        if tag.leaves_traces() {
            self.traces = true;
        }
        if matches!(tag.command(), "DISCARD ALL" | "DEALLOCATE ALL") {
            self.forget_statements();
        }
    }
}

fn keep<T>(list: &mut std::collections::VecDeque<T>, item: T) {
    if list.len() == KEPT {
        list.pop_front();
    }
    list.push_back(item);
}

/// The error for a connection that ended, by what was under way.
pub(super) fn ended(error: Error, under_way: InFlight) -> Error {
    match under_way {
        InFlight::Connect | InFlight::Nothing | InFlight::Read => error.with_retry(RetryClass::SafeNow),
        InFlight::Transaction => error.with_retry(RetryClass::RetryTransaction),
        InFlight::Commit => {
            let message =
                format!("the connection ended during COMMIT, which may have happened: {}", error.message());
            error
                .with_kind(ErrorKind::CommitOutcomeUnknown)
                .with_message(message)
                .with_retry(RetryClass::OutcomeUnknown)
        }
        _ => error.with_retry(RetryClass::OutcomeUnknown),
    }
}
