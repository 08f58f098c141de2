//! Primary keys and unique keys.

use super::Context;
use super::args::{self, Args, Params};
use super::attributes::{find, refuse_clustered, refuse_unless};
use super::draft::{DraftField, DraftKind, DraftModel, Drafts};
use super::names::{check_db_name, check_name};
use super::{index, predicate};
use crate::ast::{Attribute, Call, Expr, Ident};
use crate::diagnostic::{Diagnostic, Rule};
use crate::model::{
    Arity, ColumnOptions, ConstraintName, FieldId, Index, IndexKind, Key, Provider, SortOrder,
};
use crate::names;
use crate::source::Span;
use crate::suggest::{did_you_mean, list};

pub(super) fn check(cx: &mut Context, drafts: &mut Drafts<'_>) {
    let Drafts { models, enums, .. } = drafts;
    for model in models {
        let mut ids: Vec<Key> = Vec::new();
        for id in 0..model.fields.len() {
            field_keys(cx, model, FieldId(id), &mut ids);
        }
        for attribute in &model.ast.attributes {
            match &*attribute.name.text {
                "id" => match key(cx, model, attribute, "id") {
                    Some(new) => ids.push(new.0),
                    None => model.lacks_key = true,
                },
                "unique" => unique(cx, model, enums, attribute),
                "index" | "fulltext" => {
                    let new = index::index(cx, model, enums, attribute);
                    model.indexes.extend(new);
                }
                _ => {}
            }
        }
        primary_key(cx, model, ids);
        check_client_names(cx, model);
        check_has_key(cx, model);
        on_view(cx, model);
    }
}

/// `@id` and `@unique` of a field.
fn field_keys(cx: &mut Context, model: &mut DraftModel<'_>, id: FieldId, ids: &mut Vec<Key>) {
    let field = model.field(id);
    let ast = field.ast;
    for name in ["id", "unique"] {
        let Some(attribute) = find(&ast.attributes, name) else { continue };
        let params = Params { positional: None, named: &["map", "length", "sort", "clustered"] };
        let args = Args::of_attribute(cx, attribute, false, &params);
        refuse_clustered(cx, &args);
        let options = options(cx, &args, name == "id");
        let field = model.field(id);
        if field.scalar().is_none() {
            model.lacks_key = true;
            continue;
        }
        let column = &*field.db_name;
        let made = match name {
            "id" => names::primary_key(&model.db_name),
            _ => names::unique(&model.db_name, &[column]),
        };
        let db_name = constraint_name(cx, &args, "map", made, name == "id");
        let new = Key {
            fields: vec![id],
            options: vec![options],
            name: field.name().to_owned(),
            db_name,
            at_field: true,
            span: attribute.span,
        };
        if name == "id" {
            check_id_field(cx, model.field(id), attribute.span);
            ids.push(new);
        } else {
            model.uniques.push(new);
        }
    }
    if let (Some(_), Some(unique)) = (find(&ast.attributes, "id"), find(&ast.attributes, "unique"))
        && model.field(id).scalar().is_some()
    {
        cx.report(
            Diagnostic::warning(
                Rule::RedundantUnique,
                unique.span,
                format!("`{}` is the primary key and so unique already", ast.name.text),
            )
            .help("remove `@unique`"),
        );
    }
}

/// The name of a constraint: the argument `argument`, else `made`.
pub(super) fn constraint_name(
    cx: &mut Context,
    args: &Args<'_>,
    argument: &str,
    made: ConstraintName,
    primary: bool,
) -> ConstraintName {
    if primary {
        refuse_unless(cx, args, argument, |provider| provider == Provider::Postgresql);
    }
    match args.string(cx, argument) {
        Some((name, span)) => {
            check_db_name(cx, &name, span, "constraint");
            ConstraintName::stated(name)
        }
        None => made,
    }
}

/// `sort`, `length` and (of a field in a list) `ops`.
pub(super) fn options(cx: &mut Context, args: &Args<'_>, primary: bool) -> ColumnOptions {
    if primary {
        refuse_unless(cx, args, "sort", |_| false);
    }
    refuse_unless(cx, args, "length", |provider| provider == Provider::Mysql);
    let sort = args.get("sort").and_then(|value| {
        let ident = args::path(cx, value, "`Asc` or `Desc`")?;
        match &*ident.text {
            "Asc" => Some(SortOrder::Asc),
            "Desc" => Some(SortOrder::Desc),
            _ => {
                args::expected(cx, value, "`Asc` or `Desc`");
                None
            }
        }
    });
    ColumnOptions { sort, length: args.number(cx, "length").map(|(length, _)| length), ops: None }
}

/// A block key and the arguments it was made from.
fn key<'a>(
    cx: &mut Context,
    model: &DraftModel<'a>,
    attribute: &'a Attribute,
    kind: &str,
) -> Option<(Key, Args<'a>)> {
    let named: &'static [&'static str] = match kind {
        "id" => &["name", "map", "clustered"],
        _ => &["name", "map", "clustered", "where"],
    };
    let mut args = Args::of_attribute(cx, attribute, true, &Params { positional: Some("fields"), named });
    refuse_clustered(cx, &args);
    let value = args.require(cx, "fields", &format!("@@{kind}([field, field])"))?;
    let (fields, options) = key_fields(cx, model, value, attribute, kind)?;
    let made = match kind {
        "id" => names::primary_key(&model.db_name),
        _ => names::unique(&model.db_name, &model.columns(&fields)),
    };
    let db_name = constraint_name(cx, &args, "map", made, kind == "id");
    let joined: Vec<&str> = fields.iter().map(|field| model.field(*field).name()).collect();
    let name = match args.string(cx, "name") {
        Some((text, span)) => {
            check_name(cx, &Ident { text: text.clone(), span });
            text
        }
        None => joined.join("_"),
    };
    if kind == "id" {
        for field in &fields {
            check_id_field(cx, model.field(*field), attribute.span);
        }
    }
    Some((Key { fields, options, name, db_name, at_field: false, span: attribute.span }, args))
}

fn unique<'a>(
    cx: &mut Context,
    model: &mut DraftModel<'a>,
    enums: &[super::draft::DraftEnum<'_>],
    attribute: &'a Attribute,
) {
    let Some((key, args)) = key(cx, model, attribute, "unique") else {
        model.lacks_key = true;
        return;
    };
    let Some(condition) = args.get("where") else {
        model.uniques.push(key);
        return;
    };
    let Some(predicate) = predicate::predicate(cx, model, enums, condition) else { return };
    model.indexes.push(Index {
        fields: key.fields,
        options: key.options,
        kind: IndexKind::PartialUnique,
        algorithm: None,
        predicate: Some(predicate),
        db_name: key.db_name,
        span: key.span,
    });
}

/// `[a, b(sort: Desc)]` as columns of the model.
pub(super) fn key_fields(
    cx: &mut Context,
    model: &DraftModel<'_>,
    value: &Expr,
    attribute: &Attribute,
    kind: &str,
) -> Option<(Vec<FieldId>, Vec<ColumnOptions>)> {
    let (items, span) = args::as_list(value);
    if items.is_empty() {
        cx.report(
            Diagnostic::error(Rule::EmptyKey, span, format!("`@@{kind}` has no fields"))
                .help("name at least one field"),
        );
        return None;
    }
    let (mut fields, mut all_options, mut failed) = (Vec::new(), Vec::new(), false);
    for item in items {
        let (name, call) = match item {
            Expr::Path(name) => (name, None),
            Expr::Call(call) => (&call.name, Some(call)),
            _ => {
                args::expected(cx, item, "the name of a field");
                failed = true;
                continue;
            }
        };
        let Some(field) = key_field(cx, model, name, kind) else {
            failed = true;
            continue;
        };
        if fields.contains(&field) {
            let finding = Diagnostic::error(
                Rule::RepeatedField,
                name.span,
                format!("`@@{kind}` has `{}` twice", name.text),
            )
            .and(attribute.name.span, "in this attribute")
            .help("remove one of them");
            cx.report(finding);
            failed = true;
            continue;
        }
        let before = cx.findings.len();
        all_options.push(
            call.map_or_else(ColumnOptions::default, |call| field_options(cx, model, field, call, kind)),
        );
        failed |= cx.findings.len() > before;
        fields.push(field);
    }
    (!failed).then_some((fields, all_options))
}

fn field_options(
    cx: &mut Context,
    model: &DraftModel<'_>,
    field: FieldId,
    call: &Call,
    kind: &str,
) -> ColumnOptions {
    let named: &'static [&'static str] = match kind {
        "index" => &["sort", "length", "ops"],
        _ => &["sort", "length"],
    };
    let args = Args::of_call(cx, call, &Params { positional: None, named });
    let options = options(cx, &args, kind == "id");
    let ops = args.get("ops").and_then(|value| index::operator_class(cx, model.field(field), value));
    ColumnOptions { ops, ..options }
}

/// The column a name in a key stands for.
fn key_field(cx: &mut Context, model: &DraftModel<'_>, name: &Ident, kind: &str) -> Option<FieldId> {
    let Some(id) = model.field_id(&name.text) else {
        unknown_field(cx, model, name);
        return None;
    };
    match &model.field(id).kind {
        DraftKind::Scalar(_) => Some(id),
        DraftKind::Broken => None,
        DraftKind::Relation(relation) => {
            let message = format!("`{}` is a relation; `@@{kind}` needs columns", name.text);
            let finding = Diagnostic::error(Rule::InvalidKeyField, name.span, message);
            let finding = match &relation.fields {
                Some((fields, _)) if !fields.is_empty() => {
                    finding.help(format!("use {}", list(fields.iter().map(|field| &*field.text))))
                }
                _ => finding.help("use the columns of the relation"),
            };
            cx.report(finding);
            None
        }
    }
}

pub(super) fn unknown_field(cx: &mut Context, model: &DraftModel<'_>, name: &Ident) {
    if model.ast.incomplete {
        return;
    }
    let message = format!("`{}` has no field `{}`", model.name(), name.text);
    let mut finding = Diagnostic::error(Rule::UnknownField, name.span, message);
    finding.help = did_you_mean(&name.text, model.column_fields());
    if finding.help.is_none() {
        finding.help = Some("name a field of the model".to_owned());
    }
    cx.report(finding);
}

fn check_id_field(cx: &mut Context, field: &DraftField<'_>, key: Span) {
    match field.ast.ty.arity {
        Arity::Required => {}
        Arity::Optional => cx.report(
            Diagnostic::error(
                Rule::OptionalId,
                field.ast.ty.span,
                format!("`{}` is part of the primary key and cannot be optional", field.name()),
            )
            .and(key, "the key")
            .help("remove the `?`"),
        ),
        Arity::List => cx.report(
            Diagnostic::error(
                Rule::InvalidKeyField,
                field.ast.ty.span,
                format!("`{}` is a list and cannot be part of the primary key", field.name()),
            )
            .and(key, "the key")
            .help("use a field that is no list"),
        ),
    }
}

fn primary_key(cx: &mut Context, model: &mut DraftModel<'_>, ids: Vec<Key>) {
    let mut ids = ids.into_iter();
    let first = ids.next();
    for other in ids {
        let first = first.as_ref().map_or(other.span, |first| first.span);
        cx.report(
            Diagnostic::error(
                Rule::MultipleIds,
                other.span,
                format!("`{}` has a second primary key", model.name()),
            )
            .and(first, "the first is here")
            .help("keep one; for a key of several fields write `@@id([field, field])` alone"),
        );
    }
    model.primary_key = first;
}

/// Compound keys need names of their own, for the client shows them beside the fields.
fn check_client_names(cx: &mut Context, model: &DraftModel<'_>) {
    let keys: Vec<&Key> =
        model.primary_key.iter().chain(&model.uniques).filter(|key| key.is_compound()).collect();
    for (index, key) in keys.iter().enumerate() {
        let taken = match model.field_id(&key.name) {
            Some(field) => Some((model.field(field).ast.name.span, "a field has it")),
            None => keys[..index]
                .iter()
                .find(|other| other.name == key.name && other.fields != key.fields)
                .map(|other| (other.span, "another key has it")),
        };
        if let Some((span, label)) = taken {
            cx.report(
                Diagnostic::error(
                    Rule::DuplicateKeyName,
                    key.span,
                    format!("the key's name `{}` is taken in `{}`", key.name, model.name()),
                )
                .and(span, label)
                .help("give the key another name with `name:`"),
            );
        }
    }
}

fn check_has_key(cx: &mut Context, model: &DraftModel<'_>) {
    if model.is_view || model.ignored || model.lacks_key || model.ast.incomplete {
        return;
    }
    let required =
        |key: &Key| key.fields.iter().all(|field| model.field(*field).ast.ty.arity == Arity::Required);
    if model.primary_key.is_some() || model.uniques.iter().any(required) {
        return;
    }
    let finding = Diagnostic::error(
        Rule::MissingKey,
        model.ast.name.span,
        format!("`{}` has no key: nothing identifies one of its rows", model.name()),
    );
    cx.report(match model.uniques.first() {
        Some(unique) => {
            finding.and(unique.span, "this key has an optional field and so does not count").help(
                "add `@id` to a required field or `@@id([..])`, or make the fields of a unique key required",
            )
        }
        None => finding.help("add `@id` or `@unique` to a required field, or `@@id([field, field])`"),
    });
}

fn on_view(cx: &mut Context, model: &DraftModel<'_>) {
    if !model.is_view {
        return;
    }
    let id = model.primary_key.as_ref().map(|key| (key.span, "a primary key"));
    let indexes = model.indexes.iter().map(|index| (index.span, "an index"));
    for (span, what) in id.into_iter().chain(indexes) {
        cx.report(
            Diagnostic::error(Rule::KeyOnView, span, format!("a view cannot have {what}"))
                .help("remove it; `@unique` and `@@unique` tell the client how to find one row"),
        );
    }
}
