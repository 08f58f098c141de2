//! Sessions: their settings, their independence, their end.

use std::collections::BTreeSet;
use std::time::Duration;

use drivetrain_adapter_api::{
    Capability, Dialect, Error, ErrorKind, Query, RetryClass, SharedAdapter, StreamOptions,
    TransactionOptions,
};
use futures_util::future::{join_all, try_join_all};

use crate::case::{ALL, Case, L, N, Need, P, STATEFUL, T, W, case};
use crate::harness::Setup;
use crate::outcome::{ensure, ensure_eq, must_fail};
use crate::{Context, Outcome, Within as _};

pub(super) const CASES: &[Case] = &[
    case!(
        "INFO-10",
        Info,
        L0,
        P.or(W),
        [Need::Interactive],
        ["A-3"],
        "time zone, search path and application name are those asked for on each of eight connections at once",
        settings
    ),
    case!(
        "INFO-13",
        Info,
        L0,
        P.or(W).or(T),
        [Need::Admin, Need::Capability(Capability::Sessions)],
        ["A-6", "A-70"],
        "on a session that was killed the next call says so at once; the adapter itself goes on",
        killed
    ),
    case!(
        "INFO-18",
        Info,
        L0,
        ALL,
        [],
        ["A-71"],
        "closing twice is as good as once; afterwards every call is refused as closed",
        closed
    ),
    case!(
        "INFO-19",
        Info,
        L0,
        P.or(W).or(T),
        [Need::Admin, Need::Interactive],
        ["A-71"],
        "an adapter that is dropped without being closed leaves no session at the server",
        dropped
    ),
    case!(
        "INFO-19.FILE",
        Info,
        L0,
        L,
        [Need::Oracle],
        ["A-71"],
        "an adapter that is dropped without being closed lets go of the file",
        let_go
    ),
    case!(
        "INFO-20",
        Info,
        L0,
        STATEFUL,
        [Need::Capability(Capability::Sessions)],
        ["A-55"],
        "what one session sets up is not there in another, nor on the connection's next use",
        independent
    ),
    case!(
        "INFO-21",
        Info,
        L0,
        N,
        [],
        ["A-55"],
        "requests share no settings, no temporary tables and no locks",
        stateless
    ),
    case!(
        "INFO-24",
        Info,
        L0,
        P.or(W).or(T),
        [Need::Admin, Need::Interactive],
        ["A-6", "A-10"],
        "after the server closed an idle connection the next call works, or says that nothing happened",
        idle_closed
    ),
];

async fn settings(cx: Context) -> Outcome {
    const CONNECTIONS: usize = 8;
    let setup = Setup {
        pool_max: Some(CONNECTIONS),
        settings: vec![("TimeZone".to_owned(), "Asia/Kolkata".to_owned())],
        ..cx.setup()
    };
    let adapter = cx.adapter_with(setup).await?;
    let begun = try_join_all((0..CONNECTIONS).map(|_| adapter.begin(TransactionOptions::new()))).await?;
    let sql = "select pg_backend_pid()::int8, current_setting('TimeZone'), current_setting('application_name'), \
               current_schema()::text";
    let answers = join_all(begun.into_iter().map(async |mut transaction| {
        let rows = transaction.query(Query::raw(sql, vec![])).await?.rows;
        transaction.rollback().await?;
        Ok::<_, Error>((
            rows.get::<i64>(0, 0)?,
            (rows.get::<String>(0, 1)?, rows.get::<String>(0, 2)?, rows.get::<Option<String>>(0, 3)?),
        ))
    }))
    .await;
    let wanted = ("Asia/Kolkata".to_owned(), cx.marker().to_owned(), cx.naming().schema.clone());
    let mut sessions = BTreeSet::new();
    for answer in answers {
        let (session, found) = answer?;
        ensure_eq!(found, wanted, "time zone, application name and schema of session {session}");
        sessions.insert(session);
    }
    ensure_eq!(sessions.len(), CONNECTIONS, "different sessions");
    Ok(())
}

/// Kills every session of the case.
async fn kill_all(cx: &Context) -> Outcome<usize> {
    let sessions = cx.sessions().await?;
    for session in &sessions {
        cx.admin()?.kill(session.id).await?;
    }
    Ok(sessions.len())
}

async fn killed(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let mut session = adapter.session().await?;
    session.query(cx.raw("select 1", vec![])).await?;
    ensure!(kill_all(&cx).await? >= 1, "the case has no session at the server");
    let limit = Duration::from_secs(2);
    let result =
        cx.within(limit, "a call on a killed session", session.query(cx.raw("select 1", vec![]))).await?;
    must_fail(result, &[ErrorKind::ConnectionLost], "a call on a killed session")?;
    drop(session);
    let alive = cx.within(limit, "a health check after that", adapter.health_check()).await?;
    alive.within("a health check after that")?;
    cx.check_usable(&adapter).await
}

async fn closed(cx: Context) -> Outcome {
    let adapter = cx.adapter_with(cx.setup()).await?;
    cx.check_usable(&adapter).await?;
    adapter.close().await?;
    adapter.close().await.within("the second time")?;
    let capabilities = cx.capabilities();
    let query = || cx.raw("select 1", vec![]);
    let closed =
        |what: &str, result: Result<(), Error>| must_fail(result, &[ErrorKind::Closed], what).map(drop);
    closed("a query", adapter.query(query()).await.map(drop))?;
    closed("a health check", adapter.health_check().await)?;
    if capabilities.pipelining() {
        let batch = drivetrain_adapter_api::Batch::new(vec![query()]);
        closed("a batch", adapter.batch(batch).await.map(drop))?;
    }
    if capabilities.streaming() {
        let stream = adapter.stream(query(), StreamOptions::default()).await;
        closed("a stream", stream.map(drop))?;
    }
    if capabilities.scripts() {
        closed("a script", adapter.script("select 1").await)?;
    }
    if capabilities.sessions() {
        closed("a session", adapter.session().await.map(drop))?;
    }
    if capabilities.transactions().is_interactive() {
        let begun = adapter.begin(TransactionOptions::new()).await;
        closed("a transaction", begun.map(drop))?;
    }
    Ok(())
}

/// An adapter of which the case alone holds a handle, with several connections open.
async fn busy_once(cx: &Context) -> Outcome<SharedAdapter> {
    let adapter = cx.fleeting(Setup { pool_max: Some(3), ..cx.setup() }).await?;
    let begun = try_join_all((0..3).map(|_| adapter.begin(TransactionOptions::new()))).await?;
    for mut transaction in begun {
        transaction.query(Query::raw("select 1", vec![])).await?;
        transaction.rollback().await?;
    }
    Ok(adapter)
}

async fn dropped(cx: Context) -> Outcome {
    let adapter = busy_once(&cx).await?;
    ensure_eq!(cx.sessions().await?.len(), 3, "sessions while the adapter lives");
    drop(adapter);
    cx.eventually(Duration::from_secs(2), "no session is left", || async {
        Ok(cx.sessions().await?.is_empty())
    })
    .await
}

async fn let_go(cx: Context) -> Outcome {
    let adapter = cx.fleeting(cx.setup()).await?;
    adapter.query(cx.raw("create table {t:t} (id integer primary key)", vec![])).await?;
    adapter.query(cx.raw("select * from {t:t}", vec![])).await?;
    drop(adapter);
    // The journal can be switched by the only connection only.
    let mut oracle = cx.own_oracle().await?;
    let end = cx.runtime().monotonic() + Duration::from_secs(2);
    loop {
        // While somebody else has the file the switch fails, or leaves the mode as it is.
        let mode = oracle.rows("pragma journal_mode = delete").await;
        let switched = mode.is_ok_and(|rows| rows == [[Some("delete".to_owned())]]);
        if switched {
            return Ok(());
        }
        ensure!(cx.runtime().monotonic() < end, "somebody holds the file after 2 seconds");
        cx.sleep(Duration::from_millis(10)).await;
    }
}

async fn independent(cx: Context) -> Outcome {
    let adapter = cx.adapter_with(Setup { pool_max: Some(2), ..cx.setup() }).await?;
    let mut one = adapter.session().await?;
    let mut two = adapter.session().await?;
    one.query(cx.raw("create temporary table only_here (id {int4} primary key)", vec![])).await?;
    one.query(cx.raw("insert into only_here values (1)", vec![])).await?;
    let look = || cx.raw("select id from only_here", vec![]);
    ensure_eq!(one.query(look()).await?.rows.len(), 1, "rows of the session's own table");
    must_fail(two.query(look()).await, &[ErrorKind::UndefinedTable], "another session's table")?;
    if cx.dialect() == Dialect::Postgres {
        one.query(cx.raw("set TimeZone = 'Asia/Kolkata'", vec![])).await?;
        let zone = two.query(cx.raw("show TimeZone", vec![])).await?.rows.get::<String>(0, 0)?;
        ensure!(zone != "Asia/Kolkata", "another session's time zone");
    }
    one.close().await?;
    two.close().await?;
    for _ in 0..4 {
        must_fail(adapter.query(look()).await, &[ErrorKind::UndefinedTable], "a former session's table")?;
    }
    cx.check_usable(&adapter).await
}

async fn stateless(cx: Context) -> Outcome {
    let adapter = cx.adapter().await?;
    let zone = || cx.raw("select current_setting('TimeZone')", vec![]);
    let before = adapter.query(zone()).await?.rows.get::<String>(0, 0)?;
    adapter.query(cx.raw("select set_config('TimeZone', 'Asia/Kolkata', false)", vec![])).await?;
    ensure_eq!(
        adapter.query(zone()).await?.rows.get::<String>(0, 0)?,
        before,
        "the time zone of the next request"
    );
    adapter.query(cx.raw("create temporary table only_here (id int)", vec![])).await?;
    let look = adapter.query(cx.raw("select * from only_here", vec![])).await;
    must_fail(look, &[ErrorKind::UndefinedTable], "a temporary table of another request")?;
    let key = cx.nonce();
    for time in 0..2 {
        let sql = format!("select pg_try_advisory_lock({key})");
        let taken = adapter.query(Query::raw(sql, vec![])).await?.rows.get::<bool>(0, 0)?;
        ensure!(taken, "an advisory lock of request {time} outlived it");
    }
    cx.check_usable(&adapter).await
}

async fn idle_closed(cx: Context) -> Outcome {
    let adapter = busy_once(&cx).await?;
    ensure_eq!(kill_all(&cx).await?, 3, "idle sessions");
    let mut lost = 0;
    loop {
        match adapter.query(cx.raw("select 1", vec![])).await {
            Ok(_) => break,
            Err(error) => {
                ensure_eq!(
                    error.kind(),
                    ErrorKind::ConnectionLost,
                    "the error on a connection that was closed"
                );
                ensure_eq!(
                    error.retry(),
                    RetryClass::SafeNow,
                    "its retry class: nothing had been sent that ran"
                );
                lost += 1;
                ensure!(lost <= 3, "more calls failed than connections were closed");
            }
        }
    }
    cx.check_usable(&adapter).await?;
    // In a transaction nothing may be made up for.
    let mut transaction = adapter.begin(TransactionOptions::new()).await?;
    transaction.query(cx.raw("select 1", vec![])).await?;
    kill_all(&cx).await?;
    let ended = [ErrorKind::ConnectionLost, ErrorKind::TransactionEnded];
    must_fail(
        transaction.query(cx.raw("select 1", vec![])).await,
        &ended,
        "a transaction whose session is gone",
    )?;
    drop(transaction);
    cx.check_usable(&adapter).await
}
