//! The protocol as plain data: requests that are written, and responses that are read.

use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};

/// The body of a request: what is done on one stream, which is closed at the end.
#[derive(Debug, Serialize)]
pub(crate) struct Pipeline {
    requests: [Request; 2],
}

/// One thing to do.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Request {
    Execute { stmt: Statement },
    Batch { batch: Batch },
    Sequence { sql: String },
    Close,
}

#[derive(Debug, Serialize)]
pub(crate) struct Statement {
    #[serde(serialize_with = "text")]
    pub(crate) sql: Arc<str>,
    pub(crate) args: Vec<Value>,
}

fn text<S: Serializer>(text: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(text)
}

#[derive(Debug, Serialize)]
pub(crate) struct Batch {
    pub(crate) steps: Vec<Step>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Step {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) condition: Option<Condition>,
    pub(crate) stmt: Statement,
}

/// Whether a step is run, by what became of those before it.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Condition {
    Ok { step: usize },
    Not { cond: Box<Self> },
    And { conds: Vec<Self> },
}

/// A value of SQLite. Integers are texts, so that none is rounded on its way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Value {
    Null,
    Integer { value: String },
    Float { value: f64 },
    Text { value: String },
    Blob { base64: String },
}

#[derive(Debug, Deserialize)]
struct PipelineResponse {
    results: Vec<Outcome>,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Outcome {
    Ok { response: Response },
    Error { error: ServerError },
}

/// What was done.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Response {
    Execute { result: StatementResult },
    Batch { result: BatchResult },
    Sequence,
    Close,
}

#[derive(Debug, Deserialize)]
pub(crate) struct StatementResult {
    pub(crate) cols: Vec<Col>,
    pub(crate) rows: Vec<Vec<Value>>,
    pub(crate) affected_row_count: u64,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Col {
    pub(crate) name: Option<String>,
    /// What the column was declared as; servers before version 3 of the protocol do not say.
    #[serde(default)]
    pub(crate) decltype: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct BatchResult {
    pub(crate) step_results: Vec<Option<StatementResult>>,
    pub(crate) step_errors: Vec<Option<ServerError>>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ServerError {
    pub(crate) message: String,
    pub(crate) code: Option<String>,
}

impl Pipeline {
    /// The body that does one thing on a stream of its own.
    pub(crate) fn of(request: Request) -> Self {
        Self { requests: [request, Request::Close] }
    }
}

/// What became of the one thing that was asked for. `None` if the body is not of the protocol.
pub(crate) fn response(body: &[u8]) -> Option<Result<Response, ServerError>> {
    let response: PipelineResponse = serde_json::from_slice(body).ok()?;
    Some(match response.results.into_iter().next()? {
        Outcome::Ok { response } => Ok(response),
        Outcome::Error { error } => Err(error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_written_as_the_specification_says() {
        let args = vec![
            Value::Null,
            Value::Integer { value: i64::MAX.to_string() },
            Value::Float { value: -0.0 },
            Value::Text { value: "ä\0".into() },
            Value::Blob { base64: "/wA=".into() },
        ];
        let stmt = Statement { sql: "select ?".into(), args };
        assert_eq!(
            serde_json::to_string(&Pipeline::of(Request::Execute { stmt })).unwrap(),
            concat!(
                r#"{"requests":[{"type":"execute","stmt":{"sql":"select ?","args":[{"type":"null"},"#,
                r#"{"type":"integer","value":"9223372036854775807"},{"type":"float","value":-0.0},"#,
                r#"{"type":"text","value":"ä\u0000"},{"type":"blob","base64":"/wA="}]}},{"type":"close"}]}"#
            )
        );
    }

    #[test]
    fn conditions_are_written_as_the_specification_says() {
        let stmt = Statement { sql: "rollback".into(), args: vec![] };
        let failed = Condition::Not { cond: Box::new(Condition::Ok { step: 2 }) };
        let condition = Some(Condition::And { conds: vec![Condition::Ok { step: 0 }, failed] });
        let batch = Batch { steps: vec![Step { condition, stmt }] };
        assert_eq!(
            serde_json::to_string(&Request::Batch { batch }).unwrap(),
            concat!(
                r#"{"type":"batch","batch":{"steps":[{"condition":{"type":"and","conds":[{"type":"ok","step":0},"#,
                r#"{"type":"not","cond":{"type":"ok","step":2}}]},"stmt":{"sql":"rollback","args":[]}}]}}"#
            )
        );
    }

    #[test]
    fn responses_are_read() {
        let body = concat!(
            r#"{"baton":null,"base_url":null,"results":[{"type":"ok","response":{"type":"execute","result":{"#,
            r#""cols":[{"name":"id","decltype":"INTEGER"}],"rows":[[{"type":"integer","value":"-9223372036854775808"}]],"#,
            r#""affected_row_count":0,"last_insert_rowid":null,"replication_index":"1","rows_read":1}}},"#,
            r#"{"type":"ok","response":{"type":"close"}}]}"#
        );
        let Some(Ok(Response::Execute { result })) = response(body.as_bytes()) else { panic!("a result") };
        assert_eq!(result.rows, [[Value::Integer { value: i64::MIN.to_string() }]]);
        assert_eq!(result.cols[0].name.as_deref(), Some("id"));

        let body =
            r#"{"results":[{"type":"error","error":{"message":"no such table: t","code":"SQLITE_ERROR"}}]}"#;
        let Some(Err(error)) = response(body.as_bytes()) else { panic!("an error") };
        assert_eq!(error.code.as_deref(), Some("SQLITE_ERROR"));
    }

    #[test]
    fn what_is_not_of_the_protocol_is_nothing() {
        for body in ["", "<html>", "{}", r#"{"results":[]}"#, r#"{"results":[{"type":"ok"}]}"#] {
            assert!(response(body.as_bytes()).is_none(), "{body}");
        }
    }
}
