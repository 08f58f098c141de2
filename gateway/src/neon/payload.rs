//! The body of a request to `/sql`: one query, or a batch of them.

use http_body_util::{BodyExt, Limited};
use hyper::body::{Body, Incoming};
use serde::Deserialize;

use super::failure::Failure;
use super::parameter::Parameter;

/// One query or several. With both `query` and `queries` it is one; what is unknown is ignored.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Payload {
    Single(Query),
    Batch { queries: Vec<Query> },
}

/// One statement, and what it is given.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Query {
    pub(crate) query: String,
    #[serde(default)]
    pub(crate) params: Vec<Parameter>,
    /// Rows as arrays; where absent, as the header says.
    #[serde(default)]
    pub(crate) array_mode: Option<bool>,
}

/// Reads the body, whose length is checked before it is read where it was announced.
///
/// # Errors
/// A body longer than `max` bytes, one that breaks off, and one that is neither form of the payload.
pub(crate) async fn read(body: Incoming, max: usize) -> Result<Payload, Failure> {
    if body.size_hint().lower() > max as u64 {
        return Err(Failure::request_too_large(max));
    }
    let whole = Limited::new(body, max).collect().await.map_err(|error| {
        if error.is::<http_body_util::LengthLimitError>() {
            Failure::request_too_large(max)
        } else {
            Failure::request(format!("could not read the HTTP request body: {error}"))
        }
    })?;
    parse(&whole.to_bytes())
}

fn parse(body: &[u8]) -> Result<Payload, Failure> {
    serde_json::from_slice(body)
        .map_err(|error| Failure::request(format!("could not parse the HTTP request body: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_wins_over_queries() {
        assert!(matches!(parse(br#"{"query":"a","queries":[]}"#).unwrap(), Payload::Single(_)));
        let Payload::Batch { queries } =
            parse(br#"{"queries":[{"query":"a","arrayMode":true}],"x":1}"#).unwrap()
        else {
            panic!("a batch");
        };
        assert_eq!(queries[0].array_mode, Some(true));
    }

    #[test]
    fn what_is_no_payload_is_said_in_the_words_of_the_proxy() {
        let untagged =
            "could not parse the HTTP request body: data did not match any variant of untagged enum Payload";
        for (body, message) in [
            ("", "could not parse the HTTP request body: EOF while parsing a value at line 1 column 0"),
            (
                "{\"query\":",
                "could not parse the HTTP request body: EOF while parsing a value at line 1 column 9",
            ),
            ("{\"params\":[]}", untagged),
            ("{\"query\":1}", untagged),
            ("{\"query\":\"a\",\"params\":null}", untagged),
            ("{\"query\":\"a\",\"params\":{}}", untagged),
            ("[]", untagged),
        ] {
            assert_eq!(parse(body.as_bytes()).unwrap_err().message(), message, "{body}");
        }
    }
}
