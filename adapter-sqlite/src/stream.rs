//! Rows in chunks: the thread makes a chunk when it is asked for one, and waits in between.

use std::pin::Pin;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Instant;

use drivetrain_adapter_api::{Column, Error, ErrorKind, Result, RowStream, Rows, StreamOptions};
use futures_core::Stream;
use rusqlite::Row;

use crate::connection::{Described, Link, Policy, Ran, Request, Sink};
use crate::error;
use crate::rows::{Declared, Packed};
use crate::worker::call::{Call, Reply, is_lost};
use crate::worker::crew::{Crew, Loan};
use crate::worker::queue::closed;
use crate::worker::tenant::Lease;
use crate::worker::watch::Ticket;

/// What the thread is asked for.
enum Demand {
    /// The next chunk, and where it goes. Without an answer the stream is over.
    Chunk(Reply<Rows>),
    /// The end.
    Stop,
}

/// How a stream ended: with an error or without.
type End = Arc<OnceLock<Option<Error>>>;

/// What is known once the statement has begun.
pub(crate) enum Opening {
    Columns(Arc<[Column]>),
    /// The statement writes, and may not where it was tried. Nothing of it was run.
    Writes,
}

/// The thread's end of a stream.
pub(crate) struct Source {
    opened: Option<Reply<Opening>>,
    demands: Receiver<Demand>,
    options: StreamOptions,
    deadline: Option<Instant>,
    columns: Arc<[Column]>,
    chunk: Packed,
    end: End,
    /// Whether nobody asks for more.
    stopped: bool,
    /// Given up when the stream is over.
    _loan: Loan,
}

/// The reader's end of a stream.
pub(crate) struct Chunks {
    demands: Option<Sender<Demand>>,
    waiting: Option<Call<Rows>>,
    ticket: Arc<Ticket>,
    end: End,
    /// Who can say why there was no answer.
    lease: Option<Arc<Lease>>,
}

/// Both ends, and the answer that comes first.
pub(crate) fn open(
    crew: &Arc<Crew>,
    options: StreamOptions,
    deadline: Option<Instant>,
    lease: Option<Arc<Lease>>,
) -> (Source, Chunks, Call<Opening>) {
    let ticket = Ticket::new();
    let (opened, opening) = Call::new(Some(Arc::clone(&ticket)));
    let (sender, demands) = channel();
    let end = End::default();
    let (evicted, ended, inlet) = (Arc::clone(&ticket), Arc::clone(&end), sender.clone());
    let loan = crew.lent(move || {
        // A stream that has ended in the meantime needs no request.
        let _ = ended.set(Some(closed()));
        evicted.cancel();
        let _ = inlet.send(Demand::Stop);
    });
    let source = Source {
        opened: Some(opened),
        demands,
        options,
        deadline,
        columns: Arc::new([]),
        chunk: Packed::new(Arc::new([])),
        end: Arc::clone(&end),
        stopped: false,
        _loan: loan,
    };
    (source, Chunks { demands: Some(sender), waiting: None, ticket, end, lease }, opening)
}

/// Streams a query on a connection that is lent already.
pub(crate) async fn within(
    lease: &Arc<Lease>,
    request: Request,
    options: StreamOptions,
) -> Result<RowStream<'static>> {
    let (mut source, chunks, opening) =
        open(lease.crew(), options, request.deadline, Some(Arc::clone(lease)));
    let ticket = Arc::clone(&chunks.ticket);
    lease.post(Box::new(move |tenant| {
        if ticket.start(&tenant.link.watch) {
            source.bound(tenant.deadline());
            let ran = tenant.run(&request, &mut source);
            source.finish(ran);
            ticket.finish();
        }
    }));
    match chunks.opened(opening).await? {
        Some(stream) => Ok(stream),
        None => Err(crate::connection::read_only()),
    }
}

impl Chunks {
    pub(crate) fn ticket(&self) -> &Arc<Ticket> {
        &self.ticket
    }

    /// The stream, once the statement has begun; `None` if it must run elsewhere.
    pub(crate) async fn opened(self, mut opening: Call<Opening>) -> Result<Option<RowStream<'static>>> {
        let opened = (&mut opening).await;
        // From here on dropping the stream cancels the statement, and the end of the opening does not.
        opening.keep_running();
        match self.explained(opened)? {
            Opening::Columns(columns) => Ok(Some(RowStream::new(columns, Box::pin(self)))),
            Opening::Writes => Ok(None),
        }
    }

    fn explained<T>(&self, answer: Result<T>) -> Result<T> {
        match &self.lease {
            Some(lease) => lease.epilogue(answer),
            None => answer,
        }
    }

    /// The last item of the stream, if there was no answer because the thread is done with it.
    fn last(&self, error: Error) -> Option<Error> {
        match self.end.get() {
            Some(end) if is_lost(&error) => end.clone(),
            _ => self.explained::<()>(Err(error)).err(),
        }
    }

    fn ask(&mut self) {
        if let Some(demands) = &self.demands {
            let (reply, call) = Call::new(None);
            // Where the thread has ended, the reply is dropped, and the call says so.
            let _ = demands.send(Demand::Chunk(reply));
            self.waiting = Some(call);
        }
    }
}

impl Stream for Chunks {
    type Item = Result<Rows>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Rows>>> {
        if self.waiting.is_none() {
            self.ask();
        }
        let Some(waiting) = &mut self.waiting else { return Poll::Ready(None) };
        let Poll::Ready(answer) = Pin::new(waiting).poll(context) else { return Poll::Pending };
        self.waiting = None;
        match answer {
            Ok(rows) => {
                self.ask();
                Poll::Ready(Some(Ok(rows)))
            }
            Err(error) => {
                self.demands = None;
                let last = self.last(error);
                Poll::Ready(last.map(|error| {
                    Err(if error.adapter().is_some() { error } else { error.with_adapter(error::ADAPTER) })
                }))
            }
        }
    }
}

impl Drop for Chunks {
    fn drop(&mut self) {
        self.ticket.cancel();
        if let Some(demands) = &self.demands {
            let _ = demands.send(Demand::Stop);
        }
    }
}

impl Source {
    /// Runs the query where it may only read, or where it may write.
    pub(crate) fn run(mut self, link: &mut Link, request: &Request, policy: Policy) {
        let ran = link.run(request, policy, &mut self);
        self.finish(ran);
    }

    /// The stream cannot be opened.
    pub(crate) fn refuse(mut self, error: Error) {
        self.finish(Err(error));
    }

    fn bound(&mut self, deadline: Option<Instant>) {
        self.deadline = [self.deadline, deadline].into_iter().flatten().min();
    }

    /// Waits until a chunk is asked for.
    fn demand(&mut self) -> Result<Reply<Rows>> {
        let gone = || Error::new(ErrorKind::Cancelled, "the stream was dropped");
        if self.stopped {
            return Err(gone());
        }
        let received = match self.deadline {
            None => self.demands.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(deadline) => self.demands.recv_timeout(deadline.saturating_duration_since(Instant::now())),
        };
        match received {
            Ok(Demand::Chunk(reply)) => Ok(reply),
            Ok(Demand::Stop) | Err(RecvTimeoutError::Disconnected) => {
                self.stopped = true;
                Err(gone())
            }
            Err(RecvTimeoutError::Timeout) => {
                Err(Error::new(ErrorKind::Timeout, "the stream took longer than its limit of time"))
            }
        }
    }

    /// Hands the chunk over when it is asked for.
    fn flush(&mut self) -> Result<()> {
        let demand = self.demand()?;
        let empty = Packed::new(Arc::clone(self.chunk.declared()));
        let chunk = std::mem::replace(&mut self.chunk, empty);
        demand.send(Ok(Rows::new(Arc::clone(&self.columns), chunk)));
        Ok(())
    }

    /// Hands over what is left, and how the stream ended. It does not wait for the end to be asked for.
    fn finish(&mut self, ran: Result<Ran>) {
        if let Some(opened) = self.opened.take() {
            let opening = ran.map(|ran| match ran {
                Ran::Done { .. } => Opening::Columns(Arc::new([])),
                Ran::Writes => Opening::Writes,
            });
            self.ended(None);
            opened.send(opening);
            return;
        }
        // The rows before a failure come before it, unless the time is up.
        let rest = if self.chunk.rows() > 0 { self.flush() } else { Ok(()) };
        self.ended(ran.err().or(rest.err()));
    }

    fn ended(&self, how: Option<Error>) {
        // The first end is the end.
        let _ = self.end.set(how);
    }
}

impl Sink for Source {
    fn columns(&mut self, described: &Described) -> Result<()> {
        self.columns = Arc::clone(&described.columns);
        self.chunk = Packed::new(Arc::<[Declared]>::clone(&described.declared));
        let opening = Opening::Columns(Arc::clone(&self.columns));
        if self.opened.take().is_none_or(|opened| opened.send(Ok(opening))) {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Cancelled, "the stream was dropped"))
    }

    fn row(&mut self, row: &Row<'_>) -> Result<()> {
        let broken = |cause| error::from_sqlite(cause, None);
        let size = self.chunk.measure(row).map_err(broken)?;
        let full = self.chunk.rows() >= self.options.chunk_rows.max(1)
            || self.chunk.bytes().saturating_add(size) > self.options.chunk_bytes;
        if full && self.chunk.rows() > 0 {
            self.flush()?;
        }
        self.chunk.push(row).map_err(broken)
    }
}
