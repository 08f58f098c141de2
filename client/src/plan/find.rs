//! Reading and counting.

use drivetrain_adapter_api::statement::{AggregateFunction, Expr, Projection, Select};
use drivetrain_adapter_api::{
    Batch, Capabilities, Error, ErrorKind, IsolationLevel, Query, QueryResult, Result, TransactionOptions,
    Transport,
};

use super::builder::Builder;
use super::selection::{LoadStrategy, Selection};
use super::{joined, levels};
use crate::engine::{Engine, Run};
use crate::error::in_words_of;
use crate::model::Record;

/// Whether relations come with the records in one statement.
pub(super) fn is_joined(capabilities: &Capabilities, selection: &Selection) -> bool {
    selection.includes.is_empty()
        || match selection.strategy {
            Some(LoadStrategy::Joined) => true,
            Some(LoadStrategy::Separate) => false,
            None => capabilities.json_rows(),
        }
}

/// The records that `selection` describes.
pub(crate) async fn find(engine: &dyn Engine, selection: &Selection) -> Result<Vec<Record>> {
    in_words(selection, async {
        if let Some(query) = find_joined_query(engine.capabilities(), selection)? {
            let result = engine.query(query).await?;
            return joined::read(&result.rows, selection);
        }
        let mut run: &dyn Engine = engine;
        if !wants_snapshot(engine) {
            return find_by_levels(&mut run, selection).await;
        }
        let mut unit = engine.unit(snapshot(engine.capabilities())).await?;
        let records = find_by_levels(&mut unit, selection).await?;
        unit.finish().await?;
        Ok(records)
    })
    .await
}

/// Puts the error of a plan into the words of the schema.
pub(super) async fn in_words<T>(selection: &Selection, plan: impl Future<Output = Result<T>>) -> Result<T> {
    plan.await.map_err(|error| in_words_of(error, &selection.models()))
}

/// The records, then their relations level by level.
pub(super) async fn find_by_levels(run: &mut (dyn Run + '_), selection: &Selection) -> Result<Vec<Record>> {
    let result = run.run(find_query(selection, false, "find")?).await?;
    read_with_levels(run, selection, &result).await
}

/// The records of a result that has no relations in it, with their relations.
pub(super) async fn read_with_levels(
    run: &mut (dyn Run + '_),
    selection: &Selection,
    result: &QueryResult,
) -> Result<Vec<Record>> {
    let mut records: Vec<Record> =
        (0..result.rows.len()).map(|row| Record::from_rows(&result.rows, row, 0)).collect();
    levels::load(run, selection, &mut records).await?;
    Ok(records)
}

pub(super) fn find_query(selection: &Selection, joined: bool, operation: &str) -> Result<Query> {
    let mut builder = Builder::default();
    let select = builder.select(selection, joined)?;
    Ok(builder.finish(select, &format!("{}.{operation}", selection.model.name)))
}

/// The records and their relations as one query; `None` where that takes several.
pub(crate) fn find_joined_query(capabilities: &Capabilities, selection: &Selection) -> Result<Option<Query>> {
    is_joined(capabilities, selection).then(|| find_query(selection, true, "find")).transpose()
}

/// Several queries see one state of an embedded database, where that costs nothing. Over a network it would cost round
/// trips.
fn wants_snapshot(engine: &dyn Engine) -> bool {
    let capabilities = engine.capabilities();
    !engine.in_transaction()
        && capabilities.transport() == Transport::Embedded
        && capabilities.transactions().is_interactive()
}

/// A transaction that reads one state of the database, as far as it has such.
fn snapshot(capabilities: &Capabilities) -> TransactionOptions {
    let mut options = TransactionOptions::new();
    options.read_only = capabilities.read_only_transactions();
    let levels = capabilities.isolation_levels();
    options.isolation = [IsolationLevel::RepeatableRead, IsolationLevel::Serializable]
        .into_iter()
        .find(|level| levels.contains(*level));
    options
}

pub(crate) fn count_query(selection: &Selection) -> Result<Query> {
    let mut builder = Builder::default();
    let alias = builder.alias();
    let count = Expr::Aggregate { function: AggregateFunction::Count, argument: None, distinct: false };
    let select = Select {
        projections: vec![Projection::named(count, "count")],
        from: Some(builder.records(selection.model, &alias)),
        filter: builder.filter(selection.model, &alias, &selection.filter)?,
        ..Select::default()
    };
    Ok(builder.finish(select, &format!("{}.count", selection.model.name)))
}

pub(crate) fn count_of(result: &QueryResult) -> Result<u64> {
    result.rows.get::<u64>(0, 0)
}

/// How many records fulfil the condition.
pub(crate) async fn count(engine: &dyn Engine, selection: &Selection) -> Result<u64> {
    in_words(selection, async { count_of(&engine.query(count_query(selection)?).await?) }).await
}

/// A page and its total where several queries cannot be sent together. Others may write in between.
async fn one_by_one(
    mut run: &dyn Engine,
    selection: &Selection,
    joined: bool,
    queries: Vec<Query>,
) -> Result<(Vec<Record>, u64)> {
    let mut results = Vec::new();
    for query in queries {
        results.push(run.query(query).await?);
    }
    read_page(&mut run, selection, joined, &results).await
}

async fn read_page(
    run: &mut (dyn Run + '_),
    selection: &Selection,
    joined: bool,
    results: &[QueryResult],
) -> Result<(Vec<Record>, u64)> {
    let [found, counted] = results else {
        return Err(Error::new(ErrorKind::Protocol, "a batch of two queries did not give two results"));
    };
    let records = if joined {
        joined::read(&found.rows, selection)?
    } else {
        read_with_levels(run, selection, found).await?
    };
    Ok((records, count_of(counted)?))
}

/// The records that `selection` describes, and how many there would be without its limits.
pub(crate) async fn find_with_total(
    engine: &dyn Engine,
    selection: &Selection,
) -> Result<(Vec<Record>, u64)> {
    in_words(selection, async {
        let capabilities = engine.capabilities();
        let joined = is_joined(capabilities, selection);
        let mut run: &dyn Engine = engine;
        if !joined && wants_snapshot(engine) {
            let mut unit = engine.unit(snapshot(capabilities)).await?;
            let records = find_by_levels(&mut unit, selection).await?;
            let total = count_of(&unit.query(count_query(selection)?).await?)?;
            unit.finish().await?;
            return Ok((records, total));
        }
        let queries = vec![find_query(selection, joined, "page")?, count_query(selection)?];
        if !engine.in_transaction()
            && !capabilities.pipelining()
            && !capabilities.transactions().has_atomic_batch()
        {
            return one_by_one(run, selection, joined, queries).await;
        }
        let batch = if engine.in_transaction() || !capabilities.transactions().has_atomic_batch() {
            Batch::new(queries)
        } else {
            Batch::atomic(queries, snapshot(capabilities))
        };
        let results = engine.batch(batch).await?;
        read_page(&mut run, selection, joined, &results).await
    })
    .await
}
