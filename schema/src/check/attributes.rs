//! Which attributes may stand where, and the attributes every block shares.

use super::Context;
use super::args::{Args, Params};
use super::config::Config;
use super::names::check_db_name;
use crate::ast::Attribute;
use crate::diagnostic::{Diagnostic, Rule};
use crate::model::Provider;
use crate::source::Span;
use crate::suggest::{did_you_mean, nearest};

/// A sort of thing that has attributes.
pub(super) struct Place {
    /// What it is called in messages.
    what: &'static str,
    known: &'static [&'static str],
    block: bool,
    native: bool,
}

pub(super) const FIELD: Place = Place {
    what: "field",
    known: &["id", "unique", "default", "updatedAt", "map", "relation", "ignore"],
    block: false,
    native: true,
};
pub(super) const MODEL: Place = Place {
    what: "model",
    known: &["id", "unique", "index", "fulltext", "map", "ignore", "schema"],
    block: true,
    native: false,
};
pub(super) const ENUM: Place = Place { what: "enum", known: &["map", "schema"], block: true, native: false };
pub(super) const ENUM_VALUE: Place =
    Place { what: "value of an enum", known: &["map"], block: false, native: false };

/// Block attributes that may stand several times.
const REPEATABLE: [&str; 3] = ["unique", "index", "fulltext"];

/// A name a database thing is given, and where.
pub(super) type Named = (String, Span);

/// Reports attributes that do not exist, stand twice or stand at the wrong sort of thing.
pub(super) fn check(cx: &mut Context, attributes: &[Attribute], place: &Place) {
    let mark = if place.block { "@@" } else { "@" };
    for (index, attribute) in attributes.iter().enumerate() {
        let name = &*attribute.name.text;
        let is_native = |attribute: &Attribute| attribute.name.text.contains('.');
        let is_known = place.known.contains(&name) || (place.native && is_native(attribute));
        if !is_known {
            unknown(cx, attribute, place, mark);
            continue;
        }
        if place.block && REPEATABLE.contains(&name) {
            continue;
        }
        let same = |other: &&Attribute| {
            other.name.text == name || (place.native && is_native(other) && is_native(attribute))
        };
        if let Some(first) = attributes[..index].iter().find(same) {
            let finding = Diagnostic::error(
                Rule::RepeatedAttribute,
                attribute.span,
                format!("`{mark}{name}` stands twice"),
            )
            .and(first.span, "it stands here already")
            .help("remove one of them");
            cx.report(finding);
        }
    }
}

fn unknown(cx: &mut Context, attribute: &Attribute, place: &Place, mark: &str) {
    let name = &*attribute.name.text;
    let message = format!("a {} has no attribute `{mark}{name}`", place.what);
    let other = if place.block { &FIELD } else { &MODEL };
    let finding = Diagnostic::error(Rule::UnknownAttribute, attribute.span, message);
    let near = nearest(name, place.known.iter().copied());
    if near.is_none() && other.known.contains(&name) {
        let help = if other.block {
            format!("`@@{name}` stands on a line of its own in a model, for example `@@{name}([field])`")
        } else {
            format!("`@{name}` stands at a field")
        };
        cx.report(Diagnostic { rule: Rule::MisplacedAttribute, ..finding }.help(help));
        return;
    }
    let known: Vec<String> = place.known.iter().map(|known| format!("{mark}{known}")).collect();
    let help = did_you_mean(&format!("{mark}{name}"), known.iter().map(String::as_str));
    cx.report(Diagnostic { help, ..finding });
}

pub(super) fn find<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes.iter().find(|attribute| attribute.name.text == name)
}

/// The name given by `@map` or `@@map`.
pub(super) fn map(cx: &mut Context, attributes: &[Attribute], place: &Place, what: &str) -> Option<Named> {
    let attribute = find(attributes, "map")?;
    let params = Params { positional: Some("name"), named: &[] };
    let mut args = Args::of_attribute(cx, attribute, place.block, &params);
    args.require(cx, "name", if place.block { "@@map(\"name\")" } else { "@map(\"name\")" })?;
    let (name, span) = args.string(cx, "name")?;
    check_db_name(cx, &name, span, what);
    Some((name, span))
}

/// The database schema given by `@@schema`, held against those the datasource lists.
pub(super) fn db_schema(
    cx: &mut Context,
    config: &Config,
    attributes: &[Attribute],
    what: &str,
    owner: Span,
) -> Option<String> {
    let listed = config.datasource.as_ref().map_or(&[][..], |datasource| &datasource.schemas);
    let Some(attribute) = find(attributes, "schema") else {
        if !listed.is_empty() {
            let finding =
                Diagnostic::error(Rule::MissingDbSchema, owner, format!("this {what} is in no schema")).help(
                    format!("add `@@schema(\"{}\")`, or another of those the datasource lists", listed[0]),
                );
            cx.report(finding);
        }
        return None;
    };
    let params = Params { positional: Some("map"), named: &[] };
    let mut args = Args::of_attribute(cx, attribute, true, &params);
    args.require(cx, "map", "@@schema(\"name\")")?;
    let (name, span) = args.string(cx, "map")?;
    let lacking = cx.providers.iter().find(|provider| !provider.has_db_schemas());
    if let Some(provider) = lacking {
        let message = format!("{provider} has no named schemas");
        cx.report(
            Diagnostic::error(Rule::UnsupportedByProvider, attribute.span, message).help("remove `@@schema`"),
        );
    } else if !listed.contains(&name) {
        let message = format!("the datasource does not list the schema `{name}`");
        let mut finding = Diagnostic::error(Rule::UnknownDbSchema, span, message);
        finding.help = did_you_mean(&name, listed.iter().map(String::as_str))
            .or_else(|| Some(format!("add it to the datasource: `schemas = [\"{name}\"]`")));
        cx.report(finding);
    }
    Some(name)
}

/// Refuses `clustered:`, which only SQL Server has.
pub(super) fn refuse_clustered(cx: &mut Context, args: &Args<'_>) {
    if let Some(argument) = args.argument("clustered") {
        let message = format!("{} has no clustered keys or indexes to choose", cx.main());
        cx.report(
            Diagnostic::error(Rule::UnsupportedByProvider, argument.span, message).help("remove `clustered`"),
        );
    }
}

/// Refuses an argument the main provider has no use for.
pub(super) fn refuse_unless(cx: &mut Context, args: &Args<'_>, name: &str, has: impl Fn(Provider) -> bool) {
    if let Some(argument) = args.argument(name)
        && !has(cx.main())
    {
        let message = format!("{} does not support `{name}` here", cx.main());
        cx.report(
            Diagnostic::error(Rule::UnsupportedByProvider, argument.span, message)
                .help(format!("remove `{name}`")),
        );
    }
}
