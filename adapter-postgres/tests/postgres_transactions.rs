//! Transactions: what is kept, what is undone, and what is never left behind.

mod common;

use std::time::Duration;

use common::{Bench, eventually, first, raw};
use drivetrain_adapter_api::{
    Adapter, ErrorKind, IsolationLevel, Query, RetryClass, Transaction, TransactionOptions, Value,
};

const IN_TRANSACTION: &str = "state LIKE 'idle in transaction%'";

async fn table(name: &str) -> Bench {
    let bench = Bench::new(name).await;
    bench.setup("CREATE TABLE t (id int PRIMARY KEY, n int)").await;
    bench
}

fn insert(id: i32) -> Query {
    Query::raw("INSERT INTO t VALUES ($1, 0)", vec![Value::Int32(id)])
}

async fn begin(bench: &Bench) -> Box<dyn Transaction> {
    bench.adapter.begin(TransactionOptions::new()).await.unwrap()
}

#[tokio::test]
async fn a_commit_is_durable_and_a_rollback_is_not() {
    let bench = table("tx_commit").await;
    let mut transaction = begin(&bench).await;
    transaction.query(insert(1)).await.unwrap();
    let seen: i64 = first(&transaction.query(raw("SELECT count(*) FROM t")).await.unwrap());
    assert_eq!(seen, 1, "it sees its own writes");
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 0, "nobody else does");
    transaction.commit().await.unwrap();
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 1);

    let mut transaction = begin(&bench).await;
    transaction.query(insert(2)).await.unwrap();
    transaction.rollback().await.unwrap();
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 1);
}

#[tokio::test]
async fn an_empty_transaction_ends_either_way() {
    let bench = table("tx_empty").await;
    begin(&bench).await.commit().await.unwrap();
    begin(&bench).await.rollback().await.unwrap();
    drop(begin(&bench).await);
    bench.assert_usable().await;
    assert_eq!(bench.adapter.pool_status().size, 1);
}

#[tokio::test]
async fn a_transaction_that_failed_takes_no_statement_and_its_commit_is_an_error() {
    let bench = table("tx_failed").await;
    let mut transaction = begin(&bench).await;
    transaction.query(insert(1)).await.unwrap();
    assert_eq!(transaction.query(insert(1)).await.unwrap_err().kind(), ErrorKind::UniqueViolation);
    let error = transaction.query(raw("SELECT 1")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TransactionAborted);
    let error = transaction.commit().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TransactionRolledBack);
    assert_eq!(error.adapter(), Some("postgres"));
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 0);
    bench.assert_usable().await;
}

#[tokio::test]
async fn a_dropped_transaction_is_rolled_back_and_its_connection_used_again() {
    let bench = table("tx_dropped").await;
    let mut transaction = begin(&bench).await;
    transaction.query(insert(1)).await.unwrap();
    drop(transaction);
    bench.until_no_session(IN_TRANSACTION).await;
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 0);
    bench.until_clean().await;
    bench.assert_usable().await;
    assert_eq!(bench.adapter.pool_status().size, 1, "the same connection");
}

#[tokio::test]
async fn a_panic_rolls_back() {
    let bench = table("tx_panic").await;
    let adapter = bench.adapter.clone();
    let task = tokio::spawn(async move {
        let mut transaction = adapter.begin(TransactionOptions::new()).await.unwrap();
        transaction.query(insert(1)).await.unwrap();
        panic!("as planned");
    });
    assert!(task.await.unwrap_err().is_panic());
    bench.until_no_session(IN_TRANSACTION).await;
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 0);
    bench.assert_usable().await;
}

#[tokio::test]
async fn savepoints_nest_and_are_released_rolled_back_and_abandoned() {
    let bench = table("tx_savepoints").await;
    let mut transaction = begin(&bench).await;
    let outer = transaction.savepoint().await.unwrap();
    transaction.query(insert(1)).await.unwrap();
    let middle = transaction.savepoint().await.unwrap();
    transaction.query(insert(2)).await.unwrap();
    let inner = transaction.savepoint().await.unwrap();
    transaction.query(insert(1)).await.unwrap_err();
    transaction.rollback_to(inner).await.unwrap();
    transaction.query(insert(3)).await.unwrap();
    transaction.rollback_to(middle).await.unwrap();
    for gone in [middle, inner] {
        let error = transaction.release(gone).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NoSuchSavepoint);
    }
    transaction.query(insert(4)).await.unwrap();
    transaction.release(outer).await.unwrap();

    let abandoned = transaction.savepoint().await.unwrap();
    transaction.query(insert(5)).await.unwrap();
    transaction.savepoint().await.unwrap();
    transaction.query(insert(5)).await.unwrap_err();
    transaction.abandon(abandoned);
    let left: i64 = first(&transaction.query(raw("SELECT count(*) FROM t")).await.unwrap());
    assert_eq!(left, 2, "undone before the next statement");

    let last = transaction.savepoint().await.unwrap();
    transaction.query(insert(6)).await.unwrap();
    transaction.abandon(last);
    assert_eq!(transaction.release(last).await.unwrap_err().kind(), ErrorKind::NoSuchSavepoint);
    transaction.commit().await.unwrap();
    let ids = bench.oracle.query("SELECT id FROM t ORDER BY id", &[]).await.unwrap();
    assert_eq!(ids.iter().map(|row| row.get(0)).collect::<Vec<i32>>(), [1, 4]);
}

#[tokio::test]
async fn isolation_levels_are_those_asked_for_and_are_not_left_behind() {
    let bench = table("tx_isolation").await;
    for level in IsolationLevel::ALL {
        let options = TransactionOptions::new().isolation(level);
        let mut transaction = bench.adapter.begin(options).await.unwrap();
        let shown: String = first(&transaction.query(raw("SHOW transaction_isolation")).await.unwrap());
        assert_eq!(shown.to_uppercase(), level.sql());
        transaction.commit().await.unwrap();
    }
    let options = TransactionOptions::new().isolation(IsolationLevel::Serializable).read_only().deferrable();
    let mut transaction = bench.adapter.begin(options).await.unwrap();
    for (name, value) in [("isolation", "serializable"), ("read_only", "on"), ("deferrable", "on")] {
        let shown = transaction.query(raw(&format!("SHOW transaction_{name}"))).await.unwrap();
        assert_eq!(first::<String>(&shown), value);
    }
    assert_eq!(transaction.query(insert(1)).await.unwrap_err().kind(), ErrorKind::ReadOnly);
    transaction.rollback().await.unwrap();

    for (name, value) in [("isolation", "read committed"), ("read_only", "off"), ("deferrable", "off")] {
        let shown = bench.query(&format!("SHOW transaction_{name}"), vec![]).await.unwrap();
        assert_eq!(first::<String>(&shown), value);
    }
    assert_eq!(bench.adapter.pool_status().size, 1, "all on one connection");
}

#[tokio::test]
async fn a_deferred_constraint_fails_the_commit() {
    let bench = table("tx_deferred").await;
    bench.setup("CREATE TABLE c (id int REFERENCES t DEFERRABLE INITIALLY DEFERRED)").await;
    let mut transaction = begin(&bench).await;
    transaction.query(raw("INSERT INTO c VALUES (7)")).await.unwrap();
    let error = transaction.commit().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ForeignKeyViolation);
    assert_eq!(error.constraint(), Some("c_id_fkey"));
    assert_eq!(bench.count("SELECT count(*) FROM c").await, 0);

    let error = bench.query("INSERT INTO c VALUES (7)", vec![]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ForeignKeyViolation, "also where the server commits by itself");
    bench.assert_usable().await;
}

#[tokio::test]
async fn a_serialization_failure_is_to_be_retried_as_a_whole() {
    let bench = table("tx_serialization").await;
    bench.setup("INSERT INTO t VALUES (1, 0), (2, 0)").await;
    let options = TransactionOptions::new().isolation(IsolationLevel::Serializable);
    let mut a = bench.adapter.begin(options).await.unwrap();
    let mut b = bench.adapter.begin(options).await.unwrap();
    for transaction in [&mut a, &mut b] {
        transaction.query(raw("SELECT sum(n) FROM t")).await.unwrap();
    }
    a.query(raw("UPDATE t SET n = 1 WHERE id = 1")).await.unwrap();
    b.query(raw("UPDATE t SET n = 1 WHERE id = 2")).await.unwrap();
    a.commit().await.unwrap();
    let error = b.commit().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.retry()),
        (ErrorKind::SerializationFailure, RetryClass::RetryTransaction)
    );
    assert_eq!(bench.count("SELECT sum(n) FROM t").await, 1);
    bench.assert_usable().await;
}

#[tokio::test]
async fn a_deadlock_has_one_victim() {
    let bench = table("tx_deadlock").await;
    bench.setup("INSERT INTO t VALUES (1, 0), (2, 0)").await;
    let update = |id| Query::raw("UPDATE t SET n = n + 1 WHERE id = $1", vec![Value::Int32(id)]);
    let mut a = begin(&bench).await;
    let mut b = begin(&bench).await;
    a.query(update(1)).await.unwrap();
    b.query(update(2)).await.unwrap();
    // Whoever gives way is rolled back, so that the other goes on.
    let one = async {
        let outcome = a.query(update(2)).await;
        match &outcome {
            Ok(_) => a.commit().await.unwrap(),
            Err(_) => a.rollback().await.unwrap(),
        }
        outcome
    };
    let other = async {
        let outcome = b.query(update(1)).await;
        match &outcome {
            Ok(_) => b.commit().await.unwrap(),
            Err(_) => b.rollback().await.unwrap(),
        }
        outcome
    };
    let (one, other) = tokio::join!(one, other);
    let errors: Vec<_> = [one.err(), other.err()].into_iter().flatten().collect();
    assert_eq!(errors.len(), 1);
    assert_eq!((errors[0].kind(), errors[0].retry()), (ErrorKind::Deadlock, RetryClass::RetryTransaction));
    assert_eq!(bench.count("SELECT sum(n) FROM t").await, 2);
}

#[tokio::test]
async fn statements_that_end_transactions_are_refused_and_the_transaction_goes_on() {
    let bench = table("tx_raw_control").await;
    for sql in ["COMMIT", "/* c */ rollback", "END", "BEGIN", "PREPARE TRANSACTION 'x'"] {
        let mut transaction = begin(&bench).await;
        transaction.query(insert(1)).await.unwrap();
        assert_eq!(transaction.query(raw(sql)).await.unwrap_err().kind(), ErrorKind::Misuse, "{sql}");
        assert_eq!(
            transaction.script(&format!("SELECT 1; {sql}")).await.unwrap_err().kind(),
            ErrorKind::Misuse
        );
        transaction.rollback().await.unwrap();
        assert_eq!(bench.query(sql, vec![]).await.unwrap_err().kind(), ErrorKind::Misuse, "{sql}");
    }
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 0);
}

#[tokio::test]
async fn a_transaction_that_the_server_ends_is_over() {
    let bench = table("tx_ended").await;
    let mut transaction = begin(&bench).await;
    transaction.query(raw("SET idle_in_transaction_session_timeout = '10ms'")).await.unwrap();
    bench.until_no_session("true").await;
    let error = transaction.query(insert(1)).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::TransactionEnded | ErrorKind::ConnectionLost), "{error:?}");
    assert_eq!(error.retry(), RetryClass::RetryTransaction);
    assert_eq!(transaction.query(insert(1)).await.unwrap_err().kind(), ErrorKind::TransactionEnded);
    assert_eq!(transaction.commit().await.unwrap_err().kind(), ErrorKind::TransactionEnded);
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 0);
    bench.assert_usable().await;
}

#[tokio::test]
async fn a_transaction_that_outlives_its_limit_is_rolled_back() {
    let bench = table("tx_timeout").await;
    let limit = Duration::from_millis(150);
    let mut transaction = bench.adapter.begin(TransactionOptions::new().timeout(limit)).await.unwrap();
    transaction.query(insert(1)).await.unwrap();
    bench.until_no_session(IN_TRANSACTION).await;
    assert_eq!(transaction.query(insert(2)).await.unwrap_err().kind(), ErrorKind::TransactionEnded);
    assert_eq!(transaction.commit().await.unwrap_err().kind(), ErrorKind::TransactionEnded);
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 0);

    // Also in the middle of a statement, which is stopped.
    let mut transaction = bench.adapter.begin(TransactionOptions::new().timeout(limit)).await.unwrap();
    let error = transaction.query(raw("SELECT pg_sleep(100)")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TransactionEnded);
    bench.until_no_session("state = 'active'").await;
    drop(transaction);
    bench.assert_usable().await;
}

#[tokio::test]
async fn a_stream_does_not_keep_a_transaction_beyond_its_limit() {
    use drivetrain_adapter_api::StreamOptions;
    use futures_util::StreamExt;
    let bench = table("tx_timeout_stream").await;
    let limit = Duration::from_millis(150);
    let options = TransactionOptions::new().timeout(limit);
    let mut chunks = StreamOptions::default();
    chunks.chunk_rows = 10;
    // Held by a reader who does not read, and by one who waits for rows that do not come.
    for sql in [
        "SELECT generate_series(1, 1000)",
        "SELECT CASE WHEN i > 15 THEN pg_sleep(100) END FROM generate_series(1, 100) i",
    ] {
        let mut transaction = bench.adapter.begin(options).await.unwrap();
        transaction.query(insert(1)).await.unwrap();
        let mut stream = transaction.stream(raw(sql), chunks).await.unwrap();
        assert_eq!(stream.next().await.unwrap().unwrap().len(), 10);
        if sql.starts_with("SELECT g") {
            bench.until_no_session("state <> 'idle'").await;
        }
        let error = stream.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TransactionEnded, "{sql}");
        drop(stream);
        assert_eq!(transaction.query(raw("SELECT 1")).await.unwrap_err().kind(), ErrorKind::TransactionEnded);
        bench.until_no_session("state <> 'idle'").await;
        assert_eq!(bench.count("SELECT count(*) FROM t").await, 0);
    }
    bench.assert_usable().await;
}

#[tokio::test]
async fn a_statements_own_limit_leaves_the_transaction_failed_and_the_handle_usable() {
    let bench = table("tx_statement_limit").await;
    let mut transaction = begin(&bench).await;
    let savepoint = transaction.savepoint().await.unwrap();
    let slow = raw("SELECT pg_sleep(100)").with_timeout(Some(Duration::from_millis(50)));
    assert_eq!(transaction.query(slow).await.unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!(bench.sessions("state = 'active'").await, 0, "stopped at the server");
    transaction.rollback_to(savepoint).await.unwrap();
    transaction.query(insert(1)).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 1);
}

#[tokio::test]
async fn ddl_is_undone_too() {
    let bench = table("tx_ddl").await;
    let mut transaction = begin(&bench).await;
    transaction.query(raw("CREATE TABLE u (id int)")).await.unwrap();
    transaction.script("CREATE TABLE v (id int); INSERT INTO v VALUES (1)").await.unwrap();
    transaction.rollback().await.unwrap();
    let sql = "SELECT count(*) FROM pg_class WHERE relname IN ('u', 'v') AND relnamespace = 'dt_tx_ddl'::regnamespace";
    assert_eq!(bench.count(sql).await, 0);
}

#[tokio::test]
async fn transactions_of_one_pool_are_kept_apart() {
    let bench = table("tx_apart").await;
    let mut a = begin(&bench).await;
    let mut b = begin(&bench).await;
    a.query(insert(1)).await.unwrap();
    b.query(insert(2)).await.unwrap();
    let count = raw("SELECT count(*) FROM t");
    assert_eq!(first::<i64>(&a.query(count.clone()).await.unwrap()), 1);
    assert_eq!(first::<i64>(&b.query(count).await.unwrap()), 1);
    a.rollback().await.unwrap();
    b.commit().await.unwrap();
    let ids = bench.oracle.query("SELECT id FROM t", &[]).await.unwrap();
    assert_eq!(ids.iter().map(|row| row.get(0)).collect::<Vec<i32>>(), [2]);
}

#[tokio::test]
async fn within_a_session_transactions_follow_one_another() {
    let bench = table("tx_session").await;
    let mut session = bench.adapter.session().await.unwrap();
    session.query(raw("SET application_name = 'dt_tx_session'")).await.unwrap();
    let mut transaction = session.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(insert(1)).await.unwrap();
    transaction.commit().await.unwrap();
    let mut transaction = session.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(insert(2)).await.unwrap();
    drop(transaction);
    bench.until_no_session(IN_TRANSACTION).await;
    let seen = session.query(raw("SELECT count(*) FROM t")).await.unwrap();
    assert_eq!(first::<i64>(&seen), 1);
    session.query(raw("BEGIN")).await.unwrap();
    let mut transaction = session.begin(TransactionOptions::new()).await.unwrap();
    assert_eq!(transaction.query(insert(3)).await.unwrap_err().kind(), ErrorKind::Misuse);
    drop(transaction);
    session.close().await.unwrap();
    eventually(async || bench.adapter.pool_status().idle == 1, "the connection is idle").await;
    bench.assert_usable().await;
}
