//! The adapter: which connection runs what.

use std::sync::Arc;
use std::time::Instant;

use drivetrain_adapter_api::{
    Access, Adapter, Batch, Capabilities, Error, Lowered, Query, QueryResult, Result, RowStream, Session,
    StreamOptions, Transaction, TransactionOptions, async_trait, check,
};
use rusqlite::limits::Limit;

use crate::capabilities;
use crate::config::SqliteConfig;
use crate::connection::{Answer, Begin, Link, Opener, Policy, Request, Role, read_only};
use crate::error;
use crate::lowering::Translator;
use crate::route::begins_like_a_read;
use crate::session::SqliteSession;
use crate::stream;
use crate::transaction::{Open, SqliteTransaction, atomic_of, begin_of};
use crate::worker::call::Call;
use crate::worker::crew::Crew;
use crate::worker::queue::Queue;
use crate::worker::tenant::Lease;
use crate::worker::watch::Ticket;

/// The adapter for SQLite. See the [documentation of the crate](crate) for how it works.
///
/// It needs no async runtime: connections live on threads of their own, and no call ever blocks the thread it is
/// polled on. Dropping the adapter ends its threads once what runs is done; [`close`](Adapter::close) waits for it.
#[derive(Debug)]
pub struct SqliteAdapter {
    threads: Threads,
    translator: Arc<Translator>,
}

/// The threads that own connections. They end after this is dropped.
#[derive(Debug)]
struct Threads {
    opener: Arc<Opener>,
    crew: Arc<Crew>,
    writer: Arc<Queue>,
    /// `None` where the only connection reads too.
    readers: Option<Arc<Queue>>,
}

/// Where a connection is lent from.
#[derive(Clone, Copy)]
enum Place<'a> {
    /// Those of a queue.
    Queue(&'a Arc<Queue>),
    /// One that is opened for it and closed after it.
    Own(Role),
}

impl SqliteAdapter {
    /// Opens the database, and creates it where the configuration says so.
    ///
    /// # Errors
    /// - [`Config`](drivetrain_adapter_api::ErrorKind::Config) for a configuration that cannot be.
    /// - [`DatabaseNotFound`](drivetrain_adapter_api::ErrorKind::DatabaseNotFound) for a folder or a file that does
    ///   not exist.
    /// - [`InsufficientPrivilege`](drivetrain_adapter_api::ErrorKind::InsufficientPrivilege),
    ///   [`ReadOnly`](drivetrain_adapter_api::ErrorKind::ReadOnly) and
    ///   [`Connect`](drivetrain_adapter_api::ErrorKind::Connect) for a file that cannot be opened.
    /// - [`Corrupt`](drivetrain_adapter_api::ErrorKind::Corrupt) for a file that is no SQLite database.
    ///
    /// Each names the path and what to do.
    pub async fn open(config: SqliteConfig) -> Result<Self> {
        let named = |error: Error| error.with_adapter(error::ADAPTER);
        let threads = Threads::new(config).map_err(named)?;
        let limits = threads.writer.submit(None, |link| {
            Ok((
                link.sqlite_limit(Limit::SQLITE_LIMIT_VARIABLE_NUMBER)?,
                link.sqlite_limit(Limit::SQLITE_LIMIT_SQL_LENGTH)?,
            ))
        });
        let (max_parameters, max_statement_bytes) = limits.await.map_err(named)?;
        let capabilities = capabilities::declare(max_parameters, max_statement_bytes);
        Ok(Self { threads, translator: Translator::new(capabilities) })
    }

    /// The queue that a statement is tried on: that of the readers, if it may be one that reads.
    fn reader_for(&self, access: Access, text: &str) -> Option<&Arc<Queue>> {
        let reads = match access {
            Access::Read => true,
            Access::Write => false,
            _ => begins_like_a_read(text),
        };
        self.threads.readers.as_ref().filter(|_| reads)
    }

    async fn run(&self, access: Access, request: Request) -> Result<QueryResult> {
        let request = match self.reader_for(access, &request.text) {
            None => request,
            Some(readers) => match readers.submit(request.deadline, move |link| link.read(request)).await? {
                Answer::Done(result) => return Ok(result),
                Answer::Writes(_) if access == Access::Read => return Err(read_only()),
                Answer::Writes(request) => request,
            },
        };
        let policy = if access == Access::Read { Policy::Reads } else { Policy::NoControl };
        self.threads.writer.submit(request.deadline, move |link| link.query(&request, policy)).await
    }

    /// Lends a connection to `work`, which may keep it as long as it likes.
    fn lend(
        &self,
        place: Place<'_>,
        deadline: Option<Instant>,
        ticket: Arc<Ticket>,
        work: impl FnOnce(Result<&mut Link>) + Send + 'static,
    ) -> Result<()> {
        match place {
            Place::Queue(queue) => {
                queue.lend(deadline, ticket, work);
                Ok(())
            }
            Place::Own(role) => {
                let opener = Arc::clone(&self.threads.opener);
                self.threads.crew.spawn(role.name(), move || match opener.open(role) {
                    Ok(mut link) => ticket.with(Ok(&mut link), work),
                    Err(error) => work(Err(error)),
                })
            }
        }
    }

    /// A connection of its own for what may last; the only one, where there is only one.
    fn own(&self, role: Role) -> Place<'_> {
        if self.threads.opener.config().is_memory() {
            Place::Queue(&self.threads.writer)
        } else {
            Place::Own(role)
        }
    }

    /// Lends a connection to a tenant, once `begin` has been done on it.
    async fn lease(
        &self,
        place: Place<'_>,
        begin: impl FnOnce(&mut Link) -> Result<Option<Open>> + Send + 'static,
    ) -> Result<Lease> {
        let (lease, tenancy) = Lease::new(&self.threads.crew);
        let ticket = Ticket::new();
        let (reply, begun) = Call::new(Some(Arc::clone(&ticket)));
        let running = Arc::clone(&ticket);
        self.lend(place, None, ticket, move |link| {
            let begun = link.and_then(|link| begin(link).map(|open| (link, open)));
            running.finish();
            match begun {
                Ok((link, open)) => {
                    // Where nobody waits any more, what was begun is undone when the connection is given back.
                    if reply.send(Ok(())) {
                        tenancy.serve(link, open);
                    } else if link.rollback().is_err() {
                        link.spoil();
                    }
                }
                Err(error) => {
                    reply.send(Err(error));
                }
            }
        })?;
        begun.await.map(|()| lease)
    }

    async fn stream_at(
        &self,
        place: Place<'_>,
        request: &Arc<Request>,
        policy: Policy,
        options: StreamOptions,
    ) -> Result<Option<RowStream<'static>>> {
        let (source, chunks, opening) = stream::open(&self.threads.crew, options, request.deadline, None);
        let ticket = Arc::clone(chunks.ticket());
        let running = Arc::clone(&ticket);
        let (request, deadline) = (Arc::clone(request), request.deadline);
        self.lend(place, deadline, ticket, move |link| match link {
            Err(error) => source.refuse(error),
            Ok(link) => {
                source.run(link, &request, policy);
                running.finish();
            }
        })?;
        chunks.opened(opening).await
    }

    async fn open_stream(
        &self,
        access: Access,
        request: Request,
        options: StreamOptions,
    ) -> Result<RowStream<'static>> {
        let request = Arc::new(request);
        if self.reader_for(access, &request.text).is_some() {
            let place = Place::Own(Role::Reader);
            if let Some(stream) = self.stream_at(place, &request, Policy::Reads, options).await? {
                return Ok(stream);
            }
        }
        let policy = if access == Access::Read { Policy::Reads } else { Policy::NoControl };
        let stream = self.stream_at(Place::Queue(&self.threads.writer), &request, policy, options).await?;
        stream.ok_or_else(read_only)
    }
}

impl Threads {
    fn new(config: SqliteConfig) -> Result<Self> {
        let opener = Arc::new(Opener::new(config)?);
        let config = opener.config();
        let crew = Arc::new(Crew::default());
        let queue = |role, threads| Queue::new(role, &opener, &crew, threads, config.acquire_timeout);
        let writer = queue(Role::Writer, 1);
        let readers =
            (config.readers > 0 && !config.is_memory()).then(|| queue(Role::Reader, config.readers));
        Ok(Self { opener, crew, writer, readers })
    }

    /// Takes nothing more. The threads end when what they have is done.
    fn stop(&self) {
        self.crew.close();
        self.writer.close();
        if let Some(readers) = &self.readers {
            readers.close();
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.stop();
    }
}

#[async_trait]
impl Adapter for SqliteAdapter {
    fn name(&self) -> &str {
        error::ADAPTER
    }

    fn capabilities(&self) -> &Capabilities {
        self.translator.capabilities()
    }

    fn lower(&self, query: &Query) -> Result<Lowered> {
        self.translator.lower(query)
    }

    async fn query(&self, query: Query) -> Result<QueryResult> {
        let access = query.options.access;
        let request = self.translator.request(&query)?;
        self.translator.named(self.run(access, request).await)
    }

    async fn batch(&self, batch: Batch) -> Result<Vec<QueryResult>> {
        let begin = atomic_of(&batch);
        let limit = batch.atomic.and_then(|options| options.timeout);
        let reads = batch.queries.iter().all(|query| query.options.access == Access::Read);
        let requests = self.translator.batch(&batch)?;
        if requests.is_empty() {
            return Ok(Vec::new());
        }
        let reads = reads || begin == Some(Begin::ReadOnly);
        let queue = self.threads.readers.as_ref().filter(|_| reads).unwrap_or(&self.threads.writer);
        let begin = begin.map(|begin| if reads { Begin::ReadOnly } else { begin });
        let policy = if reads { Policy::Reads } else { Policy::NoControl };
        let results = queue.submit(None, move |link| match begin {
            None => link.batch(&requests, policy),
            Some(begin) => link.timed_batch(&requests, begin, limit),
        });
        self.translator.named(results.await)
    }

    async fn stream(&self, query: Query, options: StreamOptions) -> Result<RowStream<'static>> {
        let access = query.options.access;
        let request = self.translator.request(&query)?;
        self.translator.named(self.open_stream(access, request, options).await)
    }

    async fn begin(&self, options: TransactionOptions) -> Result<Box<dyn Transaction>> {
        self.translator.named(check::begin(self.capabilities(), &options))?;
        let begin = begin_of(&options);
        let place = match begin {
            Begin::Write => Place::Queue(&self.threads.writer),
            Begin::ReadOnly => self.own(Role::Reader),
        };
        let lease = self.lease(place, move |link| {
            link.begin(begin)?;
            Ok(Some(Open::new(&options)))
        });
        let lease = self.translator.named(lease.await)?;
        Ok(Box::new(SqliteTransaction::new(Arc::new(lease), Arc::clone(&self.translator))))
    }

    async fn session(&self) -> Result<Box<dyn Session>> {
        let lease = self.lease(self.own(Role::Session), |_| Ok(None));
        let lease = self.translator.named(lease.await)?;
        Ok(Box::new(SqliteSession::new(lease, Arc::clone(&self.translator))))
    }

    async fn script(&self, sql: &str) -> Result<()> {
        let text = sql.to_owned();
        let done = self.threads.writer.submit(None, move |link| link.script_by_itself(&text));
        self.translator.named(done.await)
    }

    async fn health_check(&self) -> Result<()> {
        let queue = self.threads.readers.as_ref().unwrap_or(&self.threads.writer);
        self.translator.named(queue.submit(None, Link::touch).await)
    }

    async fn close(&self) -> Result<()> {
        self.threads.stop();
        self.translator.named(self.threads.crew.gone(self.threads.opener.config().acquire_timeout).await)
    }
}
