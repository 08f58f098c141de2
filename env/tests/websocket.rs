//! The WebSocket transport against servers that are played here: with tungstenite, or byte by byte.
#![cfg(all(feature = "websocket", not(target_arch = "wasm32")))]

use std::future::poll_fn;
use std::sync::Arc;

use bytes::Bytes;
use drivetrain_adapter_api::websocket::{WebSocket, WebSocketRequest, WebSocketTransport};
use drivetrain_adapter_api::{Error, ErrorKind, RetryClass};
use drivetrain_env::TokioWebSocket;
use futures_util::{FutureExt, SinkExt, StreamExt};
use rcgen::{CertificateParams, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::{WebSocketStream, accept_async};

/// A server for one connection.
async fn tcp<F, Fut>(serve: F) -> (String, JoinHandle<Fut::Output>)
where
    F: FnOnce(TcpStream) -> Fut + Send + 'static,
    Fut: Future<Output: Send> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("ws://{}/v2?token=s3cret", listener.local_addr().unwrap());
    (url, tokio::spawn(async move { serve(listener.accept().await.unwrap().0).await }))
}

/// A server for one WebSocket, by tungstenite.
async fn server<F, Fut>(serve: F) -> (String, JoinHandle<Fut::Output>)
where
    F: FnOnce(WebSocketStream<TcpStream>) -> Fut + Send + 'static,
    Fut: Future<Output: Send> + Send + 'static,
{
    tcp(|stream| async move { serve(accept_async(stream).await.unwrap()).await }).await
}

/// A server for one WebSocket that sends bytes of its own making once it is open.
async fn raw<F, Fut>(serve: F) -> (String, JoinHandle<Fut::Output>)
where
    F: FnOnce(TcpStream) -> Fut + Send + 'static,
    Fut: Future<Output: Send> + Send + 'static,
{
    tcp(|mut stream| async move {
        let head = head(&mut stream).await;
        let key = head.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Key: ")).unwrap();
        let accept = derive_accept_key(key.as_bytes());
        let answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: {accept}\r\n\r\n"
        );
        stream.write_all(answer.as_bytes()).await.unwrap();
        serve(stream).await
    })
    .await
}

async fn head(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    while !read.ends_with(b"\r\n\r\n") {
        assert_ne!(stream.read_buf(&mut read).await.unwrap(), 0, "the request ended early");
    }
    String::from_utf8(read).unwrap()
}

async fn open(url: &str) -> Result<Box<dyn WebSocket>, Error> {
    TokioWebSocket::new().unwrap().open(WebSocketRequest::new(url)).await
}

async fn receive(socket: &mut Box<dyn WebSocket>) -> Option<Result<Bytes, Error>> {
    poll_fn(|context| socket.poll_receive(context)).await
}

async fn send(socket: &mut Box<dyn WebSocket>, message: impl Into<Bytes>) -> Result<(), Error> {
    poll_fn(|context| socket.poll_ready(context)).await?;
    socket.start_send(message.into())?;
    poll_fn(|context| socket.poll_flush(context)).await
}

async fn close(socket: &mut Box<dyn WebSocket>) -> Result<(), Error> {
    poll_fn(|context| socket.poll_close(context)).await
}

fn pattern(length: usize) -> Bytes {
    (0..length).map(|at| (at % 251) as u8).collect()
}

#[tokio::test]
async fn messages_go_both_ways_in_order_and_whole_whatever_their_size() {
    let (url, _server) = server(|mut socket| async move {
        while let Some(Ok(message)) = socket.next().await {
            if message.is_binary() {
                socket.send(message).await.unwrap();
            }
        }
    })
    .await;
    let mut socket = open(&url).await.unwrap();
    for length in [0, 1, 125, 126, 65_535, 65_536, 5 << 20] {
        send(&mut socket, pattern(length)).await.unwrap();
        let echo = receive(&mut socket).await.unwrap().unwrap();
        assert!(echo == pattern(length), "{length} bytes came back changed");
    }
    let mut taken = 0;
    for length in 0..1000 {
        poll_fn(|context| socket.poll_ready(context)).await.unwrap();
        socket.start_send(pattern(length)).unwrap();
        taken += 1;
    }
    poll_fn(|context| socket.poll_flush(context)).await.unwrap();
    for length in 0..taken {
        assert_eq!(receive(&mut socket).await.unwrap().unwrap(), pattern(length));
    }
    close(&mut socket).await.unwrap();
    assert!(receive(&mut socket).await.is_none());
    assert!(receive(&mut socket).await.is_none());
}

#[tokio::test]
async fn what_is_on_its_way_is_bounded() {
    let (go_on, wait) = tokio::sync::oneshot::channel::<()>();
    let (url, server) = server(|mut socket| async move {
        wait.await.unwrap();
        let mut received = 0;
        while let Some(Ok(message)) = socket.next().await {
            received += message.len();
        }
        received
    })
    .await;
    let mut socket = open(&url).await.unwrap();
    let mut taken = 0;
    // The kernel's buffers of a loopback connection hold some MiB, and nothing here more than that.
    while let Some(ready) = poll_fn(|context| socket.poll_ready(context)).now_or_never() {
        ready.unwrap();
        socket.start_send(pattern(1 << 20)).unwrap();
        taken += 1 << 20;
        assert!(taken < 64 << 20, "{taken} bytes were taken that nobody reads");
    }
    go_on.send(()).unwrap();
    poll_fn(|context| socket.poll_flush(context)).await.unwrap();
    close(&mut socket).await.unwrap();
    drop(socket);
    assert_eq!(server.await.unwrap(), taken);
}

#[tokio::test]
async fn pings_are_answered_and_fragments_put_together() {
    let (url, server) = raw(|mut stream| async move {
        // A ping, then "ab" in two fragments with a ping between, sent byte by byte.
        for byte in b"\x89\x01p\x02\x01a\x89\x00\x80\x01b" {
            stream.write_all(&[*byte]).await.unwrap();
        }
        let mut pong = [0; 7];
        stream.read_exact(&mut pong).await.unwrap();
        (pong[0], pong[1], pong[2] ^ pong[6])
    })
    .await;
    let mut socket = open(&url).await.unwrap();
    assert_eq!(receive(&mut socket).await.unwrap().unwrap(), "ab");
    // The server is gone afterwards; reading on until then sends what is due.
    drop(receive(&mut socket).await);
    assert_eq!(server.await.unwrap(), (0x8a, 0x81, b'p'));
}

#[tokio::test]
async fn everything_may_come_byte_by_byte_the_answer_to_the_upgrade_too() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let behind = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut socket = accept_async(listener.accept().await.unwrap().0).await.unwrap();
        socket.send(Message::binary("hello")).await.unwrap();
        drop(socket.next().await);
    });
    let (url, _server) = tcp(move |client| async move {
        let server = TcpStream::connect(behind).await.unwrap();
        client.set_nodelay(true).unwrap();
        let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
            (client.into_split(), server.into_split());
        tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_server).await });
        while let Ok(byte) = from_server.read_u8().await {
            to_client.write_u8(byte).await.unwrap();
            tokio::task::yield_now().await;
        }
    })
    .await;
    let mut socket = open(&url).await.unwrap();
    assert_eq!(receive(&mut socket).await.unwrap().unwrap(), "hello");
}

#[tokio::test]
async fn an_answer_to_the_upgrade_that_never_ends_is_given_up() {
    let (url, _server) = tcp(|mut stream| async move {
        head(&mut stream).await;
        let line = [&b"HTTP/1.1 101 Switching Protocols\r\n"[..], &b"x: y\r\n".repeat(1 << 16)].concat();
        // Refused before all of it is sent.
        drop(stream.write_all(&line).await);
        drop(stream.read_to_end(&mut Vec::new()).await);
    })
    .await;
    let error = open(&url).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
}

#[tokio::test]
async fn what_came_before_a_close_is_given_out_first() {
    let closes: [&[u8]; 4] = [b"", b"\x88\x00", b"\x88\x02\x03\xe8", b"\x82\x7e\x10\x00cut"];
    for close in closes {
        let (url, _server) = raw(move |mut stream| async move {
            stream.write_all(b"\x82\x05error\x82\x04more").await.unwrap();
            stream.write_all(close).await.unwrap();
            stream.shutdown().await.unwrap();
            // Until the client has gone too.
            drop(stream.read_to_end(&mut Vec::new()).await);
        })
        .await;
        let mut socket = open(&url).await.unwrap();
        for message in ["error", "more"] {
            assert_eq!(receive(&mut socket).await.unwrap().unwrap(), message, "{close:?}");
        }
        assert!(receive(&mut socket).await.is_none(), "{close:?}");
        assert!(receive(&mut socket).await.is_none(), "{close:?}");
        let error = send(&mut socket, "late").await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::ConnectionLost, "{error}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_an_error_after_which_nothing_comes() {
    let (url, _server) = raw(|stream| async move {
        // The rest of the client's bytes is left unread: the kernel answers with a reset.
        stream.readable().await.unwrap();
    })
    .await;
    let mut socket = open(&url).await.unwrap();
    send(&mut socket, "unread").await.unwrap();
    let error = receive(&mut socket).await.unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.retry()),
        (ErrorKind::ConnectionLost, RetryClass::OutcomeUnknown),
        "{error}"
    );
    assert!(receive(&mut socket).await.is_none());
}

#[tokio::test]
async fn what_breaks_the_protocol_is_an_error_of_that_kind() {
    let frames: [(&str, &[u8]); 7] = [
        ("text", b"\x81\x01x"),
        ("text that is no UTF-8", b"\x81\x01\xff"),
        ("a frame of 4 EiB", b"\x82\x7f\x40\x00\x00\x00\x00\x00\x00\x00"),
        ("a frame of 65 MiB", b"\x82\x7f\x00\x00\x00\x00\x04\x10\x00\x00"),
        ("reserved bits", b"\xf2\x01x"),
        ("an unknown sort of frame", b"\x83\x01x"),
        ("a masked frame", b"\x82\x81\x00\x00\x00\x00x"),
    ];
    for (what, frame) in frames {
        let (url, _server) = raw(move |mut stream| async move {
            stream.write_all(frame).await.unwrap();
            drop(stream.read_to_end(&mut Vec::new()).await);
        })
        .await;
        let mut socket = open(&url).await.unwrap();
        let error = receive(&mut socket).await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{what}: {error}");
        assert!(receive(&mut socket).await.is_none(), "{what}");
    }
}

#[tokio::test]
async fn a_message_of_the_limit_is_taken() {
    let (url, _server) = server(|mut socket| async move {
        socket.send(Message::Binary(Bytes::from(vec![7; 64 << 20]))).await.unwrap();
    })
    .await;
    let mut socket = open(&url).await.unwrap();
    assert_eq!(receive(&mut socket).await.unwrap().unwrap().len(), 64 << 20);
}

#[tokio::test]
async fn a_refused_upgrade_says_whether_to_come_again() {
    use ErrorKind::{AuthenticationFailed, Connect, Protocol, RateLimited, ServerUnavailable};
    use RetryClass::{Never, SafeNow};
    for (answer, kind, retry) in [
        ("HTTP/1.1 401 Unauthorized\r\n\r\n", AuthenticationFailed, Never),
        ("HTTP/1.1 403 Forbidden\r\n\r\ns3cret", AuthenticationFailed, Never),
        ("HTTP/1.1 404 Not Found\r\n\r\n", Protocol, Never),
        ("HTTP/1.1 200 OK\r\n\r\n", Protocol, Never),
        ("HTTP/1.1 301 Moved\r\nLocation: ws://127.0.0.1:1/s3cret\r\n\r\n", Protocol, Never),
        ("HTTP/1.1 101 Odd\r\n\r\n", Protocol, Never),
        ("220 mail.test ESMTP\r\n\r\n", Protocol, Never),
        ("HTTP/1.1 429 Too Many\r\nRetry-After: 7\r\n\r\n", RateLimited, SafeNow),
        ("HTTP/1.1 429 Too Many\r\nRetry-After: soon\r\n\r\n", RateLimited, SafeNow),
        ("HTTP/1.1 500 Oops\r\n\r\n", ServerUnavailable, SafeNow),
        ("HTTP/1.1 503 Unavailable\r\n\r\n", ServerUnavailable, SafeNow),
        ("HTTP/1.1 1", Connect, SafeNow),
        ("", Connect, SafeNow),
    ] {
        let (url, _server) = tcp(move |mut stream| async move {
            head(&mut stream).await;
            stream.write_all(answer.as_bytes()).await.unwrap();
        })
        .await;
        let error = open(&url).await.unwrap_err();
        assert_eq!((error.kind(), error.retry()), (kind, retry), "{answer:?}: {error}");
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{answer:?}: {error:?}");
        let wait = error.hint().is_some_and(|hint| hint.contains("7 seconds"));
        assert_eq!(wait, answer.contains("After: 7"), "{answer:?}: {:?}", error.hint());
    }
}

#[tokio::test]
async fn an_endpoint_that_nobody_serves_can_be_tried_again_safely() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    for host in ["127.0.0.1", "localhost", "no-such-host.invalid"] {
        for scheme in ["ws", "wss"] {
            let error = open(&format!("{scheme}://{host}:{port}/?token=s3cret")).await.unwrap_err();
            assert_eq!((error.kind(), error.retry()), (ErrorKind::Connect, RetryClass::SafeNow), "{error}");
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
        }
    }
    let error = open("https://localhost/").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config, "{error}");
}

#[tokio::test]
async fn every_address_of_a_name_is_tried() {
    // `localhost` is ::1 as well as 127.0.0.1 on most machines; the server is on the second only.
    let (url, _server) = server(|mut socket| async move { drop(socket.next().await) }).await;
    open(&url.replace("127.0.0.1", "localhost")).await.unwrap();
}

#[tokio::test]
async fn dropping_the_attempt_or_the_socket_ends_the_connection() {
    let (arrived, wait) = tokio::sync::oneshot::channel();
    let (url, server) = tcp(|mut stream| async move {
        head(&mut stream).await;
        arrived.send(()).unwrap();
        stream.read(&mut [0; 1]).await.unwrap_or(0)
    })
    .await;
    let opening = tokio::spawn(async move { open(&url).await.map(drop) });
    wait.await.unwrap();
    opening.abort();
    assert_eq!(server.await.unwrap(), 0);

    let (url, server) = raw(|mut stream| async move { stream.read(&mut [0; 1]).await.unwrap_or(0) }).await;
    drop(open(&url).await.unwrap());
    assert_eq!(server.await.unwrap(), 0);
}

#[tokio::test]
async fn closing_sends_what_was_taken_and_a_close_frame() {
    let (url, server) = server(|mut socket| async move {
        let mut seen = Vec::new();
        while let Some(Ok(message)) = socket.next().await {
            seen.push(message);
        }
        seen
    })
    .await;
    let mut socket = open(&url).await.unwrap();
    poll_fn(|context| socket.poll_ready(context)).await.unwrap();
    socket.start_send(Bytes::from_static(b"last")).unwrap();
    close(&mut socket).await.unwrap();
    let seen = server.await.unwrap();
    assert_eq!(seen, [Message::binary(Bytes::from_static(b"last")), Message::Close(None)]);
    close(&mut socket).await.unwrap();
}

#[test]
fn outside_tokio_nothing_is_opened() {
    let opening = async { open("ws://127.0.0.1:1/").await };
    let error = opening.now_or_never().unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Misuse, "{error}");
}

#[tokio::test]
async fn certificates_are_verified_and_http_1_is_agreed_on() {
    let key = KeyPair::generate().unwrap();
    let certificate =
        CertificateParams::new(vec!["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let Ok(stream) = acceptor.accept(listener.accept().await.unwrap().0).await else { continue };
            assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
            let mut socket = accept_async(stream).await.unwrap();
            socket.send(Message::binary("hello")).await.unwrap();
            // Gone without a close frame and without the end of TLS.
        }
    });
    let url = format!("wss://localhost:{port}/v2");

    let error = open(&url).await.unwrap_err();
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Tls, RetryClass::Never), "{error}");

    let trusting = TokioWebSocket::with_extra_authorities([certificate.der().to_vec()]).unwrap();
    let mut socket = trusting.open(WebSocketRequest::new(&url)).await.unwrap();
    assert_eq!(receive(&mut socket).await.unwrap().unwrap(), "hello");
    assert!(receive(&mut socket).await.is_none());

    let error =
        trusting.open(WebSocketRequest::new(url.replace("localhost", "127.0.0.1"))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Tls, "{error}");
    assert_eq!(
        TokioWebSocket::with_extra_authorities([b"junk".to_vec()]).unwrap_err().kind(),
        ErrorKind::Config
    );
}
