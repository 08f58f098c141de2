//! A record and those created with it in one statement: an insert for each as a common table expression, and a select
//! that reads them back.
//!
//! No row is written twice, since all of them are new; and results come from what the inserts give back, since the
//! select sees the tables as they were before.

use drivetrain_adapter_api::statement::{
    Cte, CteBody, Expr, Ident, Insert, InsertSource, Join, JoinKind, Projection, Select, Source,
};
use drivetrain_adapter_api::{Query, Result};

use super::super::builder::Builder;
use super::super::columns;
use super::super::insert::{NewRecord, is_uniform};
use super::super::selection::Selection;
use crate::model::{JoinTableMeta, ModelMeta, RelationMeta};

pub(super) fn query(new: NewRecord, selection: &Selection, label: &str) -> Result<Query> {
    let mut builder = Builder::default();
    let mut inserts = Inserts { builder: &mut builder, ctes: Vec::new() };
    let root = inserts.record(new, Vec::new())?;
    let with = inserts.ctes;
    let alias = builder.alias();
    let source = Source::aliased(root.as_str(), alias.clone());
    let mut select = builder.select_from(source, &alias, selection, true)?;
    select.with = with;
    Ok(builder.finish(select, label))
}

struct Inserts<'a> {
    builder: &'a mut Builder,
    ctes: Vec<Cte>,
}

impl Inserts<'_> {
    fn cte(&mut self, insert: Insert) -> Ident {
        let name = self.builder.alias();
        self.ctes.push(Cte {
            name: name.clone(),
            columns: Vec::new(),
            body: CteBody::Insert(Box::new(insert)),
        });
        name
    }

    /// The expression that the next one is carried out after.
    fn last(&self) -> Option<Ident> {
        self.ctes.last().map(|cte| cte.name.clone())
    }

    fn created(&mut self, model: &'static ModelMeta, mut insert: Insert) -> Ident {
        insert.returning = columns::written(model);
        let name = self.cte(insert);
        self.builder.created(model, name.clone());
        name
    }

    /// Inserts the record and those created with it; gives the name of what holds it.
    fn record(&mut self, new: NewRecord, foreign: Vec<(usize, Expr)>) -> Result<Ident> {
        let NewRecord { model, given, children } = new;
        let insert = self.builder.insert_one(model, given, foreign, self.last().as_ref())?;
        let parent = self.created(model, insert);
        for (relation, children) in children {
            self.children(model, &parent, &model.relations[relation], children)?;
        }
        Ok(parent)
    }

    fn children(
        &mut self,
        model: &'static ModelMeta,
        parent: &Ident,
        relation: &'static RelationMeta,
        children: Vec<NewRecord>,
    ) -> Result<()> {
        let name = |at: &usize| Ident::from(model.columns[*at].column);
        let keys: Vec<(usize, Ident)> =
            relation.foreign.iter().copied().zip(relation.local.iter().map(name)).collect();
        let target = (relation.target)();
        let children = match relation.join_table {
            None => NewRecord::without(children, relation.foreign),
            Some(_) => children,
        };
        let uniform = children.len() > 1 && is_uniform(&children);
        match &relation.join_table {
            None if uniform => {
                let insert = self.builder.insert_arrays(
                    target,
                    children,
                    Some((parent.clone(), keys)),
                    self.last().as_ref(),
                )?;
                self.created(target, insert);
            }
            None => {
                for child in children {
                    let foreign =
                        keys.iter().map(|(column, key)| (*column, only_value(parent, key))).collect();
                    self.record(child, foreign)?;
                }
            }
            Some(table) if uniform => {
                let insert = self.builder.insert_arrays(target, children, None, self.last().as_ref())?;
                let child = self.created(target, insert);
                self.link(model, parent, relation, table, &child);
            }
            Some(table) => {
                for child in children {
                    let child = self.record(child, Vec::new())?;
                    self.link(model, parent, relation, table, &child);
                }
            }
        }
        Ok(())
    }

    /// Links the parent with all records that `child` holds.
    fn link(
        &mut self,
        model: &ModelMeta,
        parent: &Ident,
        relation: &RelationMeta,
        table: &JoinTableMeta,
        child: &Ident,
    ) {
        let target = (relation.target)();
        let mine = relation.local.iter().map(|at| Expr::of(parent.clone(), model.columns[*at].column));
        let theirs = relation.foreign.iter().map(|at| Expr::of(child.clone(), target.columns[*at].column));
        let select = Select {
            projections: mine.chain(theirs).map(Projection::new).collect(),
            from: Some(Source::table(parent.as_str())),
            joins: vec![Join { kind: JoinKind::Cross, source: Source::table(child.as_str()), on: None }],
            ..Select::default()
        };
        let names = [table.local, table.foreign].map(Ident::from);
        let insert = Insert {
            with: Vec::new(),
            table: table.table.to_name(),
            columns: names.to_vec(),
            source: InsertSource::Select(Box::new(select)),
            on_conflict: None,
            returning: names.into_iter().map(|name| columns::projection(Expr::column(name))).collect(),
        };
        let cte = self.cte(insert);
        self.builder.linked(table.table, cte);
    }
}

/// The column of the only row that `source` holds.
fn only_value(source: &Ident, column: &Ident) -> Expr {
    Expr::Scalar(Box::new(Select {
        projections: vec![Projection::new(Expr::column(column.clone()))],
        from: Some(Source::table(source.as_str())),
        ..Select::default()
    }))
}
