//! Ends calls that take too long.

use std::time::Duration;

use super::{Hook, Hooked, Layer, Operation, OperationKind, Outcome};
use crate::runtime::{SharedRuntime, with_timeout};
use crate::{Access, Adapter, BoxFuture, Error, ErrorKind, Result, RetryClass, SharedAdapter};

/// The layer that ends a call after the query's own limit of time, or after a default.
///
/// The adapter's future is dropped, which stops the statement where the adapter
/// [can](crate::Capabilities::server_cancel). COMMIT and ROLLBACK, and calls on the adapter's life, have no limit
/// but their own: ending them early would only hide how they ended. Of a stream, the limit is up to its first chunk.
#[derive(Debug, Clone)]
pub struct Timeout {
    runtime: SharedRuntime,
    default: Option<Duration>,
}

impl Timeout {
    /// Limits calls by their own limit only.
    pub fn new(runtime: SharedRuntime) -> Self {
        Self { runtime, default: None }
    }

    /// The same with a limit for calls that have none.
    #[must_use]
    pub fn with_default(mut self, limit: Duration) -> Self {
        self.default = Some(limit);
        self
    }
}

impl Layer for Timeout {
    fn layer(&self, inner: SharedAdapter) -> SharedAdapter {
        Hooked::new(self.clone()).layer(inner)
    }
}

impl Hook for Timeout {
    fn around<'a, T: Outcome + 'a>(
        &'a self,
        adapter: &'a dyn Adapter,
        operation: Operation<'a>,
        call: BoxFuture<'a, Result<T>>,
    ) -> BoxFuture<'a, Result<T>> {
        use OperationKind as Kind;
        let limited = matches!(
            operation.kind(),
            Kind::Query
                | Kind::Stream
                | Kind::Batch
                | Kind::Script
                | Kind::Begin
                | Kind::Session
                | Kind::HealthCheck
        );
        let Some(limit) = operation.timeout().or(self.default).filter(|_| limited) else { return call };
        Box::pin(async move {
            with_timeout(&*self.runtime, limit, call)
                .await
                .unwrap_or_else(|| Err(ran_out(limit, adapter, &operation)))
        })
    }
}

/// The error for a call that was ended after its limit of time: a write may have happened.
pub(super) fn ran_out(limit: Duration, adapter: &dyn Adapter, operation: &Operation<'_>) -> Error {
    let retry = match operation.access() {
        Access::Read => RetryClass::SafeNow,
        _ => RetryClass::OutcomeUnknown,
    };
    Error::new(ErrorKind::Timeout, format!("the limit of {limit:?} ran out"))
        .with_retry(retry)
        .with_adapter(adapter.name())
}
