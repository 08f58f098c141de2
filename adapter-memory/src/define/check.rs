//! Checks definitions before anything is made of them.

use std::sync::Arc;

use drivetrain_adapter_api::statement::{Ident, TableName};
use drivetrain_adapter_api::{DbType, Error, ErrorKind, Result};

use super::{Check, ColumnDefault, Definition, Foreign, TableDef, Unique};
use crate::bind::Binder;
use crate::store::{Snapshot, Table, TableKey};
use crate::value::{assign, concrete, is_integer};

/// The tables that the definitions describe, empty, added to those of `snapshot`.
pub(crate) fn compile(snapshot: &Snapshot, tables: Vec<TableDef>) -> Result<Snapshot> {
    let mut all = snapshot.clone();
    let mut foreign = Vec::new();
    for table in tables {
        let key = snapshot.key(&table.name);
        if all.table_at(&key).is_some() {
            return Err(Error::new(ErrorKind::AlreadyExists, format!("the table {key} is there already"))
                .with_table(key.name()));
        }
        let (definition, keys, checks) = of_one(key.clone(), table)?;
        foreign.push((key.clone(), keys, checks));
        all.put(Table::new(Arc::new(definition)));
    }
    for (key, keys, checks) in foreign {
        let Some(table) = all.table_at(&key).cloned() else { continue };
        let definition = &table.definition;
        let found = keys.into_iter().map(|key| resolve(&all, definition, key)).collect::<Result<Vec<_>>>()?;
        let checks = checks
            .into_iter()
            .map(|(name, condition)| {
                let condition = Binder::new(&all, &[]).check(definition, &condition)?;
                Ok(Check { name: name.into(), condition })
            })
            .collect::<Result<Vec<_>>>()?;
        all.put(Table::new(Arc::new(Definition {
            key: definition.key.clone(),
            columns: definition.columns.clone(),
            uniques: definition.uniques.clone(),
            foreign: found,
            checks,
        })));
    }
    Ok(all)
}

type Rest = (Definition, Vec<super::ForeignKeyDef>, Vec<(String, drivetrain_adapter_api::statement::Expr)>);

fn of_one(key: TableKey, table: TableDef) -> Result<Rest> {
    let TableDef { name, mut columns, keys, foreign_keys, checks } = table;
    for (at, column) in columns.iter().enumerate() {
        if columns[..at].iter().any(|other| other.name == column.name) {
            return Err(Error::new(
                ErrorKind::AlreadyExists,
                format!("the table {key} has two columns named {:?}", column.name),
            ));
        }
        match &column.default {
            Some(ColumnDefault::Value(value)) => {
                assign(value.clone(), &column.ty)
                    .map_err(|error| error.with_table(name.name.as_str()).with_columns([column.name()]))?;
            }
            Some(ColumnDefault::Autoincrement) if !is_integer(&concrete(&column.ty)) => {
                return Err(wrong(
                    &key,
                    &format!("numbers the column {:?}, which is no integer", column.name),
                ));
            }
            _ => {}
        }
        if column.ty == DbType::Unknown {
            return Err(wrong(&key, &format!("does not state the type of {:?}", column.name)));
        }
    }
    let mut uniques = Vec::new();
    for one in keys {
        let positions = positions(&key, &columns, &one.columns, &one.name)?;
        if one.primary {
            if uniques.iter().any(|unique: &Unique| unique.primary) {
                return Err(wrong(&key, "has two primary keys"));
            }
            for at in &positions {
                columns[*at].nullable = false;
            }
        }
        let unique = Unique { name: one.name.into(), columns: positions, primary: one.primary };
        if unique.primary { uniques.insert(0, unique) } else { uniques.push(unique) }
    }
    Ok((Definition { key, columns, uniques, foreign: Vec::new(), checks: Vec::new() }, foreign_keys, checks))
}

fn wrong(table: &TableKey, what: &str) -> Error {
    Error::new(ErrorKind::Config, format!("the table {table} {what}")).with_table(table.name())
}

fn positions(
    table: &TableKey,
    columns: &[super::ColumnDef],
    names: &[Ident],
    constraint: &str,
) -> Result<Vec<usize>> {
    if names.is_empty() {
        return Err(wrong(table, &format!("has a constraint `{constraint}` without columns")));
    }
    names
        .iter()
        .map(|name| {
            columns.iter().position(|column| column.name == *name).ok_or_else(|| {
                Error::new(
                    ErrorKind::UndefinedColumn,
                    format!("the constraint `{constraint}` of the table {table} is over {name:?}, which is no column of it"),
                )
                .with_table(table.name())
                .with_columns([name.as_str()])
            })
        })
        .collect()
}

fn resolve(all: &Snapshot, definition: &Definition, key: super::ForeignKeyDef) -> Result<Foreign> {
    let columns = positions(&definition.key, &definition.columns, &key.columns, &key.name)?;
    let target = target_of(all, &definition.key, &key.target)?;
    let references = positions(&target.key, &target.columns, &key.references, &key.name)?;
    let same = |unique: &Unique| {
        unique.columns.len() == references.len() && references.iter().all(|at| unique.columns.contains(at))
    };
    if columns.len() != references.len() || !target.uniques.iter().any(same) {
        return Err(wrong(
            &definition.key,
            &format!("has a foreign key `{}` that refers to no unique key of {}", key.name, target.key),
        ));
    }
    Ok(Foreign {
        name: key.name.into(),
        columns,
        target: target.key.clone(),
        references,
        on_delete: key.on_delete,
        on_update: key.on_update,
    })
}

fn target_of<'a>(all: &'a Snapshot, from: &TableKey, name: &TableName) -> Result<&'a Definition> {
    let key = all.key(name);
    all.table_at(&key).map(|table| &*table.definition).ok_or_else(|| {
        Error::new(
            ErrorKind::UndefinedTable,
            format!("the table {from} refers to the table {key}, which is not there"),
        )
        .with_table(key.name())
    })
}
