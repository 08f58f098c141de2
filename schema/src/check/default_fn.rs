//! Functions in `@default(..)`.

use super::Context;
use super::args::{Args, Params};
use crate::ast::{Call, Expr, FieldAst};
use crate::diagnostic::{Diagnostic, Rule};
use crate::model::{Arity, CuidVersion, DefaultValue, ScalarType, UuidVersion};
use crate::suggest::{did_you_mean, list};

const FUNCTIONS: [&str; 7] = ["autoincrement", "now", "uuid", "cuid", "ulid", "nanoid", "dbgenerated"];

pub(super) fn function(
    cx: &mut Context,
    ast: &FieldAst,
    call: &Call,
    ty: &ScalarType,
) -> Option<DefaultValue> {
    let name = &*call.name.text;
    let types: &[ScalarType] = match name {
        "autoincrement" => &[ScalarType::Int, ScalarType::BigInt],
        "now" => &[ScalarType::DateTime],
        "uuid" | "cuid" | "ulid" | "nanoid" => &[ScalarType::String],
        "dbgenerated" => return dbgenerated(cx, call),
        "auto" | "sequence" => {
            let database = if name == "auto" { "MongoDB" } else { "CockroachDB" };
            cx.report(
                Diagnostic::error(
                    Rule::UnsupportedByProvider,
                    call.span,
                    format!("`{name}()` is of {database} only"),
                )
                .help("use `autoincrement()` or `dbgenerated(\"..\")`"),
            );
            return None;
        }
        _ => {
            let mut finding = Diagnostic::error(
                Rule::UnknownFunction,
                call.name.span,
                format!("there is no function `{name}()`"),
            );
            finding.help = did_you_mean(name, FUNCTIONS);
            cx.report(finding);
            return None;
        }
    };
    if !types.contains(ty) {
        let message = format!("`{name}()` cannot be the default of `{}`", ast.name.text);
        let fitting = list(types.iter().filter_map(ScalarType::name));
        cx.report(
            Diagnostic::error(Rule::InvalidDefault, call.span, message)
                .and(ast.ty.span, "the field's type")
                .help(format!("`{name}()` is for {fitting}")),
        );
        return None;
    }
    if ast.ty.arity == Arity::List {
        let message = format!("`{name}()` cannot be the default of the list `{}`", ast.name.text);
        cx.report(
            Diagnostic::error(Rule::InvalidDefault, call.span, message)
                .and(ast.ty.span, "the field's type")
                .help("use a list of constants or `dbgenerated(\"..\")`"),
        );
        return None;
    }
    match name {
        "autoincrement" => without_arguments(cx, call, DefaultValue::Autoincrement),
        "now" => without_arguments(cx, call, DefaultValue::Now),
        "ulid" => without_arguments(cx, call, DefaultValue::Ulid),
        "uuid" => match number(cx, call, "4 or 7", |n| matches!(n, 4 | 7))? {
            Some(7) => Some(DefaultValue::Uuid(UuidVersion::V7)),
            _ => Some(DefaultValue::Uuid(UuidVersion::V4)),
        },
        "cuid" => match number(cx, call, "1 or 2", |n| matches!(n, 1 | 2))? {
            Some(2) => Some(DefaultValue::Cuid(CuidVersion::V2)),
            _ => Some(DefaultValue::Cuid(CuidVersion::V1)),
        },
        _ => number(cx, call, "a length from 2 to 255", |n| n >= 2).map(DefaultValue::Nanoid),
    }
}

fn without_arguments(cx: &mut Context, call: &Call, value: DefaultValue) -> Option<DefaultValue> {
    let args = Args::of_call(cx, call, &Params { positional: None, named: &[] });
    (!args.failed).then_some(value)
}

/// No argument or one number that is `right`. The outer `None` means that something was reported.
fn number(cx: &mut Context, call: &Call, what: &str, right: impl Fn(u8) -> bool) -> Option<Option<u8>> {
    match &call.args[..] {
        [] => return Some(None),
        [arg] if arg.name.is_none() => {
            if let Expr::Number(number) = &arg.value
                && let Ok(value) = number.text.parse()
                && right(value)
            {
                return Some(Some(value));
            }
        }
        _ => {}
    }
    let message = format!("`{}()` takes no argument or one, {what}", call.name.text);
    cx.report(
        Diagnostic::error(Rule::InvalidDefault, call.span, message)
            .help(format!("write `{}()` or give it {what}", call.name.text)),
    );
    None
}

fn dbgenerated(cx: &mut Context, call: &Call) -> Option<DefaultValue> {
    match &call.args[..] {
        [] => return Some(DefaultValue::DbGenerated(None)),
        [arg] if arg.name.is_none() => {
            if let Expr::String(text) = &arg.value
                && !text.value.trim().is_empty()
            {
                return Some(DefaultValue::DbGenerated(Some(text.value.clone())));
            }
        }
        _ => {}
    }
    cx.report(
        Diagnostic::error(
            Rule::InvalidDefault,
            call.span,
            "`dbgenerated()` takes no argument or one string that is not empty",
        )
        .help("write the database's expression, for example `dbgenerated(\"gen_random_uuid()\")`"),
    );
    None
}
