//! `@db.X`: the native types of each database.

use std::ops::RangeInclusive;

use super::Context;
use crate::ast::{Attribute, Expr, FieldAst};
use crate::diagnostic::{Diagnostic, Rule};
use crate::model::{NativeType, Provider, ScalarType};
use crate::suggest::{did_you_mean, list};

/// A native type, the scalars it can hold, and its arguments.
struct Native {
    name: &'static str,
    holds: &'static [ScalarType],
    /// How many arguments it takes, from fewest to most; one of two is never enough.
    count: RangeInclusive<usize>,
    /// What each may be.
    ranges: &'static [RangeInclusive<u32>],
}

const fn plain(name: &'static str, holds: &'static [ScalarType]) -> Native {
    Native { name, holds, count: 0..=0, ranges: &[] }
}

const fn optional(
    name: &'static str,
    holds: &'static [ScalarType],
    ranges: &'static [RangeInclusive<u32>],
) -> Native {
    Native { name, holds, count: 0..=ranges.len(), ranges }
}

const fn required(
    name: &'static str,
    holds: &'static [ScalarType],
    ranges: &'static [RangeInclusive<u32>],
) -> Native {
    Native { name, holds, count: ranges.len()..=ranges.len(), ranges }
}

use ScalarType::{BigInt, Boolean, Bytes, DateTime, Decimal, Float, Int, Json, String};

const POSTGRES: &[Native] = &[
    plain("SmallInt", &[Int]),
    plain("Integer", &[Int]),
    plain("BigInt", &[BigInt]),
    optional("Decimal", &[Decimal], &[1..=1000, 0..=1000]),
    plain("Money", &[Decimal]),
    plain("Inet", &[String]),
    plain("Oid", &[Int]),
    plain("Citext", &[String]),
    plain("Real", &[Float]),
    plain("DoublePrecision", &[Float]),
    optional("VarChar", &[String], &[1..=10_485_760]),
    optional("Char", &[String], &[1..=10_485_760]),
    plain("Text", &[String]),
    plain("ByteA", &[Bytes]),
    optional("Timestamp", &[DateTime], &[0..=6]),
    optional("Timestamptz", &[DateTime], &[0..=6]),
    plain("Date", &[DateTime]),
    optional("Time", &[DateTime], &[0..=6]),
    optional("Timetz", &[DateTime], &[0..=6]),
    plain("Boolean", &[Boolean]),
    optional("Bit", &[String], &[1..=83_886_080]),
    optional("VarBit", &[String], &[1..=83_886_080]),
    plain("Uuid", &[String]),
    plain("Xml", &[String]),
    plain("Json", &[Json]),
    plain("JsonB", &[Json]),
];

const MYSQL: &[Native] = &[
    plain("Int", &[Int]),
    plain("UnsignedInt", &[Int]),
    plain("SmallInt", &[Int]),
    plain("UnsignedSmallInt", &[Int]),
    plain("TinyInt", &[Int, Boolean]),
    plain("UnsignedTinyInt", &[Int, Boolean]),
    plain("MediumInt", &[Int]),
    plain("UnsignedMediumInt", &[Int]),
    plain("BigInt", &[BigInt]),
    plain("UnsignedBigInt", &[BigInt]),
    optional("Decimal", &[Decimal], &[1..=65, 0..=30]),
    plain("Float", &[Float]),
    plain("Double", &[Float]),
    required("Bit", &[Bytes, Boolean], &[1..=64]),
    required("Char", &[String], &[0..=255]),
    required("VarChar", &[String], &[0..=65_535]),
    required("Binary", &[Bytes], &[1..=255]),
    required("VarBinary", &[Bytes], &[1..=65_535]),
    plain("TinyBlob", &[Bytes]),
    plain("Blob", &[Bytes]),
    plain("MediumBlob", &[Bytes]),
    plain("LongBlob", &[Bytes]),
    plain("TinyText", &[String]),
    plain("Text", &[String]),
    plain("MediumText", &[String]),
    plain("LongText", &[String]),
    plain("Date", &[DateTime]),
    optional("Time", &[DateTime], &[0..=6]),
    optional("DateTime", &[DateTime], &[0..=6]),
    optional("Timestamp", &[DateTime], &[0..=6]),
    plain("Year", &[Int]),
    plain("Json", &[Json]),
];

fn natives(provider: Provider) -> &'static [Native] {
    match provider {
        Provider::Postgresql => POSTGRES,
        Provider::Mysql => MYSQL,
        Provider::Sqlite => &[],
    }
}

/// The native type of a column of type `ty`. It belongs to the main provider.
pub(super) fn native_type(cx: &mut Context, ast: &FieldAst, ty: &ScalarType) -> Option<NativeType> {
    let attribute = ast.attributes.iter().find(|attribute| attribute.name.text.contains('.'))?;
    let provider = cx.main();
    let (prefix, name) = attribute.name.text.split_once('.')?;
    if prefix != "db" {
        let message = format!("there is no attribute `@{}`", attribute.name.text);
        cx.report(
            Diagnostic::error(Rule::UnknownAttribute, attribute.span, message)
                .help(format!("native types begin with `db`: `@db.{name}`")),
        );
        return None;
    }
    let Some(native) = natives(provider).iter().find(|native| native.name == name) else {
        unknown(cx, attribute, name, ty);
        return None;
    };
    if !native.holds.contains(ty) {
        let holds = list(native.holds.iter().filter_map(ScalarType::name));
        let message = format!("`@db.{name}` cannot hold the field `{}`", ast.name.text);
        cx.report(
            Diagnostic::error(Rule::NativeTypeMismatch, attribute.span, message)
                .and(ast.ty.span, "the field's type")
                .help(format!("`@db.{name}` is for {holds}")),
        );
        return None;
    }
    let args = arguments(cx, attribute, native)?;
    check_arguments(cx, attribute, native, &args, ty).then(|| NativeType { name: name.to_owned(), args })
}

fn unknown(cx: &mut Context, attribute: &Attribute, name: &str, ty: &ScalarType) {
    let provider = cx.main();
    let message = format!("{provider} has no native type `{name}`");
    let finding = Diagnostic::error(Rule::UnknownNativeType, attribute.span, message);
    if natives(provider).is_empty() {
        cx.report(finding.help(format!("remove it; {provider} columns have the type of the language")));
        return;
    }
    let fitting =
        natives(provider).iter().filter(|native| native.holds.contains(ty)).map(|native| native.name);
    let near = did_you_mean(name, fitting)
        .or_else(|| did_you_mean(name, natives(provider).iter().map(|native| native.name)));
    cx.report(Diagnostic { help: near, ..finding });
}

fn arguments(cx: &mut Context, attribute: &Attribute, native: &Native) -> Option<Vec<u32>> {
    let args: Option<Vec<u32>> = attribute
        .args
        .iter()
        .map(|arg| match &arg.value {
            Expr::Number(number) if arg.name.is_none() => number.text.parse().ok(),
            _ => None,
        })
        .collect();
    let (few, most) = (*native.count.start(), *native.count.end());
    let right_count = |args: &Vec<u32>| args.len() == most || args.is_empty() && few == 0;
    let found = args.filter(right_count);
    if found.is_none() {
        let takes = match (few, most) {
            (_, 0) => "no arguments".to_owned(),
            (0, 1) => "one whole number or none".to_owned(),
            (0, _) => format!("{most} whole numbers or none"),
            (_, 1) => "one whole number".to_owned(),
            _ => format!("{most} whole numbers"),
        };
        let message = format!("`@db.{}` takes {takes}", native.name);
        cx.report(Diagnostic::error(Rule::InvalidNativeType, attribute.span, message).help(example(native)));
    }
    found
}

fn example(native: &Native) -> std::string::String {
    match native.ranges {
        [] => format!("write `@db.{}`", native.name),
        [one] => format!("write for example `@db.{}({})`", native.name, 20.min(*one.end())),
        _ => format!("write for example `@db.{}(10, 2)`", native.name),
    }
}

fn check_arguments(
    cx: &mut Context,
    attribute: &Attribute,
    native: &Native,
    args: &[u32],
    ty: &ScalarType,
) -> bool {
    let mut wrong = None;
    for (index, (arg, range)) in args.iter().zip(native.ranges).enumerate() {
        if !range.contains(arg) {
            wrong = Some((index, format!("from {} to {}", range.start(), range.end())));
        }
    }
    if wrong.is_none()
        && let [precision, scale] = args
        && scale > precision
    {
        wrong = Some((1, format!("not greater than the first, {precision}")));
    }
    if wrong.is_none() && native.name == "Bit" && *ty == Boolean && args != [1] {
        wrong = Some((0, "1 for a Boolean".to_owned()));
    }
    let Some((index, allowed)) = wrong else { return true };
    let span = attribute.args.get(index).map_or(attribute.span, |arg| arg.span);
    let message = format!("`@db.{}` does not allow {} here", native.name, args[index]);
    cx.report(
        Diagnostic::error(Rule::InvalidNativeType, span, message)
            .help(format!("the number must be {allowed}")),
    );
    false
}

/// Whether a column of this type can be in a key or index of MySQL only with a length, or in one of
/// Postgres not at all.
pub(super) fn is_unindexable(provider: Provider, ty: &ScalarType, native: Option<&NativeType>) -> bool {
    let native = native.map(|native| &*native.name);
    match (provider, native) {
        (Provider::Mysql, Some(name)) => name.ends_with("Text") || name.ends_with("Blob") || name == "Json",
        (Provider::Mysql, None) => matches!(ty, Json | Bytes),
        (Provider::Postgresql, Some(name)) => matches!(name, "Json" | "Xml"),
        (Provider::Postgresql | Provider::Sqlite, _) => false,
    }
}
