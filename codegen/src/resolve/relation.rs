//! Relations.

use drivetrain_schema::Schema;
use drivetrain_schema::model::{Field, FieldId, JoinTable, ModelId, RelationField};
use proc_macro2::Ident;

use super::{Draft, Enum, Table};
use crate::names::{self, Scope};

/// A relation field.
pub(crate) struct Relation {
    /// The field's name in the schema.
    pub(crate) field: String,
    pub(crate) ident: Ident,
    pub(crate) docs: Option<String>,
    /// The type parameter of the row that says whether it is loaded.
    pub(crate) parameter: Ident,
    /// The module of the target, unless that is the model itself.
    pub(crate) module: Option<Ident>,
    /// The row type of the target.
    pub(crate) target: Ident,
    pub(crate) cardinality: Cardinality,
    /// Positions in the columns of this model.
    pub(crate) local: Vec<usize>,
    /// Positions in the columns of the target.
    pub(crate) foreign: Vec<usize>,
    pub(crate) owning: bool,
    pub(crate) join: Option<Join>,
    /// Whether records can be created through it.
    pub(crate) creates: bool,
}

/// How many records a relation refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cardinality {
    Many,
    MaybeOne,
    One,
}

/// The table of a many-to-many relation.
pub(crate) struct Join {
    pub(crate) table: Table,
    pub(crate) local: &'static str,
    pub(crate) foreign: &'static str,
}

/// A relation of a model through which records of this one can be created.
pub(crate) struct Child {
    /// The module of the model that has the relation, unless that is this one.
    pub(crate) module: Option<Ident>,
    pub(crate) relation: Ident,
    /// Positions of the columns that the relation fills in.
    pub(crate) filled: Vec<usize>,
}

/// The relations of a model, and those that lead to it.
pub(super) struct Relations {
    pub(super) relations: Vec<Relation>,
    pub(super) loaded: Ident,
    pub(super) children: Vec<Child>,
}

/// The relations of the model, and those that lead to it.
pub(super) fn resolve(
    schema: &Schema,
    enums: &[Enum],
    drafts: &[Option<Draft<'_>>],
    id: ModelId,
    draft: &Draft<'_>,
    problems: &mut Vec<String>,
) -> Relations {
    let mut parameters = Scope::without(names::ROW_PARAMETERS.iter().chain(names::TYPES).copied());
    parameters.reserve(draft.ident.to_string());
    for one in enums {
        parameters.reserve(one.ident.to_string());
    }
    let loaded = parameters.take("L".to_owned());
    let mut relations = Vec::new();
    for (field_id, field, relation) in draft.model.relation_fields().filter(|(_, field, _)| !field.ignored) {
        let Some(target) = &drafts[relation.target.0] else { continue };
        let end = End { schema, draft, target, field, relation, to_self: relation.target == id };
        match end.resolve(&draft.fields[field_id.0], &mut parameters) {
            Ok(relation) => relations.push(relation),
            Err(problem) => problems.push(problem),
        }
    }
    Relations { relations, loaded, children: children(schema, drafts, id, draft) }
}

/// One end of a relation.
struct End<'a> {
    schema: &'a Schema,
    draft: &'a Draft<'a>,
    target: &'a Draft<'a>,
    field: &'a Field,
    relation: &'a RelationField,
    to_self: bool,
}

impl End<'_> {
    fn resolve(&self, ident: &Ident, parameters: &mut Scope) -> Result<Relation, String> {
        let Self { draft, target, field, relation, .. } = self;
        let (local, foreign) = self.columns();
        let unknown = |model: &Draft<'_>, column: &str| {
            format!(
                "{model}.{field}: the relation needs the column `{column}`, which the client does not have because it is \
                 ignored or of an unsupported type: add `@ignore` to the relation too",
                model = model.model.name,
                field = field.name,
            )
        };
        let local = draft.columns_of(local).map_err(|column| unknown(draft, column))?;
        let foreign = target.columns_of(foreign).map_err(|column| unknown(draft, column))?;
        let cardinality = if relation.is_list() {
            Cardinality::Many
        } else if relation.is_owning() && field.is_required() {
            Cardinality::One
        } else {
            Cardinality::MaybeOne
        };
        Ok(Relation {
            field: field.name.clone(),
            ident: ident.clone(),
            docs: field.documentation.clone(),
            parameter: parameters.take(names::pascal(&field.name)),
            module: (!self.to_self).then(|| target.module.clone()),
            target: target.ident.clone(),
            cardinality,
            local,
            foreign,
            owning: relation.is_owning(),
            join: relation.join_table().map(join),
            creates: draft.creatable && target.creatable && !relation.is_owning(),
        })
    }

    /// The columns of this model and those of the target.
    fn columns(&self) -> (&[FieldId], &[FieldId]) {
        let relation = self.relation;
        if relation.is_owning() {
            (&relation.fields, &relation.references)
        } else if relation.join_table().is_some() {
            (id_fields(self.draft), id_fields(self.target))
        } else {
            let opposite = self.schema.opposite_relation(relation);
            (&opposite.references, &opposite.fields)
        }
    }
}

fn id_fields<'a>(draft: &'a Draft<'_>) -> &'a [FieldId] {
    draft.model.primary_key.as_ref().map_or(&[], |key| &key.fields)
}

fn join(table: &JoinTable) -> Join {
    Join {
        table: Table { schema: table.db_schema.clone(), name: table.db_name.clone() },
        local: table.side.column(),
        foreign: table.side.other().column(),
    }
}

/// The relations that lead to the model and through which its records can be created.
fn children(schema: &Schema, drafts: &[Option<Draft<'_>>], id: ModelId, draft: &Draft<'_>) -> Vec<Child> {
    let mut children = Vec::new();
    for (parent_id, parent) in schema.models_with_ids() {
        let Some(parent_draft) = drafts[parent_id.0].as_ref().filter(|parent| parent.creatable) else {
            continue;
        };
        for (field_id, field, relation) in parent.relation_fields() {
            if !draft.creatable || field.ignored || relation.target != id || relation.is_owning() {
                continue;
            }
            let filled = if relation.join_table().is_some() {
                Vec::new()
            } else {
                // Where one of them is unknown, resolving the relation has said so.
                draft.columns_of(&schema.opposite_relation(relation).fields).unwrap_or_default()
            };
            children.push(Child {
                module: (parent_id != id).then(|| parent_draft.module.clone()),
                relation: parent_draft.fields[field_id.0].clone(),
                filled,
            });
        }
    }
    children
}
