//! Schemas: names that are qualified, and one name in two of them.

use drivetrain_adapter_api::statement::TableName;
use drivetrain_adapter_api::{Capability, Dialect, ErrorKind, SharedAdapter};

use super::names::{insert, select};
use crate::case::{ALL, Case, L, Need, PG, case};
use crate::cases::helpers::{column, only};
use crate::outcome::{ensure_eq, must_fail};
use crate::{Context, Outcome, Stop, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "DDL-09",
        Definitions,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9", "A-5"],
        "tables are reached by the name of their schema, and not by that of another",
        qualified
    ),
    case!(
        "DDL-10",
        Definitions,
        L0,
        PG,
        [Need::Oracle],
        ["A-9"],
        "tables of one name in two schemas, one with a hostile name, do not get into each other's way",
        two_schemas
    ),
    case!(
        "DDL-10.ATTACHED",
        Definitions,
        L0,
        L,
        [Need::Oracle, Need::Capability(Capability::Sessions)],
        ["A-9", "A-55"],
        "tables of one name in two attached databases do not get into each other's way",
        two_databases
    ),
];

async fn qualified(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4})"]).await?;
    let adapter = cx.adapter().await?;
    let name = cx.table("t").name;
    let schema = match (&cx.naming().schema, cx.dialect()) {
        (Some(schema), _) => schema.clone(),
        (None, Dialect::Sqlite) => "main".to_owned(),
        (None, Dialect::MySql) => only(&cx.query("select database()", vec![]).await?.rows)?,
        (None, _) => only(&cx.query("select current_schema()", vec![]).await?.rows)?,
    };
    let table = TableName::in_schema(schema.clone(), name.clone());
    adapter.query(insert(table.clone(), "id", 7)).await?;
    ensure_eq!(cx.oracle_count("t").await?, 1, "rows");
    ensure_eq!(only::<i64>(&adapter.query(select(table, "id")).await?.rows)?, 7, "the row that is read");
    let raw = format!("select {{q:{0}}}.id from {{q:{schema}}}.{{q:{0}}}", name.as_str());
    ensure_eq!(only::<i64>(&cx.query(&raw, vec![]).await?.rows)?, 7, "the row that raw SQL reads");
    let elsewhere = TableName::in_schema("no such schema", name);
    let kinds = [ErrorKind::UndefinedTable, ErrorKind::UndefinedObject, ErrorKind::DatabaseNotFound];
    must_fail(adapter.query(select(elsewhere.clone(), "id")).await, &kinds, "a schema that is not there")?;
    must_fail(adapter.query(insert(elsewhere, "id", 8)).await, &kinds, "an insert into it")?;
    ensure_eq!(cx.oracle_count("t").await?, 1, "rows at the end");
    cx.check_usable(&adapter).await
}

async fn two_schemas(cx: Context) -> Outcome {
    let own =
        cx.naming().schema.as_ref().ok_or_else(|| Stop::NotRun("the namespace has no schema".into()))?;
    let other = format!("{own} it's \"2\"");
    let quoted = format!("{{q:{other}}}");
    cx.prepare(&["create table {t:t} (id {int4} primary key)", &format!("create schema {quoted}")]).await?;
    let outcome = in_two_schemas(&cx, &other, &quoted).await;
    // It is not part of the namespace, and has to go whatever happened.
    let dropped = cx.prepare(&[&format!("drop schema {quoted} cascade")]).await;
    outcome.and(dropped)
}

async fn in_two_schemas(cx: &Context, other: &str, quoted: &str) -> Outcome {
    let adapter = cx.adapter().await?;
    let name = cx.table("t").name;
    let there = TableName::in_schema(other.to_owned(), name.clone());
    let same = format!("{quoted}.{{q:{}}}", name.as_str());
    adapter.query(cx.raw(&format!("create table {same} (id int primary key)"), vec![])).await?;
    apart(cx, &adapter, &there).await?;
    let stored = cx.oracle_rows(&format!("select id from {same} order by id")).await?;
    ensure_eq!(
        stored,
        [[Some("8".to_owned())], [Some("9".to_owned())]],
        "what is stored in the other schema"
    );
    // An error tells which of the two it is about.
    for (table, value, schema) in [
        (cx.table("t"), 7, cx.naming().schema.clone().unwrap_or_default()),
        (there.clone(), 8, other.to_owned()),
    ] {
        let twice = adapter.query(insert(table, "id", value)).await;
        let error = must_fail(twice, &[ErrorKind::UniqueViolation], "a key that is there")?;
        ensure_eq!(error.schema(), Some(&*schema), "the schema that is told");
    }
    Ok(())
}

/// Rows of the case's own table and of the one of that name stay apart.
async fn apart(cx: &Context, adapter: &SharedAdapter, there: &TableName) -> Outcome {
    adapter.query(insert(cx.table("t"), "id", 7)).await?;
    adapter.query(insert(there.clone(), "id", 8)).await?;
    adapter.query(insert(there.clone(), "id", 9)).await?;
    let here = adapter.query(select(cx.table("t"), "id")).await?.rows;
    ensure_eq!(column::<i64>(&here, 0)?, [7], "rows of the own schema");
    let mut other = column::<i64>(&adapter.query(select(there.clone(), "id")).await?.rows, 0)?;
    other.sort_unstable();
    ensure_eq!(other, [8, 9], "rows of the other schema");
    ensure_eq!(cx.oracle_count("t").await?, 1, "rows that the oracle sees");
    Ok(())
}

async fn two_databases(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4})"]).await?;
    let adapter = cx.adapter().await?;
    let mut session = adapter.session().await?;
    let other = "other \"one\"";
    session.query(cx.raw("attach database ':memory:' as {q:other \"one\"}", vec![])).await?;
    let name = cx.table("t").name;
    let create = format!("create table {{q:{other}}}.{{q:{}}} (id {{int4}})", name.as_str());
    session.query(cx.raw(&create, vec![])).await?;
    let here = TableName::in_schema("main", name.clone());
    let there = TableName::in_schema(other, name);
    session.query(insert(here.clone(), "id", 7)).await?;
    session.query(insert(there.clone(), "id", 8)).await?;
    ensure_eq!(only::<i64>(&session.query(select(here, "id")).await?.rows)?, 7, "the row of the file");
    ensure_eq!(only::<i64>(&session.query(select(there.clone(), "id")).await?.rows)?, 8, "the attached row");
    ensure_eq!(
        cx.oracle_cell("select id from {t:t}").await?.as_deref(),
        Some("7"),
        "the row the oracle sees"
    );
    session.close().await?;
    let gone = adapter.query(select(there, "id")).await;
    must_fail(gone, &[ErrorKind::UndefinedTable], "the attached table after its session")
        .within("attached")?;
    cx.check_usable(&adapter).await
}
