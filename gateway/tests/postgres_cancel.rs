//! A client that goes away cancels its statement.

mod http;

use std::time::Duration;

use bytes::Bytes;
use http::{Answer, Bench, eventually, http1, http2, read};
use http_body_util::Full;
use serde_json::json;
use tokio::net::TcpStream;
use tokio::time::timeout;

const SLEEP: &str = r#"{"query":"select pg_sleep(600)"}"#;

fn body(text: &str) -> Full<Bytes> {
    Full::new(Bytes::copy_from_slice(text.as_bytes()))
}

#[tokio::test]
async fn over_http1_by_closing_the_connection() {
    let bench = Bench::new("cancel_http1").await;
    for pooled in ["false", "true"] {
        let stream = TcpStream::connect(bench.gateway.address()).await.unwrap();
        let mut client = http1(stream).await;
        let request = bench.request(&[("neon-pool-opt-in", pooled)]).body(body(SLEEP)).unwrap();
        let asking = tokio::spawn(async move { client.send_request(request).await.map(drop) });
        bench.until_running("pg_sleep", 1).await;
        asking.abort();
        bench.until_running("pg_sleep", 0).await;
        assert_eq!(bench.rows(&[("neon-pool-opt-in", pooled)], "select 1").await, json!([["1"]]));
    }
}

#[tokio::test]
async fn over_http2_by_resetting_the_stream_and_no_other() {
    let bench = Bench::new("cancel_http2").await;
    let client = http2(TcpStream::connect(bench.gateway.address()).await.unwrap()).await;
    let ask = |text: &str| {
        let mut client = client.clone();
        let request = bench.request(&[]).uri("http://localhost/sql").body(body(text)).unwrap();
        tokio::spawn(async move { read(client.send_request(request).await.unwrap()).await })
    };
    let dropped = ask(SLEEP);
    let kept = ask(r#"{"query":"select pg_sleep(2) is null as kept"}"#);
    bench.until_running("pg_sleep", 2).await;
    dropped.abort();
    bench.until_running("pg_sleep(600)", 0).await;
    let kept = timeout(http::DEADLINE, kept).await.unwrap().unwrap();
    assert_eq!((kept.status.as_u16(), &kept.json()["rows"][0]["kept"]), (200, &json!(false)));
}

#[tokio::test]
async fn a_batch_is_rolled_back() {
    let bench = Bench::new("cancel_batch").await;
    bench.oracle.batch_execute("CREATE TABLE kept (v int); GRANT ALL ON kept TO PUBLIC").await.unwrap();
    let stream = TcpStream::connect(bench.gateway.address()).await.unwrap();
    let mut client = http1(stream).await;
    let batch = r#"{"queries":[{"query":"insert into kept values (1)"},{"query":"select pg_sleep(600)"}]}"#;
    let request = bench.request(&[]).body(body(batch)).unwrap();
    let asking = tokio::spawn(async move { client.send_request(request).await.map(drop) });
    bench.until_running("pg_sleep", 1).await;
    asking.abort();
    bench.until_running("pg_sleep", 0).await;
    let kept: i64 = bench.oracle.query_one("SELECT count(*) FROM kept", &[]).await.unwrap().get(0);
    assert_eq!(kept, 0);
    // Nor is a session left behind that holds a lock.
    eventually(async || {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE usename = $1";
        bench.oracle.query_one(sql, &[&bench.name]).await.unwrap().get::<_, i64>(0) == 0
    })
    .await;
}

#[tokio::test]
async fn a_client_that_leaves_while_it_waits_for_a_connection_leaves_no_session() {
    let bench = Bench::new("cancel_connecting").await;
    for _ in 0..20 {
        let stream = TcpStream::connect(bench.gateway.address()).await.unwrap();
        let mut client = http1(stream).await;
        let request = bench.request(&[]).body(body(SLEEP)).unwrap();
        let asking = tokio::spawn(async move { client.send_request(request).await.map(drop) });
        tokio::task::yield_now().await;
        asking.abort();
    }
    eventually(async || {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE usename = $1";
        bench.oracle.query_one(sql, &[&bench.name]).await.unwrap().get::<_, i64>(0) == 0
    })
    .await;
}

#[tokio::test]
async fn a_gateway_that_shuts_down_lets_requests_finish_and_then_cancels_them() {
    let bench = Bench::with("cancel_shutdown", |config| config.shutdown_grace(Duration::from_secs(3))).await;
    let ask = |text: &'static str| {
        let (address, request) = (bench.gateway.address(), bench.request(&[]).body(body(text)).unwrap());
        tokio::spawn(async move { http::send(address, request).await })
    };
    let short = ask(r#"{"query":"select pg_sleep(0.5)"}"#);
    let long = ask(SLEEP);
    bench.until_running("pg_sleep", 2).await;
    let address = bench.gateway.address();
    let Bench { gateway, oracle, name } = bench;
    timeout(http::DEADLINE, gateway.shutdown()).await.unwrap();
    let short: Answer = short.await.unwrap();
    assert_eq!(short.status, 200);
    let long: Answer = long.await.unwrap();
    assert_eq!(long.status, 400);
    assert_eq!(long.body, r#"{"message":"Query cancelled, connection was terminated","code":"08P01"}"#);
    assert!(TcpStream::connect(address).await.is_err(), "it still listens");
    eventually(async || {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE usename = $1";
        oracle.query_one(sql, &[&name]).await.unwrap().get::<_, i64>(0) == 0
    })
    .await;
}
