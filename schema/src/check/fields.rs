//! Fields: their type, their attributes, what their documentation asks for.

use super::Context;
use super::args::{self, Args, Params};
use super::attributes::{self, FIELD, refuse_unless};
use super::draft::{DraftEnum, DraftField, DraftKind, DraftModel, DraftRelation, Drafts, Symbol};
use super::names::{check_db_name, check_name};
use super::{default, native};
use crate::ast::{Attribute, FieldAst, TypeName};
use crate::diagnostic::{Diagnostic, Rule};
use crate::model::{Arity, ModelId, Provider, ReferentialAction, ScalarField, ScalarType};
use crate::source::Span;
use crate::suggest::did_you_mean;

pub(super) fn check(cx: &mut Context, drafts: &mut Drafts<'_>) {
    for index in 0..drafts.models.len() {
        let block = drafts.models[index].ast;
        let mut fields: Vec<DraftField<'_>> = Vec::with_capacity(block.fields.len());
        for ast in &block.fields {
            check_name(cx, &ast.name);
            if let Some(earlier) = fields.iter().find(|field| field.name() == ast.name.text) {
                let message = format!("`{}` has the field `{}` twice", block.name.text, ast.name.text);
                cx.report(
                    Diagnostic::error(Rule::DuplicateField, ast.name.span, message)
                        .and(earlier.ast.name.span, "it is here already")
                        .help("remove one of them or give it another name"),
                );
            }
            fields.push(field(cx, drafts, &drafts.models[index], ast));
        }
        drafts.models[index].fields = fields;
    }
}

fn field<'a>(
    cx: &mut Context,
    drafts: &Drafts<'_>,
    model: &DraftModel<'_>,
    ast: &'a FieldAst,
) -> DraftField<'a> {
    attributes::check(cx, &ast.attributes, &FIELD);
    let (documentation, rust_type) = documentation(cx, ast);
    let ignored = ignored(cx, model, ast);
    let (ty, target) = match &ast.ty.name {
        TypeName::Unsupported(text) => (Some(ScalarType::Unsupported(text.value.clone())), None),
        TypeName::Named(name) => match (ScalarType::built_in(&name.text), drafts.symbols.get(&*name.text)) {
            (Some(ty), _) => (Some(ty), None),
            (None, Some(Symbol::Enum(id))) => (Some(ScalarType::Enum(*id)), None),
            (None, Some(Symbol::Model(id))) => (None, Some(*id)),
            (None, Some(Symbol::Composite)) => (None, None),
            (None, None) => {
                unknown_type(cx, drafts, &name.text, name.span);
                (None, None)
            }
        },
    };
    let mut db_name = ast.name.text.clone();
    let kind = match (ty, target) {
        (Some(ty), _) => {
            match attributes::map(cx, &ast.attributes, &FIELD, "column") {
                Some((name, _)) => db_name = name,
                None => check_db_name(cx, &db_name, ast.name.span, "column"),
            }
            DraftKind::Scalar(scalar(cx, &drafts.enums, ast, ty))
        }
        (None, Some(target)) => {
            if rust_type.is_some() {
                let message =
                    format!("`{}` is a relation and cannot have a Rust type of its own", ast.name.text);
                cx.report(
                    Diagnostic::error(Rule::InvalidRustType, ast.name.span, message)
                        .help("remove `@rust(..)` from its documentation"),
                );
            }
            DraftKind::Relation(relation(cx, ast, target))
        }
        (None, None) => DraftKind::Broken,
    };
    DraftField { ast, db_name, documentation, rust_type, ignored, kind }
}

fn unknown_type(cx: &mut Context, drafts: &Drafts<'_>, name: &str, span: Span) {
    let built_in = ScalarType::BUILT_IN.map(|(name, _)| name);
    let mut known: Vec<&str> = drafts.symbols.keys().copied().collect();
    known.sort_unstable();
    let mut finding = Diagnostic::error(Rule::UnknownType, span, format!("there is no type `{name}`"));
    finding.help = did_you_mean(name, built_in.into_iter().chain(known));
    if finding.help.is_none() {
        finding.help = Some(format!("define it with `model {name} {{ .. }}` or `enum {name} {{ .. }}`"));
    }
    cx.report(finding);
}

fn scalar(cx: &mut Context, enums: &[DraftEnum<'_>], ast: &FieldAst, ty: ScalarType) -> ScalarField {
    if let Some(attribute) = attributes::find(&ast.attributes, "relation") {
        let message = format!("`{}` is a column, not a relation", ast.name.text);
        cx.report(
            Diagnostic::error(Rule::MisplacedAttribute, attribute.span, message)
                .help("`@relation` stands at the field whose type is the other model"),
        );
    }
    let native = native::native_type(cx, ast, &ty);
    let default = attributes::find(&ast.attributes, "default")
        .and_then(|attribute| default::default(cx, enums, ast, attribute, &ty, native.as_ref()));
    let updated_at = attributes::find(&ast.attributes, "updatedAt");
    if let Some(attribute) = updated_at {
        Args::of_attribute(cx, attribute, false, &Params { positional: None, named: &[] });
        if ty != ScalarType::DateTime || ast.ty.arity == Arity::List {
            let message = format!("`@updatedAt` cannot stand at `{}`", ast.name.text);
            cx.report(
                Diagnostic::error(Rule::InvalidUpdatedAt, attribute.span, message)
                    .and(ast.ty.span, "this is not `DateTime`")
                    .help("make the field's type `DateTime` or `DateTime?`"),
            );
        }
    }
    ScalarField { ty, native, default, updated_at: updated_at.is_some() }
}

/// Takes the line `@rust(path)` out of the documentation.
fn documentation(cx: &mut Context, ast: &FieldAst) -> (Option<String>, Option<String>) {
    let Some(text) = &ast.documentation else { return (None, None) };
    let mut path = None;
    let mut lines = Vec::new();
    for line in text.lines() {
        let Some(argument) = line.trim().strip_prefix("@rust") else {
            lines.push(line);
            continue;
        };
        let inner = argument.strip_prefix('(').and_then(|argument| argument.strip_suffix(')')).map(str::trim);
        match inner.filter(|inner| is_path(inner)) {
            Some(inner) => path = Some(inner.to_owned()),
            None => {
                let message =
                    format!("the documentation of `{}` has `@rust` without a path to a type", ast.name.text);
                cx.report(
                    Diagnostic::error(Rule::InvalidRustType, ast.name.span, message)
                        .help("write it alone on its line, for example `/// @rust(jiff::Timestamp)`"),
                );
            }
        }
    }
    ((!lines.is_empty()).then(|| lines.join("\n")), path)
}

fn is_path(text: &str) -> bool {
    let text = text.strip_prefix("::").unwrap_or(text);
    text.split("::").all(|part| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

fn ignored(cx: &mut Context, model: &DraftModel<'_>, ast: &FieldAst) -> bool {
    let Some(attribute) = attributes::find(&ast.attributes, "ignore") else { return false };
    Args::of_attribute(cx, attribute, false, &Params { positional: None, named: &[] });
    if model.ignored {
        cx.report(
            Diagnostic::error(Rule::RedundantIgnore, attribute.span, "the whole model is ignored already")
                .help("remove `@ignore` from the field"),
        );
    }
    true
}

fn relation<'a>(cx: &mut Context, ast: &'a FieldAst, target: ModelId) -> DraftRelation<'a> {
    for attribute in &ast.attributes {
        let name = &*attribute.name.text;
        if matches!(name, "id" | "unique" | "default" | "updatedAt" | "map") || name.contains('.') {
            let message = format!("`{}` is a relation; `@{name}` stands at columns", ast.name.text);
            cx.report(
                Diagnostic::error(Rule::MisplacedAttribute, attribute.span, message)
                    .help("move it to the columns named in `fields`, or remove it"),
            );
        }
    }
    let mut draft = DraftRelation {
        target,
        name: None,
        fields: None,
        references: None,
        on_delete: None,
        on_update: None,
        map: None,
        broken: false,
    };
    if let Some(attribute) = attributes::find(&ast.attributes, "relation") {
        let before = cx.findings.len();
        relation_arguments(cx, attribute, &mut draft);
        draft.broken = cx.findings.len() > before;
    }
    draft
}

fn relation_arguments<'a>(cx: &mut Context, attribute: &'a Attribute, draft: &mut DraftRelation<'a>) {
    let params =
        Params { positional: Some("name"), named: &["fields", "references", "onDelete", "onUpdate", "map"] };
    let args = Args::of_attribute(cx, attribute, false, &params);
    if let Some((name, span)) = args.string(cx, "name") {
        if name.is_empty() {
            cx.report(
                Diagnostic::error(Rule::EmptyRelationName, span, "the name of a relation cannot be empty")
                    .help("write a name, or remove it where the two models have no other relation"),
            );
        }
        draft.name = match args.get("name") {
            Some(crate::ast::Expr::String(string)) => Some(&string.value),
            _ => None,
        };
    }
    draft.fields = args.get("fields").and_then(|value| args::paths(cx, value));
    draft.references = args.get("references").and_then(|value| args::paths(cx, value));
    draft.on_delete = action(cx, &args, "onDelete");
    draft.on_update = action(cx, &args, "onUpdate");
    refuse_unless(cx, &args, "map", |provider| provider != Provider::Sqlite);
    draft.map = args.string(cx, "map");
    if let Some((name, span)) = &draft.map {
        check_db_name(cx, name, *span, "foreign key");
    }
}

fn action(cx: &mut Context, args: &Args<'_>, name: &str) -> Option<(ReferentialAction, Span)> {
    let ident = args::path(cx, args.get(name)?, "a referential action such as `Cascade`")?;
    let found = ReferentialAction::ALL.into_iter().find(|action| action.name() == ident.text);
    if found.is_none() {
        let message = format!("there is no referential action `{}`", ident.text);
        let mut finding = Diagnostic::error(Rule::InvalidArgument, ident.span, message);
        finding.help = did_you_mean(&ident.text, ReferentialAction::ALL.map(ReferentialAction::name));
        cx.report(finding);
    }
    Some((found?, ident.span))
}
