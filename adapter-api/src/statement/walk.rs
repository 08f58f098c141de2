//! One pass over a statement: its slots, the features it needs, and whether it writes.

use super::{
    BinaryOperator, Body, Cte, CteBody, Delete, Distinct, Expr, Feature, Features, Function, InList, Insert,
    InsertSource, LockWait, OnConflict, OrderBy, Projection, RawPart, RawSql, Select, Slot, Source, Update,
};
use crate::{Access, DbType};

/// What a pass finds.
pub(super) struct Survey {
    pub(super) slots: Vec<Option<DbType>>,
    pub(super) features: Features,
    pub(super) access: Access,
}

pub(super) fn survey(body: &Body) -> Survey {
    let mut found = Survey { slots: Vec::new(), features: Features::NONE, access: Access::Read };
    match body {
        Body::Select(select) => found.select(select),
        Body::Insert(insert) => found.insert(insert),
        Body::Update(update) => found.update(update),
        Body::Delete(delete) => found.delete(delete),
        Body::Raw(RawSql::Native { parameters, .. }) => {
            found.slots = vec![Some(DbType::Unknown); *parameters];
            found.need(Feature::RawSql);
            found.access = Access::Unknown;
        }
        Body::Raw(RawSql::Parts(parts)) => {
            for part in parts {
                if let RawPart::Value(index) = part {
                    found.slot(&Slot { index: *index, ty: DbType::Unknown });
                }
            }
            found.need(Feature::RawSql);
            found.access = Access::Unknown;
        }
    }
    found
}

impl Survey {
    fn need(&mut self, feature: Feature) {
        self.features.insert(feature);
    }

    fn slot(&mut self, slot: &Slot) {
        let index = slot.index as usize;
        if self.slots.len() <= index {
            self.slots.resize(index + 1, None);
        }
        if self.slots[index].is_none() {
            self.slots[index] = Some(slot.ty.clone());
        }
    }

    fn exprs<'a>(&mut self, exprs: impl IntoIterator<Item = &'a Expr>) {
        for expr in exprs {
            self.expr(expr);
        }
    }

    fn projections(&mut self, projections: &[Projection]) {
        self.exprs(projections.iter().map(|projection| &projection.expr));
    }

    fn order(&mut self, order: &[OrderBy]) {
        self.exprs(order.iter().map(|term| &term.expr));
    }

    fn ctes(&mut self, ctes: &[Cte]) {
        for cte in ctes {
            match &cte.body {
                CteBody::Select(select) => self.select(select),
                CteBody::Insert(insert) => self.insert(insert),
                CteBody::Update(update) => self.update(update),
                CteBody::Delete(delete) => self.delete(delete),
            }
            if !matches!(cte.body, CteBody::Select(_)) {
                self.need(Feature::DataModifyingCtes);
            }
        }
    }

    fn source(&mut self, source: &Source) {
        match source {
            Source::Table { .. } => {}
            Source::Select { select, lateral, .. } => {
                if *lateral {
                    self.need(Feature::Lateral);
                }
                self.select(select);
            }
            Source::Arrays { columns, .. } => {
                self.need(Feature::Arrays);
                columns.iter().for_each(|(_, slot)| self.slot(slot));
            }
        }
    }

    fn select(&mut self, select: &Select) {
        self.ctes(&select.with);
        if let Distinct::On(exprs) = &select.distinct {
            self.need(Feature::DistinctOn);
            self.exprs(exprs);
        }
        self.projections(&select.projections);
        select.from.iter().for_each(|source| self.source(source));
        for join in &select.joins {
            self.source(&join.source);
            self.exprs(&join.on);
        }
        self.exprs(&select.filter);
        self.exprs(&select.group_by);
        self.exprs(&select.having);
        select.set_operations.iter().for_each(|(_, other)| self.select(other));
        self.order(&select.order_by);
        self.exprs(&select.limit);
        self.exprs(&select.offset);
        if let Some(lock) = select.lock {
            self.access = Access::Write;
            self.need(Feature::RowLocks);
            if lock.wait == LockWait::SkipLocked {
                self.need(Feature::SkipLocked);
            }
        }
    }

    fn insert(&mut self, insert: &Insert) {
        self.access = Access::Write;
        self.ctes(&insert.with);
        match &insert.source {
            InsertSource::Defaults => {}
            InsertSource::Rows(rows) => {
                if rows.iter().flatten().any(|expr| *expr == Expr::Default) {
                    self.need(Feature::DefaultInRows);
                }
                self.exprs(rows.iter().flatten());
            }
            InsertSource::Arrays(slots) => slots.iter().for_each(|slot| self.slot(slot)),
            InsertSource::Select(select) => self.select(select),
        }
        match &insert.on_conflict {
            None => {}
            Some(OnConflict::DoNothing) => self.need(Feature::Upsert),
            Some(OnConflict::DoUpdate { set, .. }) => {
                self.need(Feature::Upsert);
                self.exprs(set.iter().map(|assignment| &assignment.value));
            }
        }
        self.returning(&insert.returning, Feature::ReturningInsert);
    }

    fn update(&mut self, update: &Update) {
        self.access = Access::Write;
        self.ctes(&update.with);
        self.exprs(update.set.iter().map(|assignment| &assignment.value));
        self.exprs(&update.filter);
        self.returning(&update.returning, Feature::ReturningUpdate);
    }

    fn delete(&mut self, delete: &Delete) {
        self.access = Access::Write;
        self.ctes(&delete.with);
        self.exprs(&delete.filter);
        self.returning(&delete.returning, Feature::ReturningDelete);
    }

    fn returning(&mut self, projections: &[Projection], feature: Feature) {
        if !projections.is_empty() {
            self.need(feature);
        }
        self.projections(projections);
    }

    fn expr(&mut self, expr: &Expr) {
        match expr {
            Expr::Column { .. } | Expr::Literal(_) | Expr::Excluded(_) | Expr::Default => {}
            Expr::Slot(slot) => self.slot(slot),
            Expr::Binary(operator, left, right) => {
                if matches!(
                    operator,
                    BinaryOperator::ArrayHas
                        | BinaryOperator::ArrayHasEvery
                        | BinaryOperator::ArrayHasSome
                        | BinaryOperator::ArrayConcat
                ) {
                    self.need(Feature::Arrays);
                }
                self.exprs([&**left, &**right]);
            }
            Expr::And(exprs) | Expr::Or(exprs) | Expr::Row(exprs) => self.exprs(exprs),
            Expr::Not(inner) | Expr::IsNull(inner) | Expr::Cast(inner, _) => self.expr(inner),
            Expr::In { expr, list } => {
                self.expr(expr);
                match list {
                    InList::Slot(slot) => self.slot(slot),
                    InList::Rows(slots) => slots.iter().for_each(|slot| self.slot(slot)),
                    InList::Select(select) => self.select(select),
                }
            }
            Expr::TextMatch { expr, needle, .. } => {
                self.expr(expr);
                self.slot(needle);
            }
            Expr::Exists(select) | Expr::Scalar(select) => self.select(select),
            Expr::Call(function, arguments) => {
                self.exprs(arguments);
                match function {
                    Function::NextId { .. } => {
                        self.access = Access::Write;
                        self.need(Feature::Sequences);
                    }
                    Function::RowNumber { partition_by, order_by } => {
                        self.exprs(partition_by);
                        self.order(order_by);
                    }
                    _ => {}
                }
            }
            Expr::Aggregate { argument, .. } => self.exprs(argument.as_deref()),
            Expr::Case { arms, otherwise } => {
                arms.iter().for_each(|(condition, result)| self.exprs([condition, result]));
                self.exprs(otherwise.as_deref());
            }
            Expr::JsonRows(rows) => {
                self.need(Feature::JsonRows);
                self.select(&rows.select);
            }
        }
    }
}
