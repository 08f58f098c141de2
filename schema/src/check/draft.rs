//! The model while it is being checked: names are known, parts that could not be understood are missing.

use std::collections::HashMap;

use super::Context;
use super::names::check_type_name;
use crate::ast::{EnumBlock, FieldAst, Ident, Item, ModelBlock, ModelKeyword, SchemaAst};
use crate::diagnostic::{Diagnostic, Rule};
use crate::model::{EnumId, EnumValue, FieldId, Index, Key, ModelId, ReferentialAction, ScalarField};
use crate::source::Span;

#[derive(Clone, Copy)]
pub(super) enum Symbol {
    Model(ModelId),
    Enum(EnumId),
    /// A `type` block, already reported.
    Composite,
}

#[derive(Default)]
pub(super) struct Drafts<'a> {
    pub(super) models: Vec<DraftModel<'a>>,
    pub(super) enums: Vec<DraftEnum<'a>>,
    pub(super) symbols: HashMap<&'a str, Symbol>,
}

pub(super) struct DraftEnum<'a> {
    pub(super) ast: &'a EnumBlock,
    pub(super) db_name: String,
    pub(super) db_schema: Option<String>,
    pub(super) values: Vec<EnumValue>,
}

pub(super) struct DraftModel<'a> {
    pub(super) ast: &'a ModelBlock,
    pub(super) db_name: String,
    pub(super) db_schema: Option<String>,
    pub(super) ignored: bool,
    pub(super) is_view: bool,
    pub(super) fields: Vec<DraftField<'a>>,
    pub(super) primary_key: Option<Key>,
    pub(super) uniques: Vec<Key>,
    pub(super) indexes: Vec<Index>,
    /// Whether a key was left out because of a mistake.
    pub(super) lacks_key: bool,
}

pub(super) struct DraftField<'a> {
    pub(super) ast: &'a FieldAst,
    pub(super) db_name: String,
    pub(super) documentation: Option<String>,
    pub(super) rust_type: Option<String>,
    pub(super) ignored: bool,
    pub(super) kind: DraftKind<'a>,
}

pub(super) enum DraftKind<'a> {
    Scalar(ScalarField),
    Relation(DraftRelation<'a>),
    /// Its type could not be understood.
    Broken,
}

/// `@relation` as written.
pub(super) struct DraftRelation<'a> {
    pub(super) target: ModelId,
    pub(super) name: Option<&'a str>,
    pub(super) fields: Option<(Vec<&'a Ident>, Span)>,
    pub(super) references: Option<(Vec<&'a Ident>, Span)>,
    pub(super) on_delete: Option<(ReferentialAction, Span)>,
    pub(super) on_update: Option<(ReferentialAction, Span)>,
    pub(super) map: Option<(String, Span)>,
    /// Whether the attribute has a mistake; then no further rule is held against it.
    pub(super) broken: bool,
}

impl<'a> DraftModel<'a> {
    pub(super) fn name(&self) -> &'a str {
        &self.ast.name.text
    }

    pub(super) fn field_id(&self, name: &str) -> Option<FieldId> {
        self.fields.iter().position(|field| field.ast.name.text == name).map(FieldId)
    }

    pub(super) fn field(&self, id: FieldId) -> &DraftField<'a> {
        &self.fields[id.0]
    }

    /// Names of the fields that are columns.
    pub(super) fn column_fields(&self) -> impl Iterator<Item = &'a str> + use<'a, '_> {
        self.fields.iter().filter(|field| field.scalar().is_some()).map(DraftField::name)
    }

    pub(super) fn columns(&self, ids: &[FieldId]) -> Vec<&str> {
        ids.iter().map(|id| &*self.field(*id).db_name).collect()
    }
}

impl<'a> DraftField<'a> {
    pub(super) fn name(&self) -> &'a str {
        &self.ast.name.text
    }

    pub(super) fn scalar(&self) -> Option<&ScalarField> {
        match &self.kind {
            DraftKind::Scalar(scalar) => Some(scalar),
            DraftKind::Relation(_) | DraftKind::Broken => None,
        }
    }

    pub(super) fn relation(&self) -> Option<&DraftRelation<'a>> {
        match &self.kind {
            DraftKind::Relation(relation) => Some(relation),
            DraftKind::Scalar(_) | DraftKind::Broken => None,
        }
    }
}

/// Collects the names of all models and enums.
pub(super) fn collect<'a>(cx: &mut Context, ast: &'a SchemaAst) -> Drafts<'a> {
    let mut drafts = Drafts::default();
    let mut first: HashMap<&str, Span> = HashMap::new();
    for item in ast.items() {
        let (name, symbol) = match item {
            Item::Config(_) => continue,
            Item::Model(block) if block.keyword == ModelKeyword::Type => {
                cx.report(
                    Diagnostic::error(
                        Rule::CompositeType,
                        block.name.span,
                        format!("`{}` is a composite type, which SQL databases do not have", block.name.text),
                    )
                    .help("make it a model with a relation, or a field of type Json"),
                );
                (&block.name, Symbol::Composite)
            }
            Item::Model(block) => {
                drafts.models.push(DraftModel {
                    ast: block,
                    db_name: block.name.text.clone(),
                    db_schema: None,
                    ignored: false,
                    is_view: block.keyword == ModelKeyword::View,
                    fields: Vec::new(),
                    primary_key: None,
                    uniques: Vec::new(),
                    indexes: Vec::new(),
                    lacks_key: false,
                });
                (&block.name, Symbol::Model(ModelId(drafts.models.len() - 1)))
            }
            Item::Enum(block) => {
                let db_name = block.name.text.clone();
                drafts.enums.push(DraftEnum { ast: block, db_name, db_schema: None, values: Vec::new() });
                (&block.name, Symbol::Enum(EnumId(drafts.enums.len() - 1)))
            }
        };
        check_type_name(cx, name);
        if let Some(earlier) = first.get(&*name.text) {
            cx.report(
                Diagnostic::error(
                    Rule::DuplicateName,
                    name.span,
                    format!("the name `{}` is taken", name.text),
                )
                .and(*earlier, "it is used here already")
                .help("choose another name; `@@map` can keep the name in the database"),
            );
        } else {
            first.insert(&name.text, name.span);
            drafts.symbols.insert(&name.text, symbol);
        }
    }
    drafts
}
