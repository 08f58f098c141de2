//! Batches: all or nothing, or one by one; where they fail; how large they may be.

mod common;

use common::{Bench, first, raw};
use drivetrain_adapter_api::{Adapter, Batch, ErrorKind, IsolationLevel, Query, TransactionOptions, Value};

async fn table(name: &str) -> Bench {
    let bench = Bench::new(name).await;
    bench.setup("CREATE TABLE t (id int PRIMARY KEY, x text)").await;
    bench
}

fn insert(id: i32) -> Query {
    Query::raw("INSERT INTO t VALUES ($1, 'x')", vec![Value::Int32(id)])
}

fn atomic(queries: Vec<Query>) -> Batch {
    Batch::atomic(queries, TransactionOptions::new())
}

#[tokio::test]
async fn results_come_in_order_and_see_what_came_before() {
    let bench = table("batch_order").await;
    for wrap in [Batch::new, atomic] {
        bench.setup("TRUNCATE t").await;
        let queries = vec![
            insert(1),
            raw("SELECT count(*) FROM t"),
            insert(2),
            raw("INSERT INTO t VALUES (3, 'y') RETURNING x, id"),
            raw("SELECT count(*) FROM t"),
            raw("DELETE FROM t"),
        ];
        let results = bench.adapter.batch(wrap(queries)).await.unwrap();
        assert_eq!(results.len(), 6);
        assert_eq!(first::<i64>(&results[1]), 1);
        assert_eq!(results[2].affected, Some(1));
        assert_eq!(first::<String>(&results[3]), "y");
        assert_eq!(first::<i64>(&results[4]), 3);
        assert_eq!(results[5].affected, Some(3));
    }
    assert!(bench.adapter.batch(Batch::new(vec![])).await.unwrap().is_empty());
    assert!(bench.adapter.batch(atomic(vec![])).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_atomic_batch_that_fails_leaves_nothing() {
    let bench = table("batch_atomic").await;
    for failing in 0..4 {
        let mut queries: Vec<Query> = (10..13).map(insert).collect();
        queries.insert(failing, raw("SELECT 1 / 0"));
        let error = bench.adapter.batch(atomic(queries)).await.unwrap_err();
        assert_eq!((error.kind(), error.batch_index()), (ErrorKind::DivisionByZero, Some(failing)));
        assert_eq!(bench.count("SELECT count(*) FROM t").await, 0);
        bench.assert_usable().await;
    }
}

#[tokio::test]
async fn a_batch_that_is_not_atomic_stops_at_the_failure_and_keeps_what_ran() {
    let bench = table("batch_each").await;
    for failing in 0..4 {
        bench.setup("TRUNCATE t").await;
        let mut queries: Vec<Query> = (10..13).map(insert).collect();
        queries.insert(failing, raw("SELECT 1 / 0"));
        let error = bench.adapter.batch(Batch::new(queries)).await.unwrap_err();
        assert_eq!((error.kind(), error.batch_index()), (ErrorKind::DivisionByZero, Some(failing)));
        assert_eq!(bench.count("SELECT count(*) FROM t").await, failing as i64);
        bench.assert_usable().await;
    }
}

#[tokio::test]
async fn later_statements_may_need_what_earlier_ones_made() {
    let bench = Bench::new("batch_ddl").await;
    for (wrap, name) in [(Batch::new as fn(Vec<Query>) -> Batch, "u"), (atomic, "v")] {
        let queries = vec![
            raw(&format!("CREATE TYPE {name}_kind AS ENUM ('a', 'b')")),
            raw(&format!("CREATE TABLE {name} (id int8, kind {name}_kind)")),
            raw(&format!("INSERT INTO {name} VALUES (9007199254740993, 'b')")),
            raw(&format!("SELECT id, kind FROM {name}")),
        ];
        let results = bench.adapter.batch(wrap(queries)).await.unwrap();
        assert_eq!(first::<i64>(&results[3]), 9_007_199_254_740_993);
        assert_eq!(results[3].rows.get::<Value>(0, 1).unwrap(), Value::Enum("b".to_owned()));
    }
}

#[tokio::test]
async fn the_options_of_an_atomic_batch_are_honoured() {
    let bench = table("batch_options").await;
    let options = TransactionOptions::new().isolation(IsolationLevel::RepeatableRead).read_only();
    let shown = vec![raw("SHOW transaction_isolation"), raw("SHOW transaction_read_only")];
    let results = bench.adapter.batch(Batch::atomic(shown, options)).await.unwrap();
    assert_eq!(first::<String>(&results[0]), "repeatable read");
    assert_eq!(first::<String>(&results[1]), "on");
    let error = bench.adapter.batch(Batch::atomic(vec![insert(1)], options)).await.unwrap_err();
    assert_eq!((error.kind(), error.batch_index()), (ErrorKind::ReadOnly, Some(0)));
    bench.adapter.batch(Batch::new(vec![insert(1)])).await.unwrap();
}

#[tokio::test]
async fn a_constraint_checked_at_the_end_undoes_the_batch() {
    let bench = table("batch_deferred").await;
    bench.setup("CREATE TABLE c (id int REFERENCES t DEFERRABLE INITIALLY DEFERRED)").await;
    let queries = vec![insert(1), raw("INSERT INTO c VALUES (7)")];
    let error = bench.adapter.batch(atomic(queries.clone())).await.unwrap_err();
    assert_eq!((error.kind(), error.batch_index()), (ErrorKind::ForeignKeyViolation, None));
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 0);
    let error = bench.adapter.batch(Batch::new(queries)).await.unwrap_err();
    assert_eq!((error.kind(), error.batch_index()), (ErrorKind::ForeignKeyViolation, Some(1)));
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 1);
}

#[tokio::test]
async fn transaction_control_is_refused_and_nothing_runs() {
    let bench = table("batch_control").await;
    for sql in ["COMMIT", "-- c\nROLLBACK", "begin", "SAVEPOINT a"] {
        let batches = if sql == "SAVEPOINT a" {
            vec![Batch::new(vec![insert(1), raw(sql)])]
        } else {
            vec![Batch::new(vec![insert(1), raw(sql)]), atomic(vec![insert(1), raw(sql)])]
        };
        for batch in batches {
            let error = bench.adapter.batch(batch).await.unwrap_err();
            assert_eq!((error.kind(), error.batch_index()), (ErrorKind::Misuse, Some(1)), "{sql}");
        }
    }
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 0);
}

#[tokio::test]
async fn a_value_that_cannot_be_sent_is_refused_with_its_index() {
    let bench = table("batch_value").await;
    let bad = Query::raw("SELECT $1::text", vec![Value::Text("a\0b".to_owned())]);
    let error = bench.adapter.batch(atomic(vec![insert(1), bad])).await.unwrap_err();
    assert_eq!((error.kind(), error.batch_index()), (ErrorKind::InvalidValue, Some(1)));
    let error = bench
        .adapter
        .batch(atomic(vec![insert(1), Query::raw("SELECT $1::int8, $2::int8", vec![Value::Int64(1)])]))
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.batch_index()), (ErrorKind::ParameterCount, Some(1)));
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 0);
    bench.assert_usable().await;
}

#[tokio::test]
async fn large_batches_do_not_wait_for_themselves() {
    let bench = table("batch_large").await;
    // Answers and requests are both far larger than any buffer between.
    let big = "x".repeat(40_000);
    let queries = |from: i32| {
        (from..from + 1000)
            .map(|id| {
                let params = vec![Value::Int32(id), Value::Text(big.clone())];
                Query::raw("INSERT INTO t VALUES ($1, $2) RETURNING x", params)
            })
            .collect::<Vec<_>>()
    };
    for (from, wrap) in [(0, Batch::new as fn(Vec<Query>) -> Batch), (1000, atomic)] {
        let results = bench.adapter.batch(wrap(queries(from))).await.unwrap();
        assert_eq!(results.len(), 1000);
        assert!(results.iter().all(|result| first::<String>(result) == big));
    }
    assert_eq!(bench.count("SELECT count(*) FROM t WHERE length(x) = 40000").await, 2000);
}

#[tokio::test]
async fn within_a_transaction_a_batch_takes_part_in_it() {
    let bench = table("batch_within").await;
    let mut transaction = bench.adapter.begin(TransactionOptions::new()).await.unwrap();
    let results = transaction.batch(Batch::new(vec![insert(1), insert(2)])).await.unwrap();
    assert_eq!(results.len(), 2);
    transaction.batch(atomic(vec![insert(3)])).await.unwrap();
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 0);
    let error = transaction.batch(atomic(vec![insert(4), insert(1)])).await.unwrap_err();
    assert_eq!((error.kind(), error.batch_index()), (ErrorKind::UniqueViolation, Some(1)));
    assert_eq!(transaction.query(raw("SELECT 1")).await.unwrap_err().kind(), ErrorKind::TransactionAborted);
    assert_eq!(transaction.commit().await.unwrap_err().kind(), ErrorKind::TransactionRolledBack);
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 0);

    let mut transaction = bench.adapter.begin(TransactionOptions::new()).await.unwrap();
    let options = TransactionOptions::new().read_only();
    let error = transaction.batch(Batch::atomic(vec![insert(1)], options)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Misuse);
}
