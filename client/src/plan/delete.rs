//! Deleting records.

use drivetrain_adapter_api::statement::{self, Ident};
use drivetrain_adapter_api::{Query, Result};

use super::builder::Builder;
use super::columns;
use super::joined;
use super::selection::Selection;
use crate::engine::Engine;
use crate::error::in_words_of;
use crate::filter::Node;
use crate::model::{ModelMeta, Record};

/// The deletion as a query.
pub(crate) fn delete_query(
    model: &'static ModelMeta,
    filter: &Node,
    returning: bool,
    label: &str,
) -> Result<Query> {
    let mut builder = Builder::default();
    let table = Ident::from(model.table.name);
    let delete = statement::Delete {
        with: Vec::new(),
        table: model.table.to_name(),
        filter: builder.filter(model, &table, filter)?,
        returning: if returning { columns::returning(model) } else { Vec::new() },
    };
    Ok(builder.finish(delete, label))
}

/// Deletes the record that fulfils the condition, and gives it; `None` if there is none.
pub(crate) async fn delete(
    engine: &dyn Engine,
    model: &'static ModelMeta,
    filter: &Node,
) -> Result<Option<Record>> {
    let query = delete_query(model, filter, true, &format!("{}.delete", model.name))?;
    let result = engine.query(query).await.map_err(|error| in_words_of(error, &[model]))?;
    Ok(joined::read(&result.rows, &Selection::new(model))?.pop())
}

/// Deletes all records that fulfil the condition; gives their number.
pub(crate) async fn delete_many(
    engine: &dyn Engine,
    model: &'static ModelMeta,
    filter: &Node,
) -> Result<u64> {
    let query = delete_query(model, filter, false, &format!("{}.delete_many", model.name))?;
    let result = engine.query(query).await.map_err(|error| in_words_of(error, &[model]))?;
    Ok(result.affected.unwrap_or(0))
}
