//! Errors of connections that end: killed sessions, servers that stop, crash or are not up yet.

use std::sync::Arc;
use std::time::Duration;

use drivetrain_adapter_api::{
    Access, Dialect, Error, ErrorKind, QueryResult, RetryClass, SqlState, TransactionOptions,
};
use futures_util::future::join;

use crate::case::{Case, Need, P, T, W, case};
use crate::cases::helpers::slow;
use crate::cases::replies;
use crate::faults::{Accept, Cut, Plan, Rewriter};
use crate::harness::{Setup, TlsSetup};
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Stop, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "ERR-39",
        Errors,
        L0,
        P.or(W).or(T),
        [Need::Oracle, Need::Admin],
        ["A-5", "A-6", "A-10"],
        "a session that is killed during a statement: the connection is lost, and so is what became of the write",
        killed_in_write
    ),
    case!(
        "ERR-39.READ",
        Errors,
        L0,
        P.or(W).or(T),
        [Need::Oracle, Need::Admin],
        ["A-5", "A-6"],
        "the same during a statement that only reads: it is safe to try again",
        killed_in_read
    ),
    case!(
        "ERR-39.TX",
        Errors,
        L0,
        P.or(W).or(T),
        [Need::Oracle, Need::Admin, Need::Interactive],
        ["A-5", "T-2"],
        "the same in a transaction: it is to be run again as a whole, and its handle runs nothing outside of it",
        killed_in_transaction
    ),
    case!(
        "ERR-40",
        Errors,
        L0,
        P,
        [Need::PlainFaults],
        ["A-5", "A-6", "A-10"],
        "a server that is shut down says so, refuses connections, and is found again when it is up",
        shut_down
    ),
    case!(
        "ERR-41",
        Errors,
        L0,
        P.or(W).or(T),
        [Need::Oracle, Need::Admin, Need::Faults],
        ["A-5", "A-6", "A-10"],
        "a server that crashes during a statement leaves the outcome unknown, and no SQLSTATE",
        crashed
    ),
    case!(
        "ERR-42",
        Errors,
        L0,
        P,
        [Need::Faults],
        ["A-5"],
        "a server that is still starting is not available yet, and can be tried again",
        starting
    ),
];

/// Waits until a session of the case runs a statement with `part` in it, and gives its number.
pub(super) async fn running(cx: &Context, part: &str) -> Outcome<i64> {
    let limit = Duration::from_secs(5);
    cx.eventually(limit, "the statement runs", || async {
        Ok(cx.sessions().await?.iter().any(|session| session.running && session.statement.contains(part)))
    })
    .await?;
    let sessions = cx.sessions().await?;
    let running = sessions.iter().find(|session| session.running && session.statement.contains(part));
    running.map(|session| session.id).ok_or_else(|| Stop::fail("the statement ended by itself"))
}

/// Kills the session in which `call` runs, and gives the error of the call.
async fn killed(cx: &Context, call: impl Future<Output = Result<QueryResult, Error>>) -> Outcome<Error> {
    let kill = async {
        let session = running(cx, "sleep").await?;
        Ok::<_, Stop>(cx.admin()?.kill(session).await?)
    };
    let (result, killed) = join(call, kill).await;
    killed?;
    let error = must_fail(result, &[ErrorKind::ConnectionLost], "a statement whose session was killed")?;
    if cx.dialect() == Dialect::Postgres {
        ensure_eq!(error.sqlstate(), SqlState::new("57P01"), "the SQLSTATE");
    }
    Ok(error)
}

async fn killed_in_write(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let error = killed(&cx, adapter.query(slow(&cx, 9_000).with_access(Access::Write))).await?;
    ensure_eq!(error.retry(), RetryClass::OutcomeUnknown, "the retry class of a write");
    cx.check_usable(&adapter).await
}

async fn killed_in_read(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let error = killed(&cx, adapter.query(slow(&cx, 9_000).with_access(Access::Read))).await?;
    ensure_eq!(error.retry(), RetryClass::SafeNow, "the retry class of a read");
    cx.check_usable(&adapter).await
}

async fn killed_in_transaction(cx: Context) -> Outcome {
    cx.prepare(&["create table {t:t} (id {int4} primary key)"]).await?;
    let adapter = cx.adapter().await?;
    let mut transaction = adapter.begin(TransactionOptions::new()).await?;
    transaction.query(cx.raw("insert into {t:t} values (1)", vec![])).await?;
    let error = killed(&cx, transaction.query(slow(&cx, 9_000))).await?;
    ensure_eq!(error.retry(), RetryClass::RetryTransaction, "the retry class in a transaction");
    let ended = [ErrorKind::TransactionEnded, ErrorKind::ConnectionLost];
    must_fail(
        transaction.query(cx.raw("insert into {t:t} values (2)", vec![])).await,
        &ended,
        "the next write",
    )?;
    must_fail(transaction.commit().await, &ended, "the commit")?;
    cx.check_usable(&adapter).await?;
    ensure_eq!(cx.oracle_count("t").await?, 0, "rows");
    Ok(())
}

/// Says goodbye in the server's place.
struct Goodbye;

impl Rewriter for Goodbye {
    fn rewrite(&mut self, _: &[u8], out: &mut Vec<u8>) {
        out.extend(replies::fatal("57P01", "terminating connection due to administrator command"));
    }
}

async fn shut_down(cx: Context) -> Outcome {
    let proxy = cx.proxy().await?;
    let setup = Setup {
        through: Some(proxy.address()),
        tls: Some(TlsSetup::Off),
        pool_max: Some(1),
        pool_timeout: Some(Duration::from_secs(2)),
        ..cx.setup()
    };
    let adapter = cx.adapter_with(setup).await?;
    cx.check_usable(&adapter).await?;

    let mut goodbye = Vec::new();
    Goodbye.rewrite(&[], &mut goodbye);
    let mut plan = Plan::default();
    plan.to_client.rewrite = Some(Arc::new(|| Box::new(Goodbye)));
    plan.to_client.cut = Some((goodbye.len() as u64, Cut::Close));
    proxy.set(plan);
    let result = adapter.query(cx.raw("select 1", vec![]).with_access(Access::Write)).await;
    let error = must_fail(result, &[ErrorKind::ConnectionLost], "a statement during the shutdown")?;
    ensure_eq!(error.sqlstate(), SqlState::new("57P01"), "the SQLSTATE");
    ensure_eq!(error.retry(), RetryClass::OutcomeUnknown, "the retry class of a write");

    proxy.set(Plan { accept: Accept::Refuse, ..Plan::default() });
    let down = [ErrorKind::Connect, ErrorKind::PoolTimeout];
    let error =
        must_fail(adapter.query(cx.raw("select 1", vec![])).await, &down, "while the server is down")?;
    ensure_eq!(error.retry(), RetryClass::SafeNow, "the retry class while the server is down");

    proxy.set(Plan::default());
    cx.eventually(Duration::from_secs(5), "the server is found again", || async {
        Ok(adapter.query(cx.raw("select 1", vec![])).await.is_ok())
    })
    .await?;
    cx.check_usable(&adapter).await
}

async fn crashed(cx: Context) -> Outcome {
    let proxy = cx.proxy().await?;
    let adapter = cx.adapter_with(Setup { through: Some(proxy.address()), ..cx.setup() }).await?;
    for (access, retry) in [(Access::Write, RetryClass::OutcomeUnknown), (Access::Read, RetryClass::SafeNow)]
    {
        let crash = async {
            running(&cx, "sleep").await?;
            proxy.reset_all();
            Ok::<_, Stop>(())
        };
        let (result, crashed) = join(adapter.query(slow(&cx, 9_000).with_access(access)), crash).await;
        crashed?;
        let error = must_fail(result, &[ErrorKind::ConnectionLost], "a statement during the crash")?;
        ensure!(
            error.sqlstate().is_none(),
            "nobody gave a SQLSTATE, and the error has {:?}",
            error.sqlstate()
        );
        ensure_eq!(error.retry(), retry, "the retry class with {access:?}");
        cx.check_usable(&adapter).await.within(format!("{access:?}"))?;
    }
    Ok(())
}

async fn starting(cx: Context) -> Outcome {
    let proxy = cx.proxy().await?;
    let setup = || Setup { through: Some(proxy.address()), tls: Some(TlsSetup::Off), ..cx.setup() };
    for text in ["the database system is starting up", "the database system is in recovery mode"] {
        let answer = replies::fatal("57P03", text);
        let accept = Accept::Canned { after_request: true, answer };
        proxy.set(Plan { accept, ..Plan::default() });
        let error = must_fail(cx.try_adapter(setup()).await?, &[ErrorKind::ServerUnavailable], text)?;
        ensure_eq!(error.sqlstate(), SqlState::new("57P03"), "the SQLSTATE");
        ensure_eq!(error.retry(), RetryClass::SafeNow, "the retry class");
    }
    proxy.set(Plan::default());
    let adapter = cx.adapter_with(setup()).await?;
    cx.check_usable(&adapter).await
}
