//! Counts of Postgres's own statements.

use drivetrain_adapter_api::{Capability, ErrorKind, Version};

use super::counted;
use crate::case::{Case, Need, PG, case};
use crate::cases::helpers::only;
use crate::outcome::{ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "COUNT-13",
        Counts,
        L0,
        PG,
        [Need::Oracle, Need::Capability(Capability::DataModifyingCtes)],
        ["A-23"],
        "a statement with writing CTEs counts what its main statement does",
        writing_ctes
    ),
    case!("COUNT-14", Counts, L0, PG, [Need::Oracle], ["A-23"], "MERGE counts the rows it changes", merges),
    case!(
        "COUNT-16",
        Counts,
        L0,
        PG,
        [Need::Oracle],
        ["A-4", "A-6"],
        "COPY from and to the client, which the contract has no call for, is refused and holds nothing up",
        copies
    ),
];

async fn two_tables(cx: &Context) -> Outcome {
    cx.prepare(&[
        "create table {t:t} (id {int4} primary key, v {int4})",
        "create table {t:u} (id {int4})",
        "insert into {t:t} values (1, 10), (2, 20)",
    ])
    .await
}

async fn writing_ctes(cx: Context) -> Outcome {
    two_tables(&cx).await?;
    let sql = "with x as (insert into {t:u} values (1), (2), (3) returning id) select count(*) from x";
    let result = cx.query(sql, vec![]).await?;
    ensure_eq!((only::<i64>(&result.rows)?, result.affected), (3, None), "row and count of the select");
    let sql = "with x as (insert into {t:u} values (4), (5), (6)) update {t:t} set v = 0";
    ensure_eq!(cx.query(sql, vec![]).await?.affected, counted(&cx, 2), "the count of the update");
    let sql = "with x as (update {t:t} set v = 1 returning id), y as (delete from {t:u}) \
               insert into {t:u} select id from x where id = 1";
    ensure_eq!(cx.query(sql, vec![]).await?.affected, counted(&cx, 1), "the count of the insert");
    ensure_eq!(cx.oracle_count("u").await?, 1, "rows of the other table");
    Ok(())
}

async fn merges(cx: Context) -> Outcome {
    two_tables(&cx).await?;
    let adapter = cx.adapter().await?;
    let merge = |values: &str| {
        let sql = format!(
            "merge into {{t:t}} as t using (values {values}) as s(id, v) on t.id = s.id \
             when matched then update set v = s.v when not matched then insert values (s.id, s.v)"
        );
        cx.raw(&sql, vec![])
    };
    let version = cx.capabilities().server().map(|server| server.version);
    if version.is_some_and(|version| version < Version::new(15, 0, 0)) {
        must_fail(adapter.query(merge("(1, 11)")).await, &[ErrorKind::Syntax], "MERGE before Postgres 15")?;
        return cx.check_usable(&adapter).await;
    }
    for (values, rows) in [("(1, 11)", 1), ("(1, 12), (2, 22), (3, 33)", 3)] {
        let result = adapter.query(merge(values)).await.within("MERGE")?;
        ensure_eq!(result.affected, counted(&cx, rows), "the count of {values}");
    }
    ensure_eq!(cx.oracle_cell("select sum(v) from {t:t}").await?.as_deref(), Some("67"), "the sum");
    Ok(())
}

async fn copies(cx: Context) -> Outcome {
    two_tables(&cx).await?;
    let mut setup = cx.setup();
    setup.pool_max = Some(1);
    let adapter = cx.adapter_with(setup).await?;
    for template in [
        "copy {t:u} from stdin",
        "copy {t:t} to stdout",
        "copy (select * from {t:t}) to stdout (format binary)",
        "/* hidden */ COPY {t:u} FROM STDIN",
    ] {
        let refused = adapter.query(cx.raw(template, vec![])).await;
        must_fail(refused, &[ErrorKind::Unsupported], template)?;
        cx.check_usable(&adapter).await.within(template)?;
        if cx.capabilities().scripts() {
            let script = cx.sql(&format!("{template}; select 1"));
            must_fail(
                adapter.script(&script).await,
                &[ErrorKind::Unsupported],
                format!("{template}, as a script"),
            )?;
            cx.check_usable(&adapter).await.within(template)?;
        }
    }
    ensure_eq!(cx.oracle_count("u").await?, 0, "rows that were copied");
    Ok(())
}
