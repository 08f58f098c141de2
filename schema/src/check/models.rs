//! What a model says of itself as a whole, keys apart.

use super::Context;
use super::args::{Args, Params};
use super::attributes::{self, MODEL};
use super::config::Config;
use super::draft::Drafts;
use super::names::check_db_name;

pub(super) fn check(cx: &mut Context, config: &Config, drafts: &mut Drafts<'_>) {
    for draft in &mut drafts.models {
        let block = draft.ast;
        let what = if draft.is_view { "view" } else { "model" };
        attributes::check(cx, &block.attributes, &MODEL);
        match attributes::map(cx, &block.attributes, &MODEL, "table") {
            Some((name, _)) => draft.db_name = name,
            None => check_db_name(cx, &draft.db_name, block.name.span, "table"),
        }
        draft.db_schema = attributes::db_schema(cx, config, &block.attributes, what, block.name.span);
        if let Some(attribute) = attributes::find(&block.attributes, "ignore") {
            Args::of_attribute(cx, attribute, true, &Params { positional: None, named: &[] });
            draft.ignored = true;
        }
    }
}
