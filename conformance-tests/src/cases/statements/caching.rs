//! Statements are prepared once, kept within bounds, and given up.

use drivetrain_adapter_api::{Batch, Capability, Prepare, Value};

use super::seen::{expect, prepared};
use crate::case::{ALL, Case, Need, P, W, case};
use crate::cases::helpers::{column, only};
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome, Within as _};

const SESSIONS: Need = Need::Capability(Capability::Sessions);

pub(super) const CASES: &[Case] = &[
    case!(
        "STMT-01",
        Statements,
        L2,
        P.or(W),
        [SESSIONS],
        ["A-21"],
        "a statement that is run again and again is prepared once",
        once
    ),
    case!(
        "STMT-02",
        Statements,
        L2,
        P.or(W),
        [Need::Faults],
        ["A-21"],
        "a statement that is known takes one round trip",
        one_round_trip
    ),
    case!(
        "STMT-03",
        Statements,
        L2,
        P.or(W),
        [SESSIONS],
        ["A-21"],
        "the statement used longest ago leaves the cache, and is closed at the server",
        eviction
    ),
    case!(
        "STMT-03.SMALL",
        Statements,
        L2,
        ALL,
        [],
        ["A-21", "A-9"],
        "caches of every size give the same answers",
        any_size
    ),
    case!(
        "STMT-12",
        Statements,
        L2,
        P.or(W),
        [SESSIONS],
        ["A-21"],
        "a statement that is run once on purpose is not kept, and gives the same rows",
        unnamed
    ),
];

async fn once(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let mut session = adapter.session().await?;
    for number in 0..8 {
        let query = cx.raw("select {1}::int4 + 1 as once", vec![Value::Int32(number)]);
        ensure_eq!(only::<i32>(&session.query(query).await?.rows)?, number + 1, "the sum");
    }
    let found = prepared(&cx, &mut session, "as once").await?;
    ensure_eq!(found.len(), 1, "prepared statements: {found:?}");
    // A statement is run without a cache until it is known to be worth one: not all runs are of the prepared one.
    ensure!(found[0].1.is_none_or(|runs| (4..=8).contains(&runs)), "it was run {:?} times of 8", found[0].1);
    // The same in a transaction and a batch, on the same connection.
    let more =
        (0..4).map(|number| cx.raw("select {1}::int4 + 1 as once", vec![Value::Int32(number)])).collect();
    for result in session.batch(Batch::new(more)).await? {
        ensure_eq!(result.rows.len(), 1, "rows in the batch");
    }
    expect(&cx, &mut session, "as once", 1, "after a batch").await?;
    session.close().await?;
    cx.check_usable(&adapter).await
}

async fn one_round_trip(cx: Context) -> Outcome {
    let proxy = cx.proxy().await?;
    let mut setup = cx.setup();
    setup.through = Some(proxy.address());
    setup.pool_max = Some(1);
    let adapter = cx.adapter_with(setup).await?;
    let query = |number| cx.raw("select {1}::int4 + 1", vec![Value::Int32(number)]);
    for number in 0..6 {
        adapter.query(query(number)).await?;
    }
    for number in 0..6 {
        let before = proxy.traffic();
        ensure_eq!(only::<i32>(&adapter.query(query(number)).await?.rows)?, number + 1, "the sum");
        let after = proxy.traffic();
        ensure_eq!(after.turns - before.turns, 1, "round trips of a known statement");
        ensure_eq!(after.connections, before.connections, "connections");
    }
    Ok(())
}

async fn eviction(cx: Context) -> Outcome {
    let mut setup = cx.setup();
    setup.statement_cache = Some(4);
    let adapter = cx.adapter_with(setup).await?;
    let mut session = adapter.session().await?;
    let text = |number: usize| format!("select {number} as evicted, {{1}}::int4 as value");
    for round in 0..2 {
        for number in 0..12 {
            for again in 0..3 {
                let query = cx.raw(&text(number), vec![Value::Int32(again)]);
                let rows =
                    session.query(query).await.within(format!("statement {number}, round {round}"))?.rows;
                ensure_eq!(
                    (rows.get::<i64>(0, 0)?, rows.get::<i32>(0, 1)?),
                    (number as i64, again),
                    "the row"
                );
            }
        }
        let found = prepared(&cx, &mut session, "as evicted").await?;
        ensure!((1..=4).contains(&found.len()), "{} statements are kept: {found:?}", found.len());
        let last = cx.sql(&text(11));
        ensure!(found.iter().any(|(text, _)| *text == last), "the last statement is not kept: {found:?}");
        let first = cx.sql(&text(0));
        ensure!(found.iter().all(|(text, _)| *text != first), "the first statement is kept: {found:?}");
    }
    // One that is used in between stays.
    for number in 20..30 {
        session.query(cx.raw(&text(12), vec![Value::Int32(0)])).await?;
        session.query(cx.raw(&text(number), vec![Value::Int32(0)])).await?;
    }
    let found = prepared(&cx, &mut session, "as evicted").await?;
    let used = cx.sql(&text(12));
    ensure!(found.iter().any(|(text, _)| *text == used), "the statement in use is not kept: {found:?}");
    let runs = found.iter().find(|(text, _)| *text == used).and_then(|(_, runs)| *runs);
    ensure!(runs.is_none_or(|runs| runs >= 6), "the statement in use was prepared anew: {runs:?} runs of 10");
    session.close().await?;
    cx.check_usable(&adapter).await
}

async fn any_size(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key, v {int4})"]).await?;
    let rows: Vec<_> = (1..=9).map(|id| format!("({id}, {})", id * 10)).collect();
    cx.prepare(&[&format!("insert into {{t:t}} values {}", rows.join(", "))]).await?;
    for size in [0, 1, 2, 100] {
        let mut setup = cx.setup();
        setup.statement_cache = Some(size);
        setup.pool_max = Some(2);
        let adapter = cx.adapter_with(setup).await?;
        for round in 0..3 {
            for id in 1..=9_i32 {
                // Statements that differ, and one that does not.
                let what = format!("a cache of {size}, round {round}, row {id}");
                let own =
                    cx.raw(&format!("select v + {id} from {{t:t}} where id = {{1}}"), vec![Value::Int32(id)]);
                let own = adapter.query(own).await.within(&what)?;
                ensure_eq!(column::<i32>(&own.rows, 0)?, [id * 11], "{what}: its own statement");
                let same = cx.raw("select v from {t:t} where id = {1}", vec![Value::Int32(id)]);
                let same = adapter.query(same).await.within(&what)?;
                ensure_eq!(column::<i32>(&same.rows, 0)?, [id * 10], "{what}: the common statement");
            }
        }
        adapter.close().await?;
    }
    Ok(())
}

async fn unnamed(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let mut session = adapter.session().await?;
    let query = |number| cx.raw("select {1}::int4 as unnamed", vec![Value::Int32(number)]);
    for number in 0..6 {
        let rows = session.query(query(number).with_prepare(Prepare::Never)).await?.rows;
        ensure_eq!(only::<i32>(&rows)?, number, "the number");
    }
    expect(&cx, &mut session, "as unnamed", 0, "after runs that are not to be kept").await?;
    for number in 0..6 {
        let prepare = if number % 2 == 0 { Prepare::Auto } else { Prepare::Never };
        let rows = session.query(query(number).with_prepare(prepare)).await?.rows;
        ensure_eq!(only::<i32>(&rows)?, number, "the number, by turns");
    }
    let found = prepared(&cx, &mut session, "as unnamed").await?;
    ensure!(found.len() <= 1, "more than one is kept: {found:?}");
    session.close().await?;
    cx.check_usable(&adapter).await
}
