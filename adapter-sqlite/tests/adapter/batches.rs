//! Batches and scripts.

use drivetrain_adapter_api::{Access, Adapter, Batch, ErrorKind, IsolationLevel, TransactionOptions, Value};

use crate::support::{Fixture, cell, raw, raw_with};

const TABLE: &str = "CREATE TABLE t (x INTEGER UNIQUE)";

fn insert(x: i64) -> drivetrain_adapter_api::Query {
    raw_with("INSERT INTO t (x) VALUES (?)", vec![Value::Int64(x)])
}

fn atomic(queries: Vec<drivetrain_adapter_api::Query>) -> Batch {
    Batch::atomic(queries, TransactionOptions::new())
}

#[tokio::test]
async fn a_batch_has_one_result_for_each_query_in_order() {
    let db = Fixture::new().await;
    db.run(TABLE).await;
    for make in [Batch::new, atomic] {
        let queries =
            vec![insert(1), raw("SELECT x FROM t"), insert(2), raw("DELETE FROM t"), raw("SELECT x FROM t")];
        let results = db.adapter.batch(make(queries)).await.unwrap();
        let affected: Vec<_> = results.iter().map(|result| result.affected).collect();
        assert_eq!(affected, [Some(1), None, Some(1), Some(2), None]);
        assert_eq!(cell(&results[1], 0, 0), Value::Int64(1));
        assert_eq!(results[4].rows.len(), 0);
    }
    let many = db.adapter.batch(atomic((0..1000).map(insert).collect())).await.unwrap();
    assert_eq!(many.len(), 1000);
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM t"), 1000);
    assert!(db.adapter.batch(atomic(vec![])).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_atomic_batch_is_whole_or_not_at_all_and_the_other_stops() {
    let db = Fixture::new().await;
    db.run(TABLE).await;
    let queries = || vec![insert(1), insert(2), insert(1), insert(3)];
    let error = db.adapter.batch(atomic(queries())).await.unwrap_err();
    assert_eq!((error.kind(), error.batch_index()), (ErrorKind::UniqueViolation, Some(2)));
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM t"), 0);
    let error = db.adapter.batch(Batch::new(queries())).await.unwrap_err();
    assert_eq!((error.kind(), error.batch_index()), (ErrorKind::UniqueViolation, Some(2)));
    assert_eq!(db.ask::<i64>("SELECT sum(x) FROM t"), 3);
    // What is wrong before anything is sent keeps all of it from running.
    let wrong = vec![insert(7), raw_with("SELECT ?", vec![Value::UInt64(u64::MAX)])];
    let error = db.adapter.batch(Batch::new(wrong)).await.unwrap_err();
    assert_eq!((error.kind(), error.batch_index()), (ErrorKind::OutOfRange, Some(1)));
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM t WHERE x = 7"), 0);
}

#[tokio::test]
async fn a_batch_that_only_reads_sees_one_state_and_runs_beside_the_writer() {
    let db = Fixture::new().await;
    db.run(TABLE).await;
    let transaction = db.adapter.begin(TransactionOptions::new()).await.unwrap();
    let read = || raw("SELECT count(*) FROM t").with_access(Access::Read);
    for batch in [Batch::new(vec![read(), read()]), atomic(vec![read(), read()])] {
        assert_eq!(db.adapter.batch(batch).await.unwrap().len(), 2);
    }
    transaction.rollback().await.unwrap();
    let read_only = Batch::atomic(vec![read(), insert(1)], TransactionOptions::new().read_only());
    let error = db.adapter.batch(read_only).await.unwrap_err();
    assert_eq!((error.kind(), error.batch_index()), (ErrorKind::ReadOnly, Some(1)));
    let weak =
        Batch::atomic(vec![read()], TransactionOptions::new().isolation(IsolationLevel::ReadCommitted));
    assert_eq!(db.adapter.batch(weak).await.unwrap_err().kind(), ErrorKind::Unsupported);
    let serial =
        Batch::atomic(vec![insert(1)], TransactionOptions::new().isolation(IsolationLevel::Serializable));
    db.adapter.batch(serial).await.unwrap();
}

#[tokio::test]
async fn or_rollback_in_an_atomic_batch_undoes_it_and_what_follows_does_not_run() {
    let db = Fixture::new().await;
    db.run(TABLE).await;
    let queries = vec![insert(1), raw("INSERT OR ROLLBACK INTO t VALUES (1)"), insert(2)];
    let error = db.adapter.batch(atomic(queries)).await.unwrap_err();
    assert_eq!((error.kind(), error.batch_index()), (ErrorKind::UniqueViolation, Some(1)));
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM t"), 0);
}

#[tokio::test]
async fn a_script_runs_as_sqlite_splits_it() {
    let db = Fixture::new().await;
    let script = "
        -- a comment; with a semicolon
        CREATE TABLE t (x TEXT DEFAULT ';'); /* ; */
        CREATE TRIGGER again AFTER INSERT ON t WHEN new.x = ';' BEGIN
            INSERT INTO t VALUES ('a;b'); INSERT INTO t VALUES (CASE WHEN 1 THEN 'c' END);
        END;
        INSERT INTO t DEFAULT VALUES;;
        SELECT * FROM t;
        BEGIN; INSERT INTO t VALUES ('in a transaction'); COMMIT;
        INSERT INTO t VALUES ('last')";
    db.adapter.script(script).await.unwrap();
    let all = "SELECT group_concat(x, '|' ORDER BY x) FROM t";
    assert_eq!(db.ask::<String>(all), ";|a;b|c|in a transaction|last");
    db.adapter.script("").await.unwrap();
    db.adapter.script(" -- nothing").await.unwrap();
}

#[tokio::test]
async fn a_script_stops_at_the_first_failure_and_leaves_no_transaction_open() {
    let db = Fixture::new().await;
    db.run(TABLE).await;
    let error = db
        .adapter
        .script("INSERT INTO t VALUES (1); INSERT INTO t VALUES (1); INSERT INTO t VALUES (2)")
        .await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::UniqueViolation);
    assert_eq!(db.ask::<i64>("SELECT sum(x) FROM t"), 1);
    for (script, kind) in [
        ("BEGIN; INSERT INTO t VALUES (5)", ErrorKind::Misuse),
        ("BEGIN; INSERT INTO t VALUES (6); nonsense; COMMIT", ErrorKind::Syntax),
        ("SAVEPOINT s; INSERT INTO t VALUES (7)", ErrorKind::Misuse),
        ("INSERT INTO t VALUES (?)", ErrorKind::ParameterCount),
        ("SELECT 1;\0 INSERT INTO t VALUES (8)", ErrorKind::Syntax),
    ] {
        let error = db.adapter.script(script).await.unwrap_err();
        assert_eq!((error.kind(), error.adapter()), (kind, Some("sqlite")), "{script:?}");
        assert_eq!(db.ask::<i64>("SELECT sum(x) FROM t"), 1, "{script:?}");
    }
    db.adapter.query(insert(9)).await.unwrap();
    assert_eq!(db.ask::<i64>("SELECT sum(x) FROM t"), 10);
}

#[tokio::test]
async fn a_migration_may_turn_foreign_keys_off_and_nobody_after_it_notices() {
    let db = Fixture::new().await;
    db.adapter
        .script("CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p INTEGER REFERENCES p (id))")
        .await
        .unwrap();
    db.adapter
        .script("PRAGMA foreign_keys = OFF; INSERT INTO c VALUES (99); CREATE TEMP TABLE left_over (x)")
        .await
        .unwrap();
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM c"), 1);
    let error = crate::support::fails(&*db.adapter, "INSERT INTO c VALUES (98)").await;
    assert_eq!(error.kind(), ErrorKind::ForeignKeyViolation);
    let error = crate::support::fails(&*db.adapter, "INSERT INTO left_over VALUES (98)").await;
    assert_eq!(error.kind(), ErrorKind::UndefinedTable);
}
