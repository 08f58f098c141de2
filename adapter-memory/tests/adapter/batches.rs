//! Several queries together.

use drivetrain_adapter_api::statement::{Body, Cte, CteBody, Update};
use drivetrain_adapter_api::{Adapter as _, Batch, ErrorKind, Query, Statement, TransactionOptions, Value};

use crate::support::{adapter, add, all, committed, delete_all, insert, ints};

const OPTIONS: TransactionOptions = TransactionOptions::new();

#[tokio::test]
async fn an_atomic_batch_takes_effect_as_a_whole_or_not_at_all() {
    let adapter = adapter();
    let results = adapter.batch(Batch::atomic(vec![insert(1), insert(2), all()], OPTIONS)).await.unwrap();
    assert_eq!(ints(&results[2]), [1, 2]);
    let error = adapter.batch(Batch::atomic(vec![delete_all(), insert(3), insert(3)], OPTIONS)).await;
    let error = error.unwrap_err();
    assert_eq!((error.kind(), error.batch_index()), (ErrorKind::UniqueViolation, Some(2)));
    assert_eq!(committed(&adapter).await, [1, 2]);
    let refused = adapter.batch(Batch::atomic(vec![all(), insert(3)], OPTIONS.read_only())).await;
    let refused = refused.unwrap_err();
    assert_eq!((refused.kind(), refused.batch_index()), (ErrorKind::ReadOnly, Some(1)));
}

#[tokio::test]
async fn a_batch_that_is_not_atomic_stops_at_the_first_failure() {
    let adapter = adapter();
    let error = adapter.batch(Batch::new(vec![insert(1), insert(1), insert(2)])).await.unwrap_err();
    assert_eq!((error.kind(), error.batch_index()), (ErrorKind::UniqueViolation, Some(1)));
    assert_eq!(committed(&adapter).await, [1]);
    assert!(adapter.batch(Batch::new(vec![])).await.unwrap().is_empty());
}

/// Databases differ in which part that is, and agree that it is one.
#[tokio::test]
async fn a_row_is_written_by_one_part_of_a_statement() {
    let adapter = adapter();
    adapter.query(insert(1)).await.unwrap();
    let Body::Delete(delete) = delete_all().statement.body().clone() else { panic!("a delete") };
    let Body::Update(update) = add(10).statement.body().clone() else { panic!("an update") };
    let cte = Cte { name: "gone".into(), columns: vec![], body: CteBody::Delete(delete) };
    let both = Query::new(Statement::new(Update { with: vec![cte], ..*update }), vec![Value::Int32(10)]);
    assert_eq!(adapter.query(both).await.unwrap().affected, Some(0));
    assert!(committed(&adapter).await.is_empty());
}

#[tokio::test]
async fn batches_within_a_transaction() {
    let adapter = adapter();
    let mut transaction = adapter.begin(OPTIONS).await.unwrap();
    transaction.query(insert(1)).await.unwrap();
    let failed = transaction.batch(Batch::atomic(vec![insert(2), insert(1)], OPTIONS)).await.unwrap_err();
    assert_eq!(failed.batch_index(), Some(1));
    assert_eq!(ints(&transaction.query(all()).await.unwrap()), [1], "an atomic one is a savepoint");
    transaction.batch(Batch::new(vec![insert(3), insert(1)])).await.unwrap_err();
    transaction.batch(Batch::atomic(vec![insert(4)], OPTIONS)).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(committed(&adapter).await, [1, 3, 4]);
}
