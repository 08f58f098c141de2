//! Reads a body as JSON, with errors that do not repeat what stands in it.

use drivetrain_adapter_api::{Error, ErrorKind, Result};
use serde::Deserialize;

/// What our own complaints begin with, so that they are told from those that may show a part of the body.
const OURS: &str = "drivetrain: ";

/// A complaint about a body, for an error of serde.
pub(super) fn ours(what: &str) -> String {
    format!("{OURS}{what}")
}

/// Reads all of `body`.
pub(super) fn read<'de, T: Deserialize<'de>>(body: &'de [u8]) -> Result<T> {
    let text = std::str::from_utf8(body).map_err(|_| wrong("it is not UTF-8"))?;
    serde_json::from_str(text).map_err(|error| wrong(&reason(&error)))
}

fn reason(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    let place = format!("at line {}, column {}", error.line(), error.column());
    match error.classify() {
        Category::Eof if error.column() == 0 => "it is empty".to_owned(),
        Category::Eof => format!("it ends too early, {place}"),
        Category::Syntax | Category::Io => format!("it is not JSON {place}"),
        Category::Data => {
            let said = error.to_string();
            // These name keys of the protocol and nothing else.
            let known = ["missing field `", "duplicate field `"].iter().any(|start| said.starts_with(start));
            match said.strip_prefix(OURS) {
                Some(said) => said.to_owned(),
                None if known => said,
                None => format!("something is of another sort than it should be {place}"),
            }
        }
    }
}

fn wrong(reason: &str) -> Error {
    Error::new(ErrorKind::Protocol, format!("the endpoint's answer is not that of a database: {reason}"))
}
