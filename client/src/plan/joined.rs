//! Records and their relations in one statement: each relation as one JSON text.

use drivetrain_adapter_api::decode::json::{self, JsonCell};
use drivetrain_adapter_api::statement::{Expr, Ident, JsonItem, JsonRows, Projection, Select, Source};
use drivetrain_adapter_api::{DbType, Error, ErrorKind, FromCell as _, Result, Rows, ValueRef};

use super::builder::{self, Builder};
use super::columns;
use super::condition::narrow;
use super::selection::Selection;
use crate::model::Record;

impl Builder {
    /// A select of the records, with their relations if `joined`.
    pub(super) fn select(&mut self, selection: &Selection, joined: bool) -> Result<Select> {
        let alias = self.alias();
        let source = self.records(selection.model, &alias);
        let mut select = self.select_from(source, &alias, selection, joined)?;
        if let Some(filter) = self.filter(selection.model, &alias, &selection.filter)? {
            narrow(&mut select, filter);
        }
        let complete = selection.take.is_some() || selection.skip.is_some();
        select.order_by = builder::order(selection.model, &alias, &selection.order, complete);
        self.limit(&mut select, selection)?;
        Ok(select)
    }

    /// A select of all records of that source, with their relations if `joined`.
    pub(super) fn select_from(
        &mut self,
        source: Source,
        alias: &Ident,
        selection: &Selection,
        joined: bool,
    ) -> Result<Select> {
        let mut projections = columns::all(selection.model, alias);
        if joined {
            for (relation, related) in &selection.includes {
                let field = selection.model.relations[*relation].field;
                let rows = self.json_rows(selection, alias, *relation, related)?;
                projections.push(Projection::named(rows, field));
            }
        }
        Ok(Select { projections, from: Some(source), ..Select::default() })
    }

    pub(super) fn limit(&mut self, select: &mut Select, selection: &Selection) -> Result<()> {
        select.limit = selection.take.map(|count| self.count(count)).transpose()?;
        select.offset = selection.skip.map(|count| self.count(count)).transpose()?;
        Ok(())
    }

    fn json_rows(
        &mut self,
        parent: &Selection,
        outer: &Ident,
        relation: usize,
        related: &Selection,
    ) -> Result<Expr> {
        let inner = self.alias();
        let meta = &parent.model.relations[relation];
        let mut select = self.joined_to(meta, parent.model, outer, &inner);
        if let Some(filter) = self.filter(related.model, &inner, &related.filter)? {
            narrow(&mut select, filter);
        }
        select.projections = columns::all(related.model, &inner);
        let mut items = builder::items(related.model);
        for (nested, selection) in &related.includes {
            let rows = self.json_rows(related, &inner, *nested, selection)?;
            select.projections.push(Projection::new(rows));
            items.push(JsonItem::Nested);
        }
        // A foreign key that is not unique in the database gives one record all the same where the schema says one.
        select.order_by = builder::order(related.model, &inner, &related.order, true);
        self.limit(&mut select, related)?;
        Ok(Expr::JsonRows(Box::new(JsonRows { select, items })))
    }
}

/// The records of a result of [`Builder::select`] with `joined`.
pub(crate) fn read(rows: &Rows, selection: &Selection) -> Result<Vec<Record>> {
    let width = selection.model.columns.len();
    (0..rows.len())
        .map(|row| {
            let mut record = Record::from_rows(rows, row, 0);
            for (at, (relation, related)) in selection.includes.iter().enumerate() {
                let text = match rows.cell(row, width + at)? {
                    ValueRef::Json(text) => text,
                    other => <&str>::from_cell(other)?,
                };
                record.set_relation(*relation, nested(json::rows(text)?, related)?);
            }
            Ok(record)
        })
        .collect()
}

fn nested(rows: Vec<Vec<JsonCell<'_>>>, selection: &Selection) -> Result<Vec<Record>> {
    let types: Vec<DbType> = selection.model.column_types();
    rows.into_iter()
        .map(|cells| {
            if cells.len() != types.len() + selection.includes.len() {
                return Err(Error::new(
                    ErrorKind::Protocol,
                    "a record of a relation has not as many items as asked for",
                ));
            }
            let mut cells = cells.into_iter();
            let scalars = cells.by_ref().take(types.len());
            let values =
                scalars.zip(&types).map(|(cell, ty)| cell.to_value(ty)).collect::<Result<Vec<_>>>()?;
            let mut record = Record::from_values(values);
            for (cell, (relation, related)) in cells.zip(&selection.includes) {
                record.set_relation(*relation, nested(cell.into_rows()?, related)?);
            }
            Ok(record)
        })
        .collect()
}
