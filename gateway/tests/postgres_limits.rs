//! Requests and responses that are too large.

mod http;

use std::convert::Infallible;

use bytes::Bytes;
use futures_util::stream;
use http::{Bench, send};
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const MAX: usize = 4096;

async fn bench(name: &str) -> Bench {
    Bench::with(name, |config| config.max_request_bytes(MAX).max_response_bytes(MAX)).await
}

/// A query in so many bytes of JSON.
fn query_of(length: usize) -> String {
    let (before, after) = (r#"{"query":"select 1 --"#, r#""}"#);
    format!("{before}{}{after}", "x".repeat(length - before.len() - after.len()))
}

#[tokio::test]
async fn a_request_of_the_limit_is_taken_and_a_longer_one_is_not() {
    let bench = bench("limits_request").await;
    assert_eq!(bench.post(&[], query_of(MAX)).await.status, 200);
    let answer = bench.post(&[], query_of(MAX + 1)).await;
    assert_eq!(answer.status, 413);
    assert_eq!(answer.message(), "request is too large (max is 4096 bytes)");
    assert_eq!(answer.json()["code"], "");
}

#[tokio::test]
async fn a_request_that_does_not_say_how_long_it_is_is_measured_while_it_is_read() {
    let bench = bench("limits_chunked").await;
    let chunked = |length| {
        let text = query_of(length);
        let pieces: Vec<_> = text
            .as_bytes()
            .chunks(100)
            .map(|piece| Ok::<_, Infallible>(Frame::data(Bytes::copy_from_slice(piece))))
            .collect();
        bench.request(&[]).body(StreamBody::new(stream::iter(pieces)).boxed()).unwrap()
    };
    assert_eq!(send(bench.gateway.address(), chunked(MAX)).await.status, 200);
    let answer = send(bench.gateway.address(), chunked(MAX + 1)).await;
    assert_eq!(
        (answer.status.as_u16(), answer.message().as_str()),
        (413, "request is too large (max is 4096 bytes)")
    );
}

#[tokio::test]
async fn a_length_that_is_too_large_is_answered_before_anything_is_read() {
    let bench = bench("limits_length").await;
    let mut stream = TcpStream::connect(bench.gateway.address()).await.unwrap();
    let head = format!(
        "POST /sql HTTP/1.1\r\nHost: localhost\r\nNeon-Connection-String: {}\r\nContent-Length: {}\r\n\r\n",
        bench.connection_string(),
        MAX + 1
    );
    // And no byte of the body.
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    tokio::time::timeout(http::DEADLINE, stream.read_exact(&mut answer)).await.unwrap().unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
}

#[tokio::test]
async fn a_row_that_follows_too_many_bytes_is_not_answered() {
    let bench = bench("limits_response").await;
    let ask = async |query: &str| bench.post(&[], json!({ "query": query }).to_string()).await;
    // One row may be as long as it likes, and a row may pass the limit if it is the last.
    let answer = ask("select repeat('x', 10000) v").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["rows"][0]["v"].as_str().unwrap().len(), 10_000);
    assert_eq!(ask("select repeat('x', 3000) v from generate_series(1, 2)").await.status, 200);
    let answer = ask("select repeat('x', 3000) v from generate_series(1, 3)").await;
    assert_eq!(answer.status, 507);
    assert_eq!(answer.message(), "response is too large (max is 4096 bytes)");
    assert_eq!(answer.json()["severity"], "");
    // Endless rows come to an end as well.
    assert_eq!(ask("select repeat('x', 3000) v from generate_series(1, 100000000)").await.status, 507);
    bench.until_running("generate_series(1, 100000000)", 0).await;
}

#[tokio::test]
async fn each_result_of_a_batch_is_measured_by_itself() {
    let bench = bench("limits_batch").await;
    let query =
        |rows| json!({ "query": format!("select repeat('x', 3000) v from generate_series(1, {rows})") });
    let answer = bench.post(&[], json!({ "queries": [query(2), query(2), query(2)] }).to_string()).await;
    assert_eq!(answer.status, 200);
    bench.oracle.batch_execute("CREATE TABLE kept (v int); GRANT ALL ON kept TO PUBLIC").await.unwrap();
    let insert = json!({ "query": "insert into kept values (1)" });
    let answer = bench.post(&[], json!({ "queries": [insert, query(3)] }).to_string()).await;
    assert_eq!(answer.status, 507);
    let kept: i64 = bench.oracle.query_one("SELECT count(*) FROM kept", &[]).await.unwrap().get(0);
    assert_eq!(kept, 0);
}

#[tokio::test]
async fn the_limits_are_ten_mebibytes_if_nothing_is_said() {
    let bench = Bench::new("limits_default").await;
    let body = Full::new(Bytes::from(query_of(10 * 1024 * 1024)));
    assert_eq!(send(bench.gateway.address(), bench.request(&[]).body(body).unwrap()).await.status, 200);
    let answer = bench.post(&[], query_of(10 * 1024 * 1024 + 1)).await;
    assert_eq!(answer.message(), "request is too large (max is 10485760 bytes)");
    let answer =
        bench.post(&[], r#"{"query":"select repeat('x', 1000000) v from generate_series(1, 12)"}"#).await;
    assert_eq!(answer.message(), "response is too large (max is 10485760 bytes)");
}
