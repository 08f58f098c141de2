//! A network that breaks: what is told then, and what is never told.

mod common;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use common::proxy::{self, Seen};
use common::{Bench, first, raw};
use drivetrain_adapter_api::{Access, Adapter, Batch, ErrorKind, RetryClass, TransactionOptions};
use drivetrain_adapter_postgres::{Address, Host, SslMode};

/// A bench whose adapter is behind a proxy that can cut connections.
async fn behind_proxy(name: &str) -> (Bench, Arc<Seen>) {
    let config = common::config();
    let Address::Name(host) = &config.hosts()[0].address else { panic!("the tests need a server by TCP") };
    let server: SocketAddr =
        tokio::net::lookup_host((&**host, config.hosts()[0].port)).await.unwrap().next().unwrap();
    let (address, seen) = proxy::start(server).await;
    let host = Host { address: Address::Name(address.ip().to_string()), port: address.port() };
    let bench = Bench::with(name, config.with_hosts(vec![host]).ssl_mode(SslMode::Disable)).await;
    bench.setup("CREATE TABLE t (id int)").await;
    (bench, seen)
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_has_an_unknown_outcome() {
    let (bench, seen) = behind_proxy("fault_commit").await;
    let mut transaction = bench.adapter.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(raw("INSERT INTO t VALUES (1)")).await.unwrap();
    seen.cut.store(true, Ordering::SeqCst);
    let error = transaction.commit().await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::CommitOutcomeUnknown, RetryClass::OutcomeUnknown));
    // This time it had happened.
    bench.until("SELECT count(*) FROM t", 1).await;
    seen.cut.store(false, Ordering::SeqCst);
    bench.assert_usable().await;

    let batch = Batch::atomic(vec![raw("INSERT INTO t VALUES (2)")], TransactionOptions::new());
    seen.cut.store(true, Ordering::SeqCst);
    let error = bench.adapter.batch(batch).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::CommitOutcomeUnknown, RetryClass::OutcomeUnknown));
    seen.cut.store(false, Ordering::SeqCst);
    bench.until("SELECT count(*) FROM t", 2).await;
}

#[tokio::test]
async fn a_statement_whose_answer_is_lost_is_told_by_what_it_may_have_done() {
    let (bench, seen) = behind_proxy("fault_statement").await;
    for (access, retry) in [(Access::Read, RetryClass::SafeNow), (Access::Write, RetryClass::OutcomeUnknown)]
    {
        bench.adapter.query(raw("SELECT 1")).await.unwrap();
        seen.cut.store(true, Ordering::SeqCst);
        let error = bench.adapter.query(raw("SELECT 1").with_access(access)).await.unwrap_err();
        assert_eq!((error.kind(), error.retry()), (ErrorKind::ConnectionLost, retry));
        seen.cut.store(false, Ordering::SeqCst);
        bench.assert_usable().await;
    }
    let mut transaction = bench.adapter.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(raw("INSERT INTO t VALUES (1)")).await.unwrap();
    seen.cut.store(true, Ordering::SeqCst);
    let error = transaction.query(raw("SELECT 1")).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::ConnectionLost, RetryClass::RetryTransaction));
    assert_eq!(transaction.commit().await.unwrap_err().kind(), ErrorKind::TransactionEnded);
    seen.cut.store(false, Ordering::SeqCst);
    bench.assert_usable().await;
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 0);
}

#[tokio::test]
async fn what_comes_in_single_bytes_is_understood() {
    let (bench, seen) = behind_proxy("fault_bytes").await;
    seen.single_bytes.store(true, Ordering::SeqCst);
    let mut transaction = bench.adapter.begin(TransactionOptions::new()).await.unwrap();
    let result = transaction.query(raw("SELECT repeat('x', 3000), 17::int8")).await.unwrap();
    assert_eq!(result.rows.get::<&str>(0, 0).unwrap().len(), 3000);
    transaction.query(raw("SELECT 1 / 0")).await.unwrap_err();
    transaction.rollback().await.unwrap();
    let results = bench.adapter.batch(Batch::new(vec![raw("SELECT 1"), raw("SELECT 2")])).await.unwrap();
    assert_eq!(first::<i32>(&results[1]), 2);
}
