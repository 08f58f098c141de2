//! MySQL's own ways to end and keep transactions.

use std::time::Duration;

use drivetrain_adapter_api::{ErrorKind, RetryClass, Value};
use futures_util::future::join;

use super::support::{
    RAW, begin, holder, insert, let_go, one_connection, run, stored, table, value, waiting,
};
use crate::case::{Case, H, M, Need, case};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Stop, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "TX-12",
        Transactions,
        L1,
        M,
        [RAW, Need::Oracle, Need::Interactive],
        ["T-2", "A-5"],
        "the victim of a deadlock is over as a whole, and nothing of it runs outside of a transaction",
        deadlock_victim
    ),
    case!(
        "TX-13",
        Transactions,
        L1,
        M,
        [RAW, Need::Oracle, Need::Interactive],
        ["A-5"],
        "a lock that is not free in time undoes the statement only; the transaction goes on",
        lock_timeout
    ),
    case!(
        "TX-17",
        Transactions,
        L1,
        M,
        [RAW, Need::Oracle, Need::Interactive],
        ["T-2"],
        "DDL, which commits by itself, is refused within a transaction or ends its handle",
        implicit_commit
    ),
    case!(
        "TX-48",
        Transactions,
        L1,
        H,
        [RAW, Need::Oracle, Need::Admin, Need::Interactive],
        ["T-2"],
        "a session that is lost in the middle of a transaction ends it; it is not continued outside of one",
        lost_session
    ),
    case!(
        "TX-49",
        Transactions,
        L1,
        H,
        [RAW, Need::Oracle, Need::Interactive],
        ["C-2"],
        "each transaction has a session of its own from its first request to its last",
        own_sessions
    ),
];

async fn deadlock_victim(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = cx.adapter().await?;
    let (mut one, mut two) = (begin(&adapter).await?, begin(&adapter).await?);
    run(&cx, &mut one, "update {t:t} set v = v + 1 where id = 1").await?;
    run(&cx, &mut two, "update {t:t} set v = v + 100 where id = 2").await?;
    let (first, second) = join(
        run(&cx, &mut one, "update {t:t} set v = v + 1 where id = 2"),
        run(&cx, &mut two, "update {t:t} set v = v + 100 where id = 1"),
    )
    .await;
    let (error, mut victim, survivor, expected) = match (first, second) {
        (Err(error), Ok(_)) => (error, one, two, [(1, 110), (2, 120)]),
        (Ok(_), Err(error)) => (error, two, one, [(1, 11), (2, 21)]),
        (first, second) => {
            return Err(Stop::fail(format!("no single victim: {:?}, {:?}", first.err(), second.err())));
        }
    };
    ensure_eq!(
        (error.kind(), error.retry(), error.code()),
        (ErrorKind::Deadlock, RetryClass::RetryTransaction, Some(1213)),
        "the victim's error"
    );
    must_fail(
        insert(&cx, &mut victim, 3).await,
        &[ErrorKind::TransactionEnded],
        "the victim's next statement",
    )?;
    must_fail(victim.commit().await, &[ErrorKind::TransactionEnded], "the victim's commit")?;
    survivor.commit().await?;
    ensure_eq!(stored(&cx).await?, expected, "rows in the end");
    cx.check_usable(&adapter).await
}

async fn lock_timeout(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = waiting(&cx, Duration::from_secs(1)).await?;
    let mut other = holder(&cx).await?;
    let mut tx = begin(&adapter).await?;
    insert(&cx, &mut tx, 3).await?;
    let late = run(&cx, &mut tx, "update {t:t} set v = 99 where id = 1").await;
    let error = must_fail(late, &[ErrorKind::LockTimeout], "the write of the locked row")?;
    ensure_eq!(error.code(), Some(1205), "its code");
    ensure_eq!(value(&cx, &mut tx, 3).await?, Some(3), "the row written before it");
    insert(&cx, &mut tx, 4).await.within("a statement after it")?;
    ensure_eq!(stored(&cx).await?.len(), 2, "rows before the commit");
    let_go(&mut other).await?;
    tx.commit().await?;
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20), (3, 3), (4, 4)], "rows after the commit");
    Ok(())
}

async fn implicit_commit(cx: Context) -> Outcome {
    ensure!(!cx.capabilities().transactional_ddl(), "MySQL's DDL is declared to be transactional");
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    let mut tx = begin(&adapter).await?;
    insert(&cx, &mut tx, 3).await?;
    let ddl = run(&cx, &mut tx, "create table {t:made} (id {int4})").await;
    match ddl {
        Err(error) if error.kind() == ErrorKind::Misuse => {
            ensure_eq!(value(&cx, &mut tx, 3).await?, Some(3), "the row, after DDL was refused");
            ensure_eq!(stored(&cx).await?.len(), 2, "rows that were committed, and two");
            tx.rollback().await?;
        }
        _ => {
            must_fail(
                insert(&cx, &mut tx, 4).await,
                &[ErrorKind::TransactionEnded],
                "a statement after DDL",
            )?;
            must_fail(tx.commit().await, &[ErrorKind::TransactionEnded], "the commit after DDL")?;
            ensure!(
                stored(&cx).await?.iter().all(|(id, _)| *id != 4),
                "a statement ran outside of a transaction"
            );
        }
    }
    cx.check_usable(&adapter).await
}

async fn lost_session(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = cx.adapter().await?;
    let mut tx = begin(&adapter).await?;
    insert(&cx, &mut tx, 3).await?;
    for session in cx.sessions().await?.iter().filter(|session| session.in_transaction) {
        cx.admin()?.kill(session.id).await?;
    }
    let over = [ErrorKind::ConnectionLost, ErrorKind::TransactionEnded];
    must_fail(insert(&cx, &mut tx, 4).await, &over, "a statement after the session was lost")?;
    must_fail(insert(&cx, &mut tx, 5).await, &[ErrorKind::TransactionEnded], "another one")?;
    must_fail(tx.commit().await, &[ErrorKind::TransactionEnded], "the commit")?;
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows afterwards");
    cx.check_usable(&adapter).await
}

async fn own_sessions(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = cx.adapter().await?;
    let mut transactions = Vec::new();
    let mut sessions = Vec::new();
    for number in 0..3 {
        let mut tx = begin(&adapter).await?;
        sessions.push(run(&cx, &mut tx, "select connection_id()").await?.rows.get::<i64>(0, 0)?);
        transactions.push((number, tx));
    }
    ensure!(
        sessions[0] != sessions[1] && sessions[1] != sessions[2],
        "transactions share a session: {sessions:?}"
    );
    for round in 0..3 {
        for (number, tx) in &mut transactions {
            let id = *number * 10 + round + 10;
            tx.query(cx.raw("insert into {t:t} values ({1}, 0)", vec![Value::Int32(id)])).await?;
            let same = run(&cx, tx, "select connection_id()").await?.rows.get::<i64>(0, 0)?;
            ensure_eq!(
                Some(&same),
                sessions.get(usize::try_from(*number).unwrap_or_default()),
                "the session"
            );
        }
    }
    for (number, tx) in transactions {
        if number == 1 { tx.rollback().await? } else { tx.commit().await? }
    }
    let ids: Vec<_> = stored(&cx).await?.into_iter().map(|(id, _)| id).collect();
    ensure_eq!(ids, [1, 2, 10, 11, 12, 30, 31, 32], "rows in the end");
    Ok(())
}
