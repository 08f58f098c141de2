//! Creating a record or changing the one that is there.

use drivetrain_adapter_api::statement::{Assignment, Expr, OnConflict};
use drivetrain_adapter_api::{Capabilities, Query, Result, TransactionOptions, Value, check};

use super::builder::Builder;
use super::create::{create, only};
use super::find::{in_words, is_joined, read_with_levels};
use super::insert::{NewRecord, returning};
use super::joined;
use super::selection::Selection;
use super::update::{is_about, update, written_and_read};
use crate::create::CreateData;
use crate::engine::Engine;
use crate::filter::{AssignOp, Compare, Node, NodeKind};
use crate::model::{KeyMeta, ModelMeta, Record};

/// Creates the record, or changes the one that `selection` picks; reads what it includes.
pub(crate) async fn upsert(
    engine: &dyn Engine,
    data: CreateData,
    changes: Vec<(usize, AssignOp)>,
    selection: Selection,
) -> Result<Record> {
    match native_key(engine.capabilities(), &data, &selection) {
        Some(key) => native(engine, key, data, changes, &selection).await,
        None => in_steps(engine, data, changes, selection).await,
    }
}

/// The upsert as one query; `None` where that takes several.
pub(crate) fn upsert_alone_query(
    capabilities: &Capabilities,
    data: &CreateData,
    changes: &[(usize, AssignOp)],
    selection: &Selection,
) -> Result<Option<Query>> {
    if !selection.includes.is_empty() {
        return Ok(None);
    }
    let label = format!("{}.upsert", selection.model.name);
    native_key(capabilities, data, selection)
        .map(|key| upsert_query(selection.model, key, data.clone(), changes, &label))
        .transpose()
}

/// The key by which the database itself can tell whether the record is there: the condition is that key and nothing
/// else, and the new record has the same values in it.
fn native_key(
    capabilities: &Capabilities,
    data: &CreateData,
    selection: &Selection,
) -> Option<&'static KeyMeta> {
    if !capabilities.upsert() || !capabilities.returning_insert() || !data.children.is_empty() {
        return None;
    }
    let mut wanted = Vec::new();
    equalities(&selection.filter, &mut wanted).then_some(())?;
    let same = |(column, value): &(usize, &Value)| {
        let ty = data.model.columns[*column].ty.to_db_type();
        let given = data.values.iter().find(|(known, _)| known == column).map(|(_, given)| given.clone());
        let given = given.and_then(|given| given.coerce_to(&ty).ok());
        given.is_some() && given == (*value).clone().coerce_to(&ty).ok()
    };
    if !wanted.iter().all(same) {
        return None;
    }
    let is_wanted = |column: &usize| wanted.iter().any(|(known, _)| known == column);
    data.model.keys.iter().find(|key| {
        key.columns.iter().all(is_wanted) && wanted.iter().all(|(column, _)| key.columns.contains(column))
    })
}

/// Collects `column = value` conditions; whether there is nothing else.
fn equalities<'n>(node: &'n Node, found: &mut Vec<(usize, &'n Value)>) -> bool {
    match node {
        Node::And(nodes) => nodes.iter().all(|node| equalities(node, found)),
        Node::Column { column, kind: NodeKind::Compare(Compare::Equal, value) } => {
            found.push((*column, value));
            true
        }
        _ => false,
    }
}

async fn native(
    engine: &dyn Engine,
    key: &'static KeyMeta,
    data: CreateData,
    changes: Vec<(usize, AssignOp)>,
    selection: &Selection,
) -> Result<Record> {
    let label = format!("{}.upsert", selection.model.name);
    let query = upsert_query(selection.model, key, data, &changes, &label)?;
    in_words(selection, async {
        if selection.includes.is_empty() {
            return only(joined::read(&engine.query(query).await?.rows, selection)?);
        }
        if is_joined(engine.capabilities(), selection)
            && !is_about(selection.model, &selection.filter, &changes)
        {
            let record = written_and_read(engine, query, selection).await?;
            return only(record.into_iter().collect());
        }
        check::query(engine.capabilities(), &query)?;
        let mut unit = engine.unit(TransactionOptions::new()).await?;
        let result = unit.query(query).await?;
        let record = only(read_with_levels(&mut unit, selection, &result).await?)?;
        unit.finish().await?;
        Ok(record)
    })
    .await
}

fn upsert_query(
    model: &'static ModelMeta,
    key: &KeyMeta,
    data: CreateData,
    changes: &[(usize, AssignOp)],
    label: &str,
) -> Result<Query> {
    let mut builder = Builder::default();
    let new = NewRecord::complete(data);
    let mut insert = returning(builder.insert_one(model, new.given, Vec::new(), None)?, model);
    let mut set = builder.assignments(model, changes)?;
    if set.is_empty() {
        // Without a change the row there would not be given back.
        let column = model.columns[key.columns[0]].column;
        set.push(Assignment::new(column, Expr::Excluded(column.into())));
    }
    let target = key.columns.iter().map(|column| model.columns[*column].column.into()).collect();
    insert.on_conflict = Some(OnConflict::DoUpdate { target, set });
    Ok(builder.finish(insert, label))
}

/// Changes the record if it is there, and creates it if not. Each step is a whole by itself. Somebody else may create
/// the record in between: the unique violation that follows is reported as it is.
async fn in_steps(
    engine: &dyn Engine,
    data: CreateData,
    changes: Vec<(usize, AssignOp)>,
    selection: Selection,
) -> Result<Record> {
    match update(engine, changes, selection.clone()).await? {
        Some(record) => Ok(record),
        None => create(engine, data, selection).await,
    }
}
