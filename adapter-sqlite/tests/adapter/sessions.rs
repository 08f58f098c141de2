//! Sessions: a connection of its own, of which nothing is left.

use drivetrain_adapter_api::{Adapter, Batch, ErrorKind, StreamOptions, TransactionOptions, Value};
use futures_util::StreamExt;

use crate::support::{Fixture, cell, fails, raw};

#[tokio::test]
async fn a_session_keeps_its_settings_and_tables_and_nobody_else_sees_them() {
    let db = Fixture::new().await;
    let mut session = db.adapter.session().await.unwrap();
    session.query(raw("PRAGMA foreign_keys = OFF")).await.unwrap();
    session
        .script("CREATE TEMP TABLE mine (x); INSERT INTO mine VALUES (7); ATTACH ':memory:' AS other")
        .await
        .unwrap();
    let setting = session.query(raw("PRAGMA foreign_keys")).await.unwrap();
    assert_eq!(cell(&setting, 0, 0), Value::Int64(0));
    assert_eq!(cell(&session.query(raw("SELECT x FROM mine")).await.unwrap(), 0, 0), Value::Int64(7));
    for sql in ["SELECT * FROM mine", "INSERT INTO mine VALUES (1)"] {
        assert_eq!(fails(&*db.adapter, sql).await.kind(), ErrorKind::UndefinedTable);
    }
    assert_eq!(cell(&db.run("PRAGMA foreign_keys").await, 0, 0), Value::Int64(1));
    session.close().await.unwrap();
    let mut session = db.adapter.session().await.unwrap();
    assert_eq!(session.query(raw("SELECT * FROM mine")).await.unwrap_err().kind(), ErrorKind::UndefinedTable);
    assert_eq!(cell(&session.query(raw("PRAGMA foreign_keys")).await.unwrap(), 0, 0), Value::Int64(1));
}

#[tokio::test]
async fn a_session_begins_transactions_one_after_the_other() {
    let db = Fixture::new().await;
    db.run("CREATE TABLE t (x INTEGER)").await;
    let mut session = db.adapter.session().await.unwrap();
    let mut transaction = session.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(raw("INSERT INTO t VALUES (1)")).await.unwrap();
    transaction.commit().await.unwrap();
    let mut transaction = session.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(raw("INSERT INTO t VALUES (2)")).await.unwrap();
    drop(transaction);
    session.query(raw("INSERT INTO t VALUES (4)")).await.unwrap();
    let mut reading = session.begin(TransactionOptions::new().read_only()).await.unwrap();
    assert_eq!(reading.query(raw("INSERT INTO t VALUES (8)")).await.unwrap_err().kind(), ErrorKind::ReadOnly);
    reading.commit().await.unwrap();
    session.query(raw("INSERT INTO t VALUES (16)")).await.unwrap();
    assert_eq!(db.ask::<i64>("SELECT sum(x) FROM t"), 21);
    // The writer is free all the while.
    db.run("INSERT INTO t VALUES (32)").await;
}

#[tokio::test]
async fn a_transaction_of_a_session_that_outlives_its_limit_is_over_and_the_session_is_not() {
    let db = Fixture::new().await;
    db.run("CREATE TABLE t (x INTEGER)").await;
    let mut session = db.adapter.session().await.unwrap();
    let options = TransactionOptions::new().timeout(std::time::Duration::from_millis(20));
    let mut transaction = session.begin(options).await.unwrap();
    transaction.query(raw("INSERT INTO t VALUES (1)")).await.unwrap();
    db.run("INSERT INTO t VALUES (2)").await;
    let error = transaction.query(raw("INSERT INTO t VALUES (4)")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TransactionEnded);
    assert_eq!(transaction.commit().await.unwrap_err().kind(), ErrorKind::TransactionEnded);
    session.query(raw("INSERT INTO t VALUES (8)")).await.unwrap();
    assert_eq!(db.ask::<i64>("SELECT sum(x) FROM t"), 10);
}

#[tokio::test]
async fn a_session_that_goes_rolls_back_what_its_own_text_began() {
    let db = Fixture::new().await;
    db.run("CREATE TABLE t (x INTEGER)").await;
    for close in [true, false] {
        let mut session = db.adapter.session().await.unwrap();
        session.query(raw("BEGIN IMMEDIATE")).await.unwrap();
        session.query(raw("INSERT INTO t VALUES (1)")).await.unwrap();
        let begun = session.begin(TransactionOptions::new()).await.map(drop);
        assert_eq!(begun.unwrap_err().kind(), ErrorKind::Misuse, "one transaction within another");
        let batch = Batch::atomic(vec![raw("INSERT INTO t VALUES (2)")], TransactionOptions::new());
        session.batch(batch).await.unwrap();
        let count = session.query(raw("SELECT count(*) FROM t")).await.unwrap();
        let expected = if close { 2 } else { 3 };
        assert_eq!(cell(&count, 0, 0), Value::Int64(expected), "the transaction of the text is still open");
        if close {
            session.close().await.unwrap();
        } else {
            drop(session);
        }
        db.run("INSERT INTO t VALUES (3)").await;
    }
    assert_eq!(db.ask::<i64>("SELECT sum(x) FROM t"), 6);
}

#[tokio::test]
async fn a_session_streams_and_batches() {
    let db = Fixture::new().await;
    db.run("CREATE TABLE t (x INTEGER)").await;
    let mut session = db.adapter.session().await.unwrap();
    let queries = vec![raw("INSERT INTO t VALUES (1), (2)"), raw("nonsense")];
    let error = session.batch(Batch::atomic(queries.clone(), TransactionOptions::new())).await.unwrap_err();
    assert_eq!((error.kind(), error.batch_index()), (ErrorKind::Syntax, Some(1)));
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM t"), 0);
    session.batch(Batch::new(queries)).await.unwrap_err();
    let mut stream = session.stream(raw("SELECT x FROM t"), StreamOptions::default()).await.unwrap();
    assert_eq!(stream.next().await.unwrap().unwrap().len(), 2);
    drop(stream);
    assert_eq!(session.query(raw("SELECT x FROM t")).await.unwrap().rows.len(), 2);
}

#[tokio::test]
async fn settings_of_one_call_are_not_those_of_the_next() {
    let db = Fixture::new().await;
    db.run("CREATE TABLE t (x INTEGER CHECK (x > 0))").await;
    db.run("PRAGMA ignore_check_constraints = ON").await;
    assert_eq!(fails(&*db.adapter, "INSERT INTO t VALUES (-1)").await.kind(), ErrorKind::CheckViolation);
    let mut transaction = db.adapter.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(raw("PRAGMA ignore_check_constraints = ON")).await.unwrap();
    transaction.query(raw("CREATE TEMP TABLE mine (x)")).await.unwrap();
    transaction.query(raw("INSERT INTO t VALUES (-2)")).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(fails(&*db.adapter, "INSERT INTO t VALUES (-1)").await.kind(), ErrorKind::CheckViolation);
    assert_eq!(fails(&*db.adapter, "INSERT INTO mine VALUES (-1)").await.kind(), ErrorKind::UndefinedTable);
    // Questions leave the connection as it is, with its prepared statements.
    assert_eq!(db.run("PRAGMA table_info(t)").await.rows.len(), 1);
}

#[tokio::test]
async fn a_commit_that_fails_in_a_session_leaves_no_transaction_open() {
    let db = Fixture::new().await;
    db.adapter
        .script(
            "CREATE TABLE p (id INTEGER PRIMARY KEY);
             CREATE TABLE c (p INTEGER REFERENCES p (id) DEFERRABLE INITIALLY DEFERRED)",
        )
        .await
        .unwrap();
    let mut session = db.adapter.session().await.unwrap();
    let mut transaction = session.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(raw("INSERT INTO c VALUES (7)")).await.unwrap();
    assert_eq!(transaction.commit().await.unwrap_err().kind(), ErrorKind::ForeignKeyViolation);
    session.query(raw("INSERT INTO p VALUES (1)")).await.unwrap();
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM p"), 1, "it was not part of the transaction that failed");
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM c"), 0);
}
