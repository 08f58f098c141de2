//! The messages a client opens a session with: untyped packets, and the password.

use std::io;

use bytes::{Buf, Bytes};

use super::socket::Socket;
use crate::backend::CancelKey;

/// The longest start-up packet that Postgres accepts.
const LONGEST_PACKET: usize = 10_000;

/// The longest password that is read; tokens of identity providers are long.
const LONGEST_PASSWORD: usize = 65_536;

const CANCEL_REQUEST: u32 = 80_877_102;
const SSL_REQUEST: u32 = 80_877_103;
const GSS_REQUEST: u32 = 80_877_104;

/// What a client may send first.
#[derive(Debug)]
pub(super) enum Packet {
    /// SSLRequest or GSSENCRequest.
    Encryption,
    Cancel(CancelKey),
    Startup(Startup),
}

/// A start-up packet of major version 3.
#[derive(Debug)]
pub(super) struct Startup {
    pub(super) minor: u16,
    pub(super) parameters: Vec<(String, String)>,
}

impl Startup {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(of, _)| of == name).map(|(_, value)| value.as_str())
    }
}

/// Why there is no packet.
#[derive(Debug)]
pub(super) enum PacketError {
    /// The client is gone, or broke the rules of WebSockets.
    Lost,
    /// What to tell the client.
    Malformed(String),
}

impl From<io::Error> for PacketError {
    fn from(_: io::Error) -> Self {
        Self::Lost
    }
}

fn malformed<T>(why: impl Into<String>) -> Result<T, PacketError> {
    Err(PacketError::Malformed(why.into()))
}

/// Reads the next untyped packet.
pub(super) async fn read(socket: &mut Socket) -> Result<Packet, PacketError> {
    let mut header = &socket.peek(4).await?[..4];
    let length = header.get_u32() as usize;
    if !(8..=LONGEST_PACKET).contains(&length) {
        return malformed(format!("protocol violation: a start-up packet of {length} bytes"));
    }
    let mut packet = socket.take(length).await?;
    packet.advance(4);
    match packet.get_u32() {
        SSL_REQUEST | GSS_REQUEST => Ok(Packet::Encryption),
        CANCEL_REQUEST => match (packet.try_get_i32(), packet.try_get_i32()) {
            (Ok(process), Ok(secret)) => Ok(Packet::Cancel(CancelKey { process, secret })),
            _ => malformed("protocol violation: a cancel request without a key"),
        },
        version if version >> 16 == 3 => {
            let minor = (version & 0xffff) as u16;
            parameters(&packet).map(|parameters| Packet::Startup(Startup { minor, parameters })).ok_or_else(
                || PacketError::Malformed("protocol violation: a broken start-up packet".to_owned()),
            )
        }
        version => malformed(format!(
            "protocol version {}.{} is not supported: the gateway speaks 3.0",
            version >> 16,
            version & 0xffff
        )),
    }
}

/// Names and values, each ended by a zero byte, and a zero byte at the end.
fn parameters(body: &[u8]) -> Option<Vec<(String, String)>> {
    let body = body.strip_suffix(&[0])?;
    if body.is_empty() {
        return Some(Vec::new());
    }
    let body = body.strip_suffix(&[0])?;
    let texts: Vec<String> = body
        .split(|byte| *byte == 0)
        .map(|text| String::from_utf8(text.to_vec()).ok())
        .collect::<Option<_>>()?;
    let (pairs, rest) = texts.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[name, value]| (name.clone(), value.clone())).collect())
}

/// Reads the PasswordMessage, and takes the zero byte off its end.
pub(super) async fn password(socket: &mut Socket) -> Result<String, PacketError> {
    let header = socket.peek(5).await?;
    let (tag, mut length) = (header[0], &header[1..5]);
    let length = length.get_u32() as usize;
    if tag != b'p' || !(4..=LONGEST_PASSWORD).contains(&length) {
        return malformed("protocol violation: a password was asked for, and another message came");
    }
    let body: Bytes = socket.take(1 + length).await?.slice(5..);
    let text = body.strip_suffix(&[0]).unwrap_or(&body);
    String::from_utf8(text.to_vec()).or_else(|_| malformed("protocol violation: the password is not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_come_in_pairs() {
        assert_eq!(parameters(b"\0"), Some(vec![]));
        let read = parameters(b"user\0u\0database\0\0\0").unwrap();
        assert_eq!(read, [("user".into(), "u".into()), ("database".into(), String::new())]);
        for broken in [&b""[..], b"user\0u\0", b"user\0\0", b"user\0u", b"user\0\xff\0\0"] {
            let read = parameters(broken);
            assert_eq!(read, None, "{broken:?}");
        }
    }
}
