//! Values and names that would be SQL if anybody put them into the text of a statement.

use drivetrain_adapter_api::statement::{
    Expr, Ident, OrderBy, Projection, RawPart, RawSql, Select, Slot, Source, Statement, TextMatch,
};
use drivetrain_adapter_api::{Capability, DbType, Dialect, ErrorKind, Query, Value};

use crate::case::{ALL, Case, Need, case};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Stop, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "SEC-07",
        Security,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "hostile values are stored as they are, and run nothing",
        values
    ),
    case!(
        "SEC-08",
        Security,
        L0,
        ALL,
        [Need::Oracle, Need::Capability(Capability::RawSql)],
        ["A-20"],
        "hostile names are quoted, or refused before anything is sent",
        names
    ),
    case!(
        "SEC-09",
        Security,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "the wildcards of a text that is searched for are taken literally",
        wildcards
    ),
    case!(
        "SEC-10",
        Security,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9"],
        "a hostile value that was read and is used again is still a value",
        second_order
    ),
    case!(
        "SEC-11",
        Security,
        L0,
        ALL,
        [Need::Oracle],
        ["A-20"],
        "an order by a hostile name, and a limit that is none, run nothing",
        order_and_limit
    ),
];

/// Texts that are dangerous in the text of a statement, and harmless as values.
const HOSTILE: &[&str] = &[
    "'; drop table t; --",
    "\\'; drop table t; --",
    "' or '1'='1",
    "\" or \"\"=\"",
    "\\x27",
    "\\",
    "''",
    "%00",
    "$1",
    "?1",
    ":a",
    "@p",
    "$$; drop table t; $$",
    "{{7*7}}",
    "/* */ --",
    "a\nb\rc\td",
    "\u{2018}\u{2019}\u{201c}\u{ff07}",
    "\u{bf}\u{27} or 1=1",
    "😀'\u{200d}",
    "null",
    "%_\\",
    "`",
    "[x]",
];

async fn table_of(cx: &Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key, x {text})"]).await
}

async fn values(cx: Context) -> Outcome {
    table_of(&cx).await?;
    let adapter = cx.adapter().await?;
    for (id, text) in (0..).zip(HOSTILE) {
        let values = || vec![Value::Int32(id), Value::Text((*text).to_owned())];
        adapter.query(cx.raw("insert into {t:t} values ({1}, {2})", values())).await.within(text)?;
        let found = adapter
            .query(cx.raw("select x from {t:t} where id = {1} and x = {2}", values()))
            .await
            .within(text)?;
        ensure_eq!(found.rows.len(), 1, "rows found by {text:?}");
        ensure_eq!(found.rows.get::<String>(0, 0)?, *text, "what was read");
    }
    let stored = cx.oracle_rows("select x from {t:t} order by id").await?;
    let wanted: Vec<_> = HOSTILE.iter().map(|text| vec![Some((*text).to_owned())]).collect();
    ensure_eq!(stored, wanted, "what the oracle reads");
    let update = adapter
        .query(cx.raw("update {t:t} set x = {1} where x = {1}", vec![Value::Text("'' or 1=1".into())]));
    // MySQL's placeholders cannot be used twice.
    if cx.dialect() != Dialect::MySql {
        ensure_eq!(update.await?.affected, Some(0), "rows that a hostile condition changed");
    }
    Ok(())
}

/// Names that are dangerous if they are not quoted.
const NAMES: &[&str] = &[
    "plain",
    "Upper Case",
    "select",
    "a\"b",
    "a\"\"; drop table t; --",
    "a`b",
    "a``; drop table t; --",
    "a'b",
    "a.b",
    "a]b",
    "a\\b",
    "$1 ? :x",
    "ünïcödé 😀",
    "-- x",
    "a/*b",
    "%s{0}",
];

fn raw_parts(parts: Vec<RawPart>, params: Vec<Value>) -> Query {
    Query::new(Statement::new(RawSql::Parts(parts)), params)
}

async fn names(cx: Context) -> Outcome {
    table_of(&cx).await?;
    let adapter = cx.adapter().await?;
    for name in NAMES {
        let ident = || RawPart::Ident(Ident::from(*name));
        let text = |text: &str| RawPart::Text(text.into());
        let query =
            raw_parts(vec![text("select "), RawPart::Value(0), text(" as "), ident()], vec![Value::Int32(7)]);
        let rows = adapter.query(query).await.within(name)?.rows;
        ensure_eq!(&*rows.columns()[0].name, *name, "the column's name");

        // A table with a column of that name, made and read by it.
        let table = cx.table(&format!("hostile {name}"));
        let schema =
            table.schema.clone().map(|schema| vec![RawPart::Ident(schema), text(".")]).unwrap_or_default();
        let qualified = || schema.iter().cloned().chain([RawPart::Ident(table.name.clone())]);
        let make = [text("create table ")].into_iter().chain(qualified()).chain([
            text(" ("),
            ident(),
            text(&cx.sql(" {int4})")),
        ]);
        adapter.query(raw_parts(make.collect(), vec![])).await.within(name)?;
        let fill = [text("insert into ")].into_iter().chain(qualified()).chain([
            text(" ("),
            ident(),
            text(") values ("),
            RawPart::Value(0),
            text(")"),
        ]);
        adapter.query(raw_parts(fill.collect(), vec![Value::Int32(7)])).await.within(name)?;
        let select = Select {
            projections: vec![Projection::new(Expr::column(*name))],
            from: Some(Source::table(table.clone())),
            ..Select::default()
        };
        let rows = adapter.query(Query::new(Statement::new(select), vec![])).await.within(name)?.rows;
        ensure_eq!(rows.get::<i64>(0, 0)?, 7, "the cell of the column {name:?}");
        let quoted = cx.sql("{t:HERE}").replace("HERE", &quoted_inside(&cx, &format!("hostile {name}")));
        let seen = cx.oracle_rows(&format!("select * from {}", braced(&quoted))).await.within(name)?;
        ensure_eq!(seen, vec![vec![Some("7".to_owned())]], "what the oracle reads of {name:?}");
    }
    let too_long = "x".repeat(65);
    let mut refused = vec!["", "a\0b", "\0"];
    if cx.dialect() != Dialect::Sqlite {
        // Cut by Postgres without a word, refused by MySQL.
        refused.push(&too_long);
    }
    for name in refused {
        let parts = vec![RawPart::Text("select 1 as ".into()), RawPart::Ident(Ident::from(name))];
        must_fail(
            adapter.query(raw_parts(parts, vec![])).await,
            &[ErrorKind::InvalidValue],
            format!("{name:?}"),
        )?;
    }
    ensure_eq!(cx.oracle_count("t").await?, 0, "rows of the table that was to be dropped");
    cx.check_usable(&adapter).await
}

/// What stands between the quotes of a name.
fn quoted_inside(cx: &Context, name: &str) -> String {
    let quote = if cx.dialect() == Dialect::MySql { "`" } else { "\"" };
    name.replace(quote, &quote.repeat(2))
}

/// The text as a template that means it.
fn braced(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

async fn wildcards(cx: Context) -> Outcome {
    table_of(&cx).await?;
    let adapter = cx.adapter().await?;
    let texts = ["100%", "100 percent", "a_b", "axb", "c\\d", "cxd", "[x]", "x", "%", "_", "\\", "*?", "'"];
    for (id, text) in (0..).zip(texts) {
        let values = vec![Value::Int32(id), Value::Text(text.to_owned())];
        adapter.query(cx.raw("insert into {t:t} values ({1}, {2})", values)).await?;
    }
    for (kind, fits) in [
        (TextMatch::Contains, (|text, needle| text.contains(needle)) as fn(&str, &str) -> bool),
        (TextMatch::StartsWith, |text, needle| text.starts_with(needle)),
        (TextMatch::EndsWith, |text, needle| text.ends_with(needle)),
    ] {
        let select = Select {
            projections: vec![Projection::new(Expr::column("x"))],
            from: Some(Source::table(cx.table("t"))),
            filter: Some(Expr::TextMatch {
                expr: Box::new(Expr::column("x")),
                kind,
                needle: Slot { index: 0, ty: DbType::Text },
                case_insensitive: false,
            }),
            order_by: vec![OrderBy::ascending(Expr::column("id"))],
            ..Select::default()
        };
        let statement = std::sync::Arc::new(Statement::new(select));
        for needle in ["%", "_", "\\", "100%", "a_b", "c\\d", "[x]", "*", "?", "'", ""] {
            let query = Query::new(statement.clone(), vec![Value::Text(needle.to_owned())]);
            let rows = adapter.query(query).await.within(needle)?.rows;
            let found: Vec<String> = (0..rows.len()).map(|row| rows.get(row, 0)).collect::<Result<_, _>>()?;
            let wanted: Vec<_> =
                texts.iter().filter(|text| fits(text, needle)).map(ToString::to_string).collect();
            ensure_eq!(found, wanted, "{kind:?} {needle:?}");
        }
    }
    Ok(())
}

async fn second_order(cx: Context) -> Outcome {
    table_of(&cx).await?;
    cx.prepare(&["create table {t:copy} (id {int4} primary key, x {text})"]).await?;
    let adapter = cx.adapter().await?;
    for (id, text) in (0..).zip(HOSTILE) {
        let sql = format!("insert into {{t:t}} values ({id}, {})", braced(&cx.literal(text)));
        cx.prepare(&[&sql]).await?;
        let read =
            adapter.query(cx.raw("select x from {t:t} where id = {1}", vec![Value::Int32(id)])).await?;
        let value = Value::Text(read.rows.get(0, 0)?);
        let copy = cx.raw("insert into {t:copy} values ({1}, {2})", vec![Value::Int32(id), value]);
        adapter.query(copy).await.within(text)?;
    }
    let differing = cx
        .oracle_cell("select count(*) from {t:t} a left join {t:copy} b on a.id = b.id and a.x = b.x where b.id is null")
        .await?;
    ensure_eq!(differing.as_deref(), Some("0"), "values that changed on the way");
    ensure_eq!(cx.oracle_count("copy").await?, HOSTILE.len() as u64, "values that arrived");
    Ok(())
}

async fn order_and_limit(cx: Context) -> Outcome {
    table_of(&cx).await?;
    cx.prepare(&["insert into {t:t} values (1, 'a'), (2, 'b'), (3, 'c')"]).await?;
    let adapter = cx.adapter().await?;
    let select = |order: &str| Select {
        projections: vec![Projection::new(Expr::column("id"))],
        from: Some(Source::table(cx.table("t"))),
        order_by: vec![OrderBy::descending(Expr::column(order))],
        limit: Some(Expr::slot(0, DbType::Int64)),
        ..Select::default()
    };
    let query = |order: &str, limit: Value| Query::new(Statement::new(select(order)), vec![limit]);
    let rows = adapter.query(query("id", Value::Int64(2))).await?.rows;
    ensure_eq!((rows.get::<i64>(0, 0)?, rows.len()), (3, 2), "the first row, and how many there are");
    for order in ["id; drop table t", "id\" desc; drop table t; --", "id desc, (select 1)", "1", "random()"] {
        let result = adapter.query(query(order, Value::Int64(2))).await;
        must_fail(result, &[ErrorKind::UndefinedColumn], format!("an order by {order:?}"))?;
    }
    for limit in ["1; drop table t", "1 union select 2", "all"] {
        match adapter.query(query("id", Value::Text(limit.to_owned()))).await {
            Ok(result) => {
                return Err(Stop::fail(format!("a limit of {limit:?} gave {} rows", result.rows.len())));
            }
            Err(error) => ensure!(
                matches!(
                    error.kind(),
                    ErrorKind::TypeMismatch
                        | ErrorKind::InvalidValue
                        | ErrorKind::OutOfRange
                        | ErrorKind::Misuse
                ),
                "a limit of {limit:?} is {:?} ({error})",
                error.kind()
            ),
        }
    }
    ensure_eq!(cx.oracle_count("t").await?, 3, "rows");
    cx.check_usable(&adapter).await
}
