//! The evidence for decision 0002: what tokio-postgres hides or does by itself, beside what we do instead.

mod common;

use std::time::Duration;

use common::{Bench, raw};
use drivetrain_adapter_api::{Adapter, ErrorKind, TransactionOptions};
use drivetrain_adapter_postgres::StatementMode;
use tokio::io::{AsyncReadExt, duplex};

#[tokio::test]
async fn its_commit_of_an_aborted_transaction_is_ok() {
    let bench = Bench::new("why_commit").await;
    bench.setup("CREATE TABLE t (id int PRIMARY KEY)").await;
    let mut client = common::oracle().await;
    let transaction = client.transaction().await.unwrap();
    transaction.batch_execute("INSERT INTO dt_why_commit.t VALUES (1)").await.unwrap();
    transaction.batch_execute("INSERT INTO dt_why_commit.t VALUES (1)").await.unwrap_err();
    transaction.commit().await.expect("it says that all is well");
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 0, "and nothing was written");

    let mut transaction = bench.adapter.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(raw("INSERT INTO t VALUES (1)")).await.unwrap();
    transaction.query(raw("INSERT INTO t VALUES (1)")).await.unwrap_err();
    assert_eq!(transaction.commit().await.unwrap_err().kind(), ErrorKind::TransactionRolledBack);
}

#[tokio::test]
async fn its_queries_prepare_named_statements_to_look_types_up() {
    let config = common::config().pool_max(1).statement_mode(StatementMode::Unnamed);
    let bench = Bench::with("why_types", config).await;
    bench.setup("CREATE TYPE kind AS ENUM ('a')").await;
    let client = common::oracle().await;
    // The form of it that is meant for poolers, which prepares no statement of its own.
    client.query_typed("SELECT 'a'::dt_why_types.kind", &[]).await.unwrap();
    let named =
        client.query_one("SELECT count(*) FROM pg_prepared_statements WHERE name <> ''", &[]).await.unwrap();
    assert!(named.get::<_, i64>(0) > 0, "a pooler that shares connections fails on these");

    bench.query("SELECT 'a'::kind", vec![]).await.unwrap();
    let named = bench.query("SELECT count(*) FROM pg_prepared_statements", vec![]).await.unwrap();
    assert_eq!(common::first::<i64>(&named), 0);
}

#[tokio::test(start_paused = true)]
async fn its_connect_says_nothing_more_before_it_is_answered() {
    let (stream, mut server) = duplex(4096);
    let config: tokio_postgres::Config = "user=u dbname=d password=p".parse().unwrap();
    let connecting =
        tokio::spawn(async move { config.connect_raw(stream, tokio_postgres::NoTls).await.map(drop) });
    let length = server.read_i32().await.unwrap();
    let mut startup = vec![0; length as usize - 4];
    server.read_exact(&mut startup).await.unwrap();
    // Time passes only when nothing else can happen: it waits, and cannot be made to send the password along.
    assert!(tokio::time::timeout(Duration::from_secs(3600), server.read_u8()).await.is_err());
    connecting.abort();
}
