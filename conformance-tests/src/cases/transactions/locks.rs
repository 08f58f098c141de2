//! Locks that statements ask for: of rows, and of the caller's own.

use drivetrain_adapter_api::{Capability, Dialect, ErrorKind};

use super::support::{
    RAW, SOON, begin, holder, is_held, let_go, one_connection, run, stored, table, until_free,
};
use crate::case::{Case, M, Need, P, W, case};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

const ROW_LOCKS: Need = Need::Capability(Capability::RowLocks);
const SKIP_LOCKED: Need = Need::Capability(Capability::SkipLocked);
const SESSIONS: Need = Need::Capability(Capability::Sessions);

pub(super) const CASES: &[Case] = &[
    case!(
        "TX-50",
        Transactions,
        L1,
        P.or(W).or(M),
        [RAW, Need::Oracle, Need::Interactive, ROW_LOCKS],
        ["A-2"],
        "rows that were selected for update are locked until the transaction ends",
        for_update
    ),
    case!(
        "TX-50.NOWAIT",
        Transactions,
        L1,
        P.or(W).or(M),
        [RAW, Need::Oracle, Need::Interactive, ROW_LOCKS],
        ["A-5"],
        "a locked row is LockTimeout at once where no wait was asked for",
        nowait
    ),
    case!(
        "TX-50.SKIP",
        Transactions,
        L1,
        P.or(W).or(M),
        [RAW, Need::Oracle, Need::Interactive, SKIP_LOCKED],
        ["A-2"],
        "locked rows are left out where that was asked for",
        skip_locked
    ),
    case!(
        "TX-51",
        Transactions,
        L1,
        P.or(W),
        [RAW, Need::Oracle, Need::Interactive, SESSIONS],
        ["A-55", "S-1"],
        "an advisory lock of a session is held through it, and gone after it was closed or dropped",
        advisory_lock_of_a_session
    ),
    case!(
        "TX-51.XACT",
        Transactions,
        L1,
        P.or(W),
        [RAW, Need::Oracle, Need::Interactive],
        ["A-51", "T-1"],
        "advisory locks of a transaction are gone after its end, those of its session too",
        advisory_lock_of_a_transaction
    ),
    case!(
        "TX-51.ALONE",
        Transactions,
        L1,
        P.or(W),
        [RAW, Need::Oracle],
        ["A-8", "A-55"],
        "an advisory lock that a statement by itself took is not kept by the pool",
        advisory_lock_alone
    ),
];

async fn for_update(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    for commit in [true, false] {
        let mut tx = begin(&adapter).await?;
        let rows = run(&cx, &mut tx, "select v from {t:t} where id = 1 for update").await?.rows;
        ensure_eq!(rows.get::<i64>(0, 0)?, 10, "the row");
        ensure!(is_held(&cx).await?, "the selected row is not locked");
        if commit {
            tx.commit().await?;
        } else {
            tx.rollback().await?;
        }
        until_free(&cx).await?;
    }
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows in the end");
    Ok(())
}

async fn nowait(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    let mut other = holder(&cx).await?;
    let mut tx = begin(&adapter).await?;
    run(&cx, &mut tx, "select v from {t:t} where id = 2 for update nowait").await.within("the free row")?;
    let locked = run(&cx, &mut tx, "select v from {t:t} where id = 1 for update nowait").await;
    let error = must_fail(locked, &[ErrorKind::LockTimeout], "the locked row")?;
    if cx.dialect() == Dialect::Postgres {
        let state = error.sqlstate().map(|state| state.to_string());
        ensure_eq!(state.as_deref(), Some("55P03"), "the SQLSTATE");
    }
    tx.rollback().await?;
    let_go(&mut other).await?;
    let mut tx = begin(&adapter).await?;
    run(&cx, &mut tx, "select v from {t:t} where id = 1 for update nowait")
        .await
        .within("once it is free")?;
    tx.rollback().await?;
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows in the end");
    Ok(())
}

async fn skip_locked(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    let sql = "select id from {t:t} order by id for update skip locked";
    let mut other = holder(&cx).await?;
    let mut tx = begin(&adapter).await?;
    let rows = run(&cx, &mut tx, sql).await?.rows;
    ensure_eq!(
        (rows.len(), rows.get::<i64>(0, 0)?),
        (1, 2),
        "rows, and the first of them, while row 1 is locked"
    );
    tx.rollback().await?;
    let_go(&mut other).await?;
    let mut tx = begin(&adapter).await?;
    ensure_eq!(run(&cx, &mut tx, sql).await?.rows.len(), 2, "rows once all are free");
    tx.rollback().await?;
    Ok(())
}

/// How many hold the advisory lock with that key.
async fn holders(cx: &Context, key: i64) -> Outcome<u64> {
    let sql = format!(
        "select count(*) from pg_locks where locktype = 'advisory' and granted and objsubid = 1 \
         and (classid::bigint << 32) + objid::bigint = {key}"
    );
    let cell = cx.oracle_cell(&sql).await?;
    Ok(cell.and_then(|text| text.parse().ok()).unwrap_or_default())
}

async fn until_released(cx: &Context, key: i64) -> Outcome {
    cx.eventually(SOON, "nobody holds the advisory lock", || async { Ok(holders(cx, key).await? == 0) }).await
}

async fn advisory_lock_of_a_session(cx: Context) -> Outcome {
    let adapter = one_connection(&cx).await?;
    for close in [true, false] {
        let key = cx.nonce();
        let mut session = adapter.session().await?;
        session.query(cx.raw(&format!("select pg_advisory_lock({key})"), vec![])).await?;
        ensure_eq!(holders(&cx, key).await?, 1, "holders of the lock");
        session.query(cx.raw("select 1", vec![])).await?;
        ensure_eq!(holders(&cx, key).await?, 1, "holders of the lock after another statement");
        if close {
            session.close().await?;
        } else {
            drop(session);
        }
        until_released(&cx, key).await.within(if close { "after close" } else { "after drop" })?;
        cx.check_usable(&adapter).await?;
        ensure_eq!(holders(&cx, key).await?, 0, "holders of the lock in the end");
    }
    Ok(())
}

async fn advisory_lock_of_a_transaction(cx: Context) -> Outcome {
    let adapter = one_connection(&cx).await?;
    for function in ["pg_advisory_xact_lock", "pg_advisory_lock"] {
        for commit in [true, false] {
            let key = cx.nonce();
            let mut tx = begin(&adapter).await?;
            run(&cx, &mut tx, &format!("select {function}({key})")).await?;
            ensure_eq!(holders(&cx, key).await?, 1, "holders of the lock by {function}");
            if commit {
                tx.commit().await?;
            } else {
                tx.rollback().await?;
            }
            until_released(&cx, key).await.within(function)?;
            cx.check_usable(&adapter).await?;
        }
    }
    Ok(())
}

async fn advisory_lock_alone(cx: Context) -> Outcome {
    let adapter = one_connection(&cx).await?;
    let key = cx.nonce();
    adapter.query(cx.raw(&format!("select pg_advisory_lock({key})"), vec![])).await?;
    until_released(&cx, key).await?;
    cx.check_usable(&adapter).await?;
    ensure_eq!(holders(&cx, key).await?, 0, "holders of the lock in the end");
    Ok(())
}
