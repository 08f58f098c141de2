//! Finds the two fields of every relation and makes one of them.

use std::collections::HashMap;

use super::Context;
use super::config::Config;
use super::draft::{DraftField, DraftModel, DraftRelation, Drafts};
use super::relation_rules as rules;
use crate::ast::Ident;
use crate::diagnostic::{Diagnostic, Rule};
use crate::model::{
    Arity, ConstraintName, FieldId, JoinSide, JoinTable, ModelId, ReferentialAction, RelationField,
    RelationKind, RelationMode,
};
use crate::names;
use crate::suggest::list;

/// One end of a relation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct End {
    pub(super) model: ModelId,
    pub(super) field: FieldId,
}

/// The checked relation fields.
pub(super) type Relations = HashMap<End, RelationField>;

/// What the rules need to know.
pub(super) struct Pair<'d, 'a> {
    pub(super) drafts: &'d Drafts<'a>,
    pub(super) mode: RelationMode,
}

impl<'d, 'a> Pair<'d, 'a> {
    pub(super) fn model(&self, end: End) -> &'d DraftModel<'a> {
        &self.drafts.models[end.model.0]
    }

    pub(super) fn field(&self, end: End) -> &'d DraftField<'a> {
        self.model(end).field(end.field)
    }

    pub(super) fn relation(&self, end: End) -> &'d DraftRelation<'a> {
        self.field(end).relation().expect("an end is made only of a relation field")
    }

    pub(super) fn is_list(&self, end: End) -> bool {
        self.field(end).ast.ty.arity == Arity::List
    }

    /// `` `field` of `Model` ``.
    pub(super) fn show(&self, end: End) -> String {
        format!("`{}` of `{}`", self.field(end).name(), self.model(end).name())
    }
}

pub(super) fn check(cx: &mut Context, config: &Config, drafts: &Drafts<'_>) -> Relations {
    let mode =
        config.datasource.as_ref().map_or_else(RelationMode::default, |datasource| datasource.relation_mode);
    let pair = Pair { drafts, mode };
    let mut relations = Relations::new();
    for (model_index, model) in drafts.models.iter().enumerate() {
        for (field_index, field) in model.fields.iter().enumerate() {
            if field.relation().is_none() {
                continue;
            }
            let end = End { model: ModelId(model_index), field: FieldId(field_index) };
            // Each pair is met from both ends; the first does the work.
            let Some(other) = opposite(cx, &pair, end).filter(|other| end < *other) else { continue };
            if pair.relation(end).broken || pair.relation(other).broken {
                continue;
            }
            rules::check_ignored(cx, &pair, end, other);
            rules::check_ignored(cx, &pair, other, end);
            make(cx, &pair, end, other, &mut relations);
        }
    }
    relations
}

/// The fields of `model` that lead to `target` under `name`.
fn candidates(drafts: &Drafts<'_>, model: ModelId, target: ModelId, name: Option<&str>) -> Vec<End> {
    let fields = drafts.models[model.0].fields.iter().enumerate();
    fields
        .filter(|(_, field)| field.relation().is_some_and(|r| r.target == target && r.name == name))
        .map(|(index, _)| End { model, field: FieldId(index) })
        .collect()
}

fn opposite(cx: &mut Context, pair: &Pair<'_, '_>, end: End) -> Option<End> {
    let relation = pair.relation(end);
    let (target, name) = (relation.target, relation.name);
    let here = candidates(pair.drafts, end.model, target, name);
    let there = candidates(pair.drafts, target, end.model, name);
    let others: Vec<End> = there.iter().copied().filter(|other| *other != end).collect();
    if target == end.model {
        return match &others[..] {
            [] => missing(cx, pair, end),
            [other] if name.is_some() => Some(*other),
            _ => ambiguous(cx, pair, end, &here),
        };
    }
    match (&here[..], &others[..]) {
        (_, []) if here.len() == 1 => missing(cx, pair, end),
        ([_], [other]) => Some(*other),
        // Where both models have several fields, those of the first are reported.
        _ if here.len() > 1 && others.len() > 1 && end.model > target => None,
        _ if here.len() > 1 => ambiguous(cx, pair, end, &here),
        _ => None,
    }
}

fn missing(cx: &mut Context, pair: &Pair<'_, '_>, end: End) -> Option<End> {
    let (field, model, relation) = (pair.field(end), pair.model(end), pair.relation(end));
    let target = &pair.drafts.models[relation.target.0];
    // A field of the other model could not be read: it may have been the opposite.
    if target.ast.incomplete || relation.broken {
        return None;
    }
    let message = format!("the relation {} has no opposite field in `{}`", pair.show(end), target.name());
    let finding = Diagnostic::error(Rule::MissingOpposite, field.ast.span, message);
    let back = target.fields.iter().enumerate().find(|(index, other)| {
        let same = End { model: relation.target, field: FieldId(*index) } == end;
        !same
            && other.relation().is_some_and(|other| other.target == end.model && other.name != relation.name)
    });
    if back.is_some_and(|(_, other)| other.relation().is_some_and(|other| other.broken)) {
        return None;
    }
    cx.report(match back {
        Some((_, other)) => finding
            .and(other.ast.span, "this field leads back, but under another name")
            .help("give both fields the same name: `@relation(\"name\")`"),
        None => {
            let arity = if pair.is_list(end) || relation.fields.is_none() { "" } else { "[]" };
            let name = relation.name.map_or_else(String::new, |name| format!(" @relation(\"{name}\")"));
            let field_name = lower_first(model.name());
            let many = if arity.is_empty() { "" } else { "s" };
            finding.and(target.ast.name.span, "the field belongs here").help(format!(
                "add a field to `{}`, for example `{field_name}{many} {}{arity}{name}`",
                target.name(),
                model.name()
            ))
        }
    });
    None
}

fn lower_first(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

/// Reported once, at the second of the fields.
fn ambiguous(cx: &mut Context, pair: &Pair<'_, '_>, end: End, fields: &[End]) -> Option<End> {
    if fields.get(1) != Some(&end) {
        return None;
    }
    let relation = pair.relation(end);
    let names = list(fields.iter().map(|end| pair.field(*end).name()));
    let message = format!(
        "{names} of `{}` all lead to `{}`: it is not clear which fields belong together",
        pair.model(end).name(),
        pair.drafts.models[relation.target.0].name()
    );
    let mut finding = Diagnostic::error(Rule::AmbiguousRelation, pair.field(end).ast.span, message);
    for other in fields.iter().filter(|other| **other != end) {
        finding = finding.and(pair.field(*other).ast.span, "and this one");
    }
    cx.report(
        finding.help("give the two fields of each relation a name of their own: `@relation(\"name\")`"),
    );
    None
}

/// The parts both ends share.
struct Shared {
    relation: String,
    relation_stated: bool,
    kind: RelationKind,
}

fn make(cx: &mut Context, pair: &Pair<'_, '_>, one: End, other: End, relations: &mut Relations) {
    let name = pair.relation(one).name;
    let relation =
        name.map_or_else(|| names::relation(pair.model(one).name(), pair.model(other).name()), str::to_owned);
    if pair.is_list(one) && pair.is_list(other) {
        if rules::check_many_to_many(cx, pair, one, other) {
            many_to_many(pair, one, other, &relation, relations);
        }
        return;
    }
    let Some((owning, back)) = rules::owning_side(cx, pair, one, other) else { return };
    let Some(fields) = resolve(cx, pair, owning, owning.model, pair.relation(owning).fields.as_ref()) else {
        return;
    };
    let Some(references) = resolve(cx, pair, owning, back.model, pair.relation(owning).references.as_ref())
    else {
        return;
    };
    if !rules::check_columns(cx, pair, owning, back, &fields, &references) {
        return;
    }
    let kind = if pair.is_list(back) { RelationKind::OneToMany } else { RelationKind::OneToOne };
    let shared = Shared { relation, relation_stated: name.is_some(), kind };
    let draft = pair.relation(owning);
    let model = pair.model(owning);
    let optional = fields.iter().all(|field| model.field(*field).ast.ty.arity == Arity::Optional);
    let default = if optional { ReferentialAction::SetNull } else { ReferentialAction::Restrict };
    let fk = match &draft.map {
        Some((name, _)) => ConstraintName::stated(name.clone()),
        None => names::foreign_key(&model.db_name, &model.columns(&fields)),
    };
    let side = |end: End, opposite: End| RelationField {
        relation: shared.relation.clone(),
        relation_stated: shared.relation_stated,
        target: opposite.model,
        opposite: opposite.field,
        fields: if end == owning { fields.clone() } else { Vec::new() },
        references: if end == owning { references.clone() } else { Vec::new() },
        on_delete: draft.on_delete.map_or(default, |(action, _)| action),
        on_delete_stated: draft.on_delete.is_some(),
        on_update: draft.on_update.map_or(ReferentialAction::Cascade, |(action, _)| action),
        on_update_stated: draft.on_update.is_some(),
        kind: shared.kind.clone(),
        fk_db_name: (end == owning).then(|| fk.clone()),
    };
    relations.insert(owning, side(owning, back));
    relations.insert(back, side(back, owning));
}

/// The columns named by `fields` or `references`.
fn resolve(
    cx: &mut Context,
    pair: &Pair<'_, '_>,
    owning: End,
    model: ModelId,
    names: Option<&(Vec<&Ident>, crate::source::Span)>,
) -> Option<Vec<FieldId>> {
    let of = &pair.drafts.models[model.0];
    let mut found = Vec::new();
    let mut failed = false;
    for name in names.into_iter().flat_map(|(names, _)| names) {
        let Some(id) = of.field_id(&name.text) else {
            super::keys::unknown_field(cx, of, name);
            failed = true;
            continue;
        };
        if found.contains(&id) {
            let message = format!("the relation {} names `{}` twice", pair.show(owning), name.text);
            cx.report(Diagnostic::error(Rule::RepeatedField, name.span, message).help("remove one of them"));
            failed = true;
        } else if of.field(id).scalar().is_none() {
            if of.field(id).relation().is_some() {
                let message = format!("`{}` is a relation; a relation is made of columns", name.text);
                cx.report(
                    Diagnostic::error(Rule::InvalidKeyField, name.span, message)
                        .help("name the columns that hold the other row's key"),
                );
            }
            failed = true;
        }
        found.push(id);
    }
    (!failed).then_some(found)
}

fn many_to_many(pair: &Pair<'_, '_>, one: End, other: End, relation: &str, relations: &mut Relations) {
    let key = |end: End| (pair.model(end).name(), pair.field(end).name());
    let (a, b) = if key(one) <= key(other) { (one, other) } else { (other, one) };
    let side = |end: End, opposite: End, side: JoinSide| RelationField {
        relation: relation.to_owned(),
        relation_stated: pair.relation(end).name.is_some(),
        target: opposite.model,
        opposite: opposite.field,
        fields: Vec::new(),
        references: Vec::new(),
        on_delete: ReferentialAction::Cascade,
        on_delete_stated: false,
        on_update: ReferentialAction::Cascade,
        on_update_stated: false,
        kind: RelationKind::ManyToMany(JoinTable {
            db_name: format!("_{relation}"),
            db_schema: pair.model(a).db_schema.clone(),
            side,
        }),
        fk_db_name: None,
    };
    relations.insert(a, side(a, b, JoinSide::A));
    relations.insert(b, side(b, a, JoinSide::B));
}
