//! Futures that are dropped, and limits of time: what was begun happens once or not at all, and nobody else is hit.

use std::time::Duration;

use drivetrain_adapter_api::{Adapter, Batch, ErrorKind, RetryClass, Transaction, TransactionOptions, Value};
use futures_util::pin_mut;
use std::future::{Future, poll_fn};
use std::task::Poll;

use crate::support::{ENDLESS, Fixture, cell, raw, raw_with};

const TABLE: &str = "CREATE TABLE t (x INTEGER UNIQUE)";

/// Polls `future` as often as that, and drops it. `Some` if it was done by then.
async fn polled<T>(times: usize, future: impl Future<Output = T>) -> Option<T> {
    pin_mut!(future);
    let mut left = times;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => {
                // Again at once, whether or not it is woken.
                context.waker().wake_by_ref();
                Poll::Pending
            }
        }
    })
    .await
}

const SWEEP: [usize; 9] = [0, 1, 2, 3, 5, 8, 20, 100, 2000];

fn insert(x: i64) -> drivetrain_adapter_api::Query {
    raw_with("INSERT INTO t (x) VALUES (?)", vec![Value::Int64(x)])
}

#[tokio::test]
async fn a_dropped_write_happens_once_or_not_at_all() {
    let db = Fixture::new().await;
    db.run(TABLE).await;
    for round in 0..300_i64 {
        let times = SWEEP[usize::try_from(round).unwrap() % SWEEP.len()];
        let done = polled(times, db.adapter.query(insert(round))).await;
        if times == 0 {
            assert_eq!(db.ask::<i64>(&format!("SELECT count(*) FROM t WHERE x = {round}")), 0);
        }
        // The next call gets its own answer, and is not hit by the cancellation of the one before.
        let own = db.adapter.query(raw_with("SELECT ?", vec![Value::Int64(round)])).await.unwrap();
        assert_eq!(cell(&own, 0, 0), Value::Int64(round));
        db.adapter.query(insert(1_000_000 + round)).await.unwrap();
        if done.is_some() {
            assert_eq!(db.ask::<i64>(&format!("SELECT count(*) FROM t WHERE x = {round}")), 1);
        }
    }
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM t WHERE x >= 1000000"), 300);
}

#[tokio::test]
async fn a_dropped_atomic_batch_happens_as_a_whole_or_not_at_all() {
    let db = Fixture::new().await;
    db.run(TABLE).await;
    for round in 0..120_i64 {
        let queries = (0..10).map(|at| insert(round * 10 + at)).collect();
        let batch = Batch::atomic(queries, TransactionOptions::new());
        let times = SWEEP[usize::try_from(round).unwrap() % SWEEP.len()];
        drop(polled(times, db.adapter.batch(batch)).await);
        db.adapter.query(raw("UPDATE t SET x = x")).await.unwrap();
        let there = format!("SELECT count(*) FROM t WHERE x / 10 = {round}");
        assert!([0, 10].contains(&db.ask::<i64>(&there)), "{} of ten", db.ask::<i64>(&there));
    }
}

#[tokio::test]
async fn a_dropped_begin_savepoint_or_rollback_leaves_no_transaction_open() {
    let db = Fixture::new().await;
    db.run(TABLE).await;
    for times in SWEEP {
        drop(polled(times, db.adapter.begin(TransactionOptions::new())).await);
        drop(polled(times, db.adapter.begin(TransactionOptions::new().read_only())).await);
        drop(polled(times, db.adapter.session()).await);
        db.adapter.query(insert(i64::try_from(times).unwrap())).await.unwrap();
        let mut transaction = db.adapter.begin(TransactionOptions::new()).await.unwrap();
        transaction.query(insert(-1)).await.unwrap();
        drop(polled(times, transaction.savepoint()).await);
        drop(polled(times, transaction.rollback()).await);
    }
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM t WHERE x >= 0"), 9);
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM t WHERE x < 0"), 0);
}

#[tokio::test]
async fn a_dropped_commit_happens_once_or_not_at_all() {
    let db = Fixture::new().await;
    db.run(TABLE).await;
    for (round, times) in (0_i64..).zip(SWEEP) {
        let mut transaction = db.adapter.begin(TransactionOptions::new()).await.unwrap();
        transaction.query(insert(round)).await.unwrap();
        transaction.query(insert(round + 1000)).await.unwrap();
        let done = polled(times, transaction.commit()).await;
        db.run("UPDATE t SET x = x").await;
        let there = db.ask::<i64>(&format!("SELECT count(*) FROM t WHERE x % 1000 = {round}"));
        match times {
            0 => assert_eq!(there, 0, "nothing was sent"),
            _ => assert!(there == 2 || there == 0 && done.is_none(), "{there} rows after {times} polls"),
        }
    }
}

#[tokio::test]
async fn a_dropped_statement_stops_and_its_thread_is_free() {
    let db = Fixture::with(|config| config.readers(1)).await;
    db.run(TABLE).await;
    for times in [1, 2, 50] {
        assert!(polled(times, db.adapter.query(raw(ENDLESS))).await.is_none());
        // The only reader answers again.
        assert_eq!(db.run("SELECT 1").await.rows.len(), 1);
        let write = format!("INSERT INTO t SELECT * FROM ({ENDLESS})");
        assert!(polled(times, db.adapter.query(raw(&write))).await.is_none());
        assert!(polled(times, db.adapter.script(&write)).await.is_none());
        let batch = Batch::new(vec![insert(i64::try_from(times).unwrap()), raw(&write), insert(-1)]);
        assert!(polled(times, db.adapter.batch(batch)).await.is_none());
        db.run("SELECT * FROM t").await;
        db.run("DELETE FROM t WHERE x < 0").await;
    }
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM t WHERE x < 0"), 0);
}

#[tokio::test]
async fn a_dropped_read_within_a_transaction_leaves_it_usable_and_a_dropped_write_ends_it() {
    let db = Fixture::new().await;
    db.run(TABLE).await;
    let mut transaction = db.adapter.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(insert(1)).await.unwrap();
    assert!(polled(20, transaction.query(raw(ENDLESS))).await.is_none());
    transaction.query(insert(2)).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM t"), 2);

    let mut transaction = db.adapter.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(insert(3)).await.unwrap();
    let write = format!("INSERT INTO t SELECT * FROM ({ENDLESS})");
    assert!(tokio::time::timeout(Duration::from_millis(50), transaction.query(raw(&write))).await.is_err());
    // SQLite rolls the transaction back when it interrupts a write; nothing may run outside of one.
    let next = transaction.query(insert(4)).await;
    let ended = transaction.commit().await;
    if let Err(error) = next {
        assert_eq!(error.kind(), ErrorKind::TransactionEnded);
        assert_eq!(ended.unwrap_err().kind(), ErrorKind::TransactionEnded);
        assert_eq!(db.ask::<i64>("SELECT count(*) FROM t"), 2);
    } else {
        ended.unwrap();
        assert_eq!(db.ask::<i64>("SELECT count(*) FROM t"), 4);
    }
}

#[tokio::test]
async fn waiting_for_a_lock_of_another_process_stops_too() {
    let db = Fixture::with(|config| config.busy_timeout(Duration::from_secs(3600))).await;
    db.run(TABLE).await;
    let other = db.oracle();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    for times in [1, 5, 100] {
        assert!(polled(times, db.adapter.query(insert(1))).await.is_none());
        assert!(polled(times, db.adapter.begin(TransactionOptions::new())).await.is_none());
    }
    let late = insert(2).with_timeout(Some(Duration::from_millis(20)));
    assert_eq!(db.adapter.query(late).await.unwrap_err().kind(), ErrorKind::Timeout);
    other.execute_batch("COMMIT").unwrap();
    db.adapter.query(insert(3)).await.unwrap();
    assert_eq!(db.ask::<i64>("SELECT sum(x) FROM t"), 3);
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_stopped_and_has_done_nothing() {
    let db = Fixture::new().await;
    db.run(TABLE).await;
    let limit = Some(Duration::from_millis(20));
    for sql in [ENDLESS.to_owned(), format!("INSERT INTO t SELECT * FROM ({ENDLESS})")] {
        let error = db.adapter.query(raw(&sql).with_timeout(limit)).await.unwrap_err();
        assert_eq!((error.kind(), error.retry()), (ErrorKind::Timeout, RetryClass::Never), "{error}");
        let batch = Batch::new(vec![insert(1), raw(&sql).with_timeout(limit)]);
        let error = db.adapter.batch(batch).await.unwrap_err();
        assert_eq!((error.kind(), error.batch_index()), (ErrorKind::Timeout, Some(1)));
        let options = TransactionOptions::new().timeout(Duration::from_millis(20));
        let batch = Batch::atomic(vec![insert(2), raw(&sql)], options);
        assert_eq!(db.adapter.batch(batch).await.unwrap_err().kind(), ErrorKind::Timeout);
        db.run("DELETE FROM t WHERE x = 1").await;
    }
    // The limit of one is not that of the next.
    db.adapter.query(insert(3)).await.unwrap();
    assert_eq!(db.ask::<i64>("SELECT sum(x) FROM t"), 3);
    let mut transaction: Box<dyn Transaction> = db.adapter.begin(TransactionOptions::new()).await.unwrap();
    let error = transaction.query(raw(ENDLESS).with_timeout(limit)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    transaction.query(insert(4)).await.unwrap();
    transaction.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_cancellation_that_comes_late_never_hits_the_next_call() {
    let db = Fixture::with(|config| config.readers(1)).await;
    db.run("CREATE TABLE n (i INTEGER)").await;
    db.run("INSERT INTO n WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT i FROM n").await;
    for round in 0..500_u64 {
        let call = db.adapter.query(raw("SELECT sum(i) FROM n"));
        drop(tokio::time::timeout(Duration::from_micros(round % 100), call).await);
        let next = db.adapter.query(raw("SELECT count(*) FROM n, n AS m WHERE m.i < 20")).await;
        assert_eq!(cell(&next.unwrap(), 0, 0), Value::Int64(38_000));
    }
}
