//! The server that `cargo xtask test` promises is there: over TCP with TLS, over its socket, with its certificates.
#![cfg(unix)]

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;

/// Asks for TLS: a length of 8 and the code 80877103 (PostgreSQL documentation, "Message Formats", SSLRequest).
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xD2, 0x16, 0x2F];

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set: run this with `cargo xtask test`"))
}

fn answer_to_ssl_request(mut stream: impl Read + Write) -> u8 {
    stream.write_all(&SSL_REQUEST).unwrap();
    let mut answer = [0];
    stream.read_exact(&mut answer).unwrap();
    answer[0]
}

#[test]
fn it_listens_on_tcp_with_tls() {
    let port: u16 = variable("TEST_POSTGRES_PORT").parse().unwrap();
    assert!(variable("TEST_POSTGRES_URL").contains(&format!("@127.0.0.1:{port}/")));
    assert_eq!(answer_to_ssl_request(TcpStream::connect(("127.0.0.1", port)).unwrap()), b'S');
}

#[test]
fn it_listens_on_its_socket() {
    let path =
        format!("{}/.s.PGSQL.{}", variable("TEST_POSTGRES_SOCKET_DIR"), variable("TEST_POSTGRES_PORT"));
    // There is no TLS over a socket, but an answer.
    assert_eq!(answer_to_ssl_request(UnixStream::connect(Path::new(&path)).unwrap()), b'N');
}

#[test]
fn there_are_two_authorities() {
    let read = |name| std::fs::read_to_string(variable(name)).unwrap();
    let (right, wrong) = (read("TEST_POSTGRES_CA"), read("TEST_POSTGRES_WRONG_CA"));
    assert!(right.starts_with("-----BEGIN CERTIFICATE-----") && right != wrong);
}
