//! SQLite, by the rules of its `sqlite3_complete`.

use drivetrain_adapter_api::Error;

use super::scanner::{Rules, Scanner, Step, Token, is_word};

/// The state within a statement.
#[derive(Default)]
pub(super) struct Splitter {
    opening: Opening,
    /// Whether the tokens before are a semicolon, or a semicolon and `END`: what ends a trigger.
    ending: Ending,
}

/// What the first words of a statement say.
#[derive(Default, Clone, Copy)]
enum Opening {
    #[default]
    Start,
    /// `EXPLAIN`, `EXPLAIN QUERY`
    Explain,
    /// `CREATE`, `CREATE TEMP`
    Create,
    /// A trigger, and where it begins.
    Trigger(usize),
    Other,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Ending {
    #[default]
    No,
    Semicolon,
    End,
}

impl Rules for Splitter {
    fn step(&mut self, scanner: &mut Scanner<'_>) -> Result<Step, Error> {
        skip(scanner)?;
        let at = scanner.at();
        let token = token(scanner)?;
        match (token, self.opening) {
            (Token::End, Opening::Trigger(start)) if self.ending != Ending::End => {
                return Err(scanner.error(start, "a trigger has no END"));
            }
            (Token::End, _) => return Ok(Step::Text),
            (Token::Sign(';'), Opening::Trigger(_)) if self.ending != Ending::End => {
                self.ending = Ending::Semicolon;
                return Ok(Step::Part);
            }
            (Token::Sign(';'), _) => {
                *self = Self::default();
                return Ok(Step::End { from: at });
            }
            (Token::Sign('.'), Opening::Start) => {
                return Err(scanner.error(at, "commands of the SQLite shell are not SQL"));
            }
            _ => {}
        }
        self.ending = match self.ending {
            Ending::Semicolon if token.is("END") => Ending::End,
            _ => Ending::No,
        };
        self.opening = match self.opening {
            Opening::Start if token.is("EXPLAIN") => Opening::Explain,
            Opening::Explain if token.is("QUERY") || token.is("PLAN") => Opening::Explain,
            Opening::Start | Opening::Explain if token.is("CREATE") => Opening::Create,
            Opening::Create if token.is("TEMP") || token.is("TEMPORARY") => Opening::Create,
            Opening::Create if token.is("TRIGGER") => Opening::Trigger(at),
            Opening::Trigger(start) => Opening::Trigger(start),
            _ => Opening::Other,
        };
        Ok(Step::Part)
    }
}

fn skip(scanner: &mut Scanner<'_>) -> Result<(), Error> {
    loop {
        scanner.take_while(|c| matches!(c, ' ' | '\t' | '\n' | '\x0c' | '\r'));
        if scanner.starts_with("--") {
            scanner.skip_line();
        } else if scanner.starts_with("/*") {
            scanner.block_comment(false)?;
        } else {
            return Ok(());
        }
    }
}

fn token<'a>(scanner: &mut Scanner<'a>) -> Result<Token<'a>, Error> {
    match scanner.byte(0) {
        b'\'' => scanner.quoted(b'\'', false, "a text in quotes")?,
        b'"' => scanner.quoted(b'"', false, "a name in quotes")?,
        b'`' => scanner.quoted(b'`', false, "a name in quotes")?,
        b'[' => scanner.quoted(b']', false, "a name in brackets")?,
        _ => {
            let Some(first) = scanner.rest().chars().next() else { return Ok(Token::End) };
            if is_word(first) {
                return Ok(Token::Word(scanner.take_while(is_word)));
            }
            scanner.take_char();
            return Ok(Token::Sign(first));
        }
    }
    Ok(Token::Other)
}
