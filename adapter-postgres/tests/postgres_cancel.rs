//! Dropped futures: nothing is left open or running, and no answer reaches the wrong caller.

mod common;

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use common::{Bench, eventually, first, raw};
use drivetrain_adapter_api::{
    Adapter, Batch, BoxFuture, ErrorKind, Query, Result, TransactionOptions, Value,
};

const NOT_IDLE: &str = "state <> 'idle'";

async fn table(name: &str) -> Bench {
    let bench = Bench::new(name).await;
    bench.setup("CREATE TABLE t (id int)").await;
    bench
}

/// Polls the future so often, and drops it. Whether it was done by then.
async fn poll_times<T>(polls: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut left = polls;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            // Polled again when something has happened, as an executor would.
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Drops `make`'s future after every number of polls there is, until it comes to its end; in between everything must
/// be as if nothing had been dropped.
async fn sweep<'a>(bench: &Bench, mut make: impl FnMut(usize) -> BoxFuture<'a, Result<()>>) {
    for polls in 1..200 {
        let done = poll_times(polls, make(polls)).await;
        bench.until_no_session(NOT_IDLE).await;
        bench.until_clean().await;
        bench.assert_usable().await;
        assert!(bench.adapter.pool_status().size <= 1, "the connection is used again");
        if let Some(outcome) = done {
            outcome.unwrap();
            assert!(polls > 1, "something was dropped");
            return;
        }
    }
    panic!("the call never came to its end");
}

fn insert(id: usize) -> Query {
    Query::raw("INSERT INTO t VALUES ($1)", vec![Value::Int32(id as i32)])
}

/// Each id was inserted once or not at all.
async fn assert_once(bench: &Bench) {
    let sql = "SELECT count(*) FROM (SELECT id FROM t GROUP BY id HAVING count(*) > 1) twice";
    assert_eq!(bench.count(sql).await, 0);
}

#[tokio::test]
async fn a_query_dropped_at_any_point() {
    let bench = table("cancel_query").await;
    let adapter = bench.adapter.clone();
    sweep(&bench, |polls| {
        let adapter = adapter.clone();
        Box::pin(async move { adapter.query(insert(polls)).await.map(drop) })
    })
    .await;
    assert_once(&bench).await;
}

#[tokio::test]
async fn a_transaction_dropped_at_any_point() {
    let bench = table("cancel_transaction").await;
    let adapter = bench.adapter.clone();
    sweep(&bench, |polls| {
        let adapter = adapter.clone();
        Box::pin(async move {
            let mut transaction = adapter.begin(TransactionOptions::new()).await?;
            transaction.query(insert(polls)).await?;
            let savepoint = transaction.savepoint().await?;
            transaction.query(insert(polls + 1000)).await?;
            transaction.release(savepoint).await?;
            transaction.commit().await
        })
    })
    .await;
    assert_once(&bench).await;
    let halves =
        "SELECT count(*) FROM t a WHERE id < 1000 AND NOT EXISTS (SELECT FROM t b WHERE b.id = a.id + 1000)";
    assert_eq!(bench.count(halves).await, 0, "all of a transaction or nothing");
}

#[tokio::test]
async fn a_batch_dropped_at_any_point() {
    let bench = table("cancel_batch").await;
    let adapter = bench.adapter.clone();
    sweep(&bench, |polls| {
        let adapter = adapter.clone();
        Box::pin(async move {
            let queries = (0..20).map(|n| insert(polls + 1000 * n)).collect();
            adapter.batch(Batch::atomic(queries, TransactionOptions::new())).await.map(drop)
        })
    })
    .await;
    assert_once(&bench).await;
    let parts = "SELECT count(*) FROM (SELECT FROM t GROUP BY id % 1000 HAVING count(*) <> 20) parts";
    assert_eq!(bench.count(parts).await, 0, "all of a batch or nothing");
}

#[tokio::test]
async fn a_session_survives_its_dropped_calls() {
    let bench = table("cancel_session").await;
    let mut session = bench.adapter.session().await.unwrap();
    session.query(raw("SET work_mem = '5MB'")).await.unwrap();
    for polls in 1..8 {
        let slow = poll_times(polls, session.query(raw("SELECT pg_sleep(100)")));
        let dropped = tokio::time::timeout(Duration::from_millis(100), slow).await;
        assert!(!matches!(dropped, Ok(Some(_))));
        let kept = session.query(raw("SHOW work_mem")).await.unwrap();
        assert_eq!(first::<String>(&kept), "5MB");
    }
    session.close().await.unwrap();
    eventually(async || bench.adapter.pool_status().idle == 1, "the connection is idle").await;
    let shown = bench.query("SHOW work_mem", vec![]).await.unwrap();
    assert_ne!(first::<String>(&shown), "5MB", "nothing is left behind");
}

#[tokio::test]
async fn the_server_stops_a_statement_that_was_dropped() {
    let bench = table("cancel_stops").await;
    let sleep = bench.adapter.query(raw("SELECT pg_sleep(100)"));
    let mut sleep = Box::pin(sleep);
    tokio::select! {
        _ = &mut sleep => panic!("it sleeps"),
        () = eventually(async || bench.sessions("wait_event = 'PgSleep'").await == 1, "it sleeps") => {}
    }
    drop(sleep);
    bench.until_no_session(NOT_IDLE).await;
    bench.until_clean().await;
    assert_eq!(bench.sessions("true").await, 1, "the connection is kept");
    bench.assert_usable().await;
    assert_eq!(bench.adapter.pool_status().size, 1);
}

#[tokio::test]
async fn a_limit_of_time_stops_the_statement_too() {
    let bench = table("cancel_limit").await;
    let slow = raw("SELECT pg_sleep(100)").with_timeout(Some(Duration::from_millis(100)));
    let error = bench.adapter.query(slow).await.unwrap_err();
    assert_eq!((error.kind(), error.adapter()), (ErrorKind::Timeout, Some("postgres")));
    bench.until_no_session(NOT_IDLE).await;
    bench.assert_usable().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_and_no_cancellation_reaches_the_next_user() {
    let bench = Bench::with("cancel_race", common::config().pool_max(2)).await;
    for nonce in 0..200_i64 {
        let adapter = bench.adapter.clone();
        let dropped = tokio::spawn(async move {
            let query = Query::raw("SELECT $1::int8, pg_sleep(0.002)", vec![Value::Int64(-1)]);
            let _ = adapter.query(query).await;
        });
        // At every moment of its life, by and by.
        tokio::time::sleep(Duration::from_micros(20 * (nonce as u64 % 200))).await;
        dropped.abort();
        let query = Query::raw("SELECT $1::int8, pg_sleep(0.001)", vec![Value::Int64(nonce)]);
        let result = bench.adapter.query(query).await.unwrap();
        assert_eq!(first::<i64>(&result), nonce);
        let _ = dropped.await;
    }
    assert!(bench.adapter.pool_status().size <= 2);
}

#[tokio::test]
async fn the_place_in_the_pool_is_held_until_the_connection_is_clean() {
    let bench = Bench::with("cancel_slot", common::config().pool_max(1)).await;
    bench.setup("CREATE TABLE t (id int)").await;
    for _ in 0..20 {
        let mut transaction = bench.adapter.begin(TransactionOptions::new()).await.unwrap();
        transaction.query(raw("LOCK TABLE t IN ACCESS EXCLUSIVE MODE NOWAIT")).await.unwrap();
        drop(transaction);
        // With the only connection given back before the rollback, this would fail or see the lock.
        assert_eq!(first::<i64>(&bench.query("SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' AND relation = 't'::regclass", vec![]).await.unwrap()), 0);
    }
    assert_eq!(bench.adapter.pool_status().size, 1);
}

#[tokio::test]
async fn with_tls_the_server_is_told_as_well() {
    let config =
        drivetrain_adapter_postgres::PostgresConfig::from_url(&common::url_with("sslmode=require")).unwrap();
    let bench = Bench::with("cancel_tls", config).await;
    let slow = raw("SELECT pg_sleep(100)").with_timeout(Some(Duration::from_millis(100)));
    assert_eq!(bench.adapter.query(slow).await.unwrap_err().kind(), ErrorKind::Timeout);
    bench.until_no_session(NOT_IDLE).await;
    bench.until_clean().await;
    bench.assert_usable().await;
    assert_eq!(bench.adapter.pool_status().size, 1, "the same connection");
}
