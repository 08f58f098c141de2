//! Tables that others depend on, and tables that change under statements that are prepared.

use drivetrain_adapter_api::{Dialect, ErrorKind, Value};

use super::names::{insert, select};
use crate::case::{ALL, Case, Need, case};
use crate::cases::helpers::{by_dialect, names, only};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "DDL-11",
        Definitions,
        L0,
        ALL,
        [Need::Oracle],
        ["A-5", "A-6"],
        "a table that others depend on is not dropped before they are gone",
        dependent
    ),
    case!(
        "DDL-12",
        Definitions,
        L0,
        ALL,
        [Need::Oracle],
        ["A-9", "A-21", "A-22", "A-6"],
        "statements that have been run before follow columns and tables that are changed, renamed and dropped",
        altered
    ),
];

async fn dependent(cx: Context) -> Outcome {
    cx.prepare(&[
        "create table {t:parent} (id {int4} primary key)",
        "create table {t:child} (id {int4} primary key, parent {int4}, foreign key (parent) references {t:parent} (id))",
        "insert into {t:parent} values (1)",
        "insert into {t:child} values (1, 1)",
    ])
    .await?;
    let adapter = cx.adapter().await?;
    let refused = adapter.query(cx.raw("drop table {t:parent}", vec![])).await;
    let error = must_fail(refused, &[ErrorKind::ForeignKeyViolation, ErrorKind::Database], "the drop")?;
    if cx.dialect() == Dialect::Postgres {
        ensure_eq!(error.sqlstate().map(|state| state.to_string()).as_deref(), Some("2BP01"), "the SQLSTATE");
        ensure!(error.hint().is_some(), "the server's hint is lost");
    }
    cx.check_usable(&adapter).await?;
    ensure_eq!(cx.oracle_count("parent").await?, 1, "rows of the table that was not dropped");
    if cx.dialect() == Dialect::Postgres {
        cx.query("create view {t:w} as select id from {t:child}", vec![]).await?;
        let refused = adapter.query(cx.raw("drop table {t:child}", vec![])).await;
        must_fail(refused, &[ErrorKind::Database], "the drop of a table with a view")?;
        cx.query("drop table {t:child} cascade", vec![]).await?;
        let view = adapter.query(cx.raw("select * from {t:w}", vec![])).await;
        must_fail(view, &[ErrorKind::UndefinedTable], "the view that went with it")?;
    } else {
        cx.query("drop table {t:child}", vec![]).await?;
    }
    cx.query("drop table {t:parent}", vec![]).await.within("with nothing that depends on it")?;
    let gone = adapter.query(cx.raw("select * from {t:parent}", vec![])).await;
    must_fail(gone, &[ErrorKind::UndefinedTable], "the table that was dropped")?;
    cx.check_usable(&adapter).await
}

async fn altered(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4}, v {int4})", "insert into {t:t} values (1, 10)"]).await?;
    let adapter = cx.adapter().await?;
    // Each is run often enough to be kept prepared, on every connection that is at hand.
    let read = || cx.raw("select v from {t:t} where id = {1}", vec![Value::Int32(1)]);
    let write = || cx.raw("update {t:t} set v = v where id = {1}", vec![Value::Int32(1)]);
    let warm = async || -> Outcome {
        for _ in 0..3 {
            ensure_eq!(only::<i64>(&adapter.query(read()).await?.rows)?, 10, "the number");
            adapter.query(write()).await?;
            adapter.query(select(cx.table("t"), "v")).await?;
        }
        Ok(())
    };
    warm().await?;
    let wider = by_dialect(
        &cx,
        [
            "alter table {t:t} alter column v type bigint",
            "alter table {t:t} modify v bigint",
            "alter table {t:t} add column x {int4}",
        ],
    );
    cx.prepare(&[wider]).await?;
    warm().await.within("after the column's type has changed")?;

    cx.prepare(&["alter table {t:t} rename column v to w"]).await?;
    for query in [read(), write(), select(cx.table("t"), "v")] {
        must_fail(adapter.query(query).await, &[ErrorKind::UndefinedColumn], "a column that was renamed")?;
    }
    cx.prepare(&["alter table {t:t} rename column w to v"]).await?;
    warm().await.within("after the column has its name again")?;

    cx.prepare(&["alter table {t:t} rename to {q:moved}".replace("{q:moved}", &moved(&cx)).as_str()]).await?;
    for query in [read(), write(), select(cx.table("t"), "v"), insert(cx.table("t"), "v", 5)] {
        must_fail(adapter.query(query).await, &[ErrorKind::UndefinedTable], "a table that was renamed")?;
    }
    // Another table takes its place, whose column has another type.
    cx.prepare(&["create table {t:t} (v {key}, id {int4})", "insert into {t:t} values ('ten', 1)"]).await?;
    for _ in 0..3 {
        let rows = adapter.query(read()).await.within("another table in its place")?.rows;
        ensure_eq!(
            (names(&rows), only::<String>(&rows)?),
            (vec!["v".to_owned()], "ten".to_owned()),
            "the row"
        );
    }
    ensure_eq!(cx.oracle_count("moved").await?, 1, "rows of the table that was renamed");
    cx.check_usable(&adapter).await
}

/// The new name of a table: qualified on MySQL alone, where it could move to another database.
fn moved(cx: &Context) -> String {
    if cx.dialect() == Dialect::MySql {
        "{t:moved}".to_owned()
    } else {
        format!("{{q:{}moved}}", cx.naming().prefix)
    }
}
