//! New records as inserts.

use drivetrain_adapter_api::statement::{
    AggregateFunction, BinaryOperator, Expr, Ident, Insert, InsertSource, Literal, OnConflict, OrderBy,
    Projection, Select, Source,
};
use drivetrain_adapter_api::{Capabilities, DbType, Result, Value};

use super::builder::Builder;
use super::columns::{self, Given};
use crate::create::CreateData;
use crate::model::{ModelMeta, TypeMeta};

/// A new record whose defaults are filled in: what each column is given, in the order of the columns.
pub(super) struct NewRecord {
    pub(super) model: &'static ModelMeta,
    pub(super) given: Vec<(usize, Given)>,
    pub(super) children: Vec<(usize, Vec<Self>)>,
}

impl NewRecord {
    /// The record with defaults that the client makes, and those created with it.
    pub(super) fn complete(data: CreateData) -> Self {
        let CreateData { model, values, children } = data;
        let mut given: Vec<(usize, Given)> =
            values.into_iter().map(|(column, value)| (column, Given::Value(value))).collect();
        for (column, meta) in model.columns.iter().enumerate() {
            if given.iter().all(|(known, _)| *known != column)
                && let Some(default) = columns::default_of(meta)
            {
                given.push((column, default));
            }
        }
        given.sort_by_key(|(column, _)| *column);
        let children = children
            .into_iter()
            .map(|(relation, children)| (relation, children.into_iter().map(Self::complete).collect()))
            .collect();
        Self { model, given, children }
    }

    /// The columns that are given something.
    pub(super) fn columns(&self) -> Vec<usize> {
        self.given.iter().map(|(column, _)| *column).collect()
    }

    /// The same records without what is given for those columns, which are filled in from elsewhere.
    pub(super) fn without(records: Vec<Self>, columns: &[usize]) -> Vec<Self> {
        let strip = |mut record: Self| {
            record.given.retain(|(column, _)| !columns.contains(column));
            record
        };
        records.into_iter().map(strip).collect()
    }

    fn is_leaf(&self) -> bool {
        self.children.iter().all(|(_, children)| children.is_empty())
    }
}

/// Whether the records can be inserted from one array a column: they give the same columns, in the same way, have no
/// records of their own, and no column is a list already.
pub(super) fn is_uniform(records: &[NewRecord]) -> bool {
    let Some((first, rest)) = records.split_first() else { return false };
    let is_value = |(_, given): &(usize, Given)| matches!(given, Given::Value(_));
    let shape: Vec<(usize, bool)> = first.given.iter().map(|given| (given.0, is_value(given))).collect();
    let is_list = |column: &usize| matches!(first.model.columns[*column].ty, TypeMeta::List(_));
    first.is_leaf()
        && first.given.iter().any(is_value)
        && !first.columns().iter().any(is_list)
        && rest.iter().all(|record| {
            record.is_leaf()
                && record.given.iter().map(|given| (given.0, is_value(given))).eq(shape.iter().copied())
        })
}

/// Records of one insert where they stand row by row, at most.
const ROWS_OF_AN_INSERT: usize = 500;

/// How many records that are given that many columns can stand in one insert row by row.
pub(super) fn rows_of_an_insert(capabilities: &Capabilities, columns: usize) -> usize {
    let by_parameters =
        capabilities.max_parameters().map_or(usize::MAX, |limit| limit as usize / columns.max(1));
    by_parameters.clamp(1, ROWS_OF_AN_INSERT)
}

fn column_name(model: &ModelMeta, column: usize) -> Ident {
    model.columns[column].column.into()
}

fn column_type(model: &ModelMeta, column: usize) -> DbType {
    model.columns[column].ty.to_db_type()
}

impl Builder {
    fn given(&mut self, model: &ModelMeta, column: usize, given: Given) -> Result<Expr> {
        let ty = column_type(model, column);
        match given {
            Given::Value(value) => self.value(value, &ty),
            Given::Now => Ok(columns::now(&ty)),
        }
    }

    /// An insert of one record, whose foreign key is `foreign`; carried out after what the common table expression
    /// `after` writes.
    pub(super) fn insert_one(
        &mut self,
        model: &'static ModelMeta,
        given: Vec<(usize, Given)>,
        foreign: Vec<(usize, Expr)>,
        after: Option<&Ident>,
    ) -> Result<Insert> {
        let mut names = Vec::new();
        let mut row = Vec::new();
        for (column, given) in given {
            names.push(column_name(model, column));
            row.push(self.given(model, column, given)?);
        }
        for (column, expr) in foreign {
            names.push(column_name(model, column));
            row.push(expr);
        }
        let source = match after {
            _ if row.is_empty() => InsertSource::Defaults,
            None => InsertSource::Rows(vec![row]),
            Some(after) => InsertSource::Select(Box::new(Select {
                projections: row.into_iter().map(Projection::new).collect(),
                filter: Some(is_done(after)),
                ..Select::default()
            })),
        };
        Ok(insert(model, names, source))
    }

    /// An insert of records that give the same columns, row by row.
    pub(super) fn insert_rows(
        &mut self,
        model: &'static ModelMeta,
        records: Vec<NewRecord>,
        foreign: &[(usize, Value)],
    ) -> Result<Insert> {
        let columns = records.first().map(NewRecord::columns).unwrap_or_default();
        let mut names: Vec<Ident> = columns.iter().map(|column| column_name(model, *column)).collect();
        names.extend(foreign.iter().map(|(column, _)| column_name(model, *column)));
        let mut rows = Vec::with_capacity(records.len());
        for record in records {
            let mut row = Vec::with_capacity(names.len());
            for (column, given) in record.given {
                row.push(self.given(model, column, given)?);
            }
            for (column, value) in foreign {
                row.push(self.value(value.clone(), &column_type(model, *column))?);
            }
            rows.push(row);
        }
        Ok(insert(model, names, InsertSource::Rows(rows)))
    }

    /// An insert of [uniform](is_uniform) records from one array a column, with foreign keys taken from the only row
    /// of a parent; carried out after what the common table expression `after` writes.
    pub(super) fn insert_arrays(
        &mut self,
        model: &'static ModelMeta,
        records: Vec<NewRecord>,
        parent: Option<(Ident, Vec<(usize, Ident)>)>,
        after: Option<&Ident>,
    ) -> Result<Insert> {
        let columns = records.first().map(|record| record.given.clone()).unwrap_or_default();
        let mut arrays: Vec<Vec<Value>> = vec![Vec::with_capacity(records.len()); columns.len()];
        for record in records {
            for (array, (_, given)) in arrays.iter_mut().zip(record.given) {
                if let Given::Value(value) = given {
                    array.push(value);
                }
            }
        }
        let alias = self.alias();
        let ordinal = Ident::from("drivetrain_ordinal");
        let mut names = Vec::new();
        let mut sources = Vec::new();
        let mut projections = Vec::new();
        for ((column, given), values) in columns.into_iter().zip(arrays) {
            let name = column_name(model, column);
            let ty = column_type(model, column);
            names.push(name.clone());
            match given {
                Given::Now => projections.push(Projection::new(columns::now(&ty))),
                Given::Value(_) => {
                    projections.push(Projection::new(Expr::of(alias.clone(), name.clone())));
                    sources.push((name, self.list(values, &ty)?));
                }
            }
        }
        let arrays =
            Source::Arrays { columns: sources, ordinal: Some(ordinal.clone()), alias: alias.clone() };
        let mut select = Select { from: Some(arrays), ..Select::default() };
        if let Some((parent, keys)) = parent {
            for (column, key) in keys {
                names.push(column_name(model, column));
                projections.push(Projection::new(Expr::of(parent.clone(), key)));
            }
            select.joins.push(drivetrain_adapter_api::statement::Join {
                kind: drivetrain_adapter_api::statement::JoinKind::Cross,
                source: Source::table(parent.as_str()),
                on: None,
            });
        }
        select.projections = projections;
        select.filter = after.map(is_done);
        select.order_by = vec![OrderBy::ascending(Expr::of(alias, ordinal))];
        Ok(insert(model, names, InsertSource::Select(Box::new(select))))
    }
}

/// A condition that always holds, and takes all rows of a common table expression to find that out: without it,
/// databases choose the order in which such expressions write, and generated keys would not follow the order given.
fn is_done(cte: &Ident) -> Expr {
    let count = Expr::Aggregate { function: AggregateFunction::Count, argument: None, distinct: false };
    let select = Select {
        projections: vec![Projection::new(count)],
        from: Some(Source::table(cte.as_str())),
        ..Select::default()
    };
    Expr::Scalar(Box::new(select)).binary(BinaryOperator::GreaterOrEqual, Expr::Literal(Literal::Int(0)))
}

fn insert(model: &'static ModelMeta, columns: Vec<Ident>, source: InsertSource) -> Insert {
    Insert {
        with: Vec::new(),
        table: model.table.to_name(),
        columns,
        source,
        on_conflict: None,
        returning: Vec::new(),
    }
}

/// The same insert, giving back all columns.
pub(super) fn returning(mut insert: Insert, model: &ModelMeta) -> Insert {
    insert.returning = columns::returning(model);
    insert
}

/// The same insert, leaving out rows whose key exists already.
pub(super) fn skipping_duplicates(mut insert: Insert, skip: bool) -> Insert {
    insert.on_conflict = skip.then_some(OnConflict::DoNothing);
    insert
}
