//! From queries to what a session sends.

use drivetrain_adapter_api::{Access, Prepare, Query, Result};
use drivetrain_postgres_core::codec::text_encode;
use drivetrain_postgres_core::session::Request;
use drivetrain_sql::{Lowerer, Lowering};

use crate::text::{self, Place};

/// A query, lowered.
pub(crate) struct Statement {
    lowering: Lowering,
    access: Access,
    keep: bool,
    /// It leaves something behind in its session that no command tag tells of.
    pub(crate) leaves_traces: bool,
    /// It sets something for its transaction only.
    pub(crate) sets_locally: bool,
}

impl Statement {
    /// # Errors
    /// What lowering refuses, and statements that do not belong at that place.
    pub(crate) fn new(lowerer: &Lowerer, query: &Query, place: Place) -> Result<Self> {
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

    /// What is sent.
    ///
    /// # Errors
    /// Values that have no text in Postgres.
    pub(crate) fn request(&self) -> Result<Request<'_>> {
        let params =
            self.lowering.params.iter().map(|bound| text_encode(&bound.value)).collect::<Result<_>>()?;
        let mut request = Request::new(self.lowering.text.clone()).with_params(params);
        request.keep = self.keep;
        request.access = self.access;
        Ok(request)
    }
}
