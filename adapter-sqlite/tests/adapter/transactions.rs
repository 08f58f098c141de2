//! Transactions and savepoints, and what SQLite does to them behind one's back.

use std::time::Duration;

use drivetrain_adapter_api::{
    Adapter, Batch, Error, ErrorKind, IsolationLevel, Result, RetryClass, Savepoint, Transaction,
    TransactionOptions,
};

use crate::support::{Fixture, cell, fails, raw};

const SCHEMA: &str = "
    CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
    CREATE TABLE parent (id INTEGER PRIMARY KEY);
    CREATE TABLE child (parent INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED);
";

async fn database() -> Fixture {
    let db = Fixture::with(|config| config.busy_timeout(Duration::from_millis(50))).await;
    db.adapter.script(SCHEMA).await.unwrap();
    db
}

async fn begin(db: &Fixture) -> Box<dyn Transaction> {
    db.adapter.begin(TransactionOptions::new()).await.unwrap()
}

async fn run(transaction: &mut Box<dyn Transaction>, sql: &str) -> Result<()> {
    transaction.query(raw(sql)).await.map(drop)
}

async fn insert(transaction: &mut Box<dyn Transaction>, name: &str) -> Result<()> {
    run(transaction, &format!("INSERT INTO t (name) VALUES ('{name}')")).await
}

fn names(db: &Fixture) -> String {
    db.ask("SELECT coalesce(group_concat(name, ',' ORDER BY name), '') FROM t")
}

fn ended(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::TransactionEnded, "{error}");
}

#[tokio::test]
async fn what_is_committed_stays_and_what_is_rolled_back_does_not() {
    let db = database().await;
    let mut transaction = begin(&db).await;
    insert(&mut transaction, "a").await.unwrap();
    assert_eq!(names(&db), "", "not before the commit");
    let own = transaction.query(raw("SELECT count(*) FROM t")).await.unwrap();
    assert_eq!(cell(&own, 0, 0), drivetrain_adapter_api::Value::Int64(1));
    transaction.commit().await.unwrap();
    assert_eq!(names(&db), "a");
    let mut transaction = begin(&db).await;
    insert(&mut transaction, "b").await.unwrap();
    transaction.rollback().await.unwrap();
    assert_eq!(names(&db), "a");
}

#[tokio::test]
async fn a_dropped_transaction_is_rolled_back_before_anybody_else_writes() {
    let db = database().await;
    for round in 0..50 {
        let mut transaction = begin(&db).await;
        insert(&mut transaction, "dropped").await.unwrap();
        drop(transaction);
        db.run(&format!("INSERT INTO t (name) VALUES ('{round}')")).await;
    }
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM t WHERE name = 'dropped'"), 0);
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM t"), 50);
}

#[tokio::test]
async fn a_statement_that_fails_leaves_the_transaction_usable() {
    let db = database().await;
    let mut transaction = begin(&db).await;
    insert(&mut transaction, "a").await.unwrap();
    assert_eq!(insert(&mut transaction, "a").await.unwrap_err().kind(), ErrorKind::UniqueViolation);
    assert_eq!(run(&mut transaction, "nonsense").await.unwrap_err().kind(), ErrorKind::Syntax);
    insert(&mut transaction, "b").await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(names(&db), "a,b");
}

#[tokio::test]
async fn schema_changes_are_rolled_back_too() {
    let db = database().await;
    let mut transaction = begin(&db).await;
    run(&mut transaction, "CREATE TABLE gone (x)").await.unwrap();
    transaction.rollback().await.unwrap();
    assert_eq!(fails(&*db.adapter, "SELECT * FROM gone").await.kind(), ErrorKind::UndefinedTable);
}

#[tokio::test]
async fn a_deferred_foreign_key_fails_the_commit_and_the_transaction_is_over() {
    let db = database().await;
    let mut transaction = begin(&db).await;
    insert(&mut transaction, "a").await.unwrap();
    run(&mut transaction, "INSERT INTO child VALUES (7)").await.unwrap();
    let error = transaction.commit().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ForeignKeyViolation);
    assert_eq!(error.retry(), RetryClass::Never);
    assert!(error.to_string().contains("rolled back"), "{error}");
    // SQLite left it open: what comes next must not be part of it.
    db.run("INSERT INTO t (name) VALUES ('after')").await;
    assert_eq!(names(&db), "after");
    assert_eq!(db.ask::<i64>("SELECT count(*) FROM child"), 0);
}

#[tokio::test]
async fn a_commit_that_finds_the_database_busy_rolls_back() {
    let folder = tempfile::tempdir().unwrap();
    let config = drivetrain_adapter_sqlite::SqliteConfig::file(folder.path().join("test.db"))
        .journal_mode(drivetrain_adapter_sqlite::JournalMode::Delete)
        .busy_timeout(Duration::from_millis(20));
    let adapter = drivetrain_adapter_sqlite::SqliteAdapter::open(config).await.unwrap();
    adapter.script(SCHEMA).await.unwrap();
    let other = rusqlite::Connection::open(folder.path().join("test.db")).unwrap();
    other.execute_batch("BEGIN; SELECT * FROM t").unwrap();
    let mut transaction = adapter.begin(TransactionOptions::new()).await.unwrap();
    insert(&mut transaction, "a").await.unwrap();
    // A reader with the rollback journal keeps the writer from committing.
    let mut reading = other.prepare("SELECT * FROM sqlite_schema").unwrap();
    let mut rows = reading.query([]).unwrap();
    assert!(rows.next().unwrap().is_some());
    let error = transaction.commit().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.retry()),
        (ErrorKind::LockTimeout, RetryClass::RetryTransaction),
        "{error}"
    );
    drop(rows);
    drop(reading);
    other.execute_batch("COMMIT").unwrap();
    adapter.query(raw("INSERT INTO t (name) VALUES ('after')")).await.unwrap();
    let names: String = other.query_row("SELECT group_concat(name) FROM t", [], |row| row.get(0)).unwrap();
    assert_eq!(names, "after");
}

#[tokio::test]
async fn a_begin_that_fails_gives_no_handle_and_nothing_runs_outside_of_a_transaction() {
    let db = database().await;
    let other = db.oracle();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let error = db.adapter.begin(TransactionOptions::new()).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::LockTimeout, RetryClass::SafeNow), "{error}");
    let batch = Batch::atomic(vec![raw("INSERT INTO t (name) VALUES ('x')")], TransactionOptions::new());
    assert_eq!(db.adapter.batch(batch).await.unwrap_err().kind(), ErrorKind::LockTimeout);
    other.execute_batch("COMMIT").unwrap();
    let transaction = begin(&db).await;
    transaction.rollback().await.unwrap();
    assert_eq!(names(&db), "");
}

#[tokio::test]
async fn or_rollback_ends_the_transaction_and_its_user_is_told() {
    let db = database().await;
    let mut transaction = begin(&db).await;
    insert(&mut transaction, "a").await.unwrap();
    let savepoint = transaction.savepoint().await.unwrap();
    let error = run(&mut transaction, "INSERT OR ROLLBACK INTO t (name) VALUES ('a')").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UniqueViolation);
    assert!(error.to_string().contains("the transaction was rolled back with it"), "{error}");
    ended(&insert(&mut transaction, "b").await.unwrap_err());
    ended(&transaction.savepoint().await.unwrap_err());
    ended(&transaction.release(savepoint).await.unwrap_err());
    ended(&transaction.rollback_to(savepoint).await.unwrap_err());
    ended(&transaction.script("INSERT INTO t (name) VALUES ('c')").await.unwrap_err());
    ended(&transaction.batch(Batch::new(vec![raw("INSERT INTO t (name) VALUES ('d')")])).await.unwrap_err());
    ended(&transaction.commit().await.unwrap_err());
    assert_eq!(names(&db), "", "nothing ran in autocommit");
    db.run("INSERT INTO t (name) VALUES ('after')").await;
}

#[tokio::test]
async fn raise_rollback_in_a_trigger_and_in_a_batch_is_noticed() {
    let db = database().await;
    db.run("CREATE TRIGGER no BEFORE INSERT ON t WHEN new.name = 'no' BEGIN SELECT RAISE(ROLLBACK, 'canary'); END")
        .await;
    let mut transaction = begin(&db).await;
    insert(&mut transaction, "a").await.unwrap();
    let batch = Batch::new(vec![
        raw("INSERT INTO t (name) VALUES ('b')"),
        raw("INSERT INTO t (name) VALUES ('no')"),
        raw("INSERT INTO t (name) VALUES ('c')"),
    ]);
    let error = transaction.batch(batch).await.unwrap_err();
    assert_eq!((error.batch_index(), error.code()), (Some(1), Some(1811)));
    assert_eq!(error.server_message(), Some("canary"));
    assert!(!error.to_string().contains("canary") && !format!("{error:?}").contains("canary"));
    ended(&insert(&mut transaction, "d").await.unwrap_err());
    ended(&transaction.rollback().await.unwrap_err());
    assert_eq!(names(&db), "");
}

#[tokio::test]
async fn transaction_control_in_sql_text_is_refused() {
    let db = database().await;
    let texts = [
        "BEGIN",
        "BEGIN IMMEDIATE",
        "COMMIT",
        "END",
        "ROLLBACK",
        "SAVEPOINT x",
        "RELEASE x",
        "ROLLBACK TO x",
        " -- a comment\n begin",
        "/* x */ commit;",
    ];
    for sql in texts {
        assert_eq!(fails(&*db.adapter, sql).await.kind(), ErrorKind::Misuse, "{sql}");
    }
    for atomic in [false, true] {
        let queries = vec![raw("INSERT INTO t (name) VALUES ('x')"), raw("COMMIT")];
        let batch =
            if atomic { Batch::atomic(queries, TransactionOptions::new()) } else { Batch::new(queries) };
        let error = db.adapter.batch(batch).await.unwrap_err();
        assert_eq!((error.kind(), error.batch_index()), (ErrorKind::Misuse, Some(1)));
        assert_eq!(names(&db), if atomic { "" } else { "x" });
        db.run("DELETE FROM t").await;
    }
    let mut transaction = begin(&db).await;
    insert(&mut transaction, "a").await.unwrap();
    for sql in texts {
        assert_eq!(run(&mut transaction, sql).await.unwrap_err().kind(), ErrorKind::Misuse, "{sql}");
        let error = transaction.script(&format!("SELECT 1; {sql}")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Misuse, "{sql}");
    }
    transaction.commit().await.unwrap();
    assert_eq!(names(&db), "a");
}

#[tokio::test]
async fn savepoints_nest_and_know_their_order() {
    let db = database().await;
    let mut transaction = begin(&db).await;
    insert(&mut transaction, "a").await.unwrap();
    let one = transaction.savepoint().await.unwrap();
    insert(&mut transaction, "b").await.unwrap();
    let two = transaction.savepoint().await.unwrap();
    insert(&mut transaction, "c").await.unwrap();
    let three = transaction.savepoint().await.unwrap();
    insert(&mut transaction, "d").await.unwrap();
    transaction.rollback_to(two).await.unwrap();
    for gone in [two, three, Savepoint::new(99), Savepoint::new(0)] {
        assert_eq!(transaction.rollback_to(gone).await.unwrap_err().kind(), ErrorKind::NoSuchSavepoint);
        assert_eq!(transaction.release(gone).await.unwrap_err().kind(), ErrorKind::NoSuchSavepoint);
    }
    let again = transaction.savepoint().await.unwrap();
    assert!(![one, two, three].contains(&again), "numbers are not used twice");
    insert(&mut transaction, "e").await.unwrap();
    transaction.release(again).await.unwrap();
    transaction.release(one).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(names(&db), "a,b,e");
}

#[tokio::test]
async fn an_abandoned_savepoint_is_undone_before_anything_else() {
    let db = database().await;
    let mut transaction = begin(&db).await;
    insert(&mut transaction, "a").await.unwrap();
    let outer = transaction.savepoint().await.unwrap();
    insert(&mut transaction, "b").await.unwrap();
    let inner = transaction.savepoint().await.unwrap();
    insert(&mut transaction, "c").await.unwrap();
    transaction.abandon(inner);
    transaction.abandon(outer);
    transaction.abandon(outer);
    insert(&mut transaction, "d").await.unwrap();
    let last = transaction.savepoint().await.unwrap();
    insert(&mut transaction, "e").await.unwrap();
    transaction.abandon(last);
    transaction.commit().await.unwrap();
    assert_eq!(names(&db), "a,d");
}

#[tokio::test]
async fn a_transaction_that_only_reads_refuses_writes_and_sees_one_state() {
    let db = database().await;
    db.run("INSERT INTO t (name) VALUES ('a')").await;
    let mut reading = db.adapter.begin(TransactionOptions::new().read_only()).await.unwrap();
    db.run("INSERT INTO t (name) VALUES ('b')").await;
    let seen = reading.query(raw("SELECT count(*) FROM t")).await.unwrap();
    assert_eq!(cell(&seen, 0, 0), drivetrain_adapter_api::Value::Int64(1), "the state of its beginning");
    let error = insert(&mut reading, "c").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ReadOnly);
    reading.commit().await.unwrap();
    assert_eq!(names(&db), "a,b");
    db.run("INSERT INTO t (name) VALUES ('d')").await;
}

#[tokio::test]
async fn isolation_levels_other_than_serializable_are_refused() {
    let db = database().await;
    for level in IsolationLevel::ALL {
        let begun = db.adapter.begin(TransactionOptions::new().isolation(level)).await;
        match level {
            IsolationLevel::Serializable => begun.unwrap().rollback().await.unwrap(),
            _ => assert_eq!(begun.unwrap_err().kind(), ErrorKind::Unsupported, "{level}"),
        }
    }
    let deferrable = db.adapter.begin(TransactionOptions::new().deferrable()).await;
    assert_eq!(deferrable.unwrap_err().kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn a_transaction_that_outlives_its_limit_is_rolled_back_and_frees_the_writer() {
    let db = database().await;
    let options = TransactionOptions::new().timeout(Duration::from_millis(50));
    let mut transaction = db.adapter.begin(options).await.unwrap();
    insert(&mut transaction, "late").await.unwrap();
    // Waits for the writer, which the transaction holds until its time is up.
    db.run("INSERT INTO t (name) VALUES ('next')").await;
    ended(&insert(&mut transaction, "later").await.unwrap_err());
    ended(&transaction.savepoint().await.unwrap_err());
    ended(&transaction.commit().await.unwrap_err());
    assert_eq!(names(&db), "next");
}

#[tokio::test]
async fn a_statement_that_runs_into_the_limit_of_its_transaction_is_stopped() {
    let db = database().await;
    let options = TransactionOptions::new().timeout(Duration::from_millis(50));
    let mut transaction = db.adapter.begin(options).await.unwrap();
    insert(&mut transaction, "a").await.unwrap();
    ended(&run(&mut transaction, crate::support::ENDLESS).await.unwrap_err());
    ended(&transaction.commit().await.unwrap_err());
    assert_eq!(names(&db), "");
}

#[tokio::test]
async fn a_stale_reader_that_wants_to_write_is_told_to_start_again() {
    let db = database().await;
    let mut session = db.adapter.session().await.unwrap();
    session.query(raw("BEGIN")).await.unwrap();
    session.query(raw("SELECT * FROM t")).await.unwrap();
    db.run("INSERT INTO t (name) VALUES ('a')").await;
    let error = session.query(raw("INSERT INTO t (name) VALUES ('b')")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SerializationFailure);
    assert_eq!((error.retry(), error.code()), (RetryClass::RetryTransaction, Some(517)));
    session.query(raw("ROLLBACK")).await.unwrap();
    session.query(raw("INSERT INTO t (name) VALUES ('b')")).await.unwrap();
    session.close().await.unwrap();
    assert_eq!(names(&db), "a,b");
}

#[tokio::test]
async fn a_lock_of_somebody_else_is_waited_for_as_long_as_configured() {
    for wait in [0, 200] {
        let db = Fixture::with(|config| config.busy_timeout(Duration::from_millis(wait))).await;
        db.adapter.script(SCHEMA).await.unwrap();
        let other = db.oracle();
        other.execute_batch("BEGIN IMMEDIATE").unwrap();
        let start = std::time::Instant::now();
        let error = fails(&*db.adapter, "INSERT INTO t (name) VALUES ('a')").await;
        assert!(start.elapsed() >= Duration::from_millis(wait));
        assert_eq!((error.kind(), error.retry()), (ErrorKind::LockTimeout, RetryClass::SafeNow));
        assert_eq!(error.code(), Some(5));
        // Readers do not mind.
        assert_eq!(db.run("SELECT * FROM t").await.rows.len(), 0);
        other.execute_batch("ROLLBACK").unwrap();
        db.run("INSERT INTO t (name) VALUES ('a')").await;
    }
}

#[tokio::test]
async fn nested_batches_are_whole_or_not_at_all() {
    let db = database().await;
    let mut transaction = begin(&db).await;
    insert(&mut transaction, "a").await.unwrap();
    let queries = || vec![raw("INSERT INTO t (name) VALUES ('b')"), raw("INSERT INTO t (name) VALUES ('a')")];
    let atomic = Batch::atomic(queries(), TransactionOptions::new());
    assert_eq!(transaction.batch(atomic).await.unwrap_err().batch_index(), Some(1));
    let left = transaction.query(raw("SELECT count(*) FROM t")).await.unwrap();
    assert_eq!(cell(&left, 0, 0), drivetrain_adapter_api::Value::Int64(1));
    assert_eq!(transaction.batch(Batch::new(queries())).await.unwrap_err().batch_index(), Some(1));
    transaction.commit().await.unwrap();
    assert_eq!(names(&db), "a,b", "a batch that is not atomic keeps what ran");
}
