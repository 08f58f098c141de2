//! Names that clash in the database, after `@map` and `@@map`.

use std::collections::HashMap;

use super::Context;
use super::draft::Drafts;
use super::names::check_db_name;
use super::relations::Relations;
use crate::diagnostic::{Diagnostic, Rule};
use crate::model::{JoinSide, ModelId, Provider};
use crate::source::Span;

pub(super) fn check(cx: &mut Context, drafts: &Drafts<'_>, relations: &Relations) {
    check_columns(cx, drafts);
    let before = cx.findings.len();
    check_tables(cx, drafts, relations);
    // Constraint names are made of table names; one clash is enough.
    if cx.findings.len() == before {
        for provider in cx.providers.clone() {
            if check_constraints(cx, drafts, relations, provider) {
                return;
            }
        }
    }
}

fn check_columns(cx: &mut Context, drafts: &Drafts<'_>) {
    for model in &drafts.models {
        let mut columns: HashMap<String, (&str, Span)> = HashMap::new();
        for field in model.fields.iter().filter(|field| field.scalar().is_some()) {
            let folded = fold(cx, &field.db_name, &[Provider::Sqlite, Provider::Mysql]);
            let earlier = columns.insert(folded, (field.name(), field.ast.span));
            let Some((name, span)) = earlier.filter(|(name, _)| *name != field.name()) else { continue };
            let message = format!(
                "`{}` and `{name}` of `{}` are both the column `{}`",
                field.name(),
                model.name(),
                field.db_name
            );
            cx.report(
                Diagnostic::error(Rule::DuplicateColumn, field.ast.span, message)
                    .and(span, "the other field")
                    .help("give one of them another column with `@map`"),
            );
        }
    }
}

/// The name as databases compare it: without regard to case, if the schema is for one of `insensitive`.
fn fold(cx: &Context, name: &str, insensitive: &[Provider]) -> String {
    if cx.providers.iter().any(|provider| insensitive.contains(provider)) {
        name.to_ascii_lowercase()
    } else {
        name.to_owned()
    }
}

/// One thing that has a name in the database.
struct Thing {
    /// Its name in the schema.
    owner: String,
    schema: Option<String>,
    name: String,
    what: String,
    span: Span,
}

/// The join tables, each once.
fn join_tables(drafts: &Drafts<'_>, relations: &Relations) -> Vec<(Thing, ModelId)> {
    let mut tables: Vec<(Thing, ModelId)> = relations
        .iter()
        .filter_map(|(end, relation)| {
            let table = relation.join_table().filter(|table| table.side == JoinSide::A)?;
            let thing = Thing {
                owner: format!("relation {}", relation.relation),
                schema: table.db_schema.clone(),
                name: table.db_name.clone(),
                what: format!("the table of the relation `{}`", relation.relation),
                span: drafts.models[end.model.0].field(end.field).ast.span,
            };
            Some((thing, end.model))
        })
        .collect();
    tables.sort_by_key(|(thing, _)| (thing.span.source, thing.span.start));
    tables
}

fn check_tables(cx: &mut Context, drafts: &Drafts<'_>, relations: &Relations) {
    let tables = drafts.models.iter().map(|model| Thing {
        owner: model.name().to_owned(),
        schema: model.db_schema.clone(),
        name: model.db_name.clone(),
        what: format!("the table of `{}`", model.name()),
        span: model.ast.name.span,
    });
    let mut things: Vec<Thing> = tables.collect();
    for (table, _) in join_tables(drafts, relations) {
        check_db_name(cx, &table.name, table.span, "table");
        things.push(table);
    }
    // On Postgres a table is a type too.
    if cx.providers.contains(&Provider::Postgresql) {
        things.extend(drafts.enums.iter().map(|draft| Thing {
            owner: draft.ast.name.text.clone(),
            schema: draft.db_schema.clone(),
            name: draft.db_name.clone(),
            what: format!("the type of `{}`", draft.ast.name.text),
            span: draft.ast.name.span,
        }));
    }
    let mut seen: HashMap<(Option<&str>, String), &Thing> = HashMap::new();
    for thing in &things {
        let folded = fold(cx, &thing.name, &[Provider::Sqlite]);
        let Some(earlier) = seen.insert((thing.schema.as_deref(), folded), thing) else { continue };
        // The same name twice in the schema was reported as such.
        if earlier.owner == thing.owner {
            continue;
        }
        let message = if earlier.name == thing.name {
            format!("{} and {} are both called `{}`", earlier.what, thing.what, thing.name)
        } else {
            format!(
                "{} and {} are called `{}` and `{}`, which sqlite takes for one name",
                earlier.what, thing.what, earlier.name, thing.name
            )
        };
        cx.report(
            Diagnostic::error(Rule::DuplicateTable, thing.span, message)
                .and(earlier.span, "the other")
                .help("give one of them another name in the database with `@@map`"),
        );
    }
}

/// Constraints and indexes by the scope their names must be unique in. Whether there was a clash.
fn check_constraints(
    cx: &mut Context,
    drafts: &Drafts<'_>,
    relations: &Relations,
    provider: Provider,
) -> bool {
    let mut seen: HashMap<(String, String), (String, Span)> = HashMap::new();
    let mut clashed = false;
    for (scope, name, what, span) in constraints(drafts, relations, provider) {
        let Some((other, place)) = seen.insert((scope, name.clone()), (what.clone(), span)) else { continue };
        let message = format!("{other} and {what} are both called `{name}`, which {provider} does not allow");
        cx.report(
            Diagnostic::error(Rule::DuplicateConstraint, span, message)
                .and(place, "the other")
                .help("give one of them another name with `map:`"),
        );
        clashed = true;
    }
    clashed
}

type Constraint = (String, String, String, Span);

fn constraints(drafts: &Drafts<'_>, relations: &Relations, provider: Provider) -> Vec<Constraint> {
    let mut all: Vec<Constraint> = Vec::new();
    for (index, model) in drafts.models.iter().enumerate() {
        if model.is_view {
            continue;
        }
        let schema = model.db_schema.clone().unwrap_or_default();
        let table = format!("{schema}.{}", model.db_name);
        // Postgres and SQLite keep tables and indexes in one space per schema, MySQL keeps indexes per table.
        let scope = if provider == Provider::Mysql { table.clone() } else { schema };
        if provider != Provider::Mysql {
            let what = format!("the table of `{}`", model.name());
            all.push((scope.clone(), model.db_name.clone(), what, model.ast.name.span));
        }
        if let Some(key) = model.primary_key.iter().find(|_| provider == Provider::Postgresql) {
            let name = key.db_name.for_provider(provider).into_owned();
            all.push((scope.clone(), name, format!("the primary key of `{}`", model.name()), key.span));
        }
        for key in &model.uniques {
            let name = key.db_name.for_provider(provider).into_owned();
            all.push((scope.clone(), name, format!("a unique key of `{}`", model.name()), key.span));
        }
        for index in &model.indexes {
            let name = index.db_name.for_provider(provider).into_owned();
            all.push((scope.clone(), name, format!("an index of `{}`", model.name()), index.span));
        }
        for (field_index, field) in model.fields.iter().enumerate() {
            let end =
                super::relations::End { model: ModelId(index), field: crate::model::FieldId(field_index) };
            let Some(name) = relations.get(&end).and_then(|relation| relation.fk_db_name.as_ref()) else {
                continue;
            };
            // SQLite does not mind; Postgres counts per table, among its constraints; MySQL per database.
            let scope = match provider {
                Provider::Sqlite => continue,
                Provider::Postgresql => format!("constraints of {table}"),
                Provider::Mysql => "foreign keys".to_owned(),
            };
            let name = name.for_provider(provider).into_owned();
            all.push((
                scope,
                name,
                format!("the foreign key of `{}.{}`", model.name(), field.name()),
                field.ast.span,
            ));
        }
    }
    all
}
