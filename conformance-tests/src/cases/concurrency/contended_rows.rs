//! Many who write the same row.

use drivetrain_adapter_api::{Capability, Dialect, ErrorKind, Value};
use futures_util::future::join_all;

use crate::case::{ALL, Case, Need, case};
use crate::cases::transactions::support::{ITX, RAW, begin, run, stored, table, value};
use crate::outcome::ensure_eq;
use crate::suite::Sweep;
use crate::{Context, Outcome, Stop, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "CONC-04",
        Concurrency,
        L2,
        ITX,
        [RAW, Need::Oracle, Need::Interactive],
        ["A-51", "C-2"],
        "transactions that write one row come one after the other, and no write is lost",
        one_after_the_other
    ),
    case!(
        "CONC-06",
        Concurrency,
        L2,
        ALL,
        [RAW, Need::Oracle],
        ["A-5", "A-6"],
        "of a hundred inserts of one key at once exactly one works, the others are UniqueViolation",
        one_of_a_hundred
    )
    .within_seconds(20),
    case!(
        "CONC-07",
        Concurrency,
        L2,
        ALL,
        [RAW, Need::Oracle, Need::Capability(Capability::Upsert)],
        ["A-2", "A-10"],
        "of fifty upserts of one key at once none is lost, and there is one row",
        upserts
    ),
    case!(
        "CONC-08",
        Concurrency,
        L2,
        ALL,
        [RAW, Need::Oracle],
        ["A-10", "A-23"],
        "eight workers count up one row by statements of their own, and every step counts",
        counter
    )
    .within_seconds(120),
];

async fn one_after_the_other(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = cx.adapter().await?;
    let writer = async |_: u8| -> Outcome {
        let mut tx = begin(&adapter).await?;
        run(&cx, &mut tx, "update {t:t} set v = v + 1 where id = 1").await?;
        let mine = value(&cx, &mut tx, 1).await?;
        // Nobody else gets in between.
        run(&cx, &mut tx, "update {t:t} set v = v + 1 where id = 2").await?;
        let other = value(&cx, &mut tx, 2).await?;
        ensure_eq!(mine.map(|value| value + 10), other, "the second row, beside the first");
        ensure_eq!(value(&cx, &mut tx, 1).await?, mine, "the row that it wrote");
        Ok(tx.commit().await?)
    };
    for outcome in join_all((0..8).map(writer)).await {
        outcome?;
    }
    ensure_eq!(stored(&cx).await?, [(1, 18), (2, 28)], "rows in the end");
    cx.check_usable(&adapter).await
}

async fn one_of_a_hundred(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = cx.adapter().await?;
    let insert =
        |number: i64| adapter.query(cx.raw("insert into {t:t} values (7, {1})", vec![Value::Int64(number)]));
    let mut winner = None;
    let mut losers = 0;
    for (number, outcome) in (0..).zip(join_all((0..100).map(insert)).await) {
        match outcome {
            Ok(result) => {
                ensure_eq!(result.affected, Some(1), "rows affected by insert {number}");
                ensure_eq!(winner.replace(number), None, "an insert that worked before insert {number}");
            }
            Err(error) if error.kind() == ErrorKind::UniqueViolation => losers += 1,
            Err(error) => return Err(Stop::from(error).within(format_args!("insert {number}"))),
        }
    }
    let winner = winner.ok_or_else(|| Stop::fail("no insert worked"))?;
    ensure_eq!(losers, 99, "inserts that were UniqueViolation");
    ensure_eq!(stored(&cx).await?, [(1, 10), (2, 20), (7, winner)], "rows in the end");
    cx.check_usable(&adapter).await
}

async fn upserts(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key, v {int8} not null)"]).await?;
    let adapter = cx.adapter().await?;
    let sql = match cx.dialect() {
        Dialect::MySql => "insert into {t:t} values (1, 1) on duplicate key update v = v + 1",
        _ => "insert into {t:t} as old values (1, 1) on conflict (id) do update set v = old.v + 1",
    };
    for outcome in join_all((0..50).map(|_| adapter.query(cx.raw(sql, vec![])))).await {
        outcome.within("an upsert")?;
    }
    ensure_eq!(stored(&cx).await?, [(1, 50)], "rows in the end");
    cx.check_usable(&adapter).await
}

async fn counter(cx: Context) -> Outcome {
    table(&cx).await?;
    let adapter = cx.adapter().await?;
    let rounds = if cx.sweep() == Sweep::Full { 1000 } else { 50 };
    let worker = async |_: u8| -> Outcome {
        for _ in 0..rounds {
            let step = cx.raw("update {t:t} set v = v + 1 where id = 1", vec![]);
            ensure_eq!(adapter.query(step).await?.affected, Some(1), "rows affected by a step");
        }
        Ok(())
    };
    for outcome in join_all((0..8).map(worker)).await {
        outcome?;
    }
    ensure_eq!(stored(&cx).await?, [(1, 10 + 8 * rounds), (2, 20)], "rows in the end");
    cx.check_usable(&adapter).await
}
