//! Slots and names for one statement.

use drivetrain_adapter_api::statement::{
    Body, Expr, Ident, JsonItem, OrderBy, Select, SetOperator, Slot, Source, Statement,
};
use drivetrain_adapter_api::value::Array;
use drivetrain_adapter_api::{DbType, Query, Result, Value};

use super::columns;
use crate::filter::OrderNode;
use crate::model::{JoinTableMeta, ModelMeta, TableMeta};

/// Collects the values of a statement while its parts are built.
#[derive(Default)]
pub(super) struct Builder {
    params: Vec<Value>,
    aliases: usize,
    /// Common table expressions that hold new records of a model: the tables do not show them yet.
    created: Vec<(&'static ModelMeta, Ident)>,
    /// The same for the rows of tables between models.
    linked: Vec<(TableMeta, Ident)>,
}

impl Builder {
    /// A name for a source, unlike those of the user's tables and other sources.
    pub(super) fn alias(&mut self) -> Ident {
        self.aliases += 1;
        Ident::from(format!("drivetrain_{}", self.aliases))
    }

    /// A place for `value`, as a value of type `ty`.
    pub(super) fn slot(&mut self, value: Value, ty: &DbType) -> Result<Slot> {
        self.params.push(value.coerce_to(ty)?);
        Ok(Slot { index: (self.params.len() - 1) as u32, ty: ty.clone() })
    }

    /// The same as an expression.
    pub(super) fn value(&mut self, value: Value, ty: &DbType) -> Result<Expr> {
        self.slot(value, ty).map(Expr::Slot)
    }

    /// A place for several values of type `ty`.
    pub(super) fn list(&mut self, values: Vec<Value>, ty: &DbType) -> Result<Slot> {
        let list = DbType::array(ty.clone());
        self.slot(Value::Array(Array::new(ty.clone(), values)), &list)
    }

    /// A place for a number of rows. Numbers that no database counts to mean all rows.
    pub(super) fn count(&mut self, count: u64) -> Result<Expr> {
        self.value(Value::UInt64(count.min(i64::MAX as u64)), &DbType::Int64)
    }

    /// The query of that statement with the values collected.
    pub(super) fn finish(self, body: impl Into<Body>, label: &str) -> Query {
        Query::new(Statement::new(body), self.params).with_label(label)
    }

    pub(super) fn created(&mut self, model: &'static ModelMeta, cte: Ident) {
        self.created.push((model, cte));
    }

    pub(super) fn linked(&mut self, table: TableMeta, cte: Ident) {
        self.linked.push((table, cte));
    }

    /// The records of a model, those created by this statement among them.
    pub(super) fn records(&self, model: &'static ModelMeta, alias: &Ident) -> Source {
        let names: Vec<Ident> = model.columns.iter().map(|column| column.column.into()).collect();
        let created =
            self.created.iter().filter(|(known, _)| std::ptr::eq(*known, model)).map(|(_, cte)| cte);
        with_created(Source::aliased(model.table.to_name(), alias.clone()), &names, created, alias)
    }

    /// The rows of a table between two models, those created by this statement among them.
    pub(super) fn links(&self, table: &JoinTableMeta, alias: &Ident) -> Source {
        let names: Vec<Ident> = vec![table.local.into(), table.foreign.into()];
        let created = self.linked.iter().filter(|(known, _)| *known == table.table).map(|(_, cte)| cte);
        with_created(Source::aliased(table.table.to_name(), alias.clone()), &names, created, alias)
    }
}

/// The table, and what common table expressions have written into it.
fn with_created<'a>(
    table: Source,
    names: &[Ident],
    created: impl Iterator<Item = &'a Ident>,
    alias: &Ident,
) -> Source {
    let columns = |from: Source| Select {
        projections: names.iter().map(|name| columns::projection(Expr::column(name.clone()))).collect(),
        from: Some(from),
        ..Select::default()
    };
    let mut union =
        created.map(|cte| (SetOperator::UnionAll, columns(Source::table(cte.as_str())))).collect::<Vec<_>>();
    if union.is_empty() {
        return table;
    }
    let mut all = columns(table);
    all.set_operations.append(&mut union);
    Source::Select { select: Box::new(all), alias: alias.clone(), lateral: false }
}

/// The order asked for, then the primary key where the order must be complete.
pub(super) fn order(model: &ModelMeta, alias: &Ident, order: &[OrderNode], complete: bool) -> Vec<OrderBy> {
    let column = |at: usize| Expr::of(alias.clone(), model.columns[at].column);
    let mut terms: Vec<OrderBy> = order
        .iter()
        .map(|term| OrderBy { expr: column(term.column), direction: term.direction, nulls: term.nulls })
        .collect();
    if complete {
        let rest = model.identity().iter().filter(|at| order.iter().all(|term| term.column != **at));
        terms.extend(rest.map(|at| OrderBy::ascending(column(*at))));
    }
    terms
}

/// How the columns of a model are put into JSON.
pub(super) fn items(model: &ModelMeta) -> Vec<JsonItem> {
    model.column_types().into_iter().map(JsonItem::Scalar).collect()
}
