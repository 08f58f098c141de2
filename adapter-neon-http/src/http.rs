//! Queries and batches by HTTP: one request each.

mod call;
mod types;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use drivetrain_adapter_api::http::SharedHttpTransport;
use drivetrain_adapter_api::runtime::SharedRuntime;
use drivetrain_adapter_api::{Error, QueryResult, Result, TransactionOptions};
use drivetrain_postgres_core::session::Shared;
use drivetrain_postgres_core::statement::Statement as Lowered;

use crate::config::NeonConfig;
use crate::wire::{self, error::Asked, headers};

/// The HTTP side of an adapter.
#[derive(Debug)]
pub(crate) struct HttpSide {
    config: Arc<NeonConfig>,
    endpoint: String,
    transport: SharedHttpTransport,
    runtime: SharedRuntime,
    shared: Arc<Shared>,
    /// What every request has to set before it does anything.
    settings: Vec<(String, String)>,
}

/// Until when a call may last, by the runtime's monotonic clock; `None` for as long as it takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Until(pub(crate) Option<Duration>);

/// What is asked for in one request.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) statements: Vec<wire::Statement<'a>>,
    /// In a transaction of that kind; `None` for one statement by itself.
    pub(crate) transaction: Option<TransactionOptions>,
    pub(crate) asked: Asked,
    pub(crate) until: Until,
}

impl HttpSide {
    /// # Errors
    /// [`Config`](drivetrain_adapter_api::ErrorKind::Config) for an endpoint that may not be used.
    pub(crate) fn new(
        config: Arc<NeonConfig>,
        transport: SharedHttpTransport,
        runtime: SharedRuntime,
        shared: Arc<Shared>,
    ) -> Result<Self> {
        let endpoint = config.endpoint_url()?;
        let settings = config.session.settings();
        Ok(Self { config, endpoint, transport, runtime, shared, settings })
    }

    /// Makes one request, and one more where there are types that nothing is known of yet. A result for each statement.
    ///
    /// # Errors
    /// What the endpoint reports, and what the transport meets.
    pub(crate) async fn run(&self, call: Call<'_>) -> Result<Vec<QueryResult>> {
        let Call { mut statements, transaction, asked, until } = call;
        let alone = transaction.is_none();
        let setting = !self.settings.is_empty();
        if alone && !setting {
            let body = wire::request::single(&statements.remove(0), self.config.max_request_bytes)?;
            let answer = self.post(&[], body, asked, until).await?;
            let response = wire::response::single(&answer).map_err(|error| misread(error, asked))?;
            return self.results(vec![response], asked, until).await;
        }
        let headers = headers::transaction(&transaction.unwrap_or_default())?;
        if setting {
            statements.insert(0, self.set());
        }
        let body = wire::request::batch(&statements, self.config.max_request_bytes)?;
        let answer = self
            .post(&headers, body, asked, until)
            .await
            .map_err(|error| if alone { hint_on_transaction(error) } else { error })?;
        let mut responses =
            wire::response::batch(&answer, statements.len()).map_err(|error| misread(error, asked))?;
        if setting {
            responses.remove(0);
        }
        self.results(responses, asked, until).await
    }

    /// Makes the settings of the configuration, for the transaction that the request is.
    fn set(&self) -> wire::Statement<'_> {
        let calls = (0..self.settings.len())
            .map(|at| format!("pg_catalog.set_config(${}, ${}, true)", 2 * at + 1, 2 * at + 2));
        let text = format!("SELECT {}", calls.collect::<Vec<_>>().join(", "));
        let params = self.settings.iter().flat_map(|(name, value)| [name, value]);
        wire::Statement {
            text: text.into(),
            params: params.map(|text| Some(Cow::Borrowed(&**text))).collect(),
        }
    }

    async fn results(
        &self,
        responses: Vec<wire::Response<'_>>,
        asked: Asked,
        until: Until,
    ) -> Result<Vec<QueryResult>> {
        let oids = responses.iter().flat_map(|response| &response.fields).map(|field| field.type_oid);
        let unknown = self.shared.unknown(oids);
        if !unknown.is_empty() {
            self.learn(&unknown, until).await.map_err(|error| match asked.would_come_again() {
                // The question only reads; what was asked for may have been a write, and has happened.
                class @ drivetrain_adapter_api::RetryClass::OutcomeUnknown => error.with_retry(class),
                _ => error,
            })?;
        }
        let result = |response: wire::Response<'_>| response.into_result(self.shared.types());
        responses.into_iter().map(result).collect::<Result<_>>().map_err(|error| misread(error, asked))
    }
}

/// A lowered query as it is sent.
///
/// # Errors
/// Values that have no text in Postgres.
pub(crate) fn sent(statement: &Lowered) -> Result<wire::Statement<'_>> {
    let request = statement.request()?;
    Ok(wire::Statement { text: Cow::Borrowed(&statement.lowering().text), params: request.params })
}

/// An answer that cannot be read comes after what was asked for has been done.
fn misread(error: Error, asked: Asked) -> Error {
    error.with_retry(asked.would_come_again())
}

/// A statement by itself that had to be put into a transaction, and refuses to run in one.
fn hint_on_transaction(error: Error) -> Error {
    if error.sqlstate().is_some_and(|state| state.as_str() == "25001") {
        return error.with_hint(
            "the configuration has settings for the session, so that over HTTP each request is a transaction: \
             use a session, which has a WebSocket",
        );
    }
    error
}
