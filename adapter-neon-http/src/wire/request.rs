//! The bodies of requests.

use std::borrow::Cow;

use bytes::Bytes;
use drivetrain_adapter_api::{Error, ErrorKind, Result};
use serde::Serialize;

/// A statement with its parameters, each in the text form of Postgres or `None` for NULL.
///
/// The server has the types of parameters inferred by Postgres. Where that would be another one than meant, the SQL text
/// has a cast. Its `Debug` shows how many parameters there are and never their values.
#[derive(Clone, Serialize)]
pub struct Statement<'a> {
    /// One statement of SQL text, with placeholders `$1`, `$2`, ...
    #[serde(rename = "query")]
    pub text: Cow<'a, str>,
    /// The parameters.
    pub params: Vec<Option<Cow<'a, str>>>,
}

impl<'a> Statement<'a> {
    /// That text without parameters.
    pub fn new(text: impl Into<Cow<'a, str>>) -> Self {
        Self { text: text.into(), params: Vec::new() }
    }

    /// A lower bound of its length as JSON, in bytes.
    fn at_least(&self) -> usize {
        let params = self.params.iter().map(|param| param.as_ref().map_or(4, |text| text.len() + 3));
        params.fold(self.text.len(), usize::saturating_add)
    }
}

impl std::fmt::Debug for Statement<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Statement").field("text", &self.text).field("params", &self.params.len()).finish()
    }
}

/// The body for one statement: `{"query":...,"params":[...]}`.
///
/// # Errors
/// [`RequestTooLarge`](ErrorKind::RequestTooLarge) if it has more than `limit` bytes.
pub fn single(statement: &Statement<'_>, limit: usize) -> Result<Bytes> {
    written(statement, statement.at_least(), limit)
}

/// The body for a batch, which the server runs as one transaction: `{"queries":[...]}`.
///
/// # Errors
/// As [`single`].
pub fn batch(statements: &[Statement<'_>], limit: usize) -> Result<Bytes> {
    #[derive(Serialize)]
    struct Queries<'a> {
        queries: &'a [Statement<'a>],
    }
    let at_least = statements.iter().map(Statement::at_least).fold(0, usize::saturating_add);
    written(&Queries { queries: statements }, at_least, limit)
}

fn written(body: &impl Serialize, at_least: usize, limit: usize) -> Result<Bytes> {
    // What is too large in any case is not written out first.
    if at_least <= limit {
        let mut written = Vec::with_capacity(at_least.saturating_add(64));
        serde_json::to_writer(&mut written, body)
            .map_err(|_| Error::new(ErrorKind::InvalidValue, "the request cannot be written as JSON"))?;
        if written.len() <= limit {
            return Ok(written.into());
        }
    }
    Err(Error::new(
        ErrorKind::RequestTooLarge,
        format!("the request is larger than the limit of {limit} bytes: split the operation"),
    )
    .with_hint("the limit is max_request_bytes of the configuration, and the server has its own"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement<'a>(text: &'a str, params: &[Option<&'a str>]) -> Statement<'a> {
        Statement {
            params: params.iter().map(|param| param.map(Cow::Borrowed)).collect(),
            ..Statement::new(text)
        }
    }

    #[test]
    fn parameters_are_texts_or_null() {
        let body =
            single(&statement("select $1, $2", &[Some("a\"\\\n\u{1}é😀\u{2028}"), None]), 1000).unwrap();
        assert_eq!(
            body,
            "{\"query\":\"select $1, $2\",\"params\":[\"a\\\"\\\\\\n\\u0001é😀\u{2028}\",null]}"
        );
        let body = batch(&[statement("select 1", &[]), statement("select $1", &[Some("1")])], 1000).unwrap();
        assert_eq!(
            body,
            r#"{"queries":[{"query":"select 1","params":[]},{"query":"select $1","params":["1"]}]}"#
        );
        assert_eq!(batch(&[], 1000).unwrap(), r#"{"queries":[]}"#);
    }

    #[test]
    fn the_limit_is_that_of_the_json() {
        let quotes = statement("select 1", &[Some("\"\"\"\"")]);
        let length = single(&quotes, 1000).unwrap().len();
        assert!(single(&quotes, length).is_ok());
        for limit in [length - 1, 10] {
            assert_eq!(single(&quotes, limit).unwrap_err().kind(), ErrorKind::RequestTooLarge, "{limit}");
        }
        assert!(!format!("{:?}", statement("select $1", &[Some("canary")])).contains("canary"));
    }
}
