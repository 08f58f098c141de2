//! Transactions whose time is up: the server's time, and the caller's.

use std::time::Duration;

use drivetrain_adapter_api::{ErrorKind, TransactionOptions};

use super::support::{
    ITX, RAW, SOON, begin, insert, is_held, one_connection, run, stored, table, until_free,
};
use crate::case::{Case, Need, P, W, case};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "TX-39",
        Transactions,
        L1,
        P.or(W),
        [RAW, Need::Oracle, Need::Admin, Need::Interactive],
        ["T-2", "A-6"],
        "a session that the server ends for idling in a transaction is an error of the next call, and no hang",
        idle_for_too_long
    ),
    case!(
        "TX-40",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive],
        ["T-3"],
        "a transaction that outlived its limit of time is rolled back, and says so to every call",
        outlives_its_limit
    ),
    case!(
        "TX-40.COMMIT",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive],
        ["T-3"],
        "a commit after the limit of time writes nothing, and one before it writes all",
        commit_and_the_limit
    ),
];

async fn idle_for_too_long(cx: Context) -> Outcome {
    table(&cx).await?;
    let mut setup = cx.setup();
    setup.pool_max = Some(1);
    setup.settings = vec![("idle_in_transaction_session_timeout".to_owned(), "150".to_owned())];
    let adapter = cx.adapter_with(setup).await?;
    for commit in [false, true] {
        let mut tx = begin(&adapter).await?;
        insert(&cx, &mut tx, 3).await?;
        cx.eventually(SOON, "the server has ended the session", || async {
            Ok(cx.sessions().await?.is_empty())
        })
        .await?;
        let over = [ErrorKind::ConnectionLost, ErrorKind::TransactionEnded];
        if commit {
            must_fail(cx.within(SOON, "the commit", tx.commit()).await?, &over, "the commit")?;
        } else {
            let next = cx.within(SOON, "the next statement", run(&cx, &mut tx, "select 1")).await?;
            must_fail(next, &over, "the next statement")?;
            let next = cx.within(SOON, "the statement after it", run(&cx, &mut tx, "select 1")).await?;
            must_fail(next, &[ErrorKind::TransactionEnded], "the statement after it")?;
        }
        ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows afterwards");
        cx.check_usable(&adapter).await?;
    }
    Ok(())
}

async fn outlives_its_limit(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    let options = TransactionOptions::new().timeout(Duration::from_millis(600));
    let mut tx = adapter.begin(options).await?;
    run(&cx, &mut tx, "update {t:t} set v = 99 where id = 1").await?;
    insert(&cx, &mut tx, 3).await?;
    ensure!(is_held(&cx).await?, "the row it wrote is not locked");
    // Nobody asks it anything: it must end by itself.
    until_free(&cx).await.within("the limit has passed")?;
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows after the limit");
    for what in ["a statement after the limit", "another one"] {
        must_fail(insert(&cx, &mut tx, 4).await, &[ErrorKind::TransactionEnded], what)?;
    }
    must_fail(tx.commit().await, &[ErrorKind::TransactionEnded], "the commit after the limit")?;
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows in the end");
    // The connection is free for others, and has no limit of its own left.
    let mut tx = begin(&adapter).await?;
    insert(&cx, &mut tx, 5).await?;
    cx.sleep(Duration::from_millis(700)).await;
    tx.commit().await.within("a transaction without a limit on the same connection")?;
    ensure_eq!(stored(&cx).await?.len(), 3, "rows of the transaction without a limit, and two");
    Ok(())
}

async fn commit_and_the_limit(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    let mut tx = adapter.begin(TransactionOptions::new().timeout(Duration::from_secs(60))).await?;
    insert(&cx, &mut tx, 3).await?;
    tx.commit().await?;
    ensure_eq!(stored(&cx).await?.len(), 3, "rows after a commit in time");

    let mut tx = adapter.begin(TransactionOptions::new().timeout(Duration::from_millis(60))).await?;
    run(&cx, &mut tx, "update {t:t} set v = 99 where id = 1").await?;
    until_free(&cx).await?;
    must_fail(tx.commit().await, &[ErrorKind::TransactionEnded], "the commit after the limit")?;
    ensure_eq!(stored(&cx).await?.first().copied(), Some((1, 10)), "the row after a commit that was late");

    let mut tx = adapter.begin(TransactionOptions::new().timeout(Duration::from_millis(60))).await?;
    run(&cx, &mut tx, "update {t:t} set v = 99 where id = 1").await?;
    until_free(&cx).await?;
    if let Err(error) = tx.rollback().await {
        ensure_eq!(error.kind(), ErrorKind::TransactionEnded, "the rollback after the limit");
    }
    ensure_eq!(stored(&cx).await?.first().copied(), Some((1, 10)), "the row in the end");
    cx.check_usable(&adapter).await
}
