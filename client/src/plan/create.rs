//! Creating a record with those given with it: in one statement where the database can, else in one transaction.

mod one_statement;
mod steps;

use drivetrain_adapter_api::{
    Capabilities, Capability, Error, ErrorKind, Query, Result, TransactionOptions, check,
};

use super::builder::Builder;
use super::find::{is_joined, read_with_levels};
use super::insert::{NewRecord, returning};
use super::joined;
use super::selection::Selection;
use crate::create::CreateData;
use crate::engine::Engine;
use crate::error::in_words_of;
use crate::model::Record;

/// Creates the record and those given with it, and reads what `selection` includes.
pub(crate) async fn create(engine: &dyn Engine, data: CreateData, selection: Selection) -> Result<Record> {
    let mut models = data.models();
    models.extend(selection.models());
    run(engine, data, &selection).await.map_err(|error| in_words_of(error, &models))
}

/// Refuses children that are given a foreign key which their parent fills in.
fn check_foreign_keys(data: &CreateData) -> Result<()> {
    for (relation, children) in &data.children {
        let relation = &data.model.relations[*relation];
        for child in children {
            let given = child.values.iter().find(|(column, _)| relation.foreign.contains(column));
            if let (Some((column, _)), None) = (given, &relation.join_table) {
                return Err(Error::misuse(format!(
                    "`{}` of a {} that is created through `{}` of {} is filled in by that relation: leave it out",
                    child.model.columns[*column].field, child.model.name, relation.field, data.model.name
                )));
            }
            check_foreign_keys(child)?;
        }
    }
    Ok(())
}

/// The creation as one query; where that takes several, the record as it was.
pub(crate) fn create_query(
    capabilities: &Capabilities,
    data: CreateData,
    selection: &Selection,
) -> Result<Result<Query, CreateData>> {
    check_foreign_keys(&data)?;
    let label = format!("{}.create", data.model.name);
    if data.children.is_empty() && selection.includes.is_empty() {
        let new = NewRecord::complete(data);
        let model = new.model;
        let mut builder = Builder::default();
        let insert = returning(builder.insert_one(model, new.given, Vec::new(), None)?, model);
        return Ok(Ok(builder.finish(insert, &label)));
    }
    if capabilities.data_modifying_ctes() && capabilities.arrays() && is_joined(capabilities, selection) {
        return one_statement::query(NewRecord::complete(data), selection, &label).map(Ok);
    }
    Ok(Err(data))
}

async fn run(engine: &dyn Engine, data: CreateData, selection: &Selection) -> Result<Record> {
    let label = format!("{}.create", data.model.name);
    let data = match create_query(engine.capabilities(), data, selection)? {
        Ok(query) => return only(joined::read(&engine.query(query).await?.rows, selection)?),
        Err(data) => data,
    };
    check::operation(
        engine.capabilities(),
        Capability::ReturningInsert,
        "records cannot be created one by one",
    )?;
    let mut unit = engine.unit(TransactionOptions::new()).await?;
    let result = steps::insert(&mut unit, NewRecord::complete(data), &label).await?;
    let record = only(read_with_levels(&mut unit, selection, &result).await?)?;
    unit.finish().await?;
    Ok(record)
}

pub(crate) fn only(records: Vec<Record>) -> Result<Record> {
    let mut records = records.into_iter();
    match (records.next(), records.next()) {
        (Some(record), None) => Ok(record),
        _ => Err(Error::new(
            ErrorKind::Protocol,
            "a statement that writes one record did not give back one row",
        )),
    }
}
