//! What one of the databases does not have.
//!
//! Here belongs what changes the meaning of a schema and so must hold for every provider: lists, full-text
//! and partial indexes, numbering. Names, native types and index options belong to the main provider alone
//! and are checked where they are read.

use super::Context;
use super::draft::{DraftField, DraftModel, Drafts};
use super::native::is_unindexable;
use crate::diagnostic::{Diagnostic, Rule};
use crate::model::{Arity, ColumnOptions, DefaultValue, FieldId, IndexKind, Provider};
use crate::source::Span;

pub(super) fn check(cx: &mut Context, drafts: &Drafts<'_>) {
    for provider in cx.providers.clone() {
        for model in &drafts.models {
            for (index, field) in model.fields.iter().enumerate() {
                check_list(cx, provider, field);
                check_autoincrement(cx, provider, model, FieldId(index));
            }
            check_indexes(cx, provider, model);
        }
    }
}

fn check_list(cx: &mut Context, provider: Provider, field: &DraftField<'_>) {
    if field.scalar().is_none() || field.ast.ty.arity != Arity::List || provider.has_scalar_lists() {
        return;
    }
    let message = format!("{provider} has no lists of scalars, `{}` is one", field.name());
    cx.report(
        Diagnostic::error(Rule::UnsupportedByProvider, field.ast.ty.span, message)
            .help("make it a relation to a model that holds the values, or a field of type Json"),
    );
}

fn check_indexes(cx: &mut Context, provider: Provider, model: &DraftModel<'_>) {
    for index in &model.indexes {
        let lacking = match index.kind {
            IndexKind::Fulltext if provider != Provider::Mysql => {
                Some(("full-text indexes", "remove the index"))
            }
            _ if index.predicate.is_some() && provider == Provider::Mysql => {
                Some(("partial indexes", "remove `where`"))
            }
            _ => None,
        };
        if let Some((what, help)) = lacking {
            cx.report(
                Diagnostic::error(
                    Rule::UnsupportedByProvider,
                    index.span,
                    format!("{provider} has no {what}"),
                )
                .help(help),
            );
        }
    }
    let keys =
        model.primary_key.iter().chain(&model.uniques).map(|key| (&key.fields, &key.options, key.span));
    let indexes = model
        .indexes
        .iter()
        .filter(|index| index.kind != IndexKind::Fulltext && index.algorithm.is_none())
        .map(|index| (&index.fields, &index.options, index.span));
    for (fields, options, span) in keys.chain(indexes) {
        check_comparable(cx, provider, model, fields, options, span);
    }
}

fn check_comparable(
    cx: &mut Context,
    provider: Provider,
    model: &DraftModel<'_>,
    fields: &[FieldId],
    options: &[ColumnOptions],
    span: Span,
) {
    for (field, options) in fields.iter().zip(options) {
        let field = model.field(*field);
        let Some(scalar) = field.scalar() else { continue };
        let native = scalar.native.as_ref().filter(|_| provider == cx.main());
        if options.length.is_some() || options.ops.is_some() || !is_unindexable(provider, &scalar.ty, native)
        {
            continue;
        }
        let message =
            format!("{provider} cannot put the column of `{}` into a key or index as it is", field.name());
        let help = match provider {
            Provider::Mysql => {
                "index its beginning with `length:`, or use a shorter type such as `@db.VarChar(191)`"
            }
            Provider::Postgresql | Provider::Sqlite => {
                "use another native type, for example `@db.JsonB` or `@db.Text`"
            }
        };
        cx.report(
            Diagnostic::error(Rule::InvalidKeyField, span, message)
                .and(field.ast.span, "the field")
                .help(help),
        );
    }
}

fn check_autoincrement(cx: &mut Context, provider: Provider, model: &DraftModel<'_>, id: FieldId) {
    let is_numbered = |field: &DraftField<'_>| {
        field.scalar().is_some_and(|scalar| scalar.default == Some(DefaultValue::Autoincrement))
    };
    let field = model.field(id);
    if !is_numbered(field) || model.lacks_key {
        return;
    }
    let wrong = match provider {
        Provider::Postgresql => None,
        Provider::Sqlite => {
            let alone = model.primary_key.as_ref().is_some_and(|key| key.fields == [id]);
            (!alone).then_some("only the primary key of one field")
        }
        Provider::Mysql => {
            let first = |fields: &Vec<FieldId>| fields.first() == Some(&id);
            let keys = model.primary_key.iter().chain(&model.uniques).map(|key| &key.fields);
            let indexed = keys.chain(model.indexes.iter().map(|index| &index.fields)).any(first);
            let earlier = model.fields[..id.0].iter().any(is_numbered);
            if earlier {
                Some("one field of a model")
            } else {
                (!indexed).then_some("only a field that comes first in a key or index")
            }
        }
    };
    if let Some(rule) = wrong {
        let message = format!("{provider} can number {rule}; `{}` is not", field.name());
        cx.report(
            Diagnostic::error(Rule::InvalidAutoincrement, field.ast.span, message)
                .help("remove `@default(autoincrement())`, or make the field the model's `@id`"),
        );
    }
}
