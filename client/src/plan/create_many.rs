//! Creating several records of one model.

use drivetrain_adapter_api::{Batch, Capabilities, Dialect, Error, Query, Result, TransactionOptions, Value};

use super::builder::Builder;
use super::columns::Given;
use super::insert::{NewRecord, is_uniform, rows_of_an_insert, skipping_duplicates};
use crate::create::CreateData;
use crate::engine::Engine;
use crate::error::in_words_of;
use crate::model::{ColumnMeta, DefaultMeta, ModelMeta};

/// Creates the records as a whole or not at all; gives how many there are new.
pub(crate) async fn create_many(
    engine: &dyn Engine,
    model: &'static ModelMeta,
    records: Vec<CreateData>,
    skip_duplicates: bool,
) -> Result<u64> {
    let mut queries = inserts(engine.capabilities(), model, complete(model, records)?, skip_duplicates)?;
    let results = match queries.len() {
        0 => return Ok(0),
        1 => engine.query(queries.remove(0)).await.map(|result| vec![result]),
        _ => engine.batch(Batch::atomic(queries, TransactionOptions::new())).await,
    };
    let results = results.map_err(|error| in_words_of(error, &[model]))?;
    Ok(results.iter().filter_map(|result| result.affected).sum())
}

/// The creation as one query; where that takes several or none, the records as they were.
pub(crate) fn create_many_query(
    capabilities: &Capabilities,
    model: &'static ModelMeta,
    records: Vec<CreateData>,
    skip_duplicates: bool,
) -> Result<Result<Query, Vec<CreateData>>> {
    let mut queries = inserts(capabilities, model, complete(model, records.clone())?, skip_duplicates)?;
    Ok(if queries.len() == 1 { Ok(queries.remove(0)) } else { Err(records) })
}

fn complete(model: &ModelMeta, records: Vec<CreateData>) -> Result<Vec<NewRecord>> {
    if records.iter().any(|record| !record.children.is_empty()) {
        return Err(Error::misuse(format!(
            "`create_many` of {} was given records with others to be created with them: use `create` for each",
            model.name
        )));
    }
    Ok(records.into_iter().map(NewRecord::complete).collect())
}

/// SQLite has no way to skip a duplicate of a record of which nothing is said: NULL is said of a column that is NULL then
/// anyway, or is numbered then.
fn say_something(model: &ModelMeta, record: &mut NewRecord) -> Result<()> {
    let is_null = |column: &ColumnMeta| column.nullable && column.default == DefaultMeta::None;
    let is_numbered = |column: &ColumnMeta| column.default == DefaultMeta::Autoincrement;
    let column = model.columns.iter().position(|column| is_null(column) || is_numbered(column));
    let column = column.ok_or_else(|| {
        Error::unsupported(format!(
            "SQLite cannot skip duplicates of a {} of which no field is given: give one of its fields",
            model.name
        ))
    })?;
    record.given.push((column, Given::Value(Value::NULL)));
    Ok(())
}

/// One insert for each run of records that give the same columns.
fn inserts(
    capabilities: &Capabilities,
    model: &'static ModelMeta,
    mut records: Vec<NewRecord>,
    skip_duplicates: bool,
) -> Result<Vec<Query>> {
    if skip_duplicates && capabilities.dialect() == Dialect::Sqlite {
        for record in records.iter_mut().filter(|record| record.given.is_empty()) {
            say_something(model, record)?;
        }
    }
    let label = format!("{}.create_many", model.name);
    let mut queries = Vec::new();
    for run in runs(records) {
        let mut rest = run;
        while !rest.is_empty() {
            let mut builder = Builder::default();
            let insert = if capabilities.arrays() && is_uniform(&rest) {
                builder.insert_arrays(model, std::mem::take(&mut rest), None, None)?
            } else if rest[0].given.is_empty() {
                let first = rest.remove(0);
                builder.insert_one(model, first.given, Vec::new(), None)?
            } else {
                let tail =
                    rest.split_off(rest.len().min(rows_of_an_insert(capabilities, rest[0].given.len())));
                let insert = builder.insert_rows(model, rest, &[])?;
                rest = tail;
                insert
            };
            queries.push(builder.finish(skipping_duplicates(insert, skip_duplicates), &label));
        }
    }
    Ok(queries)
}

/// The records in order, cut where the given columns change.
fn runs(records: Vec<NewRecord>) -> Vec<Vec<NewRecord>> {
    let mut runs: Vec<Vec<NewRecord>> = Vec::new();
    for record in records {
        match runs.last_mut() {
            Some(run) if run[0].columns() == record.columns() => run.push(record),
            _ => runs.push(vec![record]),
        }
    }
    runs
}
