//! Networks that are slow, or deliver in small pieces, but lose nothing.

use std::time::Duration;

use super::bench::{Bench, PATIENCE};
use super::exchange::{Exchange, TABLE};
use super::operations;
use crate::case::{Case, NET, Need, P, W, case};
use crate::faults::{Plan, Stage};
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "FLT-04",
        Faults,
        R,
        NET,
        [Need::Oracle, Need::Faults],
        ["A-9", "A-21"],
        "everything goes well that comes in single bytes, both ways",
        single_bytes
    )
    .within_seconds(30),
    case!(
        "FLT-05",
        Faults,
        R,
        NET,
        [Need::Oracle, Need::Faults],
        ["A-9", "A-21"],
        "everything goes well that comes late and in pieces, at random",
        random_pieces
    )
    .within_seconds(30),
    case!(
        "FLT-06",
        Faults,
        R,
        NET,
        [Need::Oracle, Need::Faults],
        ["A-9", "A-21"],
        "everything goes well at 8 KiB a second",
        narrow
    )
    .within_seconds(30),
    case!(
        "FLT-07",
        Faults,
        R,
        P.or(W),
        [Need::Oracle, Need::Faults, Need::Interactive, Need::AtomicBatch],
        ["A-70"],
        "a slow network costs no round trip more: a statement takes two at most",
        no_more_round_trips
    ),
];

/// Both ways the same.
fn both(stage: Stage) -> Plan {
    Plan { to_server: stage.clone(), to_client: stage, ..Plan::default() }
}

async fn single_bytes(cx: Context) -> Outcome {
    cx.prepare(&[operations::TABLE]).await?;
    let bench = Bench::new(&cx).await?;
    bench.set(both(Stage { slice: Some(1), ..Stage::default() }));
    operations::run(&cx, &bench.adapter, 100).await?;
    // And from the first byte of a connection on.
    let stage = Stage { slice: Some(1), ..Stage::default() };
    bench.settle().await?;
    bench.set(both(stage));
    bench.check_usable().await?;
    ensure!(bench.passed().connections > 0, "no connection was made");
    Ok(())
}

async fn random_pieces(cx: Context) -> Outcome {
    cx.prepare(&[operations::TABLE]).await?;
    let bench = Bench::new(&cx).await?;
    let mut random = cx.random();
    for round in 0..3 {
        let mut stage = || Stage {
            slice: Some([2, 30, 1000][round]),
            latency: Duration::from_millis(3),
            jitter: Some(random.bits()),
            ..Stage::default()
        };
        bench.set(Plan { to_server: stage(), to_client: stage(), ..Plan::default() });
        let first = i64::try_from(round).unwrap_or_default() * 100;
        operations::run(&cx, &bench.adapter, first).await.within(format!("round {round}"))?;
    }
    Ok(())
}

async fn narrow(cx: Context) -> Outcome {
    cx.prepare(&[operations::TABLE]).await?;
    let bench = Bench::new(&cx).await?;
    bench.set(both(Stage { bandwidth: Some(8 << 10), ..Stage::default() }));
    operations::run(&cx, &bench.adapter, 100).await
}

/// Counted, not timed.
async fn no_more_round_trips(cx: Context) -> Outcome {
    cx.prepare(&[TABLE]).await?;
    let bench = Bench::new(&cx).await?;
    let plans = [Plan::default(), both(Stage { latency: Duration::from_millis(25), ..Stage::default() })];
    let mut counted = Vec::new();
    for plan in plans {
        bench.reconnect().await?;
        let mut turns = Vec::new();
        for exchange in [Exchange::Read, Exchange::Write, Exchange::Commit, Exchange::Batch] {
            for _ in 0..2 {
                exchange.run_in_time(&bench, 1, plan.clone(), None).await??;
                turns.push(bench.passed().turns);
            }
        }
        bench.set(plan);
        cx.within(PATIENCE, "a health check", bench.adapter.health_check()).await??;
        turns.push(bench.passed().turns);
        counted.push(turns);
    }
    ensure!(counted[0].iter().all(|turns| (1..=2).contains(turns)), "round trips: {:?}", counted[0]);
    ensure!(
        counted[0].iter().skip(1).step_by(2).all(|turns| *turns == 1),
        "the second time: {:?}",
        counted[0]
    );
    // What is known of statements by now can only make it less.
    let more = counted[0].iter().zip(&counted[1]).any(|(fast, slow)| slow > fast);
    ensure!(!more, "round trips, and on a slow network: {counted:?}");
    ensure_eq!(counted[1].len(), 9, "what was counted");
    Ok(())
}
