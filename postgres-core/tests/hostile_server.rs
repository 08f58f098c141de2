//! Servers that do not follow the protocol, and connections that break: an error each time, never a wrong answer,
//! never a hang.

mod fake;

use drivetrain_adapter_api::{Access, ErrorKind, RetryClass};
use drivetrain_postgres_core::session::{Request, TransactionStatus};
use fake::{auth, columns, described, error, executed, message, ready, row, session, tag, welcome};

fn select() -> Request<'static> {
    Request::new("SELECT n")
}

/// The whole answer to a statement that is not known yet.
fn answers() -> Vec<Vec<u8>> {
    vec![described(), executed()]
}

#[tokio::test]
async fn the_fake_server_is_understood() {
    let mut session = session(answers()).await;
    let answer = session.query(&[], &select()).await.unwrap();
    assert_eq!(answer.rows.get::<i32>(0, 0).unwrap(), 42);
    assert_eq!(answer.tag.unwrap().as_str(), "SELECT 1");
    assert_eq!(session.parameter("server_version"), Some("15.1"));
    assert!(!session.is_in_flight());
}

#[tokio::test]
async fn every_violation_ends_the_connection() {
    let bad_length = |length: i32| [&b"D"[..], &length.to_be_bytes()].concat();
    let cell =
        |length: i32, bytes: &[u8]| message(b'D', &[&[0, 1][..], &length.to_be_bytes(), bytes].concat());
    let bind = || message(b'2', &[]);
    let done = || [tag("SELECT 1"), ready(b'I')].concat();
    let cases: Vec<(&str, Vec<u8>)> = vec![
        ("length 0", bad_length(0)),
        ("length 3", bad_length(3)),
        ("length -1", bad_length(-1)),
        ("length 1 GiB", bad_length(1 << 30)),
        ("the largest length", bad_length(i32::MAX)),
        ("an unknown message", message(b'?', b"")),
        ("too many cells", row(&[1, 2])),
        ("too few cells", message(b'D', &[0, 0])),
        ("a cell beyond the row", cell(5, &[0, 0, 0, 1])),
        ("a cell of negative length", cell(-2, &[])),
        ("bytes after the last cell", cell(4, &[0, 0, 0, 1, 9])),
        ("a tag without its end", message(b'C', b"SELECT 1")),
        ("an error without fields", message(b'E', b"")),
        ("an error that does not end", message(b'E', b"SERROR")),
        ("a row before Bind is answered", row(&[1])),
        ("an unknown status", [tag("SELECT 1"), ready(b'X')].concat()),
        ("no CommandComplete", ready(b'I')),
        ("an authentication in the middle", auth(0, &[])),
        ("a second description", columns(&["n"], 1)),
    ];
    for (what, bytes) in cases {
        let early = what == "a row before Bind is answered";
        let last = if early { bytes } else { [bind(), bytes, done()].concat() };
        let mut session = session(vec![described(), last]).await;
        let error = session.query(&[], &select()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Protocol, "{what}: {error:?}");
        assert!(session.is_broken(), "{what}");
        assert_eq!(
            session.query(&[], &select()).await.unwrap_err().kind(),
            ErrorKind::ConnectionLost,
            "{what}"
        );
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_at_any_byte_is_no_answer() {
    let whole = answers();
    for part in 0..whole.len() {
        for end in 0..whole[part].len() {
            let mut cut: Vec<Vec<u8>> = whole[..=part].to_vec();
            cut[part].truncate(end);
            for (access, retry) in
                [(Access::Read, RetryClass::SafeNow), (Access::Write, RetryClass::OutcomeUnknown)]
            {
                let mut session = session(cut.clone()).await;
                let mut request = select();
                request.access = access;
                let error = session.query(&[], &request).await.unwrap_err();
                assert_eq!((error.kind(), error.retry()), (ErrorKind::ConnectionLost, retry), "{part} {end}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_flipped_bit_is_never_a_panic_or_another_structure() {
    let whole = answers();
    for part in 0..whole.len() {
        for byte in 0..whole[part].len() {
            for bit in 0..8 {
                let mut flipped = whole.clone();
                flipped[part][byte] ^= 1 << bit;
                let mut session = session(flipped).await;
                // A length that has grown makes the client wait for more: that is what limits of time are for.
                let limit = std::time::Duration::from_secs(1);
                let outcome = tokio::time::timeout(limit, session.query(&[], &select())).await;
                if let Ok(Ok(answer)) = outcome {
                    assert!(answer.rows.len() <= 1, "{part} {byte} {bit}");
                    for column in 0..answer.rows.columns().len() {
                        for row in 0..answer.rows.len() {
                            // A value or an error, never a panic.
                            let _ = answer.rows.cell(row, column);
                        }
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn what_can_come_at_any_time_may_come_at_any_time() {
    let asides = [
        message(b'N', b"SNOTICE\0VNOTICE\0C00000\0Mhello\0\0"),
        message(b'S', b"TimeZone\0UTC\0"),
        message(b'A', &[&7_i32.to_be_bytes()[..], b"channel\0payload\0"].concat()),
    ];
    let pieces = |part: usize| -> Vec<Vec<u8>> {
        match part {
            0 => vec![message(b'1', &[]), message(b't', &[0, 0]), columns(&["n"], 0)],
            _ => vec![message(b'2', &[]), row(&[42]), tag("SELECT 1"), ready(b'I')],
        }
    };
    for part in 0..2 {
        for at in 0..pieces(part).len() {
            let mut all = answers();
            let mut messages = pieces(part);
            for aside in &asides {
                messages.insert(at, aside.clone());
            }
            all[part] = messages.concat();
            let mut session = session(all).await;
            let answer = session.query(&[], &select()).await.unwrap();
            assert_eq!(answer.rows.get::<i32>(0, 0).unwrap(), 42, "{part} {at}");
            assert_eq!(session.take_notices().len(), 1);
            assert_eq!(session.parameter("TimeZone"), Some("UTC"));
            let notifications = session.take_notifications();
            assert_eq!((&*notifications[0].channel, &*notifications[0].payload), ("channel", "payload"));
        }
    }
}

#[tokio::test]
async fn an_answer_that_nobody_asked_for_is_noticed_before_the_next_use() {
    let last = [executed(), ready(b'I')].concat();
    let mut session = session(vec![described(), last]).await;
    session.query(&[], &select()).await.unwrap();
    assert!(!session.is_alive());
    assert!(session.is_broken());
}

#[tokio::test]
async fn a_server_that_hangs_up_on_an_idle_session_is_noticed() {
    let mut alive = session(vec![described(), executed()]).await;
    tokio::task::yield_now().await;
    assert!(alive.is_alive());
    let mut gone = session(vec![]).await;
    tokio::task::yield_now().await;
    assert!(!gone.is_alive());
    alive.query(&[], &select()).await.unwrap();
}

#[tokio::test]
async fn the_last_word_of_a_server_that_ends_is_heard() {
    let fatal = error(&[(b'S', "FATAL"), (b'V', "FATAL"), (b'C', "57P01"), (b'M', "terminating")]);
    let mut session = session(vec![fatal]).await;
    let error = session.query(&[], &select()).await.unwrap_err();
    assert_eq!(error.sqlstate().unwrap().as_str(), "57P01");
    assert!(session.is_broken());
}

#[tokio::test]
async fn a_commit_is_believed_only_if_the_server_says_commit() {
    use drivetrain_postgres_core::session::TransactionState;
    let begun = [message(b'1', &[]), message(b'2', &[]), tag("BEGIN"), described()].concat();
    let executed = [message(b'2', &[]), row(&[42]), tag("SELECT 1"), ready(b'T')].concat();
    let ends: Vec<(Vec<u8>, ErrorKind)> = vec![
        (
            [message(b'1', &[]), message(b'2', &[]), tag("ROLLBACK"), ready(b'I')].concat(),
            ErrorKind::TransactionRolledBack,
        ),
        (message(b'1', &[]), ErrorKind::CommitOutcomeUnknown),
        (vec![], ErrorKind::CommitOutcomeUnknown),
        (message(b'?', &[]), ErrorKind::CommitOutcomeUnknown),
    ];
    for (end, kind) in ends {
        let mut session = session(vec![begun.clone(), executed.clone(), end]).await;
        let mut transaction = TransactionState::new("BEGIN".to_owned());
        transaction.query(&mut session, &select()).await.unwrap();
        assert_eq!(session.transaction_status(), TransactionStatus::Open);
        assert_eq!(transaction.commit(&mut session).await.unwrap_err().kind(), kind);
    }
}

#[tokio::test]
async fn a_welcome_that_is_none() {
    use drivetrain_postgres_core::session::Start;
    for (answer, kind) in [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(), ErrorKind::Protocol),
        (vec![], ErrorKind::ConnectionLost),
        (ready(b'I'), ErrorKind::Protocol),
        (auth(0, &[]), ErrorKind::ConnectionLost),
        ([auth(0, &[]), row(&[1])].concat(), ErrorKind::Protocol),
    ] {
        let stream = fake::server(vec![answer]);
        let error = fake::start(stream, &Start::new("u", "d")).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error:?}");
        assert_eq!(error.retry(), RetryClass::SafeNow, "nothing has happened");
    }
    assert!(!welcome().is_empty());
}
