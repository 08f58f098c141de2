//! Authentication against servers that ask for too little, too much, or cannot prove themselves.

mod fake;

use drivetrain_adapter_api::{ErrorKind, Result};
use drivetrain_postgres_core::session::{ChannelBinding, Start, TlsAnswer, request_tls};
use fake::{auth, welcome};
use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

fn start() -> Start {
    Start { password: Some("canary".to_owned()), ..Start::new("u", "d") }
}

async fn outcome(answers: Vec<Vec<u8>>, start: &Start) -> Result<()> {
    fake::start(fake::server(answers), start).await.map(drop)
}

#[tokio::test]
async fn a_password_is_sent_openly_only_where_nobody_can_listen() {
    for question in [auth(3, &[]), auth(5, b"salt")] {
        let error = outcome(vec![question.clone(), welcome()], &start()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AuthenticationUnsupported);
        assert!(error.hint().unwrap().contains("sslmode=require"));
        let confidential = Start { confidential: true, ..start() };
        outcome(vec![question.clone(), welcome()], &confidential).await.unwrap();
        let allowed = Start { allow_insecure_password: true, ..start() };
        outcome(vec![question.clone(), welcome()], &allowed).await.unwrap();
        let bound = Start { channel_binding: ChannelBinding::Required(vec![1]), ..confidential };
        let error = outcome(vec![question, welcome()], &bound).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AuthenticationUnsupported);
    }
}

#[tokio::test]
async fn what_is_not_spoken_is_named() {
    for (code, name) in [(2, "Kerberos"), (7, "GSSAPI"), (9, "SSPI"), (99, "not known")] {
        let error = outcome(vec![auth(code, &[])], &start()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AuthenticationUnsupported);
        assert!(error.message().contains(name), "{error}");
    }
    let error = outcome(vec![auth(10, b"OAUTHBEARER\0\0")], &start()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::AuthenticationUnsupported);
    assert!(error.message().contains("OAUTHBEARER"), "{error}");
}

#[tokio::test]
async fn without_a_password_there_is_none_to_send() {
    let nothing = Start { confidential: true, ..Start::new("u", "d") };
    for question in [auth(3, &[]), auth(5, b"salt"), auth(10, b"SCRAM-SHA-256\0\0")] {
        let error = outcome(vec![question], &nothing).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AuthenticationFailed);
    }
}

/// A server that begins SCRAM, answers the client's nonce with `first`, and then says `last`.
async fn scram(first: impl Fn(&str) -> String + Send + 'static, last: Vec<u8>) -> Result<()> {
    let (client, mut server) = duplex(1 << 16);
    tokio::spawn(async move {
        let mut heard = vec![0; 4096];
        assert!(server.read(&mut heard).await.unwrap() > 0);
        server.write_all(&auth(10, b"SCRAM-SHA-256\0\0")).await.unwrap();
        let read = server.read(&mut heard).await.unwrap();
        let said = String::from_utf8_lossy(&heard[..read]).into_owned();
        let nonce = said.split("r=").nth(1).unwrap();
        server.write_all(&auth(11, first(nonce).as_bytes())).await.unwrap();
        if server.read(&mut heard).await.unwrap() > 0 {
            let _ = server.write_all(&last).await;
        }
    });
    fake::start(client, &start()).await.map(drop)
}

#[tokio::test]
async fn a_server_that_does_not_know_the_password_is_refused() {
    let first = |nonce: &str| format!("r={nonce}more,s=c2FsdA==,i=4096");
    let wrong = auth(12, b"v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
    for last in [
        [wrong, welcome()].concat(),
        // It lets us in without a proof.
        welcome(),
        auth(12, b"e=other-error"),
        auth(12, b"nonsense"),
    ] {
        let error = scram(first, last).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AuthenticationFailed, "{error:?}");
        assert!(!format!("{error} {error:?}").contains("canary"));
    }
}

#[tokio::test]
async fn a_server_that_asks_for_nonsense_is_refused() {
    let firsts: [fn(&str) -> String; 6] = [
        |_| "r=another,s=c2FsdA==,i=4096".to_owned(),
        |nonce| format!("r={nonce}x,s=c2FsdA==,i=0"),
        |nonce| format!("r={nonce}x,s=c2FsdA==,i=2147483648"),
        |nonce| format!("r={nonce}x,s=c2FsdA==,i=99999999999999999999"),
        |nonce| format!("r={nonce}x,s=!!!,i=4096"),
        |_| String::new(),
    ];
    for first in firsts {
        let error = scram(first, welcome()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AuthenticationFailed, "{error:?}");
    }
    for step in [auth(11, b"r=x"), auth(12, b"v=x")] {
        let error = outcome(vec![step], &start()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AuthenticationFailed, "a step out of turn");
    }
}

#[tokio::test]
async fn channel_binding_that_is_required_is_insisted_on() {
    let bound = Start { channel_binding: ChannelBinding::Required(vec![1, 2, 3]), ..start() };
    // A server without it, and one that asks for nothing at all.
    for answer in [auth(10, b"SCRAM-SHA-256\0\0"), welcome()] {
        let error = outcome(vec![answer], &bound).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AuthenticationUnsupported);
        assert!(error.message().contains("channel binding"), "{error}");
    }
}

#[tokio::test]
async fn the_answer_to_a_request_for_tls_is_one_byte() {
    for (answer, expected) in
        [(b'S', Some(TlsAnswer::Accepted)), (b'N', Some(TlsAnswer::Refused)), (b'E', None), (b'H', None)]
    {
        let (mut client, mut server) = duplex(64);
        server.write_all(&[answer, b'x', b'y']).await.unwrap();
        assert_eq!(request_tls(&mut client).await.ok(), expected);
        let mut request = [0; 8];
        server.read_exact(&mut request).await.unwrap();
        assert_eq!(request, [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
        let mut rest = [0; 2];
        client.read_exact(&mut rest).await.unwrap();
        assert_eq!(&rest, b"xy", "what follows is left to the handshake");
    }
}
