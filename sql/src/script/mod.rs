//! Splits scripts into statements, as each dialect reads them.
//!
//! A lexer for each dialect knows quotes, comments and the bodies of routines and triggers, in which semicolons end
//! nothing. It knows no more of the language than that: statements are passed on as they are, right or wrong.

mod mysql;
mod postgres;
mod scanner;
mod sqlite;

use drivetrain_adapter_api::{Dialect, Error};

use scanner::{Rules, Scanner, Step};

/// A statement of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScriptStatement<'a> {
    /// Its text, without what ends it and without the space around it. Comments before and within it stay.
    pub text: &'a str,
    /// Where it begins in the script, in bytes.
    pub offset: usize,
}

/// The statements of a script, in order. Comments by themselves and empty statements give nothing.
///
/// - **Postgres**: with `standard_conforming_strings` on, as it is since 9.1. Bodies between `BEGIN ATOMIC` and `END`
///   stay whole, and so do dollar quotes. Commands of psql and `COPY ... FROM STDIN` (which is
///   [`Unsupported`](drivetrain_adapter_api::ErrorKind::Unsupported)) are refused.
/// - **SQLite**: triggers stay whole up to `END;`. Commands of its shell, such as `.mode`, are refused.
/// - **MySQL**: with backslash escapes. Routines, triggers and events stay whole; the client's `DELIMITER` is
///   followed, and is no statement itself. Other commands of the client with a backslash are refused.
///
/// # Errors
/// [`Syntax`](drivetrain_adapter_api::ErrorKind::Syntax), with line, column and position, for text that cannot be
/// split: a quote, comment, parenthesis or body that does not end, and what is refused above.
pub fn split(dialect: Dialect, script: &str) -> Result<Vec<ScriptStatement<'_>>, Error> {
    match dialect {
        Dialect::Postgres => statements(script, postgres::Splitter::default()),
        Dialect::Sqlite => statements(script, sqlite::Splitter::default()),
        Dialect::MySql => statements(script, mysql::Splitter::default()),
        _ => Err(Error::unsupported(format!("scripts of {dialect} cannot be split"))),
    }
}

fn statements(script: &str, mut rules: impl Rules) -> Result<Vec<ScriptStatement<'_>>, Error> {
    let mut scanner = Scanner::new(script);
    let mut statements = Vec::new();
    // Where the text since the last statement begins, and whether anything but comments was in it.
    let mut start = scanner.at();
    let mut filled = false;
    let mut add = |start: usize, end: usize| {
        let text = &script[start..end];
        let space = text.len() - text.trim_ascii_start().len();
        statements.push(ScriptStatement { text: text.trim_ascii(), offset: start + space });
    };
    loop {
        match rules.step(&mut scanner)? {
            Step::Part => filled = true,
            Step::End { from } => {
                if filled {
                    add(start, from);
                }
                (start, filled) = (scanner.at(), false);
            }
            Step::Text => {
                if filled {
                    add(start, script.len());
                }
                return Ok(statements);
            }
        }
    }
}
