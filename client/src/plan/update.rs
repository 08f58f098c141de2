//! Changing records.

use drivetrain_adapter_api::statement::{self, BinaryOperator, Expr, Ident};
use drivetrain_adapter_api::{Batch, DbType, Dialect, Query, Result, TransactionOptions, Value, check};

use super::builder::Builder;
use super::columns;
use super::create::only;
use super::find::{find, find_query, in_words, is_joined, read_with_levels};
use super::joined;
use super::selection::Selection;
use crate::engine::Engine;
use crate::error::in_words_of;
use crate::filter::{AssignOp, Node};
use crate::model::{ModelMeta, Record, TypeMeta};

impl Builder {
    /// The changes as assignments, with the current time for columns that record updates, if there are any. Of two
    /// changes of one column the later holds.
    pub(super) fn assignments(
        &mut self,
        model: &'static ModelMeta,
        changes: &[(usize, AssignOp)],
    ) -> Result<Vec<statement::Assignment>> {
        let table = Ident::from(model.table.name);
        let mut set = Vec::new();
        if changes.is_empty() {
            return Ok(set);
        }
        for (at, (column, op)) in changes.iter().enumerate() {
            if changes[at + 1..].iter().any(|(later, _)| later == column) {
                continue;
            }
            let meta = &model.columns[*column];
            let ty = meta.ty.to_db_type();
            let mut computed = |operator: BinaryOperator, value: &Value| -> Result<Expr> {
                let old = Expr::of(table.clone(), meta.column);
                let Some(by_way) = computed_as(meta.ty) else {
                    return Ok(old.binary(operator, self.value(value.clone(), &ty)?));
                };
                let old = Expr::Cast(Box::new(old), by_way.cast);
                let new = old.binary(operator, self.value(value.clone(), &by_way.ty)?);
                Ok(Expr::Cast(Box::new(new), by_way.back))
            };
            let value = match op {
                AssignOp::Set(value) => self.value(value.clone(), &ty)?,
                AssignOp::Add(value) => computed(BinaryOperator::Add, value)?,
                AssignOp::Subtract(value) => computed(BinaryOperator::Subtract, value)?,
                AssignOp::Multiply(value) => computed(BinaryOperator::Multiply, value)?,
                AssignOp::Divide(value) => computed(BinaryOperator::Divide, value)?,
                AssignOp::Push(value) => computed(BinaryOperator::ArrayConcat, value)?,
            };
            set.push(statement::Assignment::new(meta.column, value));
        }
        for (column, meta) in model.columns.iter().enumerate() {
            if meta.updated_at && changes.iter().all(|(known, _)| *known != column) {
                set.push(statement::Assignment::new(meta.column, columns::now(&meta.ty.to_db_type())));
            }
        }
        Ok(set)
    }
}

/// How a column is computed with whose own type Postgres computes little or nothing with.
struct ByWay {
    /// The type the column is cast to.
    cast: DbType,
    /// That of the values.
    ty: DbType,
    /// The column's own type.
    back: DbType,
}

fn computed_as(ty: TypeMeta) -> Option<ByWay> {
    let TypeMeta::Native { dialect: Dialect::Postgres, name, .. } = ty else { return None };
    let (cast, carrier) = match name {
        "money" => ("numeric", DbType::Decimal),
        "oid" => ("int8", DbType::Int64),
        _ => return None,
    };
    Some(ByWay {
        cast: columns::postgres_type(cast),
        ty: DbType::named(Dialect::Postgres, None, cast, carrier),
        back: columns::postgres_type(name),
    })
}

/// The update as a query; `None` if nothing would change.
pub(crate) fn update_query(
    model: &'static ModelMeta,
    filter: &Node,
    changes: &[(usize, AssignOp)],
    returning: bool,
    label: &str,
) -> Result<Option<Query>> {
    let mut builder = Builder::default();
    let set = builder.assignments(model, changes)?;
    if set.is_empty() {
        return Ok(None);
    }
    let table = Ident::from(model.table.name);
    let update = statement::Update {
        with: Vec::new(),
        table: model.table.to_name(),
        set,
        filter: builder.filter(model, &table, filter)?,
        returning: if returning { columns::returning(model) } else { Vec::new() },
    };
    Ok(Some(builder.finish(update, label)))
}

/// Whether a condition is about one of the changed columns, so that it may hold no longer after the change.
pub(super) fn is_about(model: &ModelMeta, node: &Node, changes: &[(usize, AssignOp)]) -> bool {
    match node {
        Node::And(nodes) | Node::Or(nodes) => nodes.iter().any(|node| is_about(model, node, changes)),
        Node::Not(inner) => is_about(model, inner, changes),
        Node::Column { column, .. } => {
            model.columns[*column].updated_at || changes.iter().any(|(changed, _)| changed == column)
        }
        Node::Relation { .. } => true,
    }
}

/// Changes the record that `selection` picks, and reads what it includes; `None` if there is none.
pub(crate) async fn update(
    engine: &dyn Engine,
    changes: Vec<(usize, AssignOp)>,
    selection: Selection,
) -> Result<Option<Record>> {
    let model = selection.model;
    let label = format!("{}.update", model.name);
    let Some(update) = update_query(model, &selection.filter, &changes, true, &label)? else {
        return Ok(find(engine, &selection).await?.pop());
    };
    in_words(&selection, async {
        if selection.includes.is_empty() {
            let result = engine.query(update).await?;
            return Ok(joined::read(&result.rows, &selection)?.pop());
        }
        if is_joined(engine.capabilities(), &selection) && !is_about(model, &selection.filter, &changes) {
            return written_and_read(engine, update, &selection).await;
        }
        check::query(engine.capabilities(), &update)?;
        let mut unit = engine.unit(TransactionOptions::new()).await?;
        let result = unit.query(update).await?;
        let records = read_with_levels(&mut unit, &selection, &result).await?;
        unit.finish().await?;
        Ok(records.into_iter().next())
    })
    .await
}

/// A write and the read of what it wrote, in one round trip; `None` if nothing was written.
pub(super) async fn written_and_read(
    engine: &dyn Engine,
    write: Query,
    selection: &Selection,
) -> Result<Option<Record>> {
    let queries = vec![write, find_query(selection, true, "read")?];
    let batch = if engine.in_transaction() {
        Batch::new(queries)
    } else {
        Batch::atomic(queries, TransactionOptions::new())
    };
    let results = engine.batch(batch).await?;
    let [written, read] = results.as_slice() else {
        return Err(drivetrain_adapter_api::Error::new(
            drivetrain_adapter_api::ErrorKind::Protocol,
            "a batch of two queries did not give two results",
        ));
    };
    if written.rows.is_empty() {
        return Ok(None);
    }
    only(joined::read(&read.rows, selection)?).map(Some)
}

/// Changes all records that fulfil the condition; gives their number.
pub(crate) async fn update_many(
    engine: &dyn Engine,
    model: &'static ModelMeta,
    filter: &Node,
    changes: Vec<(usize, AssignOp)>,
) -> Result<u64> {
    let label = format!("{}.update_many", model.name);
    match update_query(model, filter, &changes, false, &label)? {
        Some(update) => engine
            .query(update)
            .await
            .map(|result| result.affected.unwrap_or(0))
            .map_err(|error| in_words_of(error, &[model])),
        None => {
            let mut selection = Selection::new(model);
            selection.filter(filter.clone());
            super::count(engine, &selection).await
        }
    }
}
