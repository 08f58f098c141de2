//! Connections that break, servers that are away, and a pool that gets over it.

use std::time::Duration;

use drivetrain_adapter_api::{Capability, ErrorKind, Query};
use futures_util::future::join_all;

use super::helpers::{SOON, holder, pool_of, session_ids, sessions_become, use_all};
use crate::case::{Case, Need, P, T, W, case};
use crate::faults::{Accept, Plan};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "POOL-05",
        Pool,
        L2,
        P.or(W).or(T),
        [Need::Admin],
        ["A-6"],
        "after an error of a statement the same connection is used again",
        kept_after_errors
    ),
    case!(
        "POOL-06",
        Pool,
        L2,
        P.or(W).or(T),
        [Need::Admin, Need::Interactive],
        ["A-6"],
        "a connection that breaks in use is an error of its call, and is replaced",
        broken_in_use
    ),
    case!(
        "POOL-10",
        Pool,
        L2,
        P.or(W).or(T),
        [Need::Admin],
        ["A-6", "A-10"],
        "a connection that the server ended while nobody used it is replaced unnoticed",
        broken_while_idle
    ),
    case!(
        "POOL-11",
        Pool,
        L2,
        P.or(W).or(T),
        [Need::Admin, Need::Interactive],
        ["A-6"],
        "after all sessions were ended at once only what was in use has an error",
        all_ended
    ),
    case!(
        "POOL-12",
        Pool,
        L2,
        P.or(W).or(T),
        [Need::Faults],
        ["A-5", "A-6"],
        "while the server is away calls fail; when it is back the pool works, and it did not storm meanwhile",
        away_and_back
    )
    .within_seconds(30),
    case!(
        "POOL-13",
        Pool,
        L2,
        P.or(W).or(T),
        [Need::Faults],
        ["A-5"],
        "fifty calls at a server that is away fail soon, with far fewer attempts to connect",
        no_herd
    )
    .within_seconds(30),
    case!(
        "POOL-21",
        Pool,
        L2,
        P.or(W).or(T),
        [Need::Admin, Need::Capability(Capability::Sessions)],
        ["A-55", "S-1"],
        "a connection that cannot be cleaned when it is given back is closed, and replaced",
        cannot_be_cleaned
    ),
];

/// The kinds of a connection that is gone.
const GONE: [ErrorKind; 2] = [ErrorKind::ConnectionLost, ErrorKind::ServerUnavailable];

/// The kinds of a server that is away.
const AWAY: [ErrorKind; 4] =
    [ErrorKind::Connect, ErrorKind::ConnectionLost, ErrorKind::ServerUnavailable, ErrorKind::PoolTimeout];

async fn kept_after_errors(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key)", "insert into {t:t} (id) values (1)"]).await?;
    let adapter = cx.adapter_with(pool_of(&cx, 1)).await?;
    cx.check_usable(&adapter).await?;
    let before = session_ids(&cx).await?;
    for (sql, kind) in [
        ("selct 1", ErrorKind::Syntax),
        ("select nothing from {t:t}", ErrorKind::UndefinedColumn),
        ("insert into {t:t} (id) values (1)", ErrorKind::UniqueViolation),
        ("insert into {t:t} (id) values (null)", ErrorKind::NotNullViolation),
    ] {
        must_fail(adapter.query(cx.raw(sql, vec![])).await, &[kind], sql)?;
        cx.check_usable(&adapter).await.within(sql)?;
        ensure_eq!(session_ids(&cx).await?, before, "sessions after `{sql}`");
    }
    Ok(())
}

async fn broken_in_use(cx: Context) -> Outcome {
    let adapter = cx.adapter_with(pool_of(&cx, 1)).await?;
    for round in 0..2 {
        let mut held = holder(&cx, &adapter).await?;
        let before = session_ids(&cx).await?;
        for id in &before {
            cx.admin()?.kill(*id).await?;
        }
        let answer = held.query(Query::raw("select 1", vec![])).await;
        must_fail(answer, &GONE, "the call on the connection that was ended")?;
        drop(held);
        cx.check_usable(&adapter).await.within(format_args!("round {round}"))?;
        let after = session_ids(&cx).await?;
        ensure!(after.len() == 1 && after != before, "sessions: {before:?} before, {after:?} afterwards");
    }
    Ok(())
}

async fn broken_while_idle(cx: Context) -> Outcome {
    let adapter = cx.adapter_with(pool_of(&cx, 1)).await?;
    for round in 0..3 {
        cx.check_usable(&adapter).await.within(format_args!("round {round}"))?;
        for id in session_ids(&cx).await? {
            cx.admin()?.kill(id).await?;
        }
    }
    cx.check_usable(&adapter).await
}

async fn all_ended(cx: Context) -> Outcome {
    let adapter = cx.adapter_with(pool_of(&cx, 4)).await?;
    use_all(&cx, &adapter, 4).await?;
    let mut held = holder(&cx, &adapter).await?;
    let before = session_ids(&cx).await?;
    ensure!(before.len() > 1, "there is one session only");
    for id in &before {
        cx.admin()?.kill(*id).await?;
    }
    let calls = join_all((0..8).map(|_| cx.check_usable(&adapter))).await;
    calls.into_iter().collect::<Outcome>().within("after all sessions were ended")?;
    must_fail(held.query(Query::raw("select 1", vec![])).await, &GONE, "what was in use")?;
    drop(held);
    cx.check_usable(&adapter).await?;
    let after = session_ids(&cx).await?;
    ensure!(after.iter().all(|id| !before.contains(id)), "old sessions among {after:?}");
    ensure!(after.len() <= 4, "{} sessions", after.len());
    Ok(())
}

fn away() -> Plan {
    Plan { accept: Accept::Refuse, ..Plan::default() }
}

async fn away_and_back(cx: Context) -> Outcome {
    let proxy = cx.proxy().await?;
    let mut setup = pool_of(&cx, 2);
    setup.through = Some(proxy.address());
    setup.connect_timeout = Some(Duration::from_secs(2));
    setup.pool_timeout = Some(Duration::from_secs(1));
    let adapter = cx.adapter_with(setup).await?;
    for round in 0..2 {
        use_all(&cx, &adapter, 2).await.within(format_args!("round {round}"))?;
        proxy.set(away());
        proxy.reset_all();
        let before = proxy.traffic().connections;
        for _ in 0..20 {
            let refused =
                cx.within(SOON, "a call while the server is away", cx.check_usable_as_result(&adapter));
            must_fail(refused.await?, &AWAY, "a call while the server is away")?;
            cx.sleep(Duration::from_millis(20)).await;
        }
        let attempts = proxy.traffic().connections - before;
        ensure!(attempts <= 20, "{attempts} attempts to connect for 20 calls");
        proxy.set(Plan::default());
        cx.eventually(SOON, "the pool works again", || async {
            Ok(cx.check_usable_as_result(&adapter).await.is_ok())
        })
        .await?;
    }
    // From now on nothing fails.
    let calls = join_all((0..8).map(|_| cx.check_usable(&adapter))).await;
    calls.into_iter().collect()
}

async fn no_herd(cx: Context) -> Outcome {
    let proxy = cx.proxy().await?;
    let mut setup = pool_of(&cx, 5);
    setup.through = Some(proxy.address());
    setup.connect_timeout = Some(Duration::from_secs(2));
    setup.pool_timeout = Some(Duration::from_secs(2));
    let adapter = cx.adapter_with(setup).await?;
    cx.check_usable(&adapter).await?;
    proxy.set(away());
    proxy.reset_all();
    let before = proxy.traffic().connections;
    let calls = join_all((0..50).map(|_| cx.check_usable_as_result(&adapter)));
    for answer in cx.within(SOON, "fifty calls", calls).await? {
        must_fail(answer, &AWAY, "a call while the server is away")?;
    }
    let attempts = proxy.traffic().connections - before;
    ensure!(attempts > 0 && attempts <= 20, "{attempts} attempts to connect for 50 calls");
    proxy.set(Plan::default());
    cx.eventually(SOON, "the pool works again", || async {
        Ok(cx.check_usable_as_result(&adapter).await.is_ok())
    })
    .await
}

async fn cannot_be_cleaned(cx: Context) -> Outcome {
    let adapter = cx.adapter_with(pool_of(&cx, 1)).await?;
    for drops in [true, false] {
        let mut session = adapter.session().await?;
        session.query(Query::raw("create temporary table left_behind (n int)", vec![])).await?;
        let before = session_ids(&cx).await?;
        for id in &before {
            cx.admin()?.kill(*id).await?;
        }
        if drops {
            drop(session);
        } else {
            ensure!(session.close().await.is_err(), "giving back a dead connection was a success");
        }
        cx.check_usable(&adapter).await.within("the next call")?;
        sessions_become(&cx, 1).await?;
        ensure!(session_ids(&cx).await? != before, "the connection was not replaced");
    }
    Ok(())
}
