//! Checked schema to tables: models first, then the tables of implicit many-to-many relations.

use std::borrow::Cow;

use drivetrain_schema::model::{
    Arity, ColumnOptions, FieldId, FieldKind, Index, IndexKind, JoinSide, JoinTable, Key, Model, Predicate,
    ReferentialAction, RelationField, RelationMode, ScalarField, ScalarType,
};
use drivetrain_schema::{Provider, Schema};

use crate::table::{
    Column, Comparison, Filter, ForeignKey, IndexColumn, Name, PrimaryKey, Table, TableIndex,
};

struct Maker<'s> {
    schema: &'s Schema,
    provider: Provider,
    /// Native types are of the main provider.
    natives: bool,
    foreign_keys: bool,
}

pub(crate) fn tables(schema: &Schema, provider: Provider) -> Vec<Table<'_>> {
    let maker = Maker {
        schema,
        provider,
        natives: schema.providers.first() == Some(&provider),
        foreign_keys: schema.relation_mode() == RelationMode::ForeignKeys,
    };
    let models = || schema.models.iter().filter(|model| !model.is_view);
    let of_models = models().map(|model| maker.table(model));
    let of_relations = models().flat_map(|model| {
        let relations = model.relation_fields().filter_map(|(_, _, relation)| {
            let table = relation.join_table().filter(|table| table.side == JoinSide::A)?;
            Some((relation, table))
        });
        relations.filter_map(|(relation, table)| maker.join_table(model, relation, table)).collect::<Vec<_>>()
    });
    of_models.chain(of_relations).collect()
}

fn name(model: &Model) -> Name<'_> {
    Name { schema: model.db_schema.as_deref(), name: &model.db_name }
}

fn column_name(model: &Model, field: FieldId) -> &str {
    &model[field].db_name
}

impl<'s> Maker<'s> {
    fn table(&self, model: &'s Model) -> Table<'s> {
        let scalars = model.scalar_fields();
        let columns = scalars.map(|(_, field, scalar)| Column {
            default: scalar.default.as_ref(),
            ..self.column(&field.db_name, scalar, field.arity)
        });
        let uniques = |at_field| {
            let keys = model.uniques.iter().filter(move |key| key.at_field == at_field);
            keys.map(|key| self.unique(model, key))
        };
        let partial = |partial| {
            let indexes =
                model.indexes.iter().filter(move |i| (i.kind == IndexKind::PartialUnique) == partial);
            indexes.map(|index| self.index(model, index))
        };
        let relations = model.relation_fields().map(|(_, _, relation)| relation);
        Table {
            name: name(model),
            columns: columns.collect(),
            primary_key: model.primary_key.as_ref().map(|key| PrimaryKey {
                name: key.db_name.for_provider(self.provider),
                columns: self.columns(model, &key.fields, &key.options),
            }),
            indexes: uniques(true).chain(partial(false)).chain(uniques(false)).chain(partial(true)).collect(),
            foreign_keys: relations.filter_map(|relation| self.foreign_key(model, relation)).collect(),
        }
    }

    fn column(&self, name: &'s str, scalar: &'s ScalarField, arity: Arity) -> Column<'s> {
        let of = match scalar.ty {
            ScalarType::Enum(id) => Some(&self.schema[id]),
            _ => None,
        };
        let native = scalar.native.as_ref().filter(|_| self.natives);
        Column { name, ty: &scalar.ty, of, native, arity, default: None }
    }

    fn columns(
        &self,
        model: &'s Model,
        fields: &[FieldId],
        options: &[ColumnOptions],
    ) -> Vec<IndexColumn<'s>> {
        let columns = fields.iter().zip(options);
        columns
            .map(|(field, options)| IndexColumn {
                name: column_name(model, *field),
                options: self.options(options),
            })
            .collect()
    }

    /// Length and operator class are of the main provider, as native types are.
    fn options(&self, options: &ColumnOptions) -> ColumnOptions {
        if self.natives {
            options.clone()
        } else {
            ColumnOptions { sort: options.sort, ..ColumnOptions::default() }
        }
    }

    fn unique(&self, model: &'s Model, key: &'s Key) -> TableIndex<'s> {
        TableIndex {
            name: key.db_name.for_provider(self.provider),
            unique: true,
            kind: IndexKind::Normal,
            algorithm: None,
            columns: self.columns(model, &key.fields, &key.options),
            filter: None,
        }
    }

    fn index(&self, model: &'s Model, index: &'s Index) -> TableIndex<'s> {
        let filter = index.predicate.as_ref().map(|predicate| match predicate {
            Predicate::Raw(text) => Filter::Raw(text),
            Predicate::All(conditions) => {
                let comparison = |condition: &'s drivetrain_schema::model::Condition| {
                    let field = &model[condition.field];
                    let of = match field.as_scalar().map(|scalar| &scalar.ty) {
                        Some(ScalarType::Enum(id)) => Some(&self.schema[*id]),
                        _ => None,
                    };
                    let value = condition.value.as_ref();
                    Comparison { column: &field.db_name, of, negated: condition.negated, value }
                };
                Filter::All(conditions.iter().map(comparison).collect())
            }
        });
        TableIndex {
            name: index.db_name.for_provider(self.provider),
            unique: index.kind == IndexKind::PartialUnique,
            kind: index.kind,
            algorithm: index.algorithm.filter(|_| self.natives),
            columns: self.columns(model, &index.fields, &index.options),
            filter,
        }
    }

    fn foreign_key(&self, model: &'s Model, relation: &'s RelationField) -> Option<ForeignKey<'s>> {
        let target = &self.schema[relation.target];
        // A view is no target of a foreign key.
        if !self.foreign_keys || target.is_view {
            return None;
        }
        Some(ForeignKey {
            name: relation.fk_db_name.as_ref()?.for_provider(self.provider),
            columns: relation.fields.iter().map(|field| column_name(model, *field)).collect(),
            target: name(target),
            references: relation.references.iter().map(|field| column_name(target, *field)).collect(),
            on_delete: relation.on_delete,
            on_update: relation.on_update,
        })
    }

    /// `a` is the model column `A` refers to. `None` only if a model lacks the key that a checked schema has.
    fn join_table(
        &self,
        a: &'s Model,
        relation: &'s RelationField,
        table: &'s JoinTable,
    ) -> Option<Table<'s>> {
        let b = &self.schema[relation.target];
        let mut columns = Vec::new();
        let mut foreign_keys = Vec::new();
        for (side, model) in [(JoinSide::A, a), (JoinSide::B, b)] {
            let id = &model[*model.primary_key.as_ref()?.fields.first()?];
            let FieldKind::Scalar(scalar) = &id.kind else { return None };
            columns.push(self.column(side.column(), scalar, Arity::Required));
            foreign_keys.push(ForeignKey {
                name: Cow::Owned(table.foreign_key_name(side).for_provider(self.provider).into_owned()),
                columns: vec![side.column()],
                target: name(model),
                references: vec![&*id.db_name],
                on_delete: ReferentialAction::Cascade,
                on_update: ReferentialAction::Cascade,
            });
        }
        if !self.foreign_keys {
            foreign_keys.clear();
        }
        let plain = |name| IndexColumn { name, options: ColumnOptions::default() };
        let index = |name: Cow<'_, str>, unique, columns| TableIndex {
            name: Cow::Owned(name.into_owned()),
            unique,
            kind: IndexKind::Normal,
            algorithm: None,
            columns,
            filter: None,
        };
        let on_b = index(table.index_name().for_provider(self.provider), false, vec![plain("B")]);
        let both = || vec![plain("A"), plain("B")];
        let (primary_key, indexes) = if self.provider == Provider::Postgresql {
            let name = table.primary_key_name().for_provider(self.provider).into_owned();
            (Some(PrimaryKey { name: Cow::Owned(name), columns: both() }), vec![on_b])
        } else {
            (None, vec![index(table.unique_name().for_provider(self.provider), true, both()), on_b])
        };
        let name = Name { schema: table.db_schema.as_deref(), name: &table.db_name };
        Some(Table { name, columns, primary_key, indexes, foreign_keys })
    }
}
