//! `UPDATE`, `DELETE` and `RETURNING`.

use drivetrain_adapter_api::statement::{
    Assignment, Delete, Expr, Function, Ident, InList, Projection, Update,
};
use drivetrain_adapter_api::{Dialect, Error};

use super::Writer;

impl Writer<'_> {
    pub(super) fn update(&mut self, update: &Update) -> Result<(), Error> {
        if update.set.is_empty() {
            return Err(Error::misuse(format!("an update of {:?} changes nothing", update.table.name)));
        }
        self.with(&update.with)?;
        self.push("UPDATE ");
        self.table(&update.table)?;
        self.push(" SET ");
        self.assignments(&update.set)?;
        self.filter(update.filter.as_ref())?;
        if self.is_mariadb() && !update.returning.is_empty() {
            return self.unsupported("UPDATE ... RETURNING (on MariaDB)");
        }
        self.returning(&update.returning)
    }

    pub(super) fn delete(&mut self, delete: &Delete) -> Result<(), Error> {
        self.with(&delete.with)?;
        self.push("DELETE FROM ");
        self.table(&delete.table)?;
        self.filter(delete.filter.as_ref())?;
        self.returning(&delete.returning)
    }

    pub(super) fn returning(&mut self, projections: &[Projection]) -> Result<(), Error> {
        if projections.is_empty() {
            return Ok(());
        }
        if self.is(Dialect::MySql) && !self.is_mariadb() {
            return self.unsupported("RETURNING");
        }
        self.push(" RETURNING ");
        self.list(projections, Self::projection)
    }

    pub(super) fn assignments(&mut self, set: &[Assignment]) -> Result<(), Error> {
        let set: Vec<&Assignment> =
            if self.is(Dialect::MySql) { in_mysql_order(set)? } else { set.iter().collect() };
        self.list(set, |writer, assignment| {
            writer.ident(&assignment.column)?;
            writer.push(" = ");
            writer.expr(&assignment.value)
        })
    }
}

/// MySQL assigns from left to right, and reads what it has assigned already. So a column is assigned after all
/// values that read it are.
fn in_mysql_order(set: &[Assignment]) -> Result<Vec<&Assignment>, Error> {
    let mut left: Vec<&Assignment> = set.iter().collect();
    let mut ordered = Vec::with_capacity(set.len());
    while !left.is_empty() {
        let free = left.iter().position(|candidate| {
            left.iter()
                .all(|other| std::ptr::eq(*candidate, *other) || !may_read(&other.value, &candidate.column))
        });
        let Some(free) = free else {
            return Err(Error::unsupported(format!(
                "MySQL cannot change {:?} and other columns, each by the old value of another, in one statement",
                left[0].column
            )));
        };
        ordered.push(left.remove(free));
    }
    Ok(ordered)
}

/// Whether an expression may read the column. Selects within may read anything.
fn may_read(expr: &Expr, name: &Ident) -> bool {
    let any = |exprs: &[Expr]| exprs.iter().any(|expr| may_read(expr, name));
    match expr {
        Expr::Column { column, .. } => column == name,
        Expr::Slot(_) | Expr::Literal(_) | Expr::Excluded(_) | Expr::Default => false,
        Expr::Binary(_, left, right) => may_read(left, name) || may_read(right, name),
        Expr::And(exprs) | Expr::Or(exprs) | Expr::Row(exprs) => any(exprs),
        Expr::Not(inner) | Expr::IsNull(inner) | Expr::Cast(inner, _) => may_read(inner, name),
        Expr::TextMatch { expr, .. } => may_read(expr, name),
        Expr::In { expr, list: InList::Slot(_) | InList::Rows(_) } => may_read(expr, name),
        Expr::Call(Function::RowNumber { .. }, _) => true,
        Expr::Call(_, arguments) => any(arguments),
        Expr::Case { arms, otherwise } => {
            arms.iter().any(|(condition, result)| may_read(condition, name) || may_read(result, name))
                || otherwise.as_deref().is_some_and(|expr| may_read(expr, name))
        }
        _ => true,
    }
}
