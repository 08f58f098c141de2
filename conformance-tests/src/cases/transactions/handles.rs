//! Several handles on one pool, and one handle with several users.

use std::time::Duration;

use drivetrain_adapter_api::{Capability, Error, ErrorKind, Query, Value};
use futures_util::future::join_all;
use futures_util::lock::Mutex;

use super::support::{ITX, RAW, begin, count, insert, one_connection, run, stored, table};
use crate::case::{Case, M, Need, P, W, case};
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome, Polled, Stop, Within as _, drop_after};

pub(super) const CASES: &[Case] = &[
    case!(
        "TX-41",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive],
        ["C-2", "A-51"],
        "transactions at the same time on one pool keep apart, and each gets its own answers",
        at_the_same_time
    ),
    case!(
        "TX-42",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Interactive],
        ["C-2"],
        "calls of several tasks on one transaction, one after the other, each get their own answer",
        several_tasks
    ),
    case!(
        "TX-42.DROPPED",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Interactive],
        ["A-8", "C-2"],
        "after a call on a transaction was dropped, the next one gets its own answer or is told that it is over",
        after_a_dropped_call
    ),
    case!(
        "TX-43",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive, Need::Capability(Capability::Savepoints)],
        ["C-2"],
        "a transaction with savepoints holds one connection: of two the other serves everybody else",
        holds_one_connection
    ),
    case!(
        "TX-43.SESSIONS",
        Transactions,
        L1,
        P.or(W).or(M),
        [RAW, Need::Oracle, Need::Admin, Need::Interactive, Need::Capability(Capability::Savepoints)],
        ["C-2"],
        "a transaction with savepoints is one session at the server",
        is_one_session
    ),
];

async fn at_the_same_time(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = cx.adapter().await?;
    let one = async |number: i32| -> Outcome {
        let mut tx = begin(&adapter).await?;
        let rows = [number * 10, number * 10 + 1, number * 10 + 2];
        for id in rows {
            insert(&cx, &mut tx, id).await?;
            let nonce = cx.nonce();
            let sql = format!("select {nonce}, v from {{t:t}} where id = {{1}}");
            let result = tx.query(cx.raw(&sql, vec![Value::Int32(id)])).await?;
            ensure_eq!(
                (result.rows.get::<i64>(0, 0)?, result.rows.get::<i64>(0, 1)?),
                (nonce, i64::from(id)),
                "the answer of transaction {number}"
            );
        }
        let range = cx.raw(
            "select count(*) from {t:t} where id between {1} and {2}",
            vec![Value::Int32(rows[0]), Value::Int32(rows[2])],
        );
        ensure_eq!(tx.query(range).await?.rows.get::<i64>(0, 0)?, 3, "rows of transaction {number}");
        if number % 2 == 0 {
            tx.commit().await?;
        } else {
            tx.rollback().await?;
        }
        Ok(())
    };
    for outcome in join_all((1..=8).map(one)).await {
        outcome?;
    }
    let ids: Vec<_> = stored(&cx).await?.into_iter().map(|(id, _)| id).collect();
    let expected: Vec<i64> =
        [1, 2].into_iter().chain([20, 40, 60, 80].into_iter().flat_map(|id| [id, id + 1, id + 2])).collect();
    ensure_eq!(ids, expected, "rows in the end");
    cx.check_usable(&adapter).await
}

async fn several_tasks(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let tx = Mutex::new(begin(&adapter).await?);
    let one = async |_| -> Outcome {
        for _ in 0..5 {
            let nonce = cx.nonce();
            let mut tx = tx.lock().await;
            let result = tx.query(Query::raw(format!("select {nonce}"), vec![])).await?;
            ensure_eq!(result.rows.get::<i64>(0, 0)?, nonce, "the answer");
        }
        Ok(())
    };
    for outcome in join_all((0..8).map(one)).await {
        outcome?;
    }
    tx.into_inner().commit().await?;
    cx.check_usable(&adapter).await
}

async fn after_a_dropped_call(cx: Context) -> Outcome {
    let adapter = one_connection(&cx).await?;
    let mut pending = false;
    for polls in cx.sweep().steps(12, 6) {
        let place = format!("dropped after {polls} polls");
        let mut tx = begin(&adapter).await?;
        run(&cx, &mut tx, "select 1").await.within(&place)?;
        let (first, second) = (cx.nonce(), cx.nonce());
        let dropped = drop_after(polls, tx.query(Query::raw(format!("select {first}"), vec![]))).await;
        pending |= matches!(dropped, Polled::Dropped);
        if let Polled::Done(result) = dropped {
            ensure_eq!(result?.rows.get::<i64>(0, 0)?, first, "the first answer, {place}");
        }
        match tx.query(Query::raw(format!("select {second}"), vec![])).await {
            Ok(result) => ensure_eq!(result.rows.get::<i64>(0, 0)?, second, "the second answer, {place}"),
            Err(error) => {
                let over = [ErrorKind::TransactionEnded, ErrorKind::TransactionAborted];
                ensure!(over.contains(&error.kind()), "{place}: {:?} ({error})", error.kind());
            }
        }
        drop(tx);
        cx.check_usable(&adapter).await.within(&place)?;
    }
    ensure!(pending, "no call was dropped before its end");
    Ok(())
}

async fn holds_one_connection(cx: Context) -> Outcome {
    table(&cx).await?;
    let mut setup = cx.setup();
    setup.pool_max = Some(2);
    setup.pool_timeout = Some(Duration::from_secs(2));
    let adapter = cx.adapter_with(setup).await?;
    let mut tx = begin(&adapter).await?;
    insert(&cx, &mut tx, 3).await?;
    for id in 4..9 {
        tx.savepoint().await?;
        insert(&cx, &mut tx, id).await?;
        let other = adapter.query(cx.raw("select count(*) from {t:t}", vec![])).await;
        let other = other.within(format_args!("a read beside {} savepoints", id - 3))?;
        ensure_eq!(other.rows.get::<i64>(0, 0)?, 2, "rows that others see");
    }
    ensure_eq!(count(&cx, &mut tx).await?, 8, "rows that the transaction sees");
    tx.commit().await?;
    ensure_eq!(stored(&cx).await?.len(), 8, "rows after the commit");
    Ok(())
}

async fn is_one_session(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = cx.adapter().await?;
    let open = async || -> Outcome<usize> {
        Ok(cx.sessions().await?.iter().filter(|session| session.in_transaction).count())
    };
    let mut tx = begin(&adapter).await?;
    insert(&cx, &mut tx, 3).await?;
    for id in 4..9 {
        tx.savepoint().await?;
        insert(&cx, &mut tx, id).await?;
        ensure_eq!(open().await?, 1, "sessions in a transaction, with {} savepoints", id - 3);
    }
    ensure_eq!(cx.sessions().await?.len(), 1, "sessions in all");
    let transactions = (0..3).map(async |number| -> Result<_, Error> {
        let mut tx = begin(&adapter).await?;
        insert(&cx, &mut tx, 20 + number).await?;
        Ok(tx)
    });
    let others = join_all(transactions).await.into_iter().collect::<Result<Vec<_>, _>>()?;
    ensure_eq!(open().await?, 4, "sessions in a transaction, with three transactions more");
    for other in others {
        other.rollback().await?;
    }
    tx.rollback().await.map_err(Stop::from)?;
    ensure_eq!(open().await?, 0, "sessions in a transaction in the end");
    Ok(())
}
