//! `INSERT`, and what happens where a row is there already.

use drivetrain_adapter_api::statement::{Assignment, Expr, Ident, Insert, InsertSource, OnConflict, Slot};
use drivetrain_adapter_api::{Dialect, Error, Flavor, Version};

use super::{Excluded, Writer, unknown};
use crate::form::{Form, Question, Rows};

impl Writer<'_> {
    pub(super) fn insert(&mut self, insert: &Insert) -> Result<(), Error> {
        let mysql = self.is(Dialect::MySql);
        if mysql && !insert.with.is_empty() && !matches!(insert.source, InsertSource::Select(_)) {
            return self.unsupported("common table expressions before an insert that is not of a select");
        }
        if !mysql {
            self.with(&insert.with)?;
        }
        self.push("INSERT INTO ");
        self.table(&insert.table)?;
        self.insert_source(insert)?;
        match &insert.on_conflict {
            None => {}
            Some(OnConflict::DoNothing) => self.do_nothing(insert)?,
            Some(OnConflict::DoUpdate { target, set }) => self.do_update(insert, target, set)?,
            Some(_) => return Err(unknown("answer to a conflict")),
        }
        self.returning(&insert.returning)
    }

    fn insert_source(&mut self, insert: &Insert) -> Result<(), Error> {
        match &insert.source {
            InsertSource::Defaults => self.defaults(insert),
            InsertSource::Rows(rows) => match rows.as_slice() {
                [] => Err(Error::misuse(format!("an insert into {:?} has no rows", insert.table.name))),
                [row] if row.is_empty() && insert.columns.is_empty() => self.defaults(insert),
                rows => self.rows(insert, rows),
            },
            InsertSource::Arrays(slots) => self.bulk(insert, slots),
            InsertSource::Select(select) => {
                self.push(" ");
                if !insert.columns.is_empty() {
                    self.columns(&insert.columns)?;
                    self.push(" ");
                }
                if self.is(Dialect::MySql) {
                    self.with(&insert.with)?;
                }
                // SQLite would take ON CONFLICT for the condition of a join, were there no WHERE between.
                if self.is(Dialect::Sqlite) && insert.on_conflict.is_some() {
                    self.push("SELECT * FROM ");
                    self.subselect(select)?;
                    self.push(" WHERE 1");
                    return Ok(());
                }
                self.nested(|writer| writer.select(select))
            }
            _ => Err(unknown("source of rows")),
        }
    }

    fn defaults(&mut self, insert: &Insert) -> Result<(), Error> {
        if !insert.columns.is_empty() {
            return Err(Error::misuse(format!(
                "an insert of defaults into {:?} names columns",
                insert.table.name
            )));
        }
        self.push(if self.is(Dialect::MySql) { " () VALUES ()" } else { " DEFAULT VALUES" });
        Ok(())
    }

    fn rows(&mut self, insert: &Insert, rows: &[Vec<Expr>]) -> Result<(), Error> {
        if let Some(row) = rows.iter().find(|row| row.len() != insert.columns.len() || row.is_empty()) {
            return Err(Error::misuse(format!(
                "an insert into {} columns of {:?} has a row of {} values",
                insert.columns.len(),
                insert.table.name,
                row.len()
            )));
        }
        self.push(" ");
        self.columns(&insert.columns)?;
        self.push(" VALUES ");
        self.list(rows, |writer, row| {
            writer.push("(");
            writer.exprs(row)?;
            writer.push(")");
            Ok(())
        })
    }

    fn bulk(&mut self, insert: &Insert, slots: &[Slot]) -> Result<(), Error> {
        if slots.len() != insert.columns.len() || slots.is_empty() {
            return Err(Error::misuse(format!(
                "an insert into {} columns of {:?} has {} arrays of values",
                insert.columns.len(),
                insert.table.name,
                slots.len()
            )));
        }
        let slots_asked = slots.iter().map(|slot| slot.index).collect();
        self.push(" ");
        self.columns(&insert.columns)?;
        if self.is(Dialect::Postgres) {
            self.ask(Question::Rows { slots: slots_asked, rows: Rows::OneLengthNotEmpty })?;
            self.push(" SELECT * FROM ");
            return self.unnest(slots);
        }
        let Form::Count(rows) = self.ask(Question::Rows { slots: slots_asked, rows: Rows::Exact })? else {
            return Err(unknown("form of rows"));
        };
        self.push(" VALUES ");
        self.rows_of_elements(slots, rows)
    }

    fn do_nothing(&mut self, insert: &Insert) -> Result<(), Error> {
        if !self.is(Dialect::MySql) {
            self.push(" ON CONFLICT DO NOTHING");
            return Ok(());
        }
        // INSERT IGNORE would hide other errors too.
        let Some(column) = insert.columns.first() else {
            return self.unsupported("an insert of defaults that does nothing where the row is there");
        };
        self.push(" ON DUPLICATE KEY UPDATE ");
        self.ident(column)?;
        self.push(" = ");
        self.own_column(insert, column)
    }

    /// The column of the row that is there.
    fn own_column(&mut self, insert: &Insert, column: &Ident) -> Result<(), Error> {
        self.ident(&insert.table.name)?;
        self.push(".");
        self.ident(column)
    }

    fn do_update(&mut self, insert: &Insert, target: &[Ident], set: &[Assignment]) -> Result<(), Error> {
        let Some(first) = target.first() else {
            return Err(Error::misuse(format!(
                "an upsert into {:?} does not say which columns are unique",
                insert.table.name
            )));
        };
        self.excluded = match self.dialect {
            Dialect::MySql if self.has_row_alias(insert) => {
                self.push(" AS `new`");
                self.push(" ON DUPLICATE KEY UPDATE ");
                Excluded::Row("`new`")
            }
            Dialect::MySql => {
                self.push(" ON DUPLICATE KEY UPDATE ");
                Excluded::Values
            }
            _ => {
                self.push(" ON CONFLICT ");
                self.columns(target)?;
                self.push(" DO UPDATE SET ");
                Excluded::Row("excluded")
            }
        };
        if set.is_empty() {
            // The row stays as it is, and is given back all the same.
            self.ident(first)?;
            self.push(" = ");
            self.own_column(insert, first)?;
        } else {
            self.default_table = Some(insert.table.name.clone());
            self.assignments(set)?;
            self.default_table = None;
        }
        self.excluded = Excluded::Nowhere;
        Ok(())
    }

    /// MySQL names the new row since 8.0.19, for VALUES only; MariaDB and Vitess know the older form.
    fn has_row_alias(&self, insert: &Insert) -> bool {
        !matches!(insert.source, InsertSource::Select(_))
            && self.server.is_some_and(|server| {
                server.flavor == Flavor::MySql && server.version >= Version::new(8, 0, 19)
            })
    }
}
