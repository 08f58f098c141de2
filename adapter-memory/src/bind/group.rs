//! Groups of rows, and which columns each of them decides.

use drivetrain_adapter_api::statement::{Expr, Select as Statement};
use drivetrain_adapter_api::{DbType, Result};

use super::Binder;
use super::expr::settled;
use super::node::{Node, Typed};
use super::scope::{Frame, Stage};
use super::walk::has_aggregate;

/// Whether the select is one of groups.
pub(super) fn is_grouped(select: &Statement) -> bool {
    !select.group_by.is_empty()
        || select.having.is_some()
        || select.projections.iter().any(|projection| has_aggregate(&projection.expr))
        || select.order_by.iter().any(|term| has_aggregate(&term.expr))
}

impl Binder<'_> {
    /// Binds the keys of the groups. From then on the frame's expressions are of groups.
    pub(super) fn group_keys(&mut self, select: &Statement) -> Result<Vec<Typed>> {
        let mut keys = Vec::with_capacity(select.group_by.len());
        let mut groups = Vec::with_capacity(select.group_by.len());
        for expr in &select.group_by {
            let expr = self.alias_of(select, expr)?;
            let bound = self.expr(&expr)?;
            keys.push(settled(bound, &DbType::Text)?);
            groups.push(expr);
        }
        let mut grouped: Vec<usize> = keys
            .iter()
            .filter_map(|key| match key.node {
                Node::Column { depth: 0, at } => Some(at),
                _ => None,
            })
            .collect();
        let frame = self.top()?;
        decided(frame, &mut grouped);
        frame.grouped = grouped;
        frame.groups = groups;
        frame.stage = Stage::Groups { windows: true };
        Ok(keys)
    }

    /// A name that is no column of the sources can be that of a column which the select gives.
    fn alias_of(&mut self, select: &Statement, expr: &Expr) -> Result<Expr> {
        if let Expr::Column { table: None, column } = expr
            && self.top()?.find(None, column)?.is_none()
            && let Some(given) =
                select.projections.iter().find(|projection| projection.alias.as_ref() == Some(column))
        {
            return Ok(given.expr.clone());
        }
        Ok(expr.clone())
    }
}

/// A table whose primary key is grouped by has one row in each group.
fn decided(frame: &Frame, grouped: &mut Vec<usize>) {
    for (start, table) in &frame.tables {
        let definition = &table.definition;
        if let Some(key) = definition.primary_key()
            && key.columns.iter().all(|at| grouped.contains(&(start + at)))
        {
            grouped.extend(*start..start + definition.columns.len());
        }
    }
}
