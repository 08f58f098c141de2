//! One span for each operation.

use ::tracing::{Instrument as _, Span, field};

use super::{Hook, Hooked, Layer, Operation, OperationKind, Outcome};
use crate::{Adapter, BoxFuture, Result, SharedAdapter};

/// The layer that opens a span named `db` around every operation, with the target `drivetrain`.
///
/// Its fields: `db.system`, `db.operation`, `adapter`, `label`, `db.statement` (only if asked for), `rows`,
/// `affected`, `queries` (of a batch), `error.kind` and `error.sqlstate`. Values of parameters and rows never appear.
/// A span whose `outcome` field stays empty belongs to a call that was dropped.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tracing {
    statement_bytes: Option<usize>,
}

impl Tracing {
    /// Spans without the text of statements.
    pub const fn new() -> Self {
        Self { statement_bytes: None }
    }

    /// Spans with the first `limit` bytes of a statement's text.
    ///
    /// The text holds placeholders and no values, but raw SQL holds what its author wrote into it.
    #[must_use]
    pub const fn with_statements(mut self, limit: usize) -> Self {
        self.statement_bytes = Some(limit);
        self
    }

    fn span(&self, adapter: &dyn Adapter, operation: &Operation<'_>) -> Span {
        let span = ::tracing::info_span!(
            target: "drivetrain",
            "db",
            db.system = adapter.capabilities().dialect().provider(),
            db.operation = name(operation.kind()),
            adapter = adapter.name(),
            label = operation.label(),
            db.statement = field::Empty,
            queries = field::Empty,
            rows = field::Empty,
            affected = field::Empty,
            outcome = field::Empty,
            error.kind = field::Empty,
            error.sqlstate = field::Empty,
        );
        if let Operation::Batch(batch) = operation {
            span.record("queries", batch.queries.len());
        }
        if let (Some(limit), Operation::Query(query) | Operation::Stream(query)) =
            (self.statement_bytes, operation)
            && !span.is_disabled()
            && let Ok(lowered) = adapter.lower(query)
        {
            span.record("db.statement", cut(&lowered.text, limit));
        }
        span
    }
}

/// The first `limit` bytes of a text, cut between characters.
fn cut(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}

const fn name(kind: OperationKind) -> &'static str {
    match kind {
        OperationKind::Query => "query",
        OperationKind::Stream => "stream",
        OperationKind::Batch => "batch",
        OperationKind::Script => "script",
        OperationKind::Begin => "begin",
        OperationKind::Session => "session",
        OperationKind::Commit => "commit",
        OperationKind::Rollback => "rollback",
        OperationKind::Savepoint => "savepoint",
        OperationKind::Release => "release",
        OperationKind::RollbackTo => "rollback_to",
        OperationKind::CloseSession => "close_session",
        OperationKind::HealthCheck => "health_check",
        OperationKind::Close => "close",
    }
}

impl Layer for Tracing {
    fn layer(&self, inner: SharedAdapter) -> SharedAdapter {
        Hooked::new(*self).layer(inner)
    }
}

impl Hook for Tracing {
    fn around<'a, T: Outcome + 'a>(
        &'a self,
        adapter: &'a dyn Adapter,
        operation: Operation<'a>,
        call: BoxFuture<'a, Result<T>>,
    ) -> BoxFuture<'a, Result<T>> {
        let span = self.span(adapter, &operation);
        if span.is_disabled() {
            return call;
        }
        let recorded = span.clone();
        Box::pin(
            async move {
                let result = call.await;
                match &result {
                    Ok(outcome) => {
                        recorded.record("outcome", "ok");
                        outcome.rows().map(|rows| recorded.record("rows", rows));
                        outcome.affected().map(|affected| recorded.record("affected", affected));
                    }
                    Err(error) => {
                        recorded.record("outcome", "error");
                        recorded.record("error.kind", field::debug(error.kind()));
                        error.sqlstate().map(|state| recorded.record("error.sqlstate", state.as_str()));
                    }
                }
                result
            }
            .instrument(span),
        )
    }
}
