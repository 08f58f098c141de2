//! Where a select takes its rows from: tables, selects, arrays and joins.

use drivetrain_adapter_api::statement::{Expr, Ident, Join, JoinKind, Slot, Source};
use drivetrain_adapter_api::{Dialect, Error};

use super::{Writer, unknown};
use crate::form::{Question, Rows};

impl Writer<'_> {
    pub(super) fn source(&mut self, source: &Source) -> Result<(), Error> {
        match source {
            Source::Table { name, alias } => {
                self.table(name)?;
                alias.as_ref().map_or(Ok(()), |alias| self.alias(alias))
            }
            Source::Select { select, alias, lateral } => {
                if *lateral {
                    if self.is(Dialect::Sqlite) {
                        return self.unsupported("LATERAL");
                    }
                    self.push("LATERAL ");
                }
                self.subselect(select)?;
                self.alias(alias)
            }
            Source::Arrays { columns, ordinal, alias } => self.arrays(columns, ordinal.as_ref(), alias),
            _ => Err(unknown("source")),
        }
    }

    fn alias(&mut self, alias: &Ident) -> Result<(), Error> {
        self.push(" AS ");
        self.ident(alias)
    }

    fn arrays(
        &mut self,
        columns: &[(Ident, Slot)],
        ordinal: Option<&Ident>,
        alias: &Ident,
    ) -> Result<(), Error> {
        if !self.is(Dialect::Postgres) {
            return self.unsupported("rows made of arrays");
        }
        if columns.is_empty() {
            return Err(Error::misuse(format!("the rows {alias:?} are made of no arrays")));
        }
        let slots: Vec<Slot> = columns.iter().map(|(_, slot)| slot.clone()).collect();
        let indexes = slots.iter().map(|slot| slot.index).collect();
        self.ask(Question::Rows { slots: indexes, rows: Rows::OneLength })?;
        self.unnest(&slots)?;
        if ordinal.is_some() {
            self.push(" WITH ORDINALITY");
        }
        self.alias(alias)?;
        self.push("(");
        self.list(columns.iter().map(|(name, _)| name).chain(ordinal), Self::ident)?;
        self.push(")");
        Ok(())
    }

    pub(super) fn joins(&mut self, joins: &[Join]) -> Result<(), Error> {
        for join in joins {
            let condition = match (join.kind, &join.on) {
                (JoinKind::Cross, None) => {
                    self.push(" CROSS JOIN ");
                    self.source(&join.source)?;
                    continue;
                }
                (JoinKind::Inner | JoinKind::Cross, on) => {
                    self.push(" INNER JOIN ");
                    on
                }
                (JoinKind::Left, on) => {
                    self.push(" LEFT JOIN ");
                    on
                }
                _ => return Err(unknown("sort of join")),
            };
            self.source(&join.source)?;
            self.push(" ON ");
            self.condition(condition.as_ref())?;
        }
        Ok(())
    }

    fn condition(&mut self, condition: Option<&Expr>) -> Result<(), Error> {
        match condition {
            Some(expr) => self.expr(expr),
            None => {
                self.truth(true);
                Ok(())
            }
        }
    }
}
