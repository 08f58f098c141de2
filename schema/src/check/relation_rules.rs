//! The rules of a relation whose two fields are known.

use super::Context;
use super::draft::DraftModel;
use super::relations::{End, Pair};
use crate::diagnostic::{Diagnostic, Rule};
use crate::model::{Arity, FieldId, Key, Provider, ReferentialAction, RelationMode, ScalarType};
use crate::source::Span;
use crate::suggest::list;

/// A relation to something the client does not know must be unknown to it too.
pub(super) fn check_ignored(cx: &mut Context, pair: &Pair<'_, '_>, end: End, other: End) {
    let (field, model, target) = (pair.field(end), pair.model(end), pair.model(other));
    if target.ignored && !field.ignored && !model.ignored {
        let message = format!("{} leads to `{}`, which is ignored", pair.show(end), target.name());
        cx.report(
            Diagnostic::error(Rule::RelationToIgnored, field.ast.span, message)
                .help("add `@ignore` to the field"),
        );
    }
}

/// Whether an implicit many-to-many relation can have its table.
pub(super) fn check_many_to_many(cx: &mut Context, pair: &Pair<'_, '_>, one: End, other: End) -> bool {
    let before = cx.findings.len();
    for end in [one, other] {
        let draft = pair.relation(end);
        let columns = draft.fields.as_ref().or(draft.references.as_ref());
        if let Some((_, span)) = columns {
            let message =
                format!("{} is one end of a many-to-many relation and has no columns", pair.show(end));
            cx.report(
                Diagnostic::error(Rule::MisplacedRelationFields, *span, message)
                    .and(pair.field(end).ast.ty.span, "a list")
                    .help("remove `fields` and `references`; or make one end no list for a one-to-many relation"),
            );
        }
        if let Some((_, span)) = draft.on_delete.or(draft.on_update) {
            let message = "an implicit many-to-many relation has no referential actions of its own";
            cx.report(
                Diagnostic::error(Rule::MisplacedAction, span, message)
                    .help("remove it; rows that join deleted ones are deleted. A model in between can have its own actions"),
            );
        }
    }
    for (end, target) in [(one, other), (other, one)] {
        let model = pair.model(target);
        let single = model.primary_key.as_ref().is_some_and(|key| !key.is_compound());
        if !single && !model.lacks_key && !model.ast.incomplete && (end < target || end.model != target.model)
        {
            let message = format!(
                "{} is many-to-many, but `{}` has no primary key of one field",
                pair.show(end),
                model.name()
            );
            cx.report(
                Diagnostic::error(Rule::ManyToManyWithoutId, pair.field(end).ast.span, message)
                    .and(model.ast.name.span, "this model")
                    .help("add a field with `@id`, or write the model in between yourself"),
            );
        }
        if !single {
            return false;
        }
    }
    cx.findings.len() == before
}

/// Which end has the columns: the owning end and the other.
pub(super) fn owning_side(cx: &mut Context, pair: &Pair<'_, '_>, one: End, other: End) -> Option<(End, End)> {
    let states = |end: End| pair.relation(end).fields.is_some() || pair.relation(end).references.is_some();
    let (owning, back) = match (pair.is_list(one), pair.is_list(other)) {
        (true, _) => (other, one),
        (_, true) => (one, other),
        (false, false) if states(one) && states(other) => {
            let message = format!("{} and {} both state columns", pair.show(one), pair.show(other));
            cx.report(
                Diagnostic::error(Rule::MisplacedRelationFields, pair.field(other).ast.span, message)
                    .and(pair.field(one).ast.span, "the other end")
                    .help("leave `fields` and `references` at one end, where the foreign key is"),
            );
            return None;
        }
        (false, false) if states(other) => (other, one),
        (false, false) => (one, other),
    };
    if let Some((_, span)) = pair.relation(back).fields.as_ref().or(pair.relation(back).references.as_ref()) {
        let message = format!("{} is a list and has no columns", pair.show(back));
        cx.report(
            Diagnostic::error(Rule::MisplacedRelationFields, *span, message)
                .and(pair.field(owning).ast.span, "they belong to this end")
                .help(format!("move `fields` and `references` to {}", pair.show(owning))),
        );
        return None;
    }
    let draft = pair.relation(back);
    if let Some((_, span)) = draft.on_delete.or(draft.on_update) {
        let message = format!("{} has no columns a referential action could change", pair.show(back));
        cx.report(
            Diagnostic::error(Rule::MisplacedAction, span, message)
                .and(pair.field(owning).ast.span, "the columns are at this end")
                .help(format!("move the action to {}", pair.show(owning))),
        );
    }
    if let Some((_, span)) = &draft.map {
        let message = format!("{} has no foreign key to name", pair.show(back));
        cx.report(
            Diagnostic::warning(Rule::MisplacedRelationFields, *span, message)
                .help(format!("move `map` to {}", pair.show(owning))),
        );
    }
    states_columns(cx, pair, owning, back).then_some((owning, back))
}

/// Whether the owning end states both `fields` and `references`.
fn states_columns(cx: &mut Context, pair: &Pair<'_, '_>, owning: End, back: End) -> bool {
    let draft = pair.relation(owning);
    let given = |names: &Option<(Vec<_>, Span)>| names.as_ref().is_some_and(|(names, _)| !names.is_empty());
    let example = || {
        let target = pair.model(back);
        let id = target.primary_key.as_ref().map_or("id", |key| target.field(key.fields[0]).name());
        format!("`@relation(fields: [{}Id], references: [{id}])`", pair.field(owning).name())
    };
    match (given(&draft.fields), given(&draft.references)) {
        (true, true) => return true,
        (false, false) => {
            let message = format!(
                "neither {} nor {} states the columns of the relation",
                pair.show(owning),
                pair.show(back)
            );
            let finding =
                Diagnostic::error(Rule::MissingRelationFields, pair.field(owning).ast.span, message);
            cx.report(
                finding.and(pair.field(back).ast.span, "the other end").help(format!("add {}", example())),
            );
        }
        (has_fields, _) => {
            let (has, lacks) = if has_fields { ("fields", "references") } else { ("references", "fields") };
            let message = format!("{} states `{has}` but not `{lacks}`", pair.show(owning));
            cx.report(
                Diagnostic::error(Rule::MissingRelationFields, pair.field(owning).ast.span, message)
                    .help(format!("write both, for example {}", example())),
            );
        }
    }
    false
}

/// Everything about `fields` and `references`. Whether the relation can be made.
pub(super) fn check_columns(
    cx: &mut Context,
    pair: &Pair<'_, '_>,
    owning: End,
    back: End,
    fields: &[FieldId],
    references: &[FieldId],
) -> bool {
    let (model, target) = (pair.model(owning), pair.model(back));
    let place = pair.field(owning).ast.span;
    if fields.len() != references.len() {
        let message = format!(
            "{} has {} in `fields` but {} in `references`",
            pair.show(owning),
            count(fields.len()),
            count(references.len())
        );
        cx.report(
            Diagnostic::error(Rule::RelationLengthMismatch, place, message)
                .help("name as many columns as the key of the other model has, in the same order"),
        );
        return false;
    }
    for (field, reference) in fields.iter().zip(references) {
        check_types(cx, pair, owning, back, *field, *reference);
    }
    check_reference(cx, pair, owning, target, references);
    let optional = fields.iter().find(|field| model.field(**field).ast.ty.arity == Arity::Optional);
    if let Some(field) = optional
        && pair.field(owning).ast.ty.arity == Arity::Required
    {
        let column = model.field(*field);
        let message =
            format!("{} is required, but its column `{}` is optional", pair.show(owning), column.name());
        cx.report(
            Diagnostic::error(Rule::OptionalColumnRequiredRelation, place, message)
                .and(column.ast.ty.span, "optional")
                .help(format!(
                    "write `{}?` as the relation's type, or make the column required",
                    target.name()
                )),
        );
    }
    if !pair.is_list(back) {
        check_one_to_one(cx, pair, owning, back, fields);
    }
    check_actions(cx, pair, owning, fields);
    true
}

fn count(number: usize) -> String {
    if number == 1 { "one field".to_owned() } else { format!("{number} fields") }
}

fn check_types(
    cx: &mut Context,
    pair: &Pair<'_, '_>,
    owning: End,
    back: End,
    field: FieldId,
    reference: FieldId,
) {
    let (field, reference) = (pair.model(owning).field(field), pair.model(back).field(reference));
    let (Some(one), Some(other)) = (field.scalar(), reference.scalar()) else { return };
    let lists = [field, reference].map(|field| field.ast.ty.arity == Arity::List);
    if one.ty != other.ty || lists.contains(&true) {
        let message =
            format!("`{}` is not of the type of `{}`, which it references", field.name(), reference.name());
        let finding = Diagnostic::error(Rule::RelationTypeMismatch, field.ast.ty.span, message)
            .and(reference.ast.ty.span, "the type it needs")
            .and(pair.field(owning).ast.span, "the relation");
        let name = |ty: &ScalarType| {
            ty.name().map_or_else(|| "the same type".to_owned(), |name| format!("`{name}`"))
        };
        cx.report(match lists {
            [_, true] => finding.help("reference a column that is no list"),
            _ => finding.help(format!("make `{}` of {}", field.name(), name(&other.ty))),
        });
    }
}

fn keys<'m>(model: &'m DraftModel<'_>) -> impl Iterator<Item = &'m Key> {
    model.primary_key.iter().chain(&model.uniques)
}

fn is_key(model: &DraftModel<'_>, fields: &[FieldId]) -> bool {
    keys(model)
        .any(|key| key.fields.len() == fields.len() && fields.iter().all(|field| key.fields.contains(field)))
}

fn check_reference(
    cx: &mut Context,
    pair: &Pair<'_, '_>,
    owning: End,
    target: &DraftModel<'_>,
    references: &[FieldId],
) {
    if is_key(target, references) || target.lacks_key || target.ast.incomplete {
        return;
    }
    let names: Vec<&str> = references.iter().map(|field| target.field(*field).name()).collect();
    let message = format!(
        "{} references {}, which is no key of `{}`",
        pair.show(owning),
        list(names.iter().copied()),
        target.name()
    );
    let place = pair.relation(owning).references.as_ref().map_or(target.ast.name.span, |(_, span)| *span);
    let mend = match &names[..] {
        [name] => format!("add `@unique` to `{name}` of `{}`, or reference its `@id`", target.name()),
        _ => format!("add `@@unique([{}])` to `{}`, or reference its key", names.join(", "), target.name()),
    };
    cx.report(
        Diagnostic::error(Rule::ReferencesNotUnique, place, message)
            .and(target.ast.name.span, "this model")
            .help(mend),
    );
}

fn check_one_to_one(cx: &mut Context, pair: &Pair<'_, '_>, owning: End, back: End, fields: &[FieldId]) {
    let model = pair.model(owning);
    if pair.field(back).ast.ty.arity == Arity::Required {
        let message = format!(
            "{} must be optional: the database cannot make sure that the row exists",
            pair.show(back)
        );
        cx.report(
            Diagnostic::error(Rule::RequiredBackRelation, pair.field(back).ast.ty.span, message)
                .and(pair.field(owning).ast.span, "the columns are at this end")
                .help(format!("write `{}?`", model.name())),
        );
    }
    if is_key(model, fields) || model.lacks_key {
        return;
    }
    let names: Vec<&str> = fields.iter().map(|field| model.field(*field).name()).collect();
    let message = format!("{} is one-to-one, but its columns are not unique", pair.show(owning));
    let mend = match &names[..] {
        [name] => format!("add `@unique` to `{name}`"),
        _ => format!("add `@@unique([{}])`", names.join(", ")),
    };
    cx.report(
        Diagnostic::error(Rule::OneToOneNotUnique, pair.field(owning).ast.span, message)
            .and(pair.field(back).ast.ty.span, "the other end is no list")
            .help(format!("{mend}; or make {} a list for a one-to-many relation", pair.show(back))),
    );
}

fn check_actions(cx: &mut Context, pair: &Pair<'_, '_>, owning: End, fields: &[FieldId]) {
    let draft = pair.relation(owning);
    let model = pair.model(owning);
    for (argument, stated) in [("onDelete", draft.on_delete), ("onUpdate", draft.on_update)] {
        let Some((action, span)) = stated else { continue };
        match action {
            ReferentialAction::SetDefault if pair.mode == RelationMode::Prisma => {
                cx.report(
                    Diagnostic::error(
                        Rule::UnsupportedAction,
                        span,
                        "`SetDefault` needs foreign keys, which `relationMode = \"prisma\"` does without",
                    )
                    .help("use `Cascade`, `Restrict`, `NoAction` or `SetNull`"),
                );
            }
            ReferentialAction::SetDefault => set_default(cx, model, argument, span, fields),
            ReferentialAction::SetNull => {
                let required =
                    fields.iter().find(|field| model.field(**field).ast.ty.arity == Arity::Required);
                if let Some(field) = required {
                    set_null(cx, model, argument, span, *field);
                }
            }
            ReferentialAction::Cascade | ReferentialAction::Restrict | ReferentialAction::NoAction => {}
        }
    }
}

fn set_default(cx: &mut Context, model: &DraftModel<'_>, argument: &str, span: Span, fields: &[FieldId]) {
    if cx.providers.contains(&Provider::Mysql) {
        cx.report(
            Diagnostic::warning(
                Rule::UnsupportedAction,
                span,
                "InnoDB, the storage engine of mysql, refuses `SetDefault`",
            )
            .help("use another action"),
        );
    }
    let lacking = fields.iter().map(|field| model.field(*field)).find(|field| {
        field.ast.ty.arity == Arity::Required && field.scalar().is_some_and(|scalar| scalar.default.is_none())
    });
    if let Some(field) = lacking {
        let message = format!("`{argument}: SetDefault` cannot succeed: `{}` has no default", field.name());
        cx.report(
            Diagnostic::warning(Rule::SetDefaultWithoutDefault, span, message)
                .and(field.ast.span, "this column")
                .help("give the column a `@default(..)`, or use another action"),
        );
    }
}

/// An error, but on Postgres alone a warning: it accepts the foreign key, and so does Prisma.
fn set_null(cx: &mut Context, model: &DraftModel<'_>, argument: &str, span: Span, field: FieldId) {
    let column = model.field(field);
    let message = format!("`{argument}: SetNull` cannot succeed: the column `{}` is required", column.name());
    let finding = Diagnostic::error(Rule::SetNullOnRequired, span, message)
        .and(column.ast.ty.span, "required")
        .help("make the column and the relation optional, or use another action");
    cx.report(if cx.providers == [Provider::Postgresql] {
        Diagnostic { severity: crate::diagnostic::Severity::Warning, ..finding }
    } else {
        finding
    });
}
