//! A server made of prepared bytes: it answers each thing the client says with the next of them.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::sync::Arc;

use drivetrain_adapter_api::Result;
use drivetrain_postgres_core::session::{Session, Shared, Start};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};

/// A message of the server.
pub(crate) fn message(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = i32::try_from(body.len() + 4).unwrap();
    [&[tag][..], &length.to_be_bytes(), body].concat()
}

pub(crate) fn auth(code: i32, body: &[u8]) -> Vec<u8> {
    message(b'R', &[&code.to_be_bytes()[..], body].concat())
}

pub(crate) fn ready(status: u8) -> Vec<u8> {
    message(b'Z', &[status])
}

pub(crate) fn error(fields: &[(u8, &str)]) -> Vec<u8> {
    let mut body = Vec::new();
    for (sort, text) in fields {
        body.push(*sort);
        body.extend(text.as_bytes());
        body.push(0);
    }
    body.push(0);
    message(b'E', &body)
}

pub(crate) fn tag(text: &str) -> Vec<u8> {
    message(b'C', &[text.as_bytes(), &[0]].concat())
}

/// RowDescription of columns of type int4, by name.
pub(crate) fn columns(names: &[&str], format: i16) -> Vec<u8> {
    let mut body = i16::try_from(names.len()).unwrap().to_be_bytes().to_vec();
    for name in names {
        body.extend(name.as_bytes());
        body.extend([0; 7]);
        body.extend(23_u32.to_be_bytes());
        body.extend([0; 6]);
        body.extend(format.to_be_bytes());
    }
    message(b'T', &body)
}

/// A row of int4 in binary.
pub(crate) fn row(cells: &[i32]) -> Vec<u8> {
    let mut body = i16::try_from(cells.len()).unwrap().to_be_bytes().to_vec();
    for cell in cells {
        body.extend(4_i32.to_be_bytes());
        body.extend(cell.to_be_bytes());
    }
    message(b'D', &body)
}

/// What a server says at the beginning when it asks for no password.
pub(crate) fn welcome() -> Vec<u8> {
    [
        auth(0, &[]),
        message(b'S', b"server_version\x0015.1\0"),
        message(b'K', &[0, 0, 0, 7, 0, 0, 0, 9]),
        ready(b'I'),
    ]
    .concat()
}

/// The answer to Parse and Describe of `SELECT` of one int4 column.
pub(crate) fn described() -> Vec<u8> {
    [message(b'1', &[]), message(b't', &[0, 0]), columns(&["n"], 0)].concat()
}

/// The answer to Bind, Execute and Sync, with one row.
pub(crate) fn executed() -> Vec<u8> {
    [message(b'2', &[]), row(&[42]), tag("SELECT 1"), ready(b'I')].concat()
}

/// A stream to a server that gives those answers: the first to the startup message, each of the others to what the
/// client says next. Then it hangs up.
pub(crate) fn server(answers: Vec<Vec<u8>>) -> DuplexStream {
    let (client, mut server) = duplex(1 << 16);
    tokio::spawn(async move {
        let mut heard = vec![0; 1 << 16];
        for answer in answers {
            if server.read(&mut heard).await.unwrap_or(0) == 0 {
                return;
            }
            // The client may have hung up: that is for the test to see.
            let _ = server.write_all(&answer).await;
        }
    });
    client
}

pub(crate) async fn start(stream: DuplexStream, start: &Start) -> Result<Session<DuplexStream>> {
    Session::start(stream, start, Arc::new(Shared::new())).await
}

/// A session with a server that goes on with those answers.
pub(crate) async fn session(answers: Vec<Vec<u8>>) -> Session<DuplexStream> {
    let answers = std::iter::once(welcome()).chain(answers).collect();
    start(server(answers), &Start::new("u", "d")).await.unwrap()
}
