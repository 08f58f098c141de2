//! How the connections of a pool are made: their settings, passwords, number at the server, prepared statements.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use drivetrain_adapter_api::{Dialect, ErrorKind, Prepare, Query, Value};
use futures_util::future::join_all;

use super::helpers::{pool_of, session_ids, use_all};
use crate::case::{Case, Need, P, T, W, case};
use crate::cases::helpers::slow;
use crate::harness::PasswordSource;
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Stop, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "POOL-20",
        Pool,
        L2,
        P.or(W).or(T),
        [Need::Admin],
        ["A-3"],
        "every connection has the settings of the configuration",
        settings
    ),
    case!(
        "POOL-23",
        Pool,
        L2,
        P.or(W),
        [Need::Oracle, Need::Admin],
        ["A-6", "A-7"],
        "a password that changes is asked for anew for each connection",
        rotation
    ),
    case!(
        "POOL-24",
        Pool,
        L2,
        P.or(W),
        [Need::Oracle, Need::Admin],
        ["A-5", "A-6"],
        "a server that takes no more connections is `TooManyConnections`, and the pool goes on with those it has",
        too_many
    ),
    case!(
        "POOL-29",
        Pool,
        L2,
        P.or(W),
        [],
        ["A-6"],
        "a connection keeps no more prepared statements than it may",
        prepared_statements
    ),
];

async fn settings(cx: Context) -> Outcome {
    let (name, value, show) = match cx.dialect() {
        Dialect::MySql => ("sort_buffer_size", "65536", "select cast(@@sort_buffer_size as char)"),
        _ => ("work_mem", "4321kB", "show work_mem"),
    };
    let mut setup = pool_of(&cx, 3);
    setup.settings.push((name.to_owned(), value.to_owned()));
    let adapter = cx.adapter_with(setup).await?;
    for round in 0..2 {
        use_all(&cx, &adapter, 3).await?;
        let answers = join_all((0..6).map(|_| adapter.query(Query::raw(show, vec![])))).await;
        for answer in answers {
            ensure_eq!(answer?.rows.get::<&str>(0, 0)?, value, "the setting, round {round}");
        }
        // New connections have it too.
        for id in session_ids(&cx).await? {
            cx.admin()?.kill(id).await?;
        }
    }
    Ok(())
}

/// Makes a role that may log in and do what everybody may. It has the name of the case's sessions.
async fn make_role(cx: &Context, options: &str) -> Outcome {
    cx.oracle_rows(&format!("create role \"{}\" login {options}", cx.marker())).await.map(drop)
}

/// Removes it again, whatever came of the case.
async fn drop_role(cx: &Context, outcome: Outcome) -> Outcome {
    outcome.and(cx.oracle_rows(&format!("drop role \"{}\"", cx.marker())).await.map(drop))
}

async fn rotation(cx: Context) -> Outcome {
    make_role(&cx, "password 'conformance-first'").await?;
    let outcome = rotate(&cx).await;
    drop_role(&cx, outcome).await
}

async fn rotate(cx: &Context) -> Outcome {
    let password = Arc::new(Mutex::new("conformance-first"));
    let source = Arc::clone(&password);
    let change_to = |new| *password.lock().unwrap_or_else(PoisonError::into_inner) = new;
    let mut setup = pool_of(cx, 2);
    setup.user = Some(cx.marker().to_owned());
    setup.password_source = Some(PasswordSource::new(move || {
        (*source.lock().unwrap_or_else(PoisonError::into_inner)).to_owned()
    }));
    let adapter = cx.adapter_with(setup).await?;
    cx.check_usable(&adapter).await?;
    let change = format!("alter role \"{}\" password 'conformance-second'", cx.marker());
    cx.oracle_rows(&change).await?;
    // The connection there is goes on; a new one needs the new password.
    cx.check_usable(&adapter).await?;
    for id in session_ids(cx).await? {
        cx.admin()?.kill(id).await?;
    }
    let refused = cx.check_usable_as_result(&adapter).await;
    let refused = must_fail(refused, &[ErrorKind::AuthenticationFailed], "with the old password")?;
    let said = format!("{refused} {refused:?}");
    ensure!(!said.contains("conformance-first"), "the error shows the password");
    change_to("conformance-second");
    cx.eventually(Duration::from_secs(5), "the new password is used", || async {
        Ok(cx.check_usable_as_result(&adapter).await.is_ok())
    })
    .await?;
    Ok(adapter.close().await?)
}

async fn too_many(cx: Context) -> Outcome {
    make_role(&cx, "password 'conformance-only' connection limit 2").await?;
    let outcome = at_the_limit(&cx).await;
    drop_role(&cx, outcome).await
}

async fn at_the_limit(cx: &Context) -> Outcome {
    let setup = || {
        let mut setup = pool_of(cx, 5);
        setup.user = Some(cx.marker().to_owned());
        setup.password = Some("conformance-only".to_owned());
        setup
    };
    let adapter = cx.adapter_with(setup()).await?;
    let calls = join_all((0..8).map(|_| adapter.query(slow(cx, 30))));
    let mut answered = 0;
    for answer in cx.within(Duration::from_secs(8), "eight calls", calls).await? {
        match answer {
            Ok(_) => answered += 1,
            Err(error) => drop(must_fail(Err::<(), _>(error), &[ErrorKind::TooManyConnections], "a call")?),
        }
    }
    ensure!(answered >= 2, "{answered} calls were answered");
    ensure!(cx.sessions().await?.len() <= 2, "more sessions than the server allows");
    cx.check_usable(&adapter).await?;
    // Both places are taken: another adapter gets none.
    let held = join_all((0..2).map(|_| super::helpers::holder(cx, &adapter))).await;
    let held = held.into_iter().collect::<Outcome<Vec<_>>>().within("two at once")?;
    let made = cx.try_reaching(setup()).await?;
    must_fail(made, &[ErrorKind::TooManyConnections], "one more connection")?;
    drop(held);
    // Until they have been cleaned there is no place for anybody.
    cx.eventually(Duration::from_secs(5), "one of the two can be used again", || async {
        Ok(cx.check_usable_as_result(&adapter).await.is_ok())
    })
    .await?;
    Ok(adapter.close().await?)
}

async fn prepared_statements(cx: Context) -> Outcome {
    let mut setup = pool_of(&cx, 1);
    setup.statement_cache = Some(8);
    let adapter = cx.adapter_with(setup).await?;
    let kept = || async {
        // What was put out is closed with the next flight, ahead of this, which is not kept itself.
        let count = Query::raw("select count(*) from pg_prepared_statements", vec![]);
        let count = count.with_prepare(Prepare::Never);
        Ok::<i64, Stop>(adapter.query(count).await?.rows.get(0, 0)?)
    };
    for number in 0..60 {
        let sql = format!("select {{1}}::int8 + {number}");
        let answer = adapter.query(cx.raw(&sql, vec![Value::Int64(1)])).await?;
        ensure_eq!(answer.rows.get::<i64>(0, 0)?, 1 + number, "the answer of statement {number}");
        if number % 10 == 9 {
            let kept = kept().await?;
            ensure!((1..=8).contains(&kept), "{kept} prepared statements after {} statements", number + 1);
        }
    }
    // One that was put out is prepared again.
    let again = adapter.query(cx.raw("select {1}::int8 + 0", vec![Value::Int64(1)])).await?;
    ensure_eq!(again.rows.get::<i64>(0, 0)?, 1, "the first statement again");
    Ok(())
}
