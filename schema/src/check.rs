//! Syntax tree to checked model: every rule that makes a schema wrong.
//!
//! The steps follow each other; each reports what it finds and leaves out what it could not understand, so
//! that later steps do not report the same mistake again.

mod args;
mod attributes;
mod build;
mod clash;
mod config;
mod default;
mod default_fn;
mod draft;
mod enums;
mod fields;
mod index;
mod keys;
mod literal;
mod models;
mod names;
mod native;
mod operator_class;
mod predicate;
mod provider;
mod relation_rules;
mod relations;

use crate::ast::SchemaAst;
use crate::diagnostic::Diagnostic;
use crate::model::{Provider, Schema};

/// What the checks share.
struct Context {
    findings: Vec<Diagnostic>,
    /// The kinds of database the schema must be right for; never empty. The first is the datasource's where
    /// there is one: names, native types and index options are its.
    providers: Vec<Provider>,
}

impl Context {
    fn report(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }

    fn main(&self) -> Provider {
        self.providers[0]
    }
}

/// Checks what was [parsed](crate::parse()).
///
/// The schema must be right for the provider of its `datasource` and for each of `providers`; with neither
/// it is wrong. There is no schema if a finding is an error or if the tree is of a text that could not be
/// read in whole; warnings leave it usable. Findings are in no particular order.
pub fn check(ast: &SchemaAst, providers: &[Provider]) -> (Option<Schema>, Vec<Diagnostic>) {
    let mut cx = Context { findings: Vec::new(), providers: Vec::new() };
    let config = config::check(&mut cx, ast, providers);
    let mut drafts = draft::collect(&mut cx, ast);
    enums::check(&mut cx, &config, &mut drafts);
    models::check(&mut cx, &config, &mut drafts);
    fields::check(&mut cx, &mut drafts);
    keys::check(&mut cx, &mut drafts);
    provider::check(&mut cx, &drafts);
    let relations = relations::check(&mut cx, &config, &drafts);
    clash::check(&mut cx, &drafts, &relations);
    let failed = cx.findings.iter().any(Diagnostic::is_error);
    if failed {
        return (None, cx.findings);
    }
    (build::schema(config, drafts, relations, cx.providers), cx.findings)
}
