//! The traits that an adapter implements.

use std::fmt::Debug;
use std::sync::Arc;

use crate::{
    Batch, Capabilities, Error, Lowered, MaybeSend, Query, QueryResult, Result, RowStream, Savepoint,
    StreamOptions, TransactionOptions, async_trait,
};

/// An adapter that is shared.
pub type SharedAdapter = Arc<dyn Adapter>;

/// A way to reach a database.
///
/// Calls on `&self` run concurrently. Optional operations have a default that answers
/// [`Unsupported`](crate::ErrorKind::Unsupported).
///
/// - **A-1** [`name`](Self::name) and [`capabilities`](Self::capabilities) MUST NOT change during an adapter's life,
///   and MUST NOT cost a round trip.
/// - **A-2** What is declared MUST work as documented. Where the server contradicts a claim, the answer MUST be
///   [`CapabilityMismatch`](crate::ErrorKind::CapabilityMismatch), never a wrong result.
/// - **A-3** An option, parameter or value that cannot be honoured MUST be refused before anything is sent, never
///   dropped or weakened.
/// - **A-4** An operation that is not declared MUST NOT take effect, also when the shared check is not in front.
/// - **A-5** Errors MUST carry kind and retry class, and the SQLSTATE, code, constraint, table, columns and position
///   that the server gives.
/// - **A-6** An error MUST leave the adapter usable: a connection it made unusable is replaced.
/// - **A-7** Passwords, tokens and connection strings MUST NOT appear in `Debug`, `Display`, errors, logs or spans;
///   values of parameters and rows MUST NOT unless asked for.
/// - **A-8** Dropping a future MUST leave no transaction open, no lock held and no stale answer for the next call.
///   What it had begun happens once or not at all.
/// - **A-9** A value MUST arrive exactly: 64-bit integers, decimals, float bits, microseconds, bytes and text are
///   never rounded, shifted, trimmed or re-encoded.
/// - **A-10** An adapter MUST NOT send a statement a second time by itself unless the first provably did not happen.
/// - **A-11** An adapter SHOULD work under any async runtime that its [`Runtime`](crate::runtime::Runtime) stands for.
/// - **A-12** What an adapter reports by itself goes to `tracing`, with the target `drivetrain`. Where it waits for a
///   connection it SHOULD open a span `db.acquire`, so that this time is told from that of the statement, and record the
///   server's number of the connection as `db.connection`. A notice or warning of the server SHOULD be an event with the
///   message `notice`, its `severity` and its `sqlstate`, and without its text, which may repeat values of rows.
#[async_trait]
pub trait Adapter: Debug + Send + Sync + 'static {
    /// The adapter's name, such as `postgres`: in configuration, errors and reports.
    fn name(&self) -> &str;

    /// What it can do.
    fn capabilities(&self) -> &Capabilities;

    /// The text and the parameter types that `query` would be sent with, without I/O.
    ///
    /// - **A-20** The text MUST be what [`query`](Self::query) sends, for a query that `query` accepts.
    ///
    /// # Errors
    /// [`Unsupported`](crate::ErrorKind::Unsupported) for a statement that the dialect cannot express.
    fn lower(&self, query: &Query) -> Result<Lowered>;

    /// Runs one statement by itself.
    ///
    /// - **A-21** The result MUST hold all rows of the statement or be an error; it is never cut short.
    /// - **A-22** Columns MUST be those of the statement, in order, duplicates included, also where there are no rows.
    /// - **A-23** `affected` MUST be counted as [`affected_rows`](Capabilities::affected_rows) says, and `None` for
    ///   statements that change no rows by their nature.
    /// - **A-24** `last_insert_id` MUST be `None` unless this very statement generated an id.
    /// - **A-25** Text with more than one statement MUST be refused, and none of it run.
    ///
    /// # Errors
    /// What the database reports, and what the transport meets.
    async fn query(&self, query: Query) -> Result<QueryResult>;

    /// Runs several queries, in as few round trips as the transport allows; one result for each, in order.
    ///
    /// - **A-30** An atomic batch MUST take effect as a whole or not at all, at the isolation level asked for.
    /// - **A-31** A batch that is not atomic MUST stop at the first failure; what ran before it stays.
    /// - **A-32** An empty batch MUST send nothing.
    /// - **A-33** The error SHOULD carry the index of the query that failed.
    /// - **A-34** Statements that end or begin transactions MUST be refused inside an atomic batch.
    ///
    /// # Errors
    /// As [`query`](Self::query).
    async fn batch(&self, batch: Batch) -> Result<Vec<QueryResult>> {
        let _ = batch;
        Err(Error::unsupported("this adapter has no batches"))
    }

    /// Runs one statement and gives its rows in chunks.
    ///
    /// - **A-40** The stream MUST own its connection, and MUST NOT buffer more than its bounds and what is on its way.
    /// - **A-41** It MUST NOT hold a snapshot or lock longer than the consumer holds the stream.
    /// - **A-42** A failure after the first rows MUST end the stream with an error, never with success.
    /// - **A-43** Dropping it MUST stop the statement or discard the connection.
    ///
    /// # Errors
    /// As [`query`](Self::query), at once or later in the stream.
    async fn stream(&self, query: Query, options: StreamOptions) -> Result<RowStream<'static>> {
        let _ = (query, options);
        Err(Error::unsupported("this adapter does not stream rows"))
    }

    /// Begins a transaction.
    ///
    /// - **A-50** If BEGIN fails there MUST be no transaction, and nothing that follows may run outside of one.
    /// - **A-51** Isolation level and access mode MUST be those asked for, and MUST NOT be left behind for the next
    ///   user of the connection.
    ///
    /// # Errors
    /// What the database reports, and [`PoolTimeout`](crate::ErrorKind::PoolTimeout).
    async fn begin(&self, options: TransactionOptions) -> Result<Box<dyn Transaction>> {
        let _ = options;
        Err(Error::unsupported("this adapter has no interactive transactions"))
    }

    /// A connection of its own, without a transaction: for advisory locks, session settings and statements that
    /// cannot run in a transaction.
    ///
    /// - **A-55** What a session changed (settings, temporary tables, locks) MUST NOT be seen by later users of the
    ///   connection.
    ///
    /// # Errors
    /// [`PoolTimeout`](crate::ErrorKind::PoolTimeout), and what connecting meets.
    async fn session(&self) -> Result<Box<dyn Session>> {
        Err(Error::unsupported("this adapter has no sessions"))
    }

    /// Runs a text of several statements in order and drops their rows. Stops at the first failure.
    ///
    /// - **A-60** Where the transport takes one statement at a time, the text MUST be split as the dialect reads it;
    ///   text that cannot be split MUST be refused as a whole, before any of it runs.
    ///
    /// # Errors
    /// As [`query`](Self::query).
    async fn script(&self, sql: &str) -> Result<()> {
        let _ = sql;
        Err(Error::unsupported("this adapter does not run scripts"))
    }

    /// Asks the database for a sign of life.
    ///
    /// - **A-70** It MUST cause a round trip (embedded: touch the database), and MUST NOT change anything.
    ///
    /// # Errors
    /// Why the database cannot be used.
    async fn health_check(&self) -> Result<()>;

    /// Ends the adapter: waits for what runs, closes connections, and refuses everything afterwards with
    /// [`Closed`](crate::ErrorKind::Closed).
    ///
    /// - **A-71** It MUST be idempotent.
    ///
    /// # Errors
    /// What closing meets. The adapter is closed all the same.
    async fn close(&self) -> Result<()>;
}

#[async_trait]
impl<A: Adapter + ?Sized> Adapter for Arc<A> {
    fn name(&self) -> &str {
        (**self).name()
    }

    fn capabilities(&self) -> &Capabilities {
        (**self).capabilities()
    }

    fn lower(&self, query: &Query) -> Result<Lowered> {
        (**self).lower(query)
    }

    async fn query(&self, query: Query) -> Result<QueryResult> {
        (**self).query(query).await
    }

    async fn batch(&self, batch: Batch) -> Result<Vec<QueryResult>> {
        (**self).batch(batch).await
    }

    async fn stream(&self, query: Query, options: StreamOptions) -> Result<RowStream<'static>> {
        (**self).stream(query, options).await
    }

    async fn begin(&self, options: TransactionOptions) -> Result<Box<dyn Transaction>> {
        (**self).begin(options).await
    }

    async fn session(&self) -> Result<Box<dyn Session>> {
        (**self).session().await
    }

    async fn script(&self, sql: &str) -> Result<()> {
        (**self).script(sql).await
    }

    async fn health_check(&self) -> Result<()> {
        (**self).health_check().await
    }

    async fn close(&self) -> Result<()> {
        (**self).close().await
    }
}

/// What can be asked of one connection: within a transaction or a session. One call at a time.
///
/// - **C-1** The obligations of [`Adapter`] on queries, batches, streams and scripts apply.
/// - **C-2** All calls MUST run on the same connection, in the order they were made.
/// - **C-3** A batch here takes part in the transaction; an atomic one within a transaction MUST either be a
///   savepoint or fail the transaction as a whole.
#[async_trait]
pub trait Connection: Debug + MaybeSend {
    /// Runs one statement.
    ///
    /// # Errors
    /// As [`Adapter::query`]; [`TransactionAborted`](crate::ErrorKind::TransactionAborted) and
    /// [`TransactionEnded`](crate::ErrorKind::TransactionEnded) where the transaction has failed or is over.
    async fn query(&mut self, query: Query) -> Result<QueryResult>;

    /// Runs several queries. See [`Adapter::batch`].
    ///
    /// # Errors
    /// As [`query`](Self::query).
    async fn batch(&mut self, batch: Batch) -> Result<Vec<QueryResult>>;

    /// Runs one statement and gives its rows in chunks. See [`Adapter::stream`].
    ///
    /// # Errors
    /// As [`query`](Self::query).
    async fn stream(&mut self, query: Query, options: StreamOptions) -> Result<RowStream<'_>> {
        let _ = (query, options);
        Err(Error::unsupported("this adapter does not stream rows"))
    }

    /// Runs a text of several statements. See [`Adapter::script`].
    ///
    /// # Errors
    /// As [`query`](Self::query).
    async fn script(&mut self, sql: &str) -> Result<()> {
        let _ = sql;
        Err(Error::unsupported("this adapter does not run scripts"))
    }
}

/// A transaction.
///
/// - **T-1** Dropping it MUST roll it back or destroy its session, and never panic; the connection MUST NOT be used
///   by anybody before that is done.
/// - **T-2** After the server ended the transaction by itself, every call MUST answer
///   [`TransactionEnded`](crate::ErrorKind::TransactionEnded), and no statement may run outside of it.
/// - **T-3** A transaction that outlived its [`timeout`](TransactionOptions::timeout) MUST be rolled back, and every
///   call answer [`TransactionEnded`](crate::ErrorKind::TransactionEnded).
#[async_trait]
pub trait Transaction: Connection {
    /// Sets a savepoint.
    ///
    /// # Errors
    /// What the database reports.
    async fn savepoint(&mut self) -> Result<Savepoint> {
        Err(Error::unsupported("this adapter has no savepoints"))
    }

    /// Keeps what was done since the savepoint, and forgets it.
    ///
    /// # Errors
    /// [`NoSuchSavepoint`](crate::ErrorKind::NoSuchSavepoint), and what the database reports.
    async fn release(&mut self, savepoint: Savepoint) -> Result<()> {
        let _ = savepoint;
        Err(Error::unsupported("this adapter has no savepoints"))
    }

    /// Undoes what was done since the savepoint, and forgets it. A transaction that a failed statement aborted since
    /// then is usable again.
    ///
    /// # Errors
    /// [`NoSuchSavepoint`](crate::ErrorKind::NoSuchSavepoint), and what the database reports.
    async fn rollback_to(&mut self, savepoint: Savepoint) -> Result<()> {
        let _ = savepoint;
        Err(Error::unsupported("this adapter has no savepoints"))
    }

    /// Remembers that the savepoint was dropped: what was done since is undone before the next statement, and before
    /// COMMIT.
    ///
    /// - **T-10** The rollback MUST come before anything else that is sent, in the same round trip if it can be.
    fn abandon(&mut self, savepoint: Savepoint) {
        let _ = savepoint;
    }

    /// Makes all of it durable.
    ///
    /// - **T-20** Anything but the server's confirmation MUST be an error. A COMMIT that the server answers with a
    ///   rollback is [`TransactionRolledBack`](crate::ErrorKind::TransactionRolledBack); one whose answer is lost is
    ///   [`CommitOutcomeUnknown`](crate::ErrorKind::CommitOutcomeUnknown).
    /// - **T-21** After a COMMIT that failed and left the transaction open, the transaction MUST be rolled back.
    ///
    /// # Errors
    /// Why it is not known to be durable.
    async fn commit(self: Box<Self>) -> Result<()>;

    /// Undoes all of it.
    ///
    /// # Errors
    /// What the transport meets. The transaction is undone all the same: its connection is closed.
    async fn rollback(self: Box<Self>) -> Result<()>;
}

/// A pinned connection.
#[async_trait]
pub trait Session: Connection {
    /// Begins a transaction on this connection.
    ///
    /// # Errors
    /// As [`Adapter::begin`].
    async fn begin(&mut self, options: TransactionOptions) -> Result<Box<dyn Transaction + '_>> {
        let _ = options;
        Err(Error::unsupported("this adapter has no interactive transactions"))
    }

    /// Gives the connection back.
    ///
    /// - **S-1** Dropping a session MUST do the same, in the background.
    ///
    /// # Errors
    /// What cleaning the connection meets; it is closed then.
    async fn close(self: Box<Self>) -> Result<()>;
}
