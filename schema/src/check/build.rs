//! Drafts without a mistake to the checked model.

use super::config::Config;
use super::draft::{DraftKind, DraftModel, Drafts};
use super::relations::{End, Relations};
use crate::model::{Enum, Field, FieldId, FieldKind, Model, ModelId, Provider, Schema};

/// `None` when a part is missing, as it is when lines could not be read.
pub(super) fn schema(
    config: Config,
    drafts: Drafts<'_>,
    mut relations: Relations,
    providers: Vec<Provider>,
) -> Option<Schema> {
    let enums = drafts.enums.into_iter().map(|draft| Enum {
        name: draft.ast.name.text.clone(),
        db_name: draft.db_name,
        db_schema: draft.db_schema,
        documentation: draft.ast.documentation.clone(),
        values: draft.values,
        span: draft.ast.name.span,
    });
    let models = drafts.models.into_iter().enumerate();
    let models = models.map(|(index, draft)| model(ModelId(index), draft, &mut relations));
    Some(Schema {
        datasource: config.datasource,
        generators: config.generators,
        enums: enums.collect(),
        models: models.collect::<Option<_>>()?,
        providers,
    })
}

fn model(id: ModelId, draft: DraftModel<'_>, relations: &mut Relations) -> Option<Model> {
    let fields = draft.fields.into_iter().enumerate().map(|(index, field)| {
        let end = End { model: id, field: FieldId(index) };
        let kind = match field.kind {
            DraftKind::Scalar(scalar) => FieldKind::Scalar(scalar),
            DraftKind::Relation(_) => FieldKind::Relation(relations.remove(&end)?),
            DraftKind::Broken => return None,
        };
        Some(Field {
            name: field.ast.name.text.clone(),
            db_name: field.db_name,
            documentation: field.documentation,
            rust_type: field.rust_type,
            arity: field.ast.ty.arity,
            ignored: field.ignored,
            kind,
            span: field.ast.name.span,
        })
    });
    Some(Model {
        name: draft.ast.name.text.clone(),
        db_name: draft.db_name,
        db_schema: draft.db_schema,
        documentation: draft.ast.documentation.clone(),
        fields: fields.collect::<Option<_>>()?,
        primary_key: draft.primary_key,
        uniques: draft.uniques,
        indexes: draft.indexes,
        ignored: draft.ignored,
        is_view: draft.is_view,
        span: draft.ast.name.span,
    })
}
