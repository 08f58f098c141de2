//! One writer at a time, and nothing left of what is not committed.

use std::time::Duration;

use drivetrain_adapter_api::statement::{Lock, LockWait, Select};
use drivetrain_adapter_api::{
    Access, Adapter as _, ErrorKind, IsolationLevel, Query, Savepoint, Statement, TransactionOptions,
};
use drivetrain_adapter_memory::MemoryConfig;
use futures_util::FutureExt as _;

use crate::support::{
    adapter, add, all, committed, count_of, delete_all, insert, ints, product, select, with,
};

const OPTIONS: TransactionOptions = TransactionOptions::new();

#[tokio::test]
async fn others_see_what_is_committed_and_nothing_else() {
    let adapter = adapter();
    let mut transaction = adapter.begin(OPTIONS).await.unwrap();
    transaction.query(insert(1)).await.unwrap();
    assert_eq!(ints(&transaction.query(all()).await.unwrap()), [1]);
    assert!(committed(&adapter).await.is_empty(), "reading waits for nobody");
    transaction.commit().await.unwrap();
    assert_eq!(committed(&adapter).await, [1]);

    let mut transaction = adapter.begin(OPTIONS).await.unwrap();
    transaction.query(delete_all()).await.unwrap();
    transaction.rollback().await.unwrap();
    let mut transaction = adapter.begin(OPTIONS).await.unwrap();
    transaction.query(delete_all()).await.unwrap();
    drop(transaction);
    assert_eq!(committed(&adapter).await, [1]);
}

#[tokio::test]
async fn a_reader_sees_one_state_while_others_write() {
    let adapter = adapter();
    adapter.query(insert(1)).await.unwrap();
    let mut reader = adapter.begin(OPTIONS.read_only()).await.unwrap();
    adapter.query(insert(2)).await.unwrap();
    assert_eq!(ints(&reader.query(all()).await.unwrap()), [1]);
    assert_eq!(reader.query(insert(3)).await.unwrap_err().kind(), ErrorKind::ReadOnly);
    assert_eq!(ints(&reader.query(all()).await.unwrap()), [1], "an error ends nothing");
    reader.commit().await.unwrap();
    assert_eq!(committed(&adapter).await, [1, 2]);
}

#[tokio::test]
async fn writers_wait_in_line_and_dropped_ones_are_passed_over() {
    let adapter = adapter();
    let transaction = adapter.begin(OPTIONS).await.unwrap();
    let mut dropped = adapter.begin(OPTIONS);
    assert!((&mut dropped).now_or_never().is_none(), "it waits");
    let mut waiting = adapter.query(insert(1));
    assert!((&mut waiting).now_or_never().is_none(), "it waits too");
    drop(dropped);
    assert!((&mut waiting).now_or_never().is_none());
    transaction.commit().await.unwrap();
    assert_eq!(waiting.await.unwrap().affected, Some(1));
    assert_eq!(committed(&adapter).await, [1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_increment_is_lost() {
    let adapter = adapter();
    adapter.query(insert(0)).await.unwrap();
    let tasks: Vec<_> = (0..4)
        .map(|_| {
            let adapter = adapter.clone();
            tokio::spawn(async move {
                for _ in 0..50 {
                    let mut transaction = adapter.begin(OPTIONS).await.unwrap();
                    transaction.query(add(1)).await.unwrap();
                    transaction.commit().await.unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(committed(&adapter).await, [200]);
}

#[tokio::test]
async fn savepoints_are_undone_kept_and_forgotten() {
    let adapter = adapter();
    let mut transaction = adapter.begin(OPTIONS).await.unwrap();
    transaction.query(insert(1)).await.unwrap();
    let outer = transaction.savepoint().await.unwrap();
    transaction.query(insert(2)).await.unwrap();
    let inner = transaction.savepoint().await.unwrap();
    transaction.query(insert(3)).await.unwrap();
    transaction.release(inner).await.unwrap();
    assert_eq!(transaction.rollback_to(inner).await.unwrap_err().kind(), ErrorKind::NoSuchSavepoint);
    transaction.rollback_to(outer).await.unwrap();
    assert_eq!(transaction.release(outer).await.unwrap_err().kind(), ErrorKind::NoSuchSavepoint);
    let dropped = transaction.savepoint().await.unwrap();
    transaction.query(insert(4)).await.unwrap();
    transaction.abandon(dropped);
    transaction.abandon(Savepoint::new(77));
    assert_eq!(transaction.query(insert(1)).await.unwrap_err().kind(), ErrorKind::UniqueViolation);
    transaction.query(insert(5)).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(committed(&adapter).await, [1, 5]);
}

#[tokio::test]
async fn a_transaction_that_takes_too_long_is_over_and_holds_nothing() {
    let adapter = adapter();
    let mut transaction = adapter.begin(OPTIONS.timeout(Duration::from_millis(20))).await.unwrap();
    transaction.query(insert(1)).await.unwrap();
    // Waits until the transaction is ended from outside.
    adapter.query(insert(2)).await.unwrap();
    assert_eq!(transaction.query(all()).await.unwrap_err().kind(), ErrorKind::TransactionEnded);
    assert_eq!(transaction.commit().await.unwrap_err().kind(), ErrorKind::TransactionEnded);
    assert_eq!(committed(&adapter).await, [2]);
}

#[tokio::test]
async fn a_query_has_its_limit_of_time() {
    let adapter = adapter();
    let limit = Some(Duration::from_millis(20));
    let slow = count_of(product(3000, 3000)).with_timeout(limit);
    assert_eq!(adapter.query(slow).await.unwrap_err().kind(), ErrorKind::Timeout);
    let _transaction = adapter.begin(OPTIONS).await.unwrap();
    let waiting = insert(1).with_timeout(limit);
    assert_eq!(adapter.query(waiting).await.unwrap_err().kind(), ErrorKind::Timeout);
    assert!(committed(&adapter).await.is_empty());
}

#[tokio::test]
async fn limits_of_time_need_a_clock() {
    let adapter = with(MemoryConfig::new());
    let limit = Duration::from_secs(1);
    let refused = adapter.query(all().with_timeout(Some(limit))).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unsupported);
    assert_eq!(adapter.begin(OPTIONS.timeout(limit)).await.unwrap_err().kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn levels_other_than_serializable_are_refused() {
    let adapter = adapter();
    for level in IsolationLevel::ALL {
        let begun = adapter.begin(OPTIONS.isolation(level)).await;
        match level {
            IsolationLevel::Serializable => begun.unwrap().rollback().await.unwrap(),
            _ => assert_eq!(begun.unwrap_err().kind(), ErrorKind::Unsupported),
        }
    }
}

#[tokio::test]
async fn rows_are_locked_by_the_writer() {
    let adapter = adapter();
    adapter.query(insert(1)).await.unwrap();
    let locking = |wait| {
        Query::new(Statement::new(Select { lock: Some(Lock { shared: false, wait }), ..select() }), vec![])
    };
    let mut transaction = adapter.begin(OPTIONS).await.unwrap();
    assert_eq!(transaction.query(locking(LockWait::Wait)).await.unwrap().rows.len(), 1);
    let refused = adapter.query(locking(LockWait::NoWait)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::LockTimeout);
    let refused = adapter.query(locking(LockWait::SkipLocked)).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Unsupported);
    transaction.rollback().await.unwrap();
    assert_eq!(adapter.query(locking(LockWait::NoWait)).await.unwrap().rows.len(), 1);
}

#[tokio::test]
async fn what_is_said_to_read_cannot_write() {
    let adapter = adapter();
    let refused = adapter.query(insert(1).with_access(Access::Read)).await.unwrap_err();
    assert_eq!((refused.kind(), refused.adapter()), (ErrorKind::ReadOnly, Some("memory")));
    assert!(committed(&adapter).await.is_empty());
}

#[tokio::test]
async fn raw_sql_is_refused_also_around_the_check() {
    let adapter = adapter();
    let raw = || Query::raw("select 1", vec![]);
    assert_eq!(adapter.query(raw()).await.unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(adapter.lower(&raw()).unwrap_err().kind(), ErrorKind::Unsupported);
    let mut transaction = adapter.begin(OPTIONS).await.unwrap();
    assert_eq!(transaction.query(raw()).await.unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(transaction.script("select 1").await.unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(adapter.script("select 1").await.unwrap_err().kind(), ErrorKind::Unsupported);
    assert_eq!(adapter.session().await.unwrap_err().kind(), ErrorKind::Unsupported);
}

#[tokio::test]
async fn after_the_end_there_is_nothing() {
    let adapter = adapter();
    let mut transaction = adapter.begin(OPTIONS).await.unwrap();
    transaction.query(insert(1)).await.unwrap();
    adapter.close().await.unwrap();
    adapter.close().await.unwrap();
    assert_eq!(transaction.query(all()).await.unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(transaction.commit().await.unwrap_err().kind(), ErrorKind::Closed);
    for kind in [
        adapter.query(all()).await.unwrap_err().kind(),
        adapter.query(insert(1)).await.unwrap_err().kind(),
        adapter.begin(OPTIONS).await.unwrap_err().kind(),
        adapter.health_check().await.unwrap_err().kind(),
        adapter.rows("t").unwrap_err().kind(),
        adapter.fork().unwrap_err().kind(),
    ] {
        assert_eq!(kind, ErrorKind::Closed);
    }
}
