//! One statement: in one round trip where it is known or described on the way, else in two.

use std::sync::Arc;

use drivetrain_adapter_api::{Error, ErrorKind, QueryResult, Result, RetryClass, Rows};
use tokio::io::{AsyncRead, AsyncWrite};

use super::encode::{Plan, parameter_count};
use super::group::{Failure, Group, StatementReply, Unit};
use super::request::Request;
use super::shared::{Description, Layout};
use super::{CommandTag, Prepared, Session, TransactionStatus};
use crate::codec::PgRowsBuilder;
use crate::error::{InFlight, to_error};
use crate::types::{CATALOG_COLUMNS, catalog_query, parse_catalog_row};

/// The one statement of a group.
const STATEMENT: Unit = Unit::Statement(0);

/// What a statement gave.
#[derive(Debug)]
#[non_exhaustive]
pub struct Answer {
    /// Its rows, with columns also where there are no rows.
    pub rows: Rows,
    /// What the server says it did; `None` if the text was empty.
    pub tag: Option<CommandTag>,
}

impl Answer {
    /// The same in the words of every adapter.
    pub fn into_result(self) -> QueryResult {
        let affected = self.tag.as_ref().and_then(CommandTag::affected);
        QueryResult::new(self.rows).with_affected(affected)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Runs a statement. `before` are statements without rows that go ahead of it in the same flight, such as BEGIN.
    ///
    /// A prepared statement that is no longer valid (SQLSTATE 26000; 0A000 where its result has changed) is prepared
    /// again and run once more, but not within a transaction.
    ///
    /// # Errors
    /// What the server reports; [`StatementInvalidated`](ErrorKind::StatementInvalidated) within a transaction;
    /// [`ParameterCount`](ErrorKind::ParameterCount); and what the connection meets.
    pub async fn query(&mut self, before: &[String], request: &Request<'_>) -> Result<Answer> {
        self.check_ready()?;
        if before.is_empty() {
            request.check_size()?;
        }
        let fresh = self.status == TransactionStatus::Idle;
        self.under_way = in_flight(request, fresh && before.is_empty());
        let mut again = true;
        loop {
            let mut group = Group::default();
            let prepared = self.prepare(&mut group, before, request, self.is_eager()).await;
            if let (Ok(()), None) = (&prepared, &group.failure) {
                self.put_execute(&mut group, STATEMENT, 0)?;
            }
            if !self.wire.is_dead() {
                self.finish(&mut group).await?;
            }
            prepared?;
            if let Some(failure) = group.failure.take() {
                self.keep_prepared(request, group.reply(0));
                if !failure.invalidates() {
                    return Err(self.failed(failure));
                }
                self.invalidate(request);
                if !again || !self.undo_begin(fresh).await? {
                    return Err(invalidated(self.failed(failure)));
                }
                again = false;
                continue;
            }
            let reply = std::mem::take(group.reply(0));
            return self.answer(request, reply).await;
        }
    }

    /// Puts all that comes ahead of Execute, and has the statement described if it is not known. If that fails the
    /// group has the failure. With `eager` it is described on the way, its rows asked for as text.
    pub(super) async fn prepare(
        &mut self,
        group: &mut Group,
        before: &[String],
        request: &Request<'_>,
        eager: bool,
    ) -> Result<()> {
        let unit = STATEMENT;
        let plan = self.plan(request);
        self.put_closes(group)?;
        for sql in before {
            self.put_control(group, Unit::Before, sql)?;
        }
        // What goes ahead is sent also if the statement itself cannot be.
        request.check_size()?;
        if let Plan::Warm(Prepared { description, .. }) | Plan::Known(description) = &plan {
            check_count(description, request)?;
        }
        let (name, description) = match plan {
            Plan::Warm(Prepared { name, description }) => (name, description),
            Plan::Known(description) => {
                let layout = description.layout(&self.shared);
                let name = self.new_name(request);
                self.put_parse(group, unit, &name, request)?;
                self.put_bind(group, unit, &name, request, Some(&layout))?;
                return self.put_describe_portal(group, unit);
            }
            Plan::Unknown if eager => {
                let name = self.new_name(request);
                self.put_parse(group, unit, &name, request)?;
                self.put_describe_statement(group, unit, &name)?;
                return self.put_bind(group, unit, &name, request, None);
            }
            Plan::Unknown => {
                let name = self.new_name(request);
                self.put_parse(group, unit, &name, request)?;
                self.put_describe_statement(group, unit, &name)?;
                self.settle(group).await?;
                if group.failure.is_some() {
                    return Ok(());
                }
                let Some(description) = self.learn_description(group, request, &name).await? else {
                    return Ok(());
                };
                check_count(&description, request)?;
                (name, description)
            }
        };
        let layout = description.layout(&self.shared);
        self.put_bind(group, unit, &name, request, Some(&layout))
    }

    /// Takes the description of a statement that has been described, and has the catalog asked for the types in it
    /// that are not known. `None` if that failed.
    async fn learn_description(
        &mut self,
        group: &mut Group,
        request: &Request<'_>,
        name: &Arc<str>,
    ) -> Result<Option<Arc<Description>>> {
        let reply = group.reply(0);
        let fields = reply.fields.take().unwrap_or_default();
        let parameters = reply.parameters.unwrap_or_default();
        let unknown = self.shared.unknown(fields.iter().map(|field| field.type_oid));
        if !unknown.is_empty() {
            self.ask_catalog(group, &unknown).await?;
            if group.failure.is_some() {
                return Ok(None);
            }
            if name.is_empty() {
                // The question took the place of the unnamed statement.
                self.put_parse(group, STATEMENT, name, request)?;
            }
        }
        let description = Arc::new(Description::new(&fields, parameters, &self.shared));
        if request.keep {
            self.shared.describe(&request.text, &description);
        }
        if !name.is_empty() {
            group.reply(0).parsed = None;
            self.register(request, name, &description);
        }
        Ok(Some(description))
    }

    /// Asks the catalog for types, within the group.
    async fn ask_catalog(&mut self, group: &mut Group, oids: &[u32]) -> Result<()> {
        let mut question = Group::default();
        let request = Request { keep: false, ..Request::new(catalog_query(oids)) };
        let unit = STATEMENT;
        self.put_parse(&mut question, unit, &"".into(), &request)?;
        self.put_bind(&mut question, unit, "", &request, None)?;
        self.put_execute(&mut question, unit, 0)?;
        self.settle(&mut question).await?;
        if question.failure.is_some() {
            group.failure = question.failure;
            return Ok(());
        }
        let rows = std::mem::take(&mut question.reply(0).rows);
        // A type that is not understood stays unknown: its values are handed over as text with its object id.
        self.shared.types.learn(rows.iter().filter_map(|row| catalog_row(row).ok()));
        if self.status == TransactionStatus::Idle {
            // A transaction may see the catalog as it was; elsewhere, what has no row now never will.
            self.shared.asked(oids);
        }
        Ok(())
    }

    /// Has the catalog asked for types outside of a group. What is not learnt is handed over as text or bytes.
    pub(super) async fn learn_types(&mut self, oids: &[u32]) -> Result<()> {
        let mut group = Group::default();
        self.ask_catalog(&mut group, oids).await?;
        self.finish(&mut group).await
    }

    /// Keeps a statement that has been prepared under a name, if it looks as its description says; else gives it
    /// up.
    pub(super) fn keep_prepared(&mut self, request: &Request<'_>, reply: &mut StatementReply) {
        let Some(name) = reply.parsed.take() else { return };
        match (&reply.fields, self.shared.description(&request.text)) {
            (Some(fields), Some(description)) if description.matches(fields) => {
                self.register(request, &name, &description);
            }
            _ => self.closing.push(name),
        }
    }

    /// Keeps a statement as prepared, and gives up the one used longest ago if there are too many.
    fn register(&mut self, request: &Request<'_>, name: &Arc<str>, description: &Arc<Description>) {
        self.unconfirmed.retain(|other| other != name);
        let prepared = Prepared { name: Arc::clone(name), description: Arc::clone(description) };
        self.closing.extend(self.statements.insert(&request.text, prepared).map(|gone| gone.name));
    }

    /// Forgets a statement that is no longer valid.
    pub(super) fn invalidate(&mut self, request: &Request<'_>) {
        self.closing.extend(self.statements.remove(&request.text).map(|gone| gone.name));
        self.shared.forget(&request.text);
    }

    /// After a failure in which nothing has run but what precedes the statement: gets the session back to where it
    /// was, if it was in no transaction.
    pub(super) async fn undo_begin(&mut self, fresh: bool) -> Result<bool> {
        if !fresh {
            return Ok(false);
        }
        if self.status != TransactionStatus::Idle {
            self.rollback().await?;
        }
        Ok(self.status == TransactionStatus::Idle)
    }

    /// The result of a statement, from what came back.
    pub(super) async fn answer(
        &mut self,
        request: &Request<'_>,
        mut reply: StatementReply,
    ) -> Result<Answer> {
        if reply.copied {
            return Err(copy_is_unsupported());
        }
        let layout = self.settle_layout(request, &mut reply, true).await?;
        let mut rows = PgRowsBuilder::new(Arc::clone(&layout.cells));
        for row in reply.rows {
            rows.push(row).map_err(|error| self.violated(error))?;
        }
        let rows = Rows::new(Arc::clone(&layout.columns), rows.finish());
        Ok(Answer { rows, tag: reply.tag })
    }

    /// The columns of the rows that came back: those that were asked for, or, if the statement has changed since it
    /// was described, those that the portal has.
    pub(super) async fn settle_layout(
        &mut self,
        request: &Request<'_>,
        reply: &mut StatementReply,
        may_ask: bool,
    ) -> Result<Arc<Layout>> {
        let known = self.shared.description(&request.text);
        let same = match (&reply.fields, &known, &reply.layout) {
            (None, ..) => true,
            (Some(fields), Some(known), Some(layout)) => known.matches(fields) && layout.has_formats(fields),
            _ => false,
        };
        let layout = match (&reply.fields, reply.layout.take()) {
            (_, Some(layout)) if same => layout,
            (None, _) => Arc::new(Layout::of(&[], &self.shared)),
            (Some(fields), _) => {
                let unknown = self.shared.unknown(fields.iter().map(|field| field.type_oid));
                if may_ask && !unknown.is_empty() && self.status != TransactionStatus::Failed {
                    self.learn_types(&unknown).await?;
                }
                let parameters = reply.parameters.or_else(|| known.map(|known| known.parameters));
                if let (true, Some(parameters)) = (request.keep, parameters) {
                    let description = Arc::new(Description::new(fields, parameters, &self.shared));
                    self.shared.describe(&request.text, &description);
                }
                Arc::new(Layout::of(fields, &self.shared))
            }
        };
        self.keep_prepared(request, reply);
        Ok(layout)
    }

    /// The error for a failure.
    pub(super) fn failed(&self, failure: Failure) -> Error {
        failed(failure, self.under_way)
    }
}

/// The error for a failure while that was under way.
fn failed(failure: Failure, under_way: InFlight) -> Error {
    if failure.copied {
        return copy_is_unsupported();
    }
    let counts = failure.at_bind
        && failure.fields.code.as_deref() == Some("08P01")
        && failure.fields.routine.as_deref() == Some("exec_bind_message");
    let error = to_error(*failure.fields, under_way);
    if counts { error.with_kind(ErrorKind::ParameterCount) } else { error }
}

impl Failure {
    /// Whether a statement that was prepared or described before is no longer what it was. It has not been run.
    pub(super) fn invalidates(&self) -> bool {
        let routine = self.fields.routine.as_deref();
        self.at_bind
            && match self.fields.code.as_deref() {
                // A prepared statement that is not there.
                Some("26000") => true,
                // "cached plan must not change result type"
                Some("0A000") => routine == Some("RevalidateCachedQuery"),
                // "bind message has m result formats but query has n columns"
                Some("08P01") => routine == Some("PortalSetResultFormat"),
                _ => false,
            }
    }
}

/// The error for a statement that is no longer valid and cannot be prepared again here.
pub(super) fn invalidated(error: Error) -> Error {
    error
        .with_kind(ErrorKind::StatementInvalidated)
        .with_message("a prepared statement is no longer valid: its tables have changed, or the server has forgotten it")
        .with_hint("behind a pooler that shares connections, set statement_mode=unnamed")
        .with_retry(RetryClass::RetryTransaction)
}

pub(super) fn copy_is_unsupported() -> Error {
    Error::unsupported("COPY from or to the client is not supported; insert rows, or select them")
}

fn check_count(description: &Description, request: &Request<'_>) -> Result<()> {
    if description.parameters == request.params.len() {
        Ok(())
    } else {
        Err(parameter_count(description.parameters, request.params.len()))
    }
}

/// What is under way with a request.
pub(super) fn in_flight(request: &Request<'_>, alone: bool) -> InFlight {
    use drivetrain_adapter_api::Access;
    match request.access {
        _ if !alone => InFlight::Transaction,
        Access::Read => InFlight::Read,
        _ => InFlight::Write,
    }
}

/// A row of the answer about types.
fn catalog_row(row: &[u8]) -> Result<crate::types::TypeInfo> {
    let wrong = || Error::new(ErrorKind::Protocol, "a row of the type catalog is not of the form asked for");
    let mut cells = [None; CATALOG_COLUMNS];
    let mut rest = row.get(2..).ok_or_else(wrong)?;
    for cell in &mut cells {
        let (length, after) = rest.split_first_chunk::<4>().ok_or_else(wrong)?;
        rest = after;
        if let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) {
            let (text, after) = rest.split_at_checked(length).ok_or_else(wrong)?;
            *cell = Some(std::str::from_utf8(text).map_err(|_| wrong())?);
            rest = after;
        }
    }
    parse_catalog_row(&cells)
}
