//! Tables of a checked `schema.prisma`.

use drivetrain_adapter_api::statement::{Ident, TableName};
use drivetrain_adapter_api::value::{Array, Json, Timestamp, TimestampTz};
use drivetrain_adapter_api::{DbType, Dialect, Result, Value};
use drivetrain_schema::model::{
    Arity, DefaultValue, Enum, FieldId, FieldKind, JoinSide, JoinTable, Literal, Model, ReferentialAction,
    RelationField, RelationMode, ScalarField, ScalarType,
};
use drivetrain_schema::{Provider, Schema};

use crate::define::{Action, ColumnDef, ForeignKeyDef, TableDef};

/// The tables that a schema describes in a database of the kind `provider`, named and typed as Prisma's migrations make
/// them.
///
/// What the database alone knows is left out: views are tables that tests fill themselves, a default that is an
/// expression of SQL (`dbgenerated`) is none, partial unique indexes are not kept, and native types say what a column
/// holds and not how long it may be.
///
/// # Errors
/// If a default of the schema is no value of its column.
pub fn tables_of(schema: &Schema, provider: Provider) -> Result<Vec<TableDef>> {
    let maker = Maker {
        schema,
        provider,
        natives: schema.providers.first() == Some(&provider),
        foreign_keys: schema.relation_mode() == RelationMode::ForeignKeys,
    };
    let mut tables = Vec::new();
    for model in &schema.models {
        tables.push(maker.table(model)?);
    }
    for model in schema.models.iter().filter(|model| !model.is_view) {
        for (_, _, relation) in model.relation_fields() {
            if let Some(table) = relation.join_table().filter(|table| table.side == JoinSide::A) {
                tables.extend(maker.join_table(model, relation, table));
            }
        }
    }
    Ok(tables)
}

struct Maker<'s> {
    schema: &'s Schema,
    provider: Provider,
    /// Native types are of the main provider.
    natives: bool,
    foreign_keys: bool,
}

fn table_name(schema: Option<&str>, name: &str) -> TableName {
    match schema {
        Some(schema) => TableName::in_schema(schema, name),
        None => TableName::new(name),
    }
}

impl Maker<'_> {
    fn name(&self, model: &Model) -> TableName {
        table_name(model.db_schema.as_deref().filter(|_| self.provider.has_db_schemas()), &model.db_name)
    }

    fn table(&self, model: &Model) -> Result<TableDef> {
        let mut table = TableDef::new(self.name(model));
        for (_, field, scalar) in model.scalar_fields() {
            table = table.column(self.column(&field.db_name, scalar, field.arity, true)?);
        }
        let names = |fields: &[FieldId]| -> Vec<Ident> {
            fields.iter().map(|field| Ident::from(model[*field].db_name.as_str())).collect()
        };
        if let Some(key) = &model.primary_key {
            table = table.primary_key_named(key.db_name.for_provider(self.provider), names(&key.fields));
        }
        for key in &model.uniques {
            table = table.unique(key.db_name.for_provider(self.provider), names(&key.fields));
        }
        for (_, _, relation) in model.relation_fields() {
            let target = &self.schema[relation.target];
            let (Some(name), false, true) =
                (&relation.fk_db_name, target.is_view || model.is_view, self.foreign_keys)
            else {
                continue;
            };
            let references: Vec<Ident> = relation
                .references
                .iter()
                .map(|field| Ident::from(target[*field].db_name.as_str()))
                .collect();
            let name = name.for_provider(self.provider).into_owned();
            let key = ForeignKeyDef::new(name, names(&relation.fields), self.name(target), references);
            table = table
                .foreign_key(key.on_delete(action(relation.on_delete)).on_update(action(relation.on_update)));
        }
        Ok(table)
    }

    fn column(
        &self,
        name: &str,
        scalar: &ScalarField,
        arity: Arity,
        with_default: bool,
    ) -> Result<ColumnDef> {
        let of = match scalar.ty {
            ScalarType::Enum(id) => Some(&self.schema[id]),
            _ => None,
        };
        let element = self.type_of(scalar, of);
        let ty = if arity == Arity::List { DbType::array(element.clone()) } else { element.clone() };
        let mut column = ColumnDef::new(name, ty);
        // A list that is NULL is read as empty, so Prisma leaves it nullable.
        if arity != Arity::Required {
            column = column.nullable();
        }
        if let (Some(of), false) = (of, arity == Arity::List) {
            column = column.labels(of.values.iter().map(|value| value.db_name.as_str()));
        }
        let Some(default) = scalar.default.as_ref().filter(|_| with_default) else { return Ok(column) };
        Ok(match default {
            DefaultValue::Autoincrement => column.autoincrement(),
            DefaultValue::Now => column.default_now(),
            DefaultValue::Literal(literal) => column.default(value_of(literal, &element, of)?),
            DefaultValue::EnumValue(name) => column.default(label(name, of)),
            DefaultValue::List(items) => {
                let values =
                    items.iter().map(|item| value_of(item, &element, of)).collect::<Result<Vec<_>>>()?;
                column.default(Value::Array(Array::new(element, values)))
            }
            // Made by the client, or by SQL.
            _ => column,
        })
    }

    /// The type of a field's values.
    fn type_of(&self, scalar: &ScalarField, of: Option<&Enum>) -> DbType {
        if let Some(native) = scalar.native.as_ref().filter(|_| self.natives)
            && let Some(ty) = native_type(self.provider, &native.name, &scalar.ty)
        {
            return ty;
        }
        match &scalar.ty {
            ScalarType::String => DbType::Text,
            ScalarType::Boolean => DbType::Bool,
            ScalarType::Int => DbType::Int32,
            ScalarType::BigInt => DbType::Int64,
            ScalarType::Float => DbType::Float64,
            ScalarType::Decimal => DbType::Decimal,
            ScalarType::DateTime => DbType::Timestamp,
            ScalarType::Json => DbType::Json,
            ScalarType::Bytes => DbType::Bytes,
            ScalarType::Enum(_) => match of {
                Some(of) => {
                    DbType::named(Dialect::Postgres, of.db_schema.as_deref(), &of.db_name, DbType::Enum)
                }
                None => DbType::Enum,
            },
            ScalarType::Unsupported(name) => DbType::named(Dialect::Postgres, None, name, DbType::Unknown),
        }
    }

    /// `a` is the model that the column `A` refers to.
    fn join_table(&self, a: &Model, relation: &RelationField, join: &JoinTable) -> Option<TableDef> {
        let b = &self.schema[relation.target];
        let schema = join.db_schema.as_deref().filter(|_| self.provider.has_db_schemas());
        let mut table = TableDef::new(table_name(schema, &join.db_name));
        for (side, model) in [(JoinSide::A, a), (JoinSide::B, b)] {
            let id = &model[*model.primary_key.as_ref()?.fields.first()?];
            let FieldKind::Scalar(scalar) = &id.kind else { return None };
            table = table.column(self.column(side.column(), scalar, Arity::Required, false).ok()?);
            if self.foreign_keys {
                let name = join.foreign_key_name(side).for_provider(self.provider).into_owned();
                let key = ForeignKeyDef::new(name, [side.column()], self.name(model), [id.db_name.as_str()]);
                table = table.foreign_key(key.on_delete(Action::Cascade).on_update(Action::Cascade));
            }
        }
        Some(if self.provider == Provider::Postgresql {
            table.primary_key_named(join.primary_key_name().for_provider(self.provider), ["A", "B"])
        } else {
            table.unique(join.unique_name().for_provider(self.provider), ["A", "B"])
        })
    }
}

fn action(action: ReferentialAction) -> Action {
    match action {
        ReferentialAction::Cascade => Action::Cascade,
        ReferentialAction::Restrict => Action::Restrict,
        ReferentialAction::NoAction => Action::NoAction,
        ReferentialAction::SetNull => Action::SetNull,
        ReferentialAction::SetDefault => Action::SetDefault,
    }
}

/// The type that a native type alone decides; `None` where that of the language does.
fn native_type(provider: Provider, name: &str, ty: &ScalarType) -> Option<DbType> {
    Some(match (provider, name) {
        (Provider::Postgresql | Provider::Mysql, "Date") => DbType::Date,
        (Provider::Postgresql | Provider::Mysql, "Time") => DbType::Time,
        (Provider::Postgresql, "SmallInt") => DbType::Int16,
        (Provider::Postgresql, "Oid") => DbType::Int64,
        (Provider::Postgresql, "Real") => DbType::Float32,
        (Provider::Postgresql, "Timetz") => DbType::TimeTz,
        (Provider::Postgresql, "Timestamptz") => DbType::TimestampTz,
        (Provider::Postgresql, "Uuid") => DbType::Uuid,
        (Provider::Mysql, "UnsignedInt") => DbType::Int64,
        (Provider::Mysql, "UnsignedBigInt") => DbType::UInt64,
        (Provider::Mysql, "Float") => DbType::Float32,
        (Provider::Mysql, "SmallInt" | "TinyInt") if *ty == ScalarType::Int => DbType::Int16,
        _ => return None,
    })
}

fn label(name: &str, of: Option<&Enum>) -> Value {
    let label = of.and_then(|of| of.value(name)).map_or(name, |value| &value.db_name);
    Value::Enum(label.to_owned())
}

fn value_of(literal: &Literal, ty: &DbType, of: Option<&Enum>) -> Result<Value> {
    let text = |text: &str| crate::value::cast(Value::Text(text.to_owned()), ty);
    match literal {
        Literal::String(value) => text(value),
        Literal::Boolean(value) => Ok(Value::Bool(*value)),
        Literal::Int(value) => crate::value::cast(Value::Int64(*value), ty),
        Literal::Float(value) | Literal::Decimal(value) => text(value),
        Literal::DateTime(value) => {
            let at: TimestampTz = match value.parse() {
                Ok(at) => at,
                Err(_) => TimestampTz::from_utc(value.parse::<Timestamp>()?),
            };
            crate::value::cast(Value::TimestampTz(at), ty)
        }
        Literal::Json(value) => Ok(Value::Json(Json::new(value.as_str()))),
        Literal::Bytes(value) => Ok(Value::Bytes(value.clone())),
        Literal::EnumValue(name) => Ok(label(name, of)),
    }
}
