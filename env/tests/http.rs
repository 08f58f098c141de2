//! The HTTP transport against a server written by hand, byte by byte.
#![cfg(feature = "http")]

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use drivetrain_adapter_api::http::{HttpMethod, HttpRequest, HttpTransport};
use drivetrain_adapter_api::{ErrorKind, RetryClass};
use drivetrain_env::ReqwestHttp;
use futures_util::StreamExt;
use rcgen::{CertificateParams, KeyPair};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

fn post(url: String) -> HttpRequest {
    HttpRequest {
        method: HttpMethod::Post,
        url,
        headers: vec![("authorization", "Bearer s3cret".to_owned()), ("x-kind", "a".to_owned())],
        body: Bytes::from_static(b"{\"query\":1}"),
        timeout: None,
    }
}

fn http() -> ReqwestHttp {
    ReqwestHttp::new().unwrap()
}

/// Reads one request: its head and its body.
async fn request(stream: &mut (impl AsyncRead + Unpin)) -> (String, Vec<u8>) {
    let mut read = Vec::new();
    let end = loop {
        if let Some(end) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        assert_ne!(stream.read_buf(&mut read).await.unwrap(), 0, "the request ended early");
    };
    let head = String::from_utf8(read[..end].to_vec()).unwrap().to_ascii_lowercase();
    let length =
        head.split("content-length: ").nth(1).map_or(0, |rest| rest.lines().next().unwrap().parse().unwrap());
    while read.len() < end + length {
        assert_ne!(stream.read_buf(&mut read).await.unwrap(), 0, "the body ended early");
    }
    (head, read.split_off(end))
}

/// A server for one connection.
async fn serve<F, Fut>(answer: F) -> (String, tokio::task::JoinHandle<Fut::Output>)
where
    F: FnOnce(TcpStream) -> Fut + Send + 'static,
    Fut: Future<Output: Send> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/sql", listener.local_addr().unwrap());
    let task = tokio::spawn(async move { answer(listener.accept().await.unwrap().0).await });
    (url, task)
}

#[tokio::test]
async fn a_request_arrives_as_it_was_made_and_the_answer_as_it_was_sent() {
    let (url, server) = serve(|mut stream| async move {
        let seen = request(&mut stream).await;
        let answer = b"HTTP/1.1 400 Bad Request\r\nX-Id: 7\r\nX-Id: 8\r\nContent-Length: 5\r\n\r\nwrong";
        stream.write_all(answer).await.unwrap();
        seen
    })
    .await;
    let response = http().send(post(url)).await.unwrap();
    assert_eq!((response.status, response.header("X-ID")), (400, Some("7")));
    assert_eq!(response.headers.iter().filter(|(name, _)| name == "x-id").count(), 2);
    assert_eq!(response.bytes(100).await.unwrap(), "wrong");
    let (head, body) = server.await.unwrap();
    assert!(head.starts_with("post /sql http/1.1\r\n"), "{head}");
    assert!(head.contains("authorization: bearer s3cret\r\n") && head.contains("x-kind: a\r\n"), "{head}");
    assert_eq!(body, b"{\"query\":1}");
}

#[tokio::test]
async fn the_body_is_streamed_while_the_server_still_sends() {
    let (go_on, wait) = tokio::sync::oneshot::channel();
    let (url, _server) = serve(|mut stream| async move {
        request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n").await.unwrap();
        wait.await.unwrap();
        stream.write_all(b"3\r\ntwo\r\n0\r\n\r\n").await.unwrap();
    })
    .await;
    let mut response = http().send(post(url)).await.unwrap();
    assert_eq!(response.body.next().await.unwrap().unwrap(), "one");
    go_on.send(()).unwrap();
    assert_eq!(response.body.next().await.unwrap().unwrap(), "two");
    assert!(response.body.next().await.is_none());
}

#[tokio::test]
async fn a_body_that_ends_early_is_an_error() {
    let (url, _server) = serve(|mut stream| async move {
        request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort").await.unwrap();
    })
    .await;
    let error = http().send(post(url)).await.unwrap().bytes(1000).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.retry()),
        (ErrorKind::ConnectionLost, RetryClass::OutcomeUnknown),
        "{error}"
    );
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_answer_leaves_the_outcome_open() {
    let (url, _server) = serve(|mut stream| async move {
        request(&mut stream).await;
    })
    .await;
    let error = http().send(post(url)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.retry()),
        (ErrorKind::ConnectionLost, RetryClass::OutcomeUnknown),
        "{error}"
    );
}

#[tokio::test]
async fn an_endpoint_that_nobody_serves_can_be_tried_again_safely() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/?token=s3cret", listener.local_addr().unwrap());
    drop(listener);
    let error = http().send(post(url)).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Connect, RetryClass::SafeNow), "{error}");
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
}

#[tokio::test]
async fn the_time_limit_covers_the_answer_and_its_body() {
    let limited = |url| HttpRequest { timeout: Some(Duration::from_millis(100)), ..post(url) };
    let (url, _server) = serve(|mut stream| async move {
        request(&mut stream).await;
        std::future::pending::<()>().await;
    })
    .await;
    let error = http().send(limited(url)).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Timeout, RetryClass::OutcomeUnknown), "{error}");

    let (url, _server) = serve(|mut stream| async move {
        request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nslow").await.unwrap();
        std::future::pending::<()>().await;
    })
    .await;
    let error = http().send(limited(url)).await.unwrap().bytes(1000).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Timeout, RetryClass::OutcomeUnknown), "{error}");
}

#[tokio::test]
async fn dropping_the_request_or_the_body_ends_the_connection() {
    for sends_head in [false, true] {
        let (arrived, wait) = tokio::sync::oneshot::channel();
        let (url, server) = serve(move |mut stream| async move {
            request(&mut stream).await;
            if sends_head {
                stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n").await.unwrap();
            }
            arrived.send(()).unwrap();
            // The client's end of the connection closes: nothing more to read.
            stream.read(&mut [0; 1]).await.unwrap_or(0)
        })
        .await;
        let http = http();
        if sends_head {
            let response = http.send(post(url)).await.unwrap();
            wait.await.unwrap();
            drop(response);
        } else {
            let sending = tokio::spawn(async move { http.send(post(url)).await });
            wait.await.unwrap();
            sending.abort();
        }
        assert_eq!(server.await.unwrap(), 0);
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (url, _server) = serve(|mut stream| async move {
        request(&mut stream).await;
        let answer =
            b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n";
        stream.write_all(answer).await.unwrap();
    })
    .await;
    assert_eq!(http().send(post(url)).await.unwrap().status, 307);
}

#[tokio::test]
async fn bad_requests_are_refused_by_name_without_showing_values() {
    let error = http().send(post("nonsense".to_owned())).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config, "{error}");
    let error = http().send(post("ftp://example.test/".to_owned())).await.unwrap_err();
    assert!(error.message().contains("not ftp://"), "{error}");
    let mut request = post("http://127.0.0.1:1/".to_owned());
    request.headers[0].1 = "s3cret\n".to_owned();
    let error = http().send(request).await.unwrap_err();
    assert!(
        error.message().contains("authorization") && !format!("{error:?}").contains("s3cret"),
        "{error:?}"
    );
}

#[tokio::test]
async fn certificates_are_verified() {
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let Ok(mut stream) = acceptor.accept(listener.accept().await.unwrap().0).await else { continue };
            request(&mut stream).await;
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").await.unwrap();
        }
    });
    let url = format!("https://localhost:{port}/sql");

    let error = http().send(post(url.clone())).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Tls, RetryClass::Never), "{error}");

    let trusting = ReqwestHttp::with_extra_authorities([certificate.der().to_vec()]).unwrap();
    let response = trusting.send(post(url)).await.unwrap();
    assert_eq!(response.bytes(10).await.unwrap(), "ok");
    assert_eq!(
        ReqwestHttp::with_extra_authorities([b"junk".to_vec()]).unwrap_err().kind(),
        ErrorKind::Config
    );
}
