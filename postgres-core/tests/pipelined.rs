//! A start that leaves with the first call: one write, and whatever the server makes of it.

mod fake;

use std::sync::Arc;
use std::time::Duration;

use drivetrain_adapter_api::{Access, Error, ErrorKind, RetryClass};
use drivetrain_postgres_core::session::{AuthMethod, Request, Session, Shared, Start, TransactionState};
use fake::{auth, columns, error, message, ready, tag, welcome};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::sync::mpsc;

fn start() -> Start {
    Start { password: Some("canary".to_owned()), confidential: true, eager: true, ..Start::new("u", "d") }
}

fn begin(stream: DuplexStream, start: &Start) -> Session<DuplexStream> {
    Session::start_pipelined(stream, start, Arc::new(Shared::new())).unwrap()
}

/// The tags of the client's messages; 0 for the start-up message, which has none.
fn tags(mut bytes: &[u8], starts: bool) -> Vec<u8> {
    let mut tags = Vec::new();
    while !bytes.is_empty() {
        let at = usize::from(!(starts && tags.is_empty()));
        tags.push(if at == 0 { 0 } else { bytes[0] });
        let length = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        bytes = &bytes[at + length..];
    }
    tags
}

/// As [`fake::server`], and tells what it reads at a time.
fn listening(answers: Vec<Vec<u8>>) -> (DuplexStream, mpsc::UnboundedReceiver<Vec<u8>>) {
    let (client, mut server) = duplex(1 << 16);
    let (tell, heard) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        let mut buffer = vec![0; 1 << 16];
        for answer in answers {
            let read = server.read(&mut buffer).await.unwrap_or(0);
            let _ = tell.send(buffer[..read].to_vec());
            if read == 0 || server.write_all(&answer).await.is_err() {
                return;
            }
        }
    });
    (client, heard)
}

/// What a server says to start-up message and password.
fn let_in() -> Vec<u8> {
    [auth(3, &[]), welcome()].concat()
}

/// The answer to a statement that is described on the way, with one row in text.
fn executed() -> Vec<u8> {
    let row = message(b'D', &[&[0, 1, 0, 0, 0, 2][..], b"42"].concat());
    [
        message(b'1', &[]),
        message(b't', &[0, 0]),
        columns(&["n"], 0),
        message(b'2', &[]),
        row,
        tag("SELECT 1"),
        ready(b'I'),
    ]
    .concat()
}

fn select(access: Access) -> Request<'static> {
    let mut request = Request::new("SELECT n");
    request.access = access;
    request
}

#[tokio::test]
async fn start_password_and_first_statement_are_one_write() {
    let (stream, mut heard) = listening(vec![[let_in(), executed()].concat(), executed()]);
    let mut session = begin(stream, &start());
    assert!(session.is_starting() && !session.is_in_flight() && session.is_alive());
    assert_eq!((session.cancel_key(), session.parameter("server_version")), (None, None));
    let answer = session.query(&[], &select(Access::Read)).await.unwrap();
    assert_eq!(answer.rows.get::<i32>(0, 0).unwrap(), 42);
    let first = heard.recv().await.unwrap();
    assert_eq!(tags(&first, true), [0, b'p', b'P', b'D', b'B', b'E', b'S']);
    assert!(!session.is_starting() && !session.is_in_flight());
    assert_eq!(session.auth_method(), AuthMethod::Cleartext);
    assert_eq!(session.parameter("server_version"), Some("15.1"));
    assert_eq!(session.cancel_key().unwrap().process_id, 7);
    assert_eq!(session.prepared_statements(), 1, "the name in the first message counts");
    assert!(!format!("{session:?}").contains("canary"));
}

#[tokio::test]
async fn the_first_call_may_be_any() {
    let begun = || [message(b'1', &[]), message(b'2', &[]), tag("BEGIN")].concat();
    let open = |answer: Vec<u8>| [&answer[..answer.len() - 1], b"T"].concat();
    let (stream, mut heard) = listening(vec![[let_in(), begun(), open(executed())].concat()]);
    let mut session = begin(stream, &start());
    let mut transaction = TransactionState::new("BEGIN".to_owned());
    transaction.query(&mut session, &select(Access::Write)).await.unwrap();
    let first = heard.recv().await.unwrap();
    assert_eq!(tags(&first, true), [0, b'p', b'P', b'B', b'E', b'P', b'D', b'B', b'E', b'S']);

    let (stream, mut heard) = listening(vec![[let_in(), tag("SELECT 1"), ready(b'I')].concat()]);
    let mut session = begin(stream, &start());
    session.simple("SELECT 1").await.unwrap();
    assert_eq!(tags(&heard.recv().await.unwrap(), true), [0, b'p', b'Q']);

    let (stream, mut heard) = listening(vec![[let_in(), ready(b'I')].concat()]);
    let mut session = begin(stream, &start());
    session.ping().await.unwrap();
    assert_eq!(tags(&heard.recv().await.unwrap(), true), [0, b'p', b'S']);

    let (stream, mut heard) = listening(vec![let_in(), executed()]);
    let mut session = begin(stream, &start());
    session.await_start().await.unwrap();
    session.await_start().await.unwrap();
    assert_eq!(tags(&heard.recv().await.unwrap(), true), [0, b'p']);
    assert!(!session.is_starting());
    session.query(&[], &select(Access::Read)).await.unwrap();
}

#[tokio::test]
async fn an_error_of_the_start_says_that_the_call_has_not_been_run() {
    let fatal = |code, text| error(&[(b'S', "FATAL"), (b'V', "FATAL"), (b'C', code), (b'M', text)]);
    let flat = |text| error(&[(b'S', "ERROR"), (b'C', "XX000"), (b'M', text)]);
    fn translate(error: Error) -> Error {
        match error.server_message() {
            Some(text) if text.contains("does not exist") => error.with_kind(ErrorKind::DatabaseNotFound),
            _ => error,
        }
    }
    let start = Start { translate, ..start() };
    for (answer, kind, retry) in [
        ([auth(3, &[]), fatal("28P01", "no")].concat(), ErrorKind::AuthenticationFailed, RetryClass::Never),
        (fatal("53300", "full"), ErrorKind::TooManyConnections, RetryClass::SafeNow),
        (fatal("57P03", "starting"), ErrorKind::ServerUnavailable, RetryClass::SafeNow),
        (fatal("57P01", "stopping"), ErrorKind::ServerUnavailable, RetryClass::SafeNow),
        (
            [auth(3, &[]), auth(0, &[]), flat("database \"d\" does not exist")].concat(),
            ErrorKind::DatabaseNotFound,
            RetryClass::Never,
        ),
    ] {
        let mut session = begin(fake::server(vec![answer]), &start);
        let error = session.query(&[], &select(Access::Write)).await.unwrap_err();
        assert_eq!((error.kind(), error.retry()), (kind, retry), "{error:?}");
        assert!(session.is_broken() && !session.pipelining_refused());
    }
    // Afterwards the same message is an error of the statement.
    let answer = [let_in(), flat("table \"t\" does not exist"), ready(b'I')].concat();
    let mut session = begin(fake::server(vec![answer]), &start);
    let error = session.query(&[], &select(Access::Write)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Database);
    assert!(!session.is_broken());
}

#[tokio::test]
async fn a_server_that_asks_for_something_else_has_run_nothing() {
    for answer in [auth(10, b"SCRAM-SHA-256\0\0"), auth(5, b"salt"), auth(7, &[]), welcome()] {
        let mut session = begin(fake::server(vec![answer]), &start());
        let error = session.query(&[], &select(Access::Write)).await.unwrap_err();
        assert!(session.pipelining_refused() && session.is_broken());
        assert_eq!((error.kind(), error.retry()), (ErrorKind::Connect, RetryClass::SafeNow));
    }
    // A second question after we were let in is no question.
    let mut session = begin(fake::server(vec![[let_in(), auth(3, &[])].concat()]), &start());
    let error = session.query(&[], &select(Access::Write)).await.unwrap_err();
    assert_eq!((error.kind(), session.pipelining_refused()), (ErrorKind::Protocol, false));
}

#[tokio::test]
async fn where_the_start_is_cut_off_the_call_may_have_been_run() {
    let whole = let_in();
    for end in 0..=whole.len() {
        for (access, retry) in
            [(Access::Read, RetryClass::SafeNow), (Access::Write, RetryClass::OutcomeUnknown)]
        {
            let mut session = begin(fake::server(vec![whole[..end].to_vec()]), &start());
            let error = session.query(&[], &select(access)).await.unwrap_err();
            assert_eq!((error.kind(), error.retry()), (ErrorKind::ConnectionLost, retry), "{end}");
            assert!(!session.pipelining_refused());
        }
        let mut session = begin(fake::server(vec![whole[..end].to_vec()]), &start());
        let outcome = session.await_start().await;
        assert_eq!(outcome.is_ok(), end == whole.len(), "{end}");
        if let Err(error) = outcome {
            assert_eq!(error.retry(), RetryClass::SafeNow, "nothing was sent with it");
        }
    }
}

#[tokio::test]
async fn a_session_that_nobody_used_says_nothing() {
    let (stream, mut server) = duplex(1 << 16);
    let mut session = begin(stream, &start());
    assert!(session.is_alive() && !session.is_in_flight());
    session.recover().await.unwrap();
    session.terminate().await;
    assert!(session.is_broken() && !session.is_alive());
    drop(session);
    let mut heard = Vec::new();
    server.read_to_end(&mut heard).await.unwrap();
    assert!(heard.is_empty(), "no password to nobody");

    let (stream, server) = duplex(1 << 16);
    let mut session = begin(stream, &start());
    drop(server);
    assert!(!session.is_alive());
    let error = session.query(&[], &select(Access::Write)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionLost);
}

#[tokio::test]
async fn what_the_server_said_before_it_closed_is_delivered() {
    let (stream, mut server) = duplex(1 << 16);
    let mut session = begin(stream, &start());
    let full = error(&[(b'S', "FATAL"), (b'V', "FATAL"), (b'C', "53300"), (b'M', "full")]);
    server.write_all(&full).await.unwrap();
    drop(server);
    assert!(session.is_alive(), "there is something to be heard");
    let error = session.query(&[], &select(Access::Write)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TooManyConnections);
}

#[tokio::test]
async fn a_first_call_that_was_dropped_is_recovered_from() {
    for cut in [0, 5, auth(3, &[]).len(), auth(3, &[]).len() + 9, let_in().len(), let_in().len() + 3] {
        let answer = [let_in(), executed()].concat();
        let (client, mut server) = duplex(1 << 16);
        let mut session = begin(client, &start());
        let heard = async {
            let mut buffer = vec![0; 1 << 16];
            let read = server.read(&mut buffer).await.unwrap();
            server.write_all(&answer[..cut]).await.unwrap();
            read
        };
        let request = select(Access::Write);
        tokio::select! {
            biased;
            _ = async { session.query(&[], &request).await } => panic!("it was not answered"),
            () = async { heard.await; tokio::time::sleep(Duration::from_millis(5)).await; } => {}
        }
        assert!(session.is_in_flight(), "{cut}");
        let rest = answer[cut..].to_vec();
        let task = tokio::spawn(async move {
            server.write_all(&rest).await.unwrap();
            let mut buffer = vec![0; 1 << 16];
            assert!(server.read(&mut buffer).await.unwrap() > 0);
            // The name that the dropped call prepared is closed first.
            server.write_all(&[message(b'3', &[]), executed()].concat()).await.unwrap();
        });
        session.await_start().await.unwrap();
        assert!(session.cancel_key().is_some(), "it can be cancelled now");
        session.recover().await.unwrap();
        assert!(!session.is_in_flight() && !session.is_starting());
        session.query(&[], &request).await.unwrap();
        task.await.unwrap();
    }
}

#[tokio::test]
async fn a_password_is_sent_unasked_only_where_nobody_can_listen() {
    let refused = |start: Start| {
        let (stream, _server) = duplex(64);
        Session::start_pipelined(stream, &start, Arc::new(Shared::new())).unwrap_err().kind()
    };
    let open = Start { confidential: false, ..start() };
    assert_eq!(refused(open.clone()), ErrorKind::AuthenticationUnsupported);
    assert_eq!(refused(Start { password: None, ..start() }), ErrorKind::AuthenticationFailed);
    assert_eq!(refused(Start { password: Some("a\0b".to_owned()), ..start() }), ErrorKind::Config);
    let allowed = Start { allow_insecure_password: true, ..open };
    let answer = [let_in(), executed()].concat();
    begin(fake::server(vec![answer]), &allowed).query(&[], &select(Access::Read)).await.unwrap();
}
