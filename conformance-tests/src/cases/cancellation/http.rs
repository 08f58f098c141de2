//! Requests that are dropped where every call is one.

use std::time::Duration;

use drivetrain_adapter_api::runtime::with_timeout;
use drivetrain_adapter_api::{Capability, Dialect, TransactionOptions, Value};
use futures_util::future::join_all;

use crate::case::{Case, H, HTTP, Need, case};
use crate::outcome::{ensure, ensure_eq};
use crate::{Context, Outcome, Stop};

pub(super) const CASES: &[Case] = &[
    case!(
        "CAN-20",
        Cancellation,
        L2,
        HTTP,
        [Need::Oracle, Need::Capability(Capability::ServerCancel)],
        ["A-8"],
        "a request that is dropped ends at the server, and the client's connections stay in order",
        request
    ),
    case!(
        "CAN-21",
        Cancellation,
        L2,
        H,
        [Need::Oracle, Need::Interactive],
        ["T-1"],
        "a transaction that is dropped within its session is rolled back, and its rows are free",
        session_transaction
    ),
];

async fn request(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key)"]).await?;
    let adapter = cx.adapter().await?;
    let pause = if cx.dialect() == Dialect::MySql { "sleep(2)" } else { "pg_sleep(2)" };
    let slow =
        format!("insert into {{t:t}} (id) select 1 from (select {pause} as p) s /* {} */", cx.marker());
    let limit = Duration::from_millis(100);
    for _ in 0..3 {
        let cut = with_timeout(&**cx.runtime(), limit, adapter.query(cx.raw(&slow, vec![]))).await;
        ensure!(cut.is_none(), "the slow request was answered: {cut:?}");
        join_all((0..10).map(|_| cx.check_usable(&adapter))).await.into_iter().collect::<Outcome>()?;
    }
    // Ended early or at its own end, which leaves a row.
    let running = running(&cx);
    let ended = || async { Ok(cx.oracle_cell(&running).await?.as_deref() == Some("0")) };
    cx.eventually(Duration::from_secs(5), "no dropped statement runs", ended).await?;
    adapter.query(cx.raw("insert into {t:t} (id) values ({1})", vec![Value::Int32(1)])).await?;
    ensure_eq!(cx.oracle_count("t").await?, 1, "rows");
    Ok(())
}

/// How many statements with the name of the case in them run at the server, the question itself aside.
fn running(cx: &Context) -> String {
    let name = cx.marker();
    match cx.dialect() {
        Dialect::MySql => format!(
            "select count(*) from information_schema.processlist \
             where id <> connection_id() and info like '%{name}%'"
        ),
        _ => format!(
            "select count(*) from pg_stat_activity \
             where pid <> pg_backend_pid() and state = 'active' and position('{name}' in query) > 0"
        ),
    }
}

async fn session_transaction(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key)"]).await?;
    let adapter = cx.adapter().await?;
    let mut transaction = adapter.begin(TransactionOptions::new()).await?;
    transaction.query(cx.raw("insert into {t:t} (id) values (1)", vec![])).await?;
    drop(transaction);
    let mut oracle = cx.own_oracle().await?;
    let insert = cx.sql("insert into {t:t} (id) values (1)");
    let inserted = cx.within(Duration::from_secs(5), "a write to the same key", oracle.run(&insert)).await?;
    inserted.map_err(Stop::fail)?;
    cx.check_usable(&adapter).await
}
