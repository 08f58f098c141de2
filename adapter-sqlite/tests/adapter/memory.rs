//! Databases in memory: one connection for everything.

use std::time::Duration;

use drivetrain_adapter_api::{Adapter, Batch, ErrorKind, StreamOptions, TransactionOptions, Value};
use drivetrain_adapter_sqlite::{SqliteAdapter, SqliteConfig};
use futures_util::StreamExt;
use futures_util::future::{join_all, poll_immediate};

use crate::support::{cell, fails, raw, raw_with, run};

async fn memory() -> SqliteAdapter {
    let adapter = SqliteAdapter::open(SqliteConfig::from_url("sqlite::memory:").unwrap()).await.unwrap();
    run(&adapter, "CREATE TABLE t (x INTEGER UNIQUE CHECK (x > 0))").await;
    adapter
}

#[tokio::test]
async fn everybody_sees_the_same_database_and_two_adapters_do_not() {
    let (one, two) = (memory().await, memory().await);
    run(&one, "INSERT INTO t VALUES (1)").await;
    let counts = join_all((0..50).map(|_| run(&one, "SELECT count(*) FROM t"))).await;
    assert!(counts.iter().all(|count| cell(count, 0, 0) == Value::Int64(1)));
    assert_eq!(cell(&run(&two, "SELECT count(*) FROM t").await, 0, 0), Value::Int64(0));
    one.health_check().await.unwrap();
}

#[tokio::test]
async fn calls_wait_for_the_end_of_a_transaction() {
    let db = memory().await;
    let mut transaction = db.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(raw("INSERT INTO t VALUES (1)")).await.unwrap();
    let mut outside = db.query(raw("SELECT count(*) FROM t"));
    assert!(poll_immediate(&mut outside).await.is_none(), "it would see what is not committed");
    transaction.rollback().await.unwrap();
    assert_eq!(cell(&outside.await.unwrap(), 0, 0), Value::Int64(0));
    let mut reading = db.begin(TransactionOptions::new().read_only()).await.unwrap();
    assert_eq!(reading.query(raw("INSERT INTO t VALUES (2)")).await.unwrap_err().kind(), ErrorKind::ReadOnly);
    drop(reading);
    run(&db, "INSERT INTO t VALUES (3)").await;
}

#[tokio::test]
async fn batches_streams_and_scripts_work_there_too() {
    let db = memory().await;
    let batch = Batch::atomic(
        vec![raw("INSERT INTO t VALUES (1)"), raw("INSERT INTO t VALUES (1)")],
        TransactionOptions::new(),
    );
    assert_eq!(db.batch(batch).await.unwrap_err().batch_index(), Some(1));
    db.script("INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)").await.unwrap();
    let mut stream = db.stream(raw("SELECT x FROM t"), StreamOptions::default()).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().len(), 2);
    drop(stream);
    assert_eq!(run(&db, "SELECT * FROM t").await.rows.len(), 2);
}

#[tokio::test]
async fn a_session_leaves_the_data_and_nothing_else() {
    let db = memory().await;
    let mut session = db.session().await.unwrap();
    session
        .script(
            "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA query_only = ON;
             PRAGMA query_only = OFF; CREATE TEMP TABLE \"my \"\"own\" (x); CREATE TEMP VIEW seen AS SELECT 1;
             ATTACH ':memory:' AS \"an other\"; INSERT INTO t VALUES (-1); PRAGMA query_only = ON",
        )
        .await
        .unwrap();
    session.query(raw("BEGIN")).await.unwrap();
    drop(session);
    assert_eq!(cell(&run(&db, "SELECT x FROM t").await, 0, 0), Value::Int64(-1));
    assert_eq!(cell(&run(&db, "PRAGMA foreign_keys").await, 0, 0), Value::Int64(1));
    assert_eq!(run(&db, "SELECT * FROM temp.sqlite_schema").await.rows.len(), 0);
    let attached = run(&db, "SELECT name FROM pragma_database_list WHERE name NOT IN ('main', 'temp')").await;
    assert_eq!(attached.rows.len(), 0);
    assert_eq!(fails(&db, "INSERT INTO t VALUES (-2)").await.kind(), ErrorKind::CheckViolation);
    run(&db, "INSERT INTO t VALUES (2)").await;
}

#[tokio::test]
async fn who_waits_for_himself_is_told_so() {
    let config = SqliteConfig::memory().acquire_timeout(Duration::from_millis(30));
    let db = SqliteAdapter::open(config).await.unwrap();
    let sql = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n";
    let mut stream = db.stream(raw(sql), StreamOptions::default()).await.unwrap();
    stream.next().await.unwrap().unwrap();
    let error = db.query(raw_with("SELECT ?", vec![Value::Int64(1)])).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PoolTimeout);
    stream.next().await.unwrap().unwrap();
    drop(stream);
    assert_eq!(run(&db, "SELECT 1").await.rows.len(), 1);
}

#[tokio::test]
async fn a_cancelled_statement_does_not_lose_the_database() {
    let db = memory().await;
    run(&db, "INSERT INTO t VALUES (1)").await;
    for _ in 0..20 {
        let mut endless = db.query(raw(crate::support::ENDLESS));
        assert!(poll_immediate(&mut endless).await.is_none());
        drop(endless);
        assert_eq!(run(&db, "SELECT * FROM t").await.rows.len(), 1);
    }
}
