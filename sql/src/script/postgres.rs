//! Postgres, by the rules of its own lexer with `standard_conforming_strings` on.

use drivetrain_adapter_api::{Error, ErrorKind};

use super::scanner::{Rules, Scanner, Step, Token, is_word};

/// The state within a statement.
#[derive(Default)]
pub(super) struct Splitter {
    /// Where the parentheses that are open begin. Rules have several statements between theirs.
    parentheses: Vec<usize>,
    /// Where `BEGIN ATOMIC` and each `CASE` within it begin.
    body: Vec<usize>,
    opening: Opening,
    previous: Previous,
}

/// What the first words of a statement say.
#[derive(Default, PartialEq, Eq)]
enum Opening {
    #[default]
    Start,
    Create,
    /// `CREATE OR`
    CreateOr,
    /// A function or procedure, which can have a body of statements.
    Routine,
    Copy,
    Other,
}

/// The token before, where it decides what a word is.
#[derive(Default, PartialEq, Eq)]
enum Previous {
    #[default]
    Other,
    /// `AS` or a dot: a name follows.
    BeforeName,
    /// `BEGIN`, and where.
    Begin(usize),
    From,
}

impl Rules for Splitter {
    fn step(&mut self, scanner: &mut Scanner<'_>) -> Result<Step, Error> {
        skip(scanner)?;
        let at = scanner.at();
        match token(scanner)? {
            Token::End => match (self.body.first(), self.parentheses.first()) {
                (Some(at), _) => Err(scanner.error(*at, "BEGIN ATOMIC has no END")),
                (None, Some(at)) => Err(scanner.error(*at, "a parenthesis is not closed")),
                (None, None) => Ok(Step::Text),
            },
            Token::Sign(';') if self.parentheses.is_empty() && self.body.is_empty() => {
                *self = Self::default();
                Ok(Step::End { from: at })
            }
            token => {
                self.part(scanner, token, at)?;
                Ok(Step::Part)
            }
        }
    }
}

impl Splitter {
    fn part(&mut self, scanner: &Scanner<'_>, token: Token<'_>, at: usize) -> Result<(), Error> {
        match token {
            Token::Sign('(') => self.parentheses.push(at),
            Token::Sign(')') => {
                self.parentheses.pop();
            }
            Token::Sign('\\') => return Err(scanner.error(at, "commands of psql are not SQL")),
            Token::Word(_) if self.previous == Previous::BeforeName => {}
            Token::Word(_) => self.word(scanner, token, at)?,
            _ => {}
        }
        self.opening = match self.opening {
            Opening::Start if token.is("CREATE") => Opening::Create,
            Opening::Start if token.is("COPY") => Opening::Copy,
            Opening::Create if token.is("OR") => Opening::CreateOr,
            Opening::CreateOr if token.is("REPLACE") => Opening::Create,
            Opening::Create if token.is("FUNCTION") || token.is("PROCEDURE") => Opening::Routine,
            Opening::Routine => Opening::Routine,
            Opening::Copy => Opening::Copy,
            _ => Opening::Other,
        };
        self.previous = match token {
            Token::Sign('.') => Previous::BeforeName,
            token if token.is("AS") => Previous::BeforeName,
            token if token.is("BEGIN") => Previous::Begin(at),
            token if token.is("FROM") => Previous::From,
            _ => Previous::Other,
        };
        Ok(())
    }

    fn word(&mut self, scanner: &Scanner<'_>, word: Token<'_>, at: usize) -> Result<(), Error> {
        match self.previous {
            Previous::Begin(begin) if self.opening == Opening::Routine && word.is("ATOMIC") => {
                self.body.push(begin);
            }
            Previous::From if self.opening == Opening::Copy && word.is("STDIN") => {
                let what = "COPY FROM STDIN reads data, which is no SQL";
                return Err(scanner.error(at, what).with_kind(ErrorKind::Unsupported));
            }
            _ if self.body.is_empty() => {}
            _ if word.is("CASE") => self.body.push(at),
            _ if word.is("END") => {
                self.body.pop();
            }
            _ => {}
        }
        Ok(())
    }
}

/// What Postgres takes for space.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c')
}

fn skip(scanner: &mut Scanner<'_>) -> Result<(), Error> {
    loop {
        scanner.take_while(is_space);
        if scanner.starts_with("--") {
            scanner.take_while(|c| !matches!(c, '\n' | '\r'));
        } else if scanner.starts_with("/*") {
            scanner.block_comment(true)?;
        } else {
            return Ok(());
        }
    }
}

fn token<'a>(scanner: &mut Scanner<'a>) -> Result<Token<'a>, Error> {
    match scanner.byte(0) {
        b'\'' => scanner.quoted(b'\'', false, "a text in quotes")?,
        b'"' => scanner.quoted(b'"', false, "a name in quotes")?,
        b'$' => dollar(scanner)?,
        b'0'..=b'9' => {
            scanner.take_while(|c| c.is_ascii_digit());
        }
        _ => {
            let Some(first) = scanner.rest().chars().next() else { return Ok(Token::End) };
            if !is_word(first) {
                scanner.take_char();
                return Ok(Token::Sign(first));
            }
            let word = scanner.take_while(is_word);
            return prefixed(scanner, word);
        }
    }
    Ok(Token::Other)
}

/// A word, or a text in quotes of which the word was the prefix.
fn prefixed<'a>(scanner: &mut Scanner<'a>, word: &'a str) -> Result<Token<'a>, Error> {
    match (word, scanner.byte(0), scanner.byte(1)) {
        ("e" | "E", b'\'', _) => {
            scanner.quoted(b'\'', true, "a text in quotes")?;
            // After a line break the same text can go on, with the same escapes.
            while continues(scanner) {
                scanner.quoted(b'\'', true, "a text in quotes")?;
            }
            Ok(Token::Other)
        }
        ("u" | "U", b'&', b'\'') => {
            scanner.advance(1);
            scanner.quoted(b'\'', false, "a text in quotes")?;
            Ok(Token::Other)
        }
        ("u" | "U", b'&', b'"') => {
            scanner.advance(1);
            scanner.quoted(b'"', false, "a name in quotes")?;
            Ok(Token::Other)
        }
        _ => Ok(Token::Word(word)),
    }
}

/// Whether a quote follows after space with a line break, and comments of a line: then goes there.
fn continues(scanner: &mut Scanner<'_>) -> bool {
    let rest = scanner.rest();
    let mut ahead = rest;
    let mut broken = false;
    loop {
        let trimmed = ahead.trim_start_matches(is_space);
        broken |= ahead[..ahead.len() - trimmed.len()].contains(['\n', '\r']);
        ahead = trimmed;
        if !ahead.starts_with("--") {
            break;
        }
        ahead = &ahead[ahead.find(['\n', '\r']).unwrap_or(ahead.len())..];
    }
    let found = broken && ahead.starts_with('\'');
    if found {
        scanner.advance(rest.len() - ahead.len());
    }
    found
}

/// A parameter, a text in dollar quotes, or a dollar sign.
fn dollar(scanner: &mut Scanner<'_>) -> Result<(), Error> {
    let start = scanner.at();
    let rest = scanner.rest();
    scanner.advance(1);
    if scanner.byte(0).is_ascii_digit() {
        scanner.take_while(|c| c.is_ascii_digit());
        return Ok(());
    }
    let tag = scanner.take_while(|c| is_word(c) && c != '$');
    if scanner.byte(0) != b'$' {
        return Ok(());
    }
    scanner.advance(1);
    let quote = &rest[..tag.len() + 2];
    match scanner.rest().find(quote) {
        Some(end) => {
            scanner.advance(end + quote.len());
            Ok(())
        }
        None => Err(scanner.error(start, &format!("a text in {quote} does not end"))),
    }
}
