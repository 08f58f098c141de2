//! One bit of an answer is wrong.

use std::time::Duration;

use drivetrain_adapter_api::{Access, Error, QueryResult};

use super::bench::{Bench, PATIENCE};
use super::exchange::{Exchange, TABLE, left};
use crate::case::{Case, Need, P, T, W, case};
use crate::faults::{Plan, Stage};
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome, Sweep, Within as _};

/// How long an answer may be waited for whose length is wrong. Over WebSocket a connection is made in more steps.
fn limit(cx: &Context) -> Duration {
    Duration::from_millis(if cx.place() == W { 250 } else { 120 })
}

pub(super) const CASES: &[Case] = &[
    case!(
        "FLT-27",
        Faults,
        R,
        P.or(W).or(T),
        [Need::PlainFaults],
        ["A-21", "A-6"],
        "a wrong bit in rows is an error, or at most a wrong value: never other rows or columns",
        rows
    )
    .within_seconds(180),
    case!(
        "FLT-27.write",
        Faults,
        R,
        P.or(W),
        [Need::PlainFaults, Need::Oracle],
        ["A-5", "A-6"],
        "a wrong bit in the answer to a write does not make it happen twice, nor unsaid",
        write
    )
    .within_seconds(180),
    case!(
        "FLT-27.greeting",
        Faults,
        R,
        P.or(W).or(T),
        [Need::PlainFaults],
        ["A-6"],
        "a wrong bit at the beginning of a connection makes an error, or no difference",
        greeting
    )
    .within_seconds(180),
];

const ROWS: &str = "with recursive r(n) as (select 1 union all select n + 1 from r where n < 4) \
    select n, 'text', n * 1.5 from r";

/// Bits to change, by byte and mask: every byte in a full sweep, as many as `sample` otherwise.
fn bits(cx: &Context, bytes: u64, sample: usize) -> Vec<(u64, u8)> {
    let mut random = cx.random();
    let mut mask = || 1 << random.below(8);
    match cx.sweep() {
        Sweep::Full => (0..bytes).map(|byte| (byte, mask())).collect(),
        Sweep::Sampled => {
            let masks: Vec<u8> = (0..sample).map(|_| mask()).collect();
            masks.into_iter().map(|mask| (random.below(bytes.max(1)), mask)).collect()
        }
    }
}

fn flipped(flip: (u64, u8)) -> Plan {
    let to_client = Stage { flip: Some(flip), ..Stage::default() };
    Plan { to_client, ..Plan::default() }
}

async fn ask(bench: &Bench, plan: Plan) -> Outcome<Result<QueryResult, Error>> {
    let query = bench.cx.raw(ROWS, vec![]).with_access(Access::Unknown).with_timeout(Some(limit(&bench.cx)));
    bench.set(plan);
    bench.cx.within(PATIENCE, "the call", bench.adapter.query(query)).await
}

async fn rows(cx: Context) -> Outcome {
    let bench = Bench::new(&cx).await?;
    // As a connection that knows the statement is answered, and as a new one is.
    let mut errors = 0;
    for again in [true, false] {
        bench.adapter.query(cx.raw(ROWS, vec![])).await?;
        if !again {
            bench.reset().await?;
        }
        ask(&bench, Plan::default()).await??;
        let length = bench.passed().to_client;
        for flip in bits(&cx, length, 40) {
            if again {
                bench.adapter.query(cx.raw(ROWS, vec![])).await?;
            } else {
                bench.reset().await?;
            }
            let place = format!("bits {:02x} of byte {} of {length}", flip.1, flip.0);
            match ask(&bench, flipped(flip)).await.within(&place)? {
                Err(_) => errors += 1,
                Ok(result) => {
                    let shape = (result.rows.len(), result.rows.columns().len());
                    ensure_eq!(shape, (4, 3), "{place}: rows and columns");
                    for row in 0..4 {
                        for column in 0..3 {
                            // It may not be readable; it must not panic.
                            drop(result.rows.cell(row, column));
                        }
                    }
                }
            }
            mend(&bench).await.within(&place)?;
        }
    }
    ensure!(errors > 0, "no wrong bit ever made an error: nothing has been changed");
    Ok(())
}

async fn write(cx: Context) -> Outcome {
    cx.prepare(&[TABLE]).await?;
    let bench = Bench::new(&cx).await?;
    let mut id = 1;
    Exchange::Write.run_in_time(&bench, id, Plan::default(), None).await??;
    Exchange::Write.run_in_time(&bench, id, Plan::default(), None).await??;
    let length = bench.passed().to_client;
    for flip in bits(&cx, length, 30) {
        id += 1;
        let place = format!("bits {:02x} of byte {} of {length}", flip.1, flip.0);
        bench.adapter.query(cx.raw("select 1", vec![])).await?;
        let insert =
            cx.raw(&format!("insert into {{t:t}} (id) values ({id})"), vec![]).with_timeout(Some(limit(&cx)));
        bench.set(flipped(flip));
        let said = bench.adapter.query(insert);
        let said = cx.within(PATIENCE, "the call", said).await.within(&place)?;
        mend(&bench).await.within(&place)?;
        bench.settle().await?;
        let left = left(&cx, id).await?;
        let said = said.map(drop);
        match &said {
            // What a server's wrong words say of the statement itself is believed; that it can be done again is not.
            Err(error) if error.sqlstate().is_some() => ensure!(left <= 1, "{place}: {left} rows"),
            _ => Exchange::Write.judge(&said, left).within(&place)?,
        }
    }
    Ok(())
}

async fn greeting(cx: Context) -> Outcome {
    let bench = Bench::with(&cx, |setup| setup.connect_timeout = Some(limit(&cx) * 3)).await?;
    bench.reset().await?;
    bench.set(Plan::default());
    bench.check_usable().await?;
    let length = bench.passed().to_client;
    for flip in bits(&cx, length, 30) {
        let place = format!("bits {:02x} of byte {} of {length}", flip.1, flip.0);
        bench.reset().await?;
        bench.set(flipped(flip));
        let query = cx.raw("select 12345", vec![]).with_timeout(Some(limit(&cx) * 4));
        let said = bench.cx.within(PATIENCE, "the call", bench.adapter.query(query)).await.within(&place)?;
        if let Ok(result) = said {
            ensure_eq!((result.rows.len(), result.rows.columns().len()), (1, 1), "{place}: rows and columns");
        }
        mend(&bench).await.within(&place)?;
    }
    Ok(())
}

/// Checks that the adapter can be used further. Where a length is wrong it still waits for the end of an answer: that the
/// server has gone meanwhile ends this. A connection that was being made then may fail one call more.
async fn mend(bench: &Bench) -> Outcome {
    bench.heal();
    bench.reset().await?;
    let usable = || async { Ok(bench.check_usable().await.is_ok()) };
    bench.cx.eventually(PATIENCE, "the adapter can be used again", usable).await
}
