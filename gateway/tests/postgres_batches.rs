//! Batches: one transaction, and what can be done to it from within.

mod http;

use std::time::Duration;

use http::{Answer, Bench};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

async fn bench(name: &str) -> Bench {
    let bench = Bench::new(name).await;
    let tables = "CREATE TABLE parent (id int PRIMARY KEY);
                  CREATE TABLE child (id int REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
                  GRANT ALL ON parent, child TO PUBLIC";
    bench.oracle.batch_execute(tables).await.unwrap();
    bench
}

async fn batch(bench: &Bench, headers: &[(&str, &str)], queries: &[&str]) -> Answer {
    let queries: Vec<_> = queries.iter().map(|query| json!({ "query": query })).collect();
    bench.post(headers, json!({ "queries": queries }).to_string()).await
}

async fn parents(bench: &Bench) -> i64 {
    bench.oracle.query_one("SELECT count(*) FROM parent", &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn all_or_nothing() {
    let bench = bench("batch_atomic").await;
    let answer =
        batch(&bench, &[], &["insert into parent values (1)", "insert into parent values (2)"]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["results"].as_array().unwrap().len(), 2);
    assert_eq!(parents(&bench).await, 2);
    let answer =
        batch(&bench, &[], &["insert into parent values (3)", "select 1/0", "insert into parent values (4)"])
            .await;
    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (400, &json!("22012")));
    assert_eq!(answer.json().get("results"), None);
    assert_eq!(parents(&bench).await, 2);
    assert_eq!(batch(&bench, &[], &["vacuum parent"]).await.json()["code"], "25001");
}

#[tokio::test]
async fn an_error_at_commit_is_an_error_like_any_other() {
    let bench = bench("batch_commit").await;
    let answer = batch(&bench, &[], &["insert into parent values (1)", "insert into child values (9)"]).await;
    assert_eq!(answer.status, 400);
    let error = answer.json();
    assert_eq!(error["code"], "23503");
    assert_eq!(error["constraint"], "child_id_fkey");
    assert_eq!(error["table"], "child");
    assert_eq!(error["severity"], "ERROR");
    assert_eq!(parents(&bench).await, 0);
}

#[tokio::test]
async fn transactions_within_are_not_prevented() {
    let bench = bench("batch_inner").await;
    let answer = batch(&bench, &[], &["insert into parent values (1)", "commit", "select 1/0"]).await;
    assert_eq!(answer.status, 400);
    assert_eq!(parents(&bench).await, 1);
    let answer = batch(&bench, &[], &["insert into parent values (2)", "rollback", "select 1"]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(parents(&bench).await, 1);
    let savepoint =
        ["savepoint s", "insert into parent values (3)", "rollback to s", "insert into parent values (4)"];
    assert_eq!(batch(&bench, &[], &savepoint).await.status, 200);
    assert_eq!(parents(&bench).await, 2);
    let cursor = ["declare c cursor for select generate_series(1, 3) v", "fetch 2 from c", "fetch 2 from c"];
    let answer = batch(&bench, &[], &cursor).await.json();
    assert_eq!(answer["results"][1]["rows"], json!([{ "v": 1 }, { "v": 2 }]));
    assert_eq!(answer["results"][2]["rowCount"], 1);
    let setting = ["select set_config('my.own', 'x', true)", "select current_setting('my.own') v"];
    assert_eq!(batch(&bench, &[], &setting).await.json()["results"][1]["rows"], json!([{ "v": "x" }]));
}

#[tokio::test]
async fn the_headers_say_how_it_is_isolated_and_are_repeated() {
    let bench = bench("batch_modes").await;
    let show = ["show transaction_isolation", "show transaction_read_only", "show transaction_deferrable"];
    let seen = |answer: &Answer| -> Vec<Value> {
        let results = answer.json()["results"].clone();
        results.as_array().unwrap().iter().map(|result| result["rows"][0][0].clone()).collect()
    };
    for (name, level) in [
        ("ReadUncommitted", "read uncommitted"),
        ("ReadCommitted", "read committed"),
        ("RepeatableRead", "repeatable read"),
        ("Serializable", "serializable"),
    ] {
        let headers = [
            ("neon-batch-isolation-level", name),
            ("neon-batch-read-only", "true"),
            ("neon-batch-deferrable", "true"),
            ("neon-array-mode", "true"),
        ];
        let answer = batch(&bench, &headers, &show).await;
        assert_eq!(seen(&answer), [json!(level), json!("on"), json!("on")]);
        for (header, value) in &headers[..3] {
            assert_eq!(answer.header(header), Some(*value));
        }
    }
    // An error repeats none, nor does a single query; only `true` is true.
    let answer = batch(&bench, &[("neon-batch-read-only", "true")], &["select 1/0"]).await;
    assert_eq!(answer.header("neon-batch-read-only"), None);
    let answer =
        bench.post(&[("neon-batch-read-only", "true")], r#"{"query":"show transaction_read_only"}"#).await;
    assert_eq!(answer.header("neon-batch-read-only"), None);
    assert_eq!(answer.json()["rows"][0]["transaction_read_only"], "off");
    let answer = batch(&bench, &[("neon-batch-read-only", "TRUE"), ("neon-array-mode", "true")], &show).await;
    assert_eq!(seen(&answer)[1], "off");
    assert_eq!(answer.header("neon-batch-read-only"), None);
    let answer =
        bench.post(&[("neon-batch-isolation-level", "serializable")], r#"{"query":"select 1"}"#).await;
    assert_eq!((answer.status.as_u16(), answer.message().as_str()), (400, "invalid isolation level"));
}

/// Whoever hears of an error finds its locks released, those outside a savepoint too.
#[tokio::test]
async fn the_rollback_is_done_when_the_error_is_told() {
    let slow = slow_way_to_the_server().await;
    let bench =
        Bench::before("batch_locks", &format!("postgres://{slow}/?sslmode=disable"), |config| config).await;
    bench.oracle.batch_execute("CREATE TABLE parent (id int); GRANT ALL ON parent TO PUBLIC").await.unwrap();
    bench.oracle.batch_execute("INSERT INTO parent VALUES (1)").await.unwrap();
    for _ in 0..3 {
        let queries = ["select * from parent for update", "savepoint s", "select 1/0"];
        assert_eq!(batch(&bench, &[], &queries).await.status, 400);
        bench.oracle.query_one("SELECT * FROM parent FOR UPDATE NOWAIT", &[]).await.unwrap();
    }
}

/// Listens, and copies to the server what comes, each piece a while later.
async fn slow_way_to_the_server() -> std::net::SocketAddr {
    let config: tokio_postgres::Config = http::url().parse().unwrap();
    let tokio_postgres::config::Host::Tcp(host) = config.get_hosts()[0].clone() else {
        panic!("TEST_POSTGRES_URL names a TCP server");
    };
    let port = config.get_ports()[0];
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = TcpStream::connect((host.as_str(), port)).await.unwrap();
            let (mut from_client, mut to_client) = client.into_split();
            let (mut from_server, mut to_server) = server.into_split();
            tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
            tokio::spawn(async move {
                let mut piece = vec![0; 4096];
                while let Ok(length @ 1..) = from_client.read(&mut piece).await {
                    tokio::time::sleep(Duration::from_millis(30)).await;
                    to_server.write_all(&piece[..length]).await?;
                }
                std::io::Result::Ok(())
            });
        }
    });
    address
}
