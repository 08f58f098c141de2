//! What is sent: statements with their parameters.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use drivetrain_adapter_api::Access;

/// A statement with its parameters as text, ready to be sent.
///
/// Its `Debug` shows how many parameters there are and never their values.
pub struct Request<'a> {
    /// The SQL text: one statement, with placeholders `$1`, `$2`, ...
    pub text: Arc<str>,
    /// The text of each parameter; `None` for NULL.
    pub params: Vec<Option<Cow<'a, str>>>,
    /// Whether the statement is worth keeping prepared.
    pub keep: bool,
    /// Whether it writes: decides what an error that ends the connection means.
    pub access: Access,
}

impl<'a> Request<'a> {
    /// A statement without parameters, of unknown access, kept prepared.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        Self { text: text.into(), params: Vec::new(), keep: true, access: Access::Unknown }
    }

    /// The same with those parameters.
    #[must_use]
    pub fn with_params(mut self, params: Vec<Option<Cow<'a, str>>>) -> Self {
        self.params = params;
        self
    }
}

impl fmt::Debug for Request<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("text", &self.text)
            .field("params", &self.params.len())
            .field("keep", &self.keep)
            .field("access", &self.access)
            .finish()
    }
}
