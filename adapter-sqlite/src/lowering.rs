//! Queries as requests: checked, lowered, and their values in SQLite's storage classes.

use std::sync::Arc;
use std::time::Instant;

use drivetrain_adapter_api::{Batch, Capabilities, Error, Lowered, Prepare, Query, Result, check};
use drivetrain_sql::Lowerer;

use crate::connection::Request;
use crate::error;
use crate::values::bind;

/// Turns queries into requests.
pub(crate) struct Translator {
    capabilities: Capabilities,
    lowerer: Lowerer,
}

impl Translator {
    pub(crate) fn new(capabilities: Capabilities) -> Arc<Self> {
        let lowerer = Lowerer::new(&capabilities);
        Arc::new(Self { capabilities, lowerer })
    }

    pub(crate) fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    /// The query, checked and ready for a connection. Its time runs from here.
    pub(crate) fn request(&self, query: &Query) -> Result<Request> {
        self.named(self.translate(query))
    }

    fn translate(&self, query: &Query) -> Result<Request> {
        check::query(&self.capabilities, query)?;
        let lowering = self.lowerer.lower(query)?;
        let params = lowering.params.into_iter().enumerate();
        let params = params.map(|(at, bound)| bind(bound.value, &bound.ty, at + 1)).collect::<Result<_>>()?;
        let deadline = query.options.timeout.and_then(|limit| Instant::now().checked_add(limit));
        Ok(Request { text: lowering.text, params, keep: query.options.prepare != Prepare::Never, deadline })
    }

    /// The queries of a batch, all checked before any of them runs.
    pub(crate) fn batch(&self, batch: &Batch) -> Result<Vec<Request>> {
        self.named(check::batch(&self.capabilities, batch))?;
        let queries = batch.queries.iter().enumerate();
        queries.map(|(at, query)| self.request(query).map_err(|error| error.with_batch_index(at))).collect()
    }

    pub(crate) fn lower(&self, query: &Query) -> Result<Lowered> {
        let lowering = self.named(self.lowerer.lower(query))?;
        Ok(Lowered::new(lowering.text, lowering.params.into_iter().map(|bound| bound.ty).collect()))
    }

    /// The answer; an error says which adapter it is of.
    pub(crate) fn named<T>(&self, answer: Result<T>) -> Result<T> {
        answer.map_err(
            |error: Error| if error.adapter().is_some() { error } else { error.with_adapter(error::ADAPTER) },
        )
    }
}

impl std::fmt::Debug for Translator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Translator").finish_non_exhaustive()
    }
}
