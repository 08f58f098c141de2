//! Claims that are wrong, and what is done without a claim.

use drivetrain_adapter_api::statement::{Body, Select, Statement};
use drivetrain_adapter_api::{Capabilities, Query, QueryResult, Result, SharedAdapter, async_trait};

use crate::broken::Twist;

/// S-34: locks are not declared, and a select that asks for them runs without.
pub(crate) fn locks_left_out(query: Query) -> Query {
    match query.statement.body() {
        Body::Select(select) if select.lock.is_some() => {
            let select = Select { lock: None, ..(**select).clone() };
            let mut plain = Query::new(Statement::new(select), query.params.clone());
            plain.options = query.options.clone();
            plain
        }
        _ => query,
    }
}

/// S-35: lateral joins are declared, and there are none.
pub(crate) fn claims_lateral(capabilities: Capabilities) -> Capabilities {
    capabilities.with_lateral(true)
}

/// S-58: savepoints are there, and not declared.
pub(crate) fn hides_savepoints(capabilities: Capabilities) -> Capabilities {
    capabilities.with_savepoints(false)
}

/// S-62: SQL of the caller's own runs, and is not declared.
pub(crate) fn hides_raw_sql(capabilities: Capabilities) -> Capabilities {
    capabilities.with_raw_sql(false)
}

/// S-63: pipelines on the wire, and does not declare it.
pub(crate) fn hides_pipelining(capabilities: Capabilities) -> Capabilities {
    capabilities.with_pipelining(false)
}

/// S-59: what a limit of time would stop goes on.
#[derive(Debug)]
pub(crate) struct NoTimeLimits;

#[async_trait]
impl Twist for NoTimeLimits {
    async fn query(&self, inner: &SharedAdapter, query: Query) -> Result<QueryResult> {
        inner.query(query.with_timeout(None)).await
    }
}

/// S-40: a call goes on in the background when its future is dropped, and nobody hears of it.
#[derive(Debug)]
pub(crate) struct InTheBackground;

#[async_trait]
impl Twist for InTheBackground {
    async fn query(&self, inner: &SharedAdapter, query: Query) -> Result<QueryResult> {
        let inner = SharedAdapter::clone(inner);
        let task = tokio::spawn(async move { inner.query(query).await });
        task.await.unwrap_or_else(|_| {
            Err(drivetrain_adapter_api::Error::new(
                drivetrain_adapter_api::ErrorKind::Closed,
                "the task is gone",
            ))
        })
    }
}
