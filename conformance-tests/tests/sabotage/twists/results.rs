//! Rows, columns and counts that are not those of the statement.

use std::sync::{Mutex, PoisonError};

use drivetrain_adapter_api::statement::{Body, RawSql};
use drivetrain_adapter_api::{
    Batch, Capabilities, Error, Query, QueryResult, Result, RowStream, Rows, SharedAdapter, StreamOptions,
    Value, async_trait,
};
use futures_util::StreamExt as _;

use crate::broken::{Twist, rebuilt, values};

/// S-01: two neighbouring cells of one sort change places.
pub(crate) fn columns_swapped(_: &Query, mut result: QueryResult) -> QueryResult {
    if let Some(mut cells) = values(&result.rows) {
        for row in &mut cells {
            let sort = std::mem::discriminant::<Value>;
            if let Some(at) = (1..row.len()).find(|at| sort(&row[*at]) == sort(&row[at - 1])) {
                row.swap(at, at - 1);
            }
        }
        result.rows = rebuilt(result.rows.columns().clone(), cells);
    }
    result
}

/// S-06: a name stands for one column only, as where a row is a JSON object.
pub(crate) fn duplicates_dropped(_: &Query, mut result: QueryResult) -> QueryResult {
    let columns = result.rows.columns().clone();
    let kept: Vec<usize> = (0..columns.len())
        .filter(|at| !columns[at + 1..].iter().any(|later| later.name == columns[*at].name))
        .collect();
    if let Some(cells) = values(&result.rows)
        && kept.len() < columns.len()
    {
        let row = |row: Vec<Value>| kept.iter().map(|at| row[*at].clone()).collect();
        let columns: Vec<_> = kept.iter().map(|at| columns[*at].clone()).collect();
        result.rows = rebuilt(columns, cells.into_iter().map(row).collect());
    }
    result
}

/// S-15
pub(crate) fn affected_is_returned(_: &Query, mut result: QueryResult) -> QueryResult {
    result.affected = result.affected.map(|_| result.rows.len() as u64);
    result
}

/// S-45: what is known of columns is lost where there are no rows.
pub(crate) fn columns_lost_without_rows(_: &Query, mut result: QueryResult) -> QueryResult {
    if result.rows.is_empty() {
        result.rows = Rows::empty();
    }
    result
}

/// S-46: DDL is said to have affected 0 rows.
pub(crate) fn affected_is_never_none(_: &Query, mut result: QueryResult) -> QueryResult {
    result.affected = result.affected.or(Some(0));
    result
}

/// S-47: large results are cut without a word.
pub(crate) fn cut_at_a_thousand_rows(_: &Query, mut result: QueryResult) -> QueryResult {
    if let Some(mut cells) = values(&result.rows).filter(|cells| cells.len() > 1000) {
        cells.truncate(1000);
        result.rows = rebuilt(result.rows.columns().clone(), cells);
    }
    result
}

/// S-16: the last id stays until there is another.
#[derive(Debug, Default)]
pub(crate) struct StaleId(Mutex<Option<u64>>);

impl Twist for StaleId {
    fn answer(&self, _: &Query, answer: Result<QueryResult>) -> Result<QueryResult> {
        let mut result = answer?;
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *last = result.last_insert_id.or(*last);
        result.last_insert_id = *last;
        Ok(result)
    }
}

/// S-02: after an error the rows of the query before it are given once more.
#[derive(Debug, Default)]
pub(crate) struct StaleRows(Mutex<(Option<QueryResult>, bool)>);

impl Twist for StaleRows {
    fn answer(&self, _: &Query, answer: Result<QueryResult>) -> Result<QueryResult> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match answer {
            Err(error) => {
                kept.1 = true;
                Err(error)
            }
            Ok(result) => {
                let stale = std::mem::take(&mut kept.1).then(|| kept.0.clone()).flatten();
                kept.0 = Some(result.clone());
                Ok(stale.unwrap_or(result))
            }
        }
    }
}

/// S-20: what was left unread of a stream that was dropped is the answer to the next query.
#[derive(Debug, Default)]
pub(crate) struct UnreadRows(std::sync::Arc<Mutex<Option<Rows>>>);

#[async_trait]
impl Twist for UnreadRows {
    async fn stream(
        &self,
        inner: &SharedAdapter,
        query: Query,
        options: StreamOptions,
    ) -> Result<RowStream<'static>> {
        let stream = inner.stream(query, options).await?;
        let columns = stream.columns().clone();
        let unread = std::sync::Arc::clone(&self.0);
        let chunks = stream.map(move |chunk| {
            *unread.lock().unwrap_or_else(PoisonError::into_inner) = chunk.as_ref().ok().cloned();
            chunk
        });
        // At its end nothing is unread.
        let unread = std::sync::Arc::clone(&self.0);
        let end = futures_util::stream::poll_fn(move |_| {
            *unread.lock().unwrap_or_else(PoisonError::into_inner) = None;
            std::task::Poll::Ready(None)
        });
        Ok(RowStream::new(columns, Box::pin(chunks.chain(end))))
    }

    async fn query(&self, inner: &SharedAdapter, query: Query) -> Result<QueryResult> {
        let result = inner.query(query).await?;
        let unread = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        Ok(unread.map_or(result, QueryResult::new))
    }
}

/// S-07: the number of parameters is sent in 16 bits, and no limit is known.
#[derive(Debug)]
pub(crate) struct SixteenBits;

#[async_trait]
impl Twist for SixteenBits {
    fn claims(&self, capabilities: Capabilities) -> Capabilities {
        capabilities.with_max_parameters(None)
    }

    async fn query(&self, inner: &SharedAdapter, query: Query) -> Result<QueryResult> {
        if query.params.len() > usize::from(u16::MAX) {
            // The server is told of too few, and takes what there is.
            return Ok(QueryResult::new(Rows::empty()).with_affected(Some(0)));
        }
        inner.query(query).await
    }
}

/// S-08: values are put into the statement, texts quoted as another dialect does.
pub(crate) fn interpolated(query: Query) -> Query {
    let Body::Raw(RawSql::Native { text, .. }) = query.statement.body() else { return query };
    let mut sql = text.to_string();
    for (at, value) in query.params.iter().enumerate().rev() {
        let literal = match value {
            Value::Text(text) => format!("'{}'", text.replace('\'', "\\'")),
            Value::Int32(number) => number.to_string(),
            Value::Int64(number) => number.to_string(),
            Value::Bytes(bytes) => {
                format!("x'{}'", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
            }
            _ => return query,
        };
        sql = sql.replace(&format!("?{}", at + 1), &literal);
    }
    Query::raw(sql, vec![])
}

/// S-48: the answers of a batch come in another order.
#[derive(Debug)]
pub(crate) struct Reversed;

#[async_trait]
impl Twist for Reversed {
    async fn batch(&self, inner: &SharedAdapter, batch: Batch) -> Result<Vec<QueryResult>> {
        let mut results = inner.batch(batch).await?;
        results.reverse();
        Ok(results)
    }
}

/// S-49: a failure after the first rows ends the stream as if it were complete.
#[derive(Debug)]
pub(crate) struct EndsWell;

impl Twist for EndsWell {
    fn stream_error(&self, _: Error) -> Option<Error> {
        None
    }
}

/// S-50: text of several statements is run as a script.
#[derive(Debug)]
pub(crate) struct SeveralStatements;

#[async_trait]
impl Twist for SeveralStatements {
    async fn query(&self, inner: &SharedAdapter, query: Query) -> Result<QueryResult> {
        if let Body::Raw(RawSql::Native { text, .. }) = query.statement.body()
            && text.trim_end_matches(';').contains(';')
            && query.params.is_empty()
        {
            inner.script(text).await?;
            return Ok(QueryResult::new(Rows::empty()));
        }
        inner.query(query).await
    }
}

/// S-51: chunks of a stream are as large as they come.
#[derive(Debug)]
pub(crate) struct Boundless;

#[async_trait]
impl Twist for Boundless {
    async fn stream(
        &self,
        inner: &SharedAdapter,
        query: Query,
        mut options: StreamOptions,
    ) -> Result<RowStream<'static>> {
        (options.chunk_rows, options.chunk_bytes) = (usize::MAX >> 8, usize::MAX >> 8);
        inner.stream(query, options).await
    }
}
