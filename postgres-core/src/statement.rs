//! From queries to what a session sends: lowered, and checked for where they are to run.

use drivetrain_adapter_api::{Access, Prepare, Query, Result};
use drivetrain_sql::{Lowerer, Lowering};

use crate::codec::text_encode;
use crate::session::Request;
use crate::text::{self, Place};

/// A query, lowered. Its `Debug` does not show the values.
pub struct Statement {
    lowering: Lowering,
    access: Access,
    keep: bool,
    /// It leaves something behind in its session that no command tag tells of.
    pub leaves_traces: bool,
    /// It sets something for its transaction only.
    pub sets_locally: bool,
}

impl Statement {
    /// The query, lowered, for that place.
    ///
    /// # Errors
    /// What lowering refuses, and raw statements that do not belong at that place, as [`text::check`] has it.
    pub fn new(lowerer: &Lowerer, query: &Query, place: Place) -> Result<Self> {
        let lowering = lowerer.lower(query)?;
        let raw = query.statement.is_raw();
        if raw {
            text::check(&lowering.text, place)?;
        }
        let keep =
            query.options.prepare == Prepare::Auto && (!raw || text::is_worth_preparing(&lowering.text));
        let leaves_traces = raw && text::leaves_traces(&lowering.text);
        let sets_locally = raw && text::sets_locally(&lowering.text);
        Ok(Self { lowering, access: query.options.access, keep, leaves_traces, sets_locally })
    }

    /// The SQL text and its parameters, as they were lowered.
    pub fn lowering(&self) -> &Lowering {
        &self.lowering
    }

    /// What is sent: the text, and the parameters as text.
    ///
    /// # Errors
    /// Values that have no text in Postgres, as [`text_encode`] has it.
    pub fn request(&self) -> Result<Request<'_>> {
        let params =
            self.lowering.params.iter().map(|bound| text_encode(&bound.value)).collect::<Result<_>>()?;
        let mut request = Request::new(self.lowering.text.clone()).with_params(params);
        request.keep = self.keep;
        request.access = self.access;
        Ok(request)
    }
}

impl std::fmt::Debug for Statement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Statement")
            .field("text", &self.lowering.text)
            .field("access", &self.access)
            .finish_non_exhaustive()
    }
}
