//! UUIDs: sixteen bytes and their text.

use std::fmt;
use std::str::FromStr;

use crate::{Error, ErrorKind};

/// A UUID of any version.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Uuid([u8; 16]);

impl Uuid {
    /// The UUID with those bytes, first byte first.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn into_bytes(self) -> [u8; 16] {
        self.0
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, byte) in self.0.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Uuid {
    type Err = Error;

    /// Reads 32 hexadecimal digits of either case, with hyphens at the four usual places or none, and with braces
    /// or without.
    fn from_str(text: &str) -> Result<Self, Error> {
        let invalid =
            || Error::new(ErrorKind::InvalidValue, "a UUID is 32 hexadecimal digits in groups of 8-4-4-4-12");
        let bare = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or(text).as_bytes();
        let digits: Vec<u8> = match bare.len() {
            32 => bare.to_vec(),
            36 if [8, 13, 18, 23].iter().all(|at| bare[*at] == b'-') => bare
                .iter()
                .enumerate()
                .filter(|(at, _)| ![8, 13, 18, 23].contains(at))
                .map(|(_, byte)| *byte)
                .collect(),
            _ => return Err(invalid()),
        };
        let mut bytes = [0_u8; 16];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |digit: u8| (digit as char).to_digit(16).ok_or_else(invalid);
            *byte = (digit(pair[0])? * 16 + digit(pair[1])?) as u8;
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_spelling_is_read_and_one_is_written() {
        let text = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6";
        for spelling in [text, &text.to_uppercase(), &format!("{{{text}}}"), &text.replace('-', "")] {
            assert_eq!(spelling.parse::<Uuid>().unwrap().to_string(), text);
        }
        for wrong in
            ["", "f81d4fae", "f81d4fae+7dec-11d0-a765-00a0c91e6bf6", "g81d4fae-7dec-11d0-a765-00a0c91e6bf6"]
        {
            assert!(wrong.parse::<Uuid>().is_err(), "{wrong}");
        }
    }
}
