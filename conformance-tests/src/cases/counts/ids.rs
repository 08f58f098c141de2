//! The id that the database generated for a row.

use drivetrain_adapter_api::{Capability, Dialect, QueryResult, Value};

use crate::case::{ALL, Case, L, M, Need, case};
use crate::cases::helpers::by_dialect;
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome, Within as _};

const IDS: Need = Need::Capability(Capability::LastInsertId);

pub(super) const CASES: &[Case] = &[
    case!(
        "COUNT-19",
        Counts,
        L0,
        M.or(L),
        [Need::Oracle, IDS],
        ["A-24"],
        "the id of an inserted row is reported",
        single
    ),
    case!(
        "COUNT-20",
        Counts,
        L0,
        M.or(L),
        [Need::Oracle, IDS],
        ["A-24"],
        "of several rows MySQL reports the first id and SQLite the last",
        several
    ),
    case!(
        "COUNT-21",
        Counts,
        L0,
        ALL,
        [],
        ["A-24"],
        "a statement that generates no id reports none, whatever came before it",
        not_stale
    ),
    case!(
        "COUNT-22",
        Counts,
        L0,
        M,
        [Need::Oracle, IDS],
        ["A-24", "A-9"],
        "an id beyond the signed integers arrives exactly",
        unsigned
    ),
];

async fn table(cx: &Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {serial}, v {int4})", "create table {t:plain} (v {int4})"]).await
}

async fn single(cx: Context) -> Outcome {
    table(&cx).await?;
    for number in 1..=3 {
        let result = cx.query("insert into {t:t} (v) values ({1})", vec![Value::Int32(number)]).await?;
        let stored = cx.oracle_cell(&format!("select id from {{t:t}} where v = {number}")).await?;
        ensure_eq!(result.last_insert_id.map(|id| id.to_string()), stored, "the id of row {number}");
    }
    Ok(())
}

async fn several(cx: Context) -> Outcome {
    table(&cx).await?;
    cx.query("insert into {t:t} (v) values (1)", vec![]).await?;
    let result = cx.query("insert into {t:t} (v) values (2), (3), (4)", vec![]).await?;
    let number = if cx.dialect() == Dialect::MySql { 2 } else { 4 };
    let stored = cx.oracle_cell(&format!("select id from {{t:t}} where v = {number}")).await?;
    ensure_eq!(result.last_insert_id.map(|id| id.to_string()), stored, "the id of row {number}");
    Ok(())
}

async fn unsigned(cx: Context) -> Outcome {
    let first = u64::MAX - 15;
    let create =
        "create table {t:t} (id bigint unsigned auto_increment primary key, v {int4}) auto_increment = ";
    cx.prepare(&[&format!("{create}{first}")]).await?;
    for id in [first, first + 1] {
        let result = cx.query("insert into {t:t} (v) values (1)", vec![]).await?;
        ensure_eq!(result.last_insert_id, Some(id), "the id");
        ensure_eq!(
            cx.oracle_cell("select max(id) from {t:t}").await?,
            Some(id.to_string()),
            "the id that is stored"
        );
    }
    Ok(())
}

async fn not_stale(cx: Context) -> Outcome {
    table(&cx).await?;
    let mut setup = cx.setup();
    setup.pool_max = Some(1);
    let adapter = cx.adapter_with(setup).await?;
    let declared = cx.capabilities().last_insert_id();
    let insert = || cx.raw("insert into {t:t} (v) values (7)", vec![]);
    let nothing = by_dialect(
        &cx,
        [
            "insert into {t:t} (id, v) select id, v from {t:t} on conflict do nothing",
            "insert ignore into {t:t} (id, v) select id, v from {t:t} where 1 = 0",
            "insert or ignore into {t:t} (id, v) select id, v from {t:t}",
        ],
    );
    for template in [
        "select 1",
        "select id from {t:t}",
        "update {t:t} set v = v + 1",
        "delete from {t:t} where v > 99",
        "insert into {t:t} (v) select v from {t:t} where v > 99",
        nothing,
        "create table {t:u} (id {int4})",
        "drop table {t:u}",
    ] {
        let before: QueryResult = adapter.query(insert()).await?;
        ensure_eq!(before.last_insert_id.is_some(), declared, "whether the insert before it reports an id");
        let result = adapter.query(cx.raw(template, vec![])).await.within(template)?;
        ensure_eq!(result.last_insert_id, None, "the id of `{template}`");
    }
    let failed = adapter.query(cx.raw("insert into {t:t} (id, v) select id, v from {t:t}", vec![])).await;
    ensure!(failed.is_err(), "a key was inserted twice");
    let result = adapter.query(cx.raw("select 1", vec![])).await?;
    ensure_eq!(result.last_insert_id, None, "the id of a select after an insert that failed");
    Ok(())
}
