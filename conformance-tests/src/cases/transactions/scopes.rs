//! Transactions that their owner leaves: dropped, by a panic, by an error.

use std::panic::{AssertUnwindSafe, resume_unwind};

use drivetrain_adapter_api::{Capability, Error, ErrorKind, SharedAdapter, Transaction, TransactionOptions};
use futures_util::FutureExt as _;

use super::support::{
    ITX, RAW, SOON, begin, insert, is_held, one_connection, run, stored, table, until_free,
};
use crate::case::{Case, M, Need, P, W, case};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Stop, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "TX-05",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive],
        ["T-1"],
        "dropping a transaction rolls it back, frees its locks and leaves a clean connection",
        dropped
    ),
    case!(
        "TX-05.SESSIONS",
        Transactions,
        L1,
        P.or(W).or(M),
        [RAW, Need::Oracle, Need::Admin, Need::Interactive],
        ["T-1"],
        "a second after a transaction was dropped no session at the server has one open",
        dropped_at_the_server
    ),
    case!(
        "TX-05.READONLY",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive, Need::Capability(Capability::ReadOnlyTransactions)],
        ["T-1", "A-51"],
        "after a read-only transaction was dropped the same connection writes",
        dropped_read_only
    ),
    case!(
        "TX-06",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive],
        ["T-1"],
        "a panic in the scope of a transaction rolls it back, and the adapter stays usable",
        panics
    ),
    case!(
        "TX-07",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive],
        ["A-5", "A-6"],
        "an error in the scope of a transaction is what its caller gets, and the rollback after it works",
        fails
    ),
    case!(
        "TX-07.LOST",
        Transactions,
        L1,
        P.or(W).or(M),
        [RAW, Need::Oracle, Need::Admin, Need::Interactive],
        ["T-2", "A-6"],
        "when the server ends the session, the transaction is over, says so to every call, and nothing is written",
        loses_its_session
    ),
];

/// How far a transaction got before it was dropped.
#[derive(Debug, Clone, Copy)]
enum Stage {
    Begun,
    Wrote,
    Failed,
    InSavepoint,
    Abandoned,
}

async fn reach(cx: &Context, tx: &mut Box<dyn Transaction>, stage: Stage) -> Outcome {
    if matches!(stage, Stage::Begun) {
        return Ok(());
    }
    run(cx, tx, "update {t:t} set v = 99 where id = 1").await?;
    insert(cx, tx, 3).await?;
    match stage {
        Stage::Failed => {
            drop(must_fail(insert(cx, tx, 3).await, &[ErrorKind::UniqueViolation], "the insert")?);
        }
        Stage::InSavepoint | Stage::Abandoned if cx.capabilities().savepoints() => {
            let savepoint = tx.savepoint().await?;
            insert(cx, tx, 4).await?;
            if matches!(stage, Stage::Abandoned) {
                tx.abandon(savepoint);
            }
        }
        _ => {}
    }
    Ok(())
}

/// What must be so after a transaction was left: nothing of it is there, and its connection is as good as new.
async fn is_gone(cx: &Context, adapter: &SharedAdapter) -> Outcome {
    until_free(cx).await?;
    ensure_eq!(stored(cx).await?, [(1, 10), (2, 20)], "rows afterwards");
    // Written outside of any transaction: were the old one open still, the oracle would not see it.
    adapter.query(cx.raw("update {t:t} set v = 11 where id = 1", vec![])).await?;
    ensure_eq!(stored(cx).await?, [(1, 11), (2, 20)], "rows after a statement by itself");
    adapter.query(cx.raw("update {t:t} set v = 10 where id = 1", vec![])).await?;
    cx.check_usable(adapter).await
}

async fn dropped(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    for stage in [Stage::Begun, Stage::Wrote, Stage::Failed, Stage::InSavepoint, Stage::Abandoned] {
        let place = format!("dropped when it had got to {stage:?}");
        let mut tx = begin(&adapter).await?;
        reach(&cx, &mut tx, stage).await.within(&place)?;
        if matches!(stage, Stage::Wrote) {
            ensure!(is_held(&cx).await?, "{place}: the row it wrote is not locked");
        }
        drop(tx);
        is_gone(&cx, &adapter).await.within(&place)?;
    }
    Ok(())
}

async fn dropped_at_the_server(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = cx.adapter().await?;
    let mut transactions = Vec::new();
    for id in 3..6 {
        let mut tx = begin(&adapter).await?;
        insert(&cx, &mut tx, id).await?;
        transactions.push(tx);
    }
    let open = cx.sessions().await?.iter().filter(|session| session.in_transaction).count();
    ensure_eq!(open, 3, "sessions in a transaction");
    drop(transactions);
    cx.eventually(SOON, "no session is in a transaction", || async {
        Ok(cx.sessions().await?.iter().all(|session| !session.in_transaction))
    })
    .await?;
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows afterwards");
    cx.check_usable(&adapter).await
}

async fn dropped_read_only(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    let mut tx = adapter.begin(TransactionOptions::new().read_only()).await?;
    ensure_eq!(run(&cx, &mut tx, "select id from {t:t}").await?.rows.len(), 2, "rows");
    drop(tx);
    is_gone(&cx, &adapter).await
}

async fn panics(cx: Context) -> Outcome {
    if cfg!(panic = "abort") {
        return Err(Stop::NotRun("a panic ends the whole program here".to_owned()));
    }
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    let scope = async {
        let mut tx = begin(&adapter).await?;
        reach(&cx, &mut tx, Stage::Wrote).await?;
        if !is_held(&cx).await? {
            return Err(Stop::fail("the row it wrote is not locked"));
        }
        // Without the hook's message on standard error.
        resume_unwind(Box::new("on purpose"))
    };
    let outcome: Result<Outcome, _> = AssertUnwindSafe(scope).catch_unwind().await;
    match outcome {
        Ok(early) => early.within("before the panic")?,
        Err(panic) => ensure_eq!(panic.downcast_ref::<&str>(), Some(&"on purpose"), "what panicked"),
    }
    is_gone(&cx, &adapter).await
}

/// How a scope around a transaction ends: by a commit if all went well, else by a rollback and the error.
async fn end(tx: Box<dyn Transaction>, outcome: Result<(), Error>) -> Result<(), (Error, Result<(), Error>)> {
    match outcome {
        Ok(()) => tx.commit().await.map_err(|error| (error, Ok(()))),
        Err(error) => Err((error, tx.rollback().await)),
    }
}

async fn fails(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    let mut tx = begin(&adapter).await?;
    let outcome = async {
        run(&cx, &mut tx, "update {t:t} set v = 99 where id = 1").await?;
        insert(&cx, &mut tx, 1).await.map(drop)
    };
    let outcome = outcome.await;
    let Err((error, undone)) = end(tx, outcome).await else {
        return Err(Stop::fail("the insert of a known key succeeded"));
    };
    ensure_eq!(error.kind(), ErrorKind::UniqueViolation, "the statement's error");
    undone.within("the rollback after the statement's error")?;
    is_gone(&cx, &adapter).await?;

    let mut tx = begin(&adapter).await?;
    let outcome = async {
        run(&cx, &mut tx, "update {t:t} set v = 99 where id = 1").await?;
        Err(Error::new(ErrorKind::NotFound, "of the caller's own"))
    };
    let outcome = outcome.await;
    let Err((error, undone)) = end(tx, outcome).await else {
        return Err(Stop::fail("an error of the caller's own was lost"));
    };
    ensure_eq!(
        (error.kind(), error.message()),
        (ErrorKind::NotFound, "of the caller's own"),
        "the caller's error"
    );
    undone.within("the rollback after the caller's error")?;
    is_gone(&cx, &adapter).await
}

async fn loses_its_session(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    let mut tx = begin(&adapter).await?;
    reach(&cx, &mut tx, Stage::Wrote).await?;
    for session in cx.sessions().await? {
        cx.admin()?.kill(session.id).await?;
    }
    let over = [ErrorKind::ConnectionLost, ErrorKind::TransactionEnded];
    must_fail(insert(&cx, &mut tx, 5).await, &over, "the first statement afterwards")?;
    for what in ["the second statement", "the third statement"] {
        must_fail(insert(&cx, &mut tx, 6).await, &[ErrorKind::TransactionEnded], what)?;
    }
    must_fail(tx.commit().await, &[ErrorKind::TransactionEnded], "the commit")?;
    is_gone(&cx, &adapter).await?;

    let mut tx = begin(&adapter).await?;
    reach(&cx, &mut tx, Stage::Wrote).await?;
    for session in cx.sessions().await? {
        cx.admin()?.kill(session.id).await?;
    }
    // The rollback has nothing to do, and may say so.
    if let Err(error) = tx.rollback().await {
        ensure!(over.contains(&error.kind()), "the rollback: {:?} ({error})", error.kind());
    }
    is_gone(&cx, &adapter).await
}
