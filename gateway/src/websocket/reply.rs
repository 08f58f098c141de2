//! The messages that the gateway itself writes to a client.

use bytes::{BufMut, BytesMut};

use crate::backend::{CancelKey, Connection};

/// Appends a message with the length of its body filled in.
fn message(output: &mut BytesMut, tag: u8, body: &[u8]) {
    output.put_u8(tag);
    // The bodies written here are some hundred bytes long.
    output.put_u32(4 + body.len() as u32);
    output.put_slice(body);
}

fn texts<const N: usize>(texts: [&str; N]) -> Vec<u8> {
    texts.iter().flat_map(|text| text.bytes().chain([0])).collect()
}

/// NegotiateProtocolVersion: 3.0 is the newest there is, and these options are unknown.
pub(super) fn negotiate(unknown: &[&str], output: &mut BytesMut) {
    let mut body = Vec::new();
    body.put_u32(3 << 16);
    body.put_u32(unknown.len() as u32);
    body.extend(unknown.iter().flat_map(|name| texts([name])));
    message(output, b'v', &body);
}

/// AuthenticationCleartextPassword.
pub(super) fn ask_password(output: &mut BytesMut) {
    message(output, b'R', &3_u32.to_be_bytes());
}

/// AuthenticationOk.
pub(super) fn accept(output: &mut BytesMut) {
    message(output, b'R', &0_u32.to_be_bytes());
}

/// An ErrorResponse as Neon's proxy writes its own: severity, SQLSTATE XX000 and the message, nothing else.
pub(super) fn error(text: &str, output: &mut BytesMut) {
    let mut body = texts(["SERROR", "CXX000"]);
    body.push(b'M');
    body.extend(text.bytes().filter(|byte| *byte != 0).chain([0, 0]));
    message(output, b'E', &body);
}

/// All that follows a log-in that succeeded: AuthenticationOk to ReadyForQuery, with a key of the gateway's own.
pub(super) fn greeting(connection: &Connection, key: CancelKey) -> BytesMut {
    let mut output = BytesMut::new();
    accept(&mut output);
    for (name, value) in connection.parameters() {
        message(&mut output, b'S', &texts([name, value]));
    }
    for notice in connection.notices() {
        message(&mut output, notice.tag, &notice.body);
    }
    let mut body = Vec::new();
    body.put_i32(key.process);
    body.put_i32(key.secret);
    message(&mut output, b'K', &body);
    message(&mut output, b'Z', b"I");
    output
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_as_postgres_writes_them() {
        let mut output = BytesMut::new();
        error("no\0pe", &mut output);
        assert_eq!(&output[..], b"E\0\0\0\x19SERROR\0CXX000\0Mnope\0\0");
        output.clear();
        negotiate(&["_pq_.a", "_pq_.b"], &mut output);
        assert_eq!(&output[..], b"v\0\0\0\x1a\0\x03\0\0\0\0\0\x02_pq_.a\0_pq_.b\0");
        output.clear();
        ask_password(&mut output);
        accept(&mut output);
        assert_eq!(&output[..], b"R\0\0\0\x08\0\0\0\x03R\0\0\0\x08\0\0\0\0");
    }
}
