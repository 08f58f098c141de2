//! SQLite's own ways to end, keep and refuse transactions.

use std::time::Duration;

use drivetrain_adapter_api::{Capability, ErrorKind, RetryClass, Value};

use super::support::{RAW, begin, holder, insert, let_go, one_connection, run, stored, table, waiting};
use crate::case::{Case, L, Need, case};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Stop, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "TX-14",
        Transactions,
        L1,
        L,
        [RAW, Need::Oracle, Need::Interactive],
        ["T-20", "T-21"],
        "a commit that fails, and that SQLite leaves open, is rolled back before anybody uses the connection",
        failed_commit
    ),
    case!(
        "TX-14.BUSY",
        Transactions,
        L1,
        L,
        [RAW, Need::Oracle, Need::Interactive],
        ["T-20", "T-21"],
        "a commit that a reader holds up for too long is LockTimeout, rolled back, and can be tried again",
        busy_commit
    ),
    case!(
        "TX-15",
        Transactions,
        L1,
        L,
        [RAW, Need::Oracle, Need::Interactive],
        ["T-2"],
        "a transaction that INSERT OR ROLLBACK ended is over, and nothing runs outside of it",
        or_rollback
    ),
    case!(
        "TX-16",
        Transactions,
        L1,
        L,
        [RAW, Need::Oracle, Need::Interactive],
        ["A-50", "T-2"],
        "a transaction that does not get the lock fails as a whole: nothing of it runs outside of one",
        failed_begin
    ),
    case!(
        "TX-37",
        Transactions,
        L1,
        L,
        [RAW, Need::Oracle, Need::Interactive, Need::Capability(Capability::Sessions)],
        ["A-5"],
        "a read transaction that is too old to write is a SerializationFailure at once, and can be tried again",
        stale_snapshot
    ),
    case!(
        "TX-38",
        Transactions,
        L1,
        L,
        [RAW, Need::Oracle],
        ["A-5"],
        "a lock is waited for as long as configured, and then it is LockTimeout",
        busy
    ),
];

async fn failed_commit(cx: Context) -> Outcome {
    table(&cx).await?;
    cx.prepare(&[
        "create table {t:child} (parent {int4} references {t:t} (id) deferrable initially deferred)",
    ])
    .await?;
    let adapter = one_connection(&cx).await?;
    for round in 0..3 {
        let mut tx = begin(&adapter).await?;
        insert(&cx, &mut tx, 3).await?;
        run(&cx, &mut tx, "insert into {t:child} values (99)").await?;
        must_fail(tx.commit().await, &[ErrorKind::ForeignKeyViolation], "the commit")?;
        ensure_eq!(stored(&cx).await?, [(1, 10 + round), (2, 20)], "rows after the commit that failed");
        adapter.query(cx.raw("update {t:t} set v = v + 1 where id = 1", vec![])).await?;
        ensure_eq!(stored(&cx).await?, [(1, 11 + round), (2, 20)], "rows after a statement by itself");
    }
    ensure_eq!(cx.oracle_count("child").await?, 0, "rows of the child");
    Ok(())
}

async fn busy_commit(cx: Context) -> Outcome {
    table(&cx).await?;
    let mut setup = cx.setup();
    setup.pool_max = Some(1);
    setup.lock_wait = Some(Duration::from_millis(50));
    // In WAL mode no reader holds up a commit.
    setup.settings = vec![("journal_mode".to_owned(), "delete".to_owned())];
    let adapter = cx.adapter_with(setup).await?;
    let mut reader = cx.own_oracle().await?;
    reader.run("begin").await.map_err(Stop::fail)?;
    reader.rows(&cx.sql("select * from {t:t}")).await.map_err(Stop::fail)?;

    let mut tx = begin(&adapter).await?;
    insert(&cx, &mut tx, 3).await?;
    let error = must_fail(tx.commit().await, &[ErrorKind::LockTimeout], "the commit")?;
    ensure_eq!(error.retry(), RetryClass::RetryTransaction, "the retry class of the commit's error");
    reader.run("rollback").await.map_err(Stop::fail)?;
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows after the commit that failed");

    let mut tx = begin(&adapter).await?;
    insert(&cx, &mut tx, 3).await.within("the second attempt")?;
    tx.commit().await.within("the second attempt")?;
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20), (3, 3)], "rows after the second attempt");
    Ok(())
}

async fn or_rollback(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = one_connection(&cx).await?;
    for commit in [true, false] {
        let mut tx = begin(&adapter).await?;
        insert(&cx, &mut tx, 3).await?;
        let refused = run(&cx, &mut tx, "insert or rollback into {t:t} values (1, 1)").await;
        must_fail(refused, &[ErrorKind::UniqueViolation], "the insert that ends the transaction")?;
        ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows after it");
        must_fail(insert(&cx, &mut tx, 4).await, &[ErrorKind::TransactionEnded], "a statement after it")?;
        must_fail(run(&cx, &mut tx, "select 1").await, &[ErrorKind::TransactionEnded], "a read after it")?;
        if commit {
            must_fail(tx.commit().await, &[ErrorKind::TransactionEnded], "the commit")?;
        } else if let Err(error) = tx.rollback().await {
            ensure_eq!(error.kind(), ErrorKind::TransactionEnded, "the rollback's error");
        }
        ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows in the end");
    }
    // A statement by itself that does so ends nothing but itself.
    let alone = adapter.query(cx.raw("insert or rollback into {t:t} values (1, 1)", vec![])).await;
    must_fail(alone, &[ErrorKind::UniqueViolation], "such an insert by itself")?;
    cx.check_usable(&adapter).await
}

async fn failed_begin(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = waiting(&cx, Duration::from_millis(30)).await?;
    let mut other = holder(&cx).await?;
    match begin(&adapter).await {
        Err(error) => {
            ensure_eq!(error.kind(), ErrorKind::LockTimeout, "the error of begin");
            ensure_eq!(error.retry(), RetryClass::SafeNow, "the retry class of begin's error");
            let alone = adapter.query(cx.raw("insert into {t:t} values (3, 3)", vec![])).await;
            must_fail(alone, &[ErrorKind::LockTimeout], "a write by itself while the lock is held")?;
        }
        // The adapter takes the lock with the first write instead.
        Ok(mut tx) => {
            let refused = insert(&cx, &mut tx, 3).await;
            let kinds = [ErrorKind::LockTimeout, ErrorKind::SerializationFailure];
            must_fail(refused, &kinds, "the first write while the lock is held")?;
            let_go(&mut other).await?;
            if insert(&cx, &mut tx, 4).await.is_ok() {
                ensure_eq!(stored(&cx).await?.len(), 2, "rows that were written outside of the transaction");
            }
            tx.rollback().await?;
            other = holder(&cx).await?;
        }
    }
    let_go(&mut other).await?;
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows afterwards");
    let mut tx = begin(&adapter).await?;
    insert(&cx, &mut tx, 5).await?;
    tx.commit().await?;
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20), (5, 5)], "rows once the lock is free");
    Ok(())
}

async fn stale_snapshot(cx: Context) -> Outcome {
    table(&cx).await?;
    let wait = Duration::from_secs(4);
    let adapter = waiting(&cx, wait).await?;
    let mode = cx.oracle_cell("pragma journal_mode").await?;
    if mode.as_deref() != Some("wal") {
        return Err(Stop::NotRun(format!("the database's journal mode is {mode:?}, and not `wal`")));
    }
    let mut session = adapter.session().await?;
    session.query(cx.raw("begin", vec![])).await?;
    session.query(cx.raw("select * from {t:t}", vec![])).await?;
    cx.oracle_rows("update {t:t} set v = 11 where id = 1").await?;
    let start = cx.runtime().monotonic();
    let late = session.query(cx.raw("update {t:t} set v = v + 1 where id = 1", vec![])).await;
    let error = must_fail(late, &[ErrorKind::SerializationFailure], "the write on a stale snapshot")?;
    ensure_eq!(
        (error.code(), error.retry()),
        (Some(517), RetryClass::RetryTransaction),
        "code and retry class"
    );
    let took = cx.runtime().monotonic().saturating_sub(start);
    ensure!(took < wait, "the lock was waited for, which cannot help: {took:?}");

    session.query(cx.raw("rollback", vec![])).await?;
    session.query(cx.raw("begin", vec![])).await?;
    session.query(cx.raw("update {t:t} set v = v + 1 where id = 1", vec![])).await?;
    session.query(cx.raw("commit", vec![])).await?;
    session.close().await?;
    ensure_eq!(stored(&cx).await?, [(1, 12), (2, 20)], "rows after the second attempt");
    Ok(())
}

async fn busy(cx: Context) -> Outcome {
    table(&cx).await?;
    // Opened first: to open a database it may have to be written.
    let mut adapters = Vec::new();
    for wait in [0, 200].map(Duration::from_millis) {
        adapters.push((wait, waiting(&cx, wait).await?));
    }
    let mut other = holder(&cx).await?;
    for (wait, adapter) in adapters {
        let start = cx.runtime().monotonic();
        let write = cx.raw("insert into {t:t} values ({1}, 0)", vec![Value::Int32(3)]);
        let error = must_fail(adapter.query(write).await, &[ErrorKind::LockTimeout], "the write")?;
        let took = cx.runtime().monotonic().saturating_sub(start);
        ensure_eq!(error.retry(), RetryClass::SafeNow, "the retry class");
        ensure!(took + Duration::from_millis(10) >= wait, "{wait:?} were asked for, and {took:?} waited");
        ensure!(took < wait + Duration::from_secs(2), "{wait:?} were asked for, and {took:?} waited");
        adapter.query(cx.raw("select * from {t:t}", vec![])).await.within("a read beside the writer")?;
    }
    let_go(&mut other).await?;
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows afterwards");
    Ok(())
}
