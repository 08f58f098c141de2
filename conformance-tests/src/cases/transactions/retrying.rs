//! Running a transaction again where its error's retry class says so: how often, and what that leaves.

use std::time::Duration;

use drivetrain_adapter_api::{
    Error, ErrorKind, IsolationLevel, RetryClass, SharedAdapter, TransactionOptions, Value,
};

use super::support::{ITX, RAW, holder, insert, let_go, run, stored, table, value, waiting};
use crate::case::{Case, Need, P, W, case};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome};

pub(super) const CASES: &[Case] = &[
    case!(
        "TX-36",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive],
        ["A-5", "A-10"],
        "a transaction that meets a lock is run again until the lock is free, and written once",
        until_the_lock_is_free
    )
    .within_seconds(30),
    case!(
        "TX-36.LIMIT",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive],
        ["A-5"],
        "a lock that is never free is given up after so many attempts, with the error of the last",
        as_often_as_told
    )
    .within_seconds(30),
    case!(
        "TX-36.NEVER",
        Transactions,
        L1,
        ITX,
        [RAW, Need::Oracle, Need::Interactive],
        ["A-5"],
        "a transaction that would fail the same way again is run once",
        never
    ),
    case!(
        "TX-36.SERIALIZABLE",
        Transactions,
        L1,
        P.or(W),
        [RAW, Need::Oracle, Need::Interactive, Need::Isolation(IsolationLevel::Serializable)],
        ["A-5"],
        "a transaction that fits in no serial order is run again until it does, and written once",
        until_it_is_serial
    ),
];

/// Whether a transaction with that error is worth being run again as a whole.
fn again(error: &Error) -> bool {
    matches!(error.retry(), RetryClass::SafeNow | RetryClass::RetryTransaction)
}

/// Inserts row 3 and adds 1 to row 1.
async fn attempt(cx: &Context, adapter: &SharedAdapter, options: TransactionOptions) -> Result<(), Error> {
    let mut tx = adapter.begin(options).await?;
    insert(cx, &mut tx, 3).await?;
    run(cx, &mut tx, "update {t:t} set v = v + 1 where id = 1").await?;
    tx.commit().await
}

async fn until_the_lock_is_free(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = waiting(&cx, Duration::from_millis(50)).await?;
    let mut other = holder(&cx).await?;
    let mut errors = Vec::new();
    let attempts = loop {
        if errors.len() == 2 {
            let_go(&mut other).await?;
        }
        match attempt(&cx, &adapter, TransactionOptions::new()).await {
            Ok(()) => break errors.len() + 1,
            Err(error) if again(&error) && errors.len() < 5 => errors.push(error.kind()),
            Err(error) => return Err(error.into()),
        }
    };
    ensure_eq!((attempts, &*errors), (3, &[ErrorKind::LockTimeout; 2][..]), "attempts and their errors");
    ensure_eq!(stored(&cx).await?, [(1, 11), (2, 20), (3, 3)], "rows in the end");
    Ok(())
}

async fn as_often_as_told(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = waiting(&cx, Duration::from_millis(20)).await?;
    let mut other = holder(&cx).await?;
    for most in [1, 3] {
        let mut attempts = 0;
        let error = loop {
            attempts += 1;
            let outcome = attempt(&cx, &adapter, TransactionOptions::new()).await;
            let error = must_fail(outcome, &[ErrorKind::LockTimeout], "an attempt while the lock is held")?;
            if !again(&error) || attempts == most {
                break error;
            }
        };
        ensure!(again(&error), "the retry class of {error} is {:?}", error.retry());
        ensure_eq!(attempts, most, "attempts");
    }
    let_go(&mut other).await?;
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows in the end");
    cx.check_usable(&adapter).await
}

async fn never(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = cx.adapter().await?;
    for (sql, kind) in [
        ("insert into {t:t} values (1, 1)", ErrorKind::UniqueViolation),
        ("insert into {t:t} values (4, null)", ErrorKind::NotNullViolation),
        ("select * from {t:missing}", ErrorKind::UndefinedTable),
        ("select from from", ErrorKind::Syntax),
    ] {
        let mut attempts = 0;
        loop {
            attempts += 1;
            let mut tx = adapter.begin(TransactionOptions::new()).await?;
            insert(&cx, &mut tx, 3).await?;
            let error = must_fail(run(&cx, &mut tx, sql).await, &[kind], sql)?;
            tx.rollback().await?;
            if !again(&error) || attempts == 3 {
                break;
            }
        }
        ensure_eq!(attempts, 1, "attempts of `{sql}`");
    }
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20)], "rows in the end");
    Ok(())
}

async fn until_it_is_serial(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = cx.adapter().await?;
    let options = TransactionOptions::new().isolation(IsolationLevel::Serializable);
    let mut disturbances = 2;
    let mut attempts = 0;
    loop {
        attempts += 1;
        let mut tx = adapter.begin(options).await?;
        let seen = value(&cx, &mut tx, 1).await?.unwrap_or_default();
        if disturbances > 0 {
            disturbances -= 1;
            cx.oracle_rows("update {t:t} set v = v + 100 where id = 1").await?;
        }
        let write = cx.raw("update {t:t} set v = {1} where id = 1", vec![Value::Int64(seen + 1)]);
        let outcome = match tx.query(write).await {
            Ok(_) => tx.commit().await,
            Err(error) => Err(error),
        };
        match outcome {
            Ok(()) => break,
            Err(error) if again(&error) && attempts < 5 => {
                ensure_eq!(error.kind(), ErrorKind::SerializationFailure, "what an attempt failed with");
            }
            Err(error) => return Err(error.into()),
        }
    }
    ensure_eq!(attempts, 3, "attempts");
    ensure_eq!(stored(&cx).await?, [(1, 211), (2, 20)], "rows in the end: nobody's write is lost");
    Ok(())
}
