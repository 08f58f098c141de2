//! JSON documents, read to be compared and checked.

use std::cmp::Ordering;

use drivetrain_adapter_api::value::Decimal;
use drivetrain_adapter_api::{Error, ErrorKind, Result};

use super::number::Number;

/// How deep documents may be nested.
const DEPTH: usize = 500;

/// A document as Postgres's `jsonb` sees it: of several values under one key the last counts, and the order of keys and
/// the way numbers are written do not.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Document {
    Null,
    Text(Box<str>),
    /// The shortest form of the number.
    Number(Box<str>),
    Bool(bool),
    Array(Vec<Self>),
    /// By length of the key, then by its bytes.
    Object(Vec<(Box<str>, Self)>),
}

impl Document {
    /// Reads a text.
    ///
    /// # Errors
    /// `InvalidValue` if it is no JSON.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let mut reader = Reader { rest: text };
        let document = reader.value(0)?;
        reader.space();
        if reader.rest.is_empty() { Ok(document) } else { Err(invalid()) }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Text(_) => 1,
            Self::Number(_) => 2,
            Self::Bool(_) => 3,
            Self::Array(_) => 4,
            Self::Object(_) => 5,
        }
    }
}

impl PartialOrd for Document {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Document {
    /// Objects are the largest, then arrays, booleans, numbers, texts, null; of two objects or arrays the one with more
    /// items. An empty array is the smallest of all, by a mistake that Postgres keeps.
    fn cmp(&self, other: &Self) -> Ordering {
        let number = |digits: &str| digits.parse::<Decimal>().and_then(|decimal| Number::of(&decimal)).ok();
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => match (number(a), number(b)) {
                (Some(a), Some(b)) => a.order(&b),
                _ => a.cmp(b),
            },
            (Self::Bool(a), Self::Bool(b)) => a.cmp(b),
            (Self::Array(a), Self::Array(b)) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
            (Self::Object(a), Self::Object(b)) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
            (Self::Array(a), _) if a.is_empty() => Ordering::Less,
            (_, Self::Array(b)) if b.is_empty() => Ordering::Greater,
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

fn invalid() -> Error {
    Error::new(ErrorKind::InvalidValue, "the text is not a JSON document")
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn take(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn expect(&mut self, token: &str) -> Result<()> {
        self.space();
        if self.take(token) { Ok(()) } else { Err(invalid()) }
    }

    fn value(&mut self, depth: usize) -> Result<Document> {
        if depth > DEPTH {
            return Err(Error::new(ErrorKind::LimitExceeded, "the JSON document is nested too deeply"));
        }
        self.space();
        if self.take("null") {
            Ok(Document::Null)
        } else if self.take("true") {
            Ok(Document::Bool(true))
        } else if self.take("false") {
            Ok(Document::Bool(false))
        } else if self.take("[") {
            self.array(depth)
        } else if self.take("{") {
            self.object(depth)
        } else if self.rest.starts_with('"') {
            self.string().map(Document::Text)
        } else {
            self.number()
        }
    }

    fn array(&mut self, depth: usize) -> Result<Document> {
        let mut items = Vec::new();
        self.space();
        if self.take("]") {
            return Ok(Document::Array(items));
        }
        loop {
            items.push(self.value(depth + 1)?);
            self.space();
            if self.take("]") {
                return Ok(Document::Array(items));
            }
            self.expect(",")?;
        }
    }

    fn object(&mut self, depth: usize) -> Result<Document> {
        let mut entries: Vec<(Box<str>, Document)> = Vec::new();
        self.space();
        if !self.take("}") {
            loop {
                self.space();
                let key = self.string()?;
                self.expect(":")?;
                let value = self.value(depth + 1)?;
                match entries.iter_mut().find(|(known, _)| *known == key) {
                    Some(entry) => entry.1 = value,
                    None => entries.push((key, value)),
                }
                self.space();
                if self.take("}") {
                    break;
                }
                self.expect(",")?;
            }
        }
        entries.sort_by(|(a, _), (b, _)| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
        Ok(Document::Object(entries))
    }

    fn string(&mut self) -> Result<Box<str>> {
        if !self.take("\"") {
            return Err(invalid());
        }
        let mut text = String::new();
        let mut chars = self.rest.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.rest = &self.rest[at + 1..];
                    return Ok(text.into());
                }
                '\\' => {
                    let (_, escape) = chars.next().ok_or_else(invalid)?;
                    text.push(match escape {
                        '"' | '\\' | '/' => escape,
                        'b' => '\u{8}',
                        'f' => '\u{c}',
                        'n' => '\n',
                        'r' => '\r',
                        't' => '\t',
                        'u' => unicode(&mut chars)?,
                        _ => return Err(invalid()),
                    });
                }
                c if c < ' ' => return Err(invalid()),
                c => text.push(c),
            }
        }
        Err(invalid())
    }

    fn number(&mut self) -> Result<Document> {
        let end = self.rest.find(|c: char| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E'));
        let (digits, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        let plain = digits.strip_prefix('-').unwrap_or(digits);
        let whole = plain.split(['.', 'e', 'E']).next().unwrap_or_default();
        let well_formed = whole == "0" || !whole.is_empty() && !whole.starts_with(['0', '+', '-']);
        if !well_formed || plain.contains(".e") || plain.contains(".E") || plain.ends_with('.') {
            return Err(invalid());
        }
        let number: Decimal = digits.parse().map_err(|_| invalid())?;
        let shortest = Number::of(&number)?.shortest().to_decimal()?;
        self.rest = rest;
        Ok(Document::Number(shortest.as_str().into()))
    }
}

fn unicode(chars: &mut std::str::CharIndices<'_>) -> Result<char> {
    let mut unit = || -> Result<u32> {
        let mut unit = 0;
        for _ in 0..4 {
            let (_, digit) = chars.next().ok_or_else(invalid)?;
            unit = unit * 16 + digit.to_digit(16).ok_or_else(invalid)?;
        }
        Ok(unit)
    };
    let first = unit()?;
    if !(0xD800..0xDC00).contains(&first) {
        return char::from_u32(first).ok_or_else(invalid);
    }
    let (Some((_, '\\')), Some((_, 'u'))) = (chars.next(), chars.next()) else { return Err(invalid()) };
    let mut second = 0;
    for _ in 0..4 {
        let (_, digit) = chars.next().ok_or_else(invalid)?;
        second = second * 16 + digit.to_digit(16).ok_or_else(invalid)?;
    }
    if !(0xDC00..0xE000).contains(&second) {
        return Err(invalid());
    }
    char::from_u32(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)).ok_or_else(invalid)
}

/// A text as a JSON string.
pub(crate) fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_equal_whatever_their_text() {
        let same = |a: &str, b: &str| Document::parse(a).unwrap() == Document::parse(b).unwrap();
        assert!(same(r#"{"a": 1, "bb": [true, null]}"#, r#"{"bb":[true,null],"a":1.0}"#));
        assert!(same(r#"{"a": 1, "a": 2}"#, r#"{"a":2}"#));
        assert!(same(r#""\u00e9\ud83d\ude00""#, "\"é😀\""));
        assert!(!same("1", "\"1\""));
    }

    #[test]
    fn what_is_no_json_is_refused() {
        for text in ["", "{", "[1,]", "01", "1.", "nul", "\"a", "{a:1}", "1 2", "\"\\x\"", "'a'", "-", "+1"] {
            assert!(Document::parse(text).is_err(), "{text}");
        }
        assert!(Document::parse(&"[".repeat(100_000)).is_err());
    }

    #[test]
    fn the_order_is_that_of_jsonb() {
        let texts = ["[]", "null", "\"a\"", "1", "2", "false", "true", "[1]", "[1,2]", "{}", "{\"a\":1}"];
        let documents: Vec<Document> = texts.iter().map(|text| Document::parse(text).unwrap()).collect();
        assert!(documents.is_sorted());
    }
}
