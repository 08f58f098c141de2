//! The protocol's session by itself, on a real server: what the adapter's own checks keep from ever happening.

mod common;

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use common::{Bench, oracle};
use drivetrain_adapter_api::{ErrorKind, TransactionOptions};
use drivetrain_adapter_postgres::Address;
use drivetrain_postgres_core::session::{
    Atomicity, Request, Session, Shared, Start, StatementMode, TransactionState, TransactionStatus, begin_sql,
};
use tokio::net::TcpStream;

async fn session(bench: &Bench, mode: StatementMode) -> Session<TcpStream> {
    let role = format!("{}_role", bench.schema);
    let renew = format!("DROP ROLE IF EXISTS {role}; CREATE ROLE {role} SUPERUSER LOGIN PASSWORD 'x'");
    bench.setup(&renew).await;
    let config = common::config();
    let Address::Name(host) = &config.hosts()[0].address else { panic!("the tests need a server by TCP") };
    let stream = TcpStream::connect((&**host, config.hosts()[0].port)).await.unwrap();
    let start = Start {
        password: Some("x".to_owned()),
        settings: vec![("search_path".to_owned(), bench.schema.clone())],
        mode,
        ..Start::new(role, config.database())
    };
    Session::start(stream, &start, Arc::new(Shared::new())).await.unwrap()
}

#[tokio::test]
async fn copying_is_refused_and_the_session_goes_on() {
    let bench = Bench::new("session_copy").await;
    bench.setup("CREATE TABLE t (id int)").await;
    let mut session = session(&bench, StatementMode::Named).await;
    for sql in ["COPY t FROM STDIN", "COPY t TO STDOUT", "COPY (SELECT generate_series(1, 100000)) TO STDOUT"]
    {
        for _ in 0..2 {
            let error = session.query(&[], &Request::new(sql)).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Unsupported, "{sql}");
            assert!(!session.is_in_flight());
            let answer = session.query(&[], &Request::new("SELECT 7")).await.unwrap();
            assert_eq!(answer.rows.get::<i32>(0, 0).unwrap(), 7);
            assert_eq!(session.simple(sql).await.unwrap_err().kind(), ErrorKind::Unsupported);
            assert_eq!(session.transaction_status(), TransactionStatus::Idle);
        }
        let insert = || Request::new("INSERT INTO t VALUES (1)");
        let requests = [insert(), Request::new(sql), insert()];
        let error = session.batch(&[], &requests, &Atomicity::Each).await.unwrap_err();
        assert_eq!((error.kind(), error.batch_index()), (ErrorKind::Unsupported, Some(1)), "{sql}");
        if sql.contains("STDIN") {
            assert!(session.is_broken(), "the server has lost its place");
            session = self::session(&bench, StatementMode::Named).await;
        }
        assert!(!session.is_in_flight());
        assert_eq!(session.transaction_status(), TransactionStatus::Idle);
        session.ping().await.unwrap();
        assert!(session.is_alive());
    }
}

#[tokio::test]
async fn notices_and_notifications_are_kept() {
    let bench = Bench::new("session_notices").await;
    let mut session = session(&bench, StatementMode::Named).await;
    session.simple("DO $$ BEGIN RAISE WARNING 'careful'; END $$").await.unwrap();
    let notices = session.take_notices();
    assert_eq!((&*notices[0].severity, &*notices[0].message), ("WARNING", "careful"));
    session.simple("LISTEN news").await.unwrap();
    assert!(session.has_traces());
    bench.setup("NOTIFY news, 'hello'").await;
    while session.take_notifications().into_iter().all(|heard| heard.payload != "hello") {
        assert!(session.is_alive());
        tokio::task::yield_now().await;
    }
    session.discard_all().await.unwrap();
    assert!(!session.has_traces());
    session.simple("SET TimeZone = 'Asia/Kathmandu'").await.unwrap();
    assert_eq!(session.parameter("TimeZone"), Some("Asia/Kathmandu"));
}

#[tokio::test]
async fn a_transaction_that_a_statement_ended_is_noticed_by_the_status() {
    let bench = Bench::new("session_ended").await;
    bench.setup("CREATE TABLE t (id int)").await;
    let mut session = session(&bench, StatementMode::Named).await;
    for end in ["COMMIT", "ROLLBACK"] {
        let mut transaction = TransactionState::new(begin_sql(&TransactionOptions::new()));
        transaction.query(&mut session, &Request::new("INSERT INTO t VALUES (1)")).await.unwrap();
        let error = transaction.query(&mut session, &Request::new(end)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TransactionEnded);
        for _ in 0..2 {
            let error =
                transaction.query(&mut session, &Request::new("INSERT INTO t VALUES (2)")).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TransactionEnded, "never outside of a transaction");
        }
        assert_eq!(transaction.commit(&mut session).await.unwrap_err().kind(), ErrorKind::TransactionEnded);
    }
    // Also if nobody waited for the answer.
    let mut transaction = TransactionState::new("BEGIN".to_owned());
    transaction.query(&mut session, &Request::new("SELECT 1")).await.unwrap();
    once(transaction.simple(&mut session, "COMMIT")).await;
    session.recover().await.unwrap();
    assert_eq!(session.transaction_status(), TransactionStatus::Idle);
    let error = transaction.query(&mut session, &Request::new("INSERT INTO t VALUES (2)")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TransactionEnded);
    let mut transaction = TransactionState::new("BEGIN".to_owned());
    let error = transaction.simple(&mut session, "SELECT 1; COMMIT; SELECT 2").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TransactionEnded);
    assert_eq!(bench.count("SELECT count(*) FROM t WHERE id = 2").await, 0);
}

#[tokio::test]
async fn a_begin_that_fails_begins_nothing() {
    let bench = Bench::new("session_begin").await;
    bench.setup("CREATE TABLE t (id int)").await;
    let mut session = session(&bench, StatementMode::Named).await;
    for _ in 0..2 {
        let mut transaction = TransactionState::new("BEGIN NONSENSE".to_owned());
        let insert = Request::new("INSERT INTO t VALUES (1)");
        assert_eq!(transaction.query(&mut session, &insert).await.unwrap_err().kind(), ErrorKind::Syntax);
        assert_eq!(session.transaction_status(), TransactionStatus::Idle);
        assert_eq!(
            transaction.query(&mut session, &insert).await.unwrap_err().kind(),
            ErrorKind::TransactionEnded
        );
    }
    let bad = Atomicity::Together("BEGIN NONSENSE".to_owned());
    session.batch(&[], &[Request::new("INSERT INTO t VALUES (1)")], &bad).await.unwrap_err();
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 0);
}

/// Polls once, and drops.
async fn once(future: impl Future) {
    let mut future = pin!(future);
    poll_fn(|context| {
        assert!(future.as_mut().poll(context).is_pending());
        Poll::Ready(())
    })
    .await;
}

#[tokio::test]
async fn after_a_dropped_call_a_session_insists_on_being_recovered() {
    let bench = Bench::new("session_recover").await;
    for mode in [StatementMode::Named, StatementMode::Unnamed] {
        let mut session = session(&bench, mode).await;
        for round in 0..20 {
            let sql = format!("SELECT {}", round % 3);
            once(session.query(&[], &Request::new(&*sql))).await;
            assert!(session.is_in_flight() && session.is_worth_cancelling());
            let error = session.query(&[], &Request::new(&*sql)).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Misuse);
            session.recover().await.unwrap();
            let answer = session.query(&[], &Request::new(&*sql)).await.unwrap();
            assert_eq!(answer.rows.get::<i32>(0, 0).unwrap(), round % 3);
            once(session.simple("SELECT 1; SELECT 2")).await;
            session.recover().await.unwrap();
            let requests = [Request::new("SELECT 8"), Request::new(&*sql)];
            once(session.batch(&[], &requests, &Atomicity::Together("BEGIN".to_owned()))).await;
            session.recover().await.unwrap();
            assert_eq!(session.transaction_status(), TransactionStatus::Idle);
        }
        // Statements that were prepared by dropped calls have not piled up.
        let prepared =
            session.query(&[], &Request::new("SELECT count(*) FROM pg_prepared_statements")).await.unwrap();
        let prepared: i64 = prepared.rows.get(0, 0).unwrap();
        assert!(prepared <= session.prepared_statements() as i64, "{prepared}");
        session.terminate().await;
        assert!(session.is_broken());
    }
    drop(oracle().await);
}
