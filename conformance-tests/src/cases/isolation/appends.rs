//! Transactions that append to lists and read them under load, judged by what they saw.

use drivetrain_adapter_api::{
    Dialect, Error, IsolationLevel, Rows, SharedAdapter, TransactionOptions, Value,
};
use futures_util::future::join_all;

use super::bank::again;
use super::history::{Act, History, Past};
use crate::case::{Case, Need, case};
use crate::cases::transactions::support::{ITX, RAW};
use crate::outcome::ensure;
use crate::suite::Sweep;
use crate::{Context, Outcome, Random, Stop};

pub(super) const CASES: &[Case] = &[
    case!(
        "ISO-15.RC",
        Isolation,
        L2,
        ITX,
        [RAW, Need::Oracle, Need::Interactive, Need::Isolation(IsolationLevel::ReadCommitted)],
        ["A-51", "C-2"],
        "lists appended to at READ COMMITTED under load show no aborted, intermediate or circular read",
        read_committed
    )
    .within_seconds(60),
    case!(
        "ISO-15.SER",
        Isolation,
        L2,
        ITX,
        [RAW, Need::Oracle, Need::Interactive, Need::Isolation(IsolationLevel::Serializable)],
        ["A-51", "C-2"],
        "what was committed at SERIALIZABLE under load fits in a serial order",
        serializable
    )
    .within_seconds(60),
];

const LISTS: u64 = 4;
const WORKERS: u64 = 6;

async fn read_committed(cx: Context) -> Outcome {
    appends(&cx, IsolationLevel::ReadCommitted).await
}

async fn serializable(cx: Context) -> Outcome {
    appends(&cx, IsolationLevel::Serializable).await
}

async fn appends(cx: &Context, level: IsolationLevel) -> Outcome {
    cx.prepare(&[
        "create table {t:t} (id {int4} primary key, v {text} not null)",
        "insert into {t:t} values (0, ''), (1, ''), (2, ''), (3, '')",
    ])
    .await?;
    let adapter = cx.adapter().await?;
    let rounds = if cx.sweep() == Sweep::Full { 60 } else { 12 };
    let workers = (0..WORKERS).map(|number| worker(cx, &adapter, level, number, rounds));
    let mut history = History::default();
    for outcome in join_all(workers).await {
        history.past.extend(outcome?);
    }
    for row in cx.oracle_rows("select id, v from {t:t}").await? {
        let [Some(id), Some(text)] = &*row else { return Err(Stop::fail("the oracle's lists have NULLs")) };
        let id = id.parse().map_err(|_| Stop::fail(format!("the oracle's list {id} has no number")))?;
        history.left.insert(id, values(text)?);
    }
    let committed = history.past.iter().filter(|past| past.committed).count();
    ensure!(committed > 0, "none of {} transactions was committed", history.past.len());
    let serializable = level == IsolationLevel::Serializable;
    history.check(serializable).map_err(|anomaly| {
        Stop::fail(format!("{anomaly}, among {committed} of {} transactions at {level}", history.past.len()))
    })?;
    cx.check_usable(&adapter).await
}

/// The numbers of a list, each with a comma behind it.
fn values(text: &str) -> Outcome<Vec<u64>> {
    let numbers = text.split(',').filter(|part| !part.is_empty()).map(str::parse);
    numbers.collect::<Result<_, _>>().map_err(|_| Stop::fail(format!("a list is `{text}`")))
}

async fn worker(
    cx: &Context,
    adapter: &SharedAdapter,
    level: IsolationLevel,
    number: u64,
    rounds: u64,
) -> Outcome<Vec<Past>> {
    let mut random = Random::new(cx.random().bits().wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    let mut past = Vec::new();
    let mut next = number * 1_000_000;
    for _ in 0..rounds {
        let mut acts = Vec::new();
        for _ in 0..=random.below(4) {
            let list = u32::try_from(random.below(LISTS)).unwrap_or_default();
            next += 1;
            acts.push(if random.below(2) == 0 { Act::Append(list, next) } else { Act::Read(list, vec![]) });
        }
        let aborts = random.below(8) == 0;
        let (mut done, mut committed) = (Vec::new(), false);
        match transaction(cx, adapter, level, acts, aborts, &mut done).await? {
            Ok(()) => committed = !aborts,
            Err(error) if again(&error) => {}
            Err(error) => return Err(error.into()),
        }
        past.push(Past { committed, acts: done });
    }
    Ok(past)
}

/// Does the acts in a transaction, and notes those that were begun.
async fn transaction(
    cx: &Context,
    adapter: &SharedAdapter,
    level: IsolationLevel,
    acts: Vec<Act>,
    aborts: bool,
    done: &mut Vec<Act>,
) -> Outcome<Result<(), Error>> {
    let append = match cx.dialect() {
        Dialect::MySql => "update {t:t} set v = concat(v, {1}) where id = {2}",
        _ => "update {t:t} set v = v || {1} where id = {2}",
    };
    let mut tx = match adapter.begin(TransactionOptions::new().isolation(level)).await {
        Ok(tx) => tx,
        Err(error) => return Ok(Err(error)),
    };
    for act in acts {
        match act {
            Act::Append(list, value) => {
                let params = vec![Value::Text(format!("{value},")), id(list)];
                done.push(Act::Append(list, value));
                if let Err(error) = tx.query(cx.raw(append, params)).await {
                    return Ok(Err(error));
                }
            }
            Act::Read(list, _) => {
                match tx.query(cx.raw("select v from {t:t} where id = {1}", vec![id(list)])).await {
                    Ok(result) => done.push(Act::Read(list, seen(&result.rows)?)),
                    Err(error) => return Ok(Err(error)),
                }
            }
        }
    }
    Ok(if aborts { tx.rollback().await } else { tx.commit().await })
}

fn id(list: u32) -> Value {
    Value::Int32(i32::try_from(list).unwrap_or_default())
}

fn seen(rows: &Rows) -> Outcome<Vec<u64>> {
    values(&rows.get::<String>(0, 0)?)
}
