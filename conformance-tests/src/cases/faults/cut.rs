//! The connection is reset, closed or goes silent after each byte of a short exchange, one way and the other.

use std::time::Duration;

use super::bench::Bench;
use super::exchange::{Exchange, TABLE, left};
use crate::case::{Case, Group, Level, Need, P, W};
use crate::faults::{Cut, Plan, Stage};
use crate::outcome::{ensure, must_fail};
use crate::{Context, Outcome, Within as _};

/// How long an exchange may take whose connection goes silent.
const LIMIT: Duration = Duration::from_millis(40);

/// One case: what is cut, and how.
macro_rules! sweep {
    ($id:literal, $exchange:ident, $cut:ident, [$($need:ident),*], [$($obligation:literal),*], $title:literal $(,)?) => {
        Case {
            id: $id,
            group: Group::Faults,
            level: Level::R,
            places: P.or(W),
            needs: &[Need::Oracle, Need::Faults $(, Need::$need)*],
            obligations: &["A-6", "A-10", $($obligation),*],
            title: $title,
            deadline: Duration::from_secs(180),
            run: |cx| Box::pin(sweep(cx, Exchange::$exchange, Cut::$cut)),
        }
    };
}

pub(super) const CASES: &[Case] = &[
    sweep!("FLT-01.read", Read, Reset, [], ["A-21"], "a read that is reset after k bytes, for every k"),
    sweep!("FLT-01.write", Write, Reset, [], ["A-5"], "a write that is reset after k bytes, for every k"),
    sweep!(
        "FLT-01.commit",
        Commit,
        Reset,
        [Interactive],
        ["T-20"],
        "a COMMIT that is reset after k bytes, for every k"
    ),
    sweep!(
        "FLT-01.batch",
        Batch,
        Reset,
        [AtomicBatch],
        ["A-30"],
        "an atomic batch that is reset after k bytes, for every k"
    ),
    sweep!(
        "FLT-02.read",
        Read,
        Close,
        [],
        ["A-21"],
        "a read whose connection is closed after k bytes, for every k"
    ),
    sweep!(
        "FLT-02.write",
        Write,
        Close,
        [],
        ["A-5"],
        "a write whose connection is closed after k bytes, for every k"
    ),
    sweep!(
        "FLT-02.commit",
        Commit,
        Close,
        [Interactive],
        ["T-20"],
        "a COMMIT whose connection is closed after k bytes, for every k"
    ),
    sweep!(
        "FLT-02.batch",
        Batch,
        Close,
        [AtomicBatch],
        ["A-30"],
        "an atomic batch whose connection is closed after k bytes, for every k"
    ),
    sweep!(
        "FLT-03.read",
        Read,
        Stall,
        [],
        ["A-21"],
        "a read whose connection goes silent after k bytes ends by its limit, for every k"
    ),
    sweep!(
        "FLT-03.write",
        Write,
        Stall,
        [],
        ["A-5"],
        "a write whose connection goes silent after k bytes ends by its limit, for every k"
    ),
    sweep!(
        "FLT-03.commit",
        Commit,
        Stall,
        [Interactive],
        ["T-20", "T-3"],
        "a COMMIT whose connection goes silent after k bytes ends by its limit, for every k"
    ),
    sweep!(
        "FLT-03.batch",
        Batch,
        Stall,
        [AtomicBatch],
        ["A-30"],
        "an atomic batch whose connection goes silent after k bytes ends by its limit, for every k"
    ),
];

/// Which way the bytes go that are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    ToClient,
    ToServer,
}

async fn sweep(cx: Context, exchange: Exchange, cut: Cut) -> Outcome {
    cx.prepare(&[TABLE]).await?;
    let bench = Bench::new(&cx).await?;
    // Everything is learnt but what a new connection has to be told again.
    exchange.run_in_time(&bench, 0, Plan::default(), None).await??;
    bench.reconnect().await?;
    exchange.run_in_time(&bench, 0, Plan::default(), None).await??;
    let whole = bench.passed();
    ensure!(whole.to_client > 5 && whole.to_server > 5, "an exchange of {whole:?} is none");
    bench.reconnect().await?;

    let mut id = 1_000_000;
    let mut happened_unknown = 0;
    for (way, length, sample) in [(Way::ToClient, whole.to_client, 20), (Way::ToServer, whole.to_server, 10)]
    {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        for at in cx.sweep().steps(length, sample) {
            id += 1;
            let place = format!("{exchange:?}, {cut:?} after byte {at} of {length} {way:?}");
            happened_unknown += attempt(&bench, exchange, id, way, at as u64, cut).await.within(place)?;
        }
    }
    ensure!(
        exchange == Exchange::Read || cut == Cut::Stall || happened_unknown > 0,
        "no write ever happened whose answer was lost: nothing has been cut"
    );
    Ok(())
}

/// One cut. Gives how many rows were written by an exchange that failed.
async fn attempt(bench: &Bench, exchange: Exchange, id: i64, way: Way, at: u64, cut: Cut) -> Outcome<u64> {
    let stage = Stage { cut: Some((at, cut)), ..Stage::default() };
    let plan = match way {
        Way::ToClient => Plan { to_client: stage, ..Plan::default() },
        Way::ToServer => Plan { to_server: stage, ..Plan::default() },
    };
    let limit = (cut == Cut::Stall).then_some(LIMIT);
    let said = exchange.run_in_time(bench, id, plan, limit).await?;
    bench.heal();
    if cut == Cut::Stall {
        // The connection is whole again, and may be used further: then no answer of before is left on it.
        bench.check_usable().await?;
    }
    bench.settle().await?;
    let left = left(&bench.cx, id).await?;
    exchange.judge(&said, left)?;
    bench.check_usable().await?;
    if said.is_ok() {
        return Ok(0);
    }
    must_fail(said, exchange.kinds(cut), "the call")?;
    Ok(left)
}
