//! What a transaction is for: all of it or nothing, and nobody sees the middle.

use drivetrain_adapter_api::{Batch, Value};

use super::support::{ITX, RAW, begin, count, insert, run, stored, table, value};
use crate::case::{Case, L, Need, P, W, case};
use crate::outcome::ensure_eq;
use crate::{Context, Outcome};
use drivetrain_adapter_api::Capability;

pub(super) const CASES: &[Case] = &[
    case!(
        "TX-01",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive],
        ["T-20"],
        "what was committed is there for everybody",
        commits
    ),
    case!(
        "TX-02",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive],
        ["A-51", "T-1"],
        "what was rolled back never was",
        rolls_back
    ),
    case!(
        "TX-03",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive],
        ["A-51", "C-2"],
        "what is not committed no other connection sees",
        is_invisible
    ),
    case!(
        "TX-04",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive],
        ["C-1", "C-2"],
        "a transaction reads what it wrote itself",
        reads_its_own
    ),
    case!(
        "TX-18",
        Transactions,
        L1,
        P.or(W).or(L),
        [RAW, Need::Oracle, Need::Interactive, Need::Capability(Capability::TransactionalDdl)],
        ["A-2"],
        "a rollback undoes DDL, a commit keeps it",
        undoes_ddl
    ),
];

async fn commits(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = cx.adapter().await?;
    let mut tx = begin(&adapter).await?;
    ensure_eq!(insert(&cx, &mut tx, 3).await?.affected, Some(1), "rows affected by the insert");
    run(&cx, &mut tx, "update {t:t} set v = v + 1 where id = 1").await?;
    run(&cx, &mut tx, "delete from {t:t} where id = 2").await?;
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows before the commit");
    tx.commit().await?;
    ensure_eq!(stored(&cx).await?, [(1, 11), (3, 3)], "rows after the commit");
    cx.check_usable(&adapter).await
}

async fn rolls_back(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = cx.adapter().await?;
    let mut tx = begin(&adapter).await?;
    insert(&cx, &mut tx, 3).await?;
    run(&cx, &mut tx, "update {t:t} set v = v + 1 where id = 1").await?;
    run(&cx, &mut tx, "delete from {t:t} where id = 2").await?;
    tx.rollback().await?;
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows after the rollback");
    // One of which nothing was asked.
    begin(&adapter).await?.rollback().await?;
    begin(&adapter).await?.commit().await?;
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows after empty transactions");
    cx.check_usable(&adapter).await
}

async fn is_invisible(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = cx.adapter().await?;
    let other = cx.adapter_with(cx.setup()).await?;
    let mut tx = begin(&adapter).await?;
    insert(&cx, &mut tx, 3).await?;
    run(&cx, &mut tx, "update {t:t} set v = 99 where id = 1").await?;
    let seen = other.query(cx.raw("select id, v from {t:t} order by id", vec![])).await?.rows;
    ensure_eq!(seen.len(), 2, "rows that another connection sees");
    ensure_eq!(
        (seen.get::<i64>(0, 0)?, seen.get::<i64>(0, 1)?),
        (1, 10),
        "the row that another connection sees"
    );
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows that the oracle sees");
    tx.commit().await?;
    let seen = other.query(cx.raw("select count(*) from {t:t}", vec![])).await?.rows;
    ensure_eq!(seen.get::<i64>(0, 0)?, 3, "rows that another connection sees after the commit");
    ensure_eq!(stored(&cx).await?, [(1, 99), (2, 20), (3, 3)], "rows after the commit");
    Ok(())
}

async fn reads_its_own(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = cx.adapter().await?;
    let mut tx = begin(&adapter).await?;
    insert(&cx, &mut tx, 3).await?;
    ensure_eq!(value(&cx, &mut tx, 3).await?, Some(3), "the row it inserted");
    run(&cx, &mut tx, "update {t:t} set v = 99 where id = 3").await?;
    ensure_eq!(value(&cx, &mut tx, 3).await?, Some(99), "the row it changed");
    let batch = Batch::new(vec![
        cx.raw("insert into {t:t} values ({1}, 4)", vec![Value::Int32(4)]),
        cx.raw("select v from {t:t} where id = {1}", vec![Value::Int32(4)]),
    ]);
    let results = tx.batch(batch).await?;
    ensure_eq!(results.len(), 2, "results of the batch");
    ensure_eq!(results[1].rows.get::<i64>(0, 0)?, 4, "the row that the batch inserted");
    run(&cx, &mut tx, "delete from {t:t} where id = 3").await?;
    ensure_eq!(value(&cx, &mut tx, 3).await?, None, "the row it deleted");
    ensure_eq!(count(&cx, &mut tx).await?, 3, "rows in the end");
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows before the commit");
    tx.commit().await?;
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20), (4, 4)], "rows after the commit");
    Ok(())
}

async fn undoes_ddl(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    for keep in [false, true] {
        let mut tx = begin(&adapter).await?;
        run(&cx, &mut tx, "create table {t:made} (id {int4} primary key)").await?;
        run(&cx, &mut tx, "insert into {t:made} values (1)").await?;
        ensure_eq!(
            run(&cx, &mut tx, "select id from {t:made}").await?.rows.len(),
            1,
            "rows of the new table"
        );
        if keep {
            tx.commit().await?;
            ensure_eq!(cx.oracle_count("made").await?, 1, "rows of the table after the commit");
        } else {
            tx.rollback().await?;
            let there = cx.own_oracle().await?.run(&cx.sql("select id from {t:made}")).await;
            ensure_eq!(there.is_ok(), false, "whether the table is there after the rollback");
        }
    }
    cx.check_usable(&adapter).await
}
