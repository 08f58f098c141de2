//! Statements that cannot be prepared.

use drivetrain_adapter_api::{Capability, ErrorKind, TransactionOptions, Value};

use super::seen::expect;
use crate::case::{Case, Need, P, PG, STATEFUL, W, case};
use crate::cases::helpers::only;
use crate::outcome::{ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "STMT-07",
        Statements,
        L2,
        STATEFUL,
        [Need::Oracle],
        ["A-6", "A-21"],
        "a statement that cannot be prepared leaves nothing half prepared: once it can be, it runs",
        half_prepared
    ),
    case!(
        "STMT-07.SERVER",
        Statements,
        L2,
        P.or(W),
        [Need::Oracle, Need::Capability(Capability::Sessions)],
        ["A-6"],
        "nor does the server keep anything of it",
        nothing_at_the_server
    ),
    case!(
        "STMT-13",
        Statements,
        L2,
        PG,
        [Need::Interactive, Need::Capability(Capability::Savepoints)],
        ["A-5", "C-1"],
        "in a transaction that has failed, known and new statements are TransactionAborted; both run after a rollback",
        in_a_failed_transaction
    ),
];

async fn half_prepared(cx: Context) -> Outcome {
    let mut setup = cx.setup();
    setup.pool_max = Some(1);
    let adapter = cx.adapter_with(setup).await?;
    let read = || cx.raw("select v from {t:later} where v = {1}", vec![Value::Int32(7)]);
    for round in 0..2 {
        for _ in 0..3 {
            must_fail(
                adapter.query(read()).await,
                &[ErrorKind::UndefinedTable],
                "a table that is not there yet",
            )?;
            cx.check_usable(&adapter).await?;
        }
        cx.prepare(&["create table {t:later} (v {int4})", "insert into {t:later} values (7)"]).await?;
        for _ in 0..3 {
            let rows =
                adapter.query(read()).await.within(format!("now that it is there, round {round}"))?.rows;
            ensure_eq!(only::<i64>(&rows)?, 7, "the row");
        }
        cx.prepare(&["drop table {t:later}"]).await?;
    }
    Ok(())
}

async fn nothing_at_the_server(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let mut session = adapter.session().await?;
    let read = || cx.raw("select v as half from {t:later} where v = {1}", vec![Value::Int32(7)]);
    for _ in 0..4 {
        must_fail(
            session.query(read()).await,
            &[ErrorKind::UndefinedTable],
            "a table that is not there yet",
        )?;
        let syntax = session.query(cx.raw("select as half from from {1}", vec![Value::Int32(1)])).await;
        must_fail(syntax, &[ErrorKind::Syntax], "a statement that cannot be parsed")?;
        let few = session.query(cx.raw("select {1}::int4 as half, {2}::int4", vec![Value::Int32(1)])).await;
        must_fail(few, &[ErrorKind::ParameterCount], "too few values")?;
    }
    cx.prepare(&["create table {t:later} (v {int4})", "insert into {t:later} values (7)"]).await?;
    for _ in 0..6 {
        ensure_eq!(only::<i64>(&session.query(read()).await?.rows)?, 7, "the row");
    }
    // The statement that took too few values is a good one, and may be kept; those that are wrong are not there.
    expect(
        &cx,
        &mut session,
        "half from {t:later}".replace("{t:later}", &cx.sql("{t:later}")).as_str(),
        1,
        "at the end",
    )
    .await?;
    expect(&cx, &mut session, "half from from", 0, "of the wrong text").await?;
    session.close().await?;
    cx.check_usable(&adapter).await
}

async fn in_a_failed_transaction(cx: Context) -> Outcome {
    let mut setup = cx.setup();
    setup.pool_max = Some(1);
    let adapter = cx.adapter_with(setup).await?;
    let known = || cx.raw("select {1}::int4 as known", vec![Value::Int32(7)]);
    for _ in 0..6 {
        adapter.query(known()).await?;
    }
    let mut transaction = adapter.begin(TransactionOptions::new()).await?;
    transaction.query(known()).await?;
    let savepoint = transaction.savepoint().await?;
    let failed = transaction.query(cx.raw("select 1 / 0", vec![])).await;
    must_fail(failed, &[ErrorKind::DivisionByZero], "the failure")?;
    for query in
        [known(), cx.raw("select {1}::int4 as fresh", vec![Value::Int32(8)]), cx.raw("select 1", vec![])]
    {
        let error = must_fail(
            transaction.query(query).await,
            &[ErrorKind::TransactionAborted],
            "a statement after it",
        )?;
        // Where the server was asked, it said so.
        let state = error.sqlstate().map(|state| state.to_string());
        ensure_eq!(state.as_deref().unwrap_or("25P02"), "25P02", "the SQLSTATE");
    }
    transaction.rollback_to(savepoint).await?;
    ensure_eq!(
        only::<i64>(&transaction.query(known()).await?.rows)?,
        7,
        "the known statement after the rollback"
    );
    let fresh = cx.raw("select {1}::int4 as fresh", vec![Value::Int32(8)]);
    ensure_eq!(
        only::<i64>(&transaction.query(fresh).await?.rows)?,
        8,
        "the new statement after the rollback"
    );
    transaction.commit().await?;
    cx.check_usable(&adapter).await
}
