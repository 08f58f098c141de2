//! A record and those created with it step by step, within a transaction.

use drivetrain_adapter_api::statement::{Expr, Ident, Insert, InsertSource};
use drivetrain_adapter_api::{BoxFuture, QueryResult, Result, Value};

use super::super::builder::Builder;
use super::super::insert::{NewRecord, is_uniform, returning, rows_of_an_insert};
use crate::engine::Unit;
use crate::model::{JoinTableMeta, ModelMeta, Record, RelationMeta};

/// Inserts the record and those created with it; gives the record's row.
pub(super) async fn insert(
    unit: &mut Box<dyn Unit + '_>,
    new: NewRecord,
    label: &str,
) -> Result<QueryResult> {
    record(unit, new, Vec::new(), label).await
}

fn record<'a>(
    unit: &'a mut Box<dyn Unit + '_>,
    new: NewRecord,
    foreign: Vec<(usize, Value)>,
    label: &'a str,
) -> BoxFuture<'a, Result<QueryResult>> {
    Box::pin(async move {
        let NewRecord { model, given, children } = new;
        let mut builder = Builder::default();
        let foreign = foreign
            .into_iter()
            .map(|(column, value)| {
                Ok((column, builder.value(value, &model.columns[column].ty.to_db_type())?))
            })
            .collect::<Result<Vec<(usize, Expr)>>>()?;
        let insert = returning(builder.insert_one(model, given, foreign, None)?, model);
        let result = unit.query(builder.finish(insert, label)).await?;
        let parent = Record::from_rows(&result.rows, 0, 0);
        for (relation, records) in children {
            let relation = &model.relations[relation];
            match &relation.join_table {
                None => children_of(unit, &parent, relation, records, label).await?,
                Some(table) => linked(unit, model, &parent, relation, table, records, label).await?,
            }
        }
        Ok(result)
    })
}

/// The values that the foreign key of a child gets.
fn keys(parent: &Record, relation: &RelationMeta) -> Result<Vec<(usize, Value)>> {
    let value = |at: &usize| parent.cell(*at)?.to_value();
    relation.foreign.iter().zip(relation.local).map(|(theirs, mine)| Ok((*theirs, value(mine)?))).collect()
}

async fn children_of(
    unit: &mut Box<dyn Unit + '_>,
    parent: &Record,
    relation: &'static RelationMeta,
    children: Vec<NewRecord>,
    label: &str,
) -> Result<()> {
    let mut children = NewRecord::without(children, relation.foreign);
    let keys = keys(parent, relation)?;
    let target = (relation.target)();
    if !is_uniform(&children) {
        for child in children {
            record(unit, child, keys.clone(), label).await?;
        }
        return Ok(());
    }
    while let Some(first) = children.first() {
        let rows = rows_of_an_insert(unit.capabilities(), first.columns().len() + keys.len());
        let rest = children.split_off(children.len().min(rows));
        let mut builder = Builder::default();
        let insert = builder.insert_rows(target, children, &keys)?;
        unit.query(builder.finish(insert, label)).await?;
        children = rest;
    }
    Ok(())
}

async fn linked(
    unit: &mut Box<dyn Unit + '_>,
    model: &'static ModelMeta,
    parent: &Record,
    relation: &'static RelationMeta,
    table: &JoinTableMeta,
    children: Vec<NewRecord>,
    label: &str,
) -> Result<()> {
    let target = (relation.target)();
    for child in children {
        let result = record(unit, child, Vec::new(), label).await?;
        let child = Record::from_rows(&result.rows, 0, 0);
        let mut builder = Builder::default();
        let mut row = Vec::new();
        for (record, model, columns) in [(parent, model, relation.local), (&child, target, relation.foreign)]
        {
            for column in columns {
                let value = record.cell(*column)?.to_value()?;
                row.push(builder.value(value, &model.columns[*column].ty.to_db_type())?);
            }
        }
        let insert = Insert {
            with: Vec::new(),
            table: table.table.to_name(),
            columns: [table.local, table.foreign].map(Ident::from).to_vec(),
            source: InsertSource::Rows(vec![row]),
            on_conflict: None,
            returning: Vec::new(),
        };
        unit.query(builder.finish(insert, label)).await?;
    }
    Ok(())
}
