//! Text that begins, divides or ends transactions, where there are calls for that.

use drivetrain_adapter_api::{Capability, Dialect, ErrorKind, SharedAdapter, TransactionOptions};

use super::support::{ITX, RAW, begin, insert, one_connection, run, stored, table, until_free, value};
use crate::case::{Case, M, Need, P, STATEFUL, W, case};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

const SESSIONS: Need = Need::Capability(Capability::Sessions);

pub(super) const CASES: &[Case] = &[
    case!(
        "TX-23",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive],
        ["A-4", "A-6"],
        "a savepoint outside of any transaction is Misuse, and opens none",
        savepoint_outside
    ),
    case!(
        "TX-24",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive],
        ["T-2", "C-2"],
        "BEGIN within a transaction is Misuse, and neither commits it nor ends it",
        begin_within
    ),
    case!(
        "TX-24.SESSIONS",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive, SESSIONS],
        ["A-50", "C-2"],
        "begin on a session whose own BEGIN is open is Misuse, and commits nothing",
        begin_after_own_begin
    ),
    case!(
        "TX-25",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive],
        ["A-6"],
        "COMMIT and ROLLBACK outside of any transaction are Misuse",
        end_outside
    ),
    case!(
        "TX-25.WITHIN",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive],
        ["T-2"],
        "COMMIT and ROLLBACK as text within a transaction do not end it behind its handle's back",
        end_within
    ),
    case!(
        "TX-26",
        Transactions,
        L1,
        STATEFUL,
        [RAW, Need::Oracle, Need::Interactive],
        ["A-6"],
        "BEGIN as text of its own is refused, and leaves no open transaction in the pool",
        begin_alone
    ),
    case!(
        "TX-26.SCRIPTS",
        Transactions,
        L1,
        STATEFUL,
        [RAW, Need::Oracle, Need::Interactive, Need::Capability(Capability::Scripts)],
        ["A-60", "A-6"],
        "a script that leaves a transaction open is Misuse, and what it did there is undone",
        script_left_open
    ),
    case!(
        "TX-26.SESSIONS",
        Transactions,
        L1,
        STATEFUL,
        [RAW, Need::Oracle, Need::Interactive, SESSIONS],
        ["A-55", "S-1"],
        "a session that is closed or dropped within its own BEGIN leaves nothing of it",
        session_left_open
    ),
    case!(
        "TX-32",
        Transactions,
        L1,
        P.or(W).or(M),
        [RAW, Need::Oracle, Need::Interactive],
        ["A-51", "A-5"],
        "the isolation level cannot be changed by text after the first statement",
        level_too_late
    ),
];

/// What begins a transaction, as text.
fn begins(cx: &Context) -> &'static [&'static str] {
    match cx.dialect() {
        Dialect::Sqlite => &["begin", "begin immediate", " /* x */ BEGIN transaction"],
        _ => &["begin", "start transaction", " /* x */ BEGIN"],
    }
}

/// Each statement by itself is written at once: no transaction is open on the only connection.
async fn is_outside(cx: &Context, adapter: &SharedAdapter) -> Outcome {
    until_free(cx).await?;
    let before = stored(cx).await?;
    adapter.query(cx.raw("update {t:t} set v = v + 1 where id = 1", vec![])).await?;
    let after = stored(cx).await?;
    ensure_eq!(
        after.first().map(|row| row.1),
        before.first().map(|row| row.1 + 1),
        "the row written by itself"
    );
    cx.check_usable(adapter).await
}

async fn savepoint_outside(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    for text in ["savepoint a", "SAVEPOINT a", "release savepoint a", "rollback to savepoint a"] {
        must_fail(adapter.query(cx.raw(text, vec![])).await, &[ErrorKind::Misuse], text)?;
        is_outside(&cx, &adapter).await.within(text)?;
    }
    Ok(())
}

async fn begin_within(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    for text in begins(&cx) {
        let mut tx = begin(&adapter).await?;
        insert(&cx, &mut tx, 3).await?;
        must_fail(run(&cx, &mut tx, text).await, &[ErrorKind::Misuse], text)?;
        ensure_eq!(stored(&cx).await?.len(), 2, "rows that `{text}` committed, and two");
        ensure_eq!(value(&cx, &mut tx, 3).await.within(text)?, Some(3), "the row that the transaction wrote");
        tx.rollback().await?;
        ensure_eq!(stored(&cx).await?.len(), 2, "rows after `{text}` and the rollback");
        is_outside(&cx, &adapter).await.within(text)?;
    }
    Ok(())
}

async fn begin_after_own_begin(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = cx.adapter().await?;
    let mut session = adapter.session().await?;
    session.query(cx.raw("begin", vec![])).await?;
    session.query(cx.raw("insert into {t:t} values (3, 3)", vec![])).await?;
    // Where BEGIN rides with the first statement, that is what is refused.
    let outcome = match session.begin(TransactionOptions::new()).await {
        Ok(mut tx) => insert(&cx, &mut tx, 4).await.map(drop),
        Err(error) => Err(error),
    };
    must_fail(outcome, &[ErrorKind::Misuse], "begin within the session's own transaction")?;
    ensure_eq!(stored(&cx).await?.len(), 2, "rows before the session's own rollback");
    session.query(cx.raw("rollback", vec![])).await?;
    ensure_eq!(stored(&cx).await?.len(), 2, "rows after the session's own rollback");
    let mut tx = session.begin(TransactionOptions::new()).await?;
    insert(&cx, &mut tx, 5).await?;
    tx.commit().await?;
    session.close().await?;
    ensure_eq!(stored(&cx).await?.len(), 3, "rows in the end");
    Ok(())
}

async fn end_outside(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    for text in ["commit", "COMMIT", "rollback", "-- x\n rollback"] {
        must_fail(adapter.query(cx.raw(text, vec![])).await, &[ErrorKind::Misuse], text)?;
        is_outside(&cx, &adapter).await.within(text)?;
    }
    Ok(())
}

async fn end_within(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    for text in ["commit", "rollback", "/* x */ Commit"] {
        let mut tx = begin(&adapter).await?;
        insert(&cx, &mut tx, 3).await?;
        must_fail(run(&cx, &mut tx, text).await, &[ErrorKind::Misuse], text)?;
        ensure_eq!(stored(&cx).await?.len(), 2, "rows that `{text}` committed, and two");
        ensure_eq!(value(&cx, &mut tx, 3).await.within(text)?, Some(3), "the row that the transaction wrote");
        tx.commit().await.within(text)?;
        ensure_eq!(stored(&cx).await?.len(), 3, "rows after the commit");
        adapter.query(cx.raw("delete from {t:t} where id = 3", vec![])).await?;
    }
    Ok(())
}

async fn begin_alone(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    for text in begins(&cx) {
        must_fail(adapter.query(cx.raw(text, vec![])).await, &[ErrorKind::Misuse], text)?;
        is_outside(&cx, &adapter).await.within(text)?;
        let batch = vec![cx.raw("update {t:t} set v = v + 1 where id = 2", vec![]), cx.raw(text, vec![])];
        let batch = drivetrain_adapter_api::Batch::new(batch);
        must_fail(adapter.batch(batch).await, &[ErrorKind::Misuse], format_args!("a batch with `{text}`"))?;
        is_outside(&cx, &adapter).await.within(format_args!("a batch with `{text}`"))?;
    }
    Ok(())
}

async fn script_left_open(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    let open = cx.sql("begin; insert into {t:t} values (3, 3);");
    must_fail(adapter.script(&open).await, &[ErrorKind::Misuse], "a script that leaves a transaction open")?;
    ensure_eq!(stored(&cx).await?.len(), 2, "rows after it");
    is_outside(&cx, &adapter).await?;
    let failing = cx.sql("begin; insert into {t:t} values (3, 3); insert into {t:t} values (1, 1); commit;");
    must_fail(adapter.script(&failing).await, &[ErrorKind::UniqueViolation], "a script that fails within")?;
    ensure_eq!(stored(&cx).await?.len(), 2, "rows after it");
    is_outside(&cx, &adapter).await?;
    adapter.script(&cx.sql("begin; insert into {t:t} values (3, 3); commit;")).await.within("a whole one")?;
    ensure_eq!(stored(&cx).await?.len(), 3, "rows after a script that commits");
    is_outside(&cx, &adapter).await
}

async fn session_left_open(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    for close in [true, false] {
        let mut session = adapter.session().await?;
        session.query(cx.raw("begin", vec![])).await?;
        session.query(cx.raw("update {t:t} set v = 99 where id = 2", vec![])).await?;
        if close {
            session.close().await?;
        } else {
            drop(session);
        }
        is_outside(&cx, &adapter).await.within(if close { "after close" } else { "after drop" })?;
        ensure_eq!(stored(&cx).await?.last().copied(), Some((2, 20)), "the row that the session wrote");
    }
    Ok(())
}

async fn level_too_late(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    let mut tx = begin(&adapter).await?;
    insert(&cx, &mut tx, 3).await?;
    let late = run(&cx, &mut tx, "set transaction isolation level serializable").await;
    let error = must_fail(late, &[ErrorKind::Misuse], "setting the level after the first statement")?;
    let code = error.sqlstate().map(|state| state.to_string());
    ensure!(code.as_deref().is_none_or(|code| code == "25001"), "its SQLSTATE is {code:?}");
    tx.rollback().await?;
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows afterwards");
    // Whatever was set is not left behind.
    let mut tx = begin(&adapter).await?;
    insert(&cx, &mut tx, 3).await?;
    tx.commit().await?;
    is_outside(&cx, &adapter).await
}
