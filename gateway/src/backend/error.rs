//! What a server says in an ErrorResponse, and why there is no connection.

use std::fmt;

use bytes::Bytes;

/// The fields of an ErrorResponse or NoticeResponse, in the server's order.
///
/// Identified by a letter each: <https://www.postgresql.org/docs/current/protocol-error-fields.html>.
#[derive(Clone, Default)]
pub(crate) struct ErrorFields(Vec<(u8, String)>);

impl ErrorFields {
    /// Reads the body of the message. What is no text in UTF-8 (an error before the encoding is agreed on) is shown as
    /// well as it can be.
    pub(crate) fn parse(body: &Bytes) -> Self {
        let fields = body.split(|byte| *byte == 0).map_while(|field| {
            let (letter, value) = field.split_first()?;
            Some((*letter, String::from_utf8_lossy(value).into_owned()))
        });
        Self(fields.collect())
    }

    /// The field of this letter.
    pub(crate) fn get(&self, letter: u8) -> Option<&str> {
        self.0.iter().find(|(of, _)| *of == letter).map(|(_, value)| value.as_str())
    }

    /// The SQLSTATE; empty where the server sent none.
    pub(crate) fn code(&self) -> &str {
        self.get(b'C').unwrap_or_default()
    }

    /// The primary message; empty where the server sent none.
    pub(crate) fn message(&self) -> &str {
        self.get(b'M').unwrap_or_default()
    }
}

impl fmt::Debug for ErrorFields {
    /// Without messages and details: they can quote values of rows.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ErrorFields").field("code", &self.code()).finish_non_exhaustive()
    }
}

/// Why there is no connection. The text names no password.
#[derive(Debug)]
pub(crate) enum ConnectError {
    /// The server answered the log-in with an error.
    Refused(ErrorFields),
    /// The server asks for a password, and the log-in has none.
    PasswordMissing,
    /// The server asks for a way of authentication that the gateway does not speak.
    Unsupported(String),
    /// The server cannot be reached, does not encrypt as demanded, or breaks off.
    Unreachable(String),
}

impl ConnectError {
    /// Whether the server rejected who logs in: SQLSTATE class 28 where a password or user is wrong.
    pub(crate) fn is_wrong_password(&self) -> bool {
        match self {
            Self::Refused(fields) => {
                fields.code() == "28P01"
                    || (fields.code() == "28000" && fields.message().ends_with("does not exist"))
            }
            Self::PasswordMissing => true,
            Self::Unsupported(_) | Self::Unreachable(_) => false,
        }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(fields) => f.write_str(fields.message()),
            Self::PasswordMissing => f.write_str("the database asks for a password, and there is none"),
            Self::Unsupported(what) | Self::Unreachable(what) => f.write_str(what),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_by_letter() {
        let fields = ErrorFields::parse(&Bytes::from_static(b"SFATAL\0VFATAL\0C28P01\0Mno \xff\0Rauth\0\0"));
        assert_eq!(fields.code(), "28P01");
        assert_eq!(fields.message(), "no \u{fffd}");
        assert_eq!(fields.get(b'R'), Some("auth"));
        assert_eq!(fields.get(b'D'), None);
        assert_eq!(format!("{fields:?}"), "ErrorFields { code: \"28P01\", .. }");
        assert!(ConnectError::Refused(fields).is_wrong_password());
    }

    #[test]
    fn a_broken_body_has_no_fields() {
        assert_eq!(ErrorFields::parse(&Bytes::new()).code(), "");
        assert_eq!(ErrorFields::parse(&Bytes::from_static(b"Cabc")).code(), "abc");
    }
}
