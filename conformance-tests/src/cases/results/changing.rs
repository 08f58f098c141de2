//! Tables that change between two runs of a statement, and tables of one session.

use drivetrain_adapter_api::{Capability, ErrorKind, RetryClass, TransactionOptions};

use crate::case::{ALL, Case, Need, STATEFUL, case};
use crate::cases::helpers::{column, names, only};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "RES-30",
        Results,
        L0,
        ALL,
        [Need::Oracle],
        ["A-21", "A-22", "A-10"],
        "a column added between two runs of `select *` is there in the second",
        column_added
    ),
    case!(
        "RES-30.TX",
        Results,
        L1,
        STATEFUL,
        [Need::Oracle, Need::Interactive],
        ["A-22", "A-10"],
        "the same within a transaction: there, or StatementInvalidated",
        column_added_in_a_transaction
    ),
    case!(
        "RES-31",
        Results,
        L0,
        ALL,
        [Need::Capability(Capability::Sessions)],
        ["A-55", "C-2"],
        "a temporary table is there in its session, and nowhere else",
        temporary_table
    ),
];

async fn column_added(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (a {int4})", "insert into {t:t} values (1)"]).await?;
    let adapter = cx.adapter().await?;
    let all = || cx.raw("select * from {t:t}", vec![]);
    for _ in 0..6 {
        let rows = adapter.query(all()).await?.rows;
        ensure_eq!((names(&rows), only::<i64>(&rows)?), (vec!["a".to_owned()], 1), "the row before");
    }
    let changes: [(&str, &[&str]); 3] = [
        ("alter table {t:t} add column b {text}", &["a", "b"]),
        ("alter table {t:t} rename column a to c", &["c", "b"]),
        ("alter table {t:t} drop column b", &["c"]),
    ];
    for (at, (change, columns)) in changes.iter().enumerate() {
        // By turns behind the adapter's back and through it.
        if at % 2 == 0 {
            cx.prepare(&[change]).await?;
        } else {
            adapter.query(cx.raw(change, vec![])).await?;
        }
        for _ in 0..3 {
            let rows = adapter.query(all()).await.within(format!("after `{change}`"))?.rows;
            ensure_eq!(names(&rows), *columns, "columns after `{change}`");
            let number = rows.get::<i64>(0, 0).within(format!("after `{change}`"))?;
            ensure_eq!(number, 1, "the number after `{change}`");
        }
    }
    // Another type under the same name.
    cx.prepare(&["drop table {t:t}", "create table {t:t} (c {text})", "insert into {t:t} values ('text')"])
        .await?;
    let rows = adapter.query(all()).await.within("after another table took its place")?.rows;
    ensure_eq!(only::<String>(&rows)?, "text", "the cell of the other table");
    cx.check_usable(&adapter).await
}

async fn column_added_in_a_transaction(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (a {int4})", "insert into {t:t} values (1)"]).await?;
    let mut setup = cx.setup();
    setup.pool_max = Some(1);
    let adapter = cx.adapter_with(setup).await?;
    let all = || cx.raw("select * from {t:t}", vec![]);
    for _ in 0..6 {
        adapter.query(all()).await?;
    }
    let mut transaction = adapter.begin(TransactionOptions::new()).await?;
    transaction.query(cx.raw("insert into {t:t} values (2)", vec![])).await?;
    transaction.query(cx.raw("alter table {t:t} add column b {int4}", vec![])).await?;
    match transaction.query(all()).await {
        Ok(result) => {
            ensure_eq!(names(&result.rows), ["a", "b"], "columns in the transaction");
            ensure_eq!(result.rows.len(), 2, "rows in the transaction");
            transaction.commit().await?;
        }
        Err(error) => {
            let error = must_fail::<()>(Err(error), &[ErrorKind::StatementInvalidated], "the statement")?;
            let retry = error.retry();
            ensure_eq!(retry, RetryClass::RetryTransaction, "what is to be done again");
            ensure!(transaction.commit().await.is_err(), "a transaction that failed was committed");
            // Run again as a whole, it succeeds.
            let mut transaction = adapter.begin(TransactionOptions::new()).await?;
            transaction.query(cx.raw("insert into {t:t} values (2)", vec![])).await?;
            transaction.query(cx.raw("alter table {t:t} add column b {int4}", vec![])).await?;
            let rows = transaction.query(all()).await.within("the second run")?.rows;
            ensure_eq!(names(&rows), ["a", "b"], "columns in the second run");
            transaction.commit().await?;
        }
    }
    ensure_eq!(cx.oracle_count("t").await?, 2, "rows at the end");
    let rows = adapter.query(all()).await?.rows;
    ensure_eq!(names(&rows), ["a", "b"], "columns at the end");
    Ok(())
}

async fn temporary_table(cx: Context) -> Outcome {
    let mut setup = cx.setup();
    setup.pool_max = Some(2);
    let adapter = cx.adapter_with(setup).await?;
    let select = || cx.raw("select v from {q:only_here}", vec![]);
    let mut session = adapter.session().await?;
    session.query(cx.raw("create temporary table {q:only_here} (v {int4})", vec![])).await?;
    session.query(cx.raw("insert into {q:only_here} values (7)", vec![])).await?;
    for _ in 0..3 {
        let rows = session.query(select()).await?.rows;
        ensure_eq!(column::<i64>(&rows, 0)?, [7], "rows in the session");
    }
    let mut other = adapter.session().await?;
    must_fail(other.query(select()).await, &[ErrorKind::UndefinedTable], "another session")?;
    other.close().await?;
    session.close().await?;
    for _ in 0..3 {
        must_fail(adapter.query(select()).await, &[ErrorKind::UndefinedTable], "after the session")?;
    }
    cx.check_usable(&adapter).await
}
