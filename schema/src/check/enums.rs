//! Enums and their values.

use super::Context;
use super::attributes::{self, ENUM, ENUM_VALUE};
use super::config::Config;
use super::draft::Drafts;
use super::names::{check_db_name, check_name};
use crate::diagnostic::{Diagnostic, Rule};
use crate::model::EnumValue;

pub(super) fn check(cx: &mut Context, config: &Config, drafts: &mut Drafts<'_>) {
    for draft in &mut drafts.enums {
        let block = draft.ast;
        attributes::check(cx, &block.attributes, &ENUM);
        match attributes::map(cx, &block.attributes, &ENUM, "enum") {
            Some((name, _)) => draft.db_name = name,
            None => check_db_name(cx, &draft.db_name, block.name.span, "enum"),
        }
        draft.db_schema = attributes::db_schema(cx, config, &block.attributes, "enum", block.name.span);
        if block.values.is_empty() && !block.incomplete {
            cx.report(
                Diagnostic::error(
                    Rule::EmptyEnum,
                    block.name.span,
                    format!("the enum `{}` has no values", block.name.text),
                )
                .help("write at least one value, each on a line of its own"),
            );
        }
        for value in &block.values {
            check_name(cx, &value.name);
            attributes::check(cx, &value.attributes, &ENUM_VALUE);
            let map = attributes::map(cx, &value.attributes, &ENUM_VALUE, "enum value");
            let name = value.name.text.clone();
            let new = EnumValue {
                db_name: map.map_or_else(|| name.clone(), |(name, _)| name),
                name,
                documentation: value.documentation.clone(),
                span: value.name.span,
            };
            let same = |earlier: &&EnumValue| earlier.name == new.name || earlier.db_name == new.db_name;
            if let Some(earlier) = draft.values.iter().find(same) {
                let stored = if earlier.name == new.name { "" } else { " in the database" };
                let message = format!("`{}` has the value `{}`{stored} twice", block.name.text, new.db_name);
                cx.report(
                    Diagnostic::error(Rule::DuplicateEnumValue, value.span, message)
                        .and(earlier.span, "it is here already")
                        .help("remove one of them or give it another name"),
                );
            }
            draft.values.push(new);
        }
    }
}
