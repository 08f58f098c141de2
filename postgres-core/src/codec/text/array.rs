//! Arrays in text form: `{1,NULL,"a b"}`, with bounds in front where they do not begin at 1: `[0:2]={...}`.

use std::borrow::Cow;

use drivetrain_adapter_api::Value;
use drivetrain_adapter_api::value::{Array, Dimension};

use super::super::decoded::Decode;
use super::{decode_text, malformed, split_at_byte};
use crate::types::Resolved;

/// As many as Postgres has.
const MAX_DIMENSIONS: usize = 6;

pub(super) fn decode(element: &Resolved, delimiter: u8, text: &str) -> Decode<Array> {
    let wrong = || malformed("an array");
    let (bounds, body) = bounds(text).ok_or_else(wrong)?;
    if body == "{}" && bounds.is_empty() {
        return Ok(Array::new(element.db_type(), Vec::new()));
    }
    let count = body.bytes().take_while(|byte| *byte == b'{').count();
    if count == 0 || count > MAX_DIMENSIONS || !(bounds.is_empty() || bounds.len() == count) {
        return Err(wrong());
    }
    let mut parser =
        Parser { rest: body, element, delimiter, lengths: vec![None; count], values: Vec::new() };
    parser.dimension(0)?;
    if !parser.rest.is_empty() {
        return Err(wrong());
    }
    let mut dimensions = Vec::with_capacity(count);
    for (level, length) in parser.lengths.iter().enumerate() {
        let length = length.ok_or_else(wrong)?;
        let lower_bound = match bounds.get(level) {
            None => 1,
            Some((lower, upper)) => {
                let stated = i64::from(*upper) - i64::from(*lower) + 1;
                if usize::try_from(stated) != Ok(length) {
                    return Err(malformed("an array of the bounds it states"));
                }
                *lower
            }
        };
        dimensions.push(Dimension { length, lower_bound });
    }
    Ok(Array::with_dimensions(element.db_type(), dimensions, parser.values)?)
}

/// The bounds in front, if any, and what is behind them.
fn bounds(text: &str) -> Option<(Vec<(i32, i32)>, &str)> {
    let mut all = Vec::new();
    let mut rest = text;
    while let Some(after) = rest.strip_prefix('[') {
        let (pair, behind) = split_at_byte(after, b']')?;
        let (lower, upper) = pair.split_once(':')?;
        all.push((lower.parse().ok()?, upper.parse().ok()?));
        rest = behind;
    }
    if !all.is_empty() {
        rest = rest.strip_prefix('=')?;
    }
    Some((all, rest))
}

struct Parser<'a> {
    rest: &'a str,
    element: &'a Resolved,
    delimiter: u8,
    /// The length of each dimension, once the first of it has been read.
    lengths: Vec<Option<usize>>,
    values: Vec<Value>,
}

impl Parser<'_> {
    fn eat(&mut self, byte: u8) -> bool {
        let found = self.rest.as_bytes().first() == Some(&byte);
        if found {
            self.rest = &self.rest[1..];
        }
        found
    }

    /// One pair of braces of that dimension, counted from the outermost.
    fn dimension(&mut self, level: usize) -> Decode<()> {
        if !self.eat(b'{') {
            return Err(malformed("an array"));
        }
        let mut length = 0;
        loop {
            if level + 1 == self.lengths.len() {
                let value = self.element()?;
                self.values.push(value);
            } else {
                self.dimension(level + 1)?;
            }
            length += 1;
            if self.eat(b'}') {
                break;
            }
            if !self.eat(self.delimiter) {
                return Err(malformed("an array"));
            }
        }
        if *self.lengths[level].get_or_insert(length) == length {
            Ok(())
        } else {
            Err(malformed("an array of equal parts"))
        }
    }

    fn element(&mut self) -> Decode<Value> {
        let text = match self.rest.strip_prefix('"') {
            Some(quoted) => {
                let (text, rest) = unquote(quoted).ok_or_else(|| malformed("an array"))?;
                self.rest = rest;
                text
            }
            None => {
                let ends = |byte: u8| matches!(byte, b'{' | b'}' | b'"' | b'\\') || byte == self.delimiter;
                let end = self.rest.bytes().position(ends).ok_or_else(|| malformed("an array"))?;
                let (bare, rest) = self.rest.split_at(end);
                self.rest = rest;
                match bare {
                    "" => return Err(malformed("an array")),
                    "NULL" => return Ok(Value::Null(self.element.db_type())),
                    bare => Cow::Borrowed(bare),
                }
            }
        };
        decode_text(self.element, &text)?.into_value(self.element)
    }
}

/// The text up to the closing quote, and what is behind it.
pub(super) fn unquote(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let end = text.find(['"', '\\'])?;
    if text.as_bytes()[end] == b'"' {
        return Some((Cow::Borrowed(&text[..end]), &text[end + 1..]));
    }
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((Cow::Owned(plain), &text[at + 1..])),
            '\\' => plain.push(characters.next()?.1),
            other => plain.push(other),
        }
    }
    None
}

/// `int2vector` and `oidvector`: elements with spaces between, counted from 0.
pub(super) fn vector(element: &Resolved, text: &str) -> Decode<Array> {
    let values = text
        .split(' ')
        .filter(|_| !text.is_empty())
        .map(|item| decode_text(element, item)?.into_value(element))
        .collect::<Decode<Vec<_>>>()?;
    if values.is_empty() {
        return Ok(Array::new(element.db_type(), values));
    }
    let dimension = Dimension { length: values.len(), lower_bound: 0 };
    Ok(Array::with_dimensions(element.db_type(), vec![dimension], values)?)
}
