//! A pool of sessions whose start is sent ahead, in front of a server that does not take it: each call is made once more,
//! on a session started in the ordinary way, and the server runs it once.

mod fake;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use drivetrain_adapter_api::{
    Access, Batch, Capabilities, Dialect, Error, ErrorKind, Query, Result, RetryClass, StreamOptions,
    TransactionOptions, async_trait,
};
use drivetrain_pool::Config;
use drivetrain_postgres_core::pooled::{Connector, SessionPool};
use drivetrain_postgres_core::session::{CancelKey, Session, Shared, Start, StatementMode};
use drivetrain_sql::Lowerer;
use fake::{auth, described, error, executed, message, ready, tag, welcome};
use futures_util::TryStreamExt;
use tokio::io::DuplexStream;

/// Connects to servers made of prepared bytes.
#[derive(Debug)]
struct Fake {
    /// What the server says to a start that is sent ahead, from one connection to the next; the last goes on.
    ahead: Vec<Vec<u8>>,
    /// What it says after that, or after a start in the ordinary way.
    answers: Vec<Vec<u8>>,
    forgone: AtomicBool,
    /// It goes on pipelining after all.
    stubborn: bool,
    connections: AtomicUsize,
}

#[async_trait]
impl Connector for Fake {
    type Stream = DuplexStream;
    type Origin = ();

    fn name(&self) -> &'static str {
        "fake"
    }

    fn mode(&self) -> StatementMode {
        StatementMode::Named
    }

    async fn connect(&self) -> Result<(Session<DuplexStream>, ())> {
        let earlier = self.connections.fetch_add(1, Ordering::AcqRel);
        let start = Start { password: Some("p".to_owned()), confidential: true, ..Start::new("u", "d") };
        let shared = Arc::new(Shared::new());
        let session = if self.forgone.load(Ordering::Acquire) && !self.stubborn {
            let answers = std::iter::once(welcome()).chain(self.answers.clone()).collect();
            Session::start(fake::server(answers), &start, shared).await?
        } else {
            let ahead = self.ahead[earlier.min(self.ahead.len() - 1)].clone();
            // Having said all that, it listens on.
            let answers = std::iter::once(ahead).chain(self.answers.clone()).chain([vec![]]).collect();
            Session::start_pipelined(fake::server(answers), &start, shared)?
        };
        Ok((session, ()))
    }

    async fn cancel(&self, (): &(), _key: CancelKey) -> Result<()> {
        Ok(())
    }

    fn forgo_pipelining(&self) {
        self.forgone.store(true, Ordering::Release);
    }

    fn retry_start(&self, error: &Error, attempt: u32) -> Option<Duration> {
        let waking = error.kind() == ErrorKind::ServerUnavailable && attempt < 3;
        waking.then_some(Duration::from_millis(1))
    }

    fn timed_out(&self, limit: Duration) -> Error {
        Error::new(ErrorKind::Connect, format!("not within {limit:?}"))
    }
}

fn pool(ahead: Vec<Vec<u8>>, answers: Vec<Vec<u8>>, stubborn: bool) -> SessionPool<Fake> {
    let (forgone, connections) = (AtomicBool::new(false), AtomicUsize::new(0));
    let connector = Arc::new(Fake { ahead, answers, forgone, stubborn, connections });
    let lowerer = Lowerer::new(&Capabilities::none(Dialect::Postgres).with_raw_sql(true));
    SessionPool::new(connector, lowerer, Config::default(), drivetrain_env::default_runtime(), None).unwrap()
}

/// A pool in front of a server that asks for SCRAM, and goes on with those answers.
fn refusing(answers: Vec<Vec<u8>>) -> SessionPool<Fake> {
    pool(vec![auth(10, b"SCRAM-SHA-256\0\0")], answers, false)
}

fn connections(pool: &SessionPool<Fake>) -> usize {
    pool.connector().connections.load(Ordering::Acquire)
}

fn select() -> Query {
    let mut query = Query::raw("SELECT n", vec![]);
    query.options.access = Access::Write;
    query
}

/// BEGIN, and the description of a statement.
fn begun() -> Vec<u8> {
    [message(b'1', &[]), message(b'2', &[]), tag("BEGIN"), described()].concat()
}

fn within(answer: &[u8]) -> Vec<u8> {
    [&answer[..answer.len() - 1], b"T"].concat()
}

fn committed() -> Vec<u8> {
    [message(b'1', &[]), message(b'2', &[]), tag("COMMIT"), ready(b'I')].concat()
}

#[tokio::test]
async fn each_call_is_made_once_more() {
    let pool = refusing(vec![described(), executed()]);
    assert_eq!(pool.query(select()).await.unwrap().rows.get::<i32>(0, 0).unwrap(), 42);
    assert_eq!(connections(&pool), 2);

    let statement = [described(), message(b'2', &[]), tag("SELECT 0")].concat();
    let pool = refusing(vec![[committed_begin(), statement, committed()].concat()]);
    let batch = Batch::atomic(vec![select()], TransactionOptions::new());
    assert_eq!(pool.batch(batch).await.unwrap().len(), 1);

    let pool = refusing(vec![described(), executed(), ready(b'I')]);
    let stream = pool.stream(select(), StreamOptions::default()).await.unwrap();
    let chunks: Vec<_> = stream.try_collect().await.unwrap();
    assert_eq!(chunks[0].get::<i32>(0, 0).unwrap(), 42);

    let pool = refusing(vec![[tag("SELECT 1"), ready(b'I')].concat()]);
    pool.script("SELECT 1").await.unwrap();
    let pool = refusing(vec![[tag("SELECT 1"), ready(b'I')].concat()]);
    pool.health_check().await.unwrap();
}

fn committed_begin() -> Vec<u8> {
    [message(b'1', &[]), message(b'2', &[]), tag("BEGIN")].concat()
}

#[tokio::test]
async fn the_first_call_of_a_transaction_is_made_once_more() {
    let pool = refusing(vec![begun(), within(&executed()), committed()]);
    let mut transaction = pool.begin(TransactionOptions::new()).await.unwrap();
    assert_eq!(transaction.query(select()).await.unwrap().rows.get::<i32>(0, 0).unwrap(), 42);
    transaction.commit().await.unwrap();
    assert_eq!(connections(&pool), 2);

    let set =
        [committed_begin(), message(b'1', &[]), message(b'2', &[]), tag("SAVEPOINT"), ready(b'T')].concat();
    let pool = refusing(vec![set, committed()]);
    let mut transaction = pool.begin(TransactionOptions::new()).await.unwrap();
    transaction.savepoint().await.unwrap();
    transaction.commit().await.unwrap();

    let begun = [committed_begin(), ready(b'T')].concat();
    let pool = refusing(vec![begun, [tag("SELECT 1"), ready(b'T')].concat(), committed()]);
    let mut transaction = pool.begin(TransactionOptions::new()).await.unwrap();
    transaction.script("SELECT 1").await.unwrap();
    transaction.commit().await.unwrap();
}

#[tokio::test]
async fn the_first_call_of_a_session_is_made_once_more() {
    let discarded = [tag("DISCARD ALL"), ready(b'I')].concat();
    let pool = refusing(vec![described(), executed(), discarded]);
    let mut session = pool.session().await.unwrap();
    assert_eq!(session.query(select()).await.unwrap().rows.get::<i32>(0, 0).unwrap(), 42);
    session.close().await.unwrap();
    assert_eq!(connections(&pool), 2, "and what it leaves behind is discarded");

    // One that nobody used has left nothing behind, and its start is not sent.
    let pool = refusing(vec![]);
    pool.session().await.unwrap().close().await.unwrap();
    assert_eq!((connections(&pool), pool.connector().forgone.load(Ordering::Acquire)), (1, false));
}

#[tokio::test]
async fn it_is_made_once_more_and_not_twice() {
    let pool = pool(vec![auth(10, b"SCRAM-SHA-256\0\0")], vec![], true);
    let error = pool.query(select()).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Connect, RetryClass::SafeNow));
    assert_eq!((connections(&pool), error.adapter()), (2, Some("fake")));
}

#[tokio::test]
async fn an_error_of_the_start_is_no_reason_to_make_it_again() {
    let wrong = error(&[(b'S', "FATAL"), (b'V', "FATAL"), (b'C', "28P01"), (b'M', "no")]);
    let pool = pool(vec![[auth(3, &[]), wrong].concat()], vec![], false);
    let mut transaction = pool.begin(TransactionOptions::new()).await.unwrap();
    let error = transaction.query(select()).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::AuthenticationFailed, RetryClass::Never));
    assert_eq!(connections(&pool), 1);
    let error = transaction.query(select()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TransactionEnded);
}

#[tokio::test]
async fn a_server_that_is_not_up_yet_is_asked_again() {
    let starting = error(&[(b'S', "FATAL"), (b'V', "FATAL"), (b'C', "57P03"), (b'M', "starting")]);
    let ran = [tag("SELECT 1"), ready(b'I')].concat();
    let up = [auth(3, &[]), welcome(), ran].concat();
    let waking = pool(vec![starting.clone(), starting.clone(), up.clone()], vec![], false);
    waking.script("SELECT 1").await.unwrap();
    assert_eq!(connections(&waking), 3);

    let down = pool(vec![starting], vec![], false);
    let error = down.script("SELECT 1").await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::ServerUnavailable, RetryClass::SafeNow));
    assert_eq!(connections(&down), 3);

    // Once it has let us in, the same error is one of the call, which may have been run.
    let ending = error_of_the_call();
    let ended = pool(vec![[auth(3, &[]), welcome(), ending].concat(), up], vec![], false);
    let error = ended.script("SELECT 1").await.unwrap_err();
    assert_eq!((connections(&ended), error.retry()), (1, RetryClass::OutcomeUnknown));
}

fn error_of_the_call() -> Vec<u8> {
    error(&[(b'S', "FATAL"), (b'V', "FATAL"), (b'C', "57P01"), (b'M', "stopping")])
}

#[tokio::test(start_paused = true)]
async fn a_start_that_is_not_answered_takes_no_longer_than_connecting_may() {
    let limit = Config::default().connect_timeout;
    for said in [vec![], auth(3, &[]), [auth(3, &[]), auth(0, &[])].concat()] {
        let mute = pool(vec![said], vec![], false);
        let begun = tokio::time::Instant::now();
        let error = mute.query(select()).await.unwrap_err();
        assert_eq!((error.kind(), error.retry()), (ErrorKind::ConnectionLost, RetryClass::OutcomeUnknown));
        assert_eq!(begun.elapsed().as_secs(), limit.as_secs());
        assert_eq!(connections(&mute), 1);
    }
    // Once it has let us in, the call takes as long as it takes.
    let slow = pool(vec![[auth(3, &[]), welcome()].concat()], vec![], false);
    assert!(tokio::time::timeout(5 * limit, slow.query(select())).await.is_err());
}

#[tokio::test]
async fn a_session_that_the_server_has_taken_is_preferred_to_one_that_it_may_refuse() {
    let full = error(&[(b'S', "FATAL"), (b'V', "FATAL"), (b'C', "53300"), (b'M', "full")]);
    let ran = || [tag("SELECT 1"), ready(b'I')].concat();
    let pool = pool(vec![[auth(3, &[]), welcome(), ran()].concat(), full], vec![ran(), ran()], false);
    let taken = pool.begin(TransactionOptions::new()).await.unwrap();
    let waiting = pool.begin(TransactionOptions::new()).await.unwrap();
    drop(taken);
    pool.script("SELECT 1").await.unwrap();
    drop(waiting);
    assert_eq!((pool.status().idle, connections(&pool)), (2, 2));
    for _ in 0..2 {
        pool.script("SELECT 1").await.unwrap();
    }
    assert_eq!((pool.status().idle, connections(&pool)), (2, 2));
}
