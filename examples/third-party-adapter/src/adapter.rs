//! The adapter: queries, batches and scripts, each as one HTTP request.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use drivetrain_adapter_api::http::{HttpMethod, HttpRequest, SharedHttpTransport};
use drivetrain_adapter_api::{
    Adapter, AffectedRows, Batch, Capabilities, Column, Dialect, Error, ErrorKind, Flavor, IsolationLevel,
    IsolationLevels, Lowered, OwnedRows, Query, QueryResult, Result, Rows, ServerInfo, TransactionSupport,
    Transport, async_trait, check,
};
use drivetrain_sql::Lowerer;

use crate::wire::{self, Condition, Pipeline, Request, Response, Step};
use crate::{HranaConfig, columns, errors, sql, values};

/// What the largest answer may have: 64 MiB.
const MAX_RESPONSE_BYTES: usize = 64 << 20;

/// Reaches a SQLite database over HTTP.
#[derive(Debug)]
pub struct HranaAdapter {
    config: HranaConfig,
    http: SharedHttpTransport,
    capabilities: Capabilities,
    lowerer: Lowerer,
    closed: AtomicBool,
}

impl HranaAdapter {
    /// The adapter for the server of `config`, over `http`. Nothing is sent yet.
    pub fn new(config: HranaConfig, http: SharedHttpTransport) -> Self {
        let capabilities = Capabilities::none(Dialect::Sqlite)
            .with_server(ServerInfo { flavor: Flavor::Sqlite, version: config.version() })
            .with_transport(Transport::Http)
            .with_transactions(TransactionSupport::AtomicBatch)
            .with_isolation_levels(IsolationLevels::of(&[IsolationLevel::Serializable]))
            .with_affected_rows(AffectedRows::Matched)
            .with_raw_sql(true)
            .with_pipelining(true)
            .with_scripts(true)
            .with_transactional_ddl(true)
            .with_returning_insert(true)
            .with_returning_update(true)
            .with_returning_delete(true)
            .with_upsert(true)
            .with_nul_in_text(true)
            .with_max_parameters(Some(32_766))
            .with_max_response_bytes(Some(MAX_RESPONSE_BYTES as u64));
        let lowerer = Lowerer::new(&capabilities);
        Self { config, http, capabilities, lowerer, closed: AtomicBool::new(false) }
    }

    /// Sends one request, and gives what became of it.
    async fn send(&self, request: Request, timeout: Option<Duration>) -> Result<Response> {
        self.refuse_if_closed()?;
        let body = serde_json::to_vec(&Pipeline::of(request))
            .map_err(|_| Error::new(ErrorKind::InvalidValue, "the request cannot be written as JSON"))?;
        let request = HttpRequest {
            method: HttpMethod::Post,
            url: self.config.endpoint(),
            headers: self.config.headers(),
            body: body.into(),
            timeout,
        };
        let response = self.http.send(request).await?;
        if response.status != 200 {
            return Err(errors::of_status(response.status, self.config.origin()));
        }
        let body = response.bytes(MAX_RESPONSE_BYTES).await?;
        wire::response(&body).ok_or_else(errors::unreadable)?.map_err(errors::of_server)
    }

    fn refuse_if_closed(&self) -> Result<()> {
        if self.closed.load(Ordering::Acquire) {
            return Err(Error::new(ErrorKind::Closed, "the adapter has been closed"));
        }
        Ok(())
    }

    fn statement(&self, query: &Query) -> Result<wire::Statement> {
        // The check stands in front already; this adapter keeps its word without it too.
        check::query(&self.capabilities, query)?;
        let lowering = self.lowerer.lower(query)?;
        if sql::is_transaction_control(&lowering.text) {
            return Err(Error::misuse(
                "a transaction cannot be begun or ended by a statement: each request stands by itself",
            )
            .with_hint("send the statements of a transaction together, as an atomic batch"));
        }
        let args = lowering
            .params
            .into_iter()
            .enumerate()
            .map(|(at, bound)| values::to_wire(bound, at + 1))
            .collect::<Result<_>>()?;
        Ok(wire::Statement { sql: lowering.text, args })
    }

    /// The steps of a batch. Each is run only if the one before it succeeded; an atomic batch stands between BEGIN
    /// and COMMIT, with a ROLLBACK for where that COMMIT does not happen.
    fn steps(&self, batch: &Batch) -> Result<Vec<Step>> {
        let mut steps = Vec::with_capacity(batch.queries.len() + 3);
        let plain = |sql: &str| wire::Statement { sql: Arc::from(sql), args: Vec::new() };
        if batch.atomic.is_some() {
            steps.push(Step { condition: None, stmt: plain("BEGIN IMMEDIATE") });
        }
        for (index, query) in batch.queries.iter().enumerate() {
            let stmt = self.statement(query).map_err(|error| error.with_batch_index(index))?;
            let condition = steps.len().checked_sub(1).map(|step| Condition::Ok { step });
            steps.push(Step { condition, stmt });
        }
        if batch.atomic.is_some() {
            let commit = steps.len();
            let condition = Some(Condition::Ok { step: commit - 1 });
            steps.push(Step { condition, stmt: plain("COMMIT") });
            let not_committed = Condition::Not { cond: Box::new(Condition::Ok { step: commit }) };
            let condition = Some(Condition::And { conds: vec![Condition::Ok { step: 0 }, not_committed] });
            steps.push(Step { condition, stmt: plain("ROLLBACK") });
        }
        Ok(steps)
    }

    fn named(&self, error: Error) -> Error {
        error.with_adapter(self.name())
    }
}

#[async_trait]
impl Adapter for HranaAdapter {
    fn name(&self) -> &str {
        "hrana"
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn lower(&self, query: &Query) -> Result<Lowered> {
        self.lowerer.lower(query).map(|lowering| lowering.to_lowered()).map_err(|error| self.named(error))
    }

    async fn query(&self, query: Query) -> Result<QueryResult> {
        let run = async {
            let stmt = self.statement(&query)?;
            let text = Arc::clone(&stmt.sql);
            match self.send(Request::Execute { stmt }, query.options.timeout).await? {
                Response::Execute { result } => query_result(result, &text),
                _ => Err(errors::unreadable()),
            }
        };
        run.await.map_err(|error| self.named(error))
    }

    async fn batch(&self, batch: Batch) -> Result<Vec<QueryResult>> {
        let run = async {
            if let Some(options) = &batch.atomic {
                // Also where no capability check stands in front: what is asked of the transaction is kept or refused.
                check::batch(&self.capabilities, &Batch::atomic(Vec::new(), *options))?;
            }
            let steps = self.steps(&batch)?;
            if batch.queries.is_empty() {
                return self.refuse_if_closed().map(|()| Vec::new());
            }
            let texts: Vec<_> = steps.iter().map(|step| Arc::clone(&step.stmt.sql)).collect();
            let timeout = batch.queries.iter().filter_map(|query| query.options.timeout).min();
            match self.send(Request::Batch { batch: wire::Batch { steps } }, timeout).await? {
                Response::Batch { result } => batch_results(result, &texts, &batch),
                _ => Err(errors::unreadable()),
            }
        };
        run.await.map_err(|error| self.named(error))
    }

    async fn script(&self, sql: &str) -> Result<()> {
        let run = async {
            match self.send(Request::Sequence { sql: sql.to_owned() }, None).await? {
                Response::Sequence => Ok(()),
                _ => Err(errors::unreadable()),
            }
        };
        run.await.map_err(|error| self.named(error))
    }

    async fn health_check(&self) -> Result<()> {
        // Not only whether the server answers: whether it has a database there that it can read.
        self.query(Query::raw("SELECT 1 FROM sqlite_schema LIMIT 1", Vec::new())).await.map(drop)
    }

    async fn close(&self) -> Result<()> {
        self.closed.store(true, Ordering::Release);
        Ok(())
    }
}

fn query_result(result: wire::StatementResult, sql: &str) -> Result<QueryResult> {
    let width = result.cols.len();
    let types: Vec<_> =
        result.cols.iter().map(|col| columns::declared(col.decltype.as_deref().unwrap_or(""))).collect();
    let columns: Vec<_> = result
        .cols
        .into_iter()
        .zip(&types)
        .map(|(col, ty)| Column::new(col.name.unwrap_or_default(), ty.clone()))
        .collect();
    let rows = result
        .rows
        .into_iter()
        .map(|row| {
            if row.len() != width {
                return Err(Error::new(
                    ErrorKind::Protocol,
                    "a row has not as many values as there are columns",
                ));
            }
            row.into_iter().zip(&types).map(|(cell, ty)| columns::read(cell, ty)).collect()
        })
        .collect::<Result<_>>()?;
    let affected = sql::counts_changes(sql, width > 0).then_some(result.affected_row_count);
    Ok(QueryResult::new(Rows::new(columns.into(), OwnedRows::new(rows))).with_affected(affected))
}

/// The results of a batch's own queries, or the first error among all steps.
fn batch_results(result: wire::BatchResult, texts: &[Arc<str>], batch: &Batch) -> Result<Vec<QueryResult>> {
    let first = usize::from(batch.atomic.is_some());
    let own = first..first + batch.queries.len();
    for (step, error) in result.step_errors.into_iter().enumerate() {
        let Some(error) = error else { continue };
        let error = errors::of_server(error);
        return Err(if own.contains(&step) { error.with_batch_index(step - first) } else { error });
    }
    // Every step but the ROLLBACK must have been run.
    let expected = if batch.atomic.is_some() { own.end + 1 } else { own.end };
    let mut results = result.step_results;
    if results.len() < expected || results[..expected].iter().any(Option::is_none) {
        return Err(errors::unreadable());
    }
    results.truncate(own.end);
    results
        .into_iter()
        .zip(texts)
        .skip(first)
        .map(|(result, text)| query_result(result.ok_or_else(errors::unreadable)?, text))
        .collect()
}
