//! Conditions on lists: `IN`.

use drivetrain_adapter_api::statement::{Expr, InList, Select, Slot};
use drivetrain_adapter_api::{DbType, Dialect, Error, ErrorKind};

use super::{Writer, unknown};
use crate::form::{Form, Question, Rows};
use crate::template::Source;
use crate::types;

/// The type of the elements of a list's slot. Its own type, if it is not that of an array.
pub(super) fn element_type(ty: &DbType) -> &DbType {
    ty.element().unwrap_or(ty)
}

/// The type of the array that a list's slot holds.
fn array_type(ty: &DbType) -> DbType {
    if ty.element().is_some() { ty.clone() } else { DbType::array(ty.clone()) }
}

impl Writer<'_> {
    pub(super) fn in_list(&mut self, expr: &Expr, list: &InList) -> Result<(), Error> {
        match list {
            InList::Slot(slot) => self.in_slot(expr, slot),
            InList::Rows(slots) => self.in_rows(expr, slots),
            InList::Select(select) => self.in_select(expr, select),
            _ => Err(unknown("list")),
        }
    }

    fn in_slot(&mut self, expr: &Expr, slot: &Slot) -> Result<(), Error> {
        if matches!(expr, Expr::Row(_)) {
            return Err(Error::misuse(
                "a row of values is looked for in rows, not in a list of single values",
            ));
        }
        let start = (self.text.len(), self.binds.len());
        self.operand(expr)?;
        let form = match self.dialect {
            Dialect::Postgres => {
                self.push(" = ANY(");
                self.typed(Source::Slot(slot.index), &array_type(&slot.ty))?;
                self.push(")");
                return Ok(());
            }
            Dialect::Sqlite => self.ask(Question::JsonList(slot.index))?,
            _ => self.ask(Question::List(slot.index))?,
        };
        match form {
            Form::Json => {
                self.push(" IN (SELECT +value FROM json_each(");
                self.placeholder(Source::JsonList(slot.index), &DbType::Text)?;
                self.push("))");
            }
            Form::Count(0) => self.never(start),
            Form::Count(count) => {
                self.room(count as usize)?;
                self.push(" IN (");
                let element = element_type(&slot.ty).clone();
                self.list(0..count, |writer, at| {
                    writer.typed(Source::Element { slot: slot.index, at }, &element)
                })?;
                self.push(")");
            }
            _ => return Err(unknown("form of a list")),
        }
        Ok(())
    }

    /// A condition that is false, instead of what was written since.
    fn never(&mut self, (text, binds): (usize, usize)) {
        self.rewind(text, binds);
        self.push(if self.is(Dialect::Sqlite) { "0" } else { "FALSE" });
    }

    fn in_rows(&mut self, expr: &Expr, slots: &[Slot]) -> Result<(), Error> {
        let width = if let Expr::Row(exprs) = expr { exprs.len() } else { 1 };
        if width != slots.len() || slots.is_empty() {
            return Err(Error::misuse(format!(
                "a row of {width} values is looked for in rows of {} columns",
                slots.len()
            )));
        }
        let start = (self.text.len(), self.binds.len());
        match expr {
            Expr::Row(exprs) if width == 1 => self.operand(&exprs[0])?,
            _ => self.operand(expr)?,
        }
        let indexes: Box<[u32]> = slots.iter().map(|slot| slot.index).collect();
        if self.is(Dialect::Postgres) {
            self.ask(Question::Rows { slots: indexes, rows: Rows::OneLength })?;
            self.push(" IN (SELECT * FROM ");
            self.unnest(slots)?;
            self.push(")");
            return Ok(());
        }
        match self.ask(Question::Rows { slots: indexes, rows: Rows::Bucketed })? {
            Form::Count(0) => self.never(start),
            Form::Count(rows) => {
                self.push(if self.is(Dialect::Sqlite) { " IN (VALUES " } else { " IN (" });
                self.rows_of_elements(slots, rows)?;
                self.push(")");
            }
            _ => return Err(unknown("form of rows")),
        }
        Ok(())
    }

    /// `(?1, ?2), (?3, ?4)`: as many rows, of the elements of arrays.
    pub(super) fn rows_of_elements(&mut self, slots: &[Slot], rows: u32) -> Result<(), Error> {
        self.room((rows as usize).saturating_mul(slots.len()))?;
        self.list(0..rows, |writer, at| {
            writer.push("(");
            writer.list(slots, |writer, slot| {
                writer.typed(Source::Element { slot: slot.index, at }, element_type(&slot.ty))
            })?;
            writer.push(")");
            Ok(())
        })
    }

    /// `unnest($1::t[], $2::u[])`, on Postgres.
    pub(super) fn unnest(&mut self, slots: &[Slot]) -> Result<(), Error> {
        self.push("unnest(");
        self.list(slots, |writer, slot| {
            let element = element_type(&slot.ty);
            if element.element().is_some() {
                return Err(Error::unsupported(format!(
                    "Postgres cannot take rows apart whose values are arrays (value {}): its unnest would take \
                     apart the inner arrays too; insert them as rows of single values",
                    slot.index + 1
                )));
            }
            if types::postgres(element)?.is_none() {
                return Err(Error::new(
                    ErrorKind::AmbiguousParameter,
                    format!("the type of the elements of value {} is not stated", slot.index + 1),
                ));
            }
            writer.typed(Source::Slot(slot.index), &array_type(&slot.ty))
        })?;
        self.push(")");
        Ok(())
    }

    fn in_select(&mut self, expr: &Expr, select: &Select) -> Result<(), Error> {
        self.operand(expr)?;
        self.push(" IN ");
        // MySQL takes no limit right within IN.
        if self.is(Dialect::MySql) && (select.limit.is_some() || select.offset.is_some()) {
            self.push("(SELECT * FROM ");
            self.subselect(select)?;
            self.push(" AS ");
            self.name("_in")?;
            self.push(")");
            return Ok(());
        }
        self.subselect(select)
    }
}
