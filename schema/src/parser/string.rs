//! String literals: escapes to characters.

use super::Parser;
use crate::ast::StringLit;
use crate::diagnostic::{Diagnostic, Rule};
use crate::source::Span;

impl Parser<'_> {
    /// The value of a closed string token. A wrong escape is reported and left out.
    pub(super) fn string_value(&mut self, span: Span) -> StringLit {
        let body = &self.slice(span)[1..span.end - span.start - 1];
        let mut value = String::with_capacity(body.len());
        let mut rest = body;
        while let Some(position) = rest.find('\\') {
            value.push_str(&rest[..position]);
            let escape = &rest[position..];
            let (character, length) = escaped(escape);
            match character {
                Some(character) => value.push(character),
                None => {
                    let start = span.start + 1 + (body.len() - escape.len());
                    let place = Span { start, end: start + length, ..span };
                    self.findings.push(wrong_escape(place));
                }
            }
            rest = &escape[length..];
        }
        value.push_str(rest);
        StringLit { value, span }
    }
}

fn wrong_escape(place: Span) -> Diagnostic {
    Diagnostic::error(Rule::InvalidString, place, "unknown escape in a string")
        .help("known are \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX; write `\\\\` for a backslash")
}

/// The character an escape stands for and the bytes it takes. `text` starts with the backslash.
fn escaped(text: &str) -> (Option<char>, usize) {
    let Some(kind) = text[1..].chars().next() else { return (None, 1) };
    let simple = match kind {
        '"' | '\\' | '/' => kind,
        'b' => '\u{8}',
        'f' => '\u{c}',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'u' => return unicode(text),
        _ => return (None, 1 + kind.len_utf8()),
    };
    (Some(simple), 2)
}

/// `\uXXXX`, or two of them that make a surrogate pair.
fn unicode(text: &str) -> (Option<char>, usize) {
    let Some(first) = code_unit(text) else { return (None, 2) };
    if let Some(character) = char::from_u32(first) {
        return (Some(character), 6);
    }
    let pair = code_unit(&text[6..]).map(|second| [first, second].map(|unit| unit as u16));
    match pair.map(|pair| char::decode_utf16(pair).collect::<Result<String, _>>()) {
        Some(Ok(text)) => (text.chars().next(), 12),
        _ => (None, 6),
    }
}

fn code_unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn escapes() {
        assert_eq!(escaped(r"\n"), (Some('\n'), 2));
        assert_eq!(escaped(r"\u00e9x"), (Some('é'), 6));
        assert_eq!(escaped(r"\uD83D\uDE00"), (Some('😀'), 12));
        assert_eq!(escaped(r"\uD83Dx"), (None, 6));
        assert_eq!(escaped(r"\u12"), (None, 2));
        assert_eq!(escaped(r"\+123"), (None, 2));
        assert_eq!(escaped("\\é"), (None, 3));
        assert_eq!(escaped("\\"), (None, 1));
    }
}
