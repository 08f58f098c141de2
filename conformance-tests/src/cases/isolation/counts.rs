//! Counts that are read again and again while others insert.

use drivetrain_adapter_api::{
    Batch, Error, ErrorKind, IsolationLevel, SharedAdapter, Transaction, TransactionOptions, Value,
};
use futures_util::future::{join, join_all};

use crate::case::{Case, Need, case};
use crate::cases::transactions::support::{ITX, RAW, run};
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome, Stop};

pub(super) const CASES: &[Case] = &[
    case!(
        "ISO-16.RR",
        Isolation,
        L2,
        ITX,
        [RAW, Need::Oracle, Need::Interactive, Need::Isolation(IsolationLevel::RepeatableRead)],
        ["A-51", "C-2"],
        "a transaction at REPEATABLE READ counts the same rows each time while others insert",
        repeatable_read
    )
    .within_seconds(30),
    case!(
        "ISO-16.SER",
        Isolation,
        L2,
        ITX,
        [RAW, Need::Oracle, Need::Interactive, Need::Isolation(IsolationLevel::Serializable)],
        ["A-51", "C-2"],
        "a transaction at SERIALIZABLE counts the same rows each time while others insert",
        serializable
    )
    .within_seconds(30),
];

async fn repeatable_read(cx: Context) -> Outcome {
    counts(&cx, IsolationLevel::RepeatableRead).await
}

async fn serializable(cx: Context) -> Outcome {
    counts(&cx, IsolationLevel::Serializable).await
}

const READERS: usize = 3;
const WRITERS: i32 = 3;
const ROWS: i32 = 20;

async fn counts(cx: &Context, level: IsolationLevel) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key, v {int8} not null)"]).await?;
    let adapter = cx.adapter().await?;
    let readers = join_all((0..READERS).map(|_| reader(cx, &adapter, level)));
    let writers = join_all((0..WRITERS).map(|number| writer(cx, &adapter, number)));
    let (read, written) = join(readers, writers).await;
    for outcome in read {
        outcome?;
    }
    let mut rows = 0;
    for outcome in written {
        rows += outcome?;
    }
    ensure_eq!(cx.oracle_count("t").await?, rows, "rows in the end");
    ensure!(rows > 0, "nothing was written");
    let mut last = begin(cx, &adapter, level).await?;
    ensure_eq!(count(cx, &mut last).await?, i64::try_from(rows).ok(), "rows that a later transaction counts");
    last.commit().await?;
    Ok(())
}

async fn begin(
    cx: &Context,
    adapter: &SharedAdapter,
    level: IsolationLevel,
) -> Result<Box<dyn Transaction>, Error> {
    let mut options = TransactionOptions::new().isolation(level);
    // So that it does not keep writers out, where it can be said.
    options.read_only = cx.capabilities().read_only_transactions();
    adapter.begin(options).await
}

/// `None` where the database refuses to go on, which is no wrong count.
async fn count(cx: &Context, tx: &mut Box<dyn Transaction>) -> Outcome<Option<i64>> {
    match run(cx, tx, "select count(*) from {t:t}").await {
        Ok(result) => Ok(Some(result.rows.get(0, 0)?)),
        Err(error) if error.kind() == ErrorKind::SerializationFailure => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn reader(cx: &Context, adapter: &SharedAdapter, level: IsolationLevel) -> Outcome {
    for round in 0..4 {
        let mut tx = begin(cx, adapter, level).await?;
        let Some(first) = count(cx, &mut tx).await? else { continue };
        for _ in 0..4 {
            if let Some(next) = count(cx, &mut tx).await? {
                ensure_eq!(next, first, "rows counted again in round {round}");
            }
        }
        let sums = tx.batch(Batch::new(vec![cx.raw("select count(v) from {t:t}", vec![])])).await?;
        ensure_eq!(sums[0].rows.get::<i64>(0, 0)?, first, "rows counted in a batch in round {round}");
        tx.rollback().await?;
    }
    Ok(())
}

/// How many rows it wrote.
async fn writer(cx: &Context, adapter: &SharedAdapter, number: i32) -> Outcome<u64> {
    let mut rows = 0;
    for row in 0..ROWS {
        let insert = cx.raw("insert into {t:t} values ({1}, 0)", vec![Value::Int32(number * ROWS + row)]);
        match adapter.query(insert).await {
            Ok(_) => rows += 1,
            // Where readers hold up writers.
            Err(error) if error.kind() == ErrorKind::LockTimeout => {}
            Err(error) => return Err(Stop::from(error).within("an insert")),
        }
    }
    Ok(rows)
}
