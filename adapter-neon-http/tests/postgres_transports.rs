//! Which call goes by which transport.

mod common;

use common::{Bench, first, raw};
use drivetrain_adapter_api::{
    Access, Adapter as _, Batch, Error, ErrorKind, StreamOptions, Transaction, TransactionOptions,
};
use drivetrain_adapter_neon_http::Transport;
use futures_util::StreamExt as _;

async fn by(name: &str, transport: Transport) -> Bench {
    let bench =
        Bench::with(name, |gateway| gateway, |config, schema| config.schema(schema).transport(transport))
            .await;
    bench.setup("CREATE TABLE t (id int PRIMARY KEY)").await;
    bench
}

#[tokio::test]
async fn a_websocket_is_opened_only_for_what_needs_one() {
    let bench = by("auto", Transport::Auto).await;
    let insert = || raw("INSERT INTO t VALUES ((SELECT count(*) FROM t))");
    bench.adapter.query(insert()).await.unwrap();
    bench.adapter.query(raw("SELECT 1").with_access(Access::Read)).await.unwrap();
    bench.adapter.batch(Batch::atomic(vec![insert()], TransactionOptions::new())).await.unwrap();
    bench.adapter.batch(Batch::new(vec![insert(), insert()])).await.unwrap();
    bench.adapter.health_check().await.unwrap();
    assert_eq!((bench.gateway.websockets(), bench.gateway.requests()), (0, 6));

    let mut transaction = bench.adapter.begin(TransactionOptions::new()).await.unwrap();
    transaction.query(insert()).await.unwrap();
    let savepoint = transaction.savepoint().await.unwrap();
    transaction.query(insert()).await.unwrap();
    transaction.rollback_to(savepoint).await.unwrap();
    Transaction::commit(transaction).await.unwrap();
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 5);
    bench.adapter.script("BEGIN; DELETE FROM t WHERE id > 0; COMMIT").await.unwrap();
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 1);
    let mut session = bench.adapter.session().await.unwrap();
    session.query(raw("SET search_path = pg_catalog")).await.unwrap();
    let path = session.query(raw("SHOW search_path")).await.unwrap();
    assert_eq!(first::<String>(&path), "pg_catalog");
    session.close().await.unwrap();
    let mut stream =
        bench.adapter.stream(raw("SELECT generate_series(1, 5000)"), StreamOptions::default()).await.unwrap();
    let mut rows = 0;
    while let Some(chunk) = stream.next().await {
        rows += chunk.unwrap().len();
    }
    assert_eq!(rows, 5000);
    assert_eq!((bench.gateway.websockets(), bench.gateway.requests()), (1, 6), "one, reused");
    bench.adapter.close().await.unwrap();
    let refused = bench.adapter.begin(TransactionOptions::new()).await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::Closed);
}

#[tokio::test]
async fn http_alone_refuses_what_needs_state() {
    let bench = by("http", Transport::Http).await;
    let refused = |what: &str, error: Error| {
        assert_eq!(error.kind(), ErrorKind::Unsupported, "{what}: {error}");
        assert!(error.hint().unwrap().contains("transport=auto"), "{error}");
    };
    refused("begin", bench.adapter.begin(TransactionOptions::new()).await.unwrap_err());
    refused("session", bench.adapter.session().await.unwrap_err());
    refused("stream", bench.adapter.stream(raw("SELECT 1"), StreamOptions::default()).await.unwrap_err());
    assert_eq!((bench.gateway.websockets(), bench.gateway.requests()), (0, 0));
    bench.assert_usable().await;
    assert!(!bench.adapter.capabilities().transactions().is_interactive());
}

#[tokio::test]
async fn by_websocket_there_are_no_requests() {
    let bench = by("websocket", Transport::WebSocket).await;
    bench.assert_usable().await;
    bench.adapter.health_check().await.unwrap();
    let batch = vec![raw("INSERT INTO t VALUES (1)"), raw("SELECT id FROM t")];
    let results = bench.adapter.batch(Batch::atomic(batch, TransactionOptions::new())).await.unwrap();
    assert_eq!(first::<i32>(&results[1]), 1);
    bench.adapter.script("INSERT INTO t VALUES (2); INSERT INTO t VALUES (3)").await.unwrap();
    assert_eq!((bench.gateway.websockets(), bench.gateway.requests()), (1, 0));
    assert_eq!(bench.count("SELECT count(*) FROM t").await, 3);
}

#[tokio::test]
async fn with_a_token_and_no_password_there_are_no_websockets() {
    let bench = Bench::with(
        "token",
        |gateway| gateway,
        |config, _| {
            let (host, user, database) =
                (config.host().to_owned(), config.user().to_owned(), config.database().to_owned());
            drivetrain_adapter_neon_http::NeonConfig::new(host, user, database)
                .endpoint("http://127.0.0.1:9/sql")
                .auth_token("token")
        },
    )
    .await;
    assert!(!bench.adapter.capabilities().transactions().is_interactive());
    let error = bench.adapter.begin(TransactionOptions::new()).await.unwrap_err();
    assert!(error.hint().unwrap().contains("password"), "{error}");
}
