//! Names of tables, columns, constraints and indexes: hostile, long, and in letters of either case.

use drivetrain_adapter_api::statement::{
    Expr, Ident, Insert, InsertSource, Projection, Select, Slot, Source, Statement, TableName,
};
use drivetrain_adapter_api::{DbType, Dialect, ErrorKind, Query, SharedAdapter, Value};

use crate::case::{ALL, Case, L, Need, PG, case};
use crate::cases::helpers::{by_dialect, column, names, only};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "DDL-01",
        Definitions,
        L0,
        ALL,
        [Need::Oracle],
        ["A-3", "A-5", "A-9"],
        "any name can be that of a table, a column, a constraint and an index, in raw and abstract statements",
        hostile
    ),
    case!(
        "DDL-02",
        Definitions,
        L0,
        ALL,
        [Need::Oracle],
        ["A-5", "A-9"],
        "a name that is too long is cut by Postgres, refused by MySQL and taken by SQLite; longest names work",
        long
    ),
    case!(
        "DDL-03",
        Definitions,
        L0,
        PG.or(L),
        [Need::Oracle],
        ["A-9"],
        "letters of names without quotes are folded as the dialect does, those of quoted names never",
        folded
    ),
];

const HOSTILE: [&str; 18] = [
    "two words",
    "it's",
    "a\"b",
    "a`b",
    "a.b",
    "a;b",
    "a,b",
    "select",
    "MixedCase",
    "ä名\u{1f4a9}",
    "$1",
    "?",
    ":a",
    "--",
    "/*",
    "%s",
    "\\",
    "[x]",
];

/// An abstract insert of one integer.
pub(super) fn insert(table: TableName, name: &str, value: i32) -> Query {
    let slot = Expr::Slot(Slot { index: 0, ty: DbType::Int32 });
    let insert = Insert {
        with: vec![],
        table,
        columns: vec![Ident::from(name)],
        source: InsertSource::Rows(vec![vec![slot]]),
        on_conflict: None,
        returning: vec![],
    };
    Query::new(Statement::new(insert), vec![Value::Int32(value)])
}

/// An abstract select of one column.
pub(super) fn select(table: TableName, name: &str) -> Query {
    let select = Select {
        projections: vec![Projection::new(Expr::Column { table: None, column: Ident::from(name) })],
        from: Some(Source::table(table)),
        ..Select::default()
    };
    Query::new(Statement::new(select), vec![])
}

async fn hostile(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    for name in HOSTILE {
        hostile_name(&cx, &adapter, name).await.within(format!("the name {name:?}"))?;
    }
    Ok(())
}

async fn hostile_name(cx: &Context, adapter: &SharedAdapter, name: &str) -> Outcome {
    let create = format!(
        "create table {{t:{name}}} ({{q:{name}}} {{int4}}, {{q:other}} {{int4}}, \
         constraint {{q:{name}_check}} check ({{q:{name}}} > 0))"
    );
    adapter.query(cx.raw(&create, vec![])).await?;
    let index = format!("create unique index {{q:{name}_index}} on {{t:{name}}} ({{q:{name}}})");
    adapter.query(cx.raw(&index, vec![])).await?;
    adapter.query(cx.raw(&format!("insert into {{t:{name}}} ({{q:{name}}}) values (6)"), vec![])).await?;
    adapter.query(insert(cx.table(name), name, 7)).await.within("the abstract insert")?;
    let rows = adapter.query(select(cx.table(name), name)).await.within("the abstract select")?.rows;
    ensure_eq!(names(&rows), [name], "the column that is told");
    let mut read = column::<i64>(&rows, 0)?;
    read.sort_unstable();
    ensure_eq!(read, [6, 7], "what is read");
    let judged = format!("select count(*) from {{t:{name}}} where {{q:{name}}} in (6, 7)");
    ensure_eq!(
        cx.oracle_cell(&judged).await?.as_deref(),
        Some("2"),
        "rows that the oracle finds by these names"
    );

    let checked = adapter.query(insert(cx.table(name), name, -1)).await;
    let error = must_fail(checked, &[ErrorKind::CheckViolation], "a row that is checked")?;
    let constraint = error.constraint();
    ensure!(
        constraint.is_none() && cx.dialect() != Dialect::Postgres
            || constraint == Some(&*format!("{name}_check")),
        "the constraint is told as {constraint:?}"
    );
    let twice = adapter.query(insert(cx.table(name), name, 7)).await;
    let error = must_fail(twice, &[ErrorKind::UniqueViolation], "a row that is there")?;
    if cx.dialect() == Dialect::Postgres {
        ensure_eq!(error.constraint(), Some(&*format!("{name}_index")), "the index that is told");
        ensure_eq!(error.table(), Some(&*format!("{}{name}", cx.naming().prefix)), "the table that is told");
    }
    adapter.query(cx.raw(&format!("drop table {{t:{name}}}"), vec![])).await?;
    must_fail(
        adapter.query(select(cx.table(name), name)).await,
        &[ErrorKind::UndefinedTable],
        "after the drop",
    )?;
    cx.check_usable(adapter).await
}

async fn long(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let prefix = cx.naming().prefix.len();
    let longest = by_dialect(&cx, [63, 64, 200]) - prefix;
    let name = "n".repeat(longest);
    let create = |name: &str| cx.raw(&format!("create table {{t:{name}}} ({{q:{name}}} {{int4}})"), vec![]);
    adapter.query(create(&name)).await.within("a name of the largest length")?;
    adapter.query(insert(cx.table(&name), &name, 7)).await?;
    ensure_eq!(cx.oracle_count(&name).await?, 1, "rows of the table with the longest name");
    let beyond = format!("{name}m");
    match cx.dialect() {
        Dialect::Postgres => {
            // Cut to the same name, which is there.
            must_fail(
                adapter.query(create(&beyond)).await,
                &[ErrorKind::AlreadyExists],
                "one character more",
            )?;
            let raw = format!("select {{q:{beyond}}} from {{t:{beyond}}}");
            let rows = adapter.query(cx.raw(&raw, vec![])).await?.rows;
            ensure_eq!(
                (names(&rows), only::<i64>(&rows)?),
                (vec![name], 7),
                "the row of the name that was cut"
            );
            // An abstract statement means the name as it stands: an adapter may refuse what would be cut.
            match adapter.query(select(cx.table(&beyond), &beyond)).await {
                Ok(result) => ensure_eq!(only::<i64>(&result.rows)?, 7, "the row of the abstract select"),
                Err(error) => {
                    drop(must_fail::<()>(Err(error), &[ErrorKind::InvalidValue], "the longer name")?);
                }
            }
            // Characters are never cut in two.
            let wide = "ä".repeat(40);
            adapter.query(create(&wide)).await.within("a name of wide characters")?;
            let there = format!("select count(*) from pg_class where relname = '{}'", "ä".repeat(31));
            ensure_eq!(
                cx.oracle_cell(&there).await?.as_deref(),
                Some("1"),
                "tables with the name that was cut"
            );
        }
        Dialect::MySql => {
            let kinds = [ErrorKind::LimitExceeded, ErrorKind::Syntax];
            must_fail(adapter.query(create(&beyond)).await, &kinds, "one character more")?;
        }
        _ => {
            adapter.query(create(&beyond)).await.within("one character more")?;
            ensure_eq!(cx.oracle_count(&beyond).await?, 0, "rows of the other table");
        }
    }
    cx.check_usable(&adapter).await
}

async fn folded(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let schema =
        cx.naming().schema.as_ref().map(|schema| cx.sql(&format!("{{q:{schema}}}."))).unwrap_or_default();
    let unquoted = format!("{schema}{}MixedTable", cx.naming().prefix);
    let run = |sql: String| adapter.query(Query::raw(sql, vec![]));
    run(format!("create table {unquoted} (SomeColumn integer)")).await?;
    run(format!("insert into {unquoted} (SOMEcolumn) values (7)")).await?;
    let rows =
        run(format!("select someCOLUMN from {}", unquoted.replace("MixedTable", "mixedtable"))).await?.rows;
    ensure_eq!(only::<i64>(&rows)?, 7, "what is read by other letters");
    let folds = cx.dialect() == Dialect::Postgres;
    let (table, column) = if folds { ("mixedtable", "somecolumn") } else { ("MixedTable", "SomeColumn") };
    let rows = run(format!("select * from {unquoted}")).await?.rows;
    ensure_eq!(names(&rows), [column], "the column that is told");
    let stored = cx.oracle_cell(&format!("select count({{q:{column}}}) from {{t:{table}}}")).await?;
    ensure_eq!(stored.as_deref(), Some("1"), "rows by the quoted name");
    if folds {
        let quoted = adapter.query(select(cx.table("MixedTable"), "SomeColumn")).await;
        must_fail(quoted, &[ErrorKind::UndefinedTable], "the quoted name in its own letters")?;
        let quoted = adapter.query(select(cx.table("mixedtable"), "SomeColumn")).await;
        must_fail(quoted, &[ErrorKind::UndefinedColumn], "the quoted column in its own letters")?;
        // Both can be there beside each other.
        adapter.query(cx.raw("create table {t:MixedTable} ({q:SomeColumn} {int4})", vec![])).await?;
        adapter.query(insert(cx.table("MixedTable"), "SomeColumn", 8)).await?;
        let rows = run(format!("select somecolumn from {unquoted}")).await?.rows;
        ensure_eq!(only::<i64>(&rows)?, 7, "the row of the table without quotes");
    }
    Ok(())
}
