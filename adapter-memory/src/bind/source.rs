//! Where rows come from, and how the sources of a select are joined.

use std::sync::Arc;

use drivetrain_adapter_api::statement::{
    BinaryOperator, Ident, JoinKind, Select as Statement, Slot, Source as From,
};
use drivetrain_adapter_api::{DbType, Error, ErrorKind, Result, Value};

use super::node::{Joined, Node, OutColumn, Source, Typed};
use super::scope::Frame;
use super::{Binder, transposed};
use crate::error;
use crate::store::Row;
use crate::value::{concrete, one_key};

impl Binder<'_> {
    /// Binds the sources of a select, and fills its frame with their columns.
    pub(super) fn sources(&mut self, select: &Statement, frame: &mut Frame) -> Result<Vec<Joined>> {
        let Some(first) = &select.from else {
            if !select.joins.is_empty() {
                return Err(Error::misuse("a select joins a table to nothing"));
            }
            return Ok(Vec::new());
        };
        let mut sources = vec![self.source(first, JoinKind::Cross, frame)?];
        for join in &select.joins {
            let mut joined = self.source(&join.source, join.kind, frame)?;
            if let Some(on) = &join.on {
                joined.on = Some(self.within(frame, |binder| binder.condition(on))?);
            }
            sources.push(joined);
        }
        Ok(sources)
    }

    fn source(&mut self, source: &From, kind: JoinKind, frame: &mut Frame) -> Result<Joined> {
        let start = frame.columns.len();
        let rows = match source {
            From::Table { name, alias } => {
                let alias = alias.as_ref().unwrap_or(&name.name);
                free(frame, alias)?;
                let cte = self.ctes.iter().rev().find(|cte| name.schema.is_none() && cte.name == name.name);
                match cte {
                    Some(cte) => {
                        self.lowest = self.lowest.min(cte.lowest);
                        frame.push_columns(alias, &cte.columns);
                        Source::Cte(cte.id)
                    }
                    None => {
                        let table = self.table(name)?;
                        frame.push_table(alias, &table.definition);
                        frame.tables.push((start, Arc::clone(&table)));
                        Source::Table(table)
                    }
                }
            }
            From::Select { select, alias, lateral } => {
                free(frame, alias)?;
                let bound = if *lateral {
                    self.within(frame, |binder| binder.subselect(select))?
                } else {
                    self.subselect(select)?
                };
                frame.push_columns(alias, &bound.columns);
                Source::Select { select: Box::new(bound), lateral: *lateral }
            }
            From::Arrays { columns, ordinal, alias } => {
                free(frame, alias)?;
                let (columns, rows) = self.arrays(columns, ordinal.as_ref(), alias)?;
                frame.push_columns(alias, &columns);
                Source::Fixed(Arc::new(rows))
            }
            _ => return Err(error::unknown("source")),
        };
        Ok(Joined { kind, rows, width: frame.columns.len() - start, on: None, lookup: None })
    }

    fn arrays(
        &self,
        columns: &[(Ident, Slot)],
        ordinal: Option<&Ident>,
        alias: &Ident,
    ) -> Result<(Vec<OutColumn>, Vec<Row>)> {
        if columns.is_empty() {
            return Err(Error::misuse(format!("the rows {alias:?} are made of no arrays")));
        }
        let slots: Vec<&Slot> = columns.iter().map(|(_, slot)| slot).collect();
        let (types, values) = self.columns_of(&slots)?;
        let column = |name: &Ident, ty| OutColumn { name: name.as_str().into(), ty, labels: None };
        let mut named: Vec<OutColumn> =
            columns.iter().zip(types).map(|((name, _), ty)| column(name, ty)).collect();
        named.extend(ordinal.map(|name| column(name, DbType::Int64)));
        let rows = transposed(values)
            .into_iter()
            .enumerate()
            .map(|(at, mut row)| {
                if ordinal.is_some() {
                    row.push(Value::Int64(at as i64 + 1));
                }
                row.into()
            })
            .collect();
        Ok((named, rows))
    }
}

fn free(frame: &Frame, alias: &Ident) -> Result<()> {
    if frame.columns.iter().any(|column| column.source.as_ref() == Some(alias)) {
        return Err(Error::new(
            ErrorKind::AlreadyExists,
            format!("two sources of a select are named {alias:?}: give one another name"),
        ));
    }
    Ok(())
}

/// Finds, for each source, a column that a condition wants equal to something known before its rows are: then its rows
/// are looked up instead of tried one by one.
pub(super) fn find_lookups(sources: &mut [Joined], frame: &Frame, filter: Option<&Typed>) {
    let mut start = 0;
    for source in sources {
        let end = start + source.width;
        let own = source.on.iter().flat_map(conjuncts);
        // What WHERE says of a left join's rows is said after they are joined.
        let all = own.chain(filter.filter(|_| source.kind != JoinKind::Left).into_iter().flat_map(conjuncts));
        source.lookup = all.filter_map(|condition| lookup(condition, frame, start, end)).next();
        start = end;
    }
}

fn conjuncts(condition: &Typed) -> Vec<&Typed> {
    match &condition.node {
        Node::And(all) => all.iter().flat_map(conjuncts).collect(),
        _ => vec![condition],
    }
}

fn lookup(condition: &Typed, frame: &Frame, start: usize, end: usize) -> Option<(usize, Typed)> {
    let Node::Compare(BinaryOperator::Equal, left, right) = &condition.node else { return None };
    let side = |column: &Typed, other: &Typed| {
        let Node::Column { depth: 0, at } = column.node else { return None };
        let known = match other.node {
            Node::Const(_) => true,
            Node::Column { depth: 0, at } => at < start,
            Node::Column { .. } => true,
            _ => false,
        };
        let ty = concrete(&frame.columns.get(at)?.ty);
        (known && (start..end).contains(&at) && one_key(&ty, &concrete(&other.ty)))
            .then(|| (at - start, other.clone()))
    };
    side(left, right).or_else(|| side(right, left))
}
