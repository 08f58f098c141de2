//! The connection under HTTP: cut, slow, old, kept too long; and what is never sent twice.

use std::time::Duration;

use drivetrain_adapter_api::{ErrorKind, Value};

use super::super::bench::{Bench, PATIENCE};
use super::super::exchange::{Exchange, TABLE, left};
use super::messages::{JSON, always, answer, instead, with_body};
use crate::case::{Case, HTTP, Need, case};
use crate::faults::{Cut, Plan, Stage};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(in super::super) const CASES: &[Case] = &[
    case!(
        "FLT-40",
        Faults,
        R,
        HTTP,
        [Need::Faults, Need::Oracle],
        ["A-21", "A-10"],
        "an answer that is reset after k bytes, for every k, is an error, and a write not done twice",
        cut
    )
    .within_seconds(120),
    case!(
        "FLT-40.drip",
        Faults,
        R,
        HTTP,
        [Need::Faults],
        ["A-5"],
        "an answer of a byte a second ends by the limit of the call",
        drip
    ),
    case!(
        "FLT-42",
        Faults,
        R,
        HTTP,
        [Need::PlainFaults],
        ["A-6"],
        "HTTP/1.0 and connections that are closed after each answer make no difference",
        old
    ),
    case!(
        "FLT-42.race",
        Faults,
        R,
        HTTP,
        [Need::Faults, Need::Oracle],
        ["A-10", "A-6"],
        "a kept connection that is closed as it is used does not make a write happen twice",
        race
    ),
    case!(
        "FLT-43",
        Faults,
        R,
        HTTP,
        [Need::PlainFaults, Need::Oracle],
        ["A-10"],
        "a write that was sent is not sent again",
        once
    ),
    case!(
        "FLT-46",
        Faults,
        R,
        HTTP,
        [Need::Faults],
        ["A-3"],
        "what is asked goes to the endpoint that is configured, and to nobody in between",
        straight
    ),
];

async fn cut(cx: Context) -> Outcome {
    cx.prepare(&[TABLE]).await?;
    let bench = Bench::new(&cx).await?;
    Exchange::Write.run_in_time(&bench, 0, Plan::default(), None).await??;
    let length = usize::try_from(bench.passed().to_client).unwrap_or(usize::MAX);
    let mut id = 1_000_000;
    for how in [Cut::Reset, Cut::Close] {
        for at in cx.sweep().steps(length, 20) {
            id += 1;
            let place = format!("{how:?} after byte {at} of {length}");
            let to_client = Stage { cut: Some((at as u64, how)), ..Stage::default() };
            let plan = Plan { to_client, ..Plan::default() };
            let said = Exchange::Write.run_in_time(&bench, id, plan, None).await.within(&place)?;
            bench.heal();
            bench.reset().await?;
            bench.check_usable().await.within(&place)?;
            // The server had answered: what it was asked has been done.
            let left = left(&cx, id).await?;
            Exchange::Write.judge(&said, left).within(&place)?;
            ensure!(left == 1, "{place}: {left} rows of a write that was answered");
        }
    }
    Ok(())
}

async fn drip(cx: Context) -> Outcome {
    let bench = Bench::new(&cx).await?;
    bench.check_usable().await?;
    bench.to_client(Stage { bandwidth: Some(1), ..Stage::default() });
    let query = cx.raw("select 1", vec![]).with_timeout(Some(Duration::from_millis(300)));
    let outcome = cx.within(PATIENCE, "the call", bench.adapter.query(query)).await?;
    must_fail(outcome, &[ErrorKind::Timeout], "an answer of a byte a second")?;
    bench.heal();
    bench.reset().await?;
    bench.check_usable().await
}

async fn old(cx: Context) -> Outcome {
    let bench = Bench::new(&cx).await?;
    let (stage, _) = instead(|head, body| with_body(&head.replacen("HTTP/1.1", "HTTP/1.0", 1), body));
    bench.to_client(stage);
    for _ in 0..3 {
        bench.check_usable().await.within("HTTP/1.0")?;
    }
    let (stage, _) = instead(|head, body| with_body(&format!("{head}connection: close\r\n"), body));
    bench.to_client(stage);
    for _ in 0..3 {
        bench.check_usable().await.within("closed after each")?;
    }
    Ok(())
}

async fn race(cx: Context) -> Outcome {
    cx.prepare(&[TABLE]).await?;
    let bench = Bench::new(&cx).await?;
    for id in 1..=10 {
        bench.check_usable().await?;
        // Closed as the request arrives, before the server has it.
        let to_server = Stage { cut: Some((0, Cut::Close)), ..Stage::default() };
        let mut said =
            Exchange::Write.run_in_time(&bench, id, Plan { to_server, ..Plan::default() }, None).await?;
        bench.heal();
        Exchange::Write.judge(&said, left(&cx, id).await?).within(format!("write {id}"))?;
        if said.is_err() {
            said = Exchange::Write.run_in_time(&bench, id, Plan::default(), None).await?;
            Exchange::Write.judge(&said, left(&cx, id).await?).within("the next write")?;
        }
    }
    bench.check_usable().await
}

async fn once(cx: Context) -> Outcome {
    cx.prepare(&[TABLE]).await?;
    let bench = Bench::new(&cx).await?;
    // Answered by somebody who has not passed it on, and by nobody after it was done.
    bench.reset().await?;
    bench.set(always(answer("502 Bad Gateway", &[JSON], b"{}")));
    let insert = |id| bench.cx.raw("insert into {t:t} (id) values ({1})", vec![Value::Int64(id)]);
    let said = cx.within(PATIENCE, "the call", bench.adapter.query(insert(1))).await?;
    ensure!(said.is_err(), "a write that was answered by 502 succeeded");
    ensure_eq!(bench.passed().connections, 1, "requests of a write that was answered by 502");
    bench.heal();
    let to_client = Stage { cut: Some((0, Cut::Reset)), ..Stage::default() };
    bench.set(Plan { to_client, ..Plan::default() });
    let said = cx.within(PATIENCE, "the call", bench.adapter.query(insert(2))).await?;
    ensure!(said.is_err(), "a write whose answer was lost succeeded");
    bench.heal();
    bench.check_usable().await?;
    ensure_eq!((left(&cx, 1).await?, left(&cx, 2).await?), (0, 1), "rows");
    Ok(())
}

async fn straight(cx: Context) -> Outcome {
    let bench = Bench::new(&cx).await?;
    bench.reset().await?;
    bench.heal();
    bench.check_usable().await?;
    ensure!(bench.passed().to_server > 0, "the request did not come to the endpoint that was named");
    Ok(())
}
