//! What the server sends, parsed without trusting any of its lengths.
//!
//! Formats: "Message Formats" in the PostgreSQL documentation, chapter "Frontend/Backend Protocol", version 3.0.

use bytes::{Buf, Bytes};
use drivetrain_adapter_api::{Error, ErrorKind, Result};

use super::tag::CommandTag;

/// The largest message that carries data: a cell, and so a row, is smaller than 1 GiB on every server.
const LARGEST_DATA: usize = (1 << 30) - 1;
/// The largest description, error or notice.
const LARGEST_TEXT: usize = 1 << 24;
/// The largest of all others. The list of 65535 parameter types is the longest.
const LARGEST_OTHER: usize = 1 << 19;

/// A message of the server.
#[derive(Debug)]
pub(crate) enum Message {
    Authentication(Authentication),
    KeyData {
        process_id: i32,
        secret: i32,
    },
    ParseComplete,
    BindComplete,
    CloseComplete,
    NoData,
    ParameterTypes(Vec<u32>),
    Fields(Vec<Field>),
    /// A row: the body of the message, not looked into yet.
    Row(Bytes),
    CommandComplete(CommandTag),
    EmptyQuery,
    PortalSuspended,
    CopyIn,
    CopyOut,
    CopyData,
    CopyDone,
    /// The fields of an error, not looked into yet.
    Error(Bytes),
    Notice(Bytes),
    Notification {
        process_id: i32,
        channel: String,
        payload: String,
    },
    ParameterStatus {
        name: String,
        value: String,
    },
    Ready(u8),
}

impl Message {
    /// The name that the protocol's documentation gives it.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Authentication(_) => "Authentication",
            Self::KeyData { .. } => "BackendKeyData",
            Self::ParseComplete => "ParseComplete",
            Self::BindComplete => "BindComplete",
            Self::CloseComplete => "CloseComplete",
            Self::NoData => "NoData",
            Self::ParameterTypes(_) => "ParameterDescription",
            Self::Fields(_) => "RowDescription",
            Self::Row(_) => "DataRow",
            Self::CommandComplete(_) => "CommandComplete",
            Self::EmptyQuery => "EmptyQueryResponse",
            Self::PortalSuspended => "PortalSuspended",
            Self::CopyIn => "CopyInResponse",
            Self::CopyOut => "CopyOutResponse",
            Self::CopyData => "CopyData",
            Self::CopyDone => "CopyDone",
            Self::Error(_) => "ErrorResponse",
            Self::Notice(_) => "NoticeResponse",
            Self::Notification { .. } => "NotificationResponse",
            Self::ParameterStatus { .. } => "ParameterStatus",
            Self::Ready(_) => "ReadyForQuery",
        }
    }
}

/// A step of the authentication.
#[derive(Debug)]
pub(crate) enum Authentication {
    Ok,
    Cleartext,
    Md5([u8; 4]),
    /// The mechanisms the server offers.
    Sasl(Vec<String>),
    SaslContinue(Bytes),
    SaslFinal(Bytes),
    /// A way that is not spoken here, by name.
    Other(&'static str),
}

/// A column of a result, as the server describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) type_oid: u32,
    /// 0 text, 1 binary.
    pub(crate) format: i16,
}

/// Cuts the first message off `incoming`, if it is there as a whole.
///
/// # Errors
/// [`Protocol`](ErrorKind::Protocol) for a tag or a length that no server sends; nothing is reserved for it.
pub(crate) fn take(incoming: &mut bytes::BytesMut) -> Result<Option<Message>> {
    let Some((tag, length)) = header(incoming)? else { return Ok(None) };
    if incoming.len() < length + 1 {
        return Ok(None);
    }
    let mut body = incoming.split_to(length + 1).freeze();
    body.advance(5);
    parse(tag, body).map(Some)
}

/// The tag of the first message and its length without the tag, checked.
pub(crate) fn header(incoming: &[u8]) -> Result<Option<(u8, usize)>> {
    let Some((&tag, rest)) = incoming.split_first() else { return Ok(None) };
    let largest = match tag {
        b'D' | b'd' => LARGEST_DATA,
        b'T' | b'E' | b'N' => LARGEST_TEXT,
        b'R' | b'K' | b'1' | b'2' | b'3' | b'n' | b't' | b'C' | b'I' | b's' | b'G' | b'H' | b'c' | b'S'
        | b'A' | b'Z' => LARGEST_OTHER,
        other => return Err(violation(format!("a message of the unknown type 0x{other:02x}"))),
    };
    let Some(length) = rest.first_chunk::<4>() else { return Ok(None) };
    let length = i32::from_be_bytes(*length);
    match usize::try_from(length) {
        Ok(length) if (4..=largest).contains(&length) => Ok(Some((tag, length))),
        _ => Err(violation(format!("a message of type `{}` with the length {length}", char::from(tag)))),
    }
}

/// The error for a server that does not follow the protocol.
pub(crate) fn violation(what: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Protocol, format!("the server does not follow the protocol: it sent {what}"))
}

fn parse(tag: u8, mut body: Bytes) -> Result<Message> {
    let message = match tag {
        b'1' => Message::ParseComplete,
        b'2' => Message::BindComplete,
        b'3' => Message::CloseComplete,
        b'n' => Message::NoData,
        b'I' => Message::EmptyQuery,
        b's' => Message::PortalSuspended,
        b'c' => Message::CopyDone,
        b'D' => return Ok(Message::Row(body)),
        b'd' => return Ok(Message::CopyData),
        b'E' => return Ok(Message::Error(body)),
        b'N' => return Ok(Message::Notice(body)),
        b'G' => return Ok(Message::CopyIn),
        b'H' => return Ok(Message::CopyOut),
        b'R' => return authentication(body).map(Message::Authentication),
        b'K' => Message::KeyData { process_id: number(&mut body)?, secret: number(&mut body)? },
        b't' => {
            let count = short(&mut body)?;
            Message::ParameterTypes((0..count).map(|_| oid(&mut body)).collect::<Result<_>>()?)
        }
        b'T' => {
            let count = short(&mut body)?;
            Message::Fields((0..count).map(|_| field(&mut body)).collect::<Result<_>>()?)
        }
        b'C' => Message::CommandComplete(CommandTag::new(&string(&mut body)?)),
        b'A' => Message::Notification {
            process_id: number(&mut body)?,
            channel: string(&mut body)?,
            payload: string(&mut body)?,
        },
        b'S' => Message::ParameterStatus { name: string(&mut body)?, value: string(&mut body)? },
        b'Z' => Message::Ready(body.try_get_u8().map_err(|_| short_message())?),
        other => return Err(violation(format!("a message of the unknown type 0x{other:02x}"))),
    };
    if body.has_remaining() {
        return Err(violation(format!("a message of type `{}` that is too long", char::from(tag))));
    }
    Ok(message)
}

fn authentication(mut body: Bytes) -> Result<Authentication> {
    Ok(match number(&mut body)? {
        0 => Authentication::Ok,
        2 => Authentication::Other("Kerberos 5"),
        3 => Authentication::Cleartext,
        5 => {
            let salt = body.first_chunk::<4>().ok_or_else(short_message)?;
            Authentication::Md5(*salt)
        }
        7 | 8 => Authentication::Other("GSSAPI"),
        9 => Authentication::Other("SSPI"),
        10 => {
            let mut mechanisms = Vec::new();
            loop {
                let mechanism = string(&mut body)?;
                if mechanism.is_empty() {
                    break Authentication::Sasl(mechanisms);
                }
                mechanisms.push(mechanism);
            }
        }
        11 => Authentication::SaslContinue(body),
        12 => Authentication::SaslFinal(body),
        _ => Authentication::Other("one of a number that is not known"),
    })
}

fn field(body: &mut Bytes) -> Result<Field> {
    let name = string(body)?;
    // The table's object id and the column's number.
    skip(body, 6)?;
    let type_oid = oid(body)?;
    // The type's size and modifier.
    skip(body, 6)?;
    let format = body.try_get_i16().map_err(|_| short_message())?;
    Ok(Field { name, type_oid, format })
}

fn skip(body: &mut Bytes, bytes: usize) -> Result<()> {
    if body.len() < bytes {
        return Err(short_message());
    }
    body.advance(bytes);
    Ok(())
}

fn number(body: &mut Bytes) -> Result<i32> {
    body.try_get_i32().map_err(|_| short_message())
}

fn oid(body: &mut Bytes) -> Result<u32> {
    body.try_get_u32().map_err(|_| short_message())
}

fn short(body: &mut Bytes) -> Result<u16> {
    body.try_get_u16().map_err(|_| short_message())
}

fn string(body: &mut Bytes) -> Result<String> {
    let end = body.iter().position(|byte| *byte == 0).ok_or_else(short_message)?;
    let text = String::from_utf8_lossy(&body[..end]).into_owned();
    body.advance(end + 1);
    Ok(text)
}

fn short_message() -> Error {
    violation("a message that is too short for its type")
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;

    use super::*;

    fn taken(bytes: &[u8]) -> Result<Option<Message>> {
        take(&mut BytesMut::from(bytes))
    }

    #[test]
    fn lengths_that_no_server_sends_are_refused_before_the_message_is_there() {
        for length in [i32::MIN, -1, 0, 3, 1 << 30, i32::MAX] {
            let mut bytes = vec![b'D'];
            bytes.extend(length.to_be_bytes());
            let error = taken(&bytes).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Protocol, "{length}");
            assert!(error.message().contains(&length.to_string()), "{error}");
        }
        assert!(taken(b"Z\x00\x01\x00\x00").unwrap().is_none(), "long, but possible");
        assert!(taken(b"Z\x00\xff\x00\x00").is_err(), "too long for a small message");
    }

    #[test]
    fn a_message_is_taken_when_it_is_there_as_a_whole() {
        let whole = b"Z\x00\x00\x00\x05I";
        for end in 0..whole.len() {
            assert!(taken(&whole[..end]).unwrap().is_none());
        }
        assert!(matches!(taken(whole).unwrap(), Some(Message::Ready(b'I'))));
    }

    #[test]
    fn an_unknown_type_is_refused_at_its_first_byte() {
        assert!(taken(b"HTTP/1.1 400").is_err());
        assert!(taken(b"?").is_err());
    }

    #[test]
    fn contents_that_do_not_fill_their_message_or_run_out_of_it_are_refused() {
        // A field without its numbers, a string without its end, a count larger than what follows, bytes too many.
        let bodies: [(u8, &[u8]); 5] = [
            (b'T', b"\x00\x01name\x00"),
            (b'C', b"SELECT 1"),
            (b't', b"\xff\xff\x00\x00\x00\x17"),
            (b'Z', b"II"),
            (b'R', b"\x00\x00\x00\x05ab"),
        ];
        for (tag, body) in bodies {
            let mut bytes = vec![tag];
            bytes.extend((body.len() as i32 + 4).to_be_bytes());
            bytes.extend(body);
            assert_eq!(taken(&bytes).unwrap_err().kind(), ErrorKind::Protocol, "{}", char::from(tag));
        }
    }
}
