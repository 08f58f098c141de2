//! What is sent: statements with their parameters.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use drivetrain_adapter_api::{Access, Result, check};

use super::encode::MAX_PARAMETERS;
use super::wire::{LARGEST_SENT, too_large};

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

    /// Refuses what no message can carry: before anything is put, so that nothing of it is sent.
    ///
    /// # Errors
    /// [`TooManyParameters`](drivetrain_adapter_api::ErrorKind::TooManyParameters) and
    /// [`RequestTooLarge`](drivetrain_adapter_api::ErrorKind::RequestTooLarge).
    pub(super) fn check_size(&self) -> Result<()> {
        if self.params.len() as u64 > MAX_PARAMETERS {
            return Err(check::too_many_parameters(self.params.len(), MAX_PARAMETERS));
        }
        // Each parameter has its length in front.
        let sizes = self.params.iter().map(|param| param.as_ref().map_or(0, |text| text.len()) + 4);
        let parameters = sizes.fold(0, usize::saturating_add);
        if self.text.len().max(parameters) > LARGEST_SENT { Err(too_large()) } else { Ok(()) }
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

#[cfg(test)]
mod tests {
    use drivetrain_adapter_api::ErrorKind;

    use super::*;

    #[test]
    fn what_no_message_can_carry_is_refused() {
        let mebibyte = "x".repeat(1 << 20);
        let of = |count: usize| {
            let params = (0..count).map(|_| Some(Cow::Borrowed(mebibyte.as_str()))).collect();
            Request::new("select 1").with_params(params).check_size().map_err(|error| error.kind())
        };
        assert_eq!(of(1023), Ok(()));
        assert_eq!(of(1024), Err(ErrorKind::RequestTooLarge));
        let nulls = |count| Request::new("select 1").with_params(vec![None; count]);
        assert!(nulls(65_535).check_size().is_ok());
        assert_eq!(nulls(65_536).check_size().unwrap_err().kind(), ErrorKind::TooManyParameters);
    }
}
