//! `SELECT`: its clauses, set operations, orders and limits.

use drivetrain_adapter_api::statement::{
    Cte, CteBody, Direction, Distinct, Expr, JsonItem, Lock, LockWait, Nulls, OrderBy, Projection, Select,
    SetOperator,
};
use drivetrain_adapter_api::{Dialect, Error};

use super::json_rows::{Key, Keyed};
use super::{Writer, unknown};

/// MySQL's manual gives this number for "no limit".
const MYSQL_NO_LIMIT: &str = "18446744073709551615";

impl Writer<'_> {
    pub(super) fn select(&mut self, select: &Select) -> Result<(), Error> {
        self.select_as(select, None)
    }

    /// A select in parentheses.
    pub(super) fn subselect(&mut self, select: &Select) -> Result<(), Error> {
        self.push("(");
        self.nested(|writer| writer.select(select))?;
        self.push(")");
        Ok(())
    }

    /// Writes in a scope of its own: what columns without a table belong to is decided anew there.
    pub(super) fn nested(&mut self, write: impl FnOnce(&mut Self) -> Result<(), Error>) -> Result<(), Error> {
        let outer = self.default_table.take();
        let written = write(self);
        self.default_table = outer;
        written
    }

    /// A select, with names for its columns that are known, or with its own.
    pub(super) fn select_as(&mut self, select: &Select, keyed: Option<&Keyed<'_>>) -> Result<(), Error> {
        self.with(&select.with)?;
        if select.set_operations.is_empty() {
            self.core(select, keyed)?;
        } else {
            self.set_operations(select, keyed)?;
        }
        self.tail(select, keyed)
    }

    pub(super) fn with(&mut self, ctes: &[Cte]) -> Result<(), Error> {
        if ctes.is_empty() {
            return Ok(());
        }
        self.push("WITH ");
        self.list(ctes, |writer, cte| {
            writer.ident(&cte.name)?;
            if !cte.columns.is_empty() {
                writer.columns(&cte.columns)?;
            }
            writer.push(" AS (");
            match &cte.body {
                CteBody::Select(select) => writer.nested(|writer| writer.select(select))?,
                CteBody::Insert(_) | CteBody::Update(_) | CteBody::Delete(_)
                    if !writer.is(Dialect::Postgres) =>
                {
                    return writer.unsupported("a common table expression that writes");
                }
                CteBody::Insert(insert) => writer.insert(insert)?,
                CteBody::Update(update) => writer.update(update)?,
                CteBody::Delete(delete) => writer.delete(delete)?,
                _ => return Err(unknown("common table expression")),
            }
            writer.push(")");
            Ok(())
        })?;
        self.push(" ");
        Ok(())
    }

    /// `SELECT ... HAVING ...`
    fn core(&mut self, select: &Select, keyed: Option<&Keyed<'_>>) -> Result<(), Error> {
        self.push("SELECT");
        match &select.distinct {
            Distinct::No => {}
            Distinct::Rows => self.push(" DISTINCT"),
            Distinct::On(exprs) if self.is(Dialect::Postgres) => {
                self.push(" DISTINCT ON (");
                self.exprs(exprs)?;
                self.push(")");
            }
            Distinct::On(_) => return self.unsupported("DISTINCT ON"),
            _ => return Err(unknown("sort of DISTINCT")),
        }
        match keyed {
            Some(keyed) => self.keyed_projections(&select.projections, keyed)?,
            None => self.projections(&select.projections)?,
        }
        if let Some(source) = &select.from {
            self.push(" FROM ");
            self.source(source)?;
            self.joins(&select.joins)?;
        } else if !select.joins.is_empty() {
            return Err(Error::misuse("a select joins a table to nothing"));
        } else if self.is(Dialect::MySql) && select.filter.is_some() {
            self.push(" FROM DUAL");
        }
        self.filter(select.filter.as_ref())?;
        if !select.group_by.is_empty() {
            self.push(" GROUP BY ");
            self.exprs(&select.group_by)?;
        }
        if let Some(having) = &select.having {
            self.push(" HAVING ");
            self.expr(having)?;
        }
        Ok(())
    }

    pub(super) fn filter(&mut self, filter: Option<&Expr>) -> Result<(), Error> {
        if let Some(filter) = filter {
            self.push(" WHERE ");
            self.expr(filter)?;
        }
        Ok(())
    }

    /// Only Postgres has rows without columns: elsewhere a select of nothing gives a column of ones.
    fn projections(&mut self, projections: &[Projection]) -> Result<(), Error> {
        if projections.is_empty() && !self.is(Dialect::Postgres) {
            self.push(" 1");
            return Ok(());
        }
        if !projections.is_empty() {
            self.push(" ");
        }
        self.list(projections, Self::projection)
    }

    pub(super) fn projection(&mut self, projection: &Projection) -> Result<(), Error> {
        self.expr(&projection.expr)?;
        if let Some(alias) = &projection.alias {
            self.push(" AS ");
            self.ident(alias)?;
        }
        Ok(())
    }

    fn keyed_projections(&mut self, projections: &[Projection], keyed: &Keyed<'_>) -> Result<(), Error> {
        if projections.is_empty() && keyed.extras.is_empty() {
            return self.projections(&[]);
        }
        self.push(" ");
        self.list(projections.iter().enumerate(), |writer, (at, projection)| {
            match (&projection.expr, keyed.items.get(at)) {
                (Expr::JsonRows(rows), Some(JsonItem::Nested)) => writer.json_rows(rows, true)?,
                (expr, _) => writer.expr(expr)?,
            }
            writer.push(" AS ");
            writer.name(&Key::Column(at).name())
        })?;
        for (at, expr) in keyed.extras.iter().enumerate() {
            if at > 0 || !projections.is_empty() {
                self.push(", ");
            }
            self.expr(expr)?;
            self.push(" AS ");
            self.name(&Key::Extra(at).name())?;
        }
        Ok(())
    }

    /// Combines from left to right, whatever binds more tightly in the dialect.
    fn set_operations(&mut self, select: &Select, keyed: Option<&Keyed<'_>>) -> Result<(), Error> {
        let grouped = !self.is(Dialect::Sqlite);
        if grouped {
            for _ in 1..select.set_operations.len() {
                self.push("(");
            }
            self.push("(");
        }
        self.core(select, keyed)?;
        if grouped {
            self.push(")");
        }
        for (at, (operator, other)) in select.set_operations.iter().enumerate() {
            if grouped && at > 0 {
                self.push(")");
            }
            self.push(match operator {
                SetOperator::Union => " UNION ",
                SetOperator::UnionAll => " UNION ALL ",
                SetOperator::Intersect => " INTERSECT ",
                SetOperator::Except => " EXCEPT ",
                _ => return Err(unknown("set operation")),
            });
            if grouped {
                self.subselect(other)?;
            } else if is_plain(other) {
                self.core(other, None)?;
            } else {
                self.push("SELECT * FROM ");
                self.subselect(other)?;
            }
        }
        Ok(())
    }

    /// `ORDER BY ... LIMIT ... OFFSET ... FOR UPDATE`
    fn tail(&mut self, select: &Select, keyed: Option<&Keyed<'_>>) -> Result<(), Error> {
        let limited = select.limit.is_some() || select.offset.is_some();
        match keyed {
            None if !select.order_by.is_empty() => {
                self.push(" ORDER BY ");
                self.list(&select.order_by, Self::order_term)?;
            }
            // The aggregate around it orders the rows; what is within matters where it chooses among them.
            Some(keyed)
                if !select.order_by.is_empty()
                    && (limited || matches!(select.distinct, Distinct::On(_)) || self.is(Dialect::MySql)) =>
            {
                self.push(" ORDER BY ");
                self.keyed_order(None, &select.order_by, keyed)?;
            }
            _ => {}
        }
        match &select.limit {
            Some(limit) => {
                self.push(" LIMIT ");
                self.operand(limit)?;
            }
            None if select.offset.is_some() && self.is(Dialect::Sqlite) => self.push(" LIMIT -1"),
            // MySQL forgets the order of a derived table that has no limit.
            None if self.is(Dialect::MySql)
                && (select.offset.is_some() || keyed.is_some() && !select.order_by.is_empty()) =>
            {
                self.push(" LIMIT ");
                self.push(MYSQL_NO_LIMIT);
            }
            None => {}
        }
        if let Some(offset) = &select.offset {
            self.push(" OFFSET ");
            self.operand(offset)?;
        }
        select.lock.map_or(Ok(()), |lock| self.lock(lock))
    }

    pub(super) fn order_term(&mut self, term: &OrderBy) -> Result<(), Error> {
        self.ordered(|writer| writer.operand(&term.expr), term.direction, term.nulls)
    }

    /// A term of an order. What is not written is the same in every dialect: ascending. NULLs are the largest values
    /// on Postgres and the smallest ones elsewhere.
    pub(super) fn ordered(
        &mut self,
        expr: impl Fn(&mut Self) -> Result<(), Error>,
        direction: Direction,
        nulls: Option<Nulls>,
    ) -> Result<(), Error> {
        let descending = direction == Direction::Descending;
        let nulls = match (nulls, self.dialect) {
            (Some(nulls), Dialect::MySql) => {
                if (nulls == Nulls::Last) != descending {
                    expr(self)?;
                    self.push(if nulls == Nulls::Last { " IS NULL, " } else { " IS NULL DESC, " });
                }
                ""
            }
            (Some(Nulls::First), _) => " NULLS FIRST",
            (Some(Nulls::Last), _) => " NULLS LAST",
            (None, _) => "",
        };
        expr(self)?;
        self.push(if descending { " DESC" } else { "" });
        self.push(nulls);
        Ok(())
    }

    fn lock(&mut self, lock: Lock) -> Result<(), Error> {
        if self.is(Dialect::Sqlite) {
            return self.unsupported("locks on rows");
        }
        self.push(match lock.shared {
            false => " FOR UPDATE",
            true if self.is_mariadb() => " LOCK IN SHARE MODE",
            true => " FOR SHARE",
        });
        self.push(match lock.wait {
            LockWait::Wait => "",
            LockWait::NoWait => " NOWAIT",
            LockWait::SkipLocked => " SKIP LOCKED",
            _ => return Err(unknown("way to wait for a lock")),
        });
        Ok(())
    }
}

/// Whether a select can be an operand without parentheses.
fn is_plain(select: &Select) -> bool {
    select.with.is_empty()
        && select.set_operations.is_empty()
        && select.order_by.is_empty()
        && select.limit.is_none()
        && select.offset.is_none()
        && select.lock.is_none()
}
