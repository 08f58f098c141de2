//! `@default(..)`: which of its forms it is.

use super::Context;
use super::args::{Args, Params};
use super::attributes::refuse_unless;
use super::default_fn;
use super::draft::DraftEnum;
use super::literal::{Constant, constant};
use crate::ast::{Attribute, Expr, FieldAst};
use crate::diagnostic::{Diagnostic, Rule};
use crate::model::{Arity, DefaultValue, Literal, NativeType, ScalarType};

pub(super) fn default(
    cx: &mut Context,
    enums: &[DraftEnum<'_>],
    ast: &FieldAst,
    attribute: &Attribute,
    ty: &ScalarType,
    native: Option<&NativeType>,
) -> Option<DefaultValue> {
    let params = Params { positional: Some("value"), named: &["map"] };
    let mut args = Args::of_attribute(cx, attribute, false, &params);
    refuse_unless(cx, &args, "map", |_| false);
    let value = args.require(cx, "value", "@default(value)")?;
    let as_constant = Constant { field: &ast.name.text, ty, native, enums, type_span: ast.ty.span };
    let is_list = ast.ty.arity == Arity::List;
    match value {
        Expr::Call(call) => default_fn::function(cx, ast, call, ty),
        _ if matches!(ty, ScalarType::Unsupported(_)) => {
            cx.report(
                Diagnostic::error(
                    Rule::InvalidDefault,
                    value.span(),
                    format!("`{}` is `Unsupported` and can have no such default", ast.name.text),
                )
                .help("write it in the database's language: `@default(dbgenerated(\"..\"))`"),
            );
            None
        }
        Expr::Array(items, span) if !is_list => {
            cx.report(
                Diagnostic::error(
                    Rule::InvalidDefault,
                    *span,
                    format!("`{}` is no list and cannot have a list as default", ast.name.text),
                )
                .and(ast.ty.span, "the field's type")
                .help(if items.len() == 1 {
                    "remove the brackets"
                } else {
                    "leave one value, without brackets"
                }),
            );
            None
        }
        Expr::Array(items, _) => {
            let literals: Vec<Option<Literal>> =
                items.iter().map(|item| constant(cx, item, &as_constant)).collect();
            literals.into_iter().collect::<Option<Vec<Literal>>>().map(DefaultValue::List)
        }
        _ if is_list => {
            cx.report(
                Diagnostic::error(
                    Rule::InvalidDefault,
                    value.span(),
                    format!("`{}` is a list and must have a list as default", ast.name.text),
                )
                .and(ast.ty.span, "the field's type")
                .help("put the value in brackets"),
            );
            None
        }
        _ => constant(cx, value, &as_constant).map(|literal| match literal {
            Literal::EnumValue(name) => DefaultValue::EnumValue(name),
            literal => DefaultValue::Literal(literal),
        }),
    }
}
