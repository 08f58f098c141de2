//! Text to tokens. Every byte of the source is in a token or is white space; nothing here fails.

use crate::source::{SourceId, Span};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TokenKind {
    /// A name or keyword: letters, digits, `_`, `-`, with at least one character that is no digit.
    Word,
    /// Digits, perhaps signed and with a fraction.
    Number,
    /// A string with both quotes.
    String,
    /// A string whose closing quote is missing on its line.
    OpenString,
    /// `// ..`
    Comment,
    /// `/// ..`
    DocComment,
    /// `/* .. */`
    BlockComment,
    /// `/* ..` without an end.
    OpenBlockComment,
    Newline,
    /// `@@`
    DoubleAt,
    /// Any other character.
    Symbol(char),
    End,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: TokenKind,
    pub(crate) span: Span,
}

/// All tokens of `text`, the last being [`TokenKind::End`].
pub(crate) fn tokens(source: SourceId, text: &str) -> Vec<Token> {
    let mut rest = text;
    let mut out = Vec::new();
    loop {
        let skipped = rest.trim_start_matches(|c: char| c != '\n' && (c.is_whitespace() || c == '\u{feff}'));
        let start = text.len() - skipped.len();
        let Some(first) = skipped.chars().next() else {
            out.push(Token { kind: TokenKind::End, span: Span::new(source, text.len(), text.len()) });
            return out;
        };
        let (kind, length) = token(first, skipped);
        out.push(Token { kind, span: Span::new(source, start, start + length) });
        rest = &skipped[length..];
    }
}

fn token(first: char, text: &str) -> (TokenKind, usize) {
    let line_end = || text.find('\n').map_or(text.len(), |end| text[..end].trim_end_matches('\r').len());
    match first {
        '\n' => (TokenKind::Newline, 1),
        '/' if text.starts_with("///") => (TokenKind::DocComment, line_end()),
        '/' if text.starts_with("//") => (TokenKind::Comment, line_end()),
        '/' if text.starts_with("/*") => match text[2..].find("*/") {
            Some(end) => (TokenKind::BlockComment, end + 4),
            None => (TokenKind::OpenBlockComment, text.len()),
        },
        '@' if text.starts_with("@@") => (TokenKind::DoubleAt, 2),
        '"' => string(text),
        '-' if text[1..].starts_with(|c: char| c.is_ascii_digit()) => {
            (TokenKind::Number, 1 + number(&text[1..]))
        }
        _ if is_word(first) => {
            let length = text.find(|c| !is_word(c) && c != '-').unwrap_or(text.len());
            if text[..length].bytes().all(|byte| byte.is_ascii_digit()) {
                (TokenKind::Number, number(text))
            } else {
                (TokenKind::Word, length)
            }
        }
        _ => (TokenKind::Symbol(first), first.len_utf8()),
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Length of `digits` or `digits.digits`.
fn number(text: &str) -> usize {
    let digits = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let whole = digits(text);
    match text[whole..].strip_prefix('.').map(digits) {
        Some(fraction) if fraction > 0 => whole + 1 + fraction,
        _ => whole,
    }
}

fn string(text: &str) -> (TokenKind, usize) {
    let mut escaped = false;
    for (index, character) in text.char_indices().skip(1) {
        match character {
            '\n' => return (TokenKind::OpenString, text[..index].trim_end_matches('\r').len()),
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return (TokenKind::String, index + 1),
            _ => {}
        }
    }
    (TokenKind::OpenString, text.len())
}

#[cfg(test)]
mod tests {
    use super::{TokenKind, tokens};
    use crate::source::SourceId;

    fn kinds(text: &str) -> Vec<(TokenKind, &str)> {
        tokens(SourceId(0), text).into_iter().map(|t| (t.kind, &text[t.span.start..t.span.end])).collect()
    }

    #[test]
    fn words_numbers_and_symbols() {
        use TokenKind::{DoubleAt, End, Number, String, Symbol, Word};
        assert_eq!(
            kinds("a-b @@x -1.50 7. 2d \"q\\\"\" é"),
            [
                (Word, "a-b"),
                (DoubleAt, "@@"),
                (Word, "x"),
                (Number, "-1.50"),
                (Number, "7"),
                (Symbol('.'), "."),
                (Word, "2d"),
                (String, "\"q\\\"\""),
                (Word, "é"),
                (End, ""),
            ]
        );
    }

    #[test]
    fn comments_and_open_ends() {
        use TokenKind::{BlockComment, Comment, DocComment, End, Newline, OpenBlockComment, OpenString};
        assert_eq!(
            kinds("// c\r\n/// d\n/* e\n*/\n\"open\n/* open"),
            [
                (Comment, "// c"),
                (Newline, "\n"),
                (DocComment, "/// d"),
                (Newline, "\n"),
                (BlockComment, "/* e\n*/"),
                (Newline, "\n"),
                (OpenString, "\"open"),
                (Newline, "\n"),
                (OpenBlockComment, "/* open"),
                (End, ""),
            ]
        );
    }
}
