//! What the lexers of all dialects share: a place in the text, and the forms of quotes and comments.

use drivetrain_adapter_api::{Error, ErrorKind};

/// A place in a script.
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

/// What a lexer found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// A part of the statement.
    Part,
    /// The end of the statement: what ends it begins there.
    End {
        /// In bytes.
        from: usize,
    },
    /// The end of the text.
    Text,
}

/// The rules of a dialect.
pub(super) trait Rules {
    /// Reads the next token, comments before it left out.
    fn step(&mut self, scanner: &mut Scanner<'_>) -> Result<Step, Error>;
}

/// A token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A word without quotes: a keyword or a name.
    Word(&'a str),
    /// A quoted text or name, a number, a parameter.
    Other,
    /// Any other character.
    Sign(char),
    /// The end of the text.
    End,
}

impl Token<'_> {
    pub(super) fn is(self, word: &str) -> bool {
        matches!(self, Self::Word(known) if known.eq_ignore_ascii_case(word))
    }
}

impl<'a> Scanner<'a> {
    /// The beginning of the text, after the byte order mark that editors put there.
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 } }
    }

    /// Where it is, in bytes.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// What is left.
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn starts_with(&self, text: &str) -> bool {
        self.rest().starts_with(text)
    }

    /// The byte that many bytes further on; 0 past the end.
    pub(super) fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    /// Goes on by that many bytes, which end between characters.
    pub(super) fn advance(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// Goes on while characters are of that sort, and gives them.
    pub(super) fn take_while(&mut self, sort: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !sort(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// Goes past the next character.
    pub(super) fn take_char(&mut self) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        Some(c)
    }

    pub(super) fn skip_line(&mut self) {
        self.take_while(|c| c != '\n');
    }

    /// Goes past a quoted text that begins here with `open`, which is one byte. A doubled closing quote is part of
    /// it, and with `backslash` so is whatever follows a backslash.
    pub(super) fn quoted(&mut self, close: u8, backslash: bool, what: &str) -> Result<(), Error> {
        let start = self.at;
        self.at += 1;
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            match *byte {
                b'\\' if backslash => self.at += 2,
                byte if byte == close && self.byte(1) == close && close != b']' => self.at += 2,
                byte if byte == close => {
                    self.at += 1;
                    return Ok(());
                }
                _ => self.at += 1,
            }
        }
        Err(self.error(start, &format!("{what} does not end")))
    }

    /// Goes past a comment that begins here with `/*`, and past comments within it if they nest.
    pub(super) fn block_comment(&mut self, nested: bool) -> Result<(), Error> {
        let start = self.at;
        self.at += 2;
        let mut depth = 1;
        while self.at < self.text.len() {
            if self.byte(0) == b'*' && self.byte(1) == b'/' {
                self.at += 2;
                depth -= 1;
                if depth == 0 {
                    return Ok(());
                }
            } else if nested && self.byte(0) == b'/' && self.byte(1) == b'*' {
                self.at += 2;
                depth += 1;
            } else {
                self.at += 1;
            }
        }
        Err(self.error(start, "a comment does not end"))
    }

    /// An error at that byte.
    pub(super) fn error(&self, at: usize, what: &str) -> Error {
        let before = &self.text[..at];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        let position = u32::try_from(before.chars().count() + 1).unwrap_or(u32::MAX);
        Error::new(
            ErrorKind::Syntax,
            format!("the script cannot be split into statements: {what} (line {line}, column {column})"),
        )
        .with_position(position)
    }
}

/// Whether a character can be part of a word: letters of any script count.
pub(super) fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '$') || !c.is_ascii()
}
