//! Batches, scripts and settings: requests counted, effects seen on a second path.

mod common;

use std::time::Duration;

use common::{Bench, first, raw};
use drivetrain_adapter_api::{
    Access, Adapter as _, Batch, ErrorKind, IsolationLevel, Query, TransactionOptions, Value,
};

async fn bench(name: &str) -> Bench {
    let bench = Bench::in_schema(name).await;
    bench.setup("CREATE TABLE t (id int PRIMARY KEY)").await;
    bench
}

fn insert(id: i32) -> Query {
    Query::raw("INSERT INTO t VALUES ($1::int4)", vec![Value::Int32(id)])
}

const ROWS: &str = "SELECT count(*) FROM t";

#[tokio::test]
async fn an_atomic_batch_is_one_request_and_all_or_nothing() {
    let bench = bench("atomic").await;
    let batch = Batch::atomic(vec![insert(1), raw("SELECT id FROM t"), insert(2)], TransactionOptions::new());
    let (results, requests) = bench.requests(bench.adapter.batch(batch)).await;
    let results = results.unwrap();
    assert_eq!(requests, 1);
    let affected: Vec<_> = results.iter().map(|result| result.affected).collect();
    assert_eq!(affected, [Some(1), None, Some(1)]);
    assert_eq!(first::<i32>(&results[1]), 1);
    let batch = Batch::atomic(vec![insert(3), insert(1), insert(4)], TransactionOptions::new());
    let error = bench.adapter.batch(batch).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UniqueViolation);
    assert_eq!(error.batch_index(), None, "the endpoint does not tell");
    assert_eq!(bench.count(ROWS).await, 2);
}

#[tokio::test]
async fn a_batch_is_the_transaction_that_is_asked_for() {
    let bench = bench("options").await;
    let show = "SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only'), \
                current_setting('transaction_deferrable')";
    for level in IsolationLevel::ALL {
        let options = TransactionOptions::new().isolation(level);
        let results = bench.adapter.batch(Batch::atomic(vec![raw(show)], options)).await.unwrap();
        assert_eq!(first::<String>(&results[0]), level.sql().to_lowercase());
    }
    let options = TransactionOptions::new().isolation(IsolationLevel::Serializable).read_only().deferrable();
    let results = bench.adapter.batch(Batch::atomic(vec![raw(show)], options)).await.unwrap();
    let row: Vec<String> = (0..3).map(|column| results[0].rows.get(0, column).unwrap()).collect();
    assert_eq!(row, ["serializable", "on", "on"]);
    let error = bench.adapter.batch(Batch::atomic(vec![insert(1)], options)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ReadOnly);
}

#[tokio::test]
async fn an_error_at_commit_is_an_error() {
    let bench = bench("commit").await;
    bench.setup("CREATE TABLE u (id int REFERENCES t DEFERRABLE INITIALLY DEFERRED)").await;
    let batch = Batch::atomic(vec![insert(1), raw("INSERT INTO u VALUES (9)")], TransactionOptions::new());
    let error = bench.adapter.batch(batch).await.unwrap_err();
    assert_eq!((error.kind(), error.table()), (ErrorKind::ForeignKeyViolation, Some("u")));
    assert_eq!(bench.count(ROWS).await, 0);
}

#[tokio::test]
async fn what_ends_a_transaction_is_refused_before_anything_is_sent() {
    let bench = bench("control").await;
    for text in ["COMMIT", "/* x */ rollback", "BEGIN", "END", "ABORT", "PREPARE TRANSACTION 'x'"] {
        let batch = Batch::atomic(vec![insert(1), raw(text), insert(2)], TransactionOptions::new());
        let (outcome, requests) = bench.requests(bench.adapter.batch(batch)).await;
        let error = outcome.unwrap_err();
        assert_eq!((error.kind(), error.batch_index(), requests), (ErrorKind::Misuse, Some(1), 0), "{text}");
        let (outcome, requests) = bench.requests(bench.query(text, vec![])).await;
        assert_eq!((outcome.unwrap_err().kind(), requests), (ErrorKind::Misuse, 0), "{text}, by itself");
    }
    let savepoints = ["SAVEPOINT a", "INSERT INTO t VALUES (7)", "ROLLBACK TO a"].map(raw);
    let batch = Batch::atomic(savepoints.into(), TransactionOptions::new());
    bench.adapter.batch(batch).await.unwrap();
    assert_eq!(bench.count(ROWS).await, 0);
}

#[tokio::test]
async fn queries_that_take_effect_each_by_itself_stop_at_the_first_failure() {
    let bench = bench("each").await;
    let batch = Batch::new(vec![insert(1), insert(2), insert(1), insert(3)]);
    let (outcome, requests) = bench.requests(bench.adapter.batch(batch)).await;
    let error = outcome.unwrap_err();
    assert_eq!((error.kind(), error.batch_index(), requests), (ErrorKind::UniqueViolation, Some(2), 3));
    assert_eq!(bench.count(ROWS).await, 2);
    let batch = Batch::new(vec![insert(5), Query::raw("SELECT $1", vec![Value::Text("a\0b".into())])]);
    let (outcome, requests) = bench.requests(bench.adapter.batch(batch)).await;
    assert_eq!((outcome.unwrap_err().batch_index(), requests), (Some(1), 0), "known beforehand");
    for empty in [Batch::new(vec![]), Batch::atomic(vec![], TransactionOptions::new())] {
        let (outcome, requests) = bench.requests(bench.adapter.batch(empty)).await;
        assert_eq!((outcome.unwrap().len(), requests), (0, 0));
    }
}

#[tokio::test]
async fn raw_sql_that_is_said_to_read_is_held_to_it() {
    for bench in [bench("reads").await, Bench::new("reads_plain").await] {
        let read = raw("SELECT 1").with_access(Access::Read);
        let (result, requests) = bench.requests(bench.adapter.query(read)).await;
        assert_eq!((first::<i32>(&result.unwrap()), requests), (1, 1));
        let write = raw(&format!("CREATE TABLE {}.y ()", bench.schema)).with_access(Access::Read);
        let error = bench.adapter.query(write).await.unwrap_err();
        assert_eq!((error.kind(), error.batch_index()), (ErrorKind::ReadOnly, None));
    }
}

#[tokio::test]
async fn a_script_by_http_is_one_request() {
    let bench = Bench::http_only("scripts").await;
    bench.setup("CREATE TABLE t (id int PRIMARY KEY)").await;
    let script = "INSERT INTO t VALUES (1); -- a comment; \n INSERT INTO t VALUES (2);;\
                  DO $$ BEGIN PERFORM 1; END $$; SELECT 1;";
    let (outcome, requests) = bench.requests(bench.adapter.script(script)).await;
    outcome.unwrap();
    assert_eq!((bench.count(ROWS).await, requests), (2, 1));
    let error =
        bench.adapter.script("INSERT INTO t VALUES (3); INSERT INTO t VALUES (nope)").await.unwrap_err();
    assert_eq!((error.kind(), error.position()), (ErrorKind::UndefinedColumn, None));
    assert_eq!(bench.count(ROWS).await, 2);
    let error = bench.adapter.script("  INSERT INTO t VALUES (nope);").await.unwrap_err();
    assert_eq!(error.position(), Some(25), "in the script");
    for refused in ["SELECT 1; COMMIT", "COPY t FROM STDIN;", "SELECT 'x", "SELECT 1; \\d"] {
        let (outcome, requests) = bench.requests(bench.adapter.script(refused)).await;
        assert!(outcome.is_err(), "{refused}");
        assert_eq!(requests, 0, "{refused}");
    }
    for empty in ["", " ", "-- nothing", ";;"] {
        bench.adapter.script(empty).await.unwrap();
    }
}

#[tokio::test]
async fn settings_are_made_by_each_request_and_by_nothing_else() {
    let bench = Bench::with(
        "settings",
        |gateway| gateway,
        |config, schema| {
            config
                .schema(schema)
                .application_name("dt \"neon' x")
                .statement_timeout(Duration::from_millis(300))
                .lock_timeout(Duration::from_millis(100))
                .options("-c TimeZone=Asia/Kathmandu -c extra_float_digits=2")
                .unwrap()
        },
    )
    .await;
    bench.setup("CREATE TABLE t (id int PRIMARY KEY)").await;
    let show = "SELECT current_setting('application_name'), current_setting('statement_timeout'), \
                current_setting('lock_timeout'), current_setting('TimeZone'), current_schema()::text";
    let (result, requests) = bench.requests(bench.query(show, vec![])).await;
    let result = result.unwrap();
    assert_eq!(requests, 1);
    let row: Vec<String> = (0..5).map(|column| result.rows.get(0, column).unwrap()).collect();
    assert_eq!(row, ["dt \"neon' x", "300ms", "100ms", "Asia/Kathmandu", &bench.schema]);
    // The result is that of the query, and so is what it is counted and placed by.
    let inserted = bench.adapter.query(insert(1)).await.unwrap();
    assert_eq!(inserted.affected, Some(1));
    let error = bench.query("SELECT nope FROM t", vec![]).await.unwrap_err();
    assert_eq!((error.position(), error.batch_index()), (Some(8), None));
    let batch = Batch::atomic(vec![insert(2), insert(3)], TransactionOptions::new());
    assert_eq!(bench.adapter.batch(batch).await.unwrap().len(), 2);
    let error = bench.query("SELECT pg_sleep(20)", vec![]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    // What refuses to run in a transaction says why it is in one.
    let error = bench.query("VACUUM t", vec![]).await.unwrap_err();
    assert_eq!(error.sqlstate().unwrap().as_str(), "25001");
    assert!(error.hint().unwrap().contains("settings"), "{error}");
    let plain = Bench::new("settings_plain").await;
    plain.query("VACUUM pg_catalog.pg_class", vec![]).await.unwrap();
}

#[tokio::test]
async fn a_setting_that_the_server_refuses_is_an_error() {
    let bench = Bench::with(
        "setting_wrong",
        |gateway| gateway,
        |config, _| config.options("-c no_such_setting=1").unwrap(),
    )
    .await;
    let error = bench.query("SELECT 1", vec![]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UndefinedObject, "{error}");
}
