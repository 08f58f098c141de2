//! Rows in chunks, through a portal that is executed for so many rows at a time.

use std::sync::Arc;

use bytes::Bytes;
use drivetrain_adapter_api::{Column, Error, Result, Rows};
use tokio::io::{AsyncRead, AsyncWrite};

use super::group::{Group, Unit};
use super::message::Message;
use super::query::{copy_is_unsupported, in_flight, invalidated};
use super::receive::Reply;
use super::request::Request;
use super::shared::Layout;
use super::{Session, TransactionStatus};
use crate::codec::PgRowsBuilder;

/// A statement whose rows are fetched in chunks. It lives in the session that it was opened on: nothing else can be
/// asked there before its end, or before [`recover`](Session::recover).
#[derive(Debug)]
pub struct Portal {
    group: Group,
    layout: Arc<Layout>,
    chunk_rows: i32,
    chunk_bytes: usize,
    prefetch: bool,
    /// The first row of the next chunk: it did not fit into the last one.
    held: Option<Bytes>,
    state: State,
}

#[derive(Debug, PartialEq, Eq)]
enum State {
    /// The server sends rows, or soon will.
    Running,
    /// The server waits for the next Execute.
    Suspended,
    /// There are no more rows to come.
    Ended,
}

impl Portal {
    /// The columns.
    pub fn columns(&self) -> &Arc<[Column]> {
        &self.layout.columns
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Session<S> {
    /// Begins a statement whose rows are to be [fetched](Self::fetch) in chunks of at most so many rows, and of at
    /// most so many bytes unless a single row has more. With `prefetch` the server works on the next chunk while the
    /// last one is looked at. Otherwise as [`query`](Self::query).
    ///
    /// # Errors
    /// As [`query`](Self::query).
    pub async fn open(
        &mut self,
        before: &[String],
        request: &Request<'_>,
        chunk_rows: usize,
        chunk_bytes: usize,
        prefetch: bool,
    ) -> Result<Portal> {
        self.check_ready()?;
        if before.is_empty() {
            request.check_size()?;
        }
        let chunk_rows = i32::try_from(chunk_rows.max(1)).unwrap_or(i32::MAX);
        let fresh = self.status == TransactionStatus::Idle;
        self.under_way = in_flight(request, fresh && before.is_empty());
        let mut again = true;
        loop {
            let mut group = Group::default();
            let prepared = self.prepare(&mut group, before, request, false).await;
            if let (Ok(()), None) = (&prepared, &group.failure) {
                self.put_execute(&mut group, Unit::Statement(0), chunk_rows)?;
                self.put_flush()?;
                while group.failure.is_none() && !group.is_executing() {
                    let reply = self.receive().await?;
                    self.take(&mut group, reply)?;
                }
            }
            if prepared.is_ok() && group.failure.is_none() {
                let mut reply = std::mem::take(group.reply(0));
                let layout = self.settle_layout(request, &mut reply, false).await?;
                let (held, state) = (None, State::Running);
                return Ok(Portal { group, layout, chunk_rows, chunk_bytes, prefetch, held, state });
            }
            if !self.wire.is_dead() {
                self.finish(&mut group).await?;
            }
            prepared?;
            let Some(failure) = group.failure.take() else { continue };
            self.keep_prepared(request, group.reply(0));
            if !failure.invalidates() {
                return Err(self.failed(failure));
            }
            self.invalidate(request);
            if !again || !self.undo_begin(fresh).await? {
                return Err(invalidated(self.failed(failure)));
            }
            again = false;
        }
    }

    /// The next chunk, or `None` at the end. After an error there is nothing more to fetch.
    ///
    /// # Errors
    /// What the server reports meanwhile, and what the connection meets.
    pub async fn fetch(&mut self, portal: &mut Portal) -> Result<Option<Rows>> {
        if portal.state == State::Ended {
            return Ok(None);
        }
        let mut rows = PgRowsBuilder::new(Arc::clone(&portal.layout.cells));
        if let Some(row) = portal.held.take() {
            rows.push(row).map_err(|error| self.violated(error))?;
        }
        loop {
            if portal.state == State::Suspended {
                self.run_on(portal)?;
            }
            match self.receive().await? {
                Reply::Message(Message::Row(row)) => {
                    if !rows.is_empty() && rows.bytes() + row.len() > portal.chunk_bytes {
                        portal.held = Some(row);
                        break;
                    }
                    rows.push(row).map_err(|error| self.violated(error))?;
                }
                Reply::Message(Message::PortalSuspended) => {
                    self.take(&mut portal.group, Reply::Message(Message::PortalSuspended))?;
                    portal.state = State::Suspended;
                    if portal.prefetch {
                        self.run_on(portal)?;
                        self.wire.flush().await?;
                    } else {
                        self.suspended = true;
                    }
                    if !rows.is_empty() {
                        break;
                    }
                }
                other => {
                    self.take(&mut portal.group, other)?;
                    if portal.group.failure.is_some() || !portal.group.is_executing() {
                        portal.state = State::Ended;
                        // Where no BEGIN surrounds it, this is where it is committed.
                        self.finish(&mut portal.group).await?;
                        if let Some(error) = self.ended_with(&mut portal.group) {
                            return Err(error);
                        }
                        break;
                    }
                }
            }
        }
        if rows.is_empty() {
            return Ok(None);
        }
        Ok(Some(Rows::new(Arc::clone(&portal.layout.columns), rows.finish())))
    }

    /// Has the server go on with the next chunk.
    fn run_on(&mut self, portal: &mut Portal) -> Result<()> {
        self.put_execute(&mut portal.group, Unit::Statement(0), portal.chunk_rows)?;
        self.put_flush()?;
        portal.state = State::Running;
        Ok(())
    }

    fn ended_with(&self, group: &mut Group) -> Option<Error> {
        match group.failure.take() {
            Some(failure) => Some(self.failed(failure)),
            None => group.reply(0).copied.then(copy_is_unsupported),
        }
    }
}
