//! From conditions on records to expressions.

use drivetrain_adapter_api::statement::{
    BinaryOperator, Expr, Function, Ident, InList, Join, JoinKind, Literal, Projection, Select,
};
use drivetrain_adapter_api::{DbType, Dialect, Result, Value};

use super::builder::Builder;
use super::columns;
use crate::filter::{Compare, Node, NodeKind, Quantifier};
use crate::model::{ModelMeta, RelationMeta, TypeMeta};

impl Builder {
    /// The condition on the record that `alias` stands for; `None` if it holds for every record.
    pub(super) fn filter(
        &mut self,
        model: &'static ModelMeta,
        alias: &Ident,
        node: &Node,
    ) -> Result<Option<Expr>> {
        match node {
            Node::And(nodes) if nodes.is_empty() => Ok(None),
            _ => self.condition(model, alias, node).map(Some),
        }
    }

    fn condition(&mut self, model: &'static ModelMeta, alias: &Ident, node: &Node) -> Result<Expr> {
        match node {
            Node::And(nodes) | Node::Or(nodes) => {
                let mut all = nodes
                    .iter()
                    .map(|node| self.condition(model, alias, node))
                    .collect::<Result<Vec<_>>>()?;
                Ok(match (all.len(), node) {
                    (1, _) => all.remove(0),
                    (_, Node::And(_)) => Expr::And(all),
                    _ => Expr::Or(all),
                })
            }
            Node::Not(inner) => Ok(self.condition(model, alias, inner)?.not()),
            Node::Column { column, kind } => self.column(model, alias, *column, kind),
            Node::Relation { relation, quantifier, filter } => {
                self.related(&model.relations[*relation], model, alias, *quantifier, filter)
            }
        }
    }

    fn column(&mut self, model: &ModelMeta, alias: &Ident, column: usize, kind: &NodeKind) -> Result<Expr> {
        let meta = &model.columns[column];
        let expr = Expr::of(alias.clone(), meta.column);
        let (expr, ty) = match (kind, compared_as(meta.ty)) {
            (NodeKind::Compare(..) | NodeKind::In(_) | NodeKind::IsEmpty, Some((cast, ty))) => {
                (Expr::Cast(Box::new(expr), cast), ty)
            }
            _ => (expr, meta.ty.to_db_type()),
        };
        let element = || ty.element().cloned().unwrap_or(DbType::Unknown);
        Ok(match kind {
            NodeKind::Compare(operator, value) => {
                let value = self.value(value.clone(), &ty)?;
                expr.binary(operator_of(*operator), value)
            }
            // A list of lists would be one list of two dimensions.
            NodeKind::In(values) if matches!(meta.ty, TypeMeta::List(_)) => {
                let equals = |value: &Value| Ok(expr.clone().equal(self.value(value.clone(), &ty)?));
                Expr::Or(values.iter().map(equals).collect::<Result<_>>()?)
            }
            NodeKind::In(values) => {
                Expr::In { expr: Box::new(expr), list: InList::Slot(self.list(values.clone(), &ty)?) }
            }
            NodeKind::IsNull => expr.is_null(),
            NodeKind::Text { kind, needle, case_insensitive } => Expr::TextMatch {
                expr: Box::new(expr),
                kind: *kind,
                needle: self.slot(needle.clone(), &DbType::Text)?,
                case_insensitive: *case_insensitive,
            },
            NodeKind::Has(value) => {
                let value = self.value(value.clone(), &element())?;
                expr.binary(BinaryOperator::ArrayHas, value)
            }
            NodeKind::HasEvery(values) => {
                let values = self.list(values.clone(), &element())?;
                expr.binary(BinaryOperator::ArrayHasEvery, Expr::Slot(values))
            }
            NodeKind::HasSome(values) => {
                let values = self.list(values.clone(), &element())?;
                expr.binary(BinaryOperator::ArrayHasSome, Expr::Slot(values))
            }
            NodeKind::IsEmpty => {
                let empty = Expr::Slot(self.list(Vec::new(), &element())?);
                Expr::Or(vec![expr.clone().equal(empty), expr.is_null()])
            }
        })
    }

    fn related(
        &mut self,
        relation: &'static RelationMeta,
        model: &'static ModelMeta,
        alias: &Ident,
        quantifier: Quantifier,
        filter: &Node,
    ) -> Result<Expr> {
        let target = (relation.target)();
        let inner = self.alias();
        let mut select = self.joined_to(relation, model, alias, &inner);
        select.projections = vec![Projection::new(Expr::Literal(Literal::Int(1)))];
        if let Some(condition) = self.filter(target, &inner, filter)? {
            let condition = match quantifier {
                // What is not known to hold does not hold.
                Quantifier::Every => {
                    Expr::Call(Function::Coalesce, vec![condition, Expr::Literal(Literal::Bool(false))]).not()
                }
                Quantifier::Some | Quantifier::None => condition,
            };
            narrow(&mut select, condition);
        } else if quantifier == Quantifier::Every {
            return Ok(Expr::Literal(Literal::Bool(true)));
        }
        let exists = Expr::Exists(Box::new(select));
        Ok(match quantifier {
            Quantifier::Some => exists,
            Quantifier::Every | Quantifier::None => exists.not(),
        })
    }

    /// A select, without projections, of the records that `relation` refers to from the record `outer`.
    pub(super) fn joined_to(
        &mut self,
        relation: &'static RelationMeta,
        model: &'static ModelMeta,
        outer: &Ident,
        inner: &Ident,
    ) -> Select {
        let target = (relation.target)();
        let local = |at: &usize| Expr::of(outer.clone(), model.columns[*at].column);
        let foreign = |at: &usize| Expr::of(inner.clone(), target.columns[*at].column);
        let records = self.records(target, inner);
        match &relation.join_table {
            None => {
                let pairs = relation.local.iter().zip(relation.foreign);
                let mut select = Select { from: Some(records), ..Select::default() };
                for (mine, theirs) in pairs {
                    narrow(&mut select, foreign(theirs).equal(local(mine)));
                }
                select
            }
            Some(table) => {
                let link = self.alias();
                let links = self.links(table, &link);
                let on = relation
                    .foreign
                    .iter()
                    .map(|at| foreign(at).equal(Expr::of(link.clone(), table.foreign)));
                let join = Join { kind: JoinKind::Inner, source: records, on: Some(Expr::And(on.collect())) };
                let mut select = Select { from: Some(links), joins: vec![join], ..Select::default() };
                for mine in relation.local {
                    narrow(&mut select, Expr::of(link.clone(), table.local).equal(local(mine)));
                }
                select
            }
        }
    }
}

/// Where Postgres cannot compare values of a column's own type: the type that the column is cast to, and that of the
/// values it is compared with.
fn compared_as(ty: TypeMeta) -> Option<(DbType, DbType)> {
    let known = |name: &str, carrier: DbType| {
        Some((columns::postgres_type(name), DbType::named(Dialect::Postgres, None, name, carrier)))
    };
    match ty {
        TypeMeta::Native { dialect: Dialect::Postgres, name: "json", .. } => known("jsonb", DbType::Json),
        TypeMeta::Native { dialect: Dialect::Postgres, name: "xml", .. } => known("text", DbType::Text),
        TypeMeta::List(element) => {
            compared_as(*element).map(|(cast, ty)| (DbType::array(cast), DbType::array(ty)))
        }
        _ => None,
    }
}

/// Adds a condition to those of a select.
pub(super) fn narrow(select: &mut Select, condition: Expr) {
    select.filter = Some(match select.filter.take() {
        None => condition,
        Some(Expr::And(mut all)) => {
            all.push(condition);
            Expr::And(all)
        }
        Some(other) => Expr::And(vec![other, condition]),
    });
}

fn operator_of(operator: Compare) -> BinaryOperator {
    match operator {
        Compare::Equal => BinaryOperator::Equal,
        Compare::NotEqual => BinaryOperator::NotEqual,
        Compare::Less => BinaryOperator::Less,
        Compare::LessOrEqual => BinaryOperator::LessOrEqual,
        Compare::Greater => BinaryOperator::Greater,
        Compare::GreaterOrEqual => BinaryOperator::GreaterOrEqual,
    }
}
