//! `@@index` and `@@fulltext`.

use super::Context;
use super::args::{self, Args, Params};
use super::attributes::{refuse_clustered, refuse_unless};
use super::draft::{DraftEnum, DraftField, DraftModel};
use super::keys::{constraint_name, key_fields};
use super::operator_class::{OPERATOR_CLASSES, algorithms, fits};
use super::predicate;
use crate::ast::{Attribute, Expr};
use crate::diagnostic::{Diagnostic, Rule};
use crate::model::{Arity, FieldId, Index, IndexAlgorithm, IndexKind, OperatorClass, Provider, ScalarType};
use crate::names;
use crate::suggest::did_you_mean;

const ALGORITHMS: [(&str, IndexAlgorithm); 6] = [
    ("BTree", IndexAlgorithm::BTree),
    ("Hash", IndexAlgorithm::Hash),
    ("Gist", IndexAlgorithm::Gist),
    ("Gin", IndexAlgorithm::Gin),
    ("SpGist", IndexAlgorithm::SpGist),
    ("Brin", IndexAlgorithm::Brin),
];

pub(super) fn index<'a>(
    cx: &mut Context,
    model: &DraftModel<'a>,
    enums: &[DraftEnum<'_>],
    attribute: &'a Attribute,
) -> Option<Index> {
    let fulltext = attribute.name.text == "fulltext";
    let named: &'static [&'static str] =
        if fulltext { &["name", "map"] } else { &["name", "map", "type", "clustered", "where"] };
    let mut args = Args::of_attribute(cx, attribute, true, &Params { positional: Some("fields"), named });
    refuse_clustered(cx, &args);
    let kind = if fulltext { "fulltext" } else { "index" };
    let value = args.require(cx, "fields", &format!("@@{kind}([field])"))?;
    let (fields, options) = key_fields(cx, model, value, attribute, kind)?;
    let made = names::index(&model.db_name, &model.columns(&fields));
    // Until Prisma 3 `name` was what `map` is.
    let argument = if args.get("map").is_some() { "map" } else { "name" };
    let db_name = constraint_name(cx, &args, argument, made, false);
    let algorithm = algorithm(cx, &args);
    let predicate = match args.get("where") {
        Some(value) => Some(predicate::predicate(cx, model, enums, value)?),
        None => None,
    };
    let kind = if fulltext { IndexKind::Fulltext } else { IndexKind::Normal };
    let index = Index { fields, options, kind, algorithm, predicate, db_name, span: attribute.span };
    check_algorithm(cx, model, attribute, &index);
    Some(index)
}

fn algorithm(cx: &mut Context, args: &Args<'_>) -> Option<IndexAlgorithm> {
    let value = args.get("type")?;
    let ident = args::path(cx, value, "a type of index such as `Hash`")?;
    let Some((_, algorithm)) = ALGORITHMS.iter().find(|(name, _)| *name == ident.text) else {
        let message = format!("there is no type of index `{}`", ident.text);
        let mut finding = Diagnostic::error(Rule::InvalidArgument, ident.span, message);
        finding.help = did_you_mean(&ident.text, ALGORITHMS.map(|(name, _)| name));
        cx.report(finding);
        return None;
    };
    refuse_unless(cx, args, "type", |provider| {
        provider == Provider::Postgresql || *algorithm == IndexAlgorithm::BTree
    });
    Some(*algorithm)
}

fn check_algorithm(cx: &mut Context, model: &DraftModel<'_>, attribute: &Attribute, index: &Index) {
    let algorithm = index.algorithm.unwrap_or(IndexAlgorithm::BTree);
    if algorithm == IndexAlgorithm::Hash && index.fields.len() > 1 {
        cx.report(
            Diagnostic::error(Rule::InvalidIndex, attribute.span, "a Hash index can have one field only")
                .help("leave one field, or use `type: BTree`"),
        );
    }
    for (id, options) in index.fields.iter().zip(&index.options) {
        if options.sort.is_some() && algorithm != IndexAlgorithm::BTree {
            cx.report(
                Diagnostic::error(Rule::InvalidIndex, attribute.span, "only BTree indexes have an order")
                    .help("remove `sort`, or use `type: BTree`"),
            );
        }
        match &options.ops {
            None => check_default_class(cx, model, attribute, *id, algorithm),
            Some(OperatorClass::Raw(_)) => {}
            Some(OperatorClass::Known(name)) => {
                if !algorithms(name).contains(&algorithm) {
                    let message = format!("the operator class `{name}` is not for this type of index");
                    let help = match algorithms(name).first() {
                        Some(right) => format!("use `type: {right:?}`"),
                        None => "remove `ops`".to_owned(),
                    };
                    cx.report(
                        Diagnostic::error(Rule::InvalidOperatorClass, attribute.span, message).help(help),
                    );
                }
            }
        }
    }
}

/// Types of index that have no operator class for most columns by default.
fn check_default_class(
    cx: &mut Context,
    model: &DraftModel<'_>,
    attribute: &Attribute,
    id: FieldId,
    algorithm: IndexAlgorithm,
) {
    let field = model.field(id);
    let Some(scalar) = field.scalar() else { return };
    let unsupported = matches!(scalar.ty, ScalarType::Unsupported(_));
    let native = scalar.native.as_ref().map(|native| &*native.name);
    let right = match algorithm {
        IndexAlgorithm::Gin => {
            field.ast.ty.arity == Arity::List || scalar.ty == ScalarType::Json && native != Some("Json")
        }
        IndexAlgorithm::Gist => native == Some("Inet"),
        IndexAlgorithm::SpGist => scalar.ty == ScalarType::String,
        IndexAlgorithm::BTree | IndexAlgorithm::Hash | IndexAlgorithm::Brin => true,
    };
    if !right && !unsupported {
        let message =
            format!("a {algorithm:?} index cannot hold `{}` without an operator class", field.name());
        cx.report(
            Diagnostic::error(Rule::InvalidIndex, attribute.span, message)
                .and(field.ast.ty.span, "the field's type")
                .help(format!(
                    "name one, for example `{}(ops: raw(\"..\"))`, or use another type",
                    field.name()
                )),
        );
    }
}

/// `ops: Name` or `ops: raw("name")` of a field in an index.
pub(super) fn operator_class(
    cx: &mut Context,
    field: &DraftField<'_>,
    value: &Expr,
) -> Option<OperatorClass> {
    if cx.main() != Provider::Postgresql {
        let message = format!("{} has no operator classes", cx.main());
        cx.report(Diagnostic::error(Rule::UnsupportedByProvider, value.span(), message).help("remove `ops`"));
        return None;
    }
    match value {
        Expr::Path(name) if OPERATOR_CLASSES.contains(&&*name.text) => {
            if let Some(scalar) = field.scalar()
                && !fits(&name.text, scalar, field.ast.ty.arity)
            {
                let message = format!("the operator class `{}` is not for `{}`", name.text, field.name());
                cx.report(
                    Diagnostic::error(Rule::InvalidOperatorClass, name.span, message)
                        .and(field.ast.ty.span, "the field's type")
                        .help("use a class for this type, or `raw(\"..\")`"),
                );
                return None;
            }
            Some(OperatorClass::Known(name.text.clone()))
        }
        Expr::Path(name) => {
            let message = format!("there is no operator class `{}`", name.text);
            let mut finding = Diagnostic::error(Rule::InvalidOperatorClass, name.span, message);
            finding.help = did_you_mean(&name.text, OPERATOR_CLASSES.iter().copied())
                .or_else(|| Some("write one the language does not know as `raw(\"name\")`".to_owned()));
            cx.report(finding);
            None
        }
        Expr::Call(call) if call.name.text == "raw" => {
            let mut args = Args::of_call(cx, call, &Params { positional: Some("name"), named: &[] });
            args.require(cx, "name", "raw(\"name\")")?;
            args.string(cx, "name").map(|(text, _)| OperatorClass::Raw(text))
        }
        _ => {
            args::expected(cx, value, "an operator class or `raw(\"name\")`");
            None
        }
    }
}
