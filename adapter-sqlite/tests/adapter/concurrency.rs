//! Many at once: readers beside the writer, the writer's queue, and who goes away while waiting.

use std::sync::Arc;
use std::time::Duration;

use drivetrain_adapter_api::{Adapter, Error, ErrorKind, RetryClass, TransactionOptions, Value};
use futures_util::future::{join_all, poll_immediate};
use futures_util::{FutureExt, pin_mut};

use crate::support::{Fixture, cell, raw, raw_with};

const TABLE: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, x INTEGER UNIQUE)";

fn insert(x: i64) -> drivetrain_adapter_api::Query {
    raw_with("INSERT INTO t (x) VALUES (?)", vec![Value::Int64(x)])
}

#[tokio::test]
async fn reads_go_on_while_a_transaction_writes_and_see_it_when_it_is_committed() {
    let db = Fixture::new().await;
    db.run(TABLE).await;
    let mut transaction = db.adapter.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(insert(1)).await.unwrap();
    for _ in 0..20 {
        assert_eq!(cell(&db.run("SELECT count(*) FROM t").await, 0, 0), Value::Int64(0));
    }
    db.adapter.health_check().await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(cell(&db.run("SELECT count(*) FROM t").await, 0, 0), Value::Int64(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_read_sees_every_write_that_was_answered_before() {
    let db = Fixture::new().await;
    db.run(TABLE).await;
    for x in 0..300 {
        db.adapter.query(insert(x)).await.unwrap();
        assert_eq!(cell(&db.run("SELECT count(*) FROM t").await, 0, 0), Value::Int64(x + 1));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_tasks_get_their_own_answers() {
    let db = Arc::new(Fixture::new().await);
    db.run(TABLE).await;
    let tasks = (0..100_i64).map(|task| {
        let db = Arc::clone(&db);
        tokio::spawn(async move {
            for round in 0..10 {
                let nonce = task * 1000 + round;
                db.adapter.query(insert(nonce)).await.unwrap();
                let read = raw_with(
                    "SELECT x, ? FROM t WHERE x = ?2",
                    vec![Value::Int64(-nonce), Value::Int64(nonce)],
                );
                let read = db.adapter.query(read).await.unwrap();
                assert_eq!(
                    (cell(&read, 0, 0), cell(&read, 0, 1)),
                    (Value::Int64(nonce), Value::Int64(-nonce))
                );
            }
        })
    });
    for task in join_all(tasks).await {
        task.unwrap();
    }
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM t"), 1000);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_hundred_inserts_of_one_key_one_succeeds() {
    let db = Arc::new(Fixture::new().await);
    db.run(TABLE).await;
    let tasks = (0..100).map(|_| {
        let db = Arc::clone(&db);
        tokio::spawn(async move { db.adapter.query(insert(7)).await.map_err(|error| error.kind()) })
    });
    let answers: Vec<_> = join_all(tasks).await.into_iter().map(|task| task.unwrap().map(drop)).collect();
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert_eq!(answers.iter().filter(|answer| **answer == Err(ErrorKind::UniqueViolation)).count(), 99);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn transactions_that_read_and_write_lose_no_update() {
    let db = Arc::new(Fixture::new().await);
    db.run("CREATE TABLE counter (n INTEGER)").await;
    db.run("INSERT INTO counter VALUES (0)").await;
    let tasks = (0..8).map(|_| {
        let db = Arc::clone(&db);
        tokio::spawn(async move {
            for _ in 0..25 {
                let mut transaction = db.adapter.begin(TransactionOptions::new()).await?;
                let read = transaction.query(raw("SELECT n FROM counter")).await?;
                let next = read.rows.get::<i64>(0, 0)? + 1;
                transaction.query(raw_with("UPDATE counter SET n = ?", vec![Value::Int64(next)])).await?;
                transaction.commit().await?;
            }
            Ok::<(), Error>(())
        })
    });
    for task in join_all(tasks).await {
        task.unwrap().unwrap();
    }
    assert_eq!(db.ask::<i64>("SELECT n FROM counter"), 200);
}

#[tokio::test]
async fn writers_are_served_in_the_order_they_came() {
    let db = Fixture::new().await;
    db.run(TABLE).await;
    let transaction = db.adapter.begin(TransactionOptions::new()).await.unwrap();
    let mut waiting: Vec<_> = (0..20).map(|x| db.adapter.query(insert(x))).collect();
    for call in &mut waiting {
        assert!(poll_immediate(call).await.is_none(), "it waits for the writer");
    }
    transaction.commit().await.unwrap();
    join_all(waiting).await.into_iter().for_each(|answer| drop(answer.unwrap()));
    assert_eq!(
        db.ask::<i64>("SELECT count(*) FROM t WHERE x = id - 1"),
        20,
        "ids follow the order of the calls"
    );
}

#[tokio::test]
async fn who_goes_away_while_waiting_leaves_nothing_behind() {
    let db = Fixture::new().await;
    db.run(TABLE).await;
    let transaction = db.adapter.begin(TransactionOptions::new()).await.unwrap();
    for x in 0..2000 {
        let call = db.adapter.query(insert(x));
        pin_mut!(call);
        assert!(poll_immediate(call).await.is_none());
        let begin = db.adapter.begin(TransactionOptions::new());
        pin_mut!(begin);
        assert!(poll_immediate(begin).await.is_none());
    }
    // Only those that were not given up are waited for.
    let shown = format!("{:?}", db.adapter);
    let waiting: usize = shown.split("waiting: ").nth(1).unwrap().split(',').next().unwrap().parse().unwrap();
    assert!(waiting <= 128, "{waiting} jobs are kept for callers that have gone");
    transaction.rollback().await.unwrap();
    db.adapter.query(insert(-1)).await.unwrap();
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM t"), 1);
}

#[tokio::test]
async fn waiting_too_long_for_the_writer_is_an_error_and_nothing_happens() {
    let db = Fixture::with(|config| config.acquire_timeout(Duration::from_millis(50))).await;
    db.run(TABLE).await;
    let transaction = db.adapter.begin(TransactionOptions::new()).await.unwrap();
    // A task that holds the writer and waits for it would wait for ever.
    let answers = join_all((0..3).map(|x| db.adapter.query(insert(x)))).await;
    for answer in answers {
        let error = answer.unwrap_err();
        assert_eq!((error.kind(), error.retry()), (ErrorKind::PoolTimeout, RetryClass::SafeNow), "{error}");
        assert_eq!(error.adapter(), Some("sqlite"));
    }
    let begun = db.adapter.begin(TransactionOptions::new()).await;
    assert_eq!(begun.unwrap_err().kind(), ErrorKind::PoolTimeout);
    transaction.commit().await.unwrap();
    db.adapter.query(insert(7)).await.unwrap();
    assert_eq!(db.ask::<i64>("SELECT sum(x) FROM t"), 7);
}

#[tokio::test]
async fn a_slow_read_does_not_hold_up_others() {
    let db = Fixture::new().await;
    db.run(TABLE).await;
    let slow = db.adapter.query(raw(crate::support::ENDLESS));
    pin_mut!(slow);
    assert!(poll_immediate(slow.as_mut()).await.is_none());
    for x in 0..20 {
        db.adapter.query(insert(x)).await.unwrap();
        db.run("SELECT * FROM t").await;
    }
    assert!(slow.now_or_never().is_none());
}

#[tokio::test]
async fn without_readers_the_writer_reads() {
    let db = Fixture::with(|config| config.readers(0)).await;
    db.run(TABLE).await;
    db.adapter.query(insert(1)).await.unwrap();
    assert_eq!(db.run("SELECT * FROM t").await.rows.len(), 1);
    let mut reading = db.adapter.begin(TransactionOptions::new().read_only()).await.unwrap();
    assert_eq!(reading.query(insert(2)).await.unwrap_err().kind(), ErrorKind::ReadOnly);
    reading.rollback().await.unwrap();
    db.adapter.query(insert(3)).await.unwrap();
}

#[test]
fn no_runtime_is_needed() {
    futures_executor::block_on(async {
        let db = Fixture::new().await;
        db.run(TABLE).await;
        let mut transaction = db.adapter.begin(TransactionOptions::new()).await.unwrap();
        transaction.query(insert(1)).await.unwrap();
        transaction.commit().await.unwrap();
        assert_eq!(db.run("SELECT * FROM t").await.rows.len(), 1);
        db.adapter.close().await.unwrap();
    });
}

#[test]
fn a_handle_can_be_used_from_two_runtimes() {
    let runtime = || tokio::runtime::Builder::new_current_thread().build().unwrap();
    let db = runtime().block_on(Fixture::new());
    runtime().block_on(db.run(TABLE));
    runtime().block_on(async { db.adapter.query(insert(1)).await.unwrap() });
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM t"), 1);
}

#[tokio::test]
async fn a_limit_of_time_counts_while_waiting_too() {
    let db = Fixture::new().await;
    db.run(TABLE).await;
    let transaction = db.adapter.begin(TransactionOptions::new()).await.unwrap();
    let mut patient = db.adapter.query(insert(1));
    assert!(poll_immediate(&mut patient).await.is_none());
    let limited = insert(2).with_timeout(Some(Duration::from_millis(20)));
    let error = db.adapter.query(limited).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Timeout, RetryClass::SafeNow), "{error}");
    transaction.commit().await.unwrap();
    patient.await.unwrap();
    assert_eq!(db.ask::<i64>("SELECT sum(x) FROM t"), 1);
}
