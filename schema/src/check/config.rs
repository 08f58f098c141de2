//! `datasource` and `generator` blocks.

use super::Context;
use super::args::{Args, Params};
use crate::ast::{ConfigBlock, ConfigKeyword, Expr, Item, Property, SchemaAst};
use crate::diagnostic::{Diagnostic, Rule};
use crate::model::{ConfigValue, Datasource, EnvOrLiteral, Extension, Generator, Provider, RelationMode};
use crate::source::{SourceId, Span};
use crate::suggest::{did_you_mean, nearest};

const DATASOURCE: [&str; 7] =
    ["provider", "url", "directUrl", "shadowDatabaseUrl", "relationMode", "schemas", "extensions"];

/// The blocks that are no models, checked.
pub(super) struct Config {
    pub(super) datasource: Option<Datasource>,
    pub(super) generators: Vec<Generator>,
}

pub(super) fn check(cx: &mut Context, ast: &SchemaAst, providers: &[Provider]) -> Config {
    let blocks = |keyword| {
        ast.items().filter_map(move |item| match item {
            Item::Config(block) if block.keyword == keyword => Some(block),
            _ => None,
        })
    };
    let datasources: Vec<&ConfigBlock> = blocks(ConfigKeyword::Datasource).collect();
    let generators: Vec<&ConfigBlock> = blocks(ConfigKeyword::Generator).collect();
    if let [first, others @ ..] = &datasources[..] {
        for other in others {
            cx.report(
                Diagnostic::error(Rule::MultipleDatasources, other.name.span, "there is a second datasource")
                    .and(first.name.span, "the first is here")
                    .help("keep one; other databases for the same schema belong to `providers` in drivetrain.toml"),
            );
        }
    }
    for (index, generator) in generators.iter().enumerate() {
        if let Some(first) = generators[..index].iter().find(|g| g.name.text == generator.name.text) {
            let message = format!("there is a second generator `{}`", generator.name.text);
            cx.report(
                Diagnostic::error(Rule::DuplicateName, generator.name.span, message)
                    .and(first.name.span, "the first is here")
                    .help("give it another name"),
            );
        }
    }
    let provider = datasources.first().and_then(|block| provider(cx, block));
    cx.providers.extend(provider);
    for provider in providers {
        if !cx.providers.contains(provider) {
            cx.providers.push(*provider);
        }
    }
    if cx.providers.is_empty() {
        if datasources.is_empty() {
            let start = Span::new(SourceId(0), 0, 0);
            cx.report(
                Diagnostic::error(Rule::MissingDatasource, start, "the schema does not say which database it is for")
                    .help("add a block `datasource db { provider = \"sqlite\" }`, each property on a line of its own"),
            );
        }
        // The kind that has most, so that nothing else is reported for want of a provider.
        cx.providers.push(Provider::Postgresql);
    }
    Config {
        datasource: datasources.first().and_then(|block| datasource(cx, block, provider)),
        generators: generators.into_iter().filter_map(|block| generator(cx, block)).collect(),
    }
}

fn property<'a>(block: &'a ConfigBlock, name: &str) -> Option<&'a Property> {
    block.properties.iter().find(|property| property.name.text == name)
}

fn require<'a>(cx: &mut Context, block: &'a ConfigBlock, name: &str, example: &str) -> Option<&'a Property> {
    let found = property(block, name);
    if found.is_none() {
        let message = format!("`{}` has no `{name}`", block.name.text);
        cx.report(
            Diagnostic::error(Rule::MissingProperty, block.name.span, message)
                .help(format!("add `{name} = \"{example}\"`")),
        );
    }
    found
}

fn provider(cx: &mut Context, block: &ConfigBlock) -> Option<Provider> {
    let property = require(cx, block, "provider", "sqlite")?;
    let name = match text(cx, property)? {
        EnvOrLiteral::Literal(name) => name,
        EnvOrLiteral::Env(_) => {
            invalid(cx, &property.value, "the provider's name in quotes");
            return None;
        }
    };
    if let Ok(provider) = name.parse() {
        return Some(provider);
    }
    let names = Provider::ALL.map(Provider::name);
    let span = property.value.span();
    let mut finding =
        Diagnostic::error(Rule::UnknownProvider, span, format!("there is no provider `{name}`"));
    finding.help = did_you_mean(&name, names);
    cx.report(finding);
    None
}

fn check_properties(cx: &mut Context, block: &ConfigBlock) {
    for (index, property) in block.properties.iter().enumerate() {
        let name = &property.name.text;
        if let Some(first) = block.properties[..index].iter().find(|p| p.name.text == *name) {
            cx.report(
                Diagnostic::error(
                    Rule::DuplicateProperty,
                    property.name.span,
                    format!("`{name}` is stated twice"),
                )
                .and(first.name.span, "first stated here")
                .help("remove one of them"),
            );
        }
        if block.keyword == ConfigKeyword::Datasource && !DATASOURCE.contains(&&**name) {
            let message = format!("a datasource has no property `{name}`");
            let mut finding = Diagnostic::error(Rule::UnknownProperty, property.name.span, message);
            finding.help = did_you_mean(name, DATASOURCE);
            cx.report(finding);
        }
    }
}

fn datasource(cx: &mut Context, block: &ConfigBlock, provider: Option<Provider>) -> Option<Datasource> {
    check_properties(cx, block);
    let mut url = |name| property(block, name).and_then(|property| text(cx, property));
    let (url, direct_url, shadow_database_url) = (url("url"), url("directUrl"), url("shadowDatabaseUrl"));
    Some(Datasource {
        name: block.name.text.clone(),
        relation_mode: property(block, "relationMode")
            .map_or_else(RelationMode::default, |p| relation_mode(cx, p)),
        schemas: property(block, "schemas").map_or_else(Vec::new, |p| schemas(cx, p)),
        extensions: property(block, "extensions").map_or_else(Vec::new, |p| extensions(cx, p)),
        url,
        direct_url,
        shadow_database_url,
        documentation: block.documentation.clone(),
        span: block.name.span,
        provider: provider?,
    })
}

fn generator(cx: &mut Context, block: &ConfigBlock) -> Option<Generator> {
    check_properties(cx, block);
    let provider = require(cx, block, "provider", "prisma-client").and_then(|property| text(cx, property));
    let output = property(block, "output").and_then(|property| match text(cx, property)? {
        EnvOrLiteral::Literal(path) => Some(path),
        EnvOrLiteral::Env(_) => {
            invalid(cx, &property.value, "a path as a string");
            None
        }
    });
    let preview_features =
        property(block, "previewFeatures").map_or_else(Vec::new, |p| strings(cx, &p.value));
    let others = block
        .properties
        .iter()
        .filter(|property| !matches!(&*property.name.text, "provider" | "output" | "previewFeatures"));
    let properties = others
        .filter_map(|property| Some((property.name.text.clone(), value(cx, &property.value)?)))
        .collect();
    Some(Generator {
        name: block.name.text.clone(),
        output,
        preview_features,
        properties,
        documentation: block.documentation.clone(),
        span: block.name.span,
        provider: provider?,
    })
}

fn relation_mode(cx: &mut Context, property: &Property) -> RelationMode {
    if let Expr::String(mode) = &property.value {
        match &*mode.value {
            "foreignKeys" => return RelationMode::ForeignKeys,
            "prisma" => return RelationMode::Prisma,
            _ => {}
        }
    }
    invalid(cx, &property.value, "`\"foreignKeys\"` or `\"prisma\"`");
    RelationMode::default()
}

fn schemas(cx: &mut Context, property: &Property) -> Vec<String> {
    if cx.main() != Provider::Postgresql {
        let message = format!("{} has no named schemas", cx.main());
        cx.report(
            Diagnostic::error(Rule::UnsupportedByProvider, property.name.span, message)
                .help("remove `schemas`"),
        );
    }
    let names = strings(cx, &property.value);
    if names.is_empty() && matches!(&property.value, Expr::Array(items, _) if items.is_empty()) {
        invalid(cx, &property.value, "at least one schema");
    }
    names
}

fn extensions(cx: &mut Context, property: &Property) -> Vec<Extension> {
    if cx.main() != Provider::Postgresql {
        let message = format!("{} has no extensions", cx.main());
        cx.report(
            Diagnostic::error(Rule::UnsupportedByProvider, property.name.span, message)
                .help("remove `extensions`"),
        );
    }
    let Expr::Array(items, _) = &property.value else {
        invalid(cx, &property.value, "a list of extensions, for example `[citext]`");
        return Vec::new();
    };
    items.iter().filter_map(|item| extension(cx, item)).collect()
}

fn extension(cx: &mut Context, item: &Expr) -> Option<Extension> {
    let (name, map, schema, version) = match item {
        Expr::Path(name) => (name, None, None, None),
        Expr::Call(call) => {
            let params = Params { positional: None, named: &["map", "schema", "version"] };
            let args = Args::of_call(cx, call, &params);
            let mut text = |name| args.string(cx, name).map(|(text, _)| text);
            (&call.name, text("map"), text("schema"), text("version"))
        }
        _ => {
            invalid(cx, item, "the name of an extension");
            return None;
        }
    };
    Some(Extension {
        name: name.text.clone(),
        db_name: map.unwrap_or_else(|| name.text.clone()),
        schema,
        version,
    })
}

/// A string or `env("NAME")`.
fn text(cx: &mut Context, property: &Property) -> Option<EnvOrLiteral> {
    let found = as_text(&property.value);
    if found.is_none() {
        invalid(cx, &property.value, "a string, or `env(\"NAME\")`");
    }
    found
}

fn as_text(value: &Expr) -> Option<EnvOrLiteral> {
    match value {
        Expr::String(string) => Some(EnvOrLiteral::Literal(string.value.clone())),
        Expr::Call(call) if call.name.text == "env" => match &call.args[..] {
            [arg] if arg.name.is_none() => match &arg.value {
                Expr::String(name) => Some(EnvOrLiteral::Env(name.value.clone())),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

fn strings(cx: &mut Context, value: &Expr) -> Vec<String> {
    let Expr::Array(items, _) = value else {
        invalid(cx, value, "a list of strings in brackets");
        return Vec::new();
    };
    let text = |item: &Expr| match item {
        Expr::String(string) => Some(string.value.clone()),
        _ => {
            invalid(cx, item, "a string");
            None
        }
    };
    items.iter().filter_map(text).collect()
}

fn value(cx: &mut Context, expr: &Expr) -> Option<ConfigValue> {
    match expr {
        Expr::Number(number) => Some(ConfigValue::Number(number.text.clone())),
        Expr::Path(path) if path.text == "true" => Some(ConfigValue::Boolean(true)),
        Expr::Path(path) if path.text == "false" => Some(ConfigValue::Boolean(false)),
        Expr::Array(items, _) => {
            items.iter().map(|item| value(cx, item)).collect::<Option<_>>().map(ConfigValue::List)
        }
        _ => {
            let text = as_text(expr).map(ConfigValue::Text);
            if text.is_none() {
                invalid(cx, expr, "a string, number, `true`, `false` or a list of them");
            }
            text
        }
    }
}

fn invalid(cx: &mut Context, value: &Expr, expected: &str) {
    let message = format!("expected {expected}, found {}", value.describe());
    let mut finding = Diagnostic::error(Rule::InvalidProperty, value.span(), message)
        .label(format!("expected {expected}"))
        .help(format!("write {expected} here"));
    if let Expr::String(string) = value
        && let Some(near) = nearest(&string.value, ["foreignKeys", "prisma"])
    {
        finding = finding.help(format!("did you mean `\"{near}\"`?"));
    }
    cx.report(finding);
}
