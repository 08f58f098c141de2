//! Rows in chunks. A select without order, groups and the like makes its rows when they are asked for; others have all
//! their rows before the first is given.

use std::sync::Arc;
use std::time::Duration;

use drivetrain_adapter_api::{Column, Query, Result, RowStream, Rows, StreamOptions, Value};
use futures_util::stream::unfold;

use crate::bind::Bound;
use crate::engine::{Engine, columns_of, rows_of, writes};
use crate::error::ADAPTER;
use crate::run::{Lazy, Run, timed_out};
use crate::store::{Moment, Row, Snapshot};
use crate::write::execute;

/// A stream, and the state after its statement, if that wrote.
pub(crate) struct Opened {
    pub(crate) stream: RowStream<'static>,
    pub(crate) after: Option<Snapshot>,
}

/// A stream of a query by itself.
pub(crate) async fn alone(
    engine: &Arc<Engine>,
    query: &Query,
    options: StreamOptions,
) -> Result<RowStream<'static>> {
    let deadline = engine.deadline(query.options.timeout);
    let permit = if writes(query) { Some(engine.permit_for(query, deadline).await?) } else { None };
    let before = engine.snapshot()?;
    let opened = open(engine, &before, query, engine.store.clock.now(), deadline, options)?;
    if let (Some(permit), Some(after)) = (permit, opened.after) {
        engine.publish(&permit, after)?;
    }
    Ok(opened.stream)
}

/// A stream of a query on the state `before`.
pub(crate) fn open(
    engine: &Arc<Engine>,
    before: &Snapshot,
    query: &Query,
    now: Moment,
    deadline: Option<Duration>,
    options: StreamOptions,
) -> Result<Opened> {
    let program = engine.bind(before, query)?;
    let mut run = engine.run_at(now, deadline);
    let columns = columns_of(&program.columns);
    let mut after = None;
    let mut ready = Vec::new();
    let mut lazy = None;
    if program.with.is_empty()
        && let Bound::Select(select) = program.body
    {
        run.reserve(program.ctes, program.caches);
        match Lazy::begin(&mut run, *select)? {
            Ok(begun) => lazy = Some(begun),
            Err(select) => ready = run.select(&select, None)?,
        }
    } else {
        let outcome = execute(&mut run, before, &program)?;
        (ready, after) = (outcome.rows, outcome.after);
    }
    let chunks = Chunks {
        engine: Arc::clone(engine),
        run,
        lazy,
        ready: ready.into_iter(),
        columns: Arc::clone(&columns),
        options,
        over: false,
    };
    let stream = unfold(chunks, |mut chunks| async move {
        let chunk = chunks.next().transpose()?;
        chunks.over |= chunk.is_err();
        Some((chunk.map_err(|error| error.with_adapter(ADAPTER)), chunks))
    });
    Ok(Opened { stream: RowStream::new(columns, Box::pin(stream)), after })
}

struct Chunks {
    engine: Arc<Engine>,
    run: Run,
    lazy: Option<Lazy>,
    ready: std::vec::IntoIter<Row>,
    columns: Arc<[Column]>,
    options: StreamOptions,
    over: bool,
}

impl Chunks {
    /// The next chunk; `None` at the end.
    fn next(&mut self) -> Result<Option<Rows>> {
        if self.over {
            return Ok(None);
        }
        self.engine.check_open()?;
        if let (Some(deadline), Some(runtime)) = (self.run.deadline, self.engine.runtime())
            && runtime.monotonic() >= deadline
        {
            return Err(timed_out());
        }
        let mut chunk: Vec<Row> = Vec::new();
        let mut bytes = 0;
        while chunk.len() < self.options.chunk_rows.max(1) {
            let Some(next) = self.peek()? else { break };
            let size = next.iter().map(size_of_value).sum::<usize>();
            if !chunk.is_empty() && bytes + size > self.options.chunk_bytes {
                break;
            }
            bytes += size;
            chunk.extend(self.ready.next());
        }
        self.over = chunk.is_empty();
        Ok((!self.over).then(|| rows_of(Arc::clone(&self.columns), chunk)))
    }

    /// The row that comes next, made if it must be.
    fn peek(&mut self) -> Result<Option<&Row>> {
        if self.ready.as_slice().is_empty()
            && let Some(lazy) = &mut self.lazy
        {
            self.ready = lazy.next(&mut self.run)?.into_iter();
        }
        Ok(self.ready.as_slice().first())
    }
}

/// About how many bytes a value takes.
fn size_of_value(value: &Value) -> usize {
    match value {
        Value::Text(text) | Value::Enum(text) | Value::OtherText { text, .. } => text.len(),
        Value::Bytes(bytes) | Value::OtherBytes { bytes, .. } => bytes.len(),
        Value::Json(json) => json.as_str().len(),
        Value::Decimal(decimal) => decimal.as_str().len(),
        Value::Array(array) => array.values().iter().map(size_of_value).sum(),
        _ => 8,
    }
}
