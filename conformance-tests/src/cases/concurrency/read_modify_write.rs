//! A value that is read, and written by what was read: lost at READ COMMITTED, kept at SERIALIZABLE.

use drivetrain_adapter_api::{
    Error, IsolationLevel, RetryClass, SharedAdapter, Transaction, TransactionOptions, Value,
};
use futures_util::future::join_all;

use crate::case::{Case, Need, case};
use crate::cases::transactions::support::{ITX, RAW, run, stored, table};
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome, Stop};

pub(super) const CASES: &[Case] = &[
    case!(
        "CONC-09.RC",
        Concurrency,
        L2,
        ITX,
        [RAW, Need::Oracle, Need::Interactive, Need::Isolation(IsolationLevel::ReadCommitted)],
        ["A-51"],
        "of two steps that read the same value at READ COMMITTED one is lost, and nobody is told",
        loses
    ),
    case!(
        "CONC-09.SER",
        Concurrency,
        L2,
        ITX,
        [RAW, Need::Oracle, Need::Interactive, Need::Isolation(IsolationLevel::Serializable)],
        ["A-51", "A-5"],
        "steps that read and write at SERIALIZABLE, run again where they are told to, all count",
        keeps
    )
    .within_seconds(60),
];

async fn read(cx: &Context, tx: &mut Box<dyn Transaction>) -> Result<i64, Error> {
    run(cx, tx, "select v from {t:t} where id = 1").await?.rows.get(0, 0)
}

async fn write(cx: &Context, mut tx: Box<dyn Transaction>, value: i64) -> Result<(), Error> {
    tx.query(cx.raw("update {t:t} set v = {1} where id = 1", vec![Value::Int64(value)])).await?;
    tx.commit().await
}

async fn loses(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = cx.adapter().await?;
    let options = TransactionOptions::new().isolation(IsolationLevel::ReadCommitted);
    let (mut one, mut two) = (adapter.begin(options).await?, adapter.begin(options).await?);
    let (first, second) = (read(&cx, &mut one).await?, read(&cx, &mut two).await?);
    ensure_eq!((first, second), (10, 10), "what both read");
    write(&cx, one, first + 1).await?;
    write(&cx, two, second + 1).await?;
    ensure_eq!(stored(&cx).await?, [(1, 11), (2, 20)], "rows in the end: one step of two");
    cx.check_usable(&adapter).await
}

/// Attempts of one step.
const MOST: u32 = 200;

async fn step(cx: &Context, adapter: &SharedAdapter) -> Result<(), Error> {
    let options = TransactionOptions::new().isolation(IsolationLevel::Serializable);
    let mut tx = adapter.begin(options).await?;
    let value = read(cx, &mut tx).await?;
    write(cx, tx, value + 1).await
}

async fn keeps(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = cx.adapter().await?;
    let worker = async |_: u8| -> Outcome {
        for _ in 0..10 {
            let mut attempts = 1;
            while let Err(error) = step(&cx, &adapter).await {
                let again = matches!(error.retry(), RetryClass::SafeNow | RetryClass::RetryTransaction);
                ensure!(attempts < MOST, "a step does not work after {attempts} attempts: {error}");
                if !again {
                    return Err(Stop::from(error));
                }
                attempts += 1;
            }
        }
        Ok(())
    };
    for outcome in join_all((0..5).map(worker)).await {
        outcome?;
    }
    ensure_eq!(stored(&cx).await?, [(1, 60), (2, 20)], "rows in the end: every step");
    cx.check_usable(&adapter).await
}
