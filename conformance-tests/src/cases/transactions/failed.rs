//! Transactions in which something failed.

use drivetrain_adapter_api::{Capability, ErrorKind, IsolationLevel, RetryClass, TransactionOptions};

use super::support::{RAW, begin, insert, one_connection, run, stored, table, value};
use crate::case::{Case, L, M, Need, P, W, case};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "TX-09",
        Transactions,
        L1,
        P.or(W),
        [RAW, Need::Oracle, Need::Interactive],
        ["T-20"],
        "a commit that the server answers with a rollback is an error",
        commit_of_a_failed_one
    ),
    case!(
        "TX-10",
        Transactions,
        L1,
        P.or(W),
        [RAW, Need::Oracle, Need::Interactive],
        ["C-1", "A-5"],
        "after an error every statement is refused until the rollback",
        is_aborted
    ),
    case!(
        "TX-11",
        Transactions,
        L1,
        M.or(L),
        [RAW, Need::Oracle, Need::Interactive, Need::Capability(Capability::StatementErrorsKeepTransaction)],
        ["A-2"],
        "an error of a statement leaves the transaction as it was",
        goes_on
    ),
    case!(
        "TX-34",
        Transactions,
        L1,
        P.or(W).or(L),
        [RAW, Need::Oracle, Need::Interactive],
        ["T-20", "T-21", "A-5"],
        "a deferred constraint is checked by commit, which reports the violation and leaves nothing",
        deferred_constraint
    ),
    case!(
        "TX-35",
        Transactions,
        L1,
        P.or(W),
        [RAW, Need::Oracle, Need::Interactive, Need::Isolation(IsolationLevel::Serializable)],
        ["T-20", "A-5"],
        "a transaction that fits in no serial order fails at commit, and can be tried again",
        serialization_at_commit
    ),
    case!(
        "TX-35.STATEMENT",
        Transactions,
        L1,
        P.or(W),
        [RAW, Need::Oracle, Need::Interactive, Need::Isolation(IsolationLevel::Serializable)],
        ["A-5"],
        "a transaction that fits in no serial order fails at a statement, and can be tried again",
        serialization_at_a_statement
    ),
];

async fn commit_of_a_failed_one(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    let mut tx = begin(&adapter).await?;
    insert(&cx, &mut tx, 3).await?;
    must_fail(insert(&cx, &mut tx, 3).await, &[ErrorKind::UniqueViolation], "the second insert")?;
    must_fail(tx.commit().await, &[ErrorKind::TransactionRolledBack], "the commit")?;
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows afterwards");
    // The same where the error went to a batch.
    let mut tx = begin(&adapter).await?;
    let insert_3 = cx.raw("insert into {t:t} values (3, 3)", vec![]);
    let batch = drivetrain_adapter_api::Batch::new(vec![insert_3.clone(), insert_3]);
    must_fail(tx.batch(batch).await, &[ErrorKind::UniqueViolation], "the batch")?;
    must_fail(tx.commit().await, &[ErrorKind::TransactionRolledBack], "the commit after the batch")?;
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows afterwards");
    cx.check_usable(&adapter).await
}

async fn is_aborted(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    let mut tx = begin(&adapter).await?;
    insert(&cx, &mut tx, 3).await?;
    must_fail(run(&cx, &mut tx, "select 1 / 0").await, &[ErrorKind::DivisionByZero], "the division")?;
    for what in ["the next statement", "the one after it"] {
        let error = must_fail(insert(&cx, &mut tx, 4).await, &[ErrorKind::TransactionAborted], what)?;
        let state = error.sqlstate().map(|state| state.to_string());
        ensure_eq!(state.as_deref(), Some("25P02"), "the SQLSTATE of {what}");
    }
    tx.rollback().await.within("the rollback")?;
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows afterwards");
    cx.check_usable(&adapter).await
}

async fn goes_on(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    let mut tx = begin(&adapter).await?;
    insert(&cx, &mut tx, 3).await?;
    must_fail(insert(&cx, &mut tx, 3).await, &[ErrorKind::UniqueViolation], "the second insert")?;
    let unknown = run(&cx, &mut tx, "select missing from {t:t}").await;
    must_fail(unknown, &[ErrorKind::UndefinedColumn], "a statement about an unknown column")?;
    ensure_eq!(value(&cx, &mut tx, 3).await?, Some(3), "the row written before the errors");
    insert(&cx, &mut tx, 4).await?;
    ensure_eq!(stored(&cx).await?.len(), 2, "rows before the commit");
    tx.commit().await?;
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20), (3, 3), (4, 4)], "rows after the commit");
    cx.check_usable(&adapter).await
}

async fn deferred_constraint(cx: Context) -> Outcome {
    table(&cx).await?;
    cx.prepare(&["create table {t:child} (id {int4} primary key, parent {int4} not null \
                  references {t:t} (id) deferrable initially deferred)"])
        .await?;
    let adapter = one_connection(&cx).await?;
    let mut tx = begin(&adapter).await?;
    run(&cx, &mut tx, "insert into {t:child} values (1, 3)")
        .await
        .within("a violation that can be mended")?;
    insert(&cx, &mut tx, 3).await?;
    tx.commit().await.within("the commit of what is right in the end")?;
    ensure_eq!(cx.oracle_count("child").await?, 1, "rows after the commit");

    let mut tx = begin(&adapter).await?;
    insert(&cx, &mut tx, 4).await?;
    run(&cx, &mut tx, "insert into {t:child} values (2, 99)").await?;
    let error = must_fail(tx.commit().await, &[ErrorKind::ForeignKeyViolation], "the commit")?;
    ensure_eq!(error.retry(), RetryClass::Never, "the retry class");
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20), (3, 3)], "rows after the commit that failed");
    ensure_eq!(cx.oracle_count("child").await?, 1, "rows of the child after the commit that failed");
    // The transaction is over: what comes next is written at once.
    adapter.query(cx.raw("insert into {t:t} values (5, 5)", vec![])).await?;
    ensure_eq!(stored(&cx).await?.len(), 4, "rows after a statement by itself");
    Ok(())
}

fn can_be_tried_again(error: &drivetrain_adapter_api::Error, what: &str) -> Outcome {
    let state = error.sqlstate().map(|state| state.to_string());
    ensure_eq!(state.as_deref(), Some("40001"), "the SQLSTATE of {what}");
    ensure!(error.retry() == RetryClass::RetryTransaction, "{what}: its retry class is {:?}", error.retry());
    Ok(())
}

async fn serialization_at_commit(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = cx.adapter().await?;
    let options = TransactionOptions::new().isolation(IsolationLevel::Serializable);
    let (mut one, mut two) = (adapter.begin(options).await?, adapter.begin(options).await?);
    let sum = "select sum(v) from {t:t}";
    run(&cx, &mut one, sum).await?;
    run(&cx, &mut two, sum).await?;
    run(&cx, &mut one, "update {t:t} set v = v - 30 where id = 1").await?;
    run(&cx, &mut two, "update {t:t} set v = v - 30 where id = 2").await?;
    one.commit().await?;
    let error = must_fail(two.commit().await, &[ErrorKind::SerializationFailure], "the second commit")?;
    can_be_tried_again(&error, "the second commit")?;
    ensure_eq!(stored(&cx).await?, [(1, -20), (2, 20)], "rows afterwards");
    cx.check_usable(&adapter).await
}

async fn serialization_at_a_statement(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = cx.adapter().await?;
    let options = TransactionOptions::new().isolation(IsolationLevel::Serializable);
    let mut tx = adapter.begin(options).await?;
    ensure_eq!(value(&cx, &mut tx, 1).await?, Some(10), "the row as it was");
    cx.oracle_rows("update {t:t} set v = 11 where id = 1").await?;
    let late = run(&cx, &mut tx, "update {t:t} set v = 12 where id = 1").await;
    let error = must_fail(late, &[ErrorKind::SerializationFailure], "the update of a row that has changed")?;
    can_be_tried_again(&error, "the update")?;
    must_fail(tx.commit().await, &[ErrorKind::TransactionRolledBack], "the commit")?;
    ensure_eq!(stored(&cx).await?, [(1, 11), (2, 20)], "rows afterwards");
    cx.check_usable(&adapter).await
}
