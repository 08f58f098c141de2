//! MySQL, with backslash escapes, and the `DELIMITER` of its client.
//!
//! Without a delimiter of its own, the body of a routine, trigger or event is followed by its blocks: `BEGIN`, `IF`,
//! `CASE`, `LOOP`, `WHILE`, `REPEAT`, each up to its `END`.

use drivetrain_adapter_api::Error;

use super::scanner::{Rules, Scanner, Step, Token, is_word};

/// The state within a statement.
pub(super) struct Splitter {
    /// What ends a statement.
    delimiter: String,
    opening: Opening,
    blocks: Vec<Block>,
    previous: Previous,
    /// `END` was read, and the token before it.
    end: Option<Previous>,
}

impl Default for Splitter {
    fn default() -> Self {
        Self {
            delimiter: ";".to_owned(),
            opening: Opening::Start,
            blocks: Vec::new(),
            previous: Previous::Other,
            end: None,
        }
    }
}

/// What the first words of a statement say.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Opening {
    Start,
    /// `CREATE` or `ALTER`: what of is to come.
    Create,
    /// `BEGIN`, perhaps MariaDB's `BEGIN NOT ATOMIC`
    Begin,
    /// A body of statements.
    Body,
    Other,
}

/// A block that is open, and where it begins.
struct Block {
    sort: Sort,
    at: usize,
    /// The next `THEN` belongs to a `WHEN` or `ELSEIF`, and begins no `IF`.
    condition: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    Begin,
    If,
    Case,
    Loop,
    While,
    Repeat,
}

impl Sort {
    fn name(self) -> &'static str {
        match self {
            Self::Begin => "BEGIN",
            Self::If => "IF",
            Self::Case => "CASE",
            Self::Loop => "LOOP",
            Self::While => "WHILE",
            Self::Repeat => "REPEAT",
        }
    }

    /// The block that `END` and this word close.
    fn after_end(token: Token<'_>) -> Option<Self> {
        [Self::If, Self::Case, Self::Loop, Self::While, Self::Repeat]
            .into_iter()
            .find(|sort| token.is(sort.name()))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Previous {
    Other,
    /// A semicolon, or `BEGIN`: a statement follows.
    BeforeStatement,
    /// A dot or an at sign: a name follows.
    BeforeName,
}

impl Rules for Splitter {
    fn step(&mut self, scanner: &mut Scanner<'_>) -> Result<Step, Error> {
        self.skip(scanner)?;
        let at = scanner.at();
        if self.at_delimiter(scanner) {
            self.close_end(None, scanner, at)?;
            if self.blocks.is_empty() || self.delimiter != ";" {
                scanner.advance(self.delimiter.len());
                self.restart();
                return Ok(Step::End { from: at });
            }
        }
        let token = self.token(scanner)?;
        if token == Token::End {
            self.close_end(None, scanner, at)?;
            return match self.blocks.first() {
                Some(block) if self.delimiter == ";" => {
                    Err(scanner.error(block.at, &format!("{} has no END", block.sort.name())))
                }
                _ => Ok(Step::Text),
            };
        }
        if self.opening == Opening::Start && token.is("DELIMITER") {
            return self.set_delimiter(scanner, at);
        }
        if token == Token::Sign('\\') {
            return Err(scanner.error(at, "commands of the mysql client are not SQL"));
        }
        self.part(scanner, token, at)?;
        Ok(Step::Part)
    }
}

impl Splitter {
    fn restart(&mut self) {
        *self = Self { delimiter: std::mem::take(&mut self.delimiter), ..Self::default() };
    }

    fn at_delimiter(&self, scanner: &Scanner<'_>) -> bool {
        scanner.starts_with(&self.delimiter)
    }

    fn set_delimiter(&mut self, scanner: &mut Scanner<'_>, from: usize) -> Result<Step, Error> {
        scanner.take_while(|c| matches!(c, ' ' | '\t'));
        let delimiter = scanner.take_while(|c| !c.is_ascii_whitespace()).to_owned();
        if delimiter.is_empty() || delimiter.contains('\\') {
            return Err(scanner.error(from, "DELIMITER names none that can be used"));
        }
        scanner.skip_line();
        self.delimiter = delimiter;
        self.restart();
        Ok(Step::End { from })
    }

    fn skip(&self, scanner: &mut Scanner<'_>) -> Result<(), Error> {
        loop {
            scanner.take_while(|c| c.is_ascii_whitespace() || c == '\x0b');
            if self.at_delimiter(scanner) {
                return Ok(());
            }
            let dashes = scanner.starts_with("--") && scanner.byte(2) <= b' ';
            if dashes || scanner.starts_with("#") {
                scanner.skip_line();
            } else if scanner.starts_with("/*") && !is_code(scanner) {
                scanner.block_comment(false)?;
            } else {
                return Ok(());
            }
        }
    }

    fn token<'a>(&self, scanner: &mut Scanner<'a>) -> Result<Token<'a>, Error> {
        match scanner.byte(0) {
            b'\'' | b'"' => scanner.quoted(scanner.byte(0), true, "a text in quotes")?,
            b'`' => scanner.quoted(b'`', false, "a name in quotes")?,
            b'/' if is_code(scanner) => code(scanner)?,
            _ => {
                let Some(first) = scanner.rest().chars().next() else { return Ok(Token::End) };
                if !is_word(first) {
                    scanner.take_char();
                    return Ok(Token::Sign(first));
                }
                let rest = scanner.rest();
                let mut end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                // The client looks for its delimiter within words too, such as `END$$`.
                if let Some(delimiter) = rest[..end].find(&self.delimiter) {
                    end = delimiter;
                }
                scanner.advance(end);
                return Ok(Token::Word(&rest[..end]));
            }
        }
        Ok(Token::Other)
    }

    fn part(&mut self, scanner: &Scanner<'_>, token: Token<'_>, at: usize) -> Result<(), Error> {
        let closed = self.close_end(Some(token), scanner, at)?;
        let name = self.previous == Previous::BeforeName;
        let mut previous = match token {
            Token::Sign(';') => Previous::BeforeStatement,
            Token::Sign('.' | '@') => Previous::BeforeName,
            _ => Previous::Other,
        };
        let followed = self.opening == Opening::Body && self.delimiter == ";";
        if followed && !name && !closed && matches!(token, Token::Word(_)) {
            self.word(scanner, token, at);
            if token.is("BEGIN") {
                previous = Previous::BeforeStatement;
            }
        }
        self.open(token, at);
        self.previous = previous;
        Ok(())
    }

    fn open(&mut self, token: Token<'_>, at: usize) {
        const BODIES: [&str; 4] = ["PROCEDURE", "FUNCTION", "TRIGGER", "EVENT"];
        const NO_BODIES: [&str; 8] =
            ["TABLE", "VIEW", "INDEX", "DATABASE", "SCHEMA", "USER", "ROLE", "TEMPORARY"];
        self.opening = match self.opening {
            Opening::Start if token.is("CREATE") || token.is("ALTER") => Opening::Create,
            Opening::Start if token.is("BEGIN") => Opening::Begin,
            Opening::Start => Opening::Other,
            Opening::Create if BODIES.iter().any(|word| token.is(word)) => Opening::Body,
            Opening::Create if NO_BODIES.iter().any(|word| token.is(word)) => Opening::Other,
            Opening::Begin if token.is("NOT") => {
                self.push(Sort::Begin, at);
                Opening::Body
            }
            Opening::Begin => Opening::Other,
            same => same,
        };
    }

    fn push(&mut self, sort: Sort, at: usize) {
        self.blocks.push(Block { sort, at, condition: false });
    }

    fn word(&mut self, scanner: &Scanner<'_>, word: Token<'_>, at: usize) {
        if word.is("END") {
            self.end = Some(self.previous);
        } else if word.is("BEGIN") {
            self.push(Sort::Begin, at);
        } else if word.is("CASE") {
            self.push(Sort::Case, at);
        } else if word.is("LOOP") {
            self.push(Sort::Loop, at);
        } else if word.is("WHILE") {
            self.push(Sort::While, at);
        } else if word.is("REPEAT") {
            // The function of that name is no block.
            if !scanner.rest().trim_ascii_start().starts_with('(') {
                self.push(Sort::Repeat, at);
            }
        } else if word.is("WHEN") || word.is("ELSEIF") {
            if let Some(block) = self.blocks.last_mut() {
                block.condition = true;
            }
        } else if word.is("THEN") {
            match self.blocks.last_mut() {
                Some(block) if block.condition => block.condition = false,
                _ => self.push(Sort::If, at),
            }
        }
    }

    /// Closes the block that `END` and the token behind it close; says whether the token belongs to it.
    fn close_end(
        &mut self,
        next: Option<Token<'_>>,
        scanner: &Scanner<'_>,
        at: usize,
    ) -> Result<bool, Error> {
        let Some(before) = self.end.take() else { return Ok(false) };
        if let Some(sort) = next.and_then(Sort::after_end) {
            return match self.blocks.pop() {
                Some(block) if block.sort == sort => Ok(true),
                _ => Err(scanner.error(at, &format!("END {0} closes no {0}", sort.name()))),
            };
        }
        match self.blocks.last().map(|block| block.sort) {
            Some(Sort::Case) => {
                self.blocks.pop();
            }
            Some(Sort::Begin) if before == Previous::BeforeStatement => {
                self.blocks.pop();
            }
            // A name, then.
            _ => {}
        }
        Ok(false)
    }
}

/// Whether the comment that begins here is code: `/*! ... */`, or MariaDB's `/*M! ... */`.
fn is_code(scanner: &Scanner<'_>) -> bool {
    scanner.starts_with("/*!") || scanner.starts_with("/*M!")
}

/// Goes past a comment that is code. Quotes and comments within it can hold what would end it.
fn code(scanner: &mut Scanner<'_>) -> Result<(), Error> {
    let start = scanner.at();
    scanner.advance(2);
    loop {
        match scanner.byte(0) {
            b'*' if scanner.byte(1) == b'/' => {
                scanner.advance(2);
                return Ok(());
            }
            b'\'' | b'"' => scanner.quoted(scanner.byte(0), true, "a text in quotes")?,
            b'`' => scanner.quoted(b'`', false, "a name in quotes")?,
            b'/' if scanner.starts_with("/*") => scanner.block_comment(false)?,
            _ => {
                if scanner.take_char().is_none() {
                    return Err(scanner.error(start, "a comment does not end"));
                }
            }
        }
    }
}
