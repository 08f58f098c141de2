//! The fields of an ErrorResponse or NoticeResponse.

use drivetrain_adapter_api::{Error, ErrorKind, Result};

/// What the server says of an error or a notice: all fields of the protocol's ErrorResponse and NoticeResponse, as
/// text. Other transports fill them from JSON.
#[derive(Clone, Default)]
#[allow(missing_docs, reason = "the fields have the names of the protocol's chapter on error fields")]
pub struct ErrorFields {
    /// `ERROR`, `FATAL`, `PANIC` or a severity of notices: the field that is never translated, if it is there.
    pub severity: Option<String>,
    /// The SQLSTATE.
    pub code: Option<String>,
    pub message: Option<String>,
    pub detail: Option<String>,
    pub hint: Option<String>,
    /// In characters of the statement sent, counted from 1.
    pub position: Option<String>,
    /// In characters of [`internal_query`](Self::internal_query), counted from 1.
    pub internal_position: Option<String>,
    pub internal_query: Option<String>,
    /// The context: where in functions it happened.
    pub context: Option<String>,
    pub schema: Option<String>,
    pub table: Option<String>,
    pub column: Option<String>,
    pub data_type: Option<String>,
    pub constraint: Option<String>,
    pub file: Option<String>,
    pub line: Option<String>,
    pub routine: Option<String>,
}

impl ErrorFields {
    /// Reads the body of an ErrorResponse or NoticeResponse: what follows its length.
    ///
    /// # Errors
    /// [`Protocol`](ErrorKind::Protocol) if it is not a list of fields that each end with a zero byte.
    pub fn parse(body: &[u8]) -> Result<Self> {
        let broken =
            || Error::new(ErrorKind::Protocol, "an error message of the server is not a list of fields");
        let mut fields = Self::default();
        let mut non_localized = false;
        let mut rest = body;
        loop {
            let (&sort, after) = rest.split_first().ok_or_else(broken)?;
            if sort == 0 {
                return if after.is_empty() { Ok(fields) } else { Err(broken()) };
            }
            let end = after.iter().position(|byte| *byte == 0).ok_or_else(broken)?;
            // Before a session has agreed on an encoding, the server writes in its own.
            let text = String::from_utf8_lossy(&after[..end]).into_owned();
            rest = &after[end + 1..];
            let field = match sort {
                b'V' => {
                    non_localized = true;
                    &mut fields.severity
                }
                b'S' if non_localized => continue,
                b'S' => &mut fields.severity,
                b'C' => &mut fields.code,
                b'M' => &mut fields.message,
                b'D' => &mut fields.detail,
                b'H' => &mut fields.hint,
                b'P' => &mut fields.position,
                b'p' => &mut fields.internal_position,
                b'q' => &mut fields.internal_query,
                b'W' => &mut fields.context,
                b's' => &mut fields.schema,
                b't' => &mut fields.table,
                b'c' => &mut fields.column,
                b'd' => &mut fields.data_type,
                b'n' => &mut fields.constraint,
                b'F' => &mut fields.file,
                b'L' => &mut fields.line,
                b'R' => &mut fields.routine,
                // The protocol asks clients to pass over fields they do not know.
                _ => continue,
            };
            *field = Some(text);
        }
    }

    /// Whether the server ends the connection with this.
    pub fn is_fatal(&self) -> bool {
        matches!(self.severity.as_deref(), Some("FATAL" | "PANIC"))
    }
}

impl std::fmt::Debug for ErrorFields {
    /// Without the texts in which servers repeat row values.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ErrorFields")
            .field("severity", &self.severity)
            .field("code", &self.code)
            .field("schema", &self.schema)
            .field("table", &self.table)
            .field("column", &self.column)
            .field("data_type", &self.data_type)
            .field("constraint", &self.constraint)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}
