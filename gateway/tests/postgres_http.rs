//! HTTP/1.1, HTTP/2 and TLS, routes and headers, and what a query is given and answers.

mod http;

use std::sync::Arc;

use bytes::Bytes;
use http::{Bench, http1, http2, read, send};
use http_body_util::Full;
use hyper::{Method, Request};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

fn body(text: &str) -> Full<Bytes> {
    Full::new(Bytes::copy_from_slice(text.as_bytes()))
}

#[tokio::test]
async fn only_post_and_options_of_sql_are_answered() {
    let bench = Bench::new("http_routes").await;
    for (method, uri) in [
        (Method::GET, "/sql"),
        (Method::PUT, "/sql"),
        (Method::HEAD, "/sql"),
        (Method::POST, "/sql/"),
        (Method::POST, "/"),
        (Method::POST, "/SQL"),
        (Method::OPTIONS, "/"),
    ] {
        let request = bench.request(&[]).method(method.clone()).uri(uri);
        let answer =
            send(bench.gateway.address(), request.body(body(r#"{"query":"select 1"}"#)).unwrap()).await;
        let expected = if method == Method::HEAD { "" } else { "\"query is not supported\"" };
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (400, expected), "{method} {uri}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("access-control-allow-origin"), None);
    }
    let request = bench.request(&[]).uri("/sql?with=a&query").body(body(r#"{"query":"select 1"}"#)).unwrap();
    assert_eq!(send(bench.gateway.address(), request).await.status, 200);
    let request = Request::builder().method(Method::OPTIONS).uri("/sql").body(body("")).unwrap();
    let answer = send(bench.gateway.address(), request).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, ""));
    assert_eq!(answer.header("allow"), Some("OPTIONS, POST"));
    assert_eq!(answer.header("access-control-max-age"), Some("86400"));
    assert_eq!(bench.gateway.requests(), 9);
}

#[tokio::test]
async fn who_asks_is_told_what_is_missing() {
    let bench = Bench::new("http_login").await;
    let own = bench.connection_string();
    let token = ("authorization", "Bearer aaa.bbb.ccc");
    let required = "missing authentication credentials: required password";
    for (headers, message) in [
        (
            vec![("neon-connection-string", "not a url")],
            "invalid connection string: relative URL without a base",
        ),
        (vec![("neon-connection-string", "mysql://u:p@h/d")], "incorrect scheme"),
        (vec![("neon-connection-string", "postgres://u:p@h")], "missing database name"),
        (vec![("neon-connection-string", "postgres://:p@h/d")], "missing username"),
        (vec![("neon-connection-string", "postgres://u@h/d")], required),
        (vec![("neon-connection-string", own.as_str()), token], required),
    ] {
        let answer = bench.post(&headers, r#"{"query":"select 1"}"#).await;
        assert_eq!((answer.status.as_u16(), answer.message().as_str()), (400, message));
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    }
    let nowhere = bench.connection_string_to("no_such_database");
    let answer = bench.post(&[("neon-connection-string", &nowhere)], r#"{"query":"select 1"}"#).await;
    let error = answer.json();
    assert_eq!(answer.status, 400);
    assert_eq!((&error["code"], &error["severity"]), (&json!("3D000"), &json!("FATAL")));
    // No database at all is the one of the user's name. Settings of the connection string count for nothing.
    let own_name = bench.connection_string_to("?search_path=nowhere&application_name=x");
    let rows = bench
        .rows(
            &[("neon-connection-string", &own_name)],
            "select current_database(), current_schema, current_setting('application_name')",
        )
        .await;
    assert_eq!(rows, json!([[bench.name, "public", ""]]));
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_a_server_error() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let config = drivetrain_gateway::neon::NeonConfig::new(&format!("postgres://{free}")).unwrap();
    let gateway = drivetrain_gateway::neon::NeonGateway::start(config).await.unwrap();
    let request = Request::post("/sql").header("neon-connection-string", "postgres://u:sesame@h/d");
    let answer = send(gateway.address(), request.body(body(r#"{"query":"select 1"}"#)).unwrap()).await;
    assert_eq!(answer.status, 500);
    assert!(answer.message().starts_with("Couldn't connect to compute node: "), "{}", answer.body);
    assert!(answer.message().contains(&free.to_string()), "{}", answer.body);
    assert!(!answer.body.contains("sesame"));
}

#[tokio::test]
async fn a_session_that_the_server_ends_is_told_with_its_error() {
    let bench = Bench::new("http_terminated").await;
    let sleeping = bench.post(&[], r#"{"query":"select pg_sleep(600)"}"#);
    let ending = async {
        bench.until_running("pg_sleep", 1).await;
        let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1 AND query LIKE '%pg_sleep%'";
        bench.oracle.query(sql, &[&bench.name]).await.unwrap();
    };
    let (answer, ()) = tokio::join!(sleeping, ending);
    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (400, &json!("57P01")));
}

#[tokio::test]
async fn http2_without_tls_is_spoken_with_prior_knowledge() {
    let bench = Bench::new("http_h2c").await;
    let client = http2(TcpStream::connect(bench.gateway.address()).await.unwrap()).await;
    let asking = (0..32).map(|number| {
        let mut client = client.clone();
        let text = json!({ "query": "select $1::int + 1 v", "params": [number] }).to_string();
        let request = bench.request(&[]).uri("http://localhost/sql").body(body(&text)).unwrap();
        async move { read(client.send_request(request).await.unwrap()).await.json()["rows"][0]["v"].clone() }
    });
    let answers = tokio::time::timeout(http::DEADLINE, futures_util::future::join_all(asking)).await.unwrap();
    assert_eq!(answers, (1..=32).map(Value::from).collect::<Vec<_>>());
}

#[tokio::test]
async fn requests_over_many_connections_do_not_mix() {
    let bench = Bench::new("http_concurrent").await;
    let asking = (0..40).map(|number| {
        let bench = &bench;
        async move {
            let pooled = [("neon-pool-opt-in", if number % 2 == 0 { "true" } else { "false" })];
            let query =
                format!("select set_config('my.own', '{number}', true) where pg_sleep(0.05) is not null");
            bench.rows(&pooled, &query).await[0][0].clone()
        }
    });
    let answers = tokio::time::timeout(http::DEADLINE, futures_util::future::join_all(asking)).await.unwrap();
    assert_eq!(answers, (0..40).map(|number| Value::from(number.to_string())).collect::<Vec<_>>());
    assert_eq!(bench.gateway.requests(), 40);
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_request() {
    let bench = Bench::new("http_keep_alive").await;
    let mut client = http1(TcpStream::connect(bench.gateway.address()).await.unwrap()).await;
    for text in [r#"{"query":"select 1"}"#, "{", r#"{"query":"select 1/0"}"#, r#"{"query":"select 1"}"#] {
        client.ready().await.unwrap();
        let answer =
            read(client.send_request(bench.request(&[]).body(body(text)).unwrap()).await.unwrap()).await;
        assert!(answer.status == 200 || answer.status == 400);
        assert_ne!(answer.header("connection"), Some("close"));
        let length: usize = answer.header("content-length").unwrap().parse().unwrap();
        assert_eq!(length, answer.body.len());
    }
}

#[tokio::test]
async fn tls_offers_both_versions_of_http() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let bench = Bench::with("http_tls", |config| config.tls(&certificate, &key).unwrap()).await;
    assert!(bench.gateway.url().starts_with("https://127.0.0.1:"));

    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(&certificate).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    for (offered, chosen) in
        [(vec!["h2", "http/1.1"], Some("h2")), (vec!["http/1.1"], Some("http/1.1")), (vec![], None)]
    {
        let mut config = config.clone();
        config.alpn_protocols = offered.iter().map(|name| name.as_bytes().to_vec()).collect();
        let tcp = TcpStream::connect(bench.gateway.address()).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TlsConnector::from(Arc::new(config)).connect(name, tcp).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), chosen.map(str::as_bytes));
        let text = body(r#"{"query":"select 1 v"}"#);
        let response = if chosen == Some("h2") {
            let request = bench.request(&[]).uri("https://localhost/sql").body(text).unwrap();
            http2(stream).await.send_request(request).await.unwrap()
        } else {
            http1(stream).await.send_request(bench.request(&[]).body(text).unwrap()).await.unwrap()
        };
        assert_eq!(read(response).await.json()["rows"], json!([{ "v": 1 }]));
    }
    // Plain HTTP is not answered by TLS, and harms nobody.
    let mut plain = http1(TcpStream::connect(bench.gateway.address()).await.unwrap()).await;
    assert!(plain.send_request(bench.request(&[]).body(body("")).unwrap()).await.is_err());
}

#[tokio::test]
async fn values_of_the_databases_own_types_have_the_form_that_the_proxy_gives_them() {
    let bench = Bench::new("http_types").await;
    let types = "CREATE TYPE mood AS ENUM ('ok', 'so, so');
                 CREATE DOMAIN positive AS int CHECK (value > 0);
                 CREATE TYPE pair AS (a int, b text);
                 CREATE SCHEMA fake; CREATE TABLE fake.pg_type (typarray oid, typdelim text);
                 GRANT ALL ON SCHEMA fake TO PUBLIC; GRANT ALL ON fake.pg_type TO PUBLIC";
    bench.oracle.batch_execute(types).await.unwrap();
    let query = "select 'ok'::mood a, array['ok', 'so, so', null]::mood[] b, '{}'::mood[] c, 5::positive d, \
                 array[1, 2]::positive[] e, (1, 'x')::pair f, array[(1, 'x')::pair] g, null::mood h, \
                 '{(1,1),(0,0);(2,2),(1,1)}'::box[] i, '1 2'::int2vector j, $1::mood k";
    let text = json!({ "queries": [{ "query": "set local search_path = fake, public" },
                                   { "query": query, "params": ["ok"] }, { "query": query, "params": [null] }] });
    let answer = bench.post(&[], text.to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let mut expected = json!({
        "a": "ok", "b": ["ok", "so, so", null], "c": [], "d": 5, "e": ["1", "2"], "f": "(1,x)", "g": ["(1,x)"],
        "h": null, "i": ["(1,1),(0,0)", "(2,2),(1,1)"], "j": [1, 2], "k": "ok"
    });
    assert_eq!(answer.json()["results"][1]["rows"][0], expected);
    expected["k"] = Value::Null;
    assert_eq!(answer.json()["results"][2]["rows"][0], expected);
}

#[tokio::test]
async fn parameters_that_cannot_be_sent_are_named() {
    let bench = Bench::new("http_parameters").await;
    let ask = async |text: Value| bench.post(&[], text.to_string()).await;
    let answer = ask(json!({ "query": "select $1", "params": ["a\0b"] })).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["code"]), (400, &json!("22021")));
    let answer = ask(json!({ "query": "select 1 -- \0" })).await;
    assert_eq!(answer.status, 400);
    assert!(answer.message().starts_with("error encoding message to server"), "{}", answer.body);
    let answer = ask(json!({ "query": "select 1", "params": vec![1; 70_000] })).await;
    assert_eq!(answer.status, 400);
    assert!(answer.message().starts_with("error encoding message to server"), "{}", answer.body);
}
