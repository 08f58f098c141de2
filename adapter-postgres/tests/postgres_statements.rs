//! Prepared statements: kept, forgotten, invalidated, and left out behind poolers.

mod common;

use common::{Bench, first, raw};
use drivetrain_adapter_api::{
    Adapter, Batch, ErrorKind, Prepare, Query, RetryClass, TransactionOptions, Value,
};
use drivetrain_adapter_postgres::StatementMode;

const PREPARED: &str = "SELECT count(*) FROM pg_prepared_statements";

async fn one_connection(name: &str) -> Bench {
    let bench = Bench::with(name, common::config().pool_max(1)).await;
    bench.setup("CREATE TABLE t (id int8, a int4); INSERT INTO t VALUES (1, 2)").await;
    bench
}

/// How many statements are prepared on the adapter's connection. The question itself is not kept.
async fn prepared(bench: &Bench) -> i64 {
    first(&bench.adapter.query(raw(PREPARED).with_prepare(Prepare::Never)).await.unwrap())
}

#[tokio::test]
async fn statements_are_prepared_once_and_the_oldest_is_closed() {
    let bench = Bench::with("stmt_lru", common::config().pool_max(1).statement_cache_size(3)).await;
    for i in 0..10 {
        for _ in 0..2 {
            assert_eq!(first::<i32>(&bench.query(&format!("SELECT {i}"), vec![]).await.unwrap()), i);
        }
    }
    assert_eq!(prepared(&bench).await, 3);
    assert_eq!(
        bench
            .adapter
            .batch(Batch::new((0..20).map(|i| raw(&format!("SELECT {i}"))).collect()))
            .await
            .unwrap()
            .len(),
        20
    );
    assert_eq!(prepared(&bench).await, 3);
}

#[tokio::test]
async fn ddl_and_what_is_run_once_are_not_kept() {
    let bench = one_connection("stmt_once").await;
    bench.query("CREATE TABLE u (id int)", vec![]).await.unwrap();
    bench.query("SET work_mem = '5MB'", vec![]).await.unwrap();
    for _ in 0..3 {
        bench.adapter.query(raw("SELECT 1").with_prepare(Prepare::Never)).await.unwrap();
    }
    assert_eq!(prepared(&bench).await, 0);
}

#[tokio::test]
async fn a_statement_that_the_server_forgot_is_prepared_again() {
    let bench = one_connection("stmt_forgotten").await;
    let query = || raw("SELECT id FROM t");
    let mut session = bench.adapter.session().await.unwrap();
    session.query(query()).await.unwrap();
    // Within a function, so that no command tag tells of it.
    let forget = raw("DO $$ BEGIN EXECUTE 'DEALLOCATE ALL'; END $$");
    session.query(forget.clone()).await.unwrap();
    assert_eq!(first::<i64>(&session.query(query()).await.unwrap()), 1);
    session.query(forget.clone()).await.unwrap();
    let results =
        session.batch(Batch::new(vec![raw("INSERT INTO t VALUES (2, 2)"), query(), query()])).await.unwrap();
    assert_eq!(results[2].rows.len(), 2);
    session.query(forget.clone()).await.unwrap();
    let atomic = Batch::atomic(vec![raw("INSERT INTO t VALUES (3, 2)"), query()], TransactionOptions::new());
    assert_eq!(session.batch(atomic).await.unwrap()[1].rows.len(), 3);
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 3, "nothing ran twice");

    let mut transaction = session.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(raw("INSERT INTO t VALUES (4, 2)")).await.unwrap();
    transaction.query(forget.clone()).await.unwrap();
    let error = transaction.query(query()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.retry()),
        (ErrorKind::StatementInvalidated, RetryClass::RetryTransaction)
    );
    assert_eq!(transaction.commit().await.unwrap_err().kind(), ErrorKind::TransactionRolledBack);

    // As the first thing in a transaction nothing is lost by beginning it again.
    session.query(query()).await.unwrap();
    session.query(forget).await.unwrap();
    let mut transaction = session.begin(TransactionOptions::new()).await.unwrap();
    assert_eq!(transaction.query(query()).await.unwrap().rows.len(), 3);
    transaction.commit().await.unwrap();
}

#[tokio::test]
async fn a_table_that_changed_is_noticed() {
    let bench = one_connection("stmt_changed").await;
    let star = || raw("SELECT * FROM t");
    bench.adapter.query(star()).await.unwrap();
    bench.setup("ALTER TABLE t ADD COLUMN b text DEFAULT 'new'").await;
    let result = bench.adapter.query(star()).await.unwrap();
    assert_eq!(result.rows.columns().len(), 3);
    assert_eq!(result.rows.get::<String>(0, 2).unwrap(), "new");

    bench.setup("ALTER TABLE t ALTER COLUMN a TYPE text").await;
    let mut transaction = bench.adapter.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(raw("SELECT 1")).await.unwrap();
    let error = transaction.query(star()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.retry()),
        (ErrorKind::StatementInvalidated, RetryClass::RetryTransaction)
    );
    drop(transaction);
    let result = bench.adapter.query(star()).await.unwrap();
    assert_eq!(result.rows.get::<String>(0, 1).unwrap(), "2");

    bench.setup("ALTER TABLE t DROP COLUMN b").await;
    let batch = Batch::atomic(vec![raw("INSERT INTO t VALUES (2)"), star()], TransactionOptions::new());
    assert_eq!(bench.adapter.batch(batch).await.unwrap()[1].rows.columns().len(), 2);
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 2);
}

#[tokio::test]
async fn a_description_from_before_a_change_gives_no_wrong_value_on_another_connection() {
    for mode in [StatementMode::Named, StatementMode::Unnamed] {
        let config = common::config().statement_mode(mode).statement_cache_size(8);
        let bench = Bench::with(&format!("stmt_stale_{mode:?}").to_lowercase(), config).await;
        bench.setup("CREATE TABLE t (id int8, a int4); INSERT INTO t VALUES (1, 2)").await;
        let star = || raw("SELECT id, a FROM t");
        // It fails the first time that the other connection runs it.
        let failing = || raw("SELECT a, 8 / (id - 1) FROM t");
        assert_eq!(bench.adapter.query(failing()).await.unwrap_err().kind(), ErrorKind::DivisionByZero);
        let more = || raw("SELECT * FROM t");
        for query in [star(), more()] {
            bench.adapter.query(query).await.unwrap();
        }
        // The connection that knows the statements is held back.
        let mut held = bench.adapter.begin(TransactionOptions::new()).await.unwrap();
        held.query(raw("SELECT 1")).await.unwrap();
        bench
            .setup("ALTER TABLE t ALTER COLUMN a TYPE float8; ALTER TABLE t ADD COLUMN b text DEFAULT 'x'")
            .await;
        for _ in 0..2 {
            let result = bench.adapter.query(star()).await.unwrap();
            assert_eq!(result.rows.get::<Value>(0, 1).unwrap(), Value::Float64(2.0), "{mode:?}");
            let result = bench.adapter.query(more()).await.unwrap();
            assert_eq!(result.rows.get::<Value>(0, 1).unwrap(), Value::Float64(2.0), "{mode:?}");
            assert_eq!(result.rows.get::<String>(0, 2).unwrap(), "x");
        }
        assert_eq!(bench.adapter.query(failing()).await.unwrap_err().kind(), ErrorKind::DivisionByZero);
        bench.setup("UPDATE t SET id = 3").await;
        let result = bench.adapter.query(failing()).await.unwrap();
        assert_eq!(result.rows.get::<Value>(0, 0).unwrap(), Value::Float64(2.0), "{mode:?}");
        held.rollback().await.unwrap();
    }
}

#[tokio::test]
async fn behind_a_pooler_no_statement_has_a_name() {
    let config = common::config().pool_max(1).statement_mode(StatementMode::Unnamed);
    let bench = Bench::with("stmt_unnamed", config).await;
    bench.setup("CREATE TYPE kind AS ENUM ('a'); CREATE TABLE t (id int8, kind kind)").await;
    let insert = || Query::raw("INSERT INTO t VALUES ($1, 'a') RETURNING id, kind", vec![Value::Int64(7)]);
    for _ in 0..3 {
        let result = bench.adapter.query(insert()).await.unwrap();
        assert_eq!(first::<i64>(&result), 7);
        assert_eq!(result.rows.get::<Value>(0, 1).unwrap(), Value::Enum("a".into()));
    }
    let batch =
        Batch::atomic(vec![insert(), raw("SELECT count(*) FROM t"), insert()], TransactionOptions::new());
    assert_eq!(first::<i64>(&bench.adapter.batch(batch).await.unwrap()[1]), 4);
    let mut transaction = bench.adapter.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(insert()).await.unwrap();
    assert_eq!(first::<i64>(&transaction.query(raw(PREPARED)).await.unwrap()), 0);
    transaction.commit().await.unwrap();
    assert_eq!(first::<i64>(&bench.query(PREPARED, vec![]).await.unwrap()), 0);
    assert!(!bench.adapter.capabilities().sessions());
    assert_eq!(bench.adapter.session().await.unwrap_err().kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn the_number_of_values_is_that_of_the_placeholders() {
    let bench = one_connection("stmt_count").await;
    for params in [vec![], vec![Value::Int64(1), Value::Int64(2)]] {
        for _ in 0..2 {
            let error = bench.query("SELECT $1::int8", params.clone()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ParameterCount);
        }
    }
    let too_many = (0..65_536).map(Value::Int32).collect();
    let error = bench.query("SELECT 1", too_many).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::TooManyParameters | ErrorKind::ParameterCount), "{error:?}");
    let most: Vec<Value> = (0..65_535).map(Value::Int32).collect();
    let places: Vec<String> = (1..=65_535).map(|n| format!("(${n}::int4)")).collect();
    let sql = format!("SELECT count(*), sum(n) FROM (VALUES {}) v(n)", places.join(", "));
    let result = bench.query(&sql, most).await.unwrap();
    assert_eq!(first::<i64>(&result), 65_535);
    bench.assert_usable().await;
}

#[tokio::test]
async fn odd_statements() {
    let bench = one_connection("stmt_odd").await;
    for empty in ["", " ; ", "-- nothing"] {
        let result = bench.query(empty, vec![]).await.unwrap();
        assert_eq!((result.rows.len(), result.affected), (0, None));
    }
    let error = bench.query("INSERT INTO t VALUES (5); SELECT 2", vec![]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Syntax, "{error}");
    assert_eq!(bench.count("SELECT count(*) FROM t WHERE id = 5").await, 0);
    let error = bench.query("SELECT '\0'", vec![]).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidValue);
    for copy in ["COPY t FROM STDIN", "copy t to stdout"] {
        assert_eq!(bench.query(copy, vec![]).await.unwrap_err().kind(), ErrorKind::Unsupported);
        let error = bench.adapter.script(&format!("SELECT 1; {copy}; SELECT 2")).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{copy}");
        bench.assert_usable().await;
    }
    let duplicate = bench.query("SELECT 1 AS a, 2 AS a", vec![]).await.unwrap();
    assert_eq!(duplicate.rows.get::<i32>(0, 1).unwrap(), 2);
    let no_columns = bench.query("SELECT FROM t", vec![]).await.unwrap();
    assert_eq!((no_columns.rows.len(), no_columns.rows.columns().len()), (1, 0));
    let no_rows = bench.query("SELECT id, a FROM t WHERE false", vec![]).await.unwrap();
    assert_eq!((no_rows.rows.len(), no_rows.rows.columns().len()), (0, 2));
}

#[tokio::test]
async fn a_script_stops_at_its_first_failure_as_one_transaction() {
    let bench = one_connection("stmt_script").await;
    bench.adapter.script("INSERT INTO t VALUES (7, 7); SELECT * FROM t; UPDATE t SET a = 1").await.unwrap();
    assert_eq!(bench.count("SELECT count(*) FROM t WHERE a = 1").await, 2);
    let error = bench
        .adapter
        .script("INSERT INTO t VALUES (8, 8); SELECT 1 / 0; INSERT INTO t VALUES (9, 9)")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::DivisionByZero);
    assert_eq!(bench.count("SELECT count(*) FROM t WHERE id > 7").await, 0);
    let error = bench.adapter.script("BEGIN; INSERT INTO t VALUES (8, 8)").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Misuse);
    bench.until_no_session("state LIKE 'idle in%'").await;
    assert_eq!(bench.count("SELECT count(*) FROM t WHERE id > 7").await, 0);
}
