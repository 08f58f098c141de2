//! Transfers between accounts under load: the sum stays what it was, whoever looks.

use drivetrain_adapter_api::{
    Error, ErrorKind, IsolationLevel, RetryClass, SharedAdapter, Transaction, TransactionOptions, Value,
};
use futures_util::future::join_all;

use crate::case::{Case, Need, case};
use crate::cases::transactions::support::{ITX, RAW};
use crate::outcome::{ensure, ensure_eq};
use crate::suite::Sweep;
use crate::{Context, Outcome, Random, Stop};

pub(super) const CASES: &[Case] = &[case!(
    "ISO-14",
    Isolation,
    L2,
    ITX,
    [RAW, Need::Oracle, Need::Interactive, Need::Isolation(IsolationLevel::Serializable)],
    ["A-51", "C-2", "A-5"],
    "eight workers move money between accounts at SERIALIZABLE: no sum that is read is wrong, none is lost",
    bank
)
.within_seconds(60)];

const WORKERS: u64 = 8;
const ACCOUNTS: u64 = 12;
const EACH: i64 = 100;
const TOTAL: i64 = 1200;
/// Attempts of one transfer.
const MOST: u32 = 200;

async fn bank(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key, v {int8} not null)"]).await?;
    let rows: Vec<_> = (0..ACCOUNTS).map(|id| format!("({id}, {EACH})")).collect();
    cx.prepare(&[&format!("insert into {{t:t}} values {}", rows.join(", "))]).await?;
    let adapter = cx.adapter().await?;
    let rounds = if cx.sweep() == Sweep::Full { 100 } else { 12 };
    let workers = (0..WORKERS).map(|number| worker(&cx, &adapter, number, rounds));
    let mut done = 0;
    for outcome in join_all(workers).await {
        done += outcome?;
    }
    ensure_eq!(done, WORKERS * rounds, "transfers and audits that were committed");
    let sum = cx.oracle_cell("select sum(v) from {t:t}").await?;
    let sum = sum.and_then(|text| text.parse::<f64>().ok());
    ensure_eq!(sum, Some(1200.0), "the sum in the end");
    let overdrawn = cx.oracle_cell("select count(*) from {t:t} where v < 0").await?;
    ensure_eq!(overdrawn.as_deref(), Some("0"), "accounts below zero");
    cx.check_usable(&adapter).await
}

/// Whether the whole transaction is worth being run again.
pub(super) fn again(error: &Error) -> bool {
    matches!(error.retry(), RetryClass::SafeNow | RetryClass::RetryTransaction)
}

async fn worker(cx: &Context, adapter: &SharedAdapter, number: u64, rounds: u64) -> Outcome<u64> {
    let mut random = Random::new(cx.random().bits().wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    let mut done = 0;
    for round in 0..rounds {
        let (from, to) = (random.below(ACCOUNTS), random.below(ACCOUNTS));
        let amount = i64::try_from(random.below(60)).unwrap_or_default();
        let audits = round % 4 == 3;
        let mut attempts = 0;
        loop {
            attempts += 1;
            let outcome =
                if audits { audit(cx, adapter).await } else { transfer(cx, adapter, from, to, amount).await };
            match outcome {
                Ok(sum) => {
                    ensure!(sum.is_none_or(|sum| sum == TOTAL), "an audit that was committed read {sum:?}");
                    done += 1;
                    break;
                }
                Err(error) if again(&error) && attempts < MOST => {
                    ensure!(
                        matches!(
                            error.kind(),
                            ErrorKind::SerializationFailure | ErrorKind::Deadlock | ErrorKind::LockTimeout
                        ),
                        "a transfer failed with {:?} ({error})",
                        error.kind()
                    );
                }
                Err(error) => return Err(Stop::from(error).within(format_args!("attempt {attempts}"))),
            }
        }
    }
    Ok(done)
}

async fn begin(adapter: &SharedAdapter) -> Result<Box<dyn Transaction>, Error> {
    adapter.begin(TransactionOptions::new().isolation(IsolationLevel::Serializable)).await
}

async fn transfer(
    cx: &Context,
    adapter: &SharedAdapter,
    from: u64,
    to: u64,
    amount: i64,
) -> Result<Option<i64>, Error> {
    let account = |id: u64| Value::Int32(i32::try_from(id).unwrap_or_default());
    let mut tx = begin(adapter).await?;
    let read = |id| cx.raw("select v from {t:t} where id = {1}", vec![account(id)]);
    let write = |id, value| {
        let set = "update {t:t} set v = {1} where id = {2}";
        cx.raw(set, vec![Value::Int64(value), account(id)])
    };
    let balance: i64 = tx.query(read(from)).await?.rows.get(0, 0)?;
    let other: i64 = tx.query(read(to)).await?.rows.get(0, 0)?;
    if from == to || balance < amount {
        return tx.rollback().await.map(|()| None);
    }
    tx.query(write(from, balance - amount)).await?;
    tx.query(write(to, other + amount)).await?;
    tx.commit().await.map(|()| None)
}

/// Reads the accounts one by one, so that anything but one state of all of them shows.
async fn audit(cx: &Context, adapter: &SharedAdapter) -> Result<Option<i64>, Error> {
    let mut tx = begin(adapter).await?;
    let mut sum = 0;
    for id in 0..ACCOUNTS {
        let id = Value::Int32(i32::try_from(id).unwrap_or_default());
        sum +=
            tx.query(cx.raw("select v from {t:t} where id = {1}", vec![id])).await?.rows.get::<i64>(0, 0)?;
    }
    tx.commit().await?;
    Ok(Some(sum))
}
