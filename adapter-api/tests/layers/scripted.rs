//! An adapter that gives the answers it was told to give, in order, and logs every call that reaches it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use drivetrain_adapter_api::{
    Adapter, Batch, Capabilities, Column, Connection, DbType, Error, Lowered, OwnedRows, Query, QueryResult,
    Result, RowStream, Rows, Savepoint, Session, StreamOptions, Transaction, TransactionOptions, Value,
    async_trait,
};

/// How a call is answered.
#[derive(Debug)]
pub(crate) enum Answer {
    Fail(Error),
    /// Succeeds after that long.
    After(Duration),
    /// Fails after that long.
    FailAfter(Duration, Error),
}

/// The adapter's memory, which the test keeps too. Calls without an answer succeed at once.
#[derive(Debug, Default)]
pub(crate) struct Script {
    answers: Mutex<VecDeque<Answer>>,
    log: Mutex<Vec<String>>,
}

impl Script {
    pub(crate) fn answers(answers: impl IntoIterator<Item = Answer>) -> Arc<Self> {
        Arc::new(Self { answers: Mutex::new(answers.into_iter().collect()), ..Self::default() })
    }

    /// What was called since the last look. A call that was dropped before its end is there twice.
    pub(crate) fn take_log(&self) -> Vec<String> {
        std::mem::take(&mut self.log.lock().unwrap())
    }

    fn note(&self, call: &str) {
        self.log.lock().unwrap().push(call.to_owned());
    }

    async fn answer(&self, call: &str) -> Result<()> {
        self.note(call);
        let mut dropped = Dropped { script: self, call, ended: false };
        let answer = self.answers.lock().unwrap().pop_front();
        let outcome = match answer {
            None => Ok(()),
            Some(Answer::Fail(error)) => Err(error),
            Some(Answer::After(wait)) => {
                tokio::time::sleep(wait).await;
                Ok(())
            }
            Some(Answer::FailAfter(wait, error)) => {
                tokio::time::sleep(wait).await;
                Err(error)
            }
        };
        dropped.ended = true;
        outcome
    }
}

struct Dropped<'a> {
    script: &'a Script,
    call: &'a str,
    ended: bool,
}

impl Drop for Dropped<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.script.note(&format!("{} dropped", self.call));
        }
    }
}

#[derive(Debug)]
pub(crate) struct Scripted {
    script: Arc<Script>,
    capabilities: Capabilities,
}

impl Scripted {
    pub(crate) fn shared(script: &Arc<Script>, capabilities: Capabilities) -> Arc<dyn Adapter> {
        Arc::new(Self { script: Arc::clone(script), capabilities })
    }

    fn connection(&self) -> Box<Pinned> {
        Box::new(Pinned(Arc::clone(&self.script)))
    }
}

/// Two rows of one column.
fn two_rows() -> QueryResult {
    let rows = OwnedRows::new(vec![vec![Value::Int32(1)], vec![Value::Int32(2)]]);
    let columns = [Column::new("id", DbType::Int32)];
    QueryResult::new(Rows::new(columns.into(), rows)).with_affected(Some(2))
}

fn two_rows_streamed() -> RowStream<'static> {
    let rows = two_rows().rows;
    RowStream::new(Arc::clone(rows.columns()), Box::pin(futures_util::stream::iter([Ok(rows)])))
}

#[async_trait]
impl Adapter for Scripted {
    fn name(&self) -> &str {
        "scripted"
    }

    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn lower(&self, query: &Query) -> Result<Lowered> {
        self.script.note("lower");
        Ok(Lowered::new("select ä from t where x = $1", query.statement.slots().to_vec()))
    }

    async fn query(&self, _: Query) -> Result<QueryResult> {
        self.script.answer("query").await.map(|()| two_rows())
    }

    async fn batch(&self, batch: Batch) -> Result<Vec<QueryResult>> {
        self.script.answer("batch").await.map(|()| batch.queries.iter().map(|_| two_rows()).collect())
    }

    async fn stream(&self, _: Query, _: StreamOptions) -> Result<RowStream<'static>> {
        self.script.answer("stream").await.map(|()| two_rows_streamed())
    }

    async fn begin(&self, _: TransactionOptions) -> Result<Box<dyn Transaction>> {
        self.script.answer("begin").await?;
        Ok(self.connection())
    }

    async fn session(&self) -> Result<Box<dyn Session>> {
        self.script.answer("session").await?;
        Ok(self.connection())
    }

    async fn script(&self, _: &str) -> Result<()> {
        self.script.answer("script").await
    }

    async fn health_check(&self) -> Result<()> {
        self.script.answer("health_check").await
    }

    async fn close(&self) -> Result<()> {
        self.script.answer("close").await
    }
}

#[derive(Debug)]
struct Pinned(Arc<Script>);

#[async_trait]
impl Connection for Pinned {
    async fn query(&mut self, _: Query) -> Result<QueryResult> {
        self.0.answer("pinned query").await.map(|()| two_rows())
    }

    async fn batch(&mut self, batch: Batch) -> Result<Vec<QueryResult>> {
        self.0.answer("pinned batch").await.map(|()| batch.queries.iter().map(|_| two_rows()).collect())
    }

    async fn stream(&mut self, _: Query, _: StreamOptions) -> Result<RowStream<'_>> {
        self.0.answer("pinned stream").await.map(|()| two_rows_streamed())
    }

    async fn script(&mut self, _: &str) -> Result<()> {
        self.0.answer("pinned script").await
    }
}

#[async_trait]
impl Transaction for Pinned {
    async fn savepoint(&mut self) -> Result<Savepoint> {
        self.0.answer("savepoint").await.map(|()| Savepoint::new(1))
    }

    async fn release(&mut self, _: Savepoint) -> Result<()> {
        self.0.answer("release").await
    }

    async fn rollback_to(&mut self, _: Savepoint) -> Result<()> {
        self.0.answer("rollback_to").await
    }

    fn abandon(&mut self, _: Savepoint) {
        self.0.note("abandon");
    }

    async fn commit(self: Box<Self>) -> Result<()> {
        self.0.answer("commit").await
    }

    async fn rollback(self: Box<Self>) -> Result<()> {
        self.0.answer("rollback").await
    }
}

#[async_trait]
impl Session for Pinned {
    async fn begin(&mut self, _: TransactionOptions) -> Result<Box<dyn Transaction + '_>> {
        self.0.answer("pinned begin").await?;
        Ok(Box::new(Self(Arc::clone(&self.0))))
    }

    async fn close(self: Box<Self>) -> Result<()> {
        self.0.answer("close_session").await
    }
}
