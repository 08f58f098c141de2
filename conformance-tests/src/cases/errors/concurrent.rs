//! Errors that others cause: deadlocks, conflicts, locks, and limits of time.

use std::time::Duration;

use drivetrain_adapter_api::{
    Capability, Dialect, Error, ErrorKind, IsolationLevel, Query, RetryClass, TransactionOptions,
};
use futures_util::future::join;

use crate::case::{Case, L, M, NET, Need, P, T, W, case};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Stop, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "ERR-34",
        Errors,
        L0,
        P.or(W).or(M),
        [Need::Oracle, Need::Interactive],
        ["A-5", "A-6"],
        "of two transactions that wait for each other one is told so, and to run again as a whole",
        deadlock
    ),
    case!(
        "ERR-35",
        Errors,
        L0,
        P.or(W).or(M),
        [Need::Oracle, Need::Interactive, Need::Isolation(IsolationLevel::Serializable)],
        ["A-5", "A-6"],
        "a transaction that cannot be put in order is told so, and to run again as a whole",
        serialization
    ),
    case!(
        "ERR-35.SNAPSHOT",
        Errors,
        L0,
        L,
        [Need::Oracle, Need::Capability(Capability::Sessions)],
        ["A-5", "A-6"],
        "a write on a snapshot that is out of date is no mere wait for a lock",
        stale_snapshot
    ),
    case!(
        "ERR-36",
        Errors,
        L0,
        NET,
        [Need::Oracle],
        ["A-5", "A-6"],
        "a lock that is not free at once, where no wait is asked for",
        no_wait
    ),
    case!(
        "ERR-36.BUSY",
        Errors,
        L0,
        L,
        [Need::Oracle],
        ["A-5", "A-6"],
        "a database that stays locked longer than is waited for",
        busy
    ),
    case!(
        "ERR-37",
        Errors,
        L0,
        P.or(W).or(T),
        [Need::Oracle],
        ["A-5", "A-6"],
        "the server's own limit of time is a timeout, and no cancel",
        server_limit
    ),
    case!(
        "ERR-37.LIMIT",
        Errors,
        L0,
        L,
        [Need::Capability(Capability::StatementTimeout)],
        ["A-5", "A-6"],
        "a query's own limit of time stops what would run for ever",
        own_limit
    ),
    case!(
        "ERR-38",
        Errors,
        L0,
        P.or(W),
        [Need::Oracle, Need::Admin],
        ["A-5", "A-6"],
        "a cancel from outside is told apart from a limit of time",
        cancelled
    ),
];

/// Kind, SQLSTATE, code and retry class at once.
fn facts(error: &Error) -> (ErrorKind, Option<String>, Option<i64>, RetryClass) {
    (error.kind(), error.sqlstate().map(|state| state.to_string()), error.code(), error.retry())
}

async fn deadlock(cx: Context) -> Outcome {
    cx.prepare(&[
        "create table {t:t} (id {int4} primary key, n {int4})",
        "insert into {t:t} values (1, 0), (2, 0)",
    ])
    .await?;
    let adapter = cx.adapter().await?;
    let update = |id: i32| cx.raw(&format!("update {{t:t}} set n = n + 1 where id = {id}"), vec![]);
    let mut one = adapter.begin(TransactionOptions::new()).await?;
    let mut two = adapter.begin(TransactionOptions::new()).await?;
    one.query(update(1)).await?;
    two.query(update(2)).await?;
    let (first, second) = join(one.query(update(2)), two.query(update(1))).await;
    let (error, mut victim, survivor) = match (first, second) {
        (Err(error), Ok(_)) => (error, one, two),
        (Ok(_), Err(error)) => (error, two, one),
        (first, second) => {
            return Err(Stop::fail(format!("not exactly one is the victim: {first:?}, {second:?}")));
        }
    };
    let expected = match cx.dialect() {
        Dialect::Postgres => {
            (ErrorKind::Deadlock, Some("40P01".to_owned()), None, RetryClass::RetryTransaction)
        }
        _ => (ErrorKind::Deadlock, Some("40001".to_owned()), Some(1213), RetryClass::RetryTransaction),
    };
    ensure_eq!(facts(&error), expected, "the victim's error");
    must_fail(
        victim.query(update(1)).await,
        &[ErrorKind::TransactionAborted, ErrorKind::TransactionEnded],
        "the next statement of the victim",
    )?;
    drop(victim);
    survivor.commit().await?;
    let sum = cx.oracle_cell("select sum(n) from {t:t}").await?;
    ensure_eq!(sum.as_deref(), Some("2"), "what the survivor wrote");
    cx.check_usable(&adapter).await
}

async fn serialization(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key, n {int4})", "insert into {t:t} values (1, 0)"])
        .await?;
    let adapter = cx.adapter().await?;
    let options = TransactionOptions::new().isolation(IsolationLevel::Serializable);
    let mut one = adapter.begin(options).await?;
    let mut two = adapter.begin(options).await?;
    let (read, write) = ("select n from {t:t}", "update {t:t} set n = n + 1 where id = 1");
    one.query(cx.raw(read, vec![])).await?;
    two.query(cx.raw(read, vec![])).await?;
    // On MySQL readers hold locks, so that both wait and one is chosen.
    let finish = async {
        two.query(cx.raw(write, vec![])).await?;
        two.commit().await
    };
    let error = if cx.dialect() == Dialect::Postgres {
        finish.await?;
        must_fail(
            one.query(cx.raw(write, vec![])).await,
            &[ErrorKind::SerializationFailure],
            "the second write",
        )?
    } else {
        let (first, second) = join(one.query(cx.raw(write, vec![])), finish).await;
        let error = first.err().or(second.err()).ok_or_else(|| Stop::fail("both writes went through"))?;
        ensure!(
            matches!(error.kind(), ErrorKind::SerializationFailure | ErrorKind::Deadlock),
            "the conflict is {:?}",
            error.kind()
        );
        error
    };
    ensure_eq!(error.retry(), RetryClass::RetryTransaction, "the retry class");
    ensure_eq!(error.sqlstate().map(|state| state.to_string()), Some("40001".to_owned()), "the SQLSTATE");
    drop(one);
    let n = cx.oracle_cell("select n from {t:t}").await?;
    ensure_eq!(n.as_deref(), Some("1"), "what was written");
    cx.check_usable(&adapter).await
}

async fn stale_snapshot(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key)"]).await?;
    let adapter = cx.adapter().await?;
    let mut session = adapter.session().await?;
    session.query(cx.raw("begin", vec![])).await?;
    session.query(cx.raw("select * from {t:t}", vec![])).await?;
    cx.own_oracle().await?.run(&cx.sql("insert into {t:t} values (1)")).await.map_err(Stop::fail)?;
    let write = session.query(cx.raw("insert into {t:t} values (2)", vec![])).await;
    let error = must_fail(write, &[ErrorKind::SerializationFailure], "a write on an old snapshot")?;
    ensure_eq!(
        (error.code(), error.retry()),
        (Some(517), RetryClass::RetryTransaction),
        "code and retry class"
    );
    session.query(cx.raw("rollback", vec![])).await?;
    session.query(cx.raw("insert into {t:t} values (2)", vec![])).await?;
    session.close().await?;
    ensure_eq!(cx.oracle_count("t").await?, 2, "rows");
    cx.check_usable(&adapter).await
}

async fn no_wait(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key)", "insert into {t:t} values (1)"]).await?;
    let adapter = cx.adapter().await?;
    let lock = cx.sql("select id from {t:t} for update");
    let mut holder = cx.own_oracle().await?;
    holder.run("begin").await.map_err(Stop::fail)?;
    holder.run(&lock).await.map_err(Stop::fail)?;
    let error = must_fail(
        adapter.query(Query::raw(format!("{lock} nowait"), vec![])).await,
        &[ErrorKind::LockTimeout],
        "nowait",
    )?;
    let expected = match cx.dialect() {
        Dialect::Postgres => (ErrorKind::LockTimeout, Some("55P03".to_owned()), None, RetryClass::SafeNow),
        _ => (ErrorKind::LockTimeout, Some("HY000".to_owned()), Some(3572), RetryClass::SafeNow),
    };
    ensure_eq!(facts(&error), expected, "the error");
    cx.check_usable(&adapter).await?;
    holder.run("commit").await.map_err(Stop::fail)?;
    adapter.query(Query::raw(format!("{lock} nowait"), vec![])).await.within("once the lock is free")?;
    Ok(())
}

async fn busy(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key)"]).await?;
    let mut setup = cx.setup();
    setup.lock_wait = Some(Duration::from_millis(50));
    let adapter = cx.adapter_with(setup).await?;
    cx.check_usable(&adapter).await?;
    let mut holder = cx.own_oracle().await?;
    holder.run("begin immediate").await.map_err(Stop::fail)?;
    let write = || adapter.query(cx.raw("insert into {t:t} values (1)", vec![]));
    let error = must_fail(write().await, &[ErrorKind::LockTimeout], "a write beside another")?;
    ensure_eq!(facts(&error), (ErrorKind::LockTimeout, None, Some(5), RetryClass::SafeNow), "the error");
    cx.check_usable(&adapter).await?;
    holder.run("rollback").await.map_err(Stop::fail)?;
    write().await.within("once the lock is free")?;
    ensure_eq!(cx.oracle_count("t").await?, 1, "rows");
    Ok(())
}

async fn server_limit(cx: Context) -> Outcome {
    let mut setup = cx.setup();
    let (name, limit, slow, expected) = match cx.dialect() {
        Dialect::Postgres => {
            ("statement_timeout", "100", "select pg_sleep(9)", (Some("57014".to_owned()), None))
        }
        _ => (
            "max_execution_time",
            "100",
            "select count(*) from information_schema.columns a, information_schema.columns b, \
             information_schema.columns c",
            (Some("HY000".to_owned()), Some(3024)),
        ),
    };
    setup.settings = vec![(name.to_owned(), limit.to_owned())];
    let adapter = cx.adapter_with(setup).await?;
    let error =
        must_fail(adapter.query(cx.raw(slow, vec![])).await, &[ErrorKind::Timeout], "a slow statement")?;
    let (_, state, code, retry) = facts(&error);
    ensure_eq!((state, code), expected, "SQLSTATE and code");
    ensure_eq!(retry, RetryClass::Never, "the retry class");
    cx.check_usable(&adapter).await
}

async fn own_limit(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let forever = "with recursive n (x) as (select 1 union all select x + 1 from n) select count(*) from n";
    let limit = Duration::from_millis(100);
    let query = cx.raw(forever, vec![]).with_timeout(Some(limit));
    let result =
        cx.within(Duration::from_secs(5), "a query with a limit of 100 ms", adapter.query(query)).await?;
    must_fail(result, &[ErrorKind::Timeout], "a query without end")?;
    cx.check_usable(&adapter).await
}

async fn cancelled(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let slow = adapter.query(cx.raw("select pg_sleep(9)", vec![]));
    let cancel = async {
        let session = super::ended::running(&cx, "pg_sleep").await?;
        let mut oracle = cx.own_oracle().await?;
        oracle.run(&format!("select pg_cancel_backend({session})")).await.map_err(Stop::fail)
    };
    let (result, cancelled) = join(slow, cancel).await;
    cancelled?;
    let error = must_fail(result, &[ErrorKind::Cancelled], "a statement that was cancelled")?;
    ensure_eq!(
        facts(&error),
        (ErrorKind::Cancelled, Some("57014".to_owned()), None, RetryClass::Never),
        "the error"
    );
    cx.check_usable(&adapter).await
}
