//! `where:` of partial indexes.

use super::Context;
use super::args::{self, Args, Params};
use super::draft::{DraftEnum, DraftModel};
use super::keys::unknown_field;
use super::literal::{Constant, constant};
use crate::ast::{Expr, Ident};
use crate::diagnostic::{Diagnostic, Rule};
use crate::model::{Condition, Literal, Predicate, ScalarType};

pub(super) fn predicate(
    cx: &mut Context,
    model: &DraftModel<'_>,
    enums: &[DraftEnum<'_>],
    value: &Expr,
) -> Option<Predicate> {
    match value {
        Expr::Call(call) if call.name.text == "raw" => {
            let mut args = Args::of_call(cx, call, &Params { positional: Some("sql"), named: &[] });
            args.require(cx, "sql", "raw(\"column IS NOT NULL\")")?;
            let (text, span) = args.string(cx, "sql")?;
            if text.trim().is_empty() {
                cx.report(
                    Diagnostic::error(
                        Rule::InvalidArgument,
                        span,
                        "the condition of an index cannot be empty",
                    )
                    .help("write a condition, or remove `where`"),
                );
                return None;
            }
            Some(Predicate::Raw(text))
        }
        Expr::Object(entries, _) if !entries.is_empty() => {
            let conditions: Vec<Option<Condition>> =
                entries.iter().map(|(name, value)| condition(cx, model, enums, name, value)).collect();
            conditions.into_iter().collect::<Option<_>>().map(Predicate::All)
        }
        _ => {
            args::expected(cx, value, "`raw(\"..\")` or an object such as `{ active: true }`");
            None
        }
    }
}

fn condition(
    cx: &mut Context,
    model: &DraftModel<'_>,
    enums: &[DraftEnum<'_>],
    name: &Ident,
    value: &Expr,
) -> Option<Condition> {
    let Some(field) = model.field_id(&name.text) else {
        unknown_field(cx, model, name);
        return None;
    };
    let draft = model.field(field);
    let Some(scalar) = draft.scalar() else {
        if draft.relation().is_some() {
            let message = format!("`{}` is a relation; a condition needs a column", name.text);
            cx.report(
                Diagnostic::error(Rule::InvalidKeyField, name.span, message)
                    .help("use a column of the relation"),
            );
        }
        return None;
    };
    let (negated, value) = match value {
        Expr::Object(entries, span) => match &entries[..] {
            [(not, inner)] if not.text == "not" => (true, inner),
            _ => {
                cx.report(
                    Diagnostic::error(
                        Rule::InvalidArgument,
                        *span,
                        "a condition can be a value or `{ not: value }`",
                    )
                    .help("write anything else as `where: raw(\"..\")`"),
                );
                return None;
            }
        },
        _ => (false, value),
    };
    if matches!(value, Expr::Path(path) if path.text == "null") {
        return Some(Condition { field, negated, value: None });
    }
    // As Prisma has it, a string is what the database stores, not the value's name in the schema.
    if let (ScalarType::Enum(id), Expr::String(label)) = (&scalar.ty, value)
        && let Some(known) = enums[id.0].values.iter().find(|known| known.db_name == label.value)
    {
        return Some(Condition { field, negated, value: Some(Literal::EnumValue(known.name.clone())) });
    }
    let column = Constant {
        field: &name.text,
        ty: &scalar.ty,
        native: scalar.native.as_ref(),
        enums,
        type_span: draft.ast.ty.span,
    };
    let literal: Literal = constant(cx, value, &column)?;
    Some(Condition { field, negated, value: Some(literal) })
}
