//! A group of messages up to a Sync, and the answers to them. What fails in a group makes the server pass over the
//! rest of it.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use drivetrain_adapter_api::{Error, Result};
use postgres_protocol::message::frontend;
use tokio::io::{AsyncRead, AsyncWrite};

use super::Session;
use super::message::{self, Field, Message};
use super::receive::Reply;
use super::shared::Layout;
use super::tag::CommandTag;
use crate::error::ErrorFields;

/// What a message belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// What precedes the statements: BEGIN, ROLLBACK TO.
    Before,
    /// The statement with that index.
    Statement(usize),
    /// What rides along for a statement: the BEGIN and COMMIT around it.
    Around(usize),
    /// What follows the statements: COMMIT.
    After,
    /// The end of the group, where the server commits what no BEGIN surrounds.
    End,
}

/// The answer to one message.
#[derive(Debug)]
pub(super) enum Awaited {
    /// With the name that the statement is prepared under.
    Parse(Option<Arc<str>>),
    DescribeStatement,
    Bind,
    DescribePortal,
    Execute,
    Close,
}

/// What has been sent since the last Sync, and what came back.
#[derive(Debug, Default)]
pub(super) struct Group {
    awaited: VecDeque<(Unit, Awaited)>,
    replies: Vec<StatementReply>,
    pub(super) failure: Option<Failure>,
    /// The Sync has been sent.
    synced: bool,
    /// The tag of the last statement that belongs to no request.
    pub(super) control_tag: Option<CommandTag>,
}

/// What came back for one statement.
#[derive(Debug, Default)]
pub(super) struct StatementReply {
    /// The name it has been prepared under.
    pub(super) parsed: Option<Arc<str>>,
    /// How many parameters it has, if it was described.
    pub(super) parameters: Option<usize>,
    /// Its columns, if they were described.
    pub(super) fields: Option<Vec<Field>>,
    /// The columns that were asked for.
    pub(super) layout: Option<Arc<Layout>>,
    pub(super) rows: Vec<Bytes>,
    pub(super) tag: Option<CommandTag>,
    /// It has ended, with a tag or, if its text was empty, without.
    pub(super) complete: bool,
    /// It wanted to copy.
    pub(super) copied: bool,
}

/// The first error of a group.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) unit: Unit,
    /// It came in answer to Bind: the statement has not been run.
    pub(super) at_bind: bool,
    /// It is how the server took the refusal to copy.
    pub(super) copied: bool,
    pub(super) fields: Box<ErrorFields>,
}

impl Group {
    pub(super) fn await_(&mut self, unit: Unit, what: Awaited) {
        self.awaited.push_back((unit, what));
    }

    /// What came back for the statement with that index.
    pub(super) fn reply(&mut self, index: usize) -> &mut StatementReply {
        if self.replies.len() <= index {
            self.replies.resize_with(index + 1, StatementReply::default);
        }
        &mut self.replies[index]
    }

    /// The statement that wanted to copy, if one did.
    pub(super) fn copied(&self) -> Option<usize> {
        self.replies.iter().position(|reply| reply.copied)
    }

    /// Whether what is awaited next are rows, or the end of a statement.
    pub(super) fn is_executing(&self) -> bool {
        matches!(self.awaited.front(), Some((Unit::Statement(_), Awaited::Execute)))
    }

    fn fail(&mut self, fields: Box<ErrorFields>) {
        let (unit, at_bind) = match self.awaited.front() {
            Some((unit, awaited)) => (*unit, matches!(awaited, Awaited::Bind)),
            None => (Unit::End, false),
        };
        self.awaited.clear();
        if self.failure.is_none() {
            let copied = matches!(unit, Unit::Statement(index) if self.reply(index).copied);
            self.failure = Some(Failure { unit, at_bind, copied, fields });
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Sends what was put, ends the group, and reads all answers.
    pub(super) async fn finish(&mut self, group: &mut Group) -> Result<()> {
        self.put_sync()?;
        group.synced = true;
        loop {
            match self.receive().await? {
                Reply::Message(Message::Ready(status)) => {
                    if let (None, Some((_, awaited))) = (&group.failure, group.awaited.front()) {
                        let what = format!("ReadyForQuery where the answer to {awaited:?} is awaited");
                        return Err(self.violated(message::violation(what)));
                    }
                    // The names that were not confirmed were not reached.
                    self.unconfirmed.clear();
                    return self.is_ready(status);
                }
                other => self.take(group, other)?,
            }
        }
    }

    /// Sends what was put, and reads all answers, or up to the first error. The group goes on.
    pub(super) async fn settle(&mut self, group: &mut Group) -> Result<()> {
        self.put_flush()?;
        while group.failure.is_none() && !group.awaited.is_empty() {
            let reply = self.receive().await?;
            self.take(group, reply)?;
        }
        Ok(())
    }

    /// Takes one answer.
    pub(super) fn take(&mut self, group: &mut Group, reply: Reply) -> Result<()> {
        let message = match reply {
            Reply::Error(fields) => {
                group.fail(fields);
                return Ok(());
            }
            Reply::Message(message) => message,
        };
        let Some((unit, awaited)) = group.awaited.front() else {
            return Err(self.unasked(&message));
        };
        let unit = *unit;
        match (awaited, message) {
            (Awaited::Parse(name), Message::ParseComplete) => {
                let name = name.clone();
                if let (Some(_), Unit::Statement(index)) = (&name, unit) {
                    group.reply(index).parsed = name;
                }
            }
            (Awaited::Bind, Message::BindComplete) | (Awaited::Close, Message::CloseComplete) => {}
            (Awaited::DescribeStatement, Message::ParameterTypes(types)) => {
                if let Unit::Statement(index) = unit {
                    group.reply(index).parameters = Some(types.len());
                }
                return Ok(());
            }
            (Awaited::DescribeStatement, Message::Fields(fields)) => group.describe(unit, fields),
            (Awaited::DescribeStatement, Message::NoData) => group.describe(unit, Vec::new()),
            (Awaited::DescribePortal, Message::Fields(fields)) => group.describe(unit, fields),
            (Awaited::DescribePortal, Message::NoData) => group.describe(unit, Vec::new()),
            (Awaited::Execute, Message::Row(row)) => {
                return match unit {
                    Unit::Statement(index) => {
                        group.reply(index).rows.push(row);
                        Ok(())
                    }
                    _ => Err(self.unasked(&Message::Row(row))),
                };
            }
            (Awaited::Execute, Message::CommandComplete(tag)) => {
                self.note(&tag);
                match unit {
                    Unit::Statement(index) => {
                        let reply = group.reply(index);
                        reply.tag = Some(tag);
                        reply.complete = true;
                    }
                    _ => group.control_tag = Some(tag),
                }
            }
            (Awaited::Execute, Message::EmptyQuery) => {
                if let Unit::Statement(index) = unit {
                    group.reply(index).complete = true;
                }
            }
            (Awaited::Execute, Message::PortalSuspended) => {}
            (Awaited::Execute, Message::CopyIn) => {
                if let Unit::Statement(index) = unit {
                    group.reply(index).copied = true;
                }
                return self.refuse_copy_in(group);
            }
            (Awaited::Execute, Message::CopyOut | Message::CopyData | Message::CopyDone) => {
                // What is copied out is passed over.
                if let Unit::Statement(index) = unit {
                    group.reply(index).copied = true;
                }
                return Ok(());
            }
            (_, other) => return Err(self.unasked(&other)),
        }
        group.awaited.pop_front();
        Ok(())
    }

    /// The server waits for data to copy. Where other messages follow, they make it fail; a Sync it passes over
    /// while it waits, so that another one is needed.
    fn refuse_copy_in(&mut self, group: &Group) -> Result<()> {
        if group.awaited.len() > 1 {
            return Ok(());
        }
        let synced = group.synced;
        self.wire.put(|out| {
            frontend::copy_fail("COPY FROM STDIN is not supported here", out)?;
            if synced {
                frontend::sync(out);
            }
            Ok(())
        })
    }

    fn unasked(&mut self, message: &Message) -> Error {
        self.violated(message::violation(format!("{}, which does not belong here", message.name())))
    }
}

impl Group {
    fn describe(&mut self, unit: Unit, fields: Vec<Field>) {
        if let Unit::Statement(index) = unit {
            let reply = self.reply(index);
            reply.fields = Some(fields);
        }
    }
}
