//! From the checked schema to what is generated: names as Rust has them, types, positions.

mod column;
mod key;
mod relation;
mod types;

use drivetrain_schema::model::{FieldId, Key as SchemaKey, Model as SchemaModel, ModelId, Provider};
use drivetrain_schema::{Schema, model};
use proc_macro2::Ident;

pub(crate) use column::Column;
pub(crate) use key::{Compound, Key};
pub(crate) use relation::{Cardinality, Child, Join, Relation};

use self::relation::Relations;
use crate::names::{self, Scope};
use crate::{Error, Options};

/// All that is generated.
pub(crate) struct Resolved {
    pub(crate) providers: Vec<Provider>,
    pub(crate) enums: Vec<Enum>,
    pub(crate) models: Vec<Model>,
}

/// An enum.
pub(crate) struct Enum {
    pub(crate) name: String,
    pub(crate) db_name: String,
    pub(crate) db_schema: Option<String>,
    pub(crate) ident: Ident,
    pub(crate) docs: Option<String>,
    pub(crate) values: Vec<EnumValue>,
}

/// A value of an enum.
pub(crate) struct EnumValue {
    pub(crate) name: String,
    pub(crate) ident: Ident,
    pub(crate) label: String,
    pub(crate) docs: Option<String>,
}

/// A model or view.
pub(crate) struct Model {
    pub(crate) name: String,
    pub(crate) table: Table,
    pub(crate) docs: Option<String>,
    pub(crate) ident: Ident,
    pub(crate) module: Ident,
    pub(crate) accessor: Ident,
    pub(crate) columns: Vec<Column>,
    pub(crate) relations: Vec<Relation>,
    /// The name of the type parameter for what is loaded of a relation.
    pub(crate) loaded: Ident,
    pub(crate) keys: Vec<Key>,
    pub(crate) compounds: Vec<Compound>,
    /// Whether records can be created: it is no view, and every column that must be given is known.
    pub(crate) creatable: bool,
    /// Its records can be changed and deleted: it is no view.
    pub(crate) writable: bool,
    /// What records created through relations of other models lack.
    pub(crate) children: Vec<Child>,
    /// The names of constants in its module.
    scope: Scope,
}

impl Model {
    /// A name for a parameter: one that no constant of the module has, because it would be a pattern that means the
    /// constant.
    pub(crate) fn parameter(&self, name: &str) -> Ident {
        self.scope.clone().take(name.to_owned())
    }
}

/// A table and where it is.
pub(crate) struct Table {
    pub(crate) schema: Option<String>,
    pub(crate) name: String,
}

/// What is known of a model before its relations are resolved.
struct Draft<'s> {
    model: &'s SchemaModel,
    ident: Ident,
    module: Ident,
    accessor: Ident,
    /// The Rust name of each field, in the order of the fields.
    fields: Vec<Ident>,
    columns: Vec<Column>,
    /// The position among the columns of each field that is one.
    positions: Vec<Option<usize>>,
    creatable: bool,
    scope: Scope,
}

impl Draft<'_> {
    /// The positions of these fields, or the name of the first that has none.
    fn columns_of(&self, fields: &[FieldId]) -> Result<Vec<usize>, &str> {
        fields.iter().map(|id| self.positions[id.0].ok_or(&*self.model[*id].name)).collect()
    }
}

/// The names of generated items at the top.
struct TopNames {
    types: Scope,
    modules: Scope,
    accessors: Scope,
}

pub(crate) fn resolve(schema: &Schema, options: &Options) -> Result<Resolved, Error> {
    let mut names = TopNames {
        types: Scope::without(names::TYPES.iter().copied()),
        modules: Scope::without(names::MODULES.iter().copied()),
        accessors: Scope::without(names::ACCESSORS.iter().copied()),
    };
    let idents: Vec<Option<(Ident, Ident, Ident)>> =
        schema.models.iter().map(|model| names.model(model)).collect();
    let enums: Vec<Enum> = schema.enums.iter().map(|one| resolve_enum(&mut names, one)).collect();

    let mut problems = Vec::new();
    let types = types::Types { schema, options, enums: &enums };
    let drafts: Vec<Option<Draft<'_>>> = schema
        .models
        .iter()
        .zip(idents)
        .map(|(model, idents)| Some(draft(&types, model, idents?, &mut problems)))
        .collect();
    let models = drafts
        .iter()
        .enumerate()
        .filter_map(|(index, draft)| Some((ModelId(index), draft.as_ref()?)))
        .map(|(id, draft)| resolve_model(schema, &enums, &drafts, id, draft, &mut problems))
        .collect();
    if !problems.is_empty() {
        return Err(Error::problems(problems));
    }
    Ok(Resolved { providers: schema.providers.clone(), enums, models })
}

impl TopNames {
    fn model(&mut self, model: &SchemaModel) -> Option<(Ident, Ident, Ident)> {
        (!model.ignored).then(|| {
            let snake = names::snake(&model.name);
            (
                self.types.take(names::pascal(&model.name)),
                self.modules.take(snake.clone()),
                self.accessors.take(snake),
            )
        })
    }
}

fn resolve_enum(names: &mut TopNames, one: &model::Enum) -> Enum {
    let mut variants = Scope::without([]);
    let values = one.values.iter().map(|value| EnumValue {
        name: value.name.clone(),
        ident: variants.take(names::pascal(&value.name)),
        label: value.db_name.clone(),
        docs: value.documentation.clone(),
    });
    Enum {
        name: one.name.clone(),
        db_name: one.db_name.clone(),
        db_schema: one.db_schema.clone(),
        values: values.collect(),
        ident: names.types.take(names::pascal(&one.name)),
        docs: one.documentation.clone(),
    }
}

fn draft<'s>(
    types: &types::Types<'_>,
    model: &'s SchemaModel,
    (ident, module, accessor): (Ident, Ident, Ident),
    problems: &mut Vec<String>,
) -> Draft<'s> {
    let mut scope = Scope::without(names::FIELDS.iter().copied());
    let mut parameters = Scope::without(names::NEW_PARAMETERS.iter().copied());
    let mut positions = vec![None; model.fields.len()];
    let mut fields = Vec::new();
    let mut columns = Vec::new();
    let mut creatable = !model.is_view;
    for (id, field) in model.fields_with_ids() {
        let is_relation = field.as_relation().is_some();
        let mut wanted = names::snake(&field.name);
        if is_relation && names::RELATIONS.contains(&&*wanted) {
            wanted.push('_');
        }
        let ident = scope.take(wanted);
        fields.push(ident.clone());
        let Some(scalar) = field.as_scalar() else { continue };
        match types.column_type(scalar).filter(|_| !field.ignored) {
            Some(ty) => {
                positions[id.0] = Some(columns.len());
                let unique = model.keys().any(|key| key.fields == [id]);
                match column::resolve(types, field, scalar, ty, ident, unique, &mut parameters) {
                    Ok(column) => columns.push(column),
                    Err(problem) => problems.push(format!("{}.{}: {problem}", model.name, field.name)),
                }
            }
            None => creatable &= !field.must_be_given(),
        }
    }
    Draft { model, ident, module, accessor, fields, columns, positions, creatable, scope }
}

fn resolve_model(
    schema: &Schema,
    enums: &[Enum],
    drafts: &[Option<Draft<'_>>],
    id: ModelId,
    draft: &Draft<'_>,
    problems: &mut Vec<String>,
) -> Model {
    let model = draft.model;
    let Relations { relations, loaded, children } =
        relation::resolve(schema, enums, drafts, id, draft, problems);
    let main = schema.providers.first().copied();
    let known = |key: &&SchemaKey| draft.columns_of(&key.fields).is_ok();
    let keys: Vec<&SchemaKey> = model.keys().filter(known).collect();
    let mut functions = draft.scope.clone();
    let compounds =
        keys.iter().filter(|key| key.is_compound()).map(|key| key::compound(draft, key, &mut functions));
    let compounds = compounds.collect();
    let keys =
        keys.iter().map(|key| key::resolve(draft, key, main, model.primary_key.as_ref() == Some(*key)));
    Model {
        name: model.name.clone(),
        table: Table { schema: model.db_schema.clone(), name: model.db_name.clone() },
        docs: model.documentation.clone(),
        ident: draft.ident.clone(),
        module: draft.module.clone(),
        accessor: draft.accessor.clone(),
        columns: draft.columns.clone(),
        relations,
        loaded,
        keys: keys.collect(),
        compounds,
        creatable: draft.creatable,
        writable: !model.is_view,
        children,
        scope: draft.scope.clone(),
    }
}

/// An `Option` of a text, as it is written in Rust.
pub(crate) fn optional(text: Option<&str>) -> proc_macro2::TokenStream {
    text.map_or_else(
        || quote::quote!(::core::option::Option::None),
        |text| quote::quote!(::core::option::Option::Some(#text)),
    )
}
