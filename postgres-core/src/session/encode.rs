//! Messages put into the buffer, and the answers that are awaited for them.

use std::sync::Arc;

use drivetrain_adapter_api::{Error, ErrorKind, Result, check};
use postgres_protocol::IsNull;
use postgres_protocol::message::frontend::{self, BindError};

use super::group::{Awaited, Group, Unit};
use super::request::Request;
use super::shared::{Description, Layout};
use super::{Prepared, Session, StatementMode};

/// How many parameters one statement takes: their count is a 16-bit number in the Bind message.
pub(super) const MAX_PARAMETERS: u64 = 65535;

/// How a statement is run.
#[derive(Debug, Clone)]
pub(super) enum Plan {
    /// It is prepared under a name.
    Warm(Prepared),
    /// It has been described on some connection: parse it, and check the description on the way.
    Known(Arc<Description>),
    /// Nothing is known of it.
    Unknown,
}

impl<S> Session<S> {
    /// How a request is run now.
    pub(super) fn plan(&mut self, request: &Request<'_>) -> Plan {
        if self.names(request)
            && let Some(prepared) = self.statements.get(&request.text)
        {
            return Plan::Warm(prepared);
        }
        self.shared.description(&request.text).map_or(Plan::Unknown, Plan::Known)
    }

    /// Whether the statement is prepared under a name.
    fn names(&self, request: &Request<'_>) -> bool {
        self.mode == StatementMode::Named && request.keep
    }

    /// The name to prepare a statement under: empty for none.
    pub(super) fn new_name(&mut self, request: &Request<'_>) -> Arc<str> {
        if !self.names(request) {
            return "".into();
        }
        self.next_name += 1;
        let name: Arc<str> = format!("drivetrain_{}", self.next_name).into();
        self.unconfirmed.push(Arc::clone(&name));
        name
    }

    /// Closes statements that were given up.
    pub(super) fn put_closes(&mut self, group: &mut Group) -> Result<()> {
        for name in std::mem::take(&mut self.closing) {
            self.wire.put(|out| frontend::close(b'S', &name, out))?;
            group.await_(Unit::Before, Awaited::Close);
        }
        Ok(())
    }

    /// A statement without parameters and rows, such as BEGIN.
    pub(super) fn put_control(&mut self, group: &mut Group, unit: Unit, sql: &str) -> Result<()> {
        self.unsynced = true;
        self.wire.put(|out| {
            frontend::parse("", sql, [], out)?;
            bind::<&str>("", &[], &[], out)?;
            frontend::execute("", 0, out)
        })?;
        group.await_(unit, Awaited::Parse(None));
        group.await_(unit, Awaited::Bind);
        group.await_(unit, Awaited::Execute);
        Ok(())
    }

    /// Parse. The statement counts as prepared when the server confirms and its description is known.
    pub(super) fn put_parse(
        &mut self,
        group: &mut Group,
        unit: Unit,
        name: &Arc<str>,
        request: &Request<'_>,
    ) -> Result<()> {
        self.unsynced = true;
        self.wire.put(|out| frontend::parse(name, &request.text, [], out))?;
        group.await_(unit, Awaited::Parse((!name.is_empty()).then(|| Arc::clone(name))));
        Ok(())
    }

    pub(super) fn put_describe_statement(&mut self, group: &mut Group, unit: Unit, name: &str) -> Result<()> {
        self.unsynced = true;
        self.wire.put(|out| frontend::describe(b'S', name, out))?;
        group.await_(unit, Awaited::DescribeStatement);
        Ok(())
    }

    /// Bind to the unnamed portal, with results in the formats of `layout`, or all as text.
    pub(super) fn put_bind(
        &mut self,
        group: &mut Group,
        unit: Unit,
        name: &str,
        request: &Request<'_>,
        layout: Option<&Arc<Layout>>,
    ) -> Result<()> {
        if request.params.len() as u64 > MAX_PARAMETERS {
            return Err(check::too_many_parameters(request.params.len(), MAX_PARAMETERS));
        }
        self.unsynced = true;
        let formats = layout.map(|layout| layout.formats()).unwrap_or_default();
        self.wire.put(|out| bind(name, &request.params, &formats, out))?;
        group.await_(unit, Awaited::Bind);
        if let Unit::Statement(index) = unit {
            group.reply(index).layout = layout.cloned();
        }
        Ok(())
    }

    pub(super) fn put_describe_portal(&mut self, group: &mut Group, unit: Unit) -> Result<()> {
        self.wire.put(|out| frontend::describe(b'P', "", out))?;
        group.await_(unit, Awaited::DescribePortal);
        Ok(())
    }

    /// Execute, for `max_rows` rows at most; 0 is all.
    pub(super) fn put_execute(&mut self, group: &mut Group, unit: Unit, max_rows: i32) -> Result<()> {
        self.unsynced = true;
        self.suspended = false;
        self.wire.put(|out| frontend::execute("", max_rows, out))?;
        group.await_(unit, Awaited::Execute);
        Ok(())
    }

    pub(super) fn put_flush(&mut self) -> Result<()> {
        self.wire.put(|out| {
            frontend::flush(out);
            Ok(())
        })
    }

    pub(super) fn put_sync(&mut self) -> Result<()> {
        self.wire.put(|out| {
            frontend::sync(out);
            Ok(())
        })?;
        self.unsynced = false;
        self.simple = false;
        self.awaited += 1;
        Ok(())
    }
}

fn bind<P: AsRef<str>>(
    statement: &str,
    params: &[Option<P>],
    formats: &[i16],
    out: &mut bytes::BytesMut,
) -> std::io::Result<()> {
    let write = |param: &Option<P>, out: &mut bytes::BytesMut| {
        Ok(match param {
            None => IsNull::Yes,
            Some(text) => {
                out.extend_from_slice(text.as_ref().as_bytes());
                IsNull::No
            }
        })
    };
    // No format codes for the parameters: all are text.
    frontend::bind("", statement, [], params, write, formats.iter().copied(), out).map_err(
        |error| match error {
            BindError::Conversion(error) => std::io::Error::other(error),
            BindError::Serialization(error) => error,
        },
    )
}

/// The error for a number of parameters that is not that of the placeholders.
pub(super) fn parameter_count(expected: usize, given: usize) -> Error {
    Error::new(
        ErrorKind::ParameterCount,
        format!("the statement has {expected} placeholders and was given {given} values"),
    )
}
